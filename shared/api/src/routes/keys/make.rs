use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::{Caller, digest},
    faults::{Faults, Path},
    fields::{self, Fields},
    idempotency::{Before, Once},
    ports::{ApiKey, Scope},
    refusal::Refusal,
    wire::{MakeKey, NewKey},
};
use baton_domain::AccountId;
use baton_pipeline::ports::Clock;
use rand::{RngExt, distr::Alphanumeric};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The fields of the body.
pub(crate) const FIELDS: [&str; 3] = ["companyId", "name", "scopes"];

const MOST_NAME: usize = 100;
/// Letters and digits of a secret: 238 bits.
const SECRET: usize = 40;
const ID: usize = 12;

/// Makes an API key. Its token is shown this once: what is stored of it is a hash.
#[utoipa::path(post, path = "/keys", tag = "keys", operation_id = "makeKey",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible characters; the same request with the same key makes one key. The token is not shown again.")),
    request_body = MakeKey,
    responses((status = 200, description = "The key, with its token.", body = NewKey,
        headers(("Idempotency-Replayed" = String, description = "true when this is the answer to an earlier request.")))))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body = call.json()?;
    let account = caller.account(body.get("companyId").and_then(Value::as_u64))?;
    let (name, scopes) = read(&body)?;
    let once = Once::begin(app, call, account).await?;
    let id = key_id(once.id);
    if once.before != Before::Nothing
        && let Some(stored) = app.ports.key(account, &id).await?
    {
        once.finish(&app.ports).await?;
        return Ok(Answer::json(&NewKey::new(&stored, None)).replayed(true));
    }
    let made = make(app, account, id, name, scopes).await?;
    once.finish(&app.ports).await?;
    Ok(Answer::json(&made))
}

/// Makes and stores a key. Should another try of the same request have stored its own first, that one stands, and this
/// one's secret is good for nothing: it is not shown.
async fn make<P: Ports, C: Clock>(
    app: &App<P, C>,
    account: AccountId,
    id: String,
    name: String,
    scopes: Vec<Scope>,
) -> Result<NewKey, Refusal> {
    let secret: String = rand::rng().sample_iter(Alphanumeric).take(SECRET).map(char::from).collect();
    let token = format!("bt_{account}_{id}_{secret}");
    let key =
        ApiKey { account, id, name, scopes, hash: digest(&secret), created_at: app.clock.now(), revoked_at: None };
    app.ports.add(&key).await?;
    let stored = app.ports.key(account, &key.id).await?.unwrap_or_else(|| key.clone());
    let ours = stored.hash == key.hash;
    Ok(NewKey::new(&stored, ours.then_some(token)))
}

/// The key's id follows from the request's, so that a repeated request finds the key that it made.
pub(crate) fn key_id(request: Uuid) -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let bytes = Sha256::digest(request.as_bytes());
    bytes.iter().take(ID).map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect()
}

fn read(body: &Value) -> Result<(String, Vec<Scope>), Refusal> {
    let mut faults = Faults::default();
    let Some(fields) = Fields::of(body, &Path::Root, &mut faults) else { return Err(faults.into_refusal()) };
    fields.only(&FIELDS, &mut faults);
    fields.integer("companyId", 0..=u64::MAX, &mut faults);
    fields.require("name", &mut faults);
    let name = fields.bounded("name", MOST_NAME * 4, &mut faults).unwrap_or_default();
    let count = name.chars().count();
    if count > MOST_NAME {
        let message = format!("name has {count} characters; at most {MOST_NAME} are allowed.");
        faults.add(fields.path().field("name"), "too_long", message);
    }
    let scopes = scopes(&fields, &mut faults);
    faults.check()?;
    Ok((name, scopes))
}

fn scopes(fields: &Fields<'_>, faults: &mut Faults) -> Vec<Scope> {
    let Some(values) = fields.array("scopes", faults) else { return vec![Scope::Send, Scope::Read] };
    let path = fields.path().field("scopes");
    if values.is_empty() {
        faults.add(path, "empty", "At least one scope is expected.");
    }
    let mut scopes = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let place = path.index(index);
        let scope = match fields::string(value, place, faults).map(str::to_ascii_lowercase).as_deref() {
            Some("send") => Scope::Send,
            Some("read") => Scope::Read,
            Some("admin") => Scope::Admin,
            Some("operator") => {
                faults.add(place, "invalid", "operator can not be given through the API.");
                continue;
            }
            Some(_) => {
                faults.add(place, "invalid", "Expected is send, read or admin.");
                continue;
            }
            None => continue,
        };
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    scopes
}
