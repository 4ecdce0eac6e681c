//! `SES`: Amazon Simple Email Service, `SendEmail` of API version 2
//! (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>).
//!
//! The contents are rendered here and go out as `Simple`. The tag `msg` and the header `X-Baton-Ref` carry our reference;
//! events come through the configuration set's destination and are read by [`super::ses_events`].

use super::letter::{Letter, Sender, encoded};
use crate::{
    Capabilities, Context, aws,
    base_url::base_url,
    document::{DocumentFault, Entry},
    outcomes::check_failed,
    registry::Kind,
};
use aws_sdk_sesv2::{
    Client,
    config::{Builder, Region, http::HttpResponse},
    error::{BuildError, ProvideErrorMetadata, SdkError},
    types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag},
};
use baton_domain::{ErrorClass, Outcome, ProviderError, outcome::Accepted};
use baton_pipeline::provider::{Provider, SendRequest};
use futures::future::BoxFuture;
use std::time::Duration;

/// The provider's name.
pub const NAME: &str = "SES";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities {
        image: true,
        button: true,
        receipts: true,
        read_receipts: true,
        inbound: true,
        ..Capabilities::TEXT
    },
    new: |entry, context| Ok(Box::new(Ses::new(entry, context)?)),
};

/// The tag with our reference.
pub(super) const REFERENCE_TAG: &str = "msg";

/// The pause after the account's daily quota is used up: it is a window of 24 hours that slides.
const QUOTA_PAUSE: Duration = Duration::from_secs(15 * 60);

// ---- settings ----

/// The settings of an entry. Credentials are those of the function.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The sender's address of e-mails that name none. Its domain, or itself, is verified with SES.
    pub from_email: String,
    /// The sender's name of e-mails that name none.
    #[serde(default)]
    pub from_name: Option<String>,
    /// The configuration set, whose event destination is Baton's SNS topic.
    #[serde(default)]
    pub configuration_set: Option<String>,
    /// Whether receipts come. By default when there is a configuration set; an identity may have one of its own.
    #[serde(default)]
    pub receipts: Option<bool>,
    /// Where `List-Unsubscribe` leads (RFC 8058): an https address, `{ref}` in it becomes our reference. No header without it.
    #[serde(default)]
    pub unsubscribe_url: Option<String>,
    /// Another region than the function's.
    #[serde(default)]
    pub region: Option<String>,
    /// Another address than the region's endpoint.
    #[serde(default)]
    pub base_url: Option<String>,
}

/// The provider.
pub struct Ses {
    client: Client,
    sender: Sender,
    configuration_set: Option<String>,
    receipts: bool,
}

impl Ses {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is missing, unknown or wrong.
    pub fn new(entry: &Entry, context: &Context) -> Result<Ses, DocumentFault> {
        let settings: Settings = entry.settings()?;
        let (name, unsubscribe) = (settings.from_name.as_deref(), settings.unsubscribe_url.as_deref());
        let sender = Sender::new(entry, &settings.from_email, name, unsubscribe)?;
        let region = settings.region.map(Region::new).or_else(|| context.aws.region().cloned());
        if region.is_none() {
            return Err(entry.fault("region", "required where the function has no region of its own"));
        }
        let mut config =
            Builder::from(&context.aws).retry_config(aws::retries()).timeout_config(aws::timeouts()).region(region);
        if let Some(url) = &settings.base_url {
            config.set_endpoint_url(Some(base_url(entry, Some(url), "")?));
        }
        Ok(Ses {
            client: Client::from_conf(config.build()),
            sender,
            receipts: settings.receipts.unwrap_or(settings.configuration_set.is_some()),
            configuration_set: settings.configuration_set,
        })
    }
}

// ---- request ----

fn text(data: &str) -> Result<Content, BuildError> {
    Content::builder().data(data).charset("UTF-8").build()
}

fn message(letter: &Letter) -> Result<EmailContent, BuildError> {
    let part = |part: &Option<String>| part.as_deref().map(text).transpose();
    let body = Body::builder().set_text(part(&letter.body.text)?).set_html(part(&letter.body.html)?).build();
    let headers: Result<Vec<_>, _> =
        letter.headers.iter().map(|(name, value)| MessageHeader::builder().name(*name).value(value).build()).collect();
    let message = Message::builder().subject(text(&letter.subject)?).body(body).set_headers(Some(headers?)).build();
    Ok(EmailContent::builder().simple(message).build())
}

impl Ses {
    async fn deliver(&self, request: &SendRequest) -> Result<Outcome, ProviderError> {
        let letter = Letter::new(request, &self.sender)?;
        // SES has no SMTPUTF8: a mailbox with letters beyond ASCII is out of its reach.
        if !letter.to.user().is_ascii() {
            let message = "SES does not write to addresses with letters beyond ASCII before the @.";
            return Err(ProviderError::new(ErrorClass::Permanent, "bad_address", message));
        }
        let build = |_| ProviderError::new(ErrorClass::Misconfigured, "bad_request", "The request could not be built.");
        let tag =
            MessageTag::builder().name(REFERENCE_TAG).value(request.attempt.to_string()).build().map_err(build)?;
        let answer = self
            .client
            .send_email()
            .from_email_address(encoded(&letter.from))
            .destination(Destination::builder().to_addresses(letter.to.to_string()).build())
            .set_reply_to_addresses(letter.reply_to.as_ref().map(|mailbox| vec![encoded(mailbox)]))
            .content(message(&letter).map_err(build)?)
            .set_configuration_set_name(self.configuration_set.clone())
            .email_tags(tag)
            .send()
            .await;
        Ok(match answer {
            Ok(answer) => Outcome::Accepted(Accepted {
                provider_message_id: answer.message_id,
                receipts: self.receipts,
                part_count: None,
            }),
            Err(failed) => failure(&failed),
        })
    }
}

impl Provider for Ses {
    fn name(&self) -> &'static str {
        NAME
    }

    /// `GetAccount`. It needs the right `ses:GetAccount` beside the `ses:SendEmail` of the sender.
    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(async move {
            let account = self.client.get_account().send().await.map_err(|failed| check_failed(failure(&failed)))?;
            // SHUTDOWN comes with sending_enabled false.
            if account.sending_enabled { Ok(()) } else { Err(refusal("SendingPausedException", "", 400)) }
        })
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.deliver(request).await.unwrap_or_else(Outcome::from_error) })
    }
}

// ---- answers ----

/// What the service's errors mean: the exception, a part of its message (the first row that fits decides), the class, and what
/// we say of it. The service's own words may hold addresses and are not kept.
/// Source: the errors of `SendEmail` in the API's model, and "Common Errors" of the API's reference.
const ERRORS: &[(&str, &str, ErrorClass, &str)] = &[
    ("TooManyRequestsException", "", ErrorClass::Temporary, "SES limits the rate of calls."),
    ("ThrottlingException", "", ErrorClass::Temporary, "SES limits the rate of calls."),
    ("Throttling", "", ErrorClass::Temporary, "SES limits the rate of calls."),
    ("LimitExceededException", "", ErrorClass::Temporary, "The account's sending quota is used up."),
    (
        "SendingPausedException",
        "",
        ErrorClass::Misconfigured,
        "Sending is paused for the account or the configuration set.",
    ),
    ("AccountSuspendedException", "", ErrorClass::Misconfigured, "The account may not send any more."),
    ("MailFromDomainNotVerifiedException", "", ErrorClass::Misconfigured, "The MAIL FROM domain is not verified."),
    ("NotFoundException", "", ErrorClass::Misconfigured, "The configuration set does not exist."),
    (
        "MessageRejected",
        "not verified",
        ErrorClass::Misconfigured,
        "The sender is not verified, or the account is in the sandbox.",
    ),
    ("MessageRejected", "", ErrorClass::Misconfigured, "SES refuses the content."),
    // The sender's address is checked before, so one that is bad is the recipient's.
    (
        "BadRequestException",
        "Missing final '@domain'",
        ErrorClass::Permanent,
        "SES takes the recipient's address for invalid.",
    ),
    ("BadRequestException", "Illegal address", ErrorClass::Permanent, "SES takes the recipient's address for invalid."),
    (
        "BadRequestException",
        "Invalid recipient",
        ErrorClass::Permanent,
        "SES takes the recipient's address for invalid.",
    ),
    (
        "BadRequestException",
        "Local address contains",
        ErrorClass::Permanent,
        "SES takes the recipient's address for invalid.",
    ),
    ("BadRequestException", "Domain contains", ErrorClass::Permanent, "SES takes the recipient's address for invalid."),
    (
        "BadRequestException",
        "Domain starts with",
        ErrorClass::Permanent,
        "SES takes the recipient's address for invalid.",
    ),
    ("BadRequestException", "", ErrorClass::Misconfigured, "SES takes the request for invalid."),
    ("ServiceUnavailable", "", ErrorClass::Temporary, "SES is not available."),
    ("ServiceUnavailableException", "", ErrorClass::Temporary, "SES is not available."),
];

/// The exceptions among them that are about the account and not about the e-mail.
const PROVIDER_WIDE: &[&str] = &[
    "LimitExceededException",
    "SendingPausedException",
    "AccountSuspendedException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
];

fn failure<E: ProvideErrorMetadata>(failed: &SdkError<E, HttpResponse>) -> Outcome {
    aws::no_answer(failed).unwrap_or_else(|| {
        let status = failed.raw_response().map_or(0, |response| response.status().as_u16());
        let (code, message) = (failed.code().unwrap_or_default(), failed.message().unwrap_or_default());
        Outcome::from_error(refusal(code, message, status))
    })
}

fn refusal(code: &str, message: &str, status: u16) -> ProviderError {
    let message = message.to_ascii_lowercase();
    let row = ERRORS.iter().find(|(known, part, ..)| *known == code && message.contains(&part.to_ascii_lowercase()));
    let pause = (code == "LimitExceededException").then_some(QUOTA_PAUSE);
    match row {
        Some((code, _, class, message)) => {
            let error = ProviderError::new(*class, *code, *message).retry_after(pause);
            if PROVIDER_WIDE.contains(code) { error.provider_wide() } else { error }
        }
        None => {
            // Wrong credentials and missing rights are 400 or 403; after a 500 nobody knows.
            let class = match status {
                408 | 429 | 503 => ErrorClass::Temporary,
                400..500 => ErrorClass::Misconfigured,
                _ => ErrorClass::Unknown,
            };
            let code = if code.is_empty() { format!("http_{status}") } else { code.to_owned() };
            ProviderError::new(class, &code, format!("SES refused with {code}, HTTP status {status}."))
        }
    }
}

#[cfg(test)]
#[path = "ses_tests.rs"]
mod tests;
