use super::{codes::CODES, *};
use crate::testing::{attempt, context, now, request};
use baton_domain::ErrorClass;
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{Webhook, WebhookAnswer, WebhookError, WebhookRequest},
};
use reqwest::{StatusCode, header::HeaderMap};
use std::time::Duration;

const TOKEN: &str = "vk1.a.s3cret";

fn entry(settings: Value) -> Entry {
    let mut entry = json!({ "name": "VK", "token": TOKEN });
    entry.as_object_mut().expect("an object").extend(settings.as_object().expect("an object").clone());
    crate::document::parse(&json!([entry]).to_string()).expect("a document").remove(0)
}

fn bot() -> Bot {
    Bot::new(&entry(json!({})), &context()).expect("a provider")
}

fn read(status: u16, body: &Value) -> Outcome {
    let status = StatusCode::from_u16(status).expect("a status");
    outcome(&Answer { status, headers: HeaderMap::new(), body: body.to_string() }, now())
}

/// An error as VK writes it, about the call and about the recipient; both are read alike.
fn refusal(code: u64) -> ProviderError {
    let params = json!([{ "key": "access_token", "value": TOKEN }, { "key": "peer_ids", "value": "4242" }]);
    let of_call =
        json!({ "error": { "error_code": code, "error_msg": format!("no {TOKEN} 4242"), "request_params": params } });
    let of_peer = json!({ "response": [{ "peer_id": 4242, "message_id": 0, "conversation_message_id": 0,
        "error": { "code": code, "description": "no 4242" } }] });
    let error = crate::testing::failed(read(200, &of_call)).expect_err("an error");
    assert_eq!(crate::testing::failed(read(200, &of_peer)), Err(error.clone()));
    assert!(!format!("{error:?}").contains("4242") && !format!("{error:?}").contains("s3cret"), "{error:?}");
    error
}

#[test]
fn every_code_has_its_class() {
    CODES.assert_well_formed();
    let permanent: &[u64] =
        &[7, 18, 30, 104, 113, 900, 901, 902, 917, 922, 932, 936, 945, 946, 950, 962, 983, 985, 987, 988, 1012];
    let temporary: &[u64] = &[1, 6, 9, 10, 13, 29, 32, 36, 43, 944];
    let misconfigured: &[u64] = &[
        2, 3, 4, 5, 8, 11, 14, 15, 16, 17, 20, 23, 24, 25, 27, 28, 33, 34, 37, 38, 42, 100, 103, 203, 910, 911, 912,
        913, 914, 921, 925, 940, 943, 969, 1117,
    ];
    for (class, codes) in [(Permanent, permanent), (Temporary, temporary), (Misconfigured, misconfigured)] {
        let table: Vec<u64> = CODES.of(class).iter().map(|code| code.parse().expect("a number")).collect();
        assert_eq!(table, codes, "{class}");
        for code in codes {
            assert_eq!((refusal(*code).class, refusal(*code).code), (class, code.to_string()));
        }
    }
    assert!(refusal(5).provider_wide && refusal(10).provider_wide && !refusal(901).provider_wide);
    assert_eq!((refusal(77_777).class, refusal(77_777).code.as_str()), (Misconfigured, "77777"));
}

/// The published schema lists the errors of the method itself.
#[test]
fn every_error_of_the_method_is_in_the_table() {
    let file = |name: &str| -> Value {
        let path = format!("{}/../../tests/contract/specs/vk/{name}", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).expect("the schema")).expect("JSON")
    };
    let (methods, errors) = (file("messages/methods.json"), file("errors.json"));
    let methods = methods["methods"].as_array().expect("methods");
    let send = methods.iter().find(|method| method["name"] == "messages.send").expect("the method");
    let of_method = send["errors"].as_array().expect("errors");
    assert!(of_method.len() > 20);
    for error in of_method {
        let (_, name) = error["$ref"].as_str().and_then(|path| path.rsplit_once('/')).expect("a reference");
        let code = errors["errors"][name]["code"].as_u64().expect("a code").to_string();
        assert!(CODES.known(&code).is_some(), "{name} ({code}) is not in the table");
    }
}

#[test]
fn limits_are_waited_out() {
    let pause = |code| refusal(code).retry_after.map(|pause| pause.as_secs());
    assert_eq!([pause(6), pause(9), pause(29), pause(10)], [Some(1), Some(60), Some(3600), None]);
    assert!(Duration::from_secs(3600) < baton_domain::retry::LONGEST_PAUSE, "a longer one would give the channel up");
}

#[test]
fn an_answer_names_the_message() {
    let taken = |message: u64, conversation: u64| {
        read(
            200,
            &json!({ "response": [{ "peer_id": 4242, "message_id": message, "conversation_message_id": conversation }] }),
        )
    };
    assert_eq!((taken(17, 3), taken(0, 3)), (accepted("17", false), accepted("3", false)));
    let code = |status, body: Value| crate::testing::failed(read(status, &body)).expect_err("an error");
    for body in
        [json!({}), json!({ "response": [] }), json!({ "response": 7 }), json!({ "response": [{}] }), json!("<html>")]
    {
        assert_eq!(
            (code(200, body.clone()).class, code(200, body).code.as_str()),
            (ErrorClass::Unknown, "no_message_id")
        );
    }
    assert_eq!((code(502, json!("x")).class, code(429, json!("x")).class), (ErrorClass::Unknown, Temporary));
}

#[test]
fn the_key_against_duplicates_follows_from_the_attempt() {
    assert_eq!(random_id(&attempt()), random_id(&attempt()));
    let of = |account: u64, number: u8| {
        random_id(&AttemptRef { account: baton_domain::AccountId(account), attempt: number, ..attempt() })
    };
    let mut keys: Vec<_> = (0..500).flat_map(|account| [of(account, 0), of(account, 1)]).collect();
    assert!(keys.iter().all(|key| *key != 0));
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 1000);
    assert!(bot().idempotent());
}

#[test]
fn it_writes_to_ids_of_digits_and_never_to_phones() {
    let some = |text: &str| Some(text.to_owned());
    let text = ChannelContent { text: some("x"), ..ChannelContent::default() };
    let template = ChannelContent { template_name: some("t"), ..ChannelContent::default() };
    let photo = ChannelContent { attachments: vec!["photo-1_2".to_owned()], ..ChannelContent::default() };
    let to = |id: Option<&str>| Recipient {
        phone: some("+79990000001"),
        messenger_user_id: id.map(str::to_owned),
        ..Recipient::default()
    };
    let bot = bot();
    assert_eq!(bot.address(Channel::Vk, &to(Some("4242")), &text), Some("4242"));
    assert_eq!(bot.address(Channel::Vk, &to(Some("4242")), &photo), Some("4242"));
    assert_eq!(bot.address(Channel::Vk, &to(Some("4242")), &template), None);
    assert_eq!(bot.address(Channel::Vk, &to(None), &text), None);
    for id in ["", "anna", "-1", "0", "+42", "42,43", "4 2"] {
        assert_eq!(bot.address(Channel::Vk, &to(Some(id)), &text), None, "{id}");
    }
}

#[test]
fn a_message_needs_a_text_that_fits_or_attachments() {
    let code = |content| match bot().call(&request(Channel::Vk, "4242", content)) {
        Ok(_) => "ok".to_owned(),
        Err(outcome) => crate::testing::failed(outcome).expect_err("a refusal").code,
    };
    let text = |text: String| ChannelContent { text: Some(text), ..ChannelContent::default() };
    assert_eq!([code(text("ж".repeat(4096))), code(text("ж".repeat(4097)))], ["ok", "text_too_long"]);
    assert_eq!([code(text(String::new())), code(ChannelContent::default())], ["text_missing"; 2]);
    assert_eq!(code(ChannelContent { attachments: vec!["photo-1_2".to_owned()], ..ChannelContent::default() }), "ok");
}

#[test]
fn settings_are_checked_and_the_secrets_are_never_printed() {
    let fault = |settings| Bot::new(&entry(settings), &context()).err().expect("a fault").to_string();
    for (settings, expected) in [
        (json!({ "token": "" }), "/0/token"),
        (json!({ "token": null }), "/0"),
        (json!({ "groupId": "s3cret" }), "/0"),
        (json!({ "baseUrl": "api" }), "/0/baseUrl"),
        (json!({ "accessToken": "s3cret" }), "unknown field `accessToken`"),
    ] {
        let found = fault(settings);
        assert!(found.contains(expected) && !found.contains("s3cret"), "{found}");
    }
    let read: Settings = entry(json!({ "webhookSecret": "hook-s3cret" })).settings().expect("settings");
    assert!(!format!("{read:?}").contains("s3cret"));
    let whole = json!({ "groupId": 7, "confirmation": "c", "webhookSecret": "s" });
    for missing in ["groupId", "confirmation", "webhookSecret"] {
        let mut settings = whole.clone();
        settings[missing] = Value::Null;
        assert_eq!(webhook(&entry(settings)).err().expect("a fault").path, format!("/0/{missing}"));
    }
    assert!(webhook(&entry(json!({ "groupId": 7, "confirmation": "c", "webhookSecret": "" }))).is_err());
}

fn hook() -> Box<dyn Webhook> {
    let settings = json!({ "groupId": 7, "confirmation": "c0nf1rm", "webhookSecret": "hook-s3cret" });
    webhook(&entry(settings)).expect("a webhook")
}

fn post(body: &[u8]) -> Result<WebhookAnswer, WebhookError> {
    hook().read(&WebhookRequest { method: "POST".to_owned(), body: body.to_vec(), ..WebhookRequest::default() }, now())
}

fn event(kind: &str, object: Value) -> Value {
    json!({ "type": kind, "group_id": 7, "event_id": "e1", "v": "5.199", "secret": "hook-s3cret", "object": object })
}

fn inbound(event: &Value) -> Vec<Inbound> {
    let answer = post(event.to_string().as_bytes()).expect("an authentic event");
    assert_eq!(answer.body, "ok");
    answer.inbound
}

#[test]
fn vk_is_told_that_the_server_is_ours() {
    let mut asked = json!({ "type": "confirmation", "group_id": 7 });
    let confirmed = |asked: &Value| post(asked.to_string().as_bytes()).map(|answer| answer.body);
    assert_eq!(confirmed(&asked), Ok("c0nf1rm".to_owned()));
    asked["secret"] = "hook-s3cret".into();
    assert_eq!(confirmed(&asked), Ok("c0nf1rm".to_owned()));
    asked["secret"] = "wrong".into();
    assert_eq!(confirmed(&asked), Err(WebhookError::Forged));
    assert_eq!(confirmed(&json!({ "type": "confirmation", "group_id": 8 })), Err(WebhookError::Forged));
}

#[test]
fn an_event_needs_the_secret_and_is_of_our_group() {
    let good = event("message_deny", json!({ "user_id": 42 }));
    let first = post(good.to_string().as_bytes()).expect("authentic");
    assert_eq!((post(good.to_string().as_bytes()), first.inbound.len()), (Ok(first.clone()), 1));
    for secret in
        [Value::Null, json!(""), json!("hook-s3creT"), json!("hook-s3cret1"), json!(7), json!(["hook-s3cret"])]
    {
        let mut forged = good.clone();
        forged["secret"] = secret;
        assert_eq!(post(forged.to_string().as_bytes()), Err(WebhookError::Forged), "{forged}");
    }
    let mut others = good.clone();
    others["group_id"] = json!(8);
    assert_eq!(post(others.to_string().as_bytes()), Err(WebhookError::Forged));
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for hostile in ["", "{", "[]", "7", "{}", &deep] {
        assert_eq!(post(hostile.as_bytes()), Err(WebhookError::Forged));
    }
    let mut nameless = good;
    nameless["type"] = Value::Null;
    assert!(matches!(post(nameless.to_string().as_bytes()), Err(WebhookError::Malformed(_))));
}

#[test]
fn what_a_person_does_is_understood() {
    let wrote =
        |text: &str, payload: Option<&str>| Act::Wrote { text: text.to_owned(), payload: payload.map(str::to_owned) };
    let message = |fields: Value| {
        let mut message = json!({ "id": 5, "date": 1_790_000_000, "peer_id": 42, "from_id": 42, "text": "Привет" });
        message.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        message
    };
    let new = |fields| event("message_new", json!({ "message": message(fields), "client_info": {} }));
    let pressed = |payload: Value| {
        event("message_event", json!({ "user_id": 42, "peer_id": 42, "event_id": "x", "payload": payload }))
    };
    for (event, acts) in [
        (new(json!({})), vec![wrote("Привет", None)]),
        (new(json!({ "ref": "AbC" })), vec![wrote("Привет", Some("AbC"))]),
        (new(json!({ "payload": "{\"command\":\"start\"}" })), vec![wrote("Привет", Some("{\"command\":\"start\"}"))]),
        (new(json!({ "payload": "{}", "ref": "AbC" })), vec![wrote("Привет", Some("AbC"))]),
        (event("message_new", message(json!({}))), vec![wrote("Привет", None)]),
        (pressed(json!({ "a": 1 })), vec![wrote("", Some("{\"a\":1}"))]),
        (pressed(json!("ack")), vec![wrote("", Some("ack"))]),
        (event("message_allow", json!({ "user_id": 42, "key": "" })), vec![Act::Allowed]),
        (event("message_allow", json!({ "user_id": 42, "key": "AbC" })), vec![Act::Allowed, wrote("", Some("AbC"))]),
        (event("message_deny", json!({ "user_id": 42 })), vec![Act::Blocked]),
    ] {
        let found = inbound(&event);
        assert_eq!(found.iter().map(|inbound| inbound.act.clone()).collect::<Vec<_>>(), acts, "{event}");
        for (index, inbound) in found.iter().enumerate() {
            assert_eq!((inbound.from.as_str(), inbound.to.as_deref()), ("42", Some("7")));
            assert_eq!((inbound.channel, inbound.provider.as_str()), (Channel::Vk, NAME));
            assert_eq!(inbound.id, ["e1", "e1:1"][index]);
        }
    }
    assert_eq!(inbound(&new(json!({})))[0].at.timestamp(), 1_790_000_000);
}

#[test]
fn what_is_about_nobody_in_particular_is_left_out() {
    let in_a_chat = json!({ "message": { "peer_id": 2_000_000_001_i64, "from_id": 42, "text": "x" } });
    let mut without_id = event("message_deny", json!({ "user_id": 42 }));
    without_id["event_id"] = Value::Null;
    for event in [
        event("message_new", in_a_chat),
        event("message_new", json!({ "message": { "peer_id": -7, "from_id": -7, "text": "x" } })),
        event("message_new", json!(null)),
        event("message_reply", json!({ "peer_id": 42, "from_id": -7, "text": "x" })),
        // It names a message by VK's numbers alone: no receipt can be made of it.
        event(
            "message_read",
            json!({ "from_id": 42, "peer_id": 42, "read_message_id": 17, "conversation_message_id": 3 }),
        ),
        event("message_deny", json!({ "user_id": "42" })),
        event("wall_post_new", json!({})),
        without_id,
    ] {
        assert_eq!(inbound(&event), [], "{event}");
    }
}
