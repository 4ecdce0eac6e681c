//! What holds a message back before it is claimed: its task is paused or deleted, or the task's window is closed.

use super::Sender;
use crate::{
    emit,
    pointer::{Pointer, WakeUp},
    ports::{
        Bandwidths, Breakers, ChannelQueues, Claims, Clock, FallbackQueue, LastInbound, Messages, PortResult, Specs,
        WakeUps,
    },
    stops::{StopList, StopWrites},
    tasks::{passage::Moment, ports::TaskReads},
    update::update,
};
use baton_domain::{AttemptState, decide, task::Passage};

impl<S, F, G, C, L, T> Sender<S, F, G, C, L, T>
where
    S: Claims + Messages + Specs,
    F: ChannelQueues + FallbackQueue + WakeUps,
    G: Breakers + Bandwidths + LastInbound + StopList + StopWrites,
    C: Clock,
    T: TaskReads,
{
    /// Whether the task of a pointer that was received at that moment keeps its message back. The pointer is then done with: what
    /// resumes the task or opens its window puts everything that waits on the queues again.
    pub(super) async fn is_held(&self, pointer: Pointer, received: Moment) -> PortResult<bool> {
        let Some(id) = pointer.task else { return Ok(false) };
        let (of, now) = (pointer.attempt, self.clock.now());
        let task = self.tasks.task((of.account, id), received, now).await?;
        let passage = |own| task.as_ref().map_or(Passage::Gone, |task| task.passage(own, now));
        if passage(false) == Passage::Open {
            return Ok(false);
        }
        // Only what waits is held back. An attempt whose holder died must be given up, and what follows one that has ended must be
        // seen to; the claim says so. It also says that there is no such message.
        let Some(message) = self.store.load(of.account, of.message).await? else { return Ok(false) };
        let attempt = message.attempts.get(usize::from(of.attempt));
        if attempt.is_none_or(|attempt| attempt.state != AttemptState::Queued) {
            return Ok(false);
        }
        match passage(message.schedule.has_windows()) {
            Passage::Open => return Ok(false),
            Passage::Held => {}
            Passage::ClosedUntil(opens) => {
                let at = now.timestamp_millis();
                let bulk = WakeUp { account: of.account, bulk: of.message.bulk_key(), at, task: None };
                self.outlets.set(emit::at_opening(&bulk, id, opens, now), now).await?;
            }
            // The walk of the delete may have found it claimed, for a try that has come to nothing.
            Passage::Gone => {
                let key = (of.account, of.message);
                update(&self.store, key, Some(message), |message| decide::abandon(message, now)).await?;
            }
        }
        Ok(true)
    }
}
