//! Everything that is wrong with a request is told, with its status and place, and nothing of it is stored.

use crate::support::{Bench, sms};
use serde_json::{Value, json};

/// An item whose parts can be replaced.
fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = sms(&["79990000001"]);
    change(&mut body);
    body
}

fn item(change: impl FnOnce(&mut Value)) -> Value {
    with(|body| change(&mut body["messages"][0]))
}

/// The recipient has an address for every channel.
fn channels(channels: Value) -> Value {
    let to =
        json!({"phone": "79990000001", "email": "a@example.org", "messengerUserId": "42", "pushRegistrationId": "p"});
    item(|item| {
        item["channels"] = channels;
        item["destinations"] = json!([to]);
    })
}

fn destination(destination: Value) -> Value {
    item(|item| item["destinations"] = json!([destination]))
}

async fn refused(bench: &Bench, body: &Value, status: u16, expected: &[(&str, &str)]) {
    let seen = bench.post("/messages", body).await;
    let shown = body.to_string().chars().take(300).collect::<String>();
    assert_eq!(seen.status, status, "{shown}: {}", seen.body);
    assert_eq!(seen.faults(), expected, "{shown}");
    assert!(bench.world.is_empty(), "{shown}");
}

#[tokio::test]
async fn wrong_types_are_a_400() {
    let bench = Bench::new();
    let sms = "/messages/0/channels/sms";
    let to = "/messages/0/destinations/0";
    let path = |base: &str, name: &str| format!("{base}/{name}");
    let table = [
        (json!([]), String::new()),
        (json!("x"), String::new()),
        (json!({"messages": {}}), "/messages".into()),
        (json!({"messages": [5]}), "/messages/0".into()),
        (with(|body| body["companyId"] = json!("1")), "/companyId".into()),
        (with(|body| body["companyId"] = json!(1.5)), "/companyId".into()),
        (with(|body| body["bulkId"] = json!(7)), "/bulkId".into()),
        (item(|item| item["groupId"] = json!(7)), "/messages/0/groupId".into()),
        (item(|item| item["validate"] = json!("true")), "/messages/0/validate".into()),
        (item(|item| item["useShortLinks"] = json!(0)), "/messages/0/useShortLinks".into()),
        (item(|item| item["destinations"] = json!({})), "/messages/0/destinations".into()),
        (channels(json!(["sms"])), "/messages/0/channels".into()),
        (channels(json!({"sms": "text"})), sms.into()),
        (channels(json!({"sms": {"text": 5}})), path(sms, "text")),
        (channels(json!({"sms": {"text": "a", "required": 1}})), path(sms, "required")),
        (channels(json!({"sms": {"text": "a", "validityPeriod": "5"}})), path(sms, "validityPeriod")),
        (
            channels(json!({"vk": {"text": "a", "attachments": "photo1_2"}})),
            "/messages/0/channels/vk/attachments".into(),
        ),
        (channels(json!({"vk": {"text": "a", "attachments": [1]}})), "/messages/0/channels/vk/attachments/0".into()),
        (destination(json!("79990000001")), to.into()),
        (destination(json!({"phone": 79990000001_u64})), path(to, "phone")),
        (destination(json!({"phone": "79990000001", "variables": []})), path(to, "variables")),
        (destination(json!({"phone": "79990000001", "variables": {"a/b": {}}})), path(to, "variables/a~1b")),
        (destination(json!({"phone": "79990000001", "variables": {"a": [1]}})), path(to, "variables/a")),
    ];
    for (body, path) in table {
        let seen = bench.post("/messages", &body).await;
        assert_eq!((seen.status, seen.body["code"].as_str()), (400, Some("bad_request")), "{body}: {}", seen.body);
        assert!(seen.faults().contains(&(path.as_str(), "wrong_type")), "{body}: {}", seen.body);
        assert!(bench.world.is_empty());
    }
}

#[tokio::test]
async fn what_is_refused_is_a_422_with_its_place() {
    let bench = Bench::new();
    let many: Vec<_> = (0..1001).map(|_| json!({"phone": "79990000001"})).collect();
    let variables: Value = (0..101).map(|n| (format!("v{n}"), json!(1))).collect::<serde_json::Map<_, _>>().into();
    let a = |count: usize| "a".repeat(count);
    let sms = |name: &str, value: Value| channels(json!({"sms": {"text": "t", name: value}}));
    let of_sms = |name: &str| format!("/messages/0/channels/sms/{name}");
    let to = |name: &str, value: Value| {
        let mut to = json!({"phone": "79990000001"});
        to[name] = value;
        destination(to)
    };
    let of_to = |name: &str| format!("/messages/0/destinations/0/{name}");
    let of_item = |name: &str| format!("/messages/0/{name}");
    let table: Vec<(Value, String, &str)> = vec![
        (json!({}), "/messages".into(), "required"),
        (json!({"messages": null}), "/messages".into(), "required"),
        (json!({"messages": []}), "/messages".into(), "empty"),
        (with(|body| body["bulkId"] = json!("x")), "/bulkId".into(), "invalid"),
        (with(|body| body["companyId"] = json!(-1)), "/companyId".into(), "out_of_range"),
        (with(|body| body["taskId"] = json!("x")), "/taskId".into(), "invalid"),
        (with(|body| body["message"] = json!([])), "/message".into(), "unknown_field"),
        (item(|item| item["destinations"] = json!([])), of_item("destinations"), "empty"),
        (item(|item| item["destinations"] = Value::Null), of_item("destinations"), "required"),
        (item(|item| item["destinations"] = json!(many)), "/messages".into(), "too_many_recipients"),
        (item(|item| item["groupId"] = json!("")), of_item("groupId"), "empty"),
        (item(|item| item["groupId"] = json!(a(256))), of_item("groupId"), "too_long"),
        (item(|item| item["groupId"] = json!("a\u{0}b")), of_item("groupId"), "control_character"),
        (item(|item| item["sendat"] = json!("2026-12-01T00:00:00Z")), of_item("sendat"), "unknown_field"),
        (item(|item| item["channels"] = Value::Null), of_item("channels"), "required"),
        (channels(json!({})), of_item("channels"), "empty"),
        (channels(json!({"sms": null})), of_item("channels"), "empty"),
        (channels(json!({"fax": {"text": "t"}})), of_item("channels/fax"), "unknown_channel"),
        (channels(json!({"sms": {"text": "t"}, "SMS": {"text": "t"}})), of_item("channels/SMS"), "invalid"),
        (channels(json!({"sms": {}})), of_sms("text"), "required"),
        (channels(json!({"sms": {"text": null}})), of_sms("text"), "required"),
        (channels(json!({"sms": {"text": " "}})), of_sms("text"), "empty"),
        (channels(json!({"sms": {"text": "a\u{7}"}})), of_sms("text"), "control_character"),
        (channels(json!({"sms": {"text": "{{name"}})), of_sms("text"), "invalid"),
        (channels(json!({"sms": {"text": "{{v}}".repeat(1001)}})), of_sms("text"), "too_long"),
        (channels(json!({"sms": {"text": format!("{{{{{}}}}}", a(65))}})), of_sms("text"), "invalid"),
        (channels(json!({"email": {"subject": "s", "html": a(380_000)}})), of_item("channels"), "too_long"),
        (channels(json!({"sms": {"text": a(1601)}})), of_sms("text"), "too_long"),
        (sms("subject", json!("s")), of_sms("subject"), "unknown_field"),
        (sms("txt", json!("s")), of_sms("txt"), "unknown_field"),
        (sms("provider", json!("A B")), of_sms("provider"), "invalid"),
        (sms("provider", json!(a(41))), of_sms("provider"), "invalid"),
        (sms("validityPeriod", json!(0)), of_sms("validityPeriod"), "out_of_range"),
        (sms("validityPeriod", json!(2881)), of_sms("validityPeriod"), "out_of_range"),
        (sms("successStatus", json!("seen")), of_sms("successStatus"), "invalid"),
        (sms("from", json!(a(65))), of_sms("from"), "too_long"),
        (sms("imageUrl", json!("ftp://example.org/a")), of_sms("imageUrl"), "invalid"),
        (sms("buttonUrl", json!("https://example.org")), of_sms("buttonText"), "required"),
        (sms("buttonText", json!("Go")), of_sms("buttonUrl"), "required"),
        (channels(json!({"email": {"text": "t"}})), of_item("channels/email/subject"), "required"),
        (channels(json!({"email": {"subject": "s"}})), of_item("channels/email/text"), "required"),
        (
            channels(json!({"email": {"subject": "s\n", "text": "t"}})),
            of_item("channels/email/subject"),
            "control_character",
        ),
        (
            channels(json!({"email": {"subject": "s", "text": "t", "fromEmail": "me"}})),
            of_item("channels/email/fromEmail"),
            "invalid",
        ),
        (
            channels(json!({"push": {"imageUrl": "https://example.org/a.png"}})),
            of_item("channels/push/text"),
            "required",
        ),
        (
            channels(json!({"vk": {"text": "t", "attachments": ["photo"]}})),
            of_item("channels/vk/attachments/0"),
            "invalid",
        ),
        (
            channels(json!({"vk": {"text": "t", "attachments": vec!["photo1_2"; 11]}})),
            of_item("channels/vk/attachments"),
            "too_long",
        ),
        (
            channels(json!({"vk": {"templateName": "t", "templateData": {"x": ["{{a"]}}})),
            of_item("channels/vk/templateData/x/0"),
            "invalid",
        ),
        (
            channels(json!({"vk": {"templateName": "t", "templateData": a(10_240)}})),
            of_item("channels/vk/templateData"),
            "too_long",
        ),
        (channels(json!({"chat": {"text": "t", "chatId": a(1025)}})), of_item("channels/chat/chatId"), "too_long"),
        (to("phone", json!("12345")), of_to("phone"), "invalid"),
        (to("phone", json!("007 999 000 00 01")), of_to("phone"), "invalid"),
        (to("email", json!("a@b")), of_to("email"), "invalid"),
        (to("clientId", json!("")), of_to("clientId"), "empty"),
        (to("clientId", json!(a(1025))), of_to("clientId"), "too_long"),
        (to("externalId", json!(a(10_241))), of_to("externalId"), "too_long"),
        (to("pushRegistrationId", json!(a(4097))), of_to("pushRegistrationId"), "too_long"),
        (to("platform", json!("symbian")), of_to("platform"), "invalid"),
        (to("timeZone", json!("Europe/Muscow")), of_to("timeZone"), "invalid"),
        (to("timeZone", json!("")), of_to("timeZone"), "invalid"),
        (to("timeZone", json!("+03:00")), of_to("timeZone"), "invalid"),
        (to("name", json!("A")), of_to("name"), "unknown_field"),
        (to("messengerUserId", json!("a\u{1b}")), of_to("messengerUserId"), "control_character"),
        (to("variables", json!({"a b": 1})), of_to("variables/a b"), "invalid"),
        (to("variables", json!({"a": a(10_001)})), of_to("variables/a"), "too_long"),
        (to("variables", json!({"a": "\u{2}"})), of_to("variables/a"), "control_character"),
        (
            to(
                "variables",
                (0..31).map(|n| (format!("v{n}"), json!(a(10_000)))).collect::<serde_json::Map<_, _>>().into(),
            ),
            of_to("variables"),
            "too_long",
        ),
        (to("variables", variables), of_to("variables"), "too_long"),
        (destination(json!({"email": "a@example.org"})), "/messages/0/destinations/0".into(), "no_address"),
    ];
    for (body, path, code) in table {
        refused(&bench, &body, 422, &[(path.as_str(), code)]).await;
    }
}

#[tokio::test]
async fn times_and_windows_that_are_none() {
    let bench = Bench::new();
    let ranges = |ranges: Value| item(|item| item["allowedTimeRanges"] = ranges);
    let field = |name: &str, value: Value| item(|item| item[name] = value);
    let of = |place: &str| format!("/messages/0/allowedTimeRanges{place}");
    let item_of = |name: &str| format!("/messages/0/{name}");
    let pair = |from: &str, to: &str| ranges(json!([["09:00", "21:00"], [from, to]]));
    let many: Vec<_> = (0..25).map(|_| json!(["09:00", "21:00"])).collect();
    let table: Vec<(Value, u16, String, &str)> = vec![
        (field("sendAt", json!(1_795_413_600)), 400, item_of("sendAt"), "wrong_type"),
        (field("sendAt", json!("")), 422, item_of("sendAt"), "invalid"),
        (field("sendAt", json!("tomorrow")), 422, item_of("sendAt"), "invalid"),
        (field("sendAt", json!("2026-11-24")), 422, item_of("sendAt"), "invalid"),
        (field("sendAt", json!("2026-11-24T09:00:00")), 422, item_of("sendAt"), "invalid"),
        (field("sendAt", json!("2026-11-31T09:00:00Z")), 422, item_of("sendAt"), "invalid"),
        (field("sendAt", json!("2027-11-24T09:00:00.001Z")), 422, item_of("sendAt"), "out_of_range"),
        (field("sendAt", json!("9999-12-31T23:59:59Z")), 422, item_of("sendAt"), "out_of_range"),
        (field("timeZone", json!(3)), 400, item_of("timeZone"), "wrong_type"),
        (field("timeZone", json!("Mars/Olympus")), 422, item_of("timeZone"), "invalid"),
        (field("timeZone", json!("europe/moscow")), 422, item_of("timeZone"), "invalid"),
        (ranges(json!("09:00-21:00")), 400, of(""), "wrong_type"),
        (ranges(json!(["09:00-21:00"])), 400, of("/0"), "wrong_type"),
        (ranges(json!([null])), 400, of("/0"), "wrong_type"),
        (ranges(json!([[]])), 422, of("/0"), "invalid"),
        (ranges(json!([["09:00"]])), 422, of("/0"), "invalid"),
        (ranges(json!([["09:00", "12:00", "13:00"]])), 422, of("/0"), "invalid"),
        (ranges(json!([["09:00", "21:00"], [9, "21:00"]])), 400, of("/1/0"), "wrong_type"),
        (ranges(json!([["09:00", null]])), 400, of("/0/1"), "wrong_type"),
        (ranges(json!(many)), 422, of(""), "too_long"),
        (pair("9:00", "21:00"), 422, of("/1/0"), "invalid"),
        (pair("24:00", "06:00"), 422, of("/1/0"), "invalid"),
        (pair("09:00", "24:01"), 422, of("/1/1"), "invalid"),
        (pair("09:00", "21:00:60"), 422, of("/1/1"), "invalid"),
        (pair("09:00", "9 pm"), 422, of("/1/1"), "invalid"),
        (pair("09:00", "09:00"), 422, of("/1"), "empty"),
        (pair("09:00", "09:00:00"), 422, of("/1"), "empty"),
        (pair("00:00", "00:00"), 422, of("/1"), "empty"),
        (
            destination(json!({"phone": "79990000001", "timeZone": 3})),
            400,
            item_of("destinations/0/timeZone"),
            "wrong_type",
        ),
    ];
    for (body, status, path, code) in table {
        refused(&bench, &body, status, &[(path.as_str(), code)]).await;
    }
    let both = pair("x", "y");
    refused(&bench, &both, 422, &[(&of("/1/0"), "invalid"), (&of("/1/1"), "invalid")]).await;
}

#[tokio::test]
async fn nulls_are_absent() {
    let bench = Bench::new();
    let nulls = item(|item| {
        for name in ["sendAt", "allowedTimeRanges", "timeZone", "templateId", "callbackUrl", "callbackData", "nothing"]
        {
            item[name] = Value::Null;
        }
        item["useShortLinks"] = json!(false);
    });
    assert_eq!(bench.post("/messages", &nulls).await.status, 200);
}

#[tokio::test]
async fn all_faults_are_told_together() {
    let bench = Bench::new();
    let body = json!({"bulkId": "x", "messages": [
        {"channels": {"sms": {"subject": "s"}, "fax": {}}, "destinations": [{"phone": "1"}, {"phone": "79990000001", "tz": 1}]},
        {"channels": {"email": {"text": "t"}}, "sendAt": "now", "destinations": [{"email": "x"}]}]});
    let expected = [
        ("/bulkId", "invalid"),
        ("/messages/0/channels/sms/subject", "unknown_field"),
        ("/messages/0/channels/sms/text", "required"),
        ("/messages/0/channels/fax", "unknown_channel"),
        ("/messages/0/destinations/1/tz", "unknown_field"),
        ("/messages/1/sendAt", "invalid"),
        ("/messages/1/channels/email/subject", "required"),
        ("/messages/0/destinations/0/phone", "invalid"),
        ("/messages/1/destinations/0/email", "invalid"),
    ];
    refused(&bench, &body, 422, &expected).await;
    let seen = bench.post("/messages", &channels(json!({"sms": {"text": 1, "x": 2}}))).await;
    assert_eq!((seen.status, seen.faults().len()), (400, 2), "one wrong type makes it a 400, with the other faults");
}
