//! The OpenAPI document is locked: a change of it is a change of the contract, and is to be looked at.

use crate::support::Bench;
use serde_json::Value;

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi.json");

async fn document() -> Value {
    let seen = Bench::new().raw(http::Method::GET, "/openapi.json", &[], Vec::new()).await;
    assert_eq!(seen.status, 200);
    seen.body
}

#[tokio::test]
async fn the_document_is_the_one_that_was_looked_at() {
    let served = serde_json::to_string_pretty(&document().await).expect("JSON") + "\n";
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(SNAPSHOT, &served).expect("written");
    }
    let locked = std::fs::read_to_string(SNAPSHOT).expect("the snapshot");
    assert!(served == locked, "the document has changed: UPDATE_SNAPSHOTS=1 cargo test -p baton-api, and look at the diff");
}
