//! Which callbacks a lane makes, and which it hands on.

use super::{
    pace::{Known, Lane, Pace},
    place::Place,
    ports::{Called, Paces},
};
use crate::ports::{Clock, PortResult};
use baton_domain::Time;
use chrono::TimeDelta;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a process believes that a receiver is quick without asking what the others know.
const BELIEVED: TimeDelta = TimeDelta::seconds(10);

/// The most calls of one receiver that a process of the fast lane has under way: when it dies, no more than these are in vain.
const TURNS: usize = 5;

/// The most receivers that a process remembers.
const MOST: usize = 10_000;

/// How long a trial of another process that has just begun is waited for here. A receiver that lives has answered by then.
const PATIENCE: Duration = Duration::from_millis(200);

/// How much longer than the call a trial lasts whose process has died.
const MARGIN: Duration = Duration::from_secs(5);

/// How soon a callback comes again that has met a trial which has begun less long ago. It comes in the fast lane, as most
/// receivers live; at the end of the trial, and in the slow lane, if this one does not.
const SOON: Duration = Duration::from_secs(1);

/// What one process of a lane knows, and has under way.
#[derive(Debug)]
pub struct Traffic {
    pub(super) lane: Lane,
    quick: Duration,
    limit: Duration,
    believed: Mutex<HashMap<Place, (Known, Time)>>,
    turns: Mutex<HashMap<Place, Arc<Semaphore>>>,
}

/// What is to be done with a callback that is due.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// The receiver is called; what was known of it.
    Call(Option<Known>),
    /// It goes to this lane, and comes there after this time. Nobody is called.
    HandOn(Lane, Duration),
}

impl Traffic {
    /// A process of a lane. `quick` is the time limit of a call in the fast lane, `limit` that of one in the slow lane.
    #[must_use]
    pub fn new(lane: Lane, quick: Duration, limit: Duration) -> Traffic {
        Traffic { lane, quick, limit, believed: Mutex::default(), turns: Mutex::default() }
    }

    /// Waits until this process may make one more call of a receiver. The slow lane does not wait: all calls of a batch end
    /// within one time limit there.
    pub(super) async fn turn(&self, place: &Place) -> Option<OwnedSemaphorePermit> {
        if self.lane == Lane::Slow {
            return None;
        }
        let turns = {
            let mut known = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MOST {
                known.retain(|_, turns| Arc::strong_count(turns) > 1);
            }
            Arc::clone(known.entry(place.clone()).or_insert_with(|| Arc::new(Semaphore::new(TURNS))))
        };
        // It is never closed.
        turns.acquire_owned().await.ok()
    }

    /// Looks whether a receiver is called now, and in this lane. What somebody asked for waits for nothing.
    pub(super) async fn pass<P: Paces, C: Clock>(
        &self,
        ports: &P,
        clock: &C,
        place: &Place,
        by_hand: bool,
    ) -> PortResult<Pass> {
        let mut patient = true;
        loop {
            let now = clock.now();
            let known = self.known(ports, place, now).await?;
            match (known.map(|known| (known.pace, known.until)), self.lane) {
                (Some((Pace::Quick, _)), _) => return Ok(Pass::Call(known)),
                (Some((Pace::Rest, until)), _) if !by_hand => return Ok(Pass::HandOn(Lane::Slow, left(until, now))),
                (Some((Pace::Trial, until)), lane) if !by_hand => {
                    let lasted = self.trial().saturating_sub(left(until, now));
                    if lasted >= SOON {
                        return Ok(Pass::HandOn(Lane::Slow, left(until, now)));
                    }
                    if lane == Lane::Fast || lasted >= PATIENCE {
                        return Ok(Pass::HandOn(Lane::Fast, SOON));
                    }
                }
                (_, Lane::Fast) => return Ok(Pass::HandOn(Lane::Slow, Duration::ZERO)),
                (Some(_), Lane::Slow) => return Ok(Pass::Call(known)),
                (None, Lane::Slow) => {
                    if by_hand || ports.begin_trial(place, now, now + self.trial()).await? {
                        return Ok(Pass::Call(None));
                    }
                }
            }
            if !patient {
                return Ok(Pass::HandOn(Lane::Fast, SOON));
            }
            patient = false;
            clock.sleep(PATIENCE).await;
        }
    }

    /// What is known of a receiver and holds. That it is quick is believed for a while; all else is asked for each time, as it
    /// changes with the next call of any process.
    async fn known<P: Paces>(&self, ports: &P, place: &Place, now: Time) -> PortResult<Option<Known>> {
        let believed = self.believed.lock().unwrap_or_else(PoisonError::into_inner).get(place).copied();
        if let Some((known, _)) = believed.filter(|(known, until)| *until > now && known.until > now) {
            return Ok(Some(known));
        }
        let known = ports.pace(place).await?.filter(|known| known.until > now);
        self.believe(place, known, now);
        Ok(known)
    }

    fn believe(&self, place: &Place, known: Option<Known>, now: Time) {
        let mut believed = self.believed.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = known.filter(|known| known.pace == Pace::Quick) else {
            believed.remove(place);
            return;
        };
        if believed.len() >= MOST {
            believed.retain(|_, (_, until)| *until > now);
        }
        if believed.len() < MOST {
            believed.insert(place.clone(), (known, now + BELIEVED));
        }
    }

    /// Learns from a call that began and ended then, and tells the others. Gives the lane of the next try.
    pub(super) async fn learn<P: Paces>(
        &self,
        ports: &P,
        place: &Place,
        before: Option<&Known>,
        answer: &Called,
        (began, ended): (Time, Time),
        spread: f64,
    ) -> Lane {
        let took = left(ended, began);
        let Some(known) = Known::by(answer, self.lane, took, self.quick, ended, spread) else { return self.lane };
        if known.is_news(before, ended) {
            self.believe(place, Some(known), ended);
            if let Err(error) = ports.set_pace(place, &known).await {
                // The call has been made, and is worth more than what it taught.
                tracing::warn!(error = &error as &dyn std::error::Error, "how a receiver answers could not be stored");
            }
        }
        if known.pace == Pace::Quick { Lane::Fast } else { Lane::Slow }
    }

    /// How long a trial lasts at most.
    fn trial(&self) -> Duration {
        self.limit + MARGIN
    }
}

fn left(until: Time, now: Time) -> Duration {
    (until - now).to_std().unwrap_or_default()
}
