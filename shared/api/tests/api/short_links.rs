//! Short links in requests, in what would happen, in lists, and with their clicks.

use crate::{
    support::{Bench, SHORT_URL, Seen, sms, start},
    templates,
};
use baton_api::ports::Scope;
use baton_domain::{AccountId, MessageId, ShortLink, short_link::code};
use baton_pipeline::short_links::{ShortLinks, Visits};
use serde_json::{Value, json};
use std::time::Duration;

const URL: &str = "https://shop.example.org/orders/42?from=sms";
const CYRILLIC: &str = "https://магазин.рф/акции/осень#скидки";

/// A request with this text by SMS to two phones, with short links.
fn short(text: &str) -> Value {
    let mut body = sms(&["79990000001", "79990000002"]);
    body["messages"][0]["channels"]["sms"]["text"] = json!(text);
    body["messages"][0]["useShortLinks"] = json!(true);
    body
}

/// Makes the links of a message as its sender does.
async fn made(bench: &Bench, message: &str, url: &str) -> ShortLink {
    let (account, message) = (AccountId(1), MessageId(message.parse().expect("an id")));
    let link = ShortLink {
        code: code(account, message, url, 0),
        account,
        message,
        task: None,
        url: url.to_owned(),
        created_at: start(),
        expires_at: start() + Duration::from_secs(86_400),
        clicks: 0,
        first_visited_at: None,
        last_visited_at: None,
    };
    assert_eq!(bench.world.memory.add_link(&link).await.expect("stored"), None);
    link
}

async fn two_messages(bench: &Bench) -> [String; 2] {
    let seen = bench.post("/messages", &short(&format!("Заказ: {URL}, скидки: «{CYRILLIC}»"))).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.ids().try_into().expect("two messages")
}

#[tokio::test]
async fn what_would_be_sent_has_links_of_the_right_length() {
    let bench = Bench::new();
    let long = format!("{URL}&x={}", "a".repeat(160));
    let body = short(&format!("Order: {long}, site: https://a.org"));
    let seen = bench.post("/messages/validate", &body).await;
    let channel = &seen.body[1]["channels"][0];
    assert_eq!(channel["message"]["text"], format!("Order: {SHORT_URL}/xxxxxxx, site: https://a.org"));
    assert_eq!((&channel["partCount"], &channel["shortLinks"]), (&json!(1), &json!([long])));
    let mut plain = body.clone();
    plain["messages"][0]["useShortLinks"] = json!(false);
    let channel = &bench.post("/messages/validate", &plain).await.body[1]["channels"][0];
    assert_eq!((&channel["partCount"], &channel["shortLinks"]), (&json!(2), &json!([])));
    assert_eq!(channel["message"]["text"], body["messages"][0]["channels"]["sms"]["text"]);
}

#[tokio::test]
async fn a_variable_may_be_a_link_and_a_long_text_fit_with_a_short_one() {
    let bench = Bench::new();
    let mut body = short("{{link}}");
    let links = [format!("{URL}&x={}", "a".repeat(1900)), "https://a.org".to_owned()];
    for (index, link) in links.iter().enumerate() {
        body["messages"][0]["destinations"][index]["variables"] = json!({"link": link});
    }
    let seen = bench.post("/messages/validate", &body).await;
    let texts: Vec<_> = [0, 1].map(|index: usize| seen.body[index]["channels"][0]["message"]["text"].clone()).into();
    assert_eq!(texts, [json!(format!("{SHORT_URL}/xxxxxxx")), json!("https://a.org")]);
    assert_eq!(bench.post("/messages", &body).await.status, 200);
    body["messages"][0]["useShortLinks"] = json!(null);
    let seen = bench.post("/messages", &body).await;
    assert_eq!((seen.status, &seen.body[0]["error"]["code"]), (200, &json!("too_long")));
}

#[tokio::test]
async fn a_link_of_ten_kilobytes_is_refused_and_nothing_is_stored() {
    let bench = Bench::new();
    let long = format!("https://example.org/{}", "a".repeat(10_220));
    let many: String = (0..11).map(|n| format!("https://example.org/orders/{n}/of/many ")).collect();
    for (text, code, words) in
        [(long.clone(), "too_long", "a link of 10240 characters"), (many, "too_many_links", "11 links; at most 10")]
    {
        let seen = bench.post("/messages", &short(&text)).await;
        assert_eq!(seen.status, 422);
        assert_eq!(seen.faults(), [("/messages/0/channels/sms/text", code)]);
        let message = seen.body["details"][0]["message"].as_str().expect("a text");
        assert!(message.contains(words), "{message}");
        assert!(bench.world.is_empty());
    }
    for (length, path) in
        [(10_220, "/messages/0/destinations/0/variables/link"), (2029, "/messages/0/channels/sms/text")]
    {
        let mut body = short("{{link}}");
        let link = format!("https://example.org/{}", "a".repeat(length));
        body["messages"][0]["destinations"] = json!([{"phone": "79990000001", "variables": {"link": link}}]);
        let seen = bench.post("/messages", &body).await;
        assert_eq!((seen.status, seen.faults()), (422, vec![(path, "too_long")]));
        assert!(bench.world.is_empty());
    }
}

#[tokio::test]
async fn other_channels_take_no_notice() {
    let bench = Bench::new();
    let mut body = json!({"messages": [{"channels": {"telegram": {"text": URL}}, "useShortLinks": true,
        "destinations": [{"messengerUserId": "1"}]}]});
    let seen = bench.post("/messages/validate", &body).await;
    assert_eq!(seen.body[0]["channels"][0]["message"]["text"], URL);
    let ids = bench.post("/messages", &body).await.ids();
    assert_eq!(bench.get(&format!("/messages/{}", ids[0])).await.body["tracks"], json!({}));
    body["messages"][0]["useShortLinks"] = json!("yes");
    assert_eq!(bench.post("/messages", &body).await.faults(), [("/messages/0/useShortLinks", "wrong_type")]);
}

#[tokio::test]
async fn a_text_of_a_template_is_shortened_where_the_item_asks() {
    let bench = Bench::new();
    let template = json!({"name": "t", "channels": {"sms": {"text": format!("{URL}&order={{{{order}}}}")}}});
    let id = templates::made(&bench, &template).await;
    for (asked, text) in [(true, format!("{SHORT_URL}/xxxxxxx")), (false, format!("{URL}&order=42"))] {
        let body = templates::message(&id, json!({"useShortLinks": asked}));
        let seen = bench.post("/messages/validate", &body).await;
        assert_eq!(seen.body[0]["channels"][0]["message"]["text"], text, "{}", seen.body);
    }
}

fn items(seen: &Seen) -> &Vec<Value> {
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body["items"].as_array().expect("a list")
}

#[tokio::test]
async fn links_are_listed_with_their_clicks() {
    let bench = Bench::new();
    let [first, second] = two_messages(&bench).await;
    assert!(items(&bench.get(&format!("/shortLinks?messageId={first}")).await).is_empty());
    let link = made(&bench, &first, URL).await;
    made(&bench, &first, CYRILLIC).await;
    made(&bench, &second, URL).await;
    for minute in [1_u32, 2] {
        let at = start() + Duration::from_secs(60) * minute;
        bench.world.memory.click(&link.code, at).await.expect("counted");
    }
    let seen = bench.get(&format!("/shortLinks?messageId={first},{second}")).await;
    assert_eq!((items(&seen).len(), &seen.body["count"]), (3, &json!(3)));
    let shown = items(&seen).iter().find(|item| item["clicks"] == 2).expect("the link");
    let shortcut = format!("{SHORT_URL}/{}", link.code);
    assert_eq!(
        *shown,
        json!({"id": link.id(), "messageId": first, "taskId": null, "companyId": 1, "content": URL, "shortcut": shortcut,
            "clicks": 2, "createdAt": "2026-11-23T09:00:00.000Z", "updatedAt": "2026-11-23T09:02:00.000Z",
            "firstVisitedAt": "2026-11-23T09:01:00.000Z", "lastVisitedAt": "2026-11-23T09:02:00.000Z"})
    );
    let clicks = json!({"count": 2, "firstAt": "2026-11-23T09:01:00.000Z", "lastAt": "2026-11-23T09:02:00.000Z"});
    let tracks = json!({"clicks": clicks, "links": [
        {"content": URL, "shortcut": shortcut, "clicks": 2,
            "firstVisitedAt": "2026-11-23T09:01:00.000Z", "lastVisitedAt": "2026-11-23T09:02:00.000Z"},
        {"content": CYRILLIC, "shortcut": format!("{SHORT_URL}/{}", code(AccountId(1), link.message, CYRILLIC, 0)),
            "clicks": 0, "firstVisitedAt": null, "lastVisitedAt": null}]});
    assert_eq!(bench.get(&format!("/messages/{first}")).await.body["tracks"], tracks);
    let listed = bench.get("/messages").await;
    let listed = items(&listed).iter().find(|item| item["id"] == json!(first)).expect("the message");
    assert_eq!(listed["tracks"], tracks);
}

#[tokio::test]
async fn the_list_is_walked_and_its_parameters_are_checked() {
    let bench = Bench::new();
    let [first, second] = two_messages(&bench).await;
    for message in [&first, &second] {
        made(&bench, message, URL).await;
        made(&bench, message, CYRILLIC).await;
    }
    let query = format!("/shortLinks?messageId={first},{second}");
    let whole: Vec<Value> = items(&bench.get(&query).await).clone();
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let seen = bench.get(&format!("{query}&limit=3{cursor}")).await;
        walked.extend(items(&seen).clone());
        match seen.body["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!((whole.len(), &walked), (4, &whole));
    let task = "019eb1f2-8a6c-7001-a1b2-c3d4e5f60718";
    assert!(items(&bench.get(&format!("/shortLinks?taskId={task}")).await).is_empty());
    let many = vec![first.as_str(); 101].join(",");
    for (path, fault) in [
        ("/shortLinks".to_owned(), ("?messageId", "required")),
        ("/shortLinks?messageId=x".to_owned(), ("?messageId", "invalid")),
        (format!("/shortLinks?messageId={many}"), ("?messageId", "too_many")),
        (format!("{query}&cursor=x"), ("?cursor", "invalid")),
        (format!("{query}&code=x"), ("?code", "unknown_field")),
    ] {
        assert_eq!(bench.get(&path).await.faults(), [fault], "{path}");
    }
}

#[tokio::test]
async fn links_are_seen_by_their_account_alone() {
    let bench = Bench::new();
    let [first, _] = two_messages(&bench).await;
    made(&bench, &first, URL).await;
    let query = format!("/shortLinks?messageId={first}");
    let other = bench.key(2, "other", &[Scope::Read]);
    let seen = bench.as_of(&other, http::Method::GET, &query, None).await;
    assert!(items(&seen).is_empty());
    let blind = bench.key(1, "blind", &[Scope::Send]);
    assert_eq!(bench.as_of(&blind, http::Method::GET, &query, None).await.status, 403);
    let named = bench.as_of(&other, http::Method::GET, &format!("{query}&companyId=1"), None).await;
    assert_eq!(named.status, 403);
}
