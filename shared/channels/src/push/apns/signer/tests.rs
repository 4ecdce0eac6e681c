use super::*;
use crate::{document::parse, testing::now};
use jsonwebtoken::dangerous::insecure_decode;
use serde_json::Value;

const PEM: &str = include_str!("../../../../tests/support/test-only-ec.pem");

fn signer() -> Signer {
    let entry = parse(r#"[{"name": "APNS"}]"#).expect("a document").remove(0);
    Signer::new(&entry, "ABC123DEFG".to_owned(), "DEF123GHIJ".to_owned(), &Secret::new(PEM)).expect("a signer")
}

fn after(minutes: i64) -> Time {
    now() + TimeDelta::minutes(minutes)
}

#[test]
fn a_token_names_key_and_team_and_is_used_for_fifty_minutes() {
    let signer = signer();
    let token = |minutes| signer.token(after(minutes)).expect("a token").expose().to_owned();
    let first = token(0);
    let header = jsonwebtoken::decode_header(&first).expect("a header");
    assert_eq!((header.alg, header.kid.as_deref()), (Algorithm::ES256, Some("ABC123DEFG")));
    let claims = insecure_decode::<Value>(&first).expect("claims").claims;
    assert_eq!(claims, json!({"iss": "DEF123GHIJ", "iat": now().timestamp()}));
    assert_eq!(token(49), first);
    let second = token(50);
    assert_ne!(second, first);
    assert_eq!(token(99), second);
    // The clock was set back: a token from the future would be refused.
    assert_ne!(token(-1), second);
}

#[test]
fn an_expired_token_is_replaced_once_and_not_before_twenty_minutes() {
    let signer = signer();
    let first = signer.token(now()).expect("a token");
    let instead = |of: &Secret, minutes| {
        let token = signer.instead_of(of, after(minutes)).expect("no fault");
        token.map(|token| token.expose().to_owned())
    };
    assert_eq!(instead(&first, 19), None);
    let second = instead(&first, 20).expect("a new token");
    assert_ne!(second, first.expose());
    // Others that were refused at the same time get the same new one.
    assert_eq!(instead(&first, 20), Some(second.clone()));
    assert_eq!(instead(&Secret::new(second), 21), None);
}
