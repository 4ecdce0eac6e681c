use super::*;
use crate::testing;
use crate::testing::{attempt, context, now, request};
use reqwest::{StatusCode, header::HeaderMap};

const TOKEN: &str = "AAEG9gAAZ3Qe-s3cret";

fn entry(settings: Value) -> Entry {
    let mut entry = json!({ "name": "TELEGRAM_GATEWAY" });
    entry.as_object_mut().expect("an object").extend(settings.as_object().expect("an object").clone());
    crate::document::parse(&json!([entry]).to_string()).expect("a document").remove(0)
}

fn gateway() -> Gateway {
    Gateway::new(&entry(json!({ "token": TOKEN })), &context()).expect("a provider")
}

fn answer(status: u16, body: &Value) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    Answer { status, headers: HeaderMap::new(), body: body.to_string() }
}

fn refusal(code: &str) -> ProviderError {
    match outcome(&answer(200, &json!({ "ok": false, "error": code })), now()) {
        Outcome::Refused(error) => error,
        other => panic!("{code}: {other:?}"),
    }
}

#[test]
fn every_code_has_its_class() {
    CODES.assert_well_formed();
    assert_eq!(CODES.of(Permanent), ["PHONE_NUMBER_INVALID", "PHONE_NUMBER_NOT_AVAILABLE", "PHONE_NUMBER_NOT_FOUND"]);
    assert!(CODES.of(Temporary).is_empty());
    for code in [
        "ACCESS_TOKEN_INVALID",
        "ACCESS_TOKEN_REQUIRED",
        "BALANCE_NOT_ENOUGH",
        "SENDER_NOT_VERIFIED",
        "SENDER_ANYTHING",
        "CODE_INVALID",
        "CODE_ANYTHING",
        "TTL_INVALID",
        "CALLBACK_URL_INVALID",
        "PAYLOAD_INVALID",
        "UNKNOWN_METHOD",
    ] {
        assert_eq!((refusal(code).class, refusal(code).code.as_str()), (Misconfigured, code));
    }
    for wide in ["ACCESS_TOKEN_INVALID", "ACCESS_TOKEN_REQUIRED", "BALANCE_NOT_ENOUGH"] {
        assert!(refusal(wide).provider_wide, "{wide}");
    }
}

#[test]
fn a_flood_is_waited_out() {
    let flood = refusal("FLOOD_WAIT_17");
    assert_eq!((flood.class, flood.retry_after), (Temporary, Some(Duration::from_secs(17))));
    assert_eq!(flood.code, "FLOOD_WAIT");
    assert_eq!(refusal("FLOOD_WAIT_soon").class, Misconfigured);
}

#[test]
fn an_answer_is_read_by_its_body_and_else_by_its_status() {
    let read = |status, body: Value| outcome(&answer(status, &body), now());
    assert_eq!(read(200, json!({ "ok": true, "result": { "request_id": "r1" } })), accepted("r1", true));
    let code = |outcome| testing::failed(outcome).expect_err("an error").code;
    assert_eq!(code(read(200, json!({ "ok": true, "result": {} }))), "no_message_id");
    assert_eq!(code(read(200, json!("<html>"))), "no_message_id");
    assert_eq!(code(read(502, json!("<html>"))), "http_502");
    assert_eq!(code(read(401, json!({ "ok": false, "error": "ACCESS_TOKEN_INVALID" }))), "ACCESS_TOKEN_INVALID");
}

#[test]
fn it_takes_codes_for_phones_and_nothing_else() {
    let some = |text: &str| Some(text.to_owned());
    let person = Recipient { phone: some("+79990000001"), messenger_user_id: some("42"), ..Recipient::default() };
    let nobody = Recipient { messenger_user_id: some("42"), ..Recipient::default() };
    let (code, text) = (
        ChannelContent { code: some("1234"), ..ChannelContent::default() },
        ChannelContent { text: some("1234"), ..ChannelContent::default() },
    );
    let gateway = gateway();
    assert_eq!(gateway.address(Channel::Telegram, &person, &code), Some("+79990000001"));
    assert_eq!(gateway.address(Channel::Telegram, &person, &text), None);
    assert_eq!(gateway.address(Channel::Telegram, &nobody, &code), None);
    for bad in [None, some(""), some("123"), some("123456789"), some("12a4")] {
        let content = ChannelContent { code: bad, ..ChannelContent::default() };
        let refused = gateway.call(&request(Channel::Telegram, "+79990000001", content)).expect_err("a refusal");
        assert_eq!(testing::failed(refused).expect_err("a refusal").code, "code_missing");
    }
}

#[test]
fn settings_are_checked_and_the_token_is_never_printed() {
    let fault = |settings| Gateway::new(&entry(settings), &context()).err().expect("a fault").to_string();
    assert!(fault(json!({})).contains("missing field `token`"));
    assert!(fault(json!({ "token": "" })).contains("/0/token"));
    let bad = fault(json!({ "token": "s3cret\n" }));
    assert!(bad.contains("/0/token") && !bad.contains("s3cret"), "{bad}");
    assert!(fault(json!({ "token": "x", "baseUrl": "api" })).contains("/0/baseUrl"));
    assert!(fault(json!({ "token": "x", "code": 1 })).contains("unknown field `code`"));
    let read: Settings = entry(json!({ "token": TOKEN })).settings().expect("settings");
    assert!(!format!("{read:?}").contains("s3cret"));
}

fn report(status: &str) -> Value {
    json!({
        "request_id": "111", "phone_number": "+79990000001", "request_cost": 0.01, "payload": attempt(),
        "delivery_status": { "status": status, "updated_at": 1_790_000_000 },
    })
}

fn sign(token: &str, stamp: &str, body: &[u8]) -> String {
    let key = Sha256::digest(token.as_bytes());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    mac.update(stamp.as_bytes());
    mac.update(b"\n");
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

fn post(stamp: &str, signature: &str, body: &[u8]) -> Result<Vec<ReceiptOf>, WebhookError> {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![header("x-request-timestamp", stamp), header("x-request-signature", signature)];
    let request =
        WebhookRequest { method: "POST".to_owned(), headers, body: body.to_vec(), ..WebhookRequest::default() };
    webhook(&entry(json!({ "token": TOKEN }))).expect("a webhook").read(&request, now()).map(|answer| answer.receipts)
}

fn signed(body: &[u8], age: i64) -> Result<Vec<ReceiptOf>, WebhookError> {
    let stamp = (now().timestamp() - age).to_string();
    post(&stamp, &sign(TOKEN, &stamp, body), body)
}

#[test]
fn a_report_becomes_a_receipt() {
    let of = |status: &str| signed(report(status).to_string().as_bytes(), 1).expect("authentic").pop();
    let status = |name: &str| of(name).map(|found| found.receipt.status);
    assert_eq!(status("sent"), Some(ReceiptStatus::Sent));
    assert_eq!(status("delivered"), Some(ReceiptStatus::Delivered));
    assert_eq!(status("read"), Some(ReceiptStatus::Read));
    for name in ["expired", "revoked"] {
        let Some(ReceiptStatus::Failed(error)) = status(name) else { panic!("{name}") };
        assert_eq!((error.class, error.code.as_str()), (Permanent, name));
    }
    assert_eq!(status("something new"), None);
    let found = of("read").expect("a receipt");
    assert_eq!((found.attempt, found.receipt.at.timestamp()), (attempt(), 1_790_000_000));
    assert_eq!(found.receipt.provider_message_id.as_deref(), Some("111"));
}

#[test]
fn what_is_not_ours_gives_no_receipt_and_no_json_is_malformed() {
    let mut others = report("read");
    others["payload"] = "order 5".into();
    for body in [
        others,
        json!({}),
        json!([]),
        json!({ "payload": attempt() }),
        json!({ "payload": attempt(), "delivery_status": 7 }),
    ] {
        assert_eq!(signed(body.to_string().as_bytes(), 0), Ok(Vec::new()), "{body}");
    }
    assert!(matches!(signed(b"no json", 0), Err(WebhookError::Malformed(_))));
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(signed(deep.as_bytes(), 0), Err(WebhookError::Malformed(_))));
    let mut odd = report("read");
    odd["delivery_status"]["updated_at"] = json!(i64::MAX);
    assert_eq!(signed(odd.to_string().as_bytes(), 0).expect("authentic")[0].receipt.at, now());
}

#[test]
fn a_forged_or_old_report_is_refused() {
    let body = report("read").to_string().into_bytes();
    for age in [-300, 0, 300] {
        assert_eq!(signed(&body, age).map(|receipts| receipts.len()), Ok(1), "{age}");
    }
    for age in [-301, 301, 86_400] {
        assert_eq!(signed(&body, age), Err(WebhookError::Forged), "{age}");
    }
    let stamp = now().timestamp().to_string();
    let good = sign(TOKEN, &stamp, &body);
    let other_stamp = (now().timestamp() - 1).to_string();
    for (stamp, signature, body) in [
        (stamp.as_str(), "", body.as_slice()),
        (&stamp, "zz", &body),
        (&stamp, &good[..62], &body),
        (&stamp, &sign("another token", &stamp, &body), &body),
        (&stamp, &good, b"{}"),
        (&other_stamp, &good, &body),
        ("soon", &sign(TOKEN, "soon", &body), &body),
    ] {
        assert_eq!(post(stamp, signature, body), Err(WebhookError::Forged), "{stamp} {signature}");
    }
}

/// Signed by another program: Python's `hmac` and `hashlib`.
#[test]
fn a_foreign_signature_is_accepted() {
    const BODY: &[u8] = br#"{"request_id":"1","payload":"7-01a0c4b6e07b7001a261746f6e2d3031-1","delivery_status":{"status":"read","updated_at":1790000000}}"#;
    const SIGNATURE: &str = "c5b01f216adea9a0d5139c26b2be8a3d830b535223ca04c108b469d6accfb03b";
    assert_eq!(post("1790000000", SIGNATURE, BODY).map(|receipts| receipts.len()), Ok(1));
}
