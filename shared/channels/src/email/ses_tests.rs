//! Tests of the SES adapter that need no server; those over HTTP are in `tests/requests_ses.rs`.

use super::*;
use crate::{document, email, testing};
use serde_json::{Value, json};

#[test]
fn every_error_has_its_class() {
    use ErrorClass::{Misconfigured, Permanent, Temporary, Unknown};
    for (code, message, status, class) in [
        ("TooManyRequestsException", "Maximum sending rate exceeded.", 429, Temporary),
        ("LimitExceededException", "Daily message quota exceeded.", 400, Temporary),
        ("SendingPausedException", "Account sending paused", 400, Misconfigured),
        ("AccountSuspendedException", "suspended", 400, Misconfigured),
        ("MailFromDomainNotVerifiedException", "x", 400, Misconfigured),
        ("NotFoundException", "Configuration set <x> does not exist.", 404, Misconfigured),
        (
            "MessageRejected",
            "Email address is not verified. The following identities failed the check",
            400,
            Misconfigured,
        ),
        ("MessageRejected", "Content contains a virus", 400, Misconfigured),
        ("BadRequestException", "Missing final '@domain'", 400, Permanent),
        ("BadRequestException", "Local address contains control or whitespace", 400, Permanent),
        ("BadRequestException", "Domain contains illegal character", 400, Permanent),
        ("BadRequestException", "Invalid tag value", 400, Misconfigured),
        ("AccessDeniedException", "not authorized", 403, Misconfigured),
        ("InvalidClientTokenId", "invalid token", 403, Misconfigured),
        ("SomethingNew", "x", 400, Misconfigured),
        ("InternalFailure", "x", 500, Unknown),
        ("ServiceUnavailable", "x", 503, Temporary),
        ("", "", 502, Unknown),
    ] {
        let error = refusal(code, message, status);
        assert_eq!(error.class, class, "{code}: {message}");
        assert_eq!(error.code, if code.is_empty() { "http_502" } else { code });
        assert_eq!(error.retry_after.is_some(), code == "LimitExceededException");
    }
}

#[test]
fn faults_of_the_settings_are_found() {
    let providers = |settings: Value| email::providers(&json!([settings]).to_string(), &testing::context());
    let full = json!({
        "name": "ses", "fromEmail": "a@example.org", "fromName": "A", "configurationSet": "baton", "receipts": true,
        "unsubscribeUrl": "https://example.org/u", "region": "eu-west-1", "baseUrl": "http://127.0.0.1:4566",
    });
    assert_eq!(providers(full).expect("a provider")[0].name(), NAME);
    for (settings, fault) in [
        (json!({ "name": "SES" }), "missing field `fromEmail`"),
        (json!({ "name": "SES", "fromEmail": "x" }), "/0/fromEmail"),
        (json!({ "name": "SES", "fromEmail": "a@b.org", "baseUrl": "x" }), "/0/baseUrl"),
        (json!({ "name": "SES", "fromEmail": "a@b.org", "unsubscribeUrl": "x" }), "/0/unsubscribeUrl"),
        (json!({ "name": "SES", "fromEmail": "a@b.org", "apiKey": "x" }), "unknown field `apiKey`"),
        (json!({ "name": "MAILGUN" }), "one of SES, SMTP, SANDBOX is expected"),
    ] {
        let found = providers(settings).err().expect(fault).to_string();
        assert!(found.contains(fault), "{found}");
    }
    let nowhere = Context { aws: aws_config::SdkConfig::builder().build(), ..testing::context() };
    let entry = document::parse(r#"[{"name": "SES", "fromEmail": "a@b.org"}]"#).expect("a document").remove(0);
    assert_eq!(Ses::new(&entry, &nowhere).err().expect("a fault").path, "/0/region");
}
