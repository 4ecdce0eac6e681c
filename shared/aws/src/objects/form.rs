//! Forms that a file is posted with: what they permit, signed ("Browser-Based Uploads Using POST" of S3).

use super::sign::{SERVICE, Signer};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

/// What a form permits.
pub(super) struct Terms<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// The fields as they must be, the key among them.
    pub fields: Vec<(String, String)>,
    /// How large the file may be.
    pub most_bytes: u64,
}

/// All fields of the form, the signature among them.
pub(super) fn signed(signer: &Signer, terms: Terms<'_>, valid: Duration, now: SystemTime) -> Vec<(String, String)> {
    let at = DateTime::<Utc>::from(now);
    let Terms { bucket, mut fields, most_bytes } = terms;
    let access_key = signer.credentials.access_key_id();
    let scope = format!("{access_key}/{}/{}/{SERVICE}/aws4_request", at.format("%Y%m%d"), signer.region);
    fields.extend([
        ("x-amz-algorithm".to_owned(), "AWS4-HMAC-SHA256".to_owned()),
        ("x-amz-credential".to_owned(), scope),
        ("x-amz-date".to_owned(), at.format("%Y%m%dT%H%M%SZ").to_string()),
    ]);
    if let Some(token) = signer.credentials.session_token() {
        fields.push(("x-amz-security-token".to_owned(), token.to_owned()));
    }
    let mut conditions = vec![json!({"bucket": bucket}), json!(["content-length-range", 1, most_bytes])];
    conditions
        .extend(fields.iter().map(|(name, value)| Value::Object([(name.clone(), json!(value))].into_iter().collect())));
    let policy = json!({
        "expiration": DateTime::<Utc>::from(now + valid).to_rfc3339_opts(SecondsFormat::Millis, true),
        "conditions": conditions,
    });
    let policy = BASE64_STANDARD.encode(policy.to_string());
    let signature = signer.text(&policy, now);
    fields.extend([("policy".to_owned(), policy), ("x-amz-signature".to_owned(), signature)]);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_credential_types::Credentials;
    use chrono::TimeZone;

    #[test]
    fn a_form_permits_one_key_and_a_size_until_its_time() {
        let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", Some("token".to_owned()), None, "a test");
        let signer = Signer { credentials, region: "eu-central-1".to_owned() };
        let terms =
            Terms { bucket: "files", fields: vec![("key".to_owned(), "imports/1/a".to_owned())], most_bytes: 1000 };
        let now = Utc.with_ymd_and_hms(2026, 11, 28, 18, 0, 0).single().expect("a time").into();
        let fields = signed(&signer, terms, Duration::from_secs(3600), now);
        let field = |name: &str| fields.iter().find(|(known, _)| known == name).expect(name).1.clone();
        let policy: Value =
            serde_json::from_slice(&BASE64_STANDARD.decode(field("policy")).expect("base 64")).expect("JSON");
        assert_eq!(
            policy,
            json!({"expiration": "2026-11-28T19:00:00.000Z", "conditions": [
                {"bucket": "files"}, ["content-length-range", 1, 1000], {"key": "imports/1/a"},
                {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
                {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20261128/eu-central-1/s3/aws4_request"},
                {"x-amz-date": "20261128T180000Z"}, {"x-amz-security-token": "token"},
            ]})
        );
        assert_eq!(field("x-amz-signature"), signer.text(&field("policy"), now));
    }
}
