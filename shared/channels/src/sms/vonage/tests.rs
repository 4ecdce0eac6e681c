use super::*;
use crate::{
    document::parse,
    testing::{attempt, now},
};
use reqwest::{StatusCode, header::HeaderMap};
use std::time::Duration;

const PEM: &str = include_str!("../../../tests/support/test-only.pem");

fn entry(settings: Value) -> Entry {
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

fn problem(code: &str) -> Value {
    json!({"type": format!("https://developer.vonage.com/api-errors/messages#{code}"), "title": "t", "detail": "+79990000001"})
}

fn refused(status: u16, body: Value) -> ProviderError {
    match outcome(&answer(status, body), true, now()) {
        Outcome::Refused(error) | Outcome::Unknown(error) => error,
        Outcome::Accepted(_) => panic!("{status} was accepted"),
    }
}

#[test]
fn settings_are_checked() {
    let path = |settings: Value| {
        let entry = entry(settings);
        let settings: Settings = entry.settings().map_err(|fault| fault.path)?;
        authority(&entry, &settings).map(|_| ()).map_err(|fault| fault.path)
    };
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
    assert_eq!(refused(401, problem("unauthorized")).class, Misconfigured);
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

const SECRET: &str = "a signature secret of thirty-two";

fn sign_with(secret: &str, algorithm: Algorithm, claims: &Value) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::encode(&Header::new(algorithm), claims, &key).expect("a token")
}

fn claims(body: &[u8], age: i64) -> Value {
    json!({
        "iat": now().timestamp() - age, "jti": "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5", "iss": "Vonage", "api_key": "k",
        "payload_hash": hex::encode(Sha256::digest(body)),
    })
}

fn post(body: &[u8], authorization: Option<String>) -> WebhookRequest {
    WebhookRequest {
        method: "POST".to_owned(),
        headers: authorization.map(|value| ("authorization".to_owned(), value)).into_iter().collect(),
        body: body.to_vec(),
        ..WebhookRequest::default()
    }
}

fn read(request: &WebhookRequest) -> Result<Vec<ReceiptOf>, WebhookError> {
    let entry = entry(json!({"apiKey": "k", "apiSecret": "s", "signatureSecret": SECRET}));
    webhook(&entry).expect("a webhook").read(request, now()).map(|answer| answer.receipts)
}

/// What a signed status is read as.
fn signed(body: &[u8]) -> Result<Vec<ReceiptOf>, WebhookError> {
    read(&post(body, Some(format!("Bearer {}", sign_with(SECRET, Algorithm::HS256, &claims(body, 2))))))
}

/// As the specification shows it.
fn status(status: &str) -> Value {
    json!({
        "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab", "to": "447700900000", "from": "447700900001",
        "timestamp": "2026-09-21T13:33:19Z", "status": status, "client_ref": attempt(), "channel": "sms",
        "usage": {"currency": "EUR", "price": "0.0333"}, "destination": {"network_code": "12345"}, "sms": {"count_total": "2"},
    })
}

#[test]
fn without_its_secret_there_is_no_webhook() {
    for settings in [json!({}), json!({"signatureSecret": ""})] {
        let fault = webhook(&entry(settings)).err().expect("a fault");
        assert_eq!(fault.path, "/0/signatureSecret");
    }
}

#[test]
fn a_signature_holds_for_one_body_and_five_minutes() {
    let body = status("delivered").to_string().into_bytes();
    let at_age = |age: i64| {
        read(&post(&body, Some(format!("Bearer {}", sign_with(SECRET, Algorithm::HS256, &claims(&body, age))))))
    };
    for age in [-60, 0, 300] {
        assert_eq!(at_age(age).map(|receipts| receipts.len()), Ok(1), "{age}");
    }
    for age in [-61, 301, 86_400, i64::MAX - 2_000_000_000] {
        assert_eq!(at_age(age), Err(WebhookError::Forged), "{age}");
    }
    let lower = format!("bearer {}", sign_with(SECRET, Algorithm::HS256, &claims(&body, 0)));
    assert_eq!(read(&post(&body, Some(lower))).map(|receipts| receipts.len()), Ok(1));
}

/// Signed by another library (PyJWT 2.15.1).
#[test]
fn a_foreign_signature_is_accepted() {
    const BODY: &[u8] =
        br#"{"message_uuid":"u-1","client_ref":"7-01a0c4b6e07b7001a261746f6e2d3031-1","status":"delivered"}"#;
    const TOKEN: &str = concat!(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.",
        "eyJpYXQiOjE3OTAwMDAwMDAsImp0aSI6ImM1YmE4ZjI0IiwiaXNzIjoiVm9uYWdlIiwiYXBpX2tleSI6ImsiLCJwYXlsb2FkX2hhc2giOiJj",
        "NThmNDBjMzhjNDFjYzhiYmIxNDU4ZmRjOTRiNzBkN2Y3Zjk3NGY4OTMwNTZkZTBiODJhNmM5NGQ1NTJkNGM4In0.",
        "EMxt1tPP0aLvsIJ2tQ9h7imvrJUh-tW8-KpHlRvpovA",
    );
    assert_eq!(read(&post(BODY, Some(format!("Bearer {TOKEN}")))).map(|receipts| receipts.len()), Ok(1));
}

#[test]
fn a_forged_status_is_refused() {
    let body = status("delivered").to_string().into_bytes();
    let good = sign_with(SECRET, Algorithm::HS256, &claims(&body, 0));
    let mut parts = good.split('.').map(str::to_owned).collect::<Vec<_>>();
    parts[0] = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0".to_owned();
    let no_algorithm = format!("{}.{}.", parts[0], parts[1]);
    let mut no_hash = claims(&body, 0);
    no_hash.as_object_mut().expect("an object").remove("payload_hash");
    for token in [
        sign_with("another secret", Algorithm::HS256, &claims(&body, 0)),
        sign_with(SECRET, Algorithm::HS512, &claims(&body, 0)),
        sign_with(SECRET, Algorithm::HS256, &claims(b"another body", 0)),
        sign_with(SECRET, Algorithm::HS256, &no_hash),
        no_algorithm,
        good[..good.len() - 4].to_owned(),
        String::new(),
        "x.y.z".to_owned(),
    ] {
        assert_eq!(read(&post(&body, Some(format!("Bearer {token}")))), Err(WebhookError::Forged), "{token}");
    }
    assert_eq!(read(&post(&body, Some(good.clone()))), Err(WebhookError::Forged));
    assert_eq!(read(&post(&body, Some(format!("Basic {good}")))), Err(WebhookError::Forged));
    assert_eq!(read(&post(&body, None)), Err(WebhookError::Forged));
}

#[test]
fn a_status_becomes_a_receipt() {
    let receipt = |body: &Value| signed(body.to_string().as_bytes()).expect("an authentic status").pop();
    let of = |name: &str| receipt(&status(name)).map(|receipt| receipt.receipt.status);
    assert_eq!(of("submitted"), Some(ReceiptStatus::Sent));
    assert_eq!(of("delivered"), Some(ReceiptStatus::Delivered));
    assert_eq!(of("read"), Some(ReceiptStatus::Read));
    assert_eq!(of("one day"), None);

    let delivered = receipt(&status("delivered")).expect("a receipt");
    assert_eq!((delivered.attempt, delivered.receipt.part_count), (attempt(), Some(2)));
    assert_eq!(delivered.receipt.at, "2026-09-21T13:33:19Z".parse::<Time>().expect("a time"));
    assert_eq!(delivered.receipt.provider_message_id.as_deref(), Some("aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"));

    let failed = |name: &str, problem: Value| {
        let mut body = status(name);
        body["error"] = problem;
        match receipt(&body).expect("a receipt").receipt.status {
            ReceiptStatus::Failed(error) => (error.class, error.code),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(failed("rejected", problem("1240")), (Permanent, "1240".to_owned()));
    assert_eq!(failed("undeliverable", problem("1180")), (Temporary, "1180".to_owned()));
    assert_eq!(failed("rejected", json!({"title": "1120"})), (Misconfigured, "1120".to_owned()));
    assert_eq!(failed("rejected", problem("9999")), (Permanent, "9999".to_owned()));
    assert_eq!(failed("undeliverable", Value::Null), (Permanent, "undeliverable".to_owned()));
}

#[test]
fn what_is_not_ours_gives_no_receipt_and_no_json_is_malformed() {
    let inbound = json!({"channel": "sms", "message_uuid": "u", "to": "1", "from": "2", "text": "STOP"});
    let mut others = status("delivered");
    others["client_ref"] = "order 5".into();
    for body in [inbound, others, json!({}), json!([]), json!({"client_ref": attempt()})] {
        assert_eq!(signed(body.to_string().as_bytes()), Ok(Vec::new()), "{body}");
    }
    assert_eq!(signed(b"no json"), Err(WebhookError::Malformed("no JSON".to_owned())));
    let odd = json!({"client_ref": attempt(), "status": "sent", "status": "submitted", "timestamp": "x", "sms": {"count_total": -1}});
    let receipts = signed(odd.to_string().as_bytes()).expect("an authentic status");
    assert_eq!((receipts[0].receipt.at, receipts[0].receipt.part_count), (now(), None));
}
