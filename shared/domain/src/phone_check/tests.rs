use super::*;

const ONE: &str = "+79990000011";
const TWO: &str = "+79990000012";
const SECOND: Duration = Duration::from_secs(1);

fn at(seconds: i64) -> Time {
    Time::from_timestamp(1_795_413_600 + seconds, 0).expect("a time")
}

/// Two numbers, one of them written in two ways, and something else.
fn check(provider: Option<&str>) -> PhoneCheck {
    let texts =
        [("79990000011", Some(ONE)), ("?", None), (ONE, Some(ONE)), (TWO, Some(TWO)), ("?", None), (ONE, Some(ONE))];
    let texts = texts.map(|(text, phone)| (text.to_owned(), phone.map(str::to_owned)));
    PhoneCheck::new((AccountId(1), Uuid::nil()), provider.map(str::to_owned), texts.to_vec(), at(0))
}

fn statuses(check: &PhoneCheck) -> Vec<(&str, &str)> {
    check.result().map(|(text, status)| (text, status.name())).collect()
}

fn said(phone: &str, said: Said) -> Finding {
    Finding { phone: phone.to_owned(), said }
}

fn error(class: ErrorClass) -> ProviderError {
    ProviderError::new(class, "x", "X.")
}

#[test]
fn without_a_provider_it_is_done_at_once() {
    let mut check = check(None);
    assert_eq!(statuses(&check), [("79990000011", "VALID"), (ONE, "VALID"), ("?", "INVALID"), (TWO, "VALID")]);
    assert!(!check.is_due(at(10)));
    assert_eq!(check.claim_order(at(10), SECOND), None);
    assert_eq!(check.claim_questions(at(10), |_| SECOND), []);
}

#[test]
fn each_number_is_ordered_once_and_asked_about_until_it_is_settled() {
    let mut check = check(Some("ACME"));
    let order = check.claim_order(at(0), SECOND).expect("an order");
    assert_eq!(order.reference, OrderRef { check: Uuid::nil(), number: 1 });
    assert_eq!(order.phones, [ONE, TWO]);
    assert_eq!(check.claim_order(at(99), SECOND), None, "once");
    assert!(!check.is_due(at(0)) && check.is_due(at(1)));
    assert_eq!(check.claim_questions(at(0), |_| SECOND), [], "too soon");

    let question = |phone: &str| Question { order: order.reference, phone: phone.to_owned(), ordered_at: at(0) };
    assert_eq!(check.claim_questions(at(1), |count| SECOND * count as u32), [question(ONE), question(TWO)]);
    assert!(!check.is_due(at(2)), "the pause of two");
    check.found(&[said(TWO, Said::Settled(PhoneStatus::NotExisting)), said("+1", Said::Missing)], at(1));
    assert_eq!(
        statuses(&check),
        [("79990000011", "PENDING"), (ONE, "PENDING"), ("?", "INVALID"), (TWO, "NOT_EXISTING")]
    );
    assert_eq!(check.claim_questions(at(3), |_| SECOND), [question(ONE)]);
    check.found(&[said(ONE, Said::Settled(PhoneStatus::Reachable)), said(TWO, Said::Missing)], at(999));
    assert_eq!(statuses(&check)[0].1, "REACHABLE");
    assert_eq!(statuses(&check)[3].1, "NOT_EXISTING", "what is settled stays");
    assert!(!check.is_due(at(9999)));
}

#[test]
fn a_temporary_refusal_is_ordered_again_and_given_up_in_the_end() {
    let mut check = check(Some("ACME"));
    let mut now = at(0);
    for (number, pause) in (1..).zip([1, 4, 16, 64]) {
        let order = check.claim_order(now, SECOND).expect("an order");
        assert_eq!((order.reference.number, order.phones.len()), (number, 2));
        check.refused(order.reference, &error(ErrorClass::Temporary), now, 0.0);
        now += TimeDelta::seconds(pause);
        assert!(!check.is_due(now - TimeDelta::seconds(1)) && check.is_due(now));
    }
    let order = check.claim_order(now, SECOND).expect("an order");
    check.refused(order.reference, &error(ErrorClass::Temporary), now, 0.0);
    assert_eq!(statuses(&check)[3].1, "UNKNOWN");
    assert!(!check.is_due(now + TimeDelta::days(1)));
}

#[test]
fn other_refusals_settle_and_unknown_outcomes_are_asked_about() {
    let after = |class| {
        let mut check = check(Some("ACME"));
        let order = check.claim_order(at(0), SECOND).expect("an order");
        check.refused(order.reference, &error(class), at(0), 0.0);
        (statuses(&check)[3].1.to_owned(), check)
    };
    assert_eq!(after(ErrorClass::Permanent).0, "UNREACHABLE");
    assert_eq!(after(ErrorClass::Misconfigured).0, "UNKNOWN");
    let (status, mut check) = after(ErrorClass::Unknown);
    assert_eq!(status, "PENDING");
    assert_eq!(check.claim_order(at(999), SECOND), None, "never ordered again");
    check.found(&[said(ONE, Said::Missing), said(TWO, Said::Missing)], at(59));
    assert_eq!(statuses(&check)[3].1, "PENDING", "the call may still be on its way");
    check.found(&[said(ONE, Said::Missing), said(TWO, Said::Settled(PhoneStatus::Absent))], at(60));
    assert_eq!((statuses(&check)[0].1, statuses(&check)[3].1), ("UNKNOWN", "ABSENT"));
}

#[test]
fn a_pause_that_the_provider_asks_for_is_kept() {
    let mut check = check(Some("ACME"));
    check.claim_order(at(0), SECOND).expect("an order");
    assert_eq!(check.claim_questions(at(1), |_| SECOND).len(), 2);
    check.not_told(&error(ErrorClass::Temporary).retry_after(Some(SECOND * 60)), at(1));
    assert!(!check.is_due(at(60)) && check.is_due(at(61)));
    check.not_told(&error(ErrorClass::Unknown), at(61));
    assert!(check.is_due(at(61)));
}

#[test]
fn it_is_read_back() {
    let mut check = check(Some("ACME"));
    check.claim_order(at(0), SECOND).expect("an order");
    check.found(&[said(TWO, Said::Settled(PhoneStatus::Absent))], at(1));
    let json = serde_json::to_string(&check).expect("JSON");
    assert_eq!(serde_json::from_str::<PhoneCheck>(&json).expect("a check"), check);
}
