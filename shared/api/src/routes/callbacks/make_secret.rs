use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    idempotency::{Before, Once},
    refusal::Refusal,
    routes::keys::make::key_id,
    wire::NewCallbackSecret,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use baton_domain::{AccountId, Time};
use baton_pipeline::{callbacks::ports::CallbackSecret, ports::Clock};
use http::StatusCode;

/// The most secrets of an account: the old one and the new one while the receivers change over.
const MOST: usize = 2;
/// Random bytes of a secret; Standard Webhooks asks for 24 to 64.
const BYTES: usize = 32;

/// Makes a secret that callbacks are signed with. Its text is shown this once. A second one may be made while receivers change
/// over: callbacks then carry a signature of each, until the old one is removed.
#[utoipa::path(post, path = "/callbacks/secrets", tag = "callbacks", operation_id = "makeCallbackSecret",
    params(("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible characters; the same request with the same key makes one secret. Its text is not shown again.")),
    responses((status = 200, description = "The secret, with its text.", body = NewCallbackSecret,
        headers(("Idempotency-Replayed" = String, description = "true when this is the answer to an earlier request.")))))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId"]], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    faults.check()?;
    let once = Once::begin(app, call, account).await?;
    let id = key_id(once.id);
    let known = app.ports.secrets(account).await?;
    if let Some(made) = known.iter().find(|secret| secret.id == id) {
        once.finish(&app.ports).await?;
        return Ok(Answer::json(&NewCallbackSecret::new(made, false)).replayed(true));
    }
    let at = once.made_at(&app.clock);
    if once.before == Before::Done {
        // The secret was removed since.
        let made = CallbackSecret { account, id, secret: String::new(), created_at: at };
        return Ok(Answer::json(&NewCallbackSecret::new(&made, false)).replayed(true));
    }
    if known.len() >= MOST {
        let error = "There are two secrets already: remove one with DELETE /callbacks/secrets/{id} first.";
        return Err(Refusal::new(StatusCode::CONFLICT, "too_many_secrets", error));
    }
    let made = make(app, account, id, at).await?;
    once.finish(&app.ports).await?;
    Ok(Answer::json(&made))
}

/// Makes and stores a secret. Should another try of the same request have stored its own first, that one stands, and is not
/// shown.
async fn make<P: Ports, C: Clock>(
    app: &App<P, C>,
    account: AccountId,
    id: String,
    created_at: Time,
) -> Result<NewCallbackSecret, Refusal> {
    let text = format!("whsec_{}", STANDARD.encode(rand::random::<[u8; BYTES]>()));
    let secret = CallbackSecret { account, id, secret: text, created_at };
    app.ports.add_secret(&secret).await?;
    let stored = app.ports.secrets(account).await?.into_iter().find(|stored| stored.id == secret.id);
    let stored = stored.unwrap_or_else(|| secret.clone());
    Ok(NewCallbackSecret::new(&stored, stored.secret == secret.secret))
}
