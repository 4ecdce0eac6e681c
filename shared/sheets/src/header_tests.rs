use super::*;

#[test]
fn no_two_columns_have_the_same_name() {
    for column in ALL.iter() {
        let names = [column.key, column.name.english, column.name.russian];
        for name in names.iter().chain(column.aliases) {
            assert_eq!(NAMES.get(&fold(name)).map(|(found, _)| found.key), Some(column.key), "{name}");
        }
    }
}

#[test]
fn headers_are_folded() {
    assert_eq!(fold(" \u{feff}E-mail *"), "email");
    assert_eq!(fold("IMAGE_URL"), "imageurl");
    assert_eq!(fold("Ещё"), "еще");
}
