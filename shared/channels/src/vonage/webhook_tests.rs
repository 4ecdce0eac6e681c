use super::*;
use crate::{
    testing::{attempt, now},
    vonage::tests::{entry, problem},
};
use baton_domain::ErrorClass::{Misconfigured, Permanent, Temporary};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

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

fn answer(request: &WebhookRequest) -> Result<WebhookAnswer, WebhookError> {
    let entry = entry(json!({"apiKey": "k", "apiSecret": "s", "signatureSecret": SECRET}));
    webhook(&entry, Channel::Sms).expect("a webhook").read(request, now())
}

fn read(request: &WebhookRequest) -> Result<Vec<ReceiptOf>, WebhookError> {
    answer(request).map(|answer| answer.receipts)
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
        let fault = webhook(&entry(settings), Channel::Sms).err().expect("a fault");
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

/// What a message of a person is read as, in the fields that the channels have in common.
fn act_of(message: Value) -> Option<Inbound> {
    let mut body = json!({
        "channel": "whatsapp", "message_uuid": "u-1", "to": "447700900000", "from": "79990000001",
        "timestamp": "2026-09-21T13:33:19Z", "profile": {"name": "Anna"}, "context_status": "none",
    });
    for (name, value) in message.as_object().expect("an object") {
        body[name] = value.clone();
    }
    let body = body.to_string().into_bytes();
    let token = sign_with(SECRET, Algorithm::HS256, &claims(&body, 2));
    let answer = answer(&post(&body, Some(format!("Bearer {token}")))).expect("an authentic message");
    assert_eq!((answer.receipts.as_slice(), answer.inbound.len() <= 1), ([].as_slice(), true));
    answer.inbound.into_iter().next()
}

#[test]
fn a_message_of_a_person_names_its_channel() {
    let expected = |channel| Inbound {
        channel,
        provider: "VONAGE".to_owned(),
        id: "u-1".to_owned(),
        from: "+79990000001".to_owned(),
        to: Some("+447700900000".to_owned()),
        at: "2026-09-21T13:33:19Z".parse().expect("a time"),
        act: Act::Wrote { text: "Да".to_owned(), payload: None },
    };
    let text = |channel: &str| act_of(json!({"channel": channel, "message_type": "text", "text": "Да"}));
    assert_eq!(text("whatsapp"), Some(expected(Channel::Whatsapp)));
    assert_eq!(text("viber_service"), Some(expected(Channel::Viber)));
    let sms = act_of(json!({"channel": "sms", "text": "Да", "sms": {"num_messages": "1"}}));
    assert_eq!(sms, Some(expected(Channel::Sms)));
    assert_eq!(text("messenger"), None);
    let service = act_of(json!({"channel": "viber_service", "to": "16273", "message_type": "text", "text": "x"}));
    assert_eq!(service.and_then(|inbound| inbound.to).as_deref(), Some("16273"));
}

#[test]
fn what_people_send_and_press_is_read() {
    let act = |message: Value| act_of(message).map(|inbound| inbound.act);
    let wrote = |text: &str, payload: Option<&str>| {
        Some(Act::Wrote { text: text.to_owned(), payload: payload.map(str::to_owned) })
    };
    assert_eq!(act(json!({"message_type": "text", "text": "Stop"})), Some(Act::Blocked));
    let reply = json!({"message_type": "reply", "reply": {"id": "r-1", "title": "9am"}});
    assert_eq!(act(reply), wrote("9am", Some("r-1")));
    let button = json!({"message_type": "button", "button": {"payload": "ACK", "text": "Yes"}});
    assert_eq!(act(button), wrote("Yes", Some("ACK")));
    let flow = json!({"message_type": "button", "button": {"payload": {"a": 1}, "subtype": "flow"}});
    assert_eq!(act(flow), wrote("", Some("{\"a\":1}")));
    let image = json!({"message_type": "image", "image": {"url": "https://example.org/a.jpg", "caption": "Look"}});
    assert_eq!(act(image), wrote("Look", None));
    for kind in ["location", "contacts", "order", "sticker", "unsupported", "audio", "video", "file"] {
        assert_eq!(act(json!({"message_type": kind})), wrote("", None), "{kind}");
    }
    let reaction = |action: &str| json!({"message_type": "reaction", "reaction": {"action": action, "emoji": "👍"}});
    assert_eq!((act(reaction("react")), act(reaction("unreact"))), (wrote("👍", None), None));
}

#[test]
fn hostile_messages_are_harmless() {
    for message in [
        json!({"message_type": 5}),
        json!({"message_type": "from"}),
        json!({"message_type": "reply", "reply": [1]}),
        json!({"message_type": "", "timestamp": {}}),
        json!({"from": null}),
        json!({"from": "x".repeat(100_000)}),
        json!({"message_uuid": 1}),
        json!({"to": []}),
    ] {
        act_of(message);
    }
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    assert_eq!(signed(&deep), Err(WebhookError::Malformed("no JSON".to_owned())));
}
