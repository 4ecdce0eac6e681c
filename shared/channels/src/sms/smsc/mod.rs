//! `SMSC`: SMSC.ru, the HTTP API (<https://smsc.ru/api/http/>): `sys/send.php`, `sys/status.php`, `sys/balance.php`.
//!
//! **Reference.** `id` may be ours: a number of 31 bits, or (as the page on sending has it) up to 40 letters, digits, `.`, `-` and
//! `_`. No number that small leads back to an attempt without an index, but 40 characters hold a whole reference: see
//! [`reference`]. SMSC gives the id back in every status. Ids need not be unique to SMSC, so they are no key against duplicates.
//!
//! **Receipts.** The address for statuses is a setting of the SMSC account, not of a message: the operator enters
//! `https://…/webhooks/sms/smsc?secret=…` there, with the `webhookSecret` of the document (see [`crate::callback`]). SMSC's own
//! hashes cover neither the whole call nor its time, so they are not asked for. Without `webhookSecret` no receipts are awaited,
//! and taken counts as delivered. The same address takes what people write to numbers of the account.
//!
//! The hosts that SMSC names as a reserve (`www2.smsc.ru` …) are not tried; `baseUrl` can name one.

mod codes;
mod lookup;
mod reference;
mod webhook;

use crate::{
    Capabilities, Context, DocumentFault,
    base_url::base_url,
    callback,
    document::Entry,
    outcomes::{no_id, text, word},
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::{ErrorClass, Outcome, ProviderError, Time, outcome::Accepted};
use baton_pipeline::provider::{Provider, SendRequest};
use codes::{CODES, PAUSE};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
pub use webhook::webhook;

/// The name in the document.
pub const NAME: &str = "SMSC";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { ttl: true, receipts: true, inbound: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Smsc::new(entry, context)?)),
};

/// The longest `mes`, in characters (page on sending).
const TEXT_LIMIT: usize = 1000;

/// The life of a message that `valid` takes, in minutes: 1 to 24 hours.
const SHORTEST_LIFE: u16 = 60;
const LONGEST_LIFE: u16 = 24 * 60;

/// The settings of a document's entry. Calls are authorised by `apiKey`, or by `login` with `password`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The account's name.
    pub login: Option<String>,
    /// The account's password, or a password for the API alone.
    pub password: Option<Secret>,
    /// A key for the API.
    pub api_key: Option<Secret>,
    /// The sender of messages that name none; without it the account's own.
    pub from: Option<String>,
    /// What callbacks are known by: at least 16 characters, made up by the operator.
    pub webhook_secret: Option<Secret>,
    /// Another address than `https://smsc.ru`.
    pub base_url: Option<String>,
}

/// How a call is authorised.
enum Authority {
    Account { login: String, password: Secret },
    Key(Secret),
}

fn authority(entry: &Entry, settings: &Settings) -> Result<Authority, DocumentFault> {
    let filled = |secret: &Option<Secret>| secret.clone().filter(|secret| !secret.is_empty());
    match (&settings.login, filled(&settings.password), filled(&settings.api_key)) {
        (None, None, Some(key)) => Ok(Authority::Key(key)),
        (Some(login), Some(password), None) => Ok(Authority::Account { login: login.clone(), password }),
        (_, _, Some(_)) => Err(entry.fault("apiKey", "apiKey takes the place of login and password")),
        (Some(_), None, None) => Err(entry.fault("password", "login and password go together")),
        (None, Some(_), None) => Err(entry.fault("login", "login and password go together")),
        (None, None, None) => Err(entry.fault("apiKey", "apiKey, or login with password, is required")),
    }
}

/// The provider.
pub struct Smsc {
    http: reqwest::Client,
    base: String,
    authority: Authority,
    from: Option<String>,
    receipts: bool,
}

type Form<'a> = Vec<(&'static str, Cow<'a, str>)>;

impl Smsc {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub fn new(entry: &Entry, context: &Context) -> Result<Smsc, DocumentFault> {
        Smsc::with_client(entry, context.http.clone())
    }

    /// The same, of a client alone.
    ///
    /// # Errors
    /// As of [`Smsc::new`].
    pub fn with_client(entry: &Entry, http: reqwest::Client) -> Result<Smsc, DocumentFault> {
        let settings: Settings = entry.settings()?;
        Ok(Smsc {
            http,
            base: base_url(entry, settings.base_url.as_deref(), "https://smsc.ru")?,
            authority: authority(entry, &settings)?,
            from: settings.from,
            receipts: callback::secret(entry, settings.webhook_secret)?.is_some(),
        })
    }

    /// What every call carries: the authority, and `fmt=3` for an answer in JSON.
    fn form(&self) -> Form<'_> {
        let mut form: Form<'_> = match &self.authority {
            Authority::Account { login, password } => vec![("login", login.into()), ("psw", password.expose().into())],
            Authority::Key(key) => vec![("apikey", key.expose().into())],
        };
        form.push(("fmt", "3".into()));
        form
    }

    async fn call(&self, script: &str, form: &Form<'_>) -> Result<Answer, Outcome> {
        transport::call(self.post(script, form)).await
    }

    fn post(&self, script: &str, form: &Form<'_>) -> reqwest::RequestBuilder {
        self.http.post(format!("{}/sys/{script}.php", self.base)).form(form)
    }

    fn message<'a>(&'a self, request: &'a SendRequest) -> Result<Form<'a>, Outcome> {
        let mut form = self.form();
        form.extend([
            ("charset", "utf-8".into()),
            ("id", reference::encode(request.attempt).into()),
            ("phones", request.to.strip_prefix('+').unwrap_or(&request.to).into()),
            ("mes", text(request, TEXT_LIMIT)?.into()),
        ]);
        form.extend(request.content.from.as_deref().or(self.from.as_deref()).map(|from| ("sender", from.into())));
        form.extend(request.content.validity_period.map(|minutes| {
            let minutes = minutes.clamp(SHORTEST_LIFE, LONGEST_LIFE);
            ("valid", format!("{:02}:{:02}", minutes / 60, minutes % 60).into())
        }));
        Ok(form)
    }
}

impl Provider for Smsc {
    fn name(&self) -> &'static str {
        NAME
    }

    /// The account's balance.
    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(async move {
            let answer = match self.call("balance", &self.form()).await {
                Ok(answer) => answer,
                Err(Outcome::Refused(error) | Outcome::Unknown(error)) => return Err(error),
                Err(Outcome::Accepted(_)) => return Ok(()),
            };
            let body = answer.json();
            match error(&answer, &body) {
                Some(error) => Err(error),
                None if !answer.status.is_success() => Err(answer.error_by_status(chrono::Utc::now())),
                None if word(&body["balance"]).is_some() => Ok(()),
                None => {
                    let message = "The answer is not one of SMSC; check baseUrl.";
                    Err(ProviderError::new(ErrorClass::Misconfigured, "bad_answer", message))
                }
            }
        })
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let form = match self.message(request) {
                Ok(form) => form,
                Err(refused) => return refused,
            };
            match self.call("send", &form).await {
                Ok(answer) => outcome(&answer, self.receipts, request.now),
                Err(outcome) => outcome,
            }
        })
    }
}

/// The error in an answer: `{"error": "…", "error_code": 7, "id": …}`, mostly with status 200.
fn error(answer: &Answer, body: &Value) -> Option<ProviderError> {
    let error = CODES.error("SMSC", &word(&body["error_code"])?, answer.class_by_status());
    let pause = PAUSE.iter().find(|(code, _)| *code == error.code).map(|(_, pause)| *pause);
    Some(error.retry_after(pause))
}

/// `{"id": "…", "cnt": 1}` when the message was taken.
fn outcome(answer: &Answer, receipts: bool, now: Time) -> Outcome {
    let body = answer.json();
    if let Some(error) = error(answer, &body) {
        let pause = error.retry_after.or_else(|| answer.retry_after(now));
        return Outcome::from_error(error.retry_after(pause));
    }
    if !answer.status.is_success() {
        return answer.outcome_by_status(now);
    }
    let Some(id) = word(&body["id"]) else { return no_id("SMSC") };
    let part_count = word(&body["cnt"]).and_then(|count| count.parse().ok()).filter(|count| *count > 0);
    Outcome::Accepted(Accepted { provider_message_id: Some(id), receipts, part_count })
}

#[cfg(test)]
mod tests;
