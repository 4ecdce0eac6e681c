//! Call back: tell the caller what has become of a message, as a signed webhook, and again until it is taken.
//!
//! Transitions come from the stored changes themselves (a stream of the messages table), so every one of them comes, also
//! when the process that made it died right after. Here a transition becomes one call, its *record* says what came of it,
//! and a pointer that is delayed stands for the next try. The record comes first: a pointer that is lost is made again by
//! the redelivery of the one before, and one that comes twice finds in the record that nothing is due.
//!
//! There are two *lanes*, so that no receiver holds up another account's callbacks. The fast one calls receivers that have
//! answered quickly lately, with a short time limit, and hands all others on to the slow one. There a receiver of which nothing
//! is known is called by one process at a time, a *trial*, and rests when it stays silent.

pub mod address;
mod body;
mod pace;
mod place;
pub mod ports;
mod record;
mod traffic;

pub use pace::{Known, Lane, Pace};
pub use place::Place;
pub use record::{CallbackRecord, CallbackTry, Standing};
pub use traffic::Traffic;

use crate::ports::{Clock, Messages, PortError, PortResult, Specs, Stored};
use baton_domain::{AccountId, Callback, CallbackId, Message, Time, Transition};
use ports::{CallbackLog, CallbackQueue, CallbackSecrets, Delivery, Paces, Receiver, SlowCallbackQueue};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use traffic::Pass;

/// On the callbacks queue: the caller is to be told of this. It holds the transition itself, as the message may have moved on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CallbackPointer {
    /// Whose message it is.
    pub account: AccountId,
    /// What has happened.
    pub transition: Transition,
    /// Whether somebody asked for this one call: it is made whatever came before, and is not repeated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
}

/// The longest that a queue delays a message: what is due later comes, is not due yet, and is put back.
pub const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);

/// Tries to add a record's line before giving up on others that keep adding theirs; the pointer then comes again.
const MOST_CONFLICTS: usize = 5;

/// Handles a pointer: calls the receiver if it is due and fits the lane, writes down what came of it, and sees to the next try.
///
/// # Errors
/// A port failed; the pointer is to come again.
pub async fn call_back<P, R, C>(
    ports: &P,
    receiver: &R,
    clock: &C,
    traffic: &Traffic,
    pointer: &CallbackPointer,
) -> PortResult<()>
where
    P: Messages + Specs + CallbackLog + CallbackQueue + SlowCallbackQueue + CallbackSecrets + Paces,
    R: Receiver,
    C: Clock,
{
    let (account, now) = (pointer.account, clock.now());
    let known = ports.record(account, pointer.transition.id()).await?;
    if let (Some(known), false) = (&known, pointer.by_hand) {
        match known.due() {
            None => return Ok(()),
            Some(due) if due > now => return again(ports, traffic.lane, pointer, due, now).await,
            Some(_) => {}
        }
    }
    let Some((message, callback)) = target(ports, pointer).await? else { return Ok(()) };
    let secrets = ports.secrets(account).await?;
    let place = Place::of(account, &callback.url);
    let turn = traffic.turn(&place).await;
    let pace = match traffic.pass(ports, clock, &place, pointer.by_hand).await? {
        Pass::Call(pace) => pace,
        Pass::HandOn(lane, delay) => return hand_on(ports, lane, pointer, delay).await,
    };
    let began = clock.now();
    let delivery = Delivery {
        url: &callback.url,
        id: pointer.transition.id(),
        timestamp: began.timestamp(),
        body: body::of(&message, &pointer.transition, callback.data.as_deref())?,
        secrets: &secrets,
    };
    let answer = receiver.post(&delivery).await;
    let ended = clock.now();
    let lane = traffic.learn(ports, &place, pace.as_ref(), &answer, (began, ended), clock.spread()).await;
    drop(turn);
    let line = CallbackTry::of(began, ended, &answer, pointer.by_hand);
    let record = write_down(ports, clock, pointer, known, line, answer.retry_after).await?;
    match record.and_then(|record| record.due()).filter(|_| !pointer.by_hand) {
        Some(due) => again(ports, lane, pointer, due, ended).await,
        None => Ok(()),
    }
}

/// The message, and where its caller wants to be told; `None` when either is gone.
async fn target<P: Messages + Specs>(ports: &P, pointer: &CallbackPointer) -> PortResult<Option<(Message, Callback)>> {
    let Some(message) = ports.load(pointer.account, pointer.transition.message).await? else { return Ok(None) };
    let spec = match &message.content {
        Some(spec) => Some(spec.clone()),
        None => ports.spec(pointer.account, message.id.bulk_key(), message.item).await?,
    };
    Ok(spec.and_then(|spec| spec.callback.clone()).map(|callback| (message, callback)))
}

/// Puts a pointer back on the queue of a lane, to come when it is due or as late as a queue can.
async fn again<P: CallbackQueue + SlowCallbackQueue>(
    ports: &P,
    lane: Lane,
    pointer: &CallbackPointer,
    due: Time,
    now: Time,
) -> PortResult<()> {
    hand_on(ports, lane, pointer, (due - now).to_std().unwrap_or_default()).await
}

/// Puts a pointer on the queue of a lane, to come after a while.
async fn hand_on<P: CallbackQueue + SlowCallbackQueue>(
    ports: &P,
    lane: Lane,
    pointer: &CallbackPointer,
    delay: Duration,
) -> PortResult<()> {
    let delay = delay.min(LONGEST_DELAY);
    match lane {
        Lane::Fast => CallbackQueue::push(ports, std::slice::from_ref(pointer), delay).await,
        Lane::Slow => ports.push_slow(pointer, delay).await,
    }
}

/// Adds a try to the record. `None` when another delivery of the same pointer has added its own meanwhile: that one sees to
/// the next try.
async fn write_down<P: CallbackLog, C: Clock>(
    ports: &P,
    clock: &C,
    pointer: &CallbackPointer,
    mut known: Option<CallbackRecord>,
    line: CallbackTry,
    asked: Option<Duration>,
) -> PortResult<Option<CallbackRecord>> {
    for _ in 0..MOST_CONFLICTS {
        let read = known.as_ref().map(|known| known.count);
        let mut record =
            known.take().unwrap_or_else(|| CallbackRecord::new(pointer.account, pointer.transition.clone()));
        record.add(line.clone(), asked, clock.spread());
        if ports.store_record(&record, read).await? == Stored::Done {
            return Ok(Some(record));
        }
        known = ports.record(pointer.account, pointer.transition.id()).await?;
        let scheduled = known.as_ref().and_then(|known| known.tries.last()).is_some_and(|last| !last.by_hand);
        if scheduled && !line.by_hand {
            return Ok(None);
        }
    }
    Err(PortError::new("writing down a callback", "others changed its record again and again"))
}

/// Asks for one more call of a receiver, now and whatever came before. `None` when there is no such callback.
///
/// # Errors
/// A port failed.
pub async fn retry<P: CallbackLog + CallbackQueue>(
    ports: &P,
    account: AccountId,
    id: CallbackId,
) -> PortResult<Option<CallbackRecord>> {
    let Some(record) = ports.record(account, id).await? else { return Ok(None) };
    let pointer = CallbackPointer { account, transition: record.transition.clone(), by_hand: true };
    CallbackQueue::push(ports, &[pointer], Duration::ZERO).await?;
    Ok(Some(record))
}
