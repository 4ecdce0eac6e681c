//! Check phone numbers: order look-ups, ask what became of them.
//!
//! Whoever asks for a check takes it further: [`advance`] makes at most two calls to the provider, one that orders and one that
//! asks. Each is claimed by a conditional write before it is made (see [`baton_domain::phone_check`]).

pub mod ports;

use crate::ports::{Clock, PortError, PortResult, Stored};
use baton_domain::{
    AccountId, ErrorClass, PhoneCheck, ProviderError,
    phone_check::{Finding, Order},
};
use ports::{Lookup, PhoneChecks};
use uuid::Uuid;

/// Tries before giving up on a check that others keep changing.
const MOST_CONFLICTS: usize = 10;

/// Takes a check as far as it goes now; gives it as it is then.
///
/// # Errors
/// The store failed. What was ordered stays ordered.
pub async fn advance<S: PhoneChecks, C: Clock>(
    store: &S,
    clock: &C,
    provider: &dyn Lookup,
    check: PhoneCheck,
) -> PortResult<PhoneCheck> {
    let check = order(store, clock, provider, check).await?;
    ask(store, clock, provider, check).await
}

/// Orders what waits for it.
async fn order<S: PhoneChecks, C: Clock>(
    store: &S,
    clock: &C,
    provider: &dyn Lookup,
    check: PhoneCheck,
) -> PortResult<PhoneCheck> {
    let mut claimed = check.clone();
    let Some(order) = claimed.claim_order(clock.now(), provider.first_pause()) else { return Ok(check) };
    let Some(claimed) = claim(store, claimed).await? else { return reload(store, check).await };
    let answered = provider.order(&order, clock.now()).await;
    log("order", provider, &claimed, order.phones.len(), answered.as_ref().err());
    match answered {
        Ok(findings) if findings.is_empty() => Ok(claimed),
        Ok(findings) => change(store, claimed, |check| check.found(&findings, clock.now())).await,
        Err(error) if error.class == ErrorClass::Unknown => Ok(claimed),
        Err(error) => refuse(store, clock, claimed, &order, &error).await,
    }
}

async fn refuse<S: PhoneChecks, C: Clock>(
    store: &S,
    clock: &C,
    check: PhoneCheck,
    order: &Order,
    error: &ProviderError,
) -> PortResult<PhoneCheck> {
    let (now, spread) = (clock.now(), clock.spread());
    change(store, check, |check| check.refused(order.reference, error, now, spread)).await
}

/// Asks about what was ordered.
async fn ask<S: PhoneChecks, C: Clock>(
    store: &S,
    clock: &C,
    provider: &dyn Lookup,
    check: PhoneCheck,
) -> PortResult<PhoneCheck> {
    let mut claimed = check.clone();
    let questions = claimed.claim_questions(clock.now(), |count| provider.pause(count));
    if questions.is_empty() {
        return Ok(check);
    }
    let Some(claimed) = claim(store, claimed).await? else { return reload(store, check).await };
    let answered: Result<Vec<Finding>, ProviderError> = provider.ask(&questions, clock.now()).await;
    log("ask", provider, &claimed, questions.len(), answered.as_ref().err());
    let now = clock.now();
    change(store, claimed, |check| match &answered {
        Ok(findings) => check.found(findings, now),
        Err(error) => check.not_told(error, now),
    })
    .await
}

/// Stores what is about to be done; `None` when somebody else was faster, and does it.
async fn claim<S: PhoneChecks>(store: &S, mut claimed: PhoneCheck) -> PortResult<Option<PhoneCheck>> {
    let read = claimed.version;
    claimed.version += 1;
    Ok((store.store_check(&claimed, read).await? == Stored::Done).then_some(claimed))
}

/// Stores a change, whatever others do to the check meanwhile; nothing when nothing has changed.
async fn change<S: PhoneChecks>(
    store: &S,
    check: PhoneCheck,
    mut change: impl FnMut(&mut PhoneCheck),
) -> PortResult<PhoneCheck> {
    let mut before = check;
    for _ in 0..MOST_CONFLICTS {
        let mut changed = before.clone();
        change(&mut changed);
        if changed == before {
            return Ok(before);
        }
        changed.version += 1;
        if store.store_check(&changed, before.version).await? == Stored::Done {
            return Ok(changed);
        }
        before = reload(store, before).await?;
    }
    Err(PortError::new("update of a phone check", "others changed it again and again"))
}

/// The check as it is stored; as it was read where it is gone.
async fn reload<S: PhoneChecks>(store: &S, read: PhoneCheck) -> PortResult<PhoneCheck> {
    let (account, id): (AccountId, Uuid) = (read.account, read.id);
    Ok(store.check(account, id).await?.unwrap_or(read))
}

/// One line for one call. Whom it was about is not said.
fn log(call: &'static str, provider: &dyn Lookup, check: &PhoneCheck, phones: usize, error: Option<&ProviderError>) {
    let (provider, id, account) = (provider.name(), check.id, check.account.0);
    let Some(error) = error else {
        tracing::info!(call, provider, check = %id, account, phones, "phone look-ups");
        return;
    };
    let (class, code, message) = (error.class.name(), error.code.as_str(), error.message.as_str());
    match error.class {
        ErrorClass::Misconfigured => {
            tracing::error!(call, provider, check = %id, account, phones, class, code, message, "phone look-ups refused");
        }
        _ => {
            tracing::warn!(call, provider, check = %id, account, phones, class, code, message, "phone look-ups refused")
        }
    }
}
