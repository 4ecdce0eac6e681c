//! Which lane a callback goes, that nothing is lost or called in vain on the way, and whom a silent receiver holds up.

use crate::{
    support::ACCOUNT,
    world::{Ports, Scripted, live, place, record, silent, status, traffic, trusted, world},
};
use baton_domain::{AccountId, CallbackId};
use baton_pipeline::{
    callbacks::{
        CallbackPointer, Known, Lane, Pace, Place, Traffic, call_back,
        ports::{Called, Delivery, Paces, Receiver},
    },
    memory::StoppedClock,
    ports::Clock,
};
use futures::future::join_all;
use std::{sync::Mutex, time::Duration};

/// A receiver that answers after a while of the clock, and remembers how many calls it had at once.
struct Busy<'a> {
    clock: &'a StoppedClock,
    takes: Duration,
    answer: Called,
    under_way: Mutex<(usize, usize)>,
}

impl<'a> Busy<'a> {
    fn new(clock: &'a StoppedClock, takes: Duration, answer: Called) -> Busy<'a> {
        Busy { clock, takes, answer, under_way: Mutex::default() }
    }

    fn most(&self) -> usize {
        self.under_way.lock().expect("calls").1
    }
}

impl Receiver for Busy<'_> {
    async fn post(&self, _: &Delivery<'_>) -> Called {
        {
            let mut calls = self.under_way.lock().expect("calls");
            calls.0 += 1;
            calls.1 = calls.1.max(calls.0);
        }
        // All that can begin now does.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        self.clock.advance(self.takes);
        self.under_way.lock().expect("calls").0 -= 1;
        self.answer.clone()
    }
}

/// Other changes of the same message, each a callback of its own.
fn more(pointer: &CallbackPointer, count: u64) -> Vec<CallbackPointer> {
    let next = |number| {
        let mut next = pointer.clone();
        next.transition.number += number;
        next
    };
    (0..count).map(next).collect()
}

/// What the queues hold: the delays of the fast one, and of the slow one, in milliseconds.
fn queued(ports: &Ports) -> (Vec<u128>, Vec<u128>) {
    let state = ports.memory.state();
    let delays = |queue: &[(CallbackPointer, Duration)]| queue.iter().map(|(_, delay)| delay.as_millis()).collect();
    (delays(&state.callbacks), delays(&state.slow_callbacks))
}

async fn pace(ports: &Ports) -> Option<Known> {
    ports.memory.pace(&place()).await.expect("read")
}

async fn handle(ports: &Ports, clock: &StoppedClock, receiver: &Scripted, lane: &Traffic, pointer: &CallbackPointer) {
    call_back(ports, receiver, clock, lane, pointer).await.expect("handled");
}

#[tokio::test]
async fn a_new_receiver_is_handed_on_and_that_is_no_try() {
    let (ports, clock, pointer) = world(1, None).await;
    let receiver = Scripted::answering(&clock, []);
    handle(&ports, &clock, &receiver, &traffic(Lane::Fast), &pointer).await;
    assert!(receiver.told().is_empty() && ports.memory.state().callback_records.is_empty());
    assert_eq!(queued(&ports), (vec![], vec![0]));
    let moved = ports.memory.state().slow_callbacks.remove(0).0;
    assert_eq!(moved, pointer);
    handle(&ports, &clock, &receiver, &traffic(Lane::Slow), &moved).await;
    assert_eq!((receiver.told().len(), record(&ports).count), (1, 1));
    assert_eq!(pace(&ports).await.map(|known| known.pace), Some(Pace::Quick));
    // From now on it is called in the fast lane, by any process.
    let second = &more(&pointer, 2)[1];
    handle(&ports, &clock, &receiver, &traffic(Lane::Fast), second).await;
    assert_eq!((receiver.told().len(), queued(&ports)), (2, (vec![], vec![])));
}

#[tokio::test]
async fn a_time_out_in_the_fast_lane_is_a_try_and_the_next_one_goes_the_slow_lane() {
    let (ports, clock, pointer) = world(1, None).await;
    trusted(&ports);
    let (receiver, fast) = (Scripted::answering(&clock, [silent()]), traffic(Lane::Fast));
    handle(&ports, &clock, &receiver, &fast, &pointer).await;
    let tried = record(&ports);
    assert_eq!((tried.count, tried.scheduled, tried.tries[0].error.as_deref()), (1, 1, Some("timeout")));
    assert_eq!(queued(&ports), (vec![], vec![4000]), "by the schedule, in the slow lane");
    // What comes meanwhile is not called here: neither by this process nor by one that starts now.
    for (lane, other) in [fast, traffic(Lane::Fast)].iter().zip(&more(&pointer, 3)[1..]) {
        handle(&ports, &clock, &receiver, lane, other).await;
    }
    assert_eq!((receiver.told().len(), queued(&ports)), (1, (vec![], vec![4000, 0, 0])));
}

#[tokio::test]
async fn a_silent_receiver_rests_and_is_tried_by_one_after_that() {
    let (ports, clock, pointer) = world(1, None).await;
    let (receiver, slow) = (Scripted::answering(&clock, [silent(), silent()]), traffic(Lane::Slow));
    handle(&ports, &clock, &receiver, &slow, &pointer).await;
    assert_eq!(pace(&ports).await.map(|known| known.pace), Some(Pace::Rest));
    let others = more(&pointer, 3);
    for lane in [Lane::Fast, Lane::Slow] {
        handle(&ports, &clock, &receiver, &traffic(lane), &others[1]).await;
    }
    assert_eq!((receiver.told().len(), queued(&ports)), (1, (vec![], vec![4000, 30_000, 30_000])));
    clock.advance(Duration::from_secs(31));
    handle(&ports, &clock, &receiver, &slow, &others[1]).await;
    assert_eq!(receiver.told().len(), 2, "one finds out");
    handle(&ports, &clock, &receiver, &slow, &others[2]).await;
    assert_eq!(receiver.told().len(), 2, "it rests again");
}

#[tokio::test]
async fn while_one_finds_out_the_others_wait_and_nobody_for_a_process_that_died() {
    let (ports, clock, pointer) = world(1, None).await;
    let (receiver, fast, slow) = (Scripted::answering(&clock, []), traffic(Lane::Fast), traffic(Lane::Slow));
    let until = clock.now() + Duration::from_secs(15);
    assert!(ports.memory.begin_trial(&place(), clock.now(), until).await.expect("begun"));
    assert!(!ports.memory.begin_trial(&place(), clock.now(), until).await.expect("not begun"));
    handle(&ports, &clock, &receiver, &slow, &pointer).await;
    handle(&ports, &clock, &receiver, &fast, &pointer).await;
    assert_eq!(queued(&ports), (vec![1000, 1000], vec![]), "it has just begun");
    clock.advance(Duration::from_secs(5));
    handle(&ports, &clock, &receiver, &slow, &pointer).await;
    handle(&ports, &clock, &receiver, &fast, &pointer).await;
    assert_eq!(queued(&ports).1, [9800, 9800], "it takes long");
    clock.advance(Duration::from_secs(10));
    handle(&ports, &clock, &receiver, &slow, &pointer).await;
    assert_eq!((receiver.told().len(), queued(&ports).1.len()), (1, 2), "the process that tried is dead");
}

#[tokio::test]
async fn a_slow_receiver_is_called_in_the_slow_lane_as_often_as_it_must() {
    let (ports, clock, pointer) = world(1, None).await;
    let receiver = Busy::new(&clock, Duration::from_secs(3), status(200));
    let slow = traffic(Lane::Slow);
    call_back(&ports, &receiver, &clock, &slow, &pointer).await.expect("handled");
    assert_eq!(pace(&ports).await.map(|known| known.pace), Some(Pace::Slow));
    let others = more(&pointer, 4);
    join_all(others[1..].iter().map(|other| call_back(&ports, &receiver, &clock, &slow, other))).await;
    assert_eq!((receiver.most(), ports.memory.state().callback_records.len()), (3, 4));
    let another = &more(&pointer, 5)[4];
    call_back(&ports, &receiver, &clock, &traffic(Lane::Fast), another).await.expect("handled");
    assert_eq!(queued(&ports), (vec![], vec![0]));
}

#[tokio::test]
async fn of_a_receiver_that_dies_few_calls_are_in_vain() {
    let (ports, clock, pointer) = world(1, None).await;
    trusted(&ports);
    let (receiver, fast) = (Busy::new(&clock, Duration::from_secs(2), silent()), traffic(Lane::Fast));
    let batch = more(&pointer, 10);
    let handled = join_all(batch.iter().map(|pointer| call_back(&ports, &receiver, &clock, &fast, pointer))).await;
    assert!(handled.iter().all(Result::is_ok));
    assert_eq!(receiver.most(), 5);
    assert_eq!(ports.memory.state().callback_records.len(), 5, "the others are no tries");
    let (fast, slow) = queued(&ports);
    assert_eq!((fast.len(), slow.len()), (0, 10), "and none is lost");
}

/// What the first account's receiver does, an account with a receiver at the same address is not held up by.
#[tokio::test]
async fn another_account_is_not_held_up() {
    let (ports, clock, pointer) = world(1, None).await;
    let receiver = Scripted::answering(&clock, [silent()]);
    handle(&ports, &clock, &receiver, &traffic(Lane::Slow), &pointer).await;
    let other = Place { account: AccountId(2), ..place() };
    assert_eq!(ports.memory.pace(&other).await.expect("read"), None);
    assert!(ports.memory.begin_trial(&other, clock.now(), clock.now()).await.expect("begun"));
}

#[tokio::test]
async fn what_somebody_asks_for_waits_for_no_rest() {
    let (ports, clock, pointer) = world(1, None).await;
    let (receiver, slow) = (Scripted::answering(&clock, [silent()]), traffic(Lane::Slow));
    handle(&ports, &clock, &receiver, &slow, &pointer).await;
    let by_hand = CallbackPointer { by_hand: true, ..pointer };
    handle(&ports, &clock, &receiver, &traffic(Lane::Fast), &by_hand).await;
    assert_eq!((receiver.told().len(), queued(&ports).1), (1, vec![4000, 0]));
    handle(&ports, &clock, &receiver, &slow, &by_hand).await;
    assert_eq!(receiver.told().len(), 2);
    assert_eq!(pace(&ports).await.map(|known| known.pace), Some(Pace::Quick));
}

/// From lane to lane and back: dead when it was trusted, dead for a while, then slow, then well.
#[tokio::test]
async fn a_callback_comes_through_whatever_its_receiver_goes_through() {
    let (ports, clock, pointer) = world(1, None).await;
    trusted(&ports);
    let gone = Called { error: Some("no_connection"), ..Called::default() };
    let receiver = Scripted::answering(&clock, [silent(), silent(), gone, status(503), status(200)]);
    live(&ports, &clock, &receiver, pointer.clone()).await;
    let ids: Vec<_> = receiver.told().iter().map(|(_, id, _)| id.parse::<CallbackId>().ok()).collect();
    assert_eq!(ids, vec![Some(pointer.transition.id()); 5]);
    // The schedule, of which no step was skipped; the rest of 30 s holds no step up but those that are shorter.
    assert_eq!(receiver.seconds(), [0, 4, 244, 1684, 7444]);
    assert_eq!((record(&ports).count, record(&ports).account), (5, ACCOUNT));
}
