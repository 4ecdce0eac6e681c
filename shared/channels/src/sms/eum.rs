//! `AWS` (also `EUM`): AWS End User Messaging SMS, `SendTextMessage` of the API `pinpoint-sms-voice-v2`
//! (<https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_SendTextMessage.html>).
//!
//! The service has no key against duplicates; `Context` carries our reference and is in every event. Events come through
//! the configuration set's event destination, an SNS topic; [`crate::sns`] hands them to [`read`].

use crate::{
    Capabilities, Context, DocumentFault, aws, base_url::base_url, codes::Codes, document::Entry, outcomes::text,
    registry::Kind,
};
use aws_sdk_pinpointsmsvoicev2::{
    Client,
    config::{Builder, Region},
    operation::send_text_message::SendTextMessageError,
    types::MessageType,
};
use baton_domain::{AttemptRef, ErrorClass, Outcome, ProviderError, Receipt, ReceiptStatus, Time};
use baton_domain::{ErrorClass::*, outcome::Accepted};
use baton_pipeline::provider::{Provider, ReceiptOf, SendRequest, WebhookError};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::Value;

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

impl Provider for Eum {
    fn name(&self) -> &'static str {
        NAME
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let text = match text(request, TEXT_LIMIT) {
                Ok(text) => text,
                Err(refused) => return refused,
            };
            let (content, settings) = (&request.content, &self.settings);
            let answer = self
                .client
                .send_text_message()
                .destination_phone_number(&request.to)
                .message_body(text)
                .message_type(self.message_type.clone())
                .set_origination_identity(content.from.clone().or_else(|| settings.from.clone()))
                .set_configuration_set_name(settings.configuration_set.clone())
                .set_max_price(settings.max_price.clone())
                .set_time_to_live(content.validity_period.map(|minutes| (i32::from(minutes) * 60).clamp(5, MAX_TTL)))
                .context(REFERENCE, request.attempt.to_string())
                .send()
                .await;
            match answer {
                Ok(answer) => Outcome::Accepted(Accepted {
                    provider_message_id: answer.message_id,
                    receipts: settings.configuration_set.is_some(),
                    part_count: None,
                }),
                Err(failed) => aws::no_answer(&failed).unwrap_or_else(|| {
                    let status = failed.raw_response().map_or(0, |response| response.status().as_u16());
                    Outcome::from_error(refusal(&failed.into_service_error(), status))
                }),
            }
        })
    }
}

/// What the service's exceptions mean: first by `Reason`, which says more, then by the exception's name.
pub(super) const CODES: Codes = Codes {
    rows: &[
        ("DESTINATION_PHONE_NUMBER_OPTED_OUT", Permanent, "The recipient has opted out."),
        (
            "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION",
            Permanent,
            "The protect configuration blocks the country.",
        ),
        (
            "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE",
            Permanent,
            "The protect configuration blocks the number.",
        ),
        (
            "DESTINATION_PHONE_NUMBER_NOT_VERIFIED",
            Misconfigured,
            "The account is in the sandbox: the number is not verified.",
        ),
        ("COUNTRY_NOT_ENABLED", Permanent, "The recipient's country is not enabled."),
        ("DESTINATION_COUNTRY_BLOCKED", Permanent, "The recipient's country is blocked."),
        ("INTERNATIONAL_SENDING_NOT_SUPPORTED", Permanent, "The sender can not send abroad."),
        ("INVALID_IDENTITY_FOR_DESTINATION_COUNTRY", Permanent, "The sender can not send to the recipient's country."),
        ("PRICE_OVER_THRESHOLD", Permanent, "The message costs more than maxPrice."),
        ("INSUFFICIENT_ACCOUNT_REPUTATION", Misconfigured, "The account's reputation is too low."),
        ("ACCOUNT_DISABLED", Misconfigured, "The account is disabled."),
        ("MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT", Misconfigured, "The account's monthly spend limit is reached."),
        ("DAILY_DESTINATION_CALL_LIMIT", Misconfigured, "The daily limit of the recipient's number is reached."),
        ("SENDER_ID_NOT_REGISTERED", Misconfigured, "The sender is not registered."),
        ("SENDER_ID_NOT_SUPPORTED", Misconfigured, "The recipient's country takes no sender names."),
        ("SENDER_ID_REQUIRES_REGISTRATION", Misconfigured, "The sender needs to be registered."),
        ("NO_ORIGINATION_IDENTITIES_FOUND", Misconfigured, "The account has no sender for this message."),
        ("MESSAGE_TYPE_MISMATCH", Misconfigured, "The sender is set up for another message type."),
        ("ThrottlingException", Temporary, "AWS limits the rate of calls."),
        ("InternalServerException", Temporary, "AWS has an internal error."),
        ("AccessDeniedException", Misconfigured, "AWS denies the function the right to send."),
        ("ResourceNotFoundException", Misconfigured, "The sender or the configuration set does not exist."),
        ("ServiceQuotaExceededException", Misconfigured, "A quota of the account is reached."),
        ("ConflictException", Misconfigured, "The account's setup does not allow the message."),
        ("ValidationException", Misconfigured, "AWS takes the request for invalid."),
    ],
    provider_wide: &[
        "INSUFFICIENT_ACCOUNT_REPUTATION",
        "ACCOUNT_DISABLED",
        "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT",
        "InternalServerException",
        "AccessDeniedException",
    ],
};

/// The error of an exception. `status` decides where the service has an exception that the table does not have.
fn refusal(error: &SendTextMessageError, status: u16) -> ProviderError {
    use SendTextMessageError as E;
    let reason = match error {
        E::AccessDeniedException(error) => error.reason.as_ref().map(|reason| reason.as_str()),
        E::ConflictException(error) => error.reason.as_ref().map(|reason| reason.as_str()),
        E::ServiceQuotaExceededException(error) => error.reason.as_ref().map(|reason| reason.as_str()),
        E::ValidationException(error) => {
            let of_number = |field: &str| matches!(field, "DestinationPhoneNumber" | "destinationPhoneNumber");
            if error.fields.iter().flatten().any(|field| of_number(&field.name)) {
                let message = "AWS takes the recipient's number for invalid.";
                return ProviderError::new(Permanent, "FIELD_VALIDATION_FAILED", message);
            }
            error.reason.as_ref().map(|reason| reason.as_str())
        }
        _ => None,
    };
    if let Some(error) = reason.and_then(|reason| CODES.known(reason)) {
        return error;
    }
    let Some(name) = error.meta().code() else {
        let message = format!("AWS answered with HTTP status {status}, and nothing that could be read.");
        return ProviderError::new(class_of_status(status), format!("http_{status}"), message);
    };
    let Some(error) = CODES.known(name) else {
        return ProviderError::new(class_of_status(status), name, format!("AWS refused with the code {name}."));
    };
    // The more telling of the two codes is kept.
    ProviderError { code: reason.unwrap_or(name).to_owned(), ..error }
}

const fn class_of_status(status: u16) -> ErrorClass {
    match status {
        408 | 429 | 503 => Temporary,
        400..500 => Misconfigured,
        _ => Unknown,
    }
}

/// Reads an event of the configuration set
/// (<https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html>).
///
/// `TEXT_SUCCESSFUL` means that the carrier took the message, not that it arrived. `TEXT_UNKNOWN` (AWS emits it after 72
/// hours without a final event) says nothing: the validity period decides. Events of voice, of media, of messages that are
/// not ours, and inbound messages give no receipts.
///
/// # Errors
/// It has no `eventType`.
pub fn read(event: &Value, now: Time) -> Result<Vec<ReceiptOf>, WebhookError> {
    let Some(kind) = event["eventType"].as_str() else {
        return Err(WebhookError::Malformed("an event without eventType".to_owned()));
    };
    let reference = event["context"][REFERENCE].as_str().and_then(|reference| reference.parse::<AttemptRef>().ok());
    let (Some(attempt), Some(status)) = (reference, receipt_status(kind)) else { return Ok(Vec::new()) };
    let receipt = Receipt {
        status,
        at: event["eventTimestamp"].as_i64().and_then(Time::from_timestamp_millis).unwrap_or(now),
        provider_message_id: event["messageId"].as_str().map(str::to_owned),
        part_count: event["totalMessageParts"].as_u64().and_then(|parts| parts.try_into().ok()),
    };
    Ok(vec![ReceiptOf { attempt, receipt }])
}

/// What the failures among the events mean. By then the service has given up, so none of them is worth another try.
pub(super) const EVENTS: Codes = Codes {
    rows: &[
        ("TEXT_INVALID", Permanent, "The recipient's number is not valid."),
        ("TEXT_INVALID_MESSAGE", Permanent, "The carrier takes the message for invalid."),
        ("TEXT_CARRIER_BLOCKED", Permanent, "The carrier blocked the message."),
        ("TEXT_BLOCKED", Permanent, "The recipient's device blocks messages."),
        ("TEXT_SPAM", Permanent, "The carrier took the message for spam."),
        ("TEXT_PROTECT_BLOCKED", Permanent, "The protect configuration blocked the message."),
        ("TEXT_UNREACHABLE", Permanent, "The recipient's device is unreachable."),
        ("TEXT_CARRIER_UNREACHABLE", Permanent, "The recipient's carrier is unreachable."),
        ("TEXT_TTL_EXPIRED", Permanent, "The message ran out of time."),
    ],
    provider_wide: &[],
};

fn receipt_status(kind: &str) -> Option<ReceiptStatus> {
    match kind {
        "TEXT_QUEUED" | "TEXT_PENDING" | "TEXT_SENT" | "TEXT_SUCCESSFUL" => Some(ReceiptStatus::Sent),
        "TEXT_DELIVERED" => Some(ReceiptStatus::Delivered),
        _ => EVENTS.known(kind).map(ReceiptStatus::Failed),
    }
}

#[cfg(test)]
mod tests;
