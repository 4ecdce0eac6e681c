//! `AWS` (also `EUM`): AWS End User Messaging SMS, `SendTextMessage` of the API `pinpoint-sms-voice-v2`
//! (<https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_SendTextMessage.html>).
//!
//! The service has no key against duplicates; `Context` carries our reference and is in every event. Events come through
//! the configuration set's event destination, an SNS topic, which may be the two-way channel of the numbers as well;
//! [`crate::sns`] reads both.

/// What the codes mean.
pub(super) mod codes;
pub(crate) mod events;

use crate::{
    Capabilities, Context, DocumentFault, aws,
    base_url::base_url,
    document::Entry,
    outcomes::{check_failed, text},
    registry::Kind,
};
use aws_sdk_pinpointsmsvoicev2::{
    Client,
    config::{Builder, Region, http::HttpResponse},
    error::SdkError,
    operation::send_text_message::{SendTextMessageError, builders::SendTextMessageFluentBuilder},
    types::MessageType,
};
use baton_domain::{ErrorClass, Outcome, ProviderError, outcome::Accepted};
use baton_pipeline::provider::{Provider, SendRequest};
use codes::refusal;
use futures::future::BoxFuture;
use serde::Deserialize;

/// The name in the document.
pub const NAME: &str = "AWS";

/// Another spelling of [`NAME`] in the document.
pub const ALIAS: &str = "EUM";

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[ALIAS],
    capabilities: Capabilities { ttl: true, receipts: true, inbound: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Eum::new(entry, context)?)),
};

/// The longest `MessageBody`, in characters.
const TEXT_LIMIT: usize = 1600;

/// The longest `TimeToLive`, in seconds: 72 hours.
const MAX_TTL: i32 = 259_200;

/// Whom a check names: AWS's own destination of the simulator in the USA
/// (<https://docs.aws.amazon.com/sms-voice/latest/userguide/test-phone-numbers.html>).
const SIMULATOR: &str = "+14254147755";

/// What the service says when it has taken our credentials, but would not send to [`SIMULATOR`]: with these the sender may
/// be good for the countries that messages go to.
const OF_THE_DESTINATION: &[&str] = &[
    "DESTINATION_PHONE_NUMBER_NOT_VERIFIED",
    "NO_ORIGINATION_IDENTITIES_FOUND",
    "SENDER_ID_NOT_REGISTERED",
    "SENDER_ID_NOT_SUPPORTED",
    "SENDER_ID_REQUIRES_REGISTRATION",
];

/// The key of our reference in `Context`.
const REFERENCE: &str = "ref";

/// The settings of a document's entry. Credentials are those of the function.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The sender of messages that name none: a number, a name, or the id or ARN of a number, sender or pool. Without it
    /// AWS picks one of the account's.
    pub from: Option<String>,
    /// The configuration set whose event destination is Baton's topic. Without it no events are asked for, and taken counts
    /// as delivered.
    pub configuration_set: Option<String>,
    /// `TRANSACTIONAL` (the default) or `PROMOTIONAL`.
    pub message_type: Option<String>,
    /// The highest price of one part, in US dollars, as `0.50`.
    pub max_price: Option<String>,
    /// Another region than the function's.
    pub region: Option<String>,
    /// Another address than the region's endpoint.
    pub base_url: Option<String>,
}

/// The provider.
pub struct Eum {
    client: Client,
    message_type: MessageType,
    settings: Settings,
}

impl Eum {
    /// The provider of an entry.
    ///
    /// # Errors
    /// A setting is unknown or not of its form.
    pub fn new(entry: &Entry, context: &Context) -> Result<Eum, DocumentFault> {
        let settings: Settings = entry.settings()?;
        let message_type = match settings.message_type.as_deref() {
            None | Some("TRANSACTIONAL") => MessageType::Transactional,
            Some("PROMOTIONAL") => MessageType::Promotional,
            Some(_) => return Err(entry.fault("messageType", "TRANSACTIONAL or PROMOTIONAL is expected")),
        };
        if settings.max_price.as_deref().is_some_and(|given| !is_price(given)) {
            return Err(entry.fault("maxPrice", "US dollars are expected, as 0.50"));
        }
        if settings.region.is_none() && context.aws.region().is_none() {
            return Err(entry.fault("region", "required where the function has no region of its own"));
        }
        let mut config = Builder::from(&context.aws).retry_config(aws::retries()).timeout_config(aws::timeouts());
        config.set_region(settings.region.clone().map(Region::new).or(context.aws.region().cloned()));
        if settings.base_url.is_some() {
            config.set_endpoint_url(Some(base_url(entry, settings.base_url.as_deref(), "")?));
        }
        Ok(Eum { client: Client::from_conf(config.build()), message_type, settings })
    }
}

/// Whether this is a price as the service takes it: at most two digits, a point, one to five digits.
fn is_price(price: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    price.split_once('.').is_some_and(|(dollars, cents)| {
        dollars.len() <= 2 && (1..=5).contains(&cents.len()) && digits(dollars) && digits(cents)
    })
}

impl Eum {
    /// What every call has.
    fn call(&self, to: &str, text: &str, from: Option<&str>) -> SendTextMessageFluentBuilder {
        let settings = &self.settings;
        self.client
            .send_text_message()
            .destination_phone_number(to)
            .message_body(text)
            .message_type(self.message_type.clone())
            .set_origination_identity(from.or(settings.from.as_deref()).map(str::to_owned))
            .set_configuration_set_name(settings.configuration_set.clone())
            .set_max_price(settings.max_price.clone())
    }
}

fn failure(failed: SdkError<SendTextMessageError, HttpResponse>) -> Outcome {
    aws::no_answer(&failed).unwrap_or_else(|| {
        let status = failed.raw_response().map_or(0, |response| response.status().as_u16());
        Outcome::from_error(refusal(&failed.into_service_error(), status))
    })
}

impl Provider for Eum {
    fn name(&self) -> &'static str {
        NAME
    }

    /// A dry run to the simulator: it checks the right to send (`sms-voice:SendTextMessage`, no other is needed), the sender
    /// and the configuration set.
    fn check(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(async move {
            let Err(failed) = self.call(SIMULATOR, "Check", None).dry_run(true).send().await else { return Ok(()) };
            let error = check_failed(failure(failed));
            let good = error.class == ErrorClass::Permanent || OF_THE_DESTINATION.contains(&error.code.as_str());
            if good { Ok(()) } else { Err(error) }
        })
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let text = match text(request, TEXT_LIMIT) {
                Ok(text) => text,
                Err(refused) => return refused,
            };
            let content = &request.content;
            let answer = self
                .call(&request.to, text, content.from.as_deref())
                .set_time_to_live(content.validity_period.map(|minutes| (i32::from(minutes) * 60).clamp(5, MAX_TTL)))
                .context(REFERENCE, request.attempt.to_string())
                .send()
                .await;
            match answer {
                Ok(answer) => Outcome::Accepted(Accepted {
                    provider_message_id: answer.message_id,
                    receipts: self.settings.configuration_set.is_some(),
                    part_count: None,
                }),
                Err(failed) => failure(failed),
            }
        })
    }
}

#[cfg(test)]
mod tests;
