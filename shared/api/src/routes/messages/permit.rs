//! Whom a request may not reach.

use crate::{
    App, Ports,
    call::Call,
    faults::Faults,
    idempotency::first_try,
    refusal::Refusal,
    routes::templates,
    submission::{self, Draft, Pricing},
};
use baton_domain::{AccountId, BulkId, task::TaskState};
use baton_pipeline::ports::{Bulks, Clock};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a request made that has come before.
struct Repeated {
    /// The indices of its messages.
    made: BTreeSet<u16>,
    /// Whether its key proves that it is the same one. A bulk that is named again may have other contents.
    proven: bool,
}

/// Refuses what the white list does not permit, and the recipients that are on the stop list. What is wrong with the request itself
/// joins the faults that it has already, so that all of them are told at once.
///
/// A repeated request stays as it was judged at first: where the account has lists of what is allowed, what it has made is looked up.
pub(super) async fn check<P: Ports, C: Clock>(
    app: &App<P, C>,
    call: &Call<'_>,
    (account, body): (AccountId, &Value),
    draft: &mut Draft,
    (pricing, faults): (&Pricing, &mut Faults),
) -> Result<(), Refusal> {
    let list = app.ports.white_list(account).await?;
    let senders = draft.refuse_unlisted(&list);
    let limited = !list.is_empty() || pricing.list.has_senders();
    match if limited { repeated(app, call, (account, body)).await? } else { None } {
        None => faults.extend(senders),
        Some(Repeated { made, proven }) => {
            draft.keep(&made);
            if !proven {
                faults.extend(draft.judge_more(&made, &list, pricing));
            }
        }
    }
    check_task(app, call, (account, body), draft, faults).await?;
    refuse_stopped(app, call, (account, body), draft).await
}

async fn repeated<P: Ports, C: Clock>(
    app: &App<P, C>,
    call: &Call<'_>,
    (account, body): (AccountId, &Value),
) -> Result<Option<Repeated>, Refusal> {
    let (named, first) = (submission::named_bulk(body), first_try(app, call, account).await?);
    let Some(bulk) = named.or(first) else { return Ok(None) };
    let (made, proven) = (made(app, account, bulk).await?, first.is_some());
    Ok((proven || !made.is_empty()).then_some(Repeated { made, proven }))
}

/// The indices of the messages of a bulk.
pub(super) async fn made<P: Ports, C: Clock>(
    app: &App<P, C>,
    account: AccountId,
    bulk: BulkId,
) -> Result<BTreeSet<u16>, Refusal> {
    let messages = Bulks::messages(&app.ports, account, bulk.key()).await?;
    Ok(messages.iter().filter_map(|message| message.id.index()).collect())
}

/// Refuses a task that there is not, or not any more. A repeated request is answered as it was at first; what it still adds to a
/// task that was deleted meanwhile is cancelled.
async fn check_task<P: Ports, C: Clock>(
    app: &App<P, C>,
    call: &Call<'_>,
    (account, body): (AccountId, &Value),
    draft: &Draft,
    faults: &mut Faults,
) -> Result<(), Refusal> {
    let Some(id) = draft.task() else { return Ok(()) };
    let known = app.ports.task(account, id).await?;
    let gone = known.is_none_or(|task| task.state == TaskState::Deleted || task.is_hidden());
    if gone && templates::first_time(app, call, account, body).await?.is_none() {
        faults.add("/taskId", "unknown_task", "There is no such task.");
    }
    Ok(())
}

/// Refuses the recipients that are on the stop list. A repeated request is judged by the list as it was at first, so that its
/// answer stays the same; whoever has been put there since is passed over when their turn comes.
async fn refuse_stopped<P: Ports, C: Clock>(
    app: &App<P, C>,
    call: &Call<'_>,
    (account, body): (AccountId, &Value),
    draft: &mut Draft,
) -> Result<(), Refusal> {
    let listed = app.ports.listed(account, &draft.stop_addresses()).await?;
    if !listed.is_empty() {
        let as_of = templates::first_time(app, call, account, body).await?;
        draft.refuse_stopped(&listed, as_of);
    }
    Ok(())
}
