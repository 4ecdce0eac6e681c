//! Callbacks from a transition to their end, over the ports in memory, with every port call broken once.

#[path = "../support/mod.rs"]
mod support;

mod lanes;
mod world;

use baton_domain::{AccountId, Spec};
use baton_pipeline::callbacks::{CallbackPointer, Lane, Standing, call_back, ports::Called, retry};
use std::{sync::Arc, time::Duration};
use support::{ACCOUNT, only_message};
use world::{Break, Scripted, live, record, status, traffic, trusted, world};

#[tokio::test]
async fn a_callback_that_is_taken_is_made_once() {
    let (ports, clock, pointer) = world(1, None).await;
    let receiver = Scripted::answering(&clock, []);
    live(&ports, &clock, &receiver, pointer.clone()).await;
    // The stream hands out the same change again.
    live(&ports, &clock, &receiver, pointer.clone()).await;
    let told = receiver.told();
    assert_eq!(told.len(), 1);
    let message = only_message(&ports.memory);
    let body: serde_json::Value = serde_json::from_str(&told[0].2).expect("JSON");
    let expected = serde_json::json!({
        "id": message.id, "bulkId": message.bulk_id, "groupId": message.group_id(), "flowId": message.id,
        "oldStatus": "CREATED", "newStatus": "PENDING", "oldStatusCode": 0, "newStatusCode": 2, "price": null,
        "currency": null, "partCount": null, "callbackData": "order 42", "channel": "sms", "provider": null,
        "at": "2026-09-21T14:13:20.000Z", "error": null});
    assert_eq!(body, expected);
    assert_eq!((record(&ports).standing, record(&ports).due()), (Standing::Delivered, None));
}

#[tokio::test]
async fn the_price_is_a_number_with_its_currency() {
    for (price, shown) in [("2.4375", "2.4375"), ("0", "0.0"), ("65535000000.0001", "65535000000.0001")] {
        let (ports, clock, mut pointer) = world(1, None).await;
        pointer.transition.price = Some((price.parse().expect("a price"), baton_domain::Currency::RUB));
        let receiver = Scripted::answering(&clock, []);
        live(&ports, &clock, &receiver, pointer).await;
        let body = receiver.told()[0].2.clone();
        assert!(body.contains(&format!(r#""price":{shown},"currency":"RUB","#)), "{body}");
    }
}

#[tokio::test]
async fn a_content_beside_the_bulk_has_the_callback_too() {
    let (ports, clock, pointer) = world(2, None).await;
    let receiver = Scripted::answering(&clock, []);
    live(&ports, &clock, &receiver, pointer).await;
    assert_eq!(receiver.told().len(), 1);
}

#[tokio::test]
async fn the_tries_follow_the_schedule_and_end() {
    let (ports, clock, pointer) = world(1, None).await;
    let receiver = Scripted::answering(&clock, std::iter::repeat_n(status(500), 20));
    live(&ports, &clock, &receiver, pointer).await;
    // The stopped clock spreads nothing: each pause is the least of its range, four fifths, to the whole second.
    let pauses: Vec<_> = receiver.seconds().windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses, [4, 240, 1440, 5760, 14_400, 28_800, 28_800]);
    let ids: Vec<_> = receiver.told().iter().map(|(_, id, _)| id.clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    let record = record(&ports);
    assert_eq!((record.standing, record.count, record.tries.len()), (Standing::Failed, 8, 8));
}

#[tokio::test]
async fn a_receiver_may_ask_for_up_to_twice_the_step() {
    for (asked, pause) in [(60, 10), (7, 7), (1, 5)] {
        let (ports, clock, pointer) = world(1, None).await;
        let wait = Called { retry_after: Some(Duration::from_secs(asked)), ..status(503) };
        let receiver = Scripted::answering(&clock, [wait]);
        live(&ports, &clock, &receiver, pointer).await;
        assert_eq!(receiver.seconds(), [0, pause], "asked for {asked}");
    }
}

#[tokio::test]
async fn what_is_gone_is_not_tried_again() {
    let (ports, clock, pointer) = world(1, None).await;
    let receiver = Scripted::answering(&clock, [status(302), status(410)]);
    live(&ports, &clock, &receiver, pointer).await;
    assert_eq!((receiver.told().len(), record(&ports).standing), (2, Standing::Gone));
}

#[tokio::test]
async fn by_hand_is_one_more_call_and_leaves_the_schedule_alone() {
    let (ports, clock, pointer) = world(1, None).await;
    let receiver = Scripted::answering(&clock, [status(500), status(500)]);
    trusted(&ports);
    call_back(&ports, &receiver, &clock, &traffic(Lane::Fast), &pointer).await.expect("handled");
    let due = record(&ports).due();
    let id = pointer.transition.id();
    assert!(retry(&ports, ACCOUNT, id).await.expect("asked for").is_some());
    assert!(retry(&ports, AccountId(2), id).await.expect("asked for").is_none());
    let (scheduled, by_hand) = {
        let mut state = ports.memory.state();
        (state.callbacks.remove(0).0, state.callbacks.remove(0).0)
    };
    call_back(&ports, &receiver, &clock, &traffic(Lane::Fast), &by_hand).await.expect("handled");
    assert_eq!((record(&ports).due(), record(&ports).count), (due, 2));
    assert!(record(&ports).tries[1].by_hand && ports.memory.state().callbacks.is_empty());
    live(&ports, &clock, &receiver, scheduled).await;
    assert_eq!(record(&ports).standing, Standing::Delivered);
    // Delivered, and asked for again: it is sent again.
    call_back(&ports, &receiver, &clock, &traffic(Lane::Fast), &by_hand).await.expect("handled");
    assert_eq!((receiver.told().len(), record(&ports).standing), (4, Standing::Delivered));
}

/// Two deliveries of one pointer at the same time: one of them carries the schedule on.
#[tokio::test]
async fn a_pointer_that_comes_twice_at_once_goes_on_once() {
    let (ports, clock, pointer) = world(1, None).await;
    let receiver = Scripted::answering(&clock, [status(500)]);
    let fast = traffic(Lane::Fast);
    trusted(&ports);
    call_back(&ports, &receiver, &clock, &fast, &pointer).await.expect("handled");
    let next = ports.memory.state().callbacks.remove(0).0;
    // The other one read before the first one wrote: its answer comes after the record has moved on.
    call_back(&ports, &receiver, &clock, &fast, &pointer).await.expect("handled");
    assert_eq!(receiver.told().len(), 1, "it is not due, and is put back");
    live(&ports, &clock, &receiver, next).await;
    assert_eq!(receiver.told().len(), 2);
}

#[tokio::test]
async fn whichever_port_call_breaks_off_the_receiver_is_told_under_one_id() {
    let mut broke = 0;
    for call in 1..40 {
        for how in [Break::Before, Break::After] {
            let (ports, clock, pointer) = world(1, Some((call, how))).await;
            let receiver = Scripted::answering(&clock, [status(500), status(500)]);
            live(&ports, &clock, &receiver, pointer.clone()).await;
            broke += usize::from(*ports.calls.lock().expect("calls") >= call);
            let told = receiver.told();
            assert!(told.iter().all(|(_, id, _)| *id == pointer.transition.id().to_string()), "{call} {how:?}");
            // A call whose record was not stored is made again: at least once, and at most once more.
            assert!((3..=4).contains(&told.len()), "{call} {how:?}: {}", told.len());
            assert_eq!(record(&ports).standing, Standing::Delivered, "{call} {how:?}");
        }
    }
    assert!(broke > 20, "{broke}");
}

#[tokio::test]
async fn without_a_message_or_a_callback_nothing_is_called() {
    let (ports, clock, pointer) = world(1, None).await;
    let receiver = Scripted::answering(&clock, []);
    let gone = CallbackPointer { account: AccountId(2), ..pointer.clone() };
    live(&ports, &clock, &receiver, gone).await;
    let key = (ACCOUNT, pointer.transition.message);
    ports.memory.state().messages.get_mut(&key).expect("a message").content = Some(Arc::new(Spec::default()));
    live(&ports, &clock, &receiver, pointer).await;
    assert!(receiver.told().is_empty() && ports.memory.state().callback_records.is_empty());
}
