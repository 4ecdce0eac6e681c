//! `docs/providers.md` names every setting of every provider.

use crate::{cases, server::Setup, support::context};
use baton_channels::{Context, registry};
use std::{collections::BTreeSet, fs};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/providers.md");

#[tokio::test]
async fn the_page_names_every_setting_of_every_provider() {
    let page = fs::read_to_string(PAGE).expect("docs/providers.md");
    for (kind, case) in cases() {
        let setup = Setup::start(&case).await;
        let context = Context { sandbox: Some(setup.traces.clone()), ..context() };
        // serde lists the settings that it knows when it meets one that it does not know.
        let mut document = case.document(&setup.url);
        document[0]["noSuchSetting"] = 1.into();
        let fault = registry::build(registry::kinds(case.channel), &document.to_string(), &context).err();
        let fault = fault.unwrap_or_else(|| panic!("{} takes any setting", kind.name)).message;
        let section = section(&page, kind.name);
        let named: BTreeSet<_> = rows(section).collect();
        let known: BTreeSet<_> = fault.split('`').skip(3).step_by(2).collect();
        let known: BTreeSet<_> = if fault.contains("there are no fields") { BTreeSet::new() } else { known };
        assert_eq!(named, known, "{}: the rows of its table, and the settings that it has", kind.name);
        for (name, row) in rows(section).zip(lines(section)) {
            let secret = row.trim_end_matches('|').rsplit('|').next().is_some_and(|cell| cell.trim() == "yes");
            let is_secret = case.secrets.contains(&name) || OTHER_SECRETS.contains(&(kind.name, name));
            assert_eq!(secret, is_secret, "{}: whether {name} is a secret", kind.name);
        }
    }
}

/// Secrets of another way to log in than that of the case.
const OTHER_SECRETS: &[(&str, &str)] = &[("VONAGE", "apiSecret"), ("SMSC", "apiKey")];

/// The part of the page under a heading that begins with the provider's name: ``### `TWILIO` ``.
fn section<'p>(page: &'p str, name: &str) -> &'p str {
    let heading = format!("\n### `{name}`");
    let (_, rest) = page.split_once(&heading).unwrap_or_else(|| panic!("the page has no section about {name}"));
    rest.split("\n#").next().unwrap_or_default()
}

/// The lines of the table of settings.
fn lines(section: &str) -> impl Iterator<Item = &str> {
    section.lines().filter(|line| line.starts_with("| `"))
}

/// The settings that have a line.
fn rows(section: &str) -> impl Iterator<Item = &str> {
    lines(section).filter_map(|line| line.split('`').nth(1))
}
