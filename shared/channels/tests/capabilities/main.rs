//! What every adapter can do, found out by what it does: each provider of each channel is called against a stand-in and hears its
//! webhooks. What its `KIND` claims must be what is found, and the table in `docs/providers.md` is what is found. The same cases
//! hold that a request carries nobody else's data, and that no secret and no address reaches an error or a log.

mod case;
mod measure;
mod messengers;
mod mobile;
mod push;
mod reports;
mod secrecy;
mod server;
mod settings;
mod table;

#[path = "../smtp/mod.rs"]
#[allow(dead_code, reason = "requests_smtp.rs uses the rest of it")]
mod smtp;
#[path = "../support/mod.rs"]
mod support;

use baton_channels::registry::{self, Kind};
use baton_domain::Channel;
use case::Case;

/// Every provider of every channel.
fn kinds() -> impl Iterator<Item = (Channel, &'static Kind)> {
    Channel::ALL.iter().flat_map(|channel| registry::kinds(*channel).iter().map(|kind| (*channel, kind)))
}

/// Every provider with the case that it is tested with. A new provider needs one: in `mobile.rs`, `messengers.rs` or `push.rs`.
fn cases() -> Vec<(&'static Kind, Case)> {
    let mut known: Vec<Case> = [mobile::cases(), messengers::cases(), push::cases()].concat();
    known.extend(Channel::ALL.iter().map(|channel| Case::sandbox(*channel)));
    let found = |(channel, kind): (Channel, &'static Kind)| {
        let of_kind = |case: &Case| (case.channel, case.name) == (channel, kind.name);
        let place = known.iter().position(of_kind);
        (kind, known.remove(place.unwrap_or_else(|| panic!("no case for {} over {channel}", kind.name))))
    };
    let cases: Vec<_> = kinds().map(found).collect();
    let left: Vec<_> = known.iter().map(|case| (case.channel, case.name)).collect();
    assert!(left.is_empty(), "cases of providers that are not there: {left:?}");
    cases
}

#[tokio::test]
async fn every_provider_does_what_it_claims_and_the_page_says_so() {
    let mut rows = Vec::new();
    for (kind, case) in cases() {
        let found = measure::capabilities(&case).await;
        assert_eq!(found, kind.capabilities, "{} over {}: found, and claimed", kind.name, case.channel);
        rows.push((case.channel, kind.name, found));
    }
    table::hold(&rows);
}
