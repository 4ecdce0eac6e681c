//! What checks of phone numbers need of the world.

use crate::ports::{PortResult, Stored};
use baton_domain::{
    AccountId, PhoneCheck, ProviderError, Time,
    phone_check::{Finding, Order, Question},
};
use futures::future::BoxFuture;
use std::{future::Future, sync::Arc, time::Duration};
use uuid::Uuid;

/// A provider that looks numbers up in the registers of their operators (HLR).
pub trait Lookup: Send + Sync {
    /// Its name in upper case, as in the providers document: `SMSC`.
    fn name(&self) -> &'static str;

    /// How long after an order it is worth while to ask.
    fn first_pause(&self) -> Duration;

    /// How long to wait after it has been asked about so many look-ups.
    fn pause(&self, count: usize) -> Duration;

    /// Orders look-ups in one call; gives those that have ended at once. Never takes longer than [`LOOKUP_TIMEOUT`].
    ///
    /// # Errors
    /// It did not take the order; with the class `Unknown` nobody knows.
    fn order<'a>(&'a self, order: &'a Order, now: Time) -> BoxFuture<'a, Result<Vec<Finding>, ProviderError>>;

    /// Asks about look-ups in one call, as often as one likes; gives what has news. Never takes longer than [`LOOKUP_TIMEOUT`].
    ///
    /// # Errors
    /// It did not answer the question.
    fn ask<'a>(&'a self, questions: &'a [Question], now: Time) -> BoxFuture<'a, Result<Vec<Finding>, ProviderError>>;
}

/// The longest that a call may take: somebody waits for the answer.
pub const LOOKUP_TIMEOUT: Duration = Duration::from_secs(4);

/// The providers that look numbers up.
pub trait Lookups: Send + Sync {
    /// The one of this name, else the first of the deployment; `None` where there is none.
    fn lookup(&self, name: Option<&str>) -> impl Future<Output = PortResult<Option<Arc<dyn Lookup>>>> + Send;
}

/// The stored checks.
pub trait PhoneChecks: Send + Sync {
    /// A check that is still kept, as of every write before.
    fn check(&self, account: AccountId, id: Uuid) -> impl Future<Output = PortResult<Option<PhoneCheck>>> + Send;

    /// Stores a new check. An existing one of the same id is left alone.
    fn add_check(&self, check: &PhoneCheck) -> impl Future<Output = PortResult<()>> + Send;

    /// Stores a check if its stored version is still `read`.
    fn store_check(&self, check: &PhoneCheck, read: u32) -> impl Future<Output = PortResult<Stored>> + Send;
}
