//! What is checked when the world has come to rest.

use super::{Attempted, Check};
use crate::world::World;
use baton_domain::{AttemptState, Message, MessageId, Status, task::TaskState};

impl World {
    /// Nothing will happen any more.
    pub(crate) fn check_rest(&mut self) {
        for (request, answer) in self.truth.answers.clone() {
            let stored: Vec<Message> = {
                let of = |message: &&Message| {
                    let name = message.recipient.client_id.as_ref();
                    name.and_then(|name| self.plan.people.get(name)) == Some(&request)
                };
                self.store.messages.values().filter(of).cloned().collect()
            };
            let Some(ids) = answer else {
                if let Some(message) = stored.first() {
                    let key = (message.account, message.id);
                    self.violate(Check::AcceptedOnce, Some(key), || "its request was refused".to_owned());
                }
                continue;
            };
            let mut found: Vec<_> = stored.iter().map(|message| message.id).collect();
            found.sort_by_key(|id| id.index());
            if found != ids {
                self.violate(Check::NothingLost, None, || format!("{ids:?} were accepted, {found:?} are stored"));
            }
            self.check_counted(request, &ids);
            for message in stored {
                self.check_end(&message);
            }
        }
    }

    /// A task counts every message that was accepted for it, and none twice.
    fn check_counted(&mut self, request: usize, ids: &[MessageId]) {
        let submission = &self.plan.requests[request].submission;
        let (Some(task), Some(first)) = (submission.task, ids.first()) else { return };
        let bulk = (submission.account, task, first.bulk_key());
        let counted = self.store.task_bulks.get(&bulk).map_or(0, |progress| progress.total);
        if counted != ids.len() as u64 {
            let key = Some((submission.account, *first));
            self.violate(Check::NothingLost, key, || format!("its task counts {counted} of {} messages", ids.len()));
        }
    }

    fn check_end(&mut self, message: &Message) {
        let key = (message.account, message.id);
        let silent = waits_for_ever(message);
        let left = message.attempts.iter().position(|attempt| match attempt.state {
            AttemptState::Queued => message.status != Status::Canceled,
            AttemptState::Claimed => true,
            _ => false,
        });
        if let Some(left) = left {
            self.violate(Check::NothingLost, Some(key), || format!("attempt {left} still waits"));
        }
        if !message.status.is_final() && !silent {
            self.violate(Check::NothingLost, Some(key), || format!("it stays {}", message.status));
        }
        let gave_up = matches!(message.status, Status::Expired | Status::Undelivered | Status::Error);
        let skipped = (0_u8..).zip(&message.route).position(|(index, leg)| {
            let tried = message.attempts.iter().any(|attempt| attempt.leg == index);
            leg.reachable && !tried && (gave_up || leg.required)
        });
        // What a task's delete has taken back is not tried any more.
        let task = message.task.and_then(|task| self.store.tasks.get(&(message.account, task)));
        let deleted = task.is_some_and(|task| task.state == TaskState::Deleted);
        if let Some(leg) = skipped.filter(|_| !deleted) {
            self.violate(Check::NothingLost, Some(key), || format!("channel {leg} was never tried"));
        }
        let succeeded = (0_u8..).zip(&message.attempts).any(|(index, attempt)| {
            let truth = self.truth.attempts.get(&message.reference(index));
            truth.is_some_and(|truth| truth.known_to_succeed(message.leg(attempt)))
        });
        let shows = matches!(message.status, Status::Delivered | Status::Read | Status::Canceled | Status::Error);
        if succeeded && !shows {
            self.violate(Check::Truthful, Some(key), || {
                format!("a provider delivered it, and it ends {}", message.status)
            });
        }
        let arrived = message.attempts.iter().any(|a| matches!(a.state, AttemptState::Delivered | AttemptState::Read));
        if arrived && !shows && message.status.is_final() {
            self.violate(Check::Truthful, Some(key), || {
                format!("an attempt was delivered, and it ends {}", message.status)
            });
        }
        let claims = matches!(message.status, Status::Delivered | Status::Read);
        let real = (0_u8..)
            .zip(&message.attempts)
            .any(|(index, _)| self.truth.attempts.get(&message.reference(index)).is_some_and(Attempted::is_spoken_of));
        if claims && !real {
            self.violate(Check::Truthful, Some(key), || format!("it ends {}, and no provider said so", message.status));
        }
    }
}

/// Whether a provider may keep a message waiting by its silence: the channel has no validity period.
fn waits_for_ever(message: &Message) -> bool {
    message.attempts.iter().any(|attempt| {
        let out = matches!(attempt.state, AttemptState::Sent | AttemptState::Unknown | AttemptState::Delivered);
        let no_end = message.leg(attempt).validity_minutes.is_none();
        out && no_end && attempt.succeeded_at.is_none() && attempt.ended_at.is_none()
    })
}
