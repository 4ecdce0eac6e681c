use super::*;

fn at(seconds: i64) -> Time {
    Time::from_timestamp(1_790_000_000 + seconds, 0).expect("a time")
}

fn mark(created: i64, event: Option<i64>) -> StopMark {
    let by = if event.is_some() { "TWILIO" } else { "key" };
    let reason = if event.is_some() { StopReason::StopReply } else { StopReason::Manual };
    StopMark { reason, by: by.to_owned(), comment: None, created_at: at(created), event_at: event.map(at) }
}

#[test]
fn an_event_comes_twice_and_late_and_a_recipient_takes_back_what_an_event_had_put() {
    let mut standing = Standing::default();
    assert!(standing.stop(&mark(2, Some(1))));
    assert!(!standing.stop(&mark(3, Some(1))), "again");
    assert!(!standing.lift(Lift::Recipient(at(0))), "older than the line");
    assert!(standing.lift(Lift::Recipient(at(5))));
    assert!(!standing.lift(Lift::Recipient(at(5))), "again");
    assert!(!standing.stop(&mark(6, Some(1))), "the first one again, after they took it back");
    assert!(standing.stop(&mark(8, Some(7))) && standing.holds(None));
}

#[test]
fn what_a_person_put_there_only_a_person_takes_away() {
    let mut standing = Standing::default();
    assert!(standing.stop(&mark(1, Some(1))));
    assert!(standing.stop(&StopMark { comment: Some("asked by phone".to_owned()), ..mark(3, None) }));
    assert!(standing.stop(&mark(4, None)));
    let kept = standing.mark.clone().expect("a line");
    assert_eq!((kept.created_at, kept.comment.as_deref(), kept.by.as_str()), (at(1), Some("asked by phone"), "key"));
    assert!(!standing.stop(&mark(5, Some(5))) && !standing.lift(Lift::Recipient(at(9))));
    assert!(standing.lift(Lift::Person(at(9))) && !standing.holds(None));
    assert!(!standing.stop(&mark(10, Some(5))), "an event from before a person took it away");
}

#[test]
fn a_list_can_be_asked_as_of_a_time() {
    let mut standing = Standing::default();
    standing.stop(&mark(2, None));
    let holds = |standing: &Standing| [1, 2, 3, 4].map(|time| standing.holds(Some(at(time))));
    assert_eq!(holds(&standing), [false, true, true, true]);
    standing.lift(Lift::Person(at(4)));
    assert_eq!(holds(&standing), [false, true, true, false]);
}

#[test]
fn a_recipient_is_stopped_by_the_address_in_use_and_by_phone_and_e_mail() {
    let text = |text: &str| Some(text.to_owned());
    let recipient = Recipient {
        phone: text("+79990000001"),
        email: text("Anna@example.org"),
        messenger_user_id: text("42"),
        ..Recipient::default()
    };
    let stopped = |address: &str, on: Option<Channel>, channel: Channel| {
        let standing = Standing { mark: Some(mark(1, None)), before: None };
        let listed = Listed { address: address.to_owned(), standings: [(on, standing)].into() };
        is_stopped([&listed], &recipient, (channel, recipient.address(channel)), None)
    };
    let (sms, telegram) = (Channel::Sms, Channel::Telegram);
    for (address, on, channel, expected) in [
        ("+79990000001", Some(sms), sms, true),
        ("+79990000001", Some(sms), telegram, false),
        ("+79990000001", Some(telegram), telegram, true),
        ("+79990000001", None, telegram, true),
        ("anna@example.org", None, sms, true),
        ("anna@example.org", Some(Channel::Email), Channel::Email, true),
        ("42", Some(telegram), telegram, true),
        ("42", Some(telegram), Channel::Max, false),
        ("42", Some(telegram), sms, false),
        ("+79990000002", None, sms, false),
    ] {
        assert_eq!(stopped(address, on, channel), expected, "{address} {on:?} {channel}");
    }
}

#[test]
fn every_reason_is_read_back() {
    for reason in StopReason::ALL {
        assert_eq!(reason.name().to_uppercase().parse(), Ok(reason));
    }
    assert_eq!("bored".parse::<StopReason>(), Err(UnknownReason));
}
