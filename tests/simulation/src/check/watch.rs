//! What is checked whenever a version of a message is stored.

use super::Check;
use crate::world::World;
use baton_domain::{AttemptState, Message, Status, TimelineEvent, message::TIMELINE_LIMIT};

/// How far apart two clocks can be, and how long a process may hold on to a moment that it looked at, in milliseconds.
const TIMELINE_SLACK: i64 = 32_000;

impl World {
    /// A version of a message is stored.
    pub(crate) fn watch(&mut self, before: Option<&Message>, after: &Message) {
        let key = (after.account, after.id);
        let mut fault = |check, text: String| self.violate(check, Some(key), || text);
        if let Some(before) = before {
            if after.status != before.status && !may_follow(before.status, after.status) {
                fault(Check::Forward, format!("{} became {}", before.status, after.status));
            }
            if !after.timeline.starts_with(&before.timeline) {
                fault(Check::Timeline, "lines of the timeline are gone".to_owned());
            }
            let grows = after.attempts.len() >= before.attempts.len()
                && before
                    .attempts
                    .iter()
                    .zip(&after.attempts)
                    .all(|(old, new)| old.leg == new.leg && old.tries <= new.tries);
            if !grows {
                fault(Check::Timeline, "attempts or tries are gone".to_owned());
            }
            let same = (before.bulk_id, &before.recipient, &before.route, before.created_at, before.item)
                == (after.bulk_id, &after.recipient, &after.route, after.created_at, after.item);
            if !same {
                fault(Check::Accounts, "the message became another one".to_owned());
            }
        }
        if let Some(text) = timeline_fault(after) {
            fault(Check::Timeline, text);
        }
        if let Some(text) = opened_twice(after) {
            fault(Check::AtMostOne, text);
        }
        self.watch_owner(after);
    }

    /// Each recipient of a request has one message, however often the request is repeated.
    fn watch_owner(&mut self, message: &Message) {
        let key = (message.account, message.id);
        let name = message.recipient.client_id.clone().unwrap_or_default();
        let known = *self.truth.people.entry(name.clone()).or_insert(message.id);
        if known != message.id {
            self.violate(Check::AcceptedOnce, Some(key), || format!("{name} has two messages: {known} and {}", key.1));
        }
        if name.split('/').next() != Some(message.account.to_string().as_str()) {
            self.violate(Check::Accounts, Some(key), || format!("a message to {name} is stored there"));
        }
    }
}

/// A channel that was opened twice without need: each of its providers has its turn when the one before has failed, once.
fn opened_twice(message: &Message) -> Option<String> {
    let attempts = &message.attempts;
    let pairs = (0..attempts.len()).flat_map(|later| (0..later).map(move |earlier| (earlier, later)));
    let mut same_leg = pairs.filter(|(earlier, later)| attempts[*earlier].leg == attempts[*later].leg);
    same_leg.find_map(|(earlier, later)| {
        let (first, second) = (&attempts[earlier], &attempts[later]);
        let over = matches!(first.state, AttemptState::Failed | AttemptState::Delivered | AttemptState::Read);
        let again = first.provider.is_none() || first.provider == second.provider;
        (!over || again).then(|| format!("attempts {earlier} and {later} are on one channel: {first:?}, {second:?}"))
    })
}

/// The order of the statuses, as the contract says it.
const fn may_follow(from: Status, to: Status) -> bool {
    match from {
        // Waiting for another time, or not any more.
        Status::Created | Status::Delayed | Status::Paused => true,
        Status::Pending => to.is_final(),
        Status::Expired | Status::Undelivered => matches!(to, Status::Delivered | Status::Read),
        Status::Delivered => matches!(to, Status::Read),
        Status::Canceled | Status::Error | Status::Read => false,
    }
}

fn timeline_fault(message: &Message) -> Option<String> {
    let lines = &message.timeline;
    let count = |event, leg| lines.iter().filter(|line| line.event == event && line.leg == leg).count();
    if lines.first().map(|line| line.event) != Some(TimelineEvent::Accepted) || lines.len() > TIMELINE_LIMIT {
        return Some(format!("a timeline of {} lines, beginning with {:?}", lines.len(), lines.first()));
    }
    if let Some(pair) = lines.windows(2).find(|pair| (pair[0].at - pair[1].at).num_milliseconds() > TIMELINE_SLACK) {
        return Some(format!("{:?} stands before {:?}", pair[0], pair[1]));
    }
    if lines.len() < TIMELINE_LIMIT
        && (message.status == Status::Canceled) != (count(TimelineEvent::Canceled, None) == 1)
    {
        return Some(format!("{} with {} lines of a cancel", message.status, count(TimelineEvent::Canceled, None)));
    }
    let once = [TimelineEvent::Delivered, TimelineEvent::Read, TimelineEvent::FellBack, TimelineEvent::Skipped];
    let mut legs = (0..u8::try_from(message.route.len()).unwrap_or_default()).map(Some);
    let twice = legs.find_map(|leg| once.into_iter().find(|event| count(*event, leg) > 1).map(|event| (event, leg)));
    twice.map(|(event, leg)| format!("{event:?} stands twice for channel {leg:?}"))
}
