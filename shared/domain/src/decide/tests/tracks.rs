//! Opens and clicks.

use super::*;
use crate::tracks::{Track, TrackEvent, TrackKind};

fn tracked(kind: TrackKind, digest: u32) -> ReceiptStatus {
    ReceiptStatus::Tracked(TrackEvent { kind, digest })
}

#[test]
fn an_open_is_read_and_counted_whatever_has_come_before() {
    for before in [vec![], vec![ReceiptStatus::Delivered], vec![ReceiptStatus::Delivered, ReceiptStatus::Read]] {
        let mut message = opened([leg(Channel::Email), leg(Channel::Sms)]);
        answer(&mut message, 0, &accepted(true), 1);
        for status in before {
            report(&mut message, 0, status, 2);
        }
        for (kind, digest, second) in [(TrackKind::Open, 1, 3), (TrackKind::Click, 2, 4), (TrackKind::Open, 1, 3)] {
            assert_eq!(report(&mut message, 0, tracked(kind, digest), second), []);
        }
        assert_eq!((message.status, message.attempts.len()), (Status::Read, 1));
        let once = |second| Some(Track { count: 1, first: at(second), last: at(second) });
        assert_eq!((message.tracks.opens, message.tracks.clicks), (once(3), once(4)));
        let reads = message.timeline.iter().filter(|entry| entry.event == TimelineEvent::Read).count();
        assert_eq!(reads, 1, "its history says it once");
    }
}

#[test]
fn an_open_is_what_a_channel_that_wants_to_be_read_waits_for() {
    let read = Leg { success: Some(SuccessStatus::Read), ..leg(Channel::Email) };
    let mut message = opened([read, leg(Channel::Sms)]);
    answer(&mut message, 0, &accepted(true), 1);
    report(&mut message, 0, ReceiptStatus::Delivered, 2);
    assert_eq!(message.status, Status::Pending);
    report(&mut message, 0, tracked(TrackKind::Click, 1), 3);
    assert_eq!((message.status, message.attempts[0].read_at), (Status::Read, Some(at(3))));
}

#[test]
fn an_open_of_what_was_never_handed_over_is_nothing() {
    let mut message = opened([leg(Channel::Email)]);
    let status = tracked(TrackKind::Open, 1);
    let news = Receipt { status, at: at(1), provider_message_id: None, part_count: None };
    assert_eq!(receipt(&mut message, 0, &news, at(1)), None);
    assert!(message.tracks.is_empty());
}
