pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod make;
pub(crate) mod preview;
pub(crate) mod put;

use crate::{
    App, Ports,
    call::Call,
    idempotency::first_try,
    refusal::Refusal,
    submission::{self, Templates},
};
use baton_domain::{AccountId, Template, Time};
use baton_pipeline::ports::{Bulks, Clock};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use uuid::Uuid;

const AT_ONCE: usize = 16;

/// The templates that the body of a request for messages names. A repeated request takes them as they were at first: what is
/// still to be completed is to be as what is stored already.
pub(crate) async fn named<P: Ports, C: Clock>(
    app: &App<P, C>,
    call: &Call<'_>,
    account: AccountId,
    body: &Value,
) -> Result<Templates, Refusal> {
    let ids = submission::template_ids(body);
    if ids.is_empty() {
        return Ok(Templates::new());
    }
    let at = first_time(app, call, account, body).await?;
    let reads = ids.into_iter().map(|id| async move {
        let template = match at {
            Some(at) => app.ports.template_as_of(account, id, at).await?,
            None => app.ports.template(account, id).await?,
        };
        Ok::<_, Refusal>(template.map(|template| (id, template)))
    });
    let read: Vec<_> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
    Ok(read.into_iter().flatten().collect())
}

/// When a request for messages that is repeated came first; `None` when it is new.
pub(crate) async fn first_time<P: Ports, C: Clock>(
    app: &App<P, C>,
    call: &Call<'_>,
    account: AccountId,
    body: &Value,
) -> Result<Option<Time>, Refusal> {
    match first_try(app, call, account).await?.and_then(|id| id.time()) {
        Some(at) => Ok(Some(at)),
        None => first_stored(app, account, body).await,
    }
}

/// When the first messages of the bulk that a body names were stored.
async fn first_stored<P: Ports, C: Clock>(
    app: &App<P, C>,
    account: AccountId,
    body: &Value,
) -> Result<Option<Time>, Refusal> {
    let Some(bulk) = submission::named_bulk(body) else { return Ok(None) };
    let messages = Bulks::messages(&app.ports, account, bulk.key()).await?;
    Ok(messages.iter().map(|message| message.created_at).min())
}

/// The template that the path names.
async fn of_path<P: Ports, C: Clock>(
    app: &App<P, C>,
    account: AccountId,
    call: &Call<'_>,
) -> Result<Template, Refusal> {
    let missing = || Refusal::not_found("template");
    let id = Uuid::try_parse(call.parameter(0)).map_err(|_| missing())?;
    app.ports.template(account, id).await?.ok_or_else(missing)
}

/// Somebody else changed the template again and again.
fn contended() -> Refusal {
    Refusal::new(http::StatusCode::CONFLICT, "conflict", "The template is being changed by others; repeat the request.")
}
