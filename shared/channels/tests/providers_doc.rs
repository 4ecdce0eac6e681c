//! `docs/providers.md` shows a provider that is whole: the code there is `tests/acme.rs`, which compiles and runs.

const PAGE: &str = include_str!("../../../docs/providers.md");
const ACME: &str = include_str!("acme.rs");

#[test]
fn the_page_shows_the_file_that_is_tested() {
    let blocks: Vec<_> = PAGE.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(
        blocks.contains(&ACME),
        "docs/providers.md shows another ACME than tests/acme.rs: put the file there as it is"
    );
}

#[test]
fn a_whole_provider_has_less_than_200_lines() {
    let lines = ACME.lines().count();
    assert!(lines < 200, "tests/acme.rs has {lines} lines");
}

#[test]
fn the_page_names_files_that_are_there() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let named: Vec<_> =
        PAGE.split('`').filter(|name| name.starts_with("shared/") || name.starts_with("tests/")).collect();
    assert!(named.len() >= 4, "{named:?}");
    for name in named.into_iter().filter(|name| !name.contains(char::is_whitespace)) {
        // `<provider>` and `<channel>` stand for any.
        let file = name.replace("<provider>", "vonage").replace("<channel>", "sms");
        assert!(std::path::Path::new(&format!("{root}/{file}")).exists(), "{name}");
    }
}
