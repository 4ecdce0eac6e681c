use super::*;
use crate::{
    testing::{attempt, now},
    whatsapp::meta::tests::entry,
};
use baton_domain::ErrorClass::{Misconfigured, Temporary};
use serde_json::json;
use std::{fs, path::Path};

const SECRET: &str = "app-secret";

fn hooks() -> Box<dyn Webhook> {
    webhook(&entry(&json!({"appSecret": SECRET, "verifyToken": "verify me"}))).expect("a webhook")
}

fn post(body: &[u8], signature: Option<String>) -> WebhookRequest {
    let headers = signature.map(|value| ("x-hub-signature-256".to_owned(), value)).into_iter().collect();
    WebhookRequest { method: "POST".to_owned(), headers, body: body.to_vec(), ..WebhookRequest::default() }
}

fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn signed(body: &[u8]) -> Result<WebhookAnswer, WebhookError> {
    hooks().read(&post(body, Some(sign(SECRET, body))), now())
}

fn read(body: &Value) -> WebhookAnswer {
    signed(body.to_string().as_bytes()).expect("an authentic webhook")
}

/// A body around one value.
fn around(value: &Value) -> Value {
    let mut value = value.clone();
    value["metadata"] = json!({"display_phone_number": "+1 555-012-3456", "phone_number_id": "106540352242922"});
    json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]})
}

fn status(name: &str) -> Value {
    json!({
        "id": "wamid.1", "status": name, "timestamp": "1789999990", "recipient_id": "79990000001",
        "biz_opaque_callback_data": attempt(),
    })
}

#[test]
fn without_its_secrets_there_is_no_webhook() {
    let fault = webhook(&entry(&json!({}))).err().expect("a fault");
    assert_eq!(fault.path, "/0/appSecret");
}

#[test]
fn the_address_is_confirmed_to_who_knows_the_token() {
    let get = |query: &str| {
        let request = WebhookRequest { method: "GET".to_owned(), query: query.to_owned(), ..WebhookRequest::default() };
        hooks().read(&request, now()).map(|answer| (answer.content_type, answer.body, answer.receipts.len()))
    };
    let good = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify%20me";
    assert_eq!(get(good), Ok(("text/plain", "1158201444".to_owned(), 0)));
    for bad in [
        "",
        "hub.mode=subscribe&hub.challenge=1158201444",
        "hub.mode=subscribe&hub.verify_token=verify%20me",
        "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=verify%20me",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=verify",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
    ] {
        assert_eq!(get(bad), Err(WebhookError::Forged), "{bad}");
    }
}

#[test]
fn a_forged_webhook_is_refused() {
    let body = around(&json!({"statuses": [status("delivered")]})).to_string().into_bytes();
    assert_eq!(signed(&body).expect("an authentic webhook").receipts.len(), 1);
    let read = |signature: Option<String>| hooks().read(&post(&body, signature), now());
    let good = sign(SECRET, &body);
    assert!(read(Some(good.to_uppercase().replace("SHA256", "sha256"))).is_ok());
    for signature in [
        None,
        Some(String::new()),
        Some("sha256=".to_owned()),
        Some("sha256=xyz".to_owned()),
        Some(good.replace("sha256=", "")),
        Some(good.replace("sha256=", "sha1=")),
        Some(good[..good.len() - 2].to_owned()),
        Some(sign("another secret", &body)),
        Some(sign("", &body)),
        Some(sign(SECRET, b"another body")),
    ] {
        assert_eq!(read(signature.clone()), Err(WebhookError::Forged), "{signature:?}");
    }
}

/// Signed by another library (Python's hmac).
#[test]
fn a_foreign_signature_is_accepted() {
    const SIGNATURE: &str = "sha256=d3e4f9da0ce6c71ab3dba55929b8eeeee2455349e534924ead19f98d143e904f";
    let answer =
        hooks().read(&post(br#"{"object":"whatsapp_business_account","entry":[]}"#, Some(SIGNATURE.to_owned())), now());
    assert_eq!(answer, Ok(WebhookAnswer::receipts(Vec::new())));
}

#[test]
fn a_status_becomes_a_receipt() {
    let receipt = |status: &Value| read(&around(&json!({"statuses": [status]}))).receipts.pop();
    let of = |name: &str| receipt(&status(name)).map(|receipt| receipt.receipt.status);
    assert_eq!(of("sent"), Some(ReceiptStatus::Sent));
    assert_eq!(of("delivered"), Some(ReceiptStatus::Delivered));
    assert_eq!((of("read"), of("played")), (Some(ReceiptStatus::Read), Some(ReceiptStatus::Read)));
    assert_eq!(of("one day"), None);

    let delivered = receipt(&status("delivered")).expect("a receipt");
    assert_eq!(delivered.attempt, attempt());
    assert_eq!(delivered.receipt.at.timestamp(), 1_789_999_990);
    assert_eq!(delivered.receipt.provider_message_id.as_deref(), Some("wamid.1"));

    let failed = |errors: Value| {
        let mut body = status("failed");
        body["errors"] = errors;
        match receipt(&body).expect("a receipt").receipt.status {
            ReceiptStatus::Failed(error) => (error.class, error.code),
            other => panic!("{other:?}"),
        }
    };
    let error = |code: u32| json!([{"code": code, "title": "t", "error_data": {"details": "+79990000001"}}]);
    assert_eq!(failed(error(131_047)), (Permanent, "131047".to_owned()));
    assert_eq!(failed(error(131_056)), (Temporary, "131056".to_owned()));
    assert_eq!(failed(error(132_015)), (Misconfigured, "132015".to_owned()));
    assert_eq!(failed(error(999_999)), (Permanent, "999999".to_owned()));
    for none in [Value::Null, json!([]), json!([{"code": "x"}]), json!({})] {
        assert_eq!(failed(none), (Permanent, "failed".to_owned()));
    }
}

#[test]
fn a_status_needs_no_number_of_the_recipient_and_several_come_together() {
    let mut hidden = status("read");
    hidden.as_object_mut().expect("an object").remove("recipient_id");
    hidden["recipient_user_id"] = "US.13491208655302741918".into();
    let mut others = status("sent");
    others["biz_opaque_callback_data"] = "order 5".into();
    let mut no_reference = status("sent");
    no_reference.as_object_mut().expect("an object").remove("biz_opaque_callback_data");
    let answer = read(&around(&json!({"statuses": [status("delivered"), others, no_reference, hidden]})));
    let statuses: Vec<_> = answer.receipts.into_iter().map(|receipt| receipt.receipt.status).collect();
    assert_eq!(statuses, [ReceiptStatus::Delivered, ReceiptStatus::Read]);
}

fn inbound_of(message: Value, contact: Value) -> Option<Inbound> {
    let mut whole = json!({"id": "wamid.2", "timestamp": 1_789_999_990});
    for (name, value) in message.as_object().expect("an object") {
        whole[name] = value.clone();
    }
    read(&around(&json!({"contacts": [contact], "messages": [whole]}))).inbound.pop()
}

#[test]
fn a_message_of_a_person_is_read_with_or_without_a_number() {
    let text = |from: Value| {
        let mut message = json!({"type": "text", "text": {"body": "Да"}});
        for (name, value) in from.as_object().expect("an object") {
            message[name] = value.clone();
        }
        message
    };
    let with = inbound_of(text(json!({"from": "79990000001"})), json!({"wa_id": "79990000001", "user_id": "US.1"}));
    let expected = Inbound {
        channel: Channel::Whatsapp,
        provider: "META".to_owned(),
        id: "wamid.2".to_owned(),
        from: "+79990000001".to_owned(),
        to: Some("+15550123456".to_owned()),
        at: Time::from_timestamp(1_789_999_990, 0).expect("a time"),
        act: Act::Wrote { text: "Да".to_owned(), payload: None },
    };
    assert_eq!(with, Some(expected));
    let from = |message, contact| inbound_of(message, contact).map(|inbound| inbound.from);
    let id = Some("US.13491208655302741918".to_owned());
    assert_eq!(from(text(json!({"from_user_id": "US.13491208655302741918"})), json!({})), id);
    assert_eq!(from(text(json!({})), json!({"user_id": "US.13491208655302741918"})), id);
    assert_eq!(from(text(json!({})), json!({"wa_id": "79990000001"})), Some("+79990000001".to_owned()));
    assert_eq!(from(text(json!({})), json!({})), None);
}

#[test]
fn what_people_send_and_press_is_read() {
    let act = |mut message: Value| {
        message["from"] = "79990000001".into();
        inbound_of(message, json!({})).map(|inbound| inbound.act)
    };
    let wrote = |text: &str, payload: Option<&str>| {
        Some(Act::Wrote { text: text.to_owned(), payload: payload.map(str::to_owned) })
    };
    assert_eq!(act(json!({"type": "text", "text": {"body": "СТОП"}})), Some(Act::Blocked));
    let button = json!({"type": "button", "button": {"payload": "ACK", "text": "Yes"}});
    assert_eq!(act(button), wrote("Yes", Some("ACK")));
    assert_eq!(act(json!({"type": "button", "button": {"payload": "X", "text": "Stop"}})), Some(Act::Blocked));
    for kind in ["button_reply", "list_reply"] {
        let reply = json!({"type": "interactive", "interactive": {"type": kind, kind: {"id": "r-1", "title": "9am"}}});
        assert_eq!(act(reply), wrote("9am", Some("r-1")), "{kind}");
    }
    let flow =
        json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}});
    assert_eq!(act(flow), wrote("", Some("{}")));
    assert_eq!(act(json!({"type": "image", "image": {"id": "1", "caption": "Look"}})), wrote("Look", None));
    assert_eq!(act(json!({"type": "reaction", "reaction": {"emoji": "👍"}})), wrote("👍", None));
    assert_eq!(act(json!({"type": "reaction", "reaction": {"emoji": ""}})), None);
    assert_eq!(act(json!({"type": "system", "system": {"type": "user_changed_number"}})), None);
}

#[test]
fn what_is_about_something_else_says_nothing() {
    let nothing = WebhookAnswer::receipts(Vec::new());
    let mut account = around(&json!({"statuses": [status("sent")]}));
    account["entry"][0]["changes"][0]["field"] = "message_template_status_update".into();
    for body in [account, around(&json!({"errors": [{"code": 130_429}]})), json!({}), json!([]), json!(null)] {
        assert_eq!(read(&body), nothing, "{body}");
    }
}

#[test]
fn hostile_bodies_are_harmless() {
    for value in [
        json!(1),
        json!("x"),
        json!([[[]]]),
        json!({"a": {}}),
        json!(1e300),
        json!(i64::MIN),
        json!("x".repeat(100_000)),
    ] {
        for name in ["statuses", "messages", "contacts", "metadata"] {
            let mut body =
                around(&json!({"statuses": [status("read")], "messages": [{"id": "w", "type": "text", "from": "1"}]}));
            body["entry"][0]["changes"][0]["value"][name] = value.clone();
            read(&body);
        }
        for name in ["id", "timestamp", "errors", "biz_opaque_callback_data"] {
            let mut status = status("failed");
            status[name] = value.clone();
            read(&around(&json!({"statuses": [status]})));
        }
        for name in ["id", "timestamp", "from", "type", "text", "interactive"] {
            let mut message = json!({"id": "w", "type": "interactive", "from": "1", "interactive": {"type": "type"}});
            message[name] = value.clone();
            read(&around(&json!({"messages": [message]})));
        }
        read(&json!({"entry": value}));
        read(&json!({"entry": [{"changes": value}]}));
    }
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    assert_eq!(signed(&deep), Err(WebhookError::Malformed("no JSON".to_owned())));
}

/// The samples of webhooks that the contract tests keep (their source is named there).
fn samples() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/contract/specs/meta/pywa-webhook-samples");
    let mut found = Vec::new();
    for file in fs::read_dir(folder).expect("the samples").map(|file| file.expect("a file").path()) {
        if file.extension().is_some_and(|extension| extension == "json") {
            let text = fs::read_to_string(&file).expect("a sample");
            let samples: serde_json::Map<String, Value> = serde_json::from_str(&text).expect("JSON");
            let stem = file.file_stem().expect("a name").to_string_lossy().into_owned();
            found.extend(samples.into_iter().map(|(name, body)| (format!("{stem}/{name}"), body)));
        }
    }
    found
}

#[test]
fn every_sample_is_understood() {
    let samples = samples();
    assert_eq!(samples.len(), 37);
    for (name, mut body) in samples {
        let answer = read(&body);
        assert_eq!(answer.receipts, [], "{name}: nobody's reference");
        let value = &mut body["entry"][0]["changes"][0]["value"];
        if name.starts_with("message_status/") {
            assert_eq!(answer.inbound, [], "{name}");
            value["statuses"][0]["biz_opaque_callback_data"] = json!(attempt());
            let receipts = read(&body).receipts;
            assert_eq!((receipts.len(), receipts[0].attempt), (1, attempt()), "{name}");
            continue;
        }
        let silent = name.starts_with("system/") || name.contains("unreaction");
        assert_eq!(answer.inbound.len(), usize::from(!silent), "{name}");
        for inbound in answer.inbound {
            assert_eq!(
                (inbound.from.as_str(), inbound.to.as_deref()),
                ("+972987654321", Some("+972123456789")),
                "{name}"
            );
        }
    }
}
