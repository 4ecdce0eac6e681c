use super::*;
use baton_domain::{
    BulkId, Channel, ChannelContent, Leg, MessageId, Outcome, Recipient, Spec, Status, content::ChannelSpec, decide,
    outcome::Accepted, window::Schedule,
};
use serde_json::json;
use std::sync::Arc;

fn now() -> Time {
    Time::from_timestamp_millis(1_790_000_000_123).expect("a time")
}

fn message(callback: bool) -> Message {
    let (bulk, channel) = (BulkId::new(now(), [9; 8]), Channel::Sms);
    let spec = Spec { channels: vec![ChannelSpec { channel, content: ChannelContent::default() }], ..Spec::default() };
    let mut message = Message {
        account: AccountId(4711),
        id: MessageId::new(bulk, 3),
        bulk_id: bulk,
        task: Some(baton_domain::TaskId(uuid::Uuid::from_u128(7))),
        group: None,
        item: 0,
        content: Some(Arc::new(spec)),
        callback,
        recipient: Recipient::default(),
        created_at: now(),
        schedule: Schedule::default(),
        route: vec![Leg { channel, required: false, reachable: true, success: None, validity_minutes: None }],
        rates: None,
        status: Status::Created,
        attempts: Vec::new(),
        timeline: Vec::new(),
        tracks: baton_domain::tracks::Tracks::default(),
        version: 0,
    };
    decide::open(&mut message, now());
    message
}

/// The JSON of DynamoDB of an item.
fn shown(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({"S": text}),
        AttributeValue::N(digits) => json!({"N": digits}),
        AttributeValue::B(bytes) => json!({"B": STANDARD.encode(bytes)}),
        AttributeValue::L(values) => json!({"L": values.iter().map(shown).collect::<Vec<_>>()}),
        AttributeValue::M(map) => json!({"M": item(map)}),
        other => panic!("{other:?}"),
    }
}

fn item(item: &Item) -> Value {
    item.iter().map(|(name, value)| (name.clone(), shown(value))).collect::<serde_json::Map<_, _>>().into()
}

fn modify(before: &Message, after: &Message) -> Value {
    let image = |message| item(&record::encode(message, true, 30));
    json!({"eventName": "MODIFY", "dynamodb": {
        "ApproximateCreationDateTime": 1_790_000_001.0, "OldImage": image(before), "NewImage": image(after)}})
}

fn sent(before: &Message) -> Message {
    let mut after = before.clone();
    decide::claim(&mut after, 0, now()).expect("a claim");
    let outcome = Outcome::Accepted(Accepted { provider_message_id: None, receipts: true, part_count: Some(1) });
    decide::result(&mut after, &decide::ResultOf::new(0, 1, Some("SANDBOX"), &outcome), now());
    after.version = 2;
    after
}

#[test]
fn a_change_of_the_status_is_told_the_same_way_each_time() {
    let (before, after) = (message(true), sent(&message(true)));
    let tell = || match change(&modify(&before, &after)) {
        Change::Told(pointer) => *pointer,
        other => panic!("{other:?}"),
    };
    let pointer = tell();
    assert_eq!(pointer, tell());
    assert_eq!((pointer.account, pointer.transition.id().to_string()), (after.account, format!("{}-2", after.id)));
    assert_eq!((pointer.transition.from, pointer.transition.to), (Status::Created, Status::Pending));
    assert!(pointer.transition.at >= now().timestamp_millis());
}

#[test]
fn nothing_else_is_told() {
    let (before, after) = (message(true), sent(&message(true)));
    let mut claimed = before.clone();
    decide::claim(&mut claimed, 0, now()).expect("a claim");
    let quiet = (message(false), sent(&message(false)));
    let inserted =
        json!({"eventName": "INSERT", "dynamodb": {"NewImage": modify(&before, &after)["dynamodb"]["NewImage"]}});
    let removed =
        json!({"eventName": "REMOVE", "dynamodb": {"OldImage": modify(&before, &after)["dynamodb"]["OldImage"]}});
    for event in [modify(&before, &claimed), modify(&quiet.0, &quiet.1), inserted, removed, json!({}), json!(null)] {
        assert!(matches!(change(&event), Change::Nothing), "{event}");
    }
    let mut broken = modify(&before, &after);
    broken["dynamodb"]["NewImage"]["st"] = json!({"N": "99"});
    assert!(matches!(change(&broken), Change::Bad(BadItem("st"))));
}

#[test]
fn the_sample_event_is_a_transition() {
    let event: Value = serde_json::from_str(include_str!("../../../../events/transitions.json")).expect("JSON");
    match change(&event["Records"][0]) {
        Change::Told(pointer) => assert_eq!(pointer.transition.id().number, 2),
        other => panic!("{other:?}"),
    }
}
