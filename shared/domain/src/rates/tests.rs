use super::*;
use crate::{
    AccountId, BulkId, ErrorClass, Leg, MessageId, Outcome, ProviderError, Receipt, ReceiptStatus, Recipient, Status,
    Time, decide, outcome::Accepted, window::Schedule,
};

fn at(seconds: i64) -> Time {
    Time::from_timestamp_millis(1_790_000_000_000 + seconds * 1000).expect("a time")
}

fn rates(text: &str) -> Rates {
    text.parse().expect("rates")
}

fn opened(channels: &[Channel], rates: Option<Rates>) -> Message {
    let bulk = BulkId::new(at(0), [7; 8]);
    let leg = |channel| Leg { channel, required: false, reachable: true, success: None, validity_minutes: None };
    let mut message = Message {
        account: AccountId(1),
        id: MessageId::new(bulk, 0),
        bulk_id: bulk,
        task: None,
        group: None,
        item: 0,
        content: None,
        callback: false,
        recipient: Recipient::default(),
        created_at: at(0),
        schedule: Schedule::default(),
        route: channels.iter().copied().map(leg).collect(),
        rates,
        status: Status::Created,
        attempts: Vec::new(),
        timeline: Vec::new(),
        tracks: crate::tracks::Tracks::default(),
        version: 0,
    };
    decide::open(&mut message, at(0));
    message
}

/// Claims an attempt and answers its try; the sender counts two parts.
fn answer(message: &mut Message, attempt: u8, provider: &str, outcome: &Outcome) {
    decide::claim(message, attempt, at(1)).expect("a claim");
    let tries = message.attempts[usize::from(attempt)].tries;
    let of = decide::ResultOf {
        part_count: Some(2),
        another: true,
        ..decide::ResultOf::new(attempt, tries, Some(provider), outcome)
    };
    decide::result(message, &of, at(2));
}

fn accepted(part_count: Option<u16>) -> Outcome {
    Outcome::Accepted(Accepted { provider_message_id: None, receipts: true, part_count })
}

fn refused(class: ErrorClass) -> Outcome {
    Outcome::from_error(ProviderError::new(class, "E", "no"))
}

fn report(message: &mut Message, attempt: u8, status: ReceiptStatus, part_count: Option<u16>) {
    let news = Receipt { status, at: at(3), provider_message_id: None, part_count };
    decide::receipt(message, attempt, &news, at(3)).expect("an attempt");
}

fn price(message: &Message) -> Option<String> {
    message.price().map(|(price, currency)| format!("{price} {currency}"))
}

fn is(price: &str) -> Option<String> {
    Some(price.to_owned())
}

#[test]
fn rates_are_read_back() {
    for text in ["RUB,0=2.5", "EUR,0=0.0001,0:TWILIO=3.1,2=1000000"] {
        assert_eq!(rates(text).to_string(), text);
    }
    for text in ["", "RUB", "RUB,", "rub,0=1", "RUB,x=1", "RUB,0=1.23456", "RUB,0", "RUB,0=1,,"] {
        assert_eq!(text.parse::<Rates>(), Err(BadRates), "{text}");
    }
}

#[test]
fn what_a_provider_took_costs_parts_times_the_rate() {
    for (told, expected) in [(None, "5 RUB"), (Some(3), "7.5 RUB")] {
        let mut message = opened(&[Channel::Sms], Some(rates("RUB,0=2.5")));
        assert_eq!(price(&message), None, "it has not gone out");
        answer(&mut message, 0, "A", &accepted(told));
        assert_eq!(price(&message), is(expected));
    }
    let mut free = opened(&[Channel::Sms], None);
    answer(&mut free, 0, "A", &accepted(None));
    assert_eq!(price(&free), None, "it has no price");
}

#[test]
fn a_receipt_corrects_the_parts_and_with_them_the_price() {
    let mut message = opened(&[Channel::Sms], Some(rates("RUB,0=2.5")));
    answer(&mut message, 0, "A", &accepted(Some(1)));
    report(&mut message, 0, ReceiptStatus::Delivered, Some(4));
    assert_eq!(price(&message), is("10 RUB"));
    report(&mut message, 0, ReceiptStatus::Read, None);
    assert_eq!((message.attempts[0].part_count, price(&message)), (Some(4), is("10 RUB")));
}

#[test]
fn a_receipt_that_comes_before_the_answer_is_not_overruled_by_it() {
    let mut message = opened(&[Channel::Sms], Some(rates("RUB,0=2.5")));
    decide::claim(&mut message, 0, at(1)).expect("a claim");
    report(&mut message, 0, ReceiptStatus::Delivered, Some(4));
    let outcome = accepted(Some(1));
    decide::result(&mut message, &decide::ResultOf::new(0, 1, Some("A"), &outcome), at(2));
    assert_eq!(price(&message), is("10 RUB"));
}

#[test]
fn what_was_not_delivered_costs_all_the_same_and_what_was_refused_does_not() {
    let mut message = opened(&[Channel::Sms, Channel::Viber], Some(rates("RUB,0=2.5,1=0.3")));
    answer(&mut message, 0, "A", &refused(ErrorClass::Misconfigured));
    assert_eq!(price(&message), None, "refused");
    answer(&mut message, 1, "B", &accepted(None));
    let undelivered = ProviderError::new(ErrorClass::Permanent, "absent", "no");
    report(&mut message, 1, ReceiptStatus::Failed(undelivered), None);
    assert_eq!(price(&message), is("5 RUB"), "taken and not delivered");
    answer(&mut message, 2, "C", &accepted(None));
    assert_eq!(price(&message), is("5.3 RUB"), "the attempts together, a message of Viber as one");
    let each: Vec<_> = message.attempts.iter().map(|attempt| message.price_of(attempt)).collect();
    assert_eq!(each, [None, Some(Price::from_ten_thousandths(50_000)), Some(Price::from_ten_thousandths(3_000))]);
}

#[test]
fn a_call_whose_outcome_nobody_knows_costs_once_a_receipt_has_come() {
    let mut message = opened(&[Channel::Sms], Some(rates("RUB,0=2.5")));
    answer(&mut message, 0, "A", &refused(ErrorClass::Unknown));
    assert_eq!(price(&message), None);
    report(&mut message, 0, ReceiptStatus::Delivered, None);
    assert_eq!(price(&message), is("5 RUB"), "by the parts that the sender had counted");
}

#[test]
fn the_provider_that_takes_it_has_its_own_rate() {
    for (provider, expected) in [("A", "5 RUB"), ("B", "2 RUB")] {
        let mut message = opened(&[Channel::Sms], Some(rates("RUB,0=2.5,0:B=1")));
        answer(&mut message, 0, provider, &accepted(None));
        assert_eq!(price(&message), is(expected));
    }
    let mut only_b = opened(&[Channel::Sms], Some(rates("RUB,0:B=1")));
    answer(&mut only_b, 0, "A", &accepted(None));
    assert_eq!(price(&only_b), None, "a price of B alone is not A's");
}

#[test]
fn a_transition_tells_what_the_message_has_cost() {
    let mut message = opened(&[Channel::Sms], Some(rates("EUR,0=0.0703")));
    let before = message.clone();
    answer(&mut message, 0, "A", &accepted(None));
    let told = crate::Transition::between(&before, &message, None).expect("a transition");
    let json = serde_json::to_string(&told).expect("JSON");
    assert!(json.ends_with(r#""price":["0.1406","EUR"]}"#), "{json}");
    assert_eq!(serde_json::from_str::<crate::Transition>(&json).expect("a transition"), told);
    let unpriced = crate::Transition { price: None, ..told };
    assert!(!serde_json::to_string(&unpriced).expect("JSON").contains("price"));
}

proptest::proptest! {
    /// Whatever the rate and the parts, the price of the message is their product, and survives the store's text.
    #[test]
    fn price_is_parts_times_rate(number in 0..10_000_000_000_u64, parts in 1..=u16::MAX) {
        let rate = Price::from_ten_thousandths(number);
        let text = Rates { currency: Currency::RUB, rates: vec![Rate { leg: 0, provider: None, price: rate }] }.to_string();
        let mut message = opened(&[Channel::Sms], Some(rates(&text)));
        answer(&mut message, 0, "A", &accepted(Some(parts)));
        let expected = Price::from_ten_thousandths(number * u64::from(parts));
        proptest::prop_assert_eq!(message.price(), Some((expected, Currency::RUB)));
    }
}
