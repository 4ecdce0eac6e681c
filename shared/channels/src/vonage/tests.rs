use super::*;
use crate::{document::parse, testing::now, transport::Answer};
use baton_domain::ErrorClass::*;
use outcome::outcome;
use reqwest::{StatusCode, header::HeaderMap};
use std::time::Duration;

const PEM: &str = include_str!("../../tests/support/test-only.pem");

pub(super) fn entry(settings: Value) -> Entry {
    let mut entry = json!({"name": "VONAGE"});
    for (name, value) in settings.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    parse(&json!([entry]).to_string()).expect("a document").remove(0)
}

fn answer(status: u16, body: Value) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    Answer { status, headers: HeaderMap::new(), body: body.to_string() }
}

pub(super) fn problem(code: &str) -> Value {
    json!({"type": format!("https://developer.vonage.com/api-errors/messages#{code}"), "title": "t", "detail": "+79990000001"})
}

fn refused(status: u16, body: Value) -> ProviderError {
    match outcome(&answer(status, body), true, now()) {
        Outcome::Refused(error) | Outcome::Unknown(error) => error,
        Outcome::Accepted(_) => panic!("{status} was accepted"),
    }
}

/// The place of the settings' first fault.
fn path_of(settings: Value, channel: Channel) -> Result<(), String> {
    Client::new(&entry(settings), &crate::testing::context(), channel).map(|_| ()).map_err(|fault| fault.path)
}

#[test]
fn settings_are_checked() {
    let path = |settings: Value| path_of(settings, Channel::Sms);
    assert_eq!(path(json!({"applicationId": "a", "privateKey": PEM})), Ok(()));
    assert_eq!(path(json!({"applicationId": "a", "privateKey": PEM, "apiKey": "k"})), Ok(()));
    assert_eq!(path(json!({"apiKey": "k", "apiSecret": "s"})), Ok(()));
    for (settings, fault) in [
        (json!({}), "/0/applicationId"),
        (json!({"apiKey": "k"}), "/0/apiSecret"),
        (json!({"apiSecret": "s"}), "/0/applicationId"),
        (json!({"applicationId": "a", "apiKey": "k", "apiSecret": "s"}), "/0/privateKey"),
        (json!({"privateKey": PEM}), "/0/applicationId"),
        (json!({"applicationId": "a", "privateKey": "s3cret"}), "/0/privateKey"),
        (json!({"applicationId": "a", "privateKey": PEM.replace('Q', "R")}), "/0/privateKey"),
        (json!({"apiKey": "k", "apiSecret": "s", "secret": "x"}), "/0/secret"),
    ] {
        assert_eq!(path(settings.clone()), Err(fault.to_owned()), "{settings}");
    }
}

#[test]
fn what_is_vibers_own_is_refused_elsewhere() {
    let with = |name: &str, value: &str| {
        let mut settings = json!({"apiKey": "k", "apiSecret": "s"});
        settings[name] = value.into();
        settings
    };
    for (name, good, bad) in [("category", "promotion", "advert"), ("type", "template", "text")] {
        assert_eq!(path_of(with(name, good), Channel::Viber), Ok(()));
        assert_eq!(path_of(with(name, bad), Channel::Viber), Err(format!("/0/{name}")));
        for other in [Channel::Sms, Channel::Whatsapp] {
            assert_eq!(path_of(with(name, good), other), Err(format!("/0/{name}")));
        }
    }
}

#[test]
fn an_accepted_message_has_its_id() {
    let accepted = outcome(&answer(202, json!({"message_uuid": "u-1"})), true, now());
    let expected = baton_domain::outcome::Accepted {
        provider_message_id: Some("u-1".to_owned()),
        receipts: true,
        part_count: None,
    };
    assert_eq!(accepted, Outcome::Accepted(expected));
    let without_statuses = outcome(&answer(202, json!({"message_uuid": "u-1"})), false, now());
    assert!(matches!(without_statuses, Outcome::Accepted(accepted) if !accepted.receipts));
    assert!(
        matches!(outcome(&answer(200, json!({})), true, now()), Outcome::Unknown(error) if error.code == "no_message_id")
    );
}

#[test]
fn every_code_has_its_class() {
    let numbers = |class| codes::CODES.of(class).into_iter().filter_map(|code| code.parse::<u32>().ok()).collect();
    let permanent: Vec<u32> = numbers(Permanent);
    assert_eq!(
        permanent,
        [
            110, 1040, 1050, 1160, 1170, 1190, 1200, 1210, 1240, 1250, 1251, 1260, 1270, 1280, 1282, 1290, 1300, 1310,
            1320, 1330, 1340, 1360, 1430, 1451, 1461
        ]
    );
    let temporary: Vec<u32> = numbers(Temporary);
    assert_eq!(temporary, [1000, 1030, 1100, 1180, 1220, 1230, 1241, 1331, 1472]);
    let misconfigured: Vec<u32> = numbers(Misconfigured);
    assert_eq!(
        misconfigured,
        [
            1010, 1020, 1021, 1022, 1060, 1070, 1080, 1090, 1120, 1130, 1140, 1150, 1350, 1370, 1380, 1381, 1382, 1400,
            1410, 1420, 1440, 1450, 1460, 1470, 1473, 1480, 1481, 1482, 1483, 1484
        ]
    );
    for (code, class, sentence) in codes::CODES.rows {
        let error = refused(422, problem(code));
        assert_eq!((error.class, error.code.as_str(), error.message.as_str()), (*class, *code, *sentence));
    }
}

#[test]
fn an_answer_without_a_known_code_is_read_by_its_status() {
    assert_eq!(
        (refused(422, problem("9999")).class, refused(422, problem("9999")).code.as_str()),
        (Misconfigured, "9999")
    );
    let unauthorised = refused(401, problem("unauthorized"));
    assert_eq!((unauthorised.class, unauthorised.provider_wide), (Misconfigured, true));
    assert!(refused(402, problem("low-balance")).provider_wide && !refused(422, problem("1170")).provider_wide);
    assert_eq!((refused(402, json!({})).class, refused(402, json!({})).code.as_str()), (Misconfigured, "http_402"));
    assert_eq!((refused(500, json!({})).class, refused(503, json!({})).class), (Unknown, Temporary));
    assert_eq!(refused(500, problem("1030")).class, Temporary);
    let odd = refused(422, problem("<b>+79990000001 </b> and so on"));
    assert_eq!(odd.code, "b79990000001bandsoon");
}

#[test]
fn a_rate_limit_keeps_the_pause() {
    let mut limited = answer(429, problem("1000"));
    limited.headers.insert("retry-after", "3".parse().expect("a value"));
    let Outcome::Refused(error) = outcome(&limited, true, now()) else { panic!("not refused") };
    assert_eq!((error.class, error.retry_after), (Temporary, Some(Duration::from_secs(3))));
}
