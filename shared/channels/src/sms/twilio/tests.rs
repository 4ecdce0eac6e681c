use super::*;
use crate::{
    document::parse,
    testing::{attempt, now},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use baton_domain::{
    ErrorClass::{Misconfigured, Permanent, Temporary, Unknown},
    ReceiptStatus,
};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{ReceiptOf, WebhookAnswer, WebhookError, WebhookRequest},
};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{StatusCode, header::HeaderMap};
use std::{collections::BTreeSet, time::Duration};

const SETTINGS: &str = r#""accountSid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "authToken": "12345""#;

fn entry(settings: &str) -> Entry {
    parse(&format!(r#"[{{"name": "TWILIO", {settings}}}]"#)).expect("a document").remove(0)
}

fn answer(status: u16, body: &str) -> Answer {
    let status = StatusCode::from_u16(status).expect("a status");
    Answer { status, headers: HeaderMap::new(), body: body.to_owned() }
}

fn refused(status: u16, code: u32) -> ProviderError {
    let body = format!(r#"{{"code": {code}, "message": "+79990000001", "more_info": "x", "status": {status}}}"#);
    match outcome(&answer(status, &body), now()) {
        Outcome::Refused(error) | Outcome::Unknown(error) => error,
        Outcome::Accepted(_) => panic!("{code} was accepted"),
    }
}

#[test]
fn settings_are_checked() {
    let path = |settings: &str| super::settings(&entry(settings)).map(|_| ()).map_err(|fault| fault.path);
    assert_eq!(path(SETTINGS), Ok(()));
    assert_eq!(path(r#""accountSid": "AC12", "authToken": "1""#), Err("/0/accountSid".to_owned()));
    assert_eq!(path(&SETTINGS.replace("12345", "")), Err("/0/authToken".to_owned()));
    assert_eq!(path(&format!(r#"{SETTINGS}, "apiKeySid": "SK1""#)), Err("/0/apiKeySecret".to_owned()));
    assert_eq!(path(&format!(r#"{SETTINGS}, "authtoken": "1""#)), Err("/0/authtoken".to_owned()));
}

#[test]
fn an_accepted_message_has_its_id_and_parts() {
    let accepted = |body: &str| outcome(&answer(201, body), now());
    let id = Some("SM1".to_owned());
    assert_eq!(
        accepted(r#"{"sid": "SM1", "status": "queued", "num_segments": "2"}"#),
        Outcome::Accepted(Accepted { provider_message_id: id.clone(), receipts: true, part_count: Some(2) })
    );
    assert_eq!(
        accepted(r#"{"sid": "SM1", "status": "accepted", "num_segments": "0"}"#),
        Outcome::Accepted(Accepted { provider_message_id: id, receipts: true, part_count: None })
    );
    for body in ["", "<html>", "{}", r#"{"sid": 1}"#] {
        assert!(matches!(accepted(body), Outcome::Unknown(error) if error.code == "no_message_id"), "{body}");
    }
}

#[test]
fn every_code_has_its_class() {
    assert_eq!(
        CODES.of(Permanent),
        [
            "21211", "21214", "21217", "21610", "21612", "21614", "21635", "30003", "30004", "30005", "30006", "63003",
            "63024"
        ]
    );
    assert_eq!(CODES.of(Temporary), ["20429", "20500", "20503", "30001", "30008", "63012", "63018"]);
    assert_eq!(
        CODES.of(Misconfigured),
        ["20003", "21408", "21606", "21617", "21659", "30002", "30007", "30034", "63007", "63016"]
    );
    for (code, class, sentence) in CODES.rows {
        let error = refused(400, code.parse().expect("a number"));
        assert_eq!((error.class, error.code.as_str(), error.message.as_str()), (*class, *code, *sentence));
    }
}

#[test]
fn an_answer_without_a_known_code_is_read_by_its_status() {
    assert_eq!((refused(400, 99_999).class, refused(400, 99_999).code.as_str()), (Misconfigured, "99999"));
    assert_eq!((refused(503, 99_999).class, refused(500, 99_999).class), (Temporary, Unknown));
    let class = |status: u16| match outcome(&answer(status, "<html>"), now()) {
        Outcome::Refused(error) => error.class,
        Outcome::Unknown(error) => error.class,
        Outcome::Accepted(_) => panic!("{status} was accepted"),
    };
    assert_eq!([401, 403, 302].map(class), [Misconfigured; 3]);
    assert_eq!([408, 429, 503].map(class), [Temporary; 3]);
    assert_eq!([500, 502, 504].map(class), [Unknown; 3]);
}

#[test]
fn a_rate_limit_keeps_the_pause() {
    let mut limited = answer(429, r#"{"code": 20429, "message": "Too Many Requests", "status": 429}"#);
    limited.headers.insert("retry-after", "7".parse().expect("a value"));
    let Outcome::Refused(error) = outcome(&limited, now()) else { panic!("not refused") };
    assert_eq!((error.class, error.retry_after), (Temporary, Some(Duration::from_secs(7))));
}

fn post(url: &str, body: &str, signature: &str) -> WebhookRequest {
    WebhookRequest {
        method: "POST".to_owned(),
        url: url.to_owned(),
        query: url.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default(),
        headers: vec![
            ("content-type".to_owned(), "application/x-www-form-urlencoded; charset=UTF-8".to_owned()),
            ("x-twilio-signature".to_owned(), signature.to_owned()),
        ],
        body: body.as_bytes().to_vec(),
    }
}

fn sign(signed: &str) -> String {
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(b"12345").expect("a key");
    mac.update(signed.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn read(request: &WebhookRequest) -> Result<Vec<ReceiptOf>, WebhookError> {
    webhook(&entry(SETTINGS)).expect("a webhook").read(request, now()).map(|answer| answer.receipts)
}

/// The example of Twilio's security page, and two of the tests of Twilio's own libraries.
#[test]
fn signatures_of_twilio_itself_are_accepted() {
    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    const FORM: &str =
        "Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE";
    assert_eq!(read(&post(URL, FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")), Ok(Vec::new()));
    let repeated = "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234";
    assert_eq!(read(&post(URL, repeated, "IK+Dwps556ElfBT0I3Rgjkr1wJU=")), Ok(Vec::new()));

    let hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    let body = r#"{"property": "value", "boolean": true}"#;
    let mut json = post(&format!("{URL}&bodySHA256={hash}"), body, "a9nBmqA0ju/hNViExpshrM61xv4=");
    json.headers[0].1 = "application/json".to_owned();
    assert_eq!(read(&json), Ok(Vec::new()));
    json.body.push(b' ');
    assert_eq!(read(&json), Err(WebhookError::Forged));
}

#[test]
fn a_forged_callback_is_refused() {
    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    let (body, signed) = ("A=1&B=2", sign(&format!("{URL}A1B2")));
    let good = post(URL, body, &signed);
    assert_eq!(read(&good), Ok(Vec::new()));

    let mut unsigned = good.clone();
    unsigned.headers.pop();
    let mut plain = good.clone();
    plain.headers[0].1 = "text/plain".to_owned();
    let other_key = STANDARD.encode([7; 20]);
    for forged in [
        post(URL, "A=1&B=3", &signed),
        post(URL, "A=1&B=2&C=3", &signed),
        post(&URL.replace("foo=1", "foo=2"), body, &signed),
        post(URL, body, &other_key),
        post(URL, body, ""),
        post(URL, body, "not base64!"),
        unsigned,
        plain,
    ] {
        assert_eq!(read(&forged), Err(WebhookError::Forged), "{forged:?}");
    }
}

#[test]
fn either_spelling_of_the_port_is_accepted() {
    for (url, signed) in [
        ("https://b.example.org/w?ref=1", "https://b.example.org:443/w?ref=1"),
        ("https://b.example.org:443/w", "https://b.example.org/w"),
        ("http://b.example.org", "http://b.example.org:80"),
    ] {
        assert_eq!(read(&post(url, "", &sign(signed))), Ok(Vec::new()), "{url}");
    }
    assert_eq!(read(&post("https://b:8443/", "", &sign("https://b:443/"))), Err(WebhookError::Forged));
}

/// What a status callback, signed, is read as.
fn callback(reference: &str, body: &str) -> Vec<ReceiptOf> {
    heard(&format!("?ref={reference}"), body).receipts
}

/// What a request to the webhook, signed, is read as.
fn heard(query: &str, body: &str) -> WebhookAnswer {
    let url = format!("https://baton.example.org/webhooks/sms/twilio{query}");
    let fields: BTreeSet<_> = url::form_urlencoded::parse(body.as_bytes()).collect();
    let signed: String = fields.iter().map(|(name, value)| format!("{name}{value}")).collect();
    let request = post(&url, body, &sign(&format!("{url}{signed}")));
    webhook(&entry(SETTINGS)).expect("a webhook").read(&request, now()).expect("an authentic request")
}

#[test]
fn a_status_becomes_a_receipt() {
    let status = |status: &str| {
        let receipts = callback(&attempt().to_string(), &format!("MessageSid=SM1&MessageStatus={status}"));
        receipts.into_iter().next().map(|receipt| receipt.receipt.status)
    };
    assert_eq!(status("sent"), Some(ReceiptStatus::Sent));
    assert_eq!(status("delivered"), Some(ReceiptStatus::Delivered));
    assert_eq!(status("read"), Some(ReceiptStatus::Read));
    for silent in ["queued", "accepted", "sending", "scheduled", "receiving", "received", "partially_delivered", "new"]
    {
        assert_eq!(status(silent), None, "{silent}");
    }
    let failed = |body: &str| {
        let mut receipts = callback(&attempt().to_string(), body);
        let receipt = receipts.remove(0);
        assert_eq!((receipt.attempt, receipt.receipt.at), (attempt(), now()));
        assert_eq!(receipt.receipt.provider_message_id.as_deref(), Some("SM1"));
        match receipt.receipt.status {
            ReceiptStatus::Failed(error) => (error.class, error.code),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(failed("MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30003"), (Permanent, "30003".to_owned()));
    assert_eq!(failed("MessageSid=SM1&MessageStatus=failed&ErrorCode=30007"), (Misconfigured, "30007".to_owned()));
    assert_eq!(failed("MessageSid=SM1&MessageStatus=failed&ErrorCode=1"), (Permanent, "1".to_owned()));
    assert_eq!(failed("MessageSid=SM1&MessageStatus=undelivered"), (Permanent, "undelivered".to_owned()));
    assert_eq!(failed("MessageSid=SM1&MessageStatus=canceled&ErrorCode="), (Permanent, "canceled".to_owned()));
}

#[test]
fn what_is_not_ours_gives_no_receipt() {
    assert_eq!(callback("", "MessageSid=SM1&MessageStatus=delivered"), []);
    assert_eq!(callback("42", "MessageSid=SM1&MessageStatus=delivered"), []);
    assert_eq!(callback(&attempt().to_string(), "MessageSid=SM1&From=%2B1&Body=STOP"), [], "no status");
    assert_eq!(callback(&attempt().to_string(), "%FF=%FE&&=&MessageStatus"), []);
}

/// The fields of an inbound message, as Twilio documents them.
fn message(body: &str, more: &str) -> String {
    let body: String = url::form_urlencoded::byte_serialize(body.as_bytes()).collect();
    format!(
        "ToCountry=US&SmsMessageSid=SM2&NumMedia=0&SmsSid=SM2&SmsStatus=received&Body={body}&To=%2B15005550006\
         &NumSegments=1&MessageSid=SM2&AccountSid=AC1&From=%2B14155550100&ApiVersion=2010-04-01{more}"
    )
}

#[test]
fn what_somebody_writes_is_inbound_and_answered_with_twiml() {
    let wrote = |text: &str| Act::Wrote { text: text.to_owned(), payload: None };
    for (text, more, act) in [
        ("Да, приду & «спасибо»", "", wrote("Да, приду & «спасибо»")),
        ("", "&NumMedia=1&MediaUrl0=https%3A%2F%2Fexample.org", wrote("")),
        ("STOP", "", Act::Blocked),
        ("стоп", "", Act::Blocked),
        ("start", "", Act::Allowed),
        // Words of the customer's own, which only Twilio knows.
        ("genug", "&OptOutType=STOP", Act::Blocked),
        ("wieder", "&OptOutType=START", Act::Allowed),
        ("help", "&OptOutType=HELP", wrote("help")),
    ] {
        let answer = heard("", &message(text, more));
        let expected = Inbound {
            channel: Channel::Sms,
            provider: "TWILIO".to_owned(),
            id: "SM2".to_owned(),
            from: "+14155550100".to_owned(),
            to: Some("+15005550006".to_owned()),
            at: now(),
            act,
        };
        assert_eq!((answer.inbound, answer.receipts.len()), (vec![expected], 0), "{text}");
        assert_eq!(answer.content_type, "text/xml");
        assert_eq!(answer.body, r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#);
    }
}

#[test]
fn a_form_that_is_no_inbound_sms_says_nothing() {
    for body in [
        message("x", "&MessageStatus=received"),
        message("x", "").replace("From=%2B", "From=whatsapp%3A%2B"),
        message("x", "").replace("MessageSid", "Sid").replace("SmsSid", "Sid"),
        message("x", "").replace("From", "Form"),
        message("x", "").replace("Body", "Text"),
    ] {
        let answer = heard("", &body);
        assert_eq!((answer.inbound.len(), answer.receipts.len(), answer.body.as_str()), (0, 0, ""), "{body}");
    }
}
