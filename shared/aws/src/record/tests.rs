use super::*;
use baton_domain::{
    BulkId, Channel, ChannelContent, Leg, Outcome, Receipt, ReceiptStatus, Recipient, Spec,
    content::ChannelSpec,
    decide,
    outcome::Accepted,
    tracks::{TrackEvent, TrackKind},
};
use std::sync::Arc;

fn now() -> Time {
    Time::from_timestamp_millis(1_790_000_000_123).expect("a time")
}

fn message() -> Message {
    let bulk = BulkId::new(now(), [9; 8]);
    let content = ChannelContent {
        text: Some("Ваш заказ {{order}} готов, ждём вас сегодня".to_owned()),
        ..Default::default()
    };
    let channel = Channel::Sms;
    let mut message = Message {
        account: AccountId(4711),
        id: MessageId::new(bulk, 999),
        bulk_id: bulk,
        task: None,
        group: None,
        item: 999,
        content: Some(Arc::new(Spec { channels: vec![ChannelSpec { channel, content }], ..Spec::default() })),
        callback: true,
        recipient: Recipient { phone: Some("+79990000001".to_owned()), ..Recipient::default() },
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

/// The whole life of a message over one channel with one receipt.
fn delivered() -> Message {
    let mut message = message();
    decide::claim(&mut message, 0, now()).expect("a claim");
    let accepted = Accepted {
        provider_message_id: Some("0b1c9a64-8a0e-4f3e-9d6f-1d7a2f0f9a11".to_owned()),
        receipts: true,
        part_count: Some(2),
    };
    let outcome = Outcome::Accepted(accepted);
    let of = decide::ResultOf::new(0, 1, Some("SANDBOX"), &outcome);
    decide::result(&mut message, &of, now());
    let receipt = Receipt { status: ReceiptStatus::Delivered, at: now(), provider_message_id: None, part_count: None };
    decide::receipt(&mut message, 0, &receipt, now());
    message
}

/// The size that DynamoDB bills: names and values in UTF-8, numbers at most half a byte a digit and one more, 3 bytes and one
/// per element for lists and maps (the developer guide's "Item sizes and formats").
fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::L(items) => 3 + items.iter().map(|item| 1 + size(item)).sum::<usize>(),
        AttributeValue::M(item) => 3 + item.iter().map(|(name, value)| 1 + name.len() + size(value)).sum::<usize>(),
        other => panic!("an attribute that is not written: {other:?}"),
    }
}

#[test]
fn messages_are_read_back() {
    let mut failed = delivered();
    failed.group = Some(GroupId("заказ 5".to_owned()));
    failed.attempts[0].error =
        Some(AttemptError { class: ErrorClass::Misconfigured, code: "21211".to_owned(), message: "no".to_owned() });
    failed.attempts[0].not_before = Some(now());
    let mut delayed = message();
    let time = |hour| chrono::NaiveTime::from_hms_opt(hour, 30, 15).expect("a time of day");
    delayed.schedule = Schedule {
        send_at: Some(now()),
        ranges: vec![baton_domain::window::Range::new(time(22), time(3)).expect("a range")],
        zone: "Europe/Moscow".parse().expect("a zone"),
    };
    delayed.attempts[0].until = Some(now());
    delayed.attempts[0].expires_at = Some(now());
    delayed.rates = "RUB,0=2.5,0:TWILIO=3.1".parse().ok();
    for message in [message(), delivered(), failed, delayed, tracked()] {
        let item = encode(&message, true, 90);
        assert_eq!(decode(message.account, &item).expect("a message"), message);
    }
}

/// A message that has been opened and followed again and again for a year.
fn tracked() -> Message {
    let mut message = delivered();
    for number in 0..1_000_000_u32 {
        let kind = if number % 2 == 0 { TrackKind::Open } else { TrackKind::Click };
        let event = TrackEvent { kind, digest: u32::MAX - number };
        let at = now() + chrono::TimeDelta::seconds(i64::from(number) * 30);
        let receipt = ReceiptStatus::Tracked(event);
        let receipt = Receipt { status: receipt, at, provider_message_id: None, part_count: None };
        if !(20..=999_980).contains(&number) {
            decide::receipt(&mut message, 0, &receipt, now());
        } else {
            message.tracks.add(event, at);
        }
    }
    message
}

#[test]
fn a_delivered_message_stays_below_a_kilobyte() {
    for mut message in [delivered(), tracked()] {
        message.rates = "RUB,0=2.4375,0:TWILIO=3.125,0:VONAGE=3.25".parse().ok();
        assert!(message.rates.is_some());
        let item = encode(&message, true, 90);
        let bytes: usize = item.iter().map(|(name, value)| name.len() + size(value)).sum();
        assert!(bytes < 1024, "{bytes} bytes");
    }
    assert_eq!(tracked().tracks.opens.expect("opens").count, 500_000);
}

#[test]
fn a_message_is_kept_from_its_time_on() {
    let removed = |message: &Message| int::<i64>(&encode(message, false, 90), "ttl").expect("a number");
    let mut message = message();
    assert_eq!(removed(&message), (now() + chrono::TimeDelta::days(90)).timestamp());
    message.schedule.send_at = Some(now() + chrono::TimeDelta::days(366));
    assert_eq!(removed(&message), (now() + chrono::TimeDelta::days(456)).timestamp());
}

#[test]
fn a_damaged_item_is_an_error_that_names_the_attribute() {
    for name in ["pk", "ct", "r", "rt", "st", "L", "tl", "tr", "v"] {
        let mut item = encode(&message(), false, 90);
        item.insert(name.to_owned(), AttributeValue::Bool(true));
        assert!(decode(AccountId(1), &item).is_err(), "{name}");
    }
}
