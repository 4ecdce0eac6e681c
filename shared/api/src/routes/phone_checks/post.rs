use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::{Faults, Path},
    fields::{Fields, wrong_type},
    idempotency::{Before, Once},
    phone,
    refusal::Refusal,
    wire::{CheckPhones, PhoneCheck},
};
use baton_domain::{AccountId, phone_check::MOST_PHONES};
use baton_pipeline::{phone_checks::advance, ports::Clock};
use serde_json::Value;
use std::collections::HashSet;
use uuid::Uuid;

/// The fields of the body.
pub(crate) const FIELDS: [&str; 4] = ["checkId", "companyId", "provider", "phones"];

/// The most bytes of all texts together, as JSON: a check is one item of the store, which holds 400 KB.
const MOST_BYTES: usize = 200_000;
/// The longest name of a provider, in bytes.
const LONGEST_NAME: usize = 50;

/// Checks phone numbers, or shows a check.
///
/// Whether each is a number, and with a provider that looks numbers up (HLR: `SMSC`, `SANDBOX`) whether it is in service. What is
/// `PENDING` is known later: ask with `checkId`, every few seconds, which is also what takes the look-ups further. Each number is
/// looked up once, however many texts mean it and however often somebody asks. A number that is wrong never refuses the request: it
/// is `INVALID` in the result.
#[utoipa::path(post, path = "/phoneChecks", tag = "phone checks", operation_id = "checkPhones",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible characters; the same request with the same key makes one check, and shows how it stands. Changes nothing with checkId.")),
    request_body = CheckPhones,
    responses((status = 200, description = "The check as it stands.", body = PhoneCheck,
        headers(("Idempotency-Replayed" = String, description = "true when this shows the check of an earlier request.")))))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body = call.json()?;
    let account = caller.account(body.get("companyId").and_then(Value::as_u64))?;
    let said = read(&body)?;
    match said.check {
        Some(id) => poll(app, account, id, &said).await,
        None => make(app, call, account, said).await,
    }
}

/// What a body says.
struct Said {
    check: Option<Uuid>,
    /// In upper case.
    provider: Option<String>,
    phones: Option<Vec<String>>,
}

/// Makes a check, and orders its look-ups.
async fn make<P: Ports, C: Clock>(
    app: &App<P, C>,
    call: &Call<'_>,
    account: AccountId,
    said: Said,
) -> Result<Answer, Refusal> {
    let provider = app.ports.lookup(said.provider.as_deref()).await?;
    if let (Some(name), None) = (&said.provider, &provider) {
        return Err(no_lookups(name));
    }
    let once = Once::begin(app, call, account).await?;
    let stored = match once.before {
        Before::Nothing => None,
        // What the first try has stored goes on as it is.
        _ => app.ports.check(account, once.id).await?,
    };
    let replayed = stored.is_some();
    let check = match stored {
        Some(check) => check,
        None => {
            let texts = said.phones.unwrap_or_default().into_iter();
            let texts = texts.map(|text| (phone::normalise(&text).ok(), text)).map(|(phone, text)| (text, phone));
            let name = provider.as_ref().map(|provider| provider.name().to_owned());
            let check = baton_domain::PhoneCheck::new((account, once.id), name, texts.collect(), app.clock.now());
            app.ports.add_check(&check).await?;
            check
        }
    };
    let check = go_on(app, check).await?;
    once.finish(&app.ports).await?;
    Ok(Answer::json(&PhoneCheck::new(&check, |_| true)).replayed(replayed))
}

/// Shows a check as it stands, after taking it further.
async fn poll<P: Ports, C: Clock>(
    app: &App<P, C>,
    account: AccountId,
    id: Uuid,
    said: &Said,
) -> Result<Answer, Refusal> {
    let check = app.ports.check(account, id).await?.ok_or_else(|| Refusal::not_found("phone check"))?;
    let mut faults = Faults::default();
    if said.provider.is_some() && said.provider != check.provider {
        let message = match &check.provider {
            Some(own) => format!("The numbers of this check are looked up by {own}."),
            None => "The numbers of this check are not looked up.".to_owned(),
        };
        faults.add("/provider", "invalid", message);
    }
    let known: HashSet<&str> = check.result().map(|(text, _)| text).collect();
    for (index, text) in said.phones.iter().flatten().enumerate() {
        if !known.contains(text.as_str()) {
            faults.add(format!("/phones/{index}"), "unknown", "The check does not have this number.");
        }
    }
    faults.check()?;
    let check = go_on(app, check).await?;
    let shown: Option<HashSet<&str>> = said.phones.as_ref().map(|phones| phones.iter().map(String::as_str).collect());
    Ok(Answer::json(&PhoneCheck::new(&check, |text| shown.as_ref().is_none_or(|shown| shown.contains(text)))))
}

/// Calls the provider where it is to be called now. Where it is no longer set, the check stands.
async fn go_on<P: Ports, C: Clock>(
    app: &App<P, C>,
    check: baton_domain::PhoneCheck,
) -> Result<baton_domain::PhoneCheck, Refusal> {
    if !check.is_due(app.clock.now()) {
        return Ok(check);
    }
    match app.ports.lookup(check.provider.as_deref()).await? {
        Some(provider) => Ok(advance(&app.ports, &app.clock, provider.as_ref(), check).await?),
        None => Ok(check),
    }
}

fn no_lookups(name: &str) -> Refusal {
    let mut faults = Faults::default();
    faults.add("/provider", "no_lookups", format!("{name} is not set for SMS, or looks no numbers up."));
    faults.into_refusal()
}

fn read(body: &Value) -> Result<Said, Refusal> {
    let mut faults = Faults::default();
    let Some(fields) = Fields::of(body, &Path::Root, &mut faults) else { return Err(faults.into_refusal()) };
    fields.only(&FIELDS, &mut faults);
    fields.integer("companyId", 0..=u64::MAX, &mut faults);
    if !fields.has("checkId") {
        fields.require("phones", &mut faults);
    }
    let check = fields.uuid("checkId", &mut faults);
    let provider = fields.bounded("provider", LONGEST_NAME, &mut faults).map(|name| name.to_ascii_uppercase());
    let phones = phones(&fields, &mut faults);
    // Clients that send whole objects poll with an empty list.
    let phones = phones.filter(|phones| check.is_none() || !phones.is_empty());
    faults.check()?;
    Ok(Said { check, provider, phones })
}

fn phones(fields: &Fields<'_>, faults: &mut Faults) -> Option<Vec<String>> {
    let given = fields.array("phones", faults)?;
    let place = fields.path().field("phones");
    if given.is_empty() && !fields.has("checkId") {
        faults.add(place, "empty", "phones must not be empty.");
    }
    if given.len() > MOST_PHONES {
        faults.add(place, "too_many", format!("At most {MOST_PHONES} phones are allowed."));
        return None;
    }
    let bytes: usize = given.iter().map(|value| value.to_string().len()).sum();
    if bytes > MOST_BYTES {
        faults.add(place, "too_long", format!("The phones have {bytes} bytes; at most {MOST_BYTES} are allowed."));
        return None;
    }
    let mut phones = Vec::with_capacity(given.len());
    for (index, value) in given.iter().enumerate() {
        // Whatever the text is, it is no number at worst.
        match value {
            Value::String(text) => phones.push(text.clone()),
            other => wrong_type(place.index(index), "A string", other, faults),
        }
    }
    Some(phones)
}
