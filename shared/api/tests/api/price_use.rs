//! What registered senders and prices do to messages.

use crate::{
    prices::{ok, with},
    support::{Bench, sms},
    world::Break,
};
use baton_domain::{
    Outcome,
    decide::{self, ResultOf},
    outcome::Accepted,
};
use serde_json::{Value, json};

const RUSSIA: &str = "+79990000009";
const KAZAKHSTAN: &str = "+77011234567";

/// A request with these channels to a recipient.
fn body(channels: Value, to: Value) -> Value {
    json!({"messages": [{"channels": channels, "destinations": [to]}]})
}

fn sms_from(from: &str) -> Value {
    body(json!({"sms": {"text": "Hello", "from": from}}), json!({"phone": RUSSIA}))
}

/// The price of the first channel as validate tells it.
async fn told(bench: &Bench, body: &Value) -> (Value, Value) {
    let seen = ok(bench.post("/messages/validate", body)).await;
    let channel = &seen[0]["channels"][0];
    (channel["price"].clone(), channel["currency"].clone())
}

#[tokio::test]
async fn a_sender_that_is_not_registered_is_refused_once_any_is() {
    let bench = Bench::new();
    ok(bench.post("/messages", &sms_from("Anyone"))).await;
    ok(bench.put("/senders", &json!({"senders": [{"from": "Shop", "channel": "sms"}]}))).await;
    ok(bench.post("/messages", &sms_from("Shop"))).await;
    let refused = [("/messages/0/channels/sms/from", "unknown_sender")];
    for path in ["/messages", "/messages/validate"] {
        let seen = bench.post(path, &sms_from("Anyone")).await;
        assert_eq!((seen.status, seen.faults()), (422, refused.to_vec()), "{path}");
    }
    ok(bench.post("/messages", &sms(&[RUSSIA]))).await;
    let viber = body(json!({"viber": {"text": "t", "from": "Anyone"}}), json!({"phone": RUSSIA}));
    ok(bench.post("/messages", &viber)).await;
}

#[tokio::test]
async fn a_sender_of_variables_is_judged_per_recipient() {
    let bench = with(json!([{"from": "Shop", "channel": "sms", "price": 1}]), json!([])).await;
    let to = |from: &str| json!({"phone": RUSSIA, "variables": {"from": from}});
    let mut request = body(json!({"sms": {"text": "Hello", "from": "{{from}}"}}), to("Shop"));
    request["messages"][0]["destinations"] = json!([to("Shop"), to("Other")]);
    let seen = ok(bench.post("/messages", &request)).await;
    assert_eq!((&seen[0]["error"], &seen[1]["error"]["code"]), (&Value::Null, &json!("unknown_sender")));
    assert_eq!(seen[1]["error"]["path"], "/messages/0/channels/sms/from");
    assert!(!seen[1]["error"].to_string().contains("Other"));
    assert_eq!(told(&bench, &request).await, (json!("1"), json!("RUB")));
}

#[tokio::test]
async fn templates_name_senders_too() {
    let bench = with(json!([{"from": "Shop", "channel": "sms", "price": "0.7"}]), json!([])).await;
    let template = |from: &str| json!({"name": "n", "channels": {"sms": {"text": "t", "from": from}}});
    for (from, status) in [("Shop", 200), ("Other", 422)] {
        let id = ok(bench.post("/templates", &template(from))).await["id"].clone();
        let request = json!({"messages": [{"templateId": id, "destinations": [{"phone": RUSSIA}]}]});
        assert_eq!(bench.post("/messages", &request).await.status, status, "{from}");
    }
}

#[tokio::test]
async fn the_senders_price_goes_before_that_of_the_country_before_that_of_everywhere() {
    let bench = with(
        json!([{"from": "Shop", "channel": "sms", "price": "7"}, {"from": "Bare", "channel": "sms"},
            {"from": "Shop", "channel": "sms", "provider": "SMSC", "price": "5"}]),
        json!([{"price": "3"}, {"iso": "RU", "price": "2"}, {"mcc_mnc": "25001", "iso": "RU", "price": "1"}]),
    )
    .await;
    let to = |content: Value, phone: &str| body(json!({"sms": content}), json!({"phone": phone}));
    let long = "a".repeat(161);
    let table = [
        (to(json!({"text": "t"}), RUSSIA), "2"),
        (to(json!({"text": "t"}), KAZAKHSTAN), "3"),
        (to(json!({"text": long}), RUSSIA), "4"),
        (to(json!({"text": "t", "from": "Bare"}), RUSSIA), "2"),
        (to(json!({"text": "t", "from": "Shop"}), RUSSIA), "7"),
        (to(json!({"text": long, "from": "Shop"}), KAZAKHSTAN), "14"),
        (to(json!({"text": "t", "from": "Shop", "provider": "smsc"}), RUSSIA), "5"),
        (to(json!({"text": "t", "from": "Shop", "provider": "SANDBOX"}), RUSSIA), "7"),
    ];
    for (request, price) in table {
        assert_eq!(told(&bench, &request).await, (json!(price), json!("RUB")), "{request}");
    }
    let stored = |index: usize| bench.world.messages()[index].rates.as_ref().map(ToString::to_string);
    ok(bench.post("/messages", &to(json!({"text": "t", "from": "Shop"}), RUSSIA))).await;
    assert_eq!(stored(0).as_deref(), Some("RUB,0=7,0:SMSC=5"));
}

#[tokio::test]
async fn other_channels_cost_what_their_sender_does() {
    let bench = with(json!([{"from": "Shop", "channel": "viber", "price": "0.3"}]), json!([{"price": "2"}])).await;
    let channels = json!({"viber": {"text": "t", "from": "Shop"}, "telegram": {"text": "t"}, "sms": {"text": "t"}});
    let to = json!({"phone": RUSSIA, "messengerUserId": "1"});
    let seen = ok(bench.post("/messages/validate", &body(channels.clone(), to.clone()))).await;
    let prices: Vec<_> = (0..3).map(|leg: usize| seen[0]["channels"][leg]["price"].clone()).collect();
    assert_eq!(prices, [json!("0.3"), Value::Null, json!("2")]);
    let unreachable = ok(bench.post("/messages/validate", &body(channels, json!({"messengerUserId": "1"})))).await;
    assert_eq!(unreachable[0]["channels"][2]["price"], Value::Null);
}

#[tokio::test]
async fn what_a_message_cost_is_shown_by_the_prices_it_was_accepted_with() {
    let bench = with(json!([]), json!([{"iso": "RU", "price": "2.4375"}])).await;
    let id = ok(bench.post("/messages", &sms(&[RUSSIA]))).await[0]["id"].as_str().expect("an id").to_owned();
    ok(bench.put("/tariffs/sms", &json!([{"price": 100}]))).await;
    let path = format!("/messages/{id}");
    let prices = |shown: &Value| json!([shown["price"], shown["currency"], shown["attempts"][0]["price"]]);
    assert_eq!(prices(&ok(bench.get(&path)).await), json!([null, null, null]));
    let accepted = Accepted { provider_message_id: None, receipts: true, part_count: Some(3) };
    let (outcome, at) = (Outcome::Accepted(accepted), crate::support::start());
    for message in bench.world.memory.state().messages.values_mut() {
        decide::claim(message, 0, at).expect("a claim");
        decide::result(message, &ResultOf::new(0, 1, Some("SANDBOX"), &outcome), at);
    }
    let expected = json!(["7.3125", "RUB", "7.3125"]);
    assert_eq!(prices(&ok(bench.get(&path)).await), expected);
    assert_eq!(prices(&ok(bench.get("/messages")).await["items"][0]), expected);
}

#[tokio::test]
async fn a_repeated_request_is_not_judged_by_later_senders() {
    let bench = Bench::new();
    let mut two = sms_from("Anyone");
    two["messages"][0]["destinations"] = json!([{"phone": RUSSIA}, {"phone": KAZAKHSTAN}]);
    let named = json!({"bulkId": "0189f7ea-ae2c-7809-8aeb-b819cf5e9e7f", "messages": two["messages"]});
    let first = ok(bench.post_once("/messages", "k", &two)).await;
    let first_named = ok(bench.post("/messages", &named)).await;
    ok(bench.put("/senders", &json!({"senders": [{"from": "Shop"}]}))).await;
    assert_eq!(ok(bench.post_once("/messages", "k", &two)).await, first);
    assert_eq!(ok(bench.post("/messages", &named)).await, first_named);
    assert_eq!(bench.post_once("/messages", "other", &two).await.status, 422);
}

/// A sender that variables make is judged for each recipient, so some of a request were refused when it came first.
#[tokio::test]
async fn a_repeated_request_sends_to_nobody_who_was_refused_at_first() {
    let bench = with(json!([{"from": "Shop"}]), json!([])).await;
    let to = |phone: &str, from: &str| json!({"phone": phone, "variables": {"from": from}});
    let mut body = sms_from("{{from}}");
    body["messages"][0]["destinations"] =
        json!([to(RUSSIA, "Shop"), to(KAZAKHSTAN, "Other"), to("+79990000003", "Shop")]);
    let named = json!({"bulkId": "0189f7ea-ae2c-7809-8aeb-b819cf5e9e7f", "messages": body["messages"]});
    let (first, first_named) = (bench.post_once("/messages", "k", &body).await, bench.post("/messages", &named).await);
    assert_eq!(first.body[1]["error"]["code"], "unknown_sender");
    let repeat = async || {
        let again = bench.post_once("/messages", "k", &body).await;
        assert_eq!((again.status, again.header("idempotency-replayed")), (200, Some("true")));
        let ids = |seen: &Value| [0, 1, 2].map(|nth| seen[nth]["id"].clone());
        assert_eq!(ids(&again.body), ids(&first.body));
        assert_eq!(ids(&bench.post("/messages", &named).await.body), ids(&first_named.body));
        assert_eq!(bench.world.messages().len(), 4);
        again.body
    };
    assert_eq!(repeat().await, first.body);
    // Neither is judged by senders that have come or gone since.
    ok(bench.put("/senders", &json!({"senders": [{"from": "Shop"}, {"from": "Third"}]}))).await;
    assert_eq!(repeat().await, first.body);
    ok(bench.put("/senders", &json!({"senders": [{"from": "Third"}]}))).await;
    assert_eq!(repeat().await, first.body);
    ok(bench.put("/senders", &json!({"senders": [{"from": "Shop"}, {"from": "Other"}]}))).await;
    let again = bench.post_once("/messages", "k", &body).await;
    assert_eq!(again.body[1]["error"]["code"], "refused_at_first");
    assert_eq!(bench.world.messages().len(), 4);
}

/// What a crash left is completed with the prices of its completion; what was stored keeps its own.
#[tokio::test]
async fn each_message_keeps_the_prices_it_was_stored_with() {
    let bench = with(json!([]), json!([{"price": 1}])).await;
    let request = sms(&[RUSSIA, KAZAKHSTAN, "+12125550123"]);
    let calls = bench.world.own().calls;
    // The key, the prices, the white list, the stop list, the idempotency record, the head, the content, and the first message.
    bench.world.own().broken = Some((calls + 9, Break::Before));
    assert_eq!(bench.post_once("/messages", "k", &request).await.status, 500);
    ok(bench.put("/tariffs/sms", &json!([{"price": 2}]))).await;
    bench.clock.advance(std::time::Duration::from_secs(61));
    ok(bench.post_once("/messages", "k", &request)).await;
    let rates: Vec<_> = bench
        .world
        .messages()
        .iter()
        .map(|message| message.rates.clone().expect("rates").rates[0].price.to_string())
        .collect();
    assert_eq!(rates, ["1", "2", "2"]);
}

#[tokio::test]
async fn prices_are_read_once_and_only_where_they_may_be_needed() {
    let bench = Bench::new();
    let reads = || std::mem::take(&mut bench.world.own().price_lists_read);
    let to = json!({"phone": RUSSIA, "email": "a@b.org", "messengerUserId": "1"});
    let table = [
        (json!({"SMS": {"text": "t"}}), 1),
        (json!({"telegram": {"text": "t"}}), 0),
        (json!({"telegram": {"text": "t", "from": null}}), 0),
        (json!({"telegram": {"text": "t", "from": "x"}}), 1),
        (json!({"email": {"text": "t", "subject": "s", "fromEmail": "a@b.org"}}), 1),
    ];
    for (channels, expected) in table {
        for path in ["/messages", "/messages/validate"] {
            ok(bench.post(path, &body(channels.clone(), to.clone()))).await;
            assert_eq!(reads(), expected, "{path} {channels}");
        }
    }
    ok(bench.post("/messages", &sms(&[RUSSIA; 100]))).await;
    assert_eq!(reads(), 1);
}
