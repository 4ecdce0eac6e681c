use super::*;
use crate::{
    AccountId, BulkId, Leg, Outcome, ProviderError, Receipt, ReceiptStatus, Recipient, decide, outcome::Accepted,
    window::Schedule,
};

fn at(seconds: i64) -> Time {
    Time::from_timestamp_millis(1_790_000_000_000 + seconds * 1000).expect("a time")
}

fn opened() -> Message {
    let bulk = BulkId::new(at(0), [7; 8]);
    let leg = Leg { channel: Channel::Sms, required: false, reachable: true, success: None, validity_minutes: None };
    let mut message = Message {
        account: AccountId(1),
        id: MessageId::new(bulk, 0),
        bulk_id: bulk,
        task: None,
        group: None,
        item: 0,
        content: None,
        callback: true,
        recipient: Recipient::default(),
        created_at: at(0),
        schedule: Schedule::default(),
        route: vec![leg],
        rates: None,
        status: Status::Created,
        attempts: Vec::new(),
        timeline: Vec::new(),
        tracks: crate::tracks::Tracks::default(),
        version: 0,
    };
    decide::open(&mut message, at(0));
    message
}

/// What a store does: the version goes up by one.
fn step(message: &mut Message, change: impl FnOnce(&mut Message)) -> Option<Transition> {
    let before = message.clone();
    change(message);
    message.version = before.version + 1;
    Transition::between(&before, message, None)
}

fn take(message: &mut Message, outcome: &Outcome, second: i64) {
    decide::result(message, &decide::ResultOf::new(0, 1, Some("P"), outcome), at(second));
}

#[test]
fn every_change_of_the_status_is_one_transition_and_nothing_else_is() {
    let mut message = opened();
    assert_eq!(step(&mut message, |message| decide::claim(message, 0, at(1)).expect("a claim")), None);
    let accepted = Accepted { provider_message_id: None, receipts: true, part_count: Some(2) };
    let outcome = Outcome::Accepted(accepted);
    let pending = step(&mut message, |message| take(message, &outcome, 2)).expect("a transition");
    assert_eq!((pending.from, pending.to, pending.number), (Status::Created, Status::Pending, 2));
    assert_eq!(
        (pending.channel, pending.provider.as_deref(), pending.part_count),
        (Some(Channel::Sms), Some("P"), Some(2))
    );
    let delivered =
        Receipt { status: ReceiptStatus::Delivered, at: at(3), provider_message_id: None, part_count: None };
    let done = step(&mut message, |message| _ = decide::receipt(message, 0, &delivered, at(3))).expect("a transition");
    assert_eq!((done.from, done.to, done.error), (Status::Pending, Status::Delivered, None));
    assert_eq!(step(&mut message, |message| _ = decide::receipt(message, 0, &delivered, at(4))), None);
}

#[test]
fn times_grow_although_clocks_differ() {
    let mut message = opened();
    step(&mut message, |message| decide::claim(message, 0, at(9)).expect("a claim"));
    let outcome = Outcome::Accepted(Accepted { provider_message_id: None, receipts: true, part_count: None });
    let first = step(&mut message, |message| take(message, &outcome, 9)).expect("a transition");
    // The machine that takes the receipt is five seconds behind.
    let receipt = Receipt { status: ReceiptStatus::Delivered, at: at(4), provider_message_id: None, part_count: None };
    let second = step(&mut message, |message| _ = decide::receipt(message, 0, &receipt, at(4))).expect("a transition");
    assert!(second.at > first.at, "{} {}", first.at, second.at);
}

#[test]
fn times_grow_when_the_history_is_full() {
    let mut message = opened();
    while message.timeline.len() < TIMELINE_LIMIT {
        message.note(at(1), crate::TimelineEvent::Retrying, None, None);
    }
    let first = step(&mut message, |message| message.status = Status::Pending).expect("a transition");
    let second = step(&mut message, |message| message.status = Status::Delivered).expect("a transition");
    assert!(second.at > first.at);
}

#[test]
fn a_failure_says_why() {
    let mut message = opened();
    step(&mut message, |message| decide::claim(message, 0, at(1)).expect("a claim"));
    let refused = Outcome::Refused(ProviderError::new(ErrorClass::Permanent, "E1", "Refused."));
    let failed = step(&mut message, |message| take(message, &refused, 2)).expect("a transition");
    assert_eq!(failed.to, Status::Undelivered);
    assert_eq!(failed.error.map(|error| (error.class, error.code)), Some((ErrorClass::Permanent, "E1".to_owned())));
}

#[test]
fn an_id_is_read_back() {
    let id = CallbackId { message: opened().id, number: 12 };
    assert_eq!(id.to_string().parse(), Ok(id));
    // A dot would make the signed text ambiguous.
    assert!(!id.to_string().contains('.'));
    for bad in ["", "-", "1-2", &id.message.to_string(), &format!("{}-", id.message), &format!("{}-x", id.message)] {
        assert_eq!(bad.parse::<CallbackId>(), Err(BadCallbackId), "{bad}");
    }
}

#[test]
fn pauses_are_those_of_the_contract() {
    let seconds: Vec<_> = (0..9).map(|tries| pause(tries, None, 0.5).map(|pause| pause.as_secs())).collect();
    let steps = [0, 5, 300, 1800, 7200, 18_000, 36_000, 36_000].map(Some);
    assert_eq!(seconds[..8], steps);
    assert_eq!(seconds[8], None);
    let range = [0.0, 1.0].map(|spread| pause(2, None, spread).map(|pause| pause.as_secs()));
    assert_eq!(range, [Some(240), Some(360)]);
    for (asked, given) in [(1, 300), (300, 300), (450, 450), (600, 600), (86_400, 600)] {
        assert_eq!(pause(2, Some(Duration::from_secs(asked)), 0.0), Some(Duration::from_secs(given)));
    }
}
