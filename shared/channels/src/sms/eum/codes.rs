//! What the exceptions of the service and the failures among its events mean.

use crate::codes::{Codes, opt_out};
use aws_sdk_pinpointsmsvoicev2::operation::send_text_message::SendTextMessageError;
use baton_domain::{
    ErrorClass::{self, *},
    ProviderError,
};

/// What the service's exceptions mean: first by `Reason`, which says more, then by the exception's name.
pub(in crate::sms) const CODES: Codes = Codes {
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

/// The recipient has opted out with AWS.
const OPTED_OUT: &[&str] = &["DESTINATION_PHONE_NUMBER_OPTED_OUT"];

/// The error of an exception. `status` decides where the service has an exception that the table does not have.
pub(super) fn refusal(error: &SendTextMessageError, status: u16) -> ProviderError {
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
        return opt_out(error, OPTED_OUT);
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

/// What the failures among the events mean. By then the service has given up, so none of them is worth another try.
pub(in crate::sms) const EVENTS: Codes = Codes {
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
