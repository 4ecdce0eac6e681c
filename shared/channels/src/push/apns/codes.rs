//! The reasons that Apple gives
//! (<https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns>).

use crate::codes::Codes;
use baton_domain::ErrorClass::{Misconfigured, Permanent, Temporary};

/// What each reason means.
pub(super) const CODES: Codes = Codes {
    rows: &[
        ("Unregistered", Permanent, "The app is gone from the device, or its token has changed."),
        ("ExpiredToken", Permanent, "The device token has expired."),
        ("BadDeviceToken", Permanent, "The device token is not one of this environment."),
        ("DeviceTokenNotForTopic", Permanent, "The device token belongs to another app."),
        ("TooManyRequests", Temporary, "The device gets too many messages."),
        ("InternalServerError", Temporary, "Apple has an internal error."),
        ("ServiceUnavailable", Temporary, "Apple's service is not available for now."),
        ("Shutdown", Temporary, "Apple's server is about to stop."),
        ("IdleTimeout", Temporary, "Apple closed a connection that was idle."),
        ("BadCollapseId", Misconfigured, "The collapse id is too long."),
        ("BadExpirationDate", Misconfigured, "The expiration is not valid."),
        ("BadMessageId", Misconfigured, "The message's id is not valid."),
        ("BadPath", Misconfigured, "Apple does not know the path of the call."),
        ("BadPriority", Misconfigured, "The priority is not valid."),
        ("BadTopic", Misconfigured, "The topic is not valid."),
        ("BadCertificate", Misconfigured, "Apple refused the certificate."),
        ("BadCertificateEnvironment", Misconfigured, "The certificate is for another environment."),
        ("DuplicateHeaders", Misconfigured, "A header stands twice."),
        ("ExpiredProviderToken", Misconfigured, "Apple calls our token expired; our clock may be wrong."),
        ("Forbidden", Misconfigured, "Apple does not allow the call."),
        ("InvalidProviderToken", Misconfigured, "Apple refused our token: check keyId, teamId, privateKey and topic."),
        ("InvalidPushType", Misconfigured, "The push type is not valid."),
        ("MethodNotAllowed", Misconfigured, "Apple does not know the method of the call."),
        ("MissingDeviceToken", Misconfigured, "The call has no device token."),
        ("MissingProviderToken", Misconfigured, "The call has no token."),
        ("MissingTopic", Misconfigured, "The call has no topic."),
        ("PayloadEmpty", Misconfigured, "The payload is empty."),
        ("PayloadTooLarge", Misconfigured, "The payload is too large."),
        ("TooManyProviderTokenUpdates", Misconfigured, "Our token was changed too often."),
        ("TopicDisallowed", Misconfigured, "The team may not send to the topic."),
    ],
    provider_wide: &[
        "InternalServerError",
        "ServiceUnavailable",
        "Shutdown",
        "BadTopic",
        "BadCertificate",
        "BadCertificateEnvironment",
        "ExpiredProviderToken",
        "Forbidden",
        "InvalidProviderToken",
        "MissingProviderToken",
        "MissingTopic",
        "TooManyProviderTokenUpdates",
        "TopicDisallowed",
    ],
};
