//! `TWILIO`: Twilio Programmable Messaging, REST API 2010-04-01
//! (<https://www.twilio.com/docs/messaging/api/message-resource>).
//!
//! Twilio has no key against duplicates and carries no reference of ours, so the reference travels in the query of the
//! status callback's address and comes back with every callback.

/// What the codes mean.
pub(super) mod codes;
mod webhook;

pub use webhook::webhook;

use crate::{
    Capabilities, Context, DocumentFault,
    base_url::base_url,
    document::Entry,
    outcomes::{bad_answer, check_failed, no_id, no_sender, text},
    registry::Kind,
    secret::Secret,
    transport::{self, Answer},
};
use baton_domain::{Channel, ErrorClass, Outcome, ProviderError, Time, outcome::Accepted};
use baton_pipeline::provider::{Provider, SendRequest};
use codes::CODES;
use futures::future::BoxFuture;
use serde::Deserialize;
use std::borrow::Cow;

/// The name in the document.
pub const NAME: &str = "TWILIO";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { ttl: true, receipts: true, inbound: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Twilio::new(entry, context)?)),
};

/// The longest `Body`, in characters (parameter `Body` of the message resource).
const TEXT_LIMIT: usize = 1600;

/// The longest `ValidityPeriod`, in seconds (same page).
const MAX_VALIDITY: u32 = 36_000;

/// The settings of a document's entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The account: `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The account's primary token. It signs the callbacks, and is the password of calls where no API key is set.
    pub auth_token: Secret,
    /// An API key for calls, `SK…`, in place of the account's token.
    pub api_key_sid: Option<String>,
    /// The secret of the API key.
    pub api_key_secret: Option<Secret>,
    /// The sender of messages that name none: a number in E.164 form, a short code or a name.
    pub from: Option<String>,
    /// The messaging service that picks the sender, `MG…`.
    pub messaging_service_sid: Option<String>,
    /// Another address than `https://api.twilio.com`.
    pub base_url: Option<String>,
}

fn settings(entry: &Entry) -> Result<Settings, DocumentFault> {
    let settings: Settings = entry.settings()?;
    let sid = settings.account_sid.strip_prefix("AC").unwrap_or_default();
    if sid.len() != 32 || !sid.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(entry.fault("accountSid", "AC and 32 hexadecimal digits are expected"));
    }
    if settings.auth_token.is_empty() {
        return Err(entry.fault("authToken", "must not be empty"));
    }
    if settings.api_key_sid.is_some() != settings.api_key_secret.is_some() {
        return Err(entry.fault("apiKeySecret", "apiKeySid and apiKeySecret go together"));
    }
    Ok(settings)
}

/// The provider.
pub struct Twilio {
    http: reqwest::Client,
    /// The account's resource, without `.json`.
    account: String,
    callback: String,
    settings: Settings,
}

impl Twilio {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or not of its form.
    pub fn new(entry: &Entry, context: &Context) -> Result<Twilio, DocumentFault> {
        let settings = settings(entry)?;
        let base = base_url(entry, settings.base_url.as_deref(), "https://api.twilio.com")?;
        let account = format!("{base}/2010-04-01/Accounts/{}", settings.account_sid);
        Ok(Twilio { http: context.http.clone(), account, callback: context.webhook_url(Channel::Sms, NAME), settings })
    }

    fn call(&self, request: &SendRequest) -> Result<reqwest::RequestBuilder, Outcome> {
        let (content, settings) = (&request.content, &self.settings);
        let mut form: Vec<(&str, Cow<'_, str>)> =
            vec![("To", request.to.as_str().into()), ("Body", text(request, TEXT_LIMIT)?.into())];
        let from = content.from.as_deref().or(settings.from.as_deref());
        if from.is_none() && settings.messaging_service_sid.is_none() {
            return Err(no_sender());
        }
        form.extend(from.map(|from| ("From", from.into())));
        form.extend(settings.messaging_service_sid.as_deref().map(|sid| ("MessagingServiceSid", sid.into())));
        form.push(("StatusCallback", format!("{}?ref={}", self.callback, request.attempt).into()));
        form.extend(content.validity_period.map(|minutes| {
            let seconds = (u32::from(minutes) * 60).clamp(1, MAX_VALIDITY);
            ("ValidityPeriod", seconds.to_string().into())
        }));
        let (user, password) = self.api_key().unwrap_or((&settings.account_sid, &settings.auth_token));
        let url = format!("{}/Messages.json", self.account);
        Ok(self.http.post(url).basic_auth(user, Some(password.expose())).form(&form))
    }

    fn api_key(&self) -> Option<(&String, &Secret)> {
        self.settings.api_key_sid.as_ref().zip(self.settings.api_key_secret.as_ref())
    }

    /// Reads a resource, and gives the answer when it is a success.
    async fn read(&self, url: &str, user: &str, password: &Secret) -> Result<Answer, ProviderError> {
        let call = self.http.get(url).basic_auth(user, Some(password.expose()));
        let answer = transport::call(call).await.map_err(check_failed)?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        // What is past belongs to no message; the time matters for Retry-After as a date alone.
        Err(check_failed(refusal(&answer, chrono::Utc::now())))
    }
}

impl Provider for Twilio {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Reads the account with the token that signs callbacks; then, as API keys may not do that
    /// (<https://www.twilio.com/docs/iam/api-keys>), the newest message with the key where one is set.
    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(async move {
            let settings = &self.settings;
            let account = format!("{}.json", self.account);
            let account = self.read(&account, &settings.account_sid, &settings.auth_token).await?;
            match account.json()["status"].as_str() {
                Some("active") => {}
                Some("suspended" | "closed") => return Err(CODES.error("Twilio", "30002", ErrorClass::Misconfigured)),
                _ => return Err(bad_answer()),
            }
            if let Some((sid, secret)) = self.api_key() {
                self.read(&format!("{}/Messages.json?PageSize=1", self.account), sid, secret).await?;
            }
            Ok(())
        })
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(transport::exchange(self.call(request), |answer| outcome(answer, request.now)))
    }
}

fn outcome(answer: &Answer, now: Time) -> Outcome {
    if !answer.status.is_success() {
        return refusal(answer, now);
    }
    let body = answer.json();
    let Some(sid) = body["sid"].as_str() else { return no_id("Twilio") };
    // With a messaging service the number is 0 until a sender is picked.
    let parts = body["num_segments"].as_str().and_then(|parts| parts.parse().ok()).filter(|parts| *parts > 0);
    Outcome::Accepted(Accepted { provider_message_id: Some(sid.to_owned()), receipts: true, part_count: parts })
}

fn refusal(answer: &Answer, now: Time) -> Outcome {
    let Some(code) = answer.json()["code"].as_u64() else { return answer.outcome_by_status(now) };
    let error = codes::error(&code.to_string(), answer.class_by_status());
    Outcome::from_error(error.retry_after(answer.retry_after(now)))
}

#[cfg(test)]
mod tests;
