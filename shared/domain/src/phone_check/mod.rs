//! Checks of phone numbers: whether each is a number, and where a provider looks numbers up (HLR), whether it is in service.
//!
//! A look-up costs money and is ordered once: [`PhoneCheck::claim_order`] is stored before the provider is called. If the process
//! dies then, or the call's outcome is not known, the look-ups count as ordered, and the provider is asked about them under the
//! order's reference. What it never heard of ends as [`PhoneStatus::Unknown`], and is not ordered again.

mod status;

pub use status::PhoneStatus;

use crate::{AccountId, ErrorClass, ProviderError, Time, retry};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, time::Duration};
use uuid::Uuid;

/// The most phones of one check.
pub const MOST_PHONES: usize = 1000;

/// How long a check is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(24);

/// How old an order must be before "never heard of it" is believed: longer than its call may take.
const MISSING_AFTER: TimeDelta = TimeDelta::seconds(60);

/// A check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneCheck {
    /// Whose it is.
    pub account: AccountId,
    /// Its id.
    pub id: Uuid,
    /// The provider that looks the numbers up; `None` where none is set.
    pub provider: Option<String>,
    /// When it was made.
    pub created_at: Time,
    /// The numbers, each once.
    phones: Vec<Checked>,
    /// When each order was made; the first one has the number 1.
    orders: Vec<Time>,
    /// How many orders were refused for a while.
    refusals: u8,
    /// Not to be ordered before.
    order_at: Time,
    /// Not to be asked about before.
    ask_at: Time,
    /// How often it was changed.
    pub version: u32,
}

/// A number of a check. Its names are short where it is stored, as a write is billed by its size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Checked {
    /// What the caller wrote, each text once: several may mean one number.
    #[serde(rename = "t")]
    texts: Vec<String>,
    /// In E.164 form; `None` when it is no number.
    #[serde(rename = "p")]
    phone: Option<String>,
    #[serde(rename = "s")]
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    /// For good.
    #[serde(rename = "s")]
    Settled(PhoneStatus),
    /// To be ordered.
    #[serde(rename = "w")]
    Waiting,
    /// Ordered, with the number of the order.
    #[serde(rename = "o")]
    Ordered(u8),
}

/// Look-ups to be ordered in one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What the provider is to know the order by.
    pub reference: OrderRef,
    /// The numbers in E.164 form, at least one.
    pub phones: Vec<String>,
}

/// What an order is known by: the check, and the number of the order in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OrderRef {
    /// The check.
    pub check: Uuid,
    /// From 1.
    pub number: u8,
}

/// A look-up to ask about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The order that it was part of.
    pub order: OrderRef,
    /// The number in E.164 form.
    pub phone: String,
    /// When it was ordered.
    pub ordered_at: Time,
}

/// What a provider says of one look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The number in E.164 form.
    pub phone: String,
    /// What it says.
    pub said: Said,
}

/// What a provider says. Look-ups of which it says nothing are still under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The look-up has ended.
    Settled(PhoneStatus),
    /// It never heard of the look-up.
    Missing,
}

impl PhoneCheck {
    /// A new check of what a caller wrote, each text with the number that it means. Without a provider it is done at once.
    #[must_use]
    pub fn new(
        (account, id): (AccountId, Uuid),
        provider: Option<String>,
        texts: Vec<(String, Option<String>)>,
        now: Time,
    ) -> PhoneCheck {
        let valid = if provider.is_some() { State::Waiting } else { State::Settled(PhoneStatus::Valid) };
        let mut phones: Vec<Checked> = Vec::new();
        // Each number has its place, and so has each text that is none.
        let mut places: HashMap<Result<String, String>, usize> = HashMap::new();
        for (text, phone) in texts {
            let place = *places.entry(phone.clone().ok_or_else(|| text.clone())).or_insert(phones.len());
            if place == phones.len() {
                let state = if phone.is_some() { valid } else { State::Settled(PhoneStatus::Invalid) };
                phones.push(Checked { texts: Vec::new(), phone, state });
            }
            let texts = &mut phones[place].texts;
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        PhoneCheck {
            account,
            id,
            provider,
            created_at: now,
            phones,
            orders: Vec::new(),
            refusals: 0,
            order_at: now,
            ask_at: now,
            version: 0,
        }
    }

    /// Until when it is kept.
    #[must_use]
    pub fn expires_at(&self) -> Time {
        self.created_at + KEPT
    }

    /// What is known, by what the caller wrote.
    pub fn result(&self) -> impl Iterator<Item = (&str, PhoneStatus)> {
        self.phones.iter().flat_map(|checked| {
            let status = match checked.state {
                State::Settled(status) => status,
                State::Waiting | State::Ordered(..) => PhoneStatus::Pending,
            };
            checked.texts.iter().map(move |text| (text.as_str(), status))
        })
    }

    /// Whether the provider is to be called now.
    #[must_use]
    pub fn is_due(&self, now: Time) -> bool {
        self.may_order(now) || self.may_ask(now)
    }

    fn may_order(&self, now: Time) -> bool {
        self.order_at <= now && self.phones.iter().any(|checked| checked.state == State::Waiting)
    }

    fn may_ask(&self, now: Time) -> bool {
        self.ask_at <= now && self.phones.iter().any(|checked| matches!(checked.state, State::Ordered(..)))
    }

    /// Takes everything that waits for an order, which is to be stored before the provider is called; `None` when nothing is
    /// due. The provider is asked about it after `pause` at the soonest.
    pub fn claim_order(&mut self, now: Time, pause: Duration) -> Option<Order> {
        if !self.may_order(now) {
            return None;
        }
        self.orders.push(now);
        let reference = OrderRef { check: self.id, number: u8::try_from(self.orders.len()).unwrap_or(u8::MAX) };
        let mut phones = Vec::new();
        for checked in self.phones.iter_mut().filter(|checked| checked.state == State::Waiting) {
            checked.state = State::Ordered(reference.number);
            phones.extend(checked.phone.clone());
        }
        self.ask_at = now + pause;
        Some(Order { reference, phones })
    }

    /// An order failed. A temporary refusal is ordered again later, at most [`retry::MAX_TRIES`] times in all; any other one
    /// settles its numbers, and where the outcome is not known the provider is asked.
    pub fn refused(&mut self, order: OrderRef, error: &ProviderError, now: Time, spread: f64) {
        let state = match error.class {
            ErrorClass::Unknown => return,
            ErrorClass::Permanent => State::Settled(PhoneStatus::Unreachable),
            ErrorClass::Misconfigured => State::Settled(PhoneStatus::Unknown),
            ErrorClass::Temporary => {
                self.refusals = self.refusals.saturating_add(1);
                match retry::pause(self.refusals, error.retry_after, spread) {
                    Some(pause) => {
                        self.order_at = now + pause;
                        State::Waiting
                    }
                    None => State::Settled(PhoneStatus::Unknown),
                }
            }
        };
        for checked in &mut self.phones {
            if checked.state == State::Ordered(order.number) {
                checked.state = state;
            }
        }
    }

    fn ordered_at(&self, number: u8) -> Time {
        self.orders.get(usize::from(number).saturating_sub(1)).copied().unwrap_or(self.created_at)
    }

    /// What to ask the provider, which is to be stored before it is called, so that it is asked no sooner than `pause` says of
    /// that many look-ups; empty when nothing is due.
    pub fn claim_questions(&mut self, now: Time, pause: impl FnOnce(usize) -> Duration) -> Vec<Question> {
        if !self.may_ask(now) {
            return Vec::new();
        }
        let question = |checked: &Checked| match (&checked.state, &checked.phone) {
            (State::Ordered(number), Some(phone)) => {
                let order = OrderRef { check: self.id, number: *number };
                Some(Question { order, phone: phone.clone(), ordered_at: self.ordered_at(*number) })
            }
            _ => None,
        };
        let questions: Vec<Question> = self.phones.iter().filter_map(question).collect();
        self.ask_at = now + pause(questions.len());
        questions
    }

    /// What the provider said. What is settled stays as it is.
    pub fn found(&mut self, findings: &[Finding], now: Time) {
        let said: HashMap<&str, Said> = findings.iter().map(|finding| (finding.phone.as_str(), finding.said)).collect();
        // Orders are made one after the other: those of this number and before are old.
        let old = self.orders.iter().filter(|at| **at + MISSING_AFTER <= now).count();
        for checked in &mut self.phones {
            let State::Ordered(number) = checked.state else { continue };
            match checked.phone.as_ref().and_then(|phone| said.get(phone.as_str())) {
                Some(Said::Settled(status)) => checked.state = State::Settled(*status),
                Some(Said::Missing) if usize::from(number) <= old => {
                    checked.state = State::Settled(PhoneStatus::Unknown)
                }
                Some(Said::Missing) | None => {}
            }
        }
    }

    /// The provider could not be asked: again when it wants to be, at the soonest.
    pub fn not_told(&mut self, error: &ProviderError, now: Time) {
        if let Some(pause) = error.retry_after {
            self.ask_at = self.ask_at.max(now + pause.min(retry::LONGEST_PAUSE));
        }
    }
}

#[cfg(test)]
mod tests;
