//! Whom a request may not reach.

use crate::{App, Ports, call::Call, faults::Faults, refusal::Refusal, routes::templates, submission::Draft};
use baton_domain::AccountId;
use baton_pipeline::ports::Clock;
use serde_json::Value;

/// Refuses what the white list does not permit, and the recipients that are on the stop list. Gives the faults of the request
/// itself.
pub(super) async fn check<P: Ports, C: Clock>(
    app: &App<P, C>,
    call: &Call<'_>,
    (account, body): (AccountId, &Value),
    draft: &mut Draft,
) -> Result<Faults, Refusal> {
    let faults = draft.refuse_unlisted(&app.ports.white_list(account).await?);
    refuse_stopped(app, call, (account, body), draft).await?;
    Ok(faults)
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
