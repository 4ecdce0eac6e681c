//! The codes of FCM (<https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode>), of Google's APIs where FCM names none
//! (<https://cloud.google.com/apis/design/errors>), and of Google's token endpoint (RFC 6749, section 5.2).

use crate::codes::Codes;
use baton_domain::ErrorClass::{Misconfigured, Permanent, Temporary};

/// What each code of a send means. `INVALID_ARGUMENT` is in it as FCM says it of a token; said of another field it is
/// [`Misconfigured`].
pub(super) const CODES: Codes = Codes {
    rows: &[
        ("UNREGISTERED", Permanent, "The app is gone from the device, or its token has changed."),
        ("SENDER_ID_MISMATCH", Permanent, "The token belongs to another project."),
        ("INVALID_ARGUMENT", Permanent, "The token is not one of FCM."),
        ("QUOTA_EXCEEDED", Temporary, "The rate of messages to the project or the device is exceeded."),
        ("RESOURCE_EXHAUSTED", Temporary, "FCM limits the rate of calls."),
        ("UNAVAILABLE", Temporary, "FCM is not available for now."),
        ("INTERNAL", Temporary, "FCM has an internal error."),
        (
            "THIRD_PARTY_AUTH_ERROR",
            Misconfigured,
            "The project's key for Apple's or a browser's push service was refused.",
        ),
        ("UNAUTHENTICATED", Misconfigured, "Google refused the access token."),
        ("PERMISSION_DENIED", Misconfigured, "The service account may not send in this project."),
        ("NOT_FOUND", Misconfigured, "The project does not exist."),
        ("FAILED_PRECONDITION", Misconfigured, "The project is not set up for the call."),
    ],
    provider_wide: &["UNAVAILABLE", "INTERNAL", "UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND"],
};

/// What each code of the token endpoint means. Without a token nothing can be sent at all.
pub(super) const TOKEN_CODES: Codes = Codes {
    rows: &[
        ("invalid_grant", Misconfigured, "Google refused the service account: its key is gone, or our clock is wrong."),
        ("invalid_client", Misconfigured, "Google does not know the service account."),
        ("unauthorized_client", Misconfigured, "The service account may not ask for access tokens."),
        ("invalid_scope", Misconfigured, "The service account may not use messaging."),
        ("invalid_request", Misconfigured, "Google refused the request for an access token."),
        ("disabled_client", Misconfigured, "The service account is switched off."),
        ("internal_failure", Temporary, "Google's token endpoint has an internal error."),
        ("temporarily_unavailable", Temporary, "Google's token endpoint is not available for now."),
    ],
    provider_wide: &[
        "invalid_grant",
        "invalid_client",
        "unauthorized_client",
        "invalid_scope",
        "invalid_request",
        "disabled_client",
        "internal_failure",
        "temporarily_unavailable",
    ],
};
