//! The stop list: what use cases ask of it, and what puts recipients on it.

use crate::{
    inbound::{Act, Inbound},
    ports::PortResult,
};
use baton_domain::{
    AccountId, Channel, Message, Recipient, Time,
    stop::{
        Lift, Listed, StopEntry, StopKey, StopMark, StopReason, StopScope, is_stopped, stop_address, stop_addresses,
    },
};
use std::{collections::BTreeSet, future::Future};

/// The code of what is refused for the stop list.
pub const CODE: &str = "stop_list";

/// What lists know of addresses.
pub trait StopList: Send + Sync {
    /// What the lists of the account and of the deployment know of these addresses ([`stop_address`]); nothing about those that
    /// were never on one. What was written within the last few seconds may be missing: whether there is a list at all is
    /// believed for so long, so that who has none pays for none.
    fn listed(
        &self,
        account: AccountId,
        addresses: &BTreeSet<String>,
    ) -> impl Future<Output = PortResult<Vec<Listed>>> + Send;
}

/// What puts recipients on lists and takes them off. Each takes effect once, however often it is repeated.
pub trait StopWrites: Send + Sync {
    /// Puts a line on a list; whether it changed anything ([`baton_domain::stop::Standing::stop`]).
    fn stop(&self, entry: &StopEntry) -> impl Future<Output = PortResult<bool>> + Send;

    /// Takes a line off a list; whether there was one to take ([`baton_domain::stop::Standing::lift`]).
    fn lift(&self, key: &StopKey, lift: Lift) -> impl Future<Output = PortResult<bool>> + Send;
}

/// Whether a channel to a recipient is stopped; `used` is the address that the channel uses.
///
/// # Errors
/// The list could not be read.
pub async fn stopped<L: StopList>(
    lists: &L,
    account: AccountId,
    recipient: &Recipient,
    (channel, used): (Channel, &str),
) -> PortResult<bool> {
    let listed = lists.listed(account, &stop_addresses(recipient, Some(used))).await?;
    Ok(is_stopped(&listed, recipient, (channel, Some(used)), None))
}

/// Takes what a person did: who blocks us is put on the deployment's list for the channel, and who lets us in again is taken off,
/// unless somebody else had put them there.
///
/// # Errors
/// The list could not be written; the event must come again.
pub async fn hear<W: StopWrites>(lists: &W, event: &Inbound, now: Time) -> PortResult<()> {
    // What can not be stored would come again for ever.
    if event.from.is_empty() {
        return Ok(());
    }
    let key =
        StopKey { scope: StopScope::Deployment, address: stop_address(&event.from), channel: Some(event.channel) };
    match event.act {
        Act::Blocked => {
            let mark = StopMark {
                reason: StopReason::of_block(event.channel),
                by: event.provider.clone(),
                comment: None,
                created_at: now,
                event_at: Some(event.at),
            };
            lists.stop(&StopEntry { key, mark }).await?;
        }
        Act::Allowed => _ = lists.lift(&key, Lift::Recipient(event.at)).await?,
        Act::Wrote { .. } => {}
    }
    Ok(())
}

/// Puts the recipient of an attempt on the list, as a provider's error says. `used` is the address that the attempt went to;
/// `None` where it is not at hand: then it is the one that the channel uses.
///
/// # Errors
/// The list could not be written; what told of the error must come again.
pub async fn refused<W: StopWrites>(
    lists: &W,
    (message, index): (&Message, u8),
    (reason, provider): (StopReason, Option<&str>),
    used: Option<&str>,
    (at, now): (Time, Time),
) -> PortResult<()> {
    let Some(attempt) = message.attempts.get(usize::from(index)) else { return Ok(()) };
    let channel = message.leg(attempt).channel;
    // A code of Telegram may have gone to the phone, where there is no id.
    let address = used.or_else(|| message.recipient.address(channel)).or(message.recipient.phone.as_deref());
    let Some(address) = address else { return Ok(()) };
    let provider = provider.or(attempt.provider.as_deref()).unwrap_or("-");
    let key = StopKey { scope: reason.scope(message.account), address: stop_address(address), channel: Some(channel) };
    let mark = StopMark { reason, by: provider.to_owned(), comment: None, created_at: now, event_at: Some(at) };
    if lists.stop(&StopEntry { key, mark }).await? {
        tracing::info!(attempt = %message.reference(index), reason = reason.name(), "on the stop list");
    }
    Ok(())
}
