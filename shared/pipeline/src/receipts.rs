//! Take a receipt: apply it to its attempt, and see to the next channel when it says that nothing arrived.

use crate::{
    pointer::FallbackPointer,
    ports::{Clock, FallbackQueue, Messages, PortResult},
    provider::ReceiptOf,
    stops::{self, StopWrites},
    update::update,
};
use baton_domain::{
    ProviderError, ReceiptStatus,
    decide::{self, Effect},
};

/// Whether a receipt was about something that we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It was applied, or had been before.
    Applied,
    /// There is no such message or attempt.
    Unknown,
}

/// Handles one receipt. A receipt that comes again changes nothing, and emits again what its first coming may not have. Where it
/// says that the recipient is not to be written to again, it puts them on the stop list before anything else is sent.
///
/// # Errors
/// A port failed; the receipt must come again.
pub async fn take<S, F, L, C>(store: &S, fallback: &F, lists: &L, clock: &C, of: &ReceiptOf) -> PortResult<Taken>
where
    S: Messages,
    F: FallbackQueue,
    L: StopWrites,
    C: Clock,
{
    let key = (of.attempt.account, of.attempt.message);
    let now = clock.now();
    let changed = update(store, key, None, |message| decide::receipt(message, of.attempt.attempt, &of.receipt, now));
    let Some((message, Some(_))) = changed.await? else {
        tracing::info!(attempt = %of.attempt, "a receipt of an unknown attempt");
        return Ok(Taken::Unknown);
    };
    tracing::info!(attempt = %of.attempt, status = %message.status, "receipt");
    let own = of.attempt.attempt;
    if let ReceiptStatus::Failed(ProviderError { stop: Some(reason), .. }) = &of.receipt.status {
        stops::refused(lists, (&message, own), (*reason, None), None, (of.receipt.at, now)).await?;
    }
    let follows = |effect: &Effect| matches!(effect, Effect::Send { attempt, .. } if *attempt != own);
    if decide::outstanding_of(&message, own).iter().any(follows) {
        fallback.push(FallbackPointer::of(&message)).await?;
    }
    Ok(Taken::Applied)
}
