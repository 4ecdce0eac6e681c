//! DynamoDB: conditional writes, each seen by the checks.

use crate::{
    check::Check,
    ports::Ports,
    safeguard::Safeguard,
    world::{Key, World},
};
use baton_domain::{
    AccountId, AttemptRef, AttemptState, BulkId, Channel, Message, MessageId, ShortLink, Spec, Status, Task, TaskId,
    Time,
    breaker::Breaker,
    decide,
    stop::{Listed, StopScope},
    task::Progress,
};
use baton_pipeline::{
    accept::Bulk,
    ports::{Begun, Claim, Stored},
};
use chrono::TimeDelta;
use std::{collections::BTreeMap, sync::Arc};

/// A content beside its bulk.
type SpecKey = (AccountId, BulkId, u16);

/// The record of an `Idempotency-Key`.
#[derive(Clone, Debug)]
pub(crate) struct Once {
    pub(crate) bulk: BulkId,
    pub(crate) done: bool,
    /// Until then the first try may be running.
    pub(crate) until: Time,
}

/// What came before a request with the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    Nothing,
    Died(BulkId),
    Done(BulkId),
    Running(BulkId),
}

/// The tables.
#[derive(Debug, Default)]
pub(crate) struct Store {
    pub(crate) bulks: BTreeMap<(AccountId, BulkId), Bulk>,
    pub(crate) specs: BTreeMap<SpecKey, Arc<Spec>>,
    pub(crate) messages: BTreeMap<Key, Message>,
    pub(crate) keys: BTreeMap<(AccountId, String), Once>,
    pub(crate) breakers: BTreeMap<(Channel, String), Breaker>,
    /// The stop lists.
    pub(crate) stops: BTreeMap<(StopScope, String), Listed>,
    /// The next free moment of each counter, in microseconds since the epoch.
    pub(crate) turns: BTreeMap<String, i64>,
    /// Short links by their codes.
    pub(crate) links: BTreeMap<String, ShortLink>,
    pub(crate) tasks: BTreeMap<(AccountId, TaskId), Task>,
    /// The bulks of tasks.
    pub(crate) task_bulks: BTreeMap<(AccountId, TaskId, BulkId), Progress>,
}

/// After this long a claim's holder is dead for certain; what a sender without the rule of unknown outcomes would wait for.
const CLAIM_LIMIT: TimeDelta = TimeDelta::seconds(35);

impl World {
    pub(crate) fn load(&mut self, account: AccountId, id: MessageId) -> Option<Message> {
        if self.lacks(Safeguard::AccountScope) {
            return self.store.messages.values().find(|message| message.id == id).cloned();
        }
        self.store.messages.get(&(account, id)).cloned()
    }

    /// A conditional write of a message's state.
    pub(crate) fn update(&mut self, by: &Ports, message: &Message, read: u64) -> Stored {
        let key = (message.account, message.id);
        let Some(before) = self.store.messages.get(&key).cloned() else { return Stored::Conflict };
        if before.version != read && !self.lacks(Safeguard::ConditionalStore) {
            self.note(Some(key), || format!("#{} conflict: {} stored, {read} read", by.process, before.version));
            return Stored::Conflict;
        }
        self.write(by, Some(&before), message.clone());
        Stored::Done
    }

    /// Stores a version of a message, under the eyes of the checks.
    fn write(&mut self, by: &Ports, before: Option<&Message>, message: Message) {
        let key = (message.account, message.id);
        self.owns(by, message.account, Some(key));
        self.note(Some(key), || {
            let attempts: Vec<_> = message.attempts.iter().map(|a| format!("{:?}/{}", a.state, a.tries)).collect();
            format!("#{} stores version {}: {} {attempts:?}", by.process, message.version, message.status)
        });
        self.watch(before, &message);
        self.store.messages.insert(key, message);
    }

    /// A process writes for the account of its event alone.
    fn owns(&mut self, by: &Ports, account: AccountId, about: Option<Key>) {
        if by.account != account {
            self.violate(Check::Accounts, about, || {
                format!("a process that works for account {} wrote for account {account}", by.account)
            });
        }
    }

    pub(crate) fn claim(&mut self, by: &Ports, of: AttemptRef, now: Time) -> Claim {
        let key = (of.account, of.message);
        let Some(before) = self.store.messages.get(&key).cloned() else { return Claim::Missing };
        let mut message = before.clone();
        self.sabotage(&mut message, of.attempt, now);
        let won = decide::claim(&mut message, of.attempt, now).is_ok();
        message.status = before.status;
        let (process, index) = (by.process, of.attempt);
        self.note(Some(key), || format!("#{process} claims attempt {index}: {}", if won { "won" } else { "lost" }));
        if !won {
            return Claim::Lost(Box::new(before));
        }
        self.check_held(&before);
        self.claimed(&before, of);
        if self.lacks(Safeguard::Claim) {
            // Looked at, and nothing written.
            message.version = before.version;
        } else {
            self.write(by, Some(&before), message.clone());
        }
        Claim::Won(Box::new(message))
    }

    /// Changes what a claim looks at, where its look is turned off.
    fn sabotage(&self, message: &mut Message, index: u8, now: Time) {
        let Some(attempt) = message.attempts.get_mut(usize::from(index)) else { return };
        match self.off {
            Some(Safeguard::Time) => attempt.not_before = None,
            Some(Safeguard::Window) => attempt.until = None,
            Some(Safeguard::Cancel) if message.status == Status::Canceled => {
                message.status = Status::Pending;
                if attempt.state == AttemptState::Canceled {
                    attempt.state = AttemptState::Queued;
                }
            }
            Some(Safeguard::UnknownStays)
                if attempt.state == AttemptState::Claimed
                    && attempt.claimed_at.is_some_and(|since| now - since >= CLAIM_LIMIT) =>
            {
                attempt.state = AttemptState::Queued;
            }
            _ => {}
        }
    }

    pub(crate) fn begin_bulk(&mut self, by: &Ports, bulk: &Bulk) -> Begun {
        self.owns(by, bulk.account, None);
        match self.store.bulks.get(&(bulk.account, bulk.id.key())) {
            Some(known) => Begun::Known(known.clone()),
            None => {
                self.store.bulks.insert((bulk.account, bulk.id.key()), bulk.clone());
                Begun::New
            }
        }
    }

    pub(crate) fn put_spec(&mut self, by: &Ports, key: SpecKey, spec: &Arc<Spec>) {
        self.owns(by, key.0, None);
        self.store.specs.entry(key).or_insert_with(|| spec.clone());
    }

    /// Puts a link whose code is free; gives the one that has the code. Some codes belong to somebody else.
    pub(crate) fn put_link(&mut self, by: &Ports, link: &ShortLink) -> Option<ShortLink> {
        self.owns(by, link.account, Some((link.account, link.message)));
        if !self.store.links.contains_key(&link.code) && self.random.chance(100) {
            let foreign = ShortLink { account: AccountId(u64::MAX), ..link.clone() };
            self.store.links.insert(link.code.clone(), foreign);
        }
        if let Some(known) = self.store.links.get(&link.code) {
            return Some(known.clone());
        }
        self.store.links.insert(link.code.clone(), link.clone());
        None
    }

    /// Puts a message that is not there yet; gives the stored one.
    pub(crate) fn put(&mut self, by: &Ports, message: Message) -> Message {
        let key = (message.account, message.id);
        match self.store.messages.get(&key).cloned() {
            Some(known) if !self.lacks(Safeguard::PutOnce) => known,
            known => {
                self.write(by, known.as_ref(), message.clone());
                message
            }
        }
    }

    /// Records the beginning of a request with a key.
    pub(crate) fn begin_once(&mut self, key: (AccountId, String), offered: BulkId, now: Time, until: Time) -> Before {
        if self.lacks(Safeguard::Idempotency) {
            return Before::Nothing;
        }
        match self.store.keys.get_mut(&key) {
            None => {
                self.store.keys.insert(key, Once { bulk: offered, done: false, until });
                Before::Nothing
            }
            Some(known) if known.done => Before::Done(known.bulk),
            Some(known) if known.until > now => Before::Running(known.bulk),
            Some(known) => {
                known.until = until;
                Before::Died(known.bulk)
            }
        }
    }
}
