//! The table in `docs/providers.md`.

use baton_channels::Capabilities;
use baton_domain::Channel;
use std::fs;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/providers.md");
const BEGIN: &str = "<!-- capabilities: written by shared/channels/tests/capabilities -->\n";
const END: &str = "<!-- end of capabilities -->\n";

/// Holds the page to what was found; writes it where `UPDATE_SNAPSHOTS` is set.
pub fn hold(rows: &[(Channel, &str, Capabilities)]) {
    let page = fs::read_to_string(PAGE).expect("docs/providers.md");
    let (before, rest) = page.split_once(BEGIN).expect("the page has the place of the table");
    let (table, after) = rest.split_once(END).expect("the table ends");
    let found = markdown(rows);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(PAGE, format!("{before}{BEGIN}{found}{END}{after}")).expect("docs/providers.md can be written");
        return;
    }
    assert_eq!(
        table, found,
        "UPDATE_SNAPSHOTS=1 cargo test -p baton-channels --test capabilities, and look at the diff"
    );
}

fn markdown(rows: &[(Channel, &str, Capabilities)]) -> String {
    let mut table = String::from(
        "| channel | provider | text | image | button | template | ttl | receipts | read receipts | inbound | idempotency |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for (channel, provider, can) in rows {
        let cells = [
            can.text,
            can.image,
            can.button,
            can.template,
            can.ttl,
            can.receipts,
            can.read_receipts,
            can.inbound,
            can.idempotency,
        ];
        let cells = cells.map(|can| if can { "yes" } else { "–" }).join(" | ");
        table.push_str(&format!("| {channel} | {provider} | {cells} |\n"));
    }
    table
}
