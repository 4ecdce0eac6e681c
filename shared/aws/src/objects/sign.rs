//! Signatures of S3's requests (AWS Signature Version 4).

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
        SigningInstructions, SigningParams, SigningSettings, UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use baton_pipeline::ports::{PortError, PortResult};
use std::time::{Duration, SystemTime};

/// The name of the service in scopes.
pub(super) const SERVICE: &str = "s3";

/// What signs.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    pub credentials: Credentials,
    pub region: String,
}

impl Signer {
    /// The headers that sign a request with a body of this SHA-256.
    pub(super) fn headers(
        &self,
        method: &str,
        url: &str,
        headers: &[(String, String)],
        digest: &str,
        now: SystemTime,
    ) -> PortResult<Vec<(String, String)>> {
        let signed = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body = SignableBody::Precomputed(digest.to_owned());
        let request = SignableRequest::new(method, url, signed, body).map_err(unsigned)?;
        let mut settings = settings();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let signature = self.sign(request, settings, now)?;
        Ok(signature.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// An address that anybody can read for so long.
    pub(super) fn link(&self, url: &str, valid: Duration, now: SystemTime) -> PortResult<String> {
        let request =
            SignableRequest::new("GET", url, std::iter::empty(), SignableBody::UnsignedPayload).map_err(unsigned)?;
        let mut settings = settings();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(valid);
        let signature = self.sign(request, settings, now)?;
        let mut url = url.to_owned();
        for (name, value) in signature.params() {
            let value = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
            let join = if url.contains('?') { '&' } else { '?' };
            url.push_str(&format!("{join}{name}={value}"));
        }
        Ok(url)
    }

    /// The signature of a text.
    pub(super) fn text(&self, text: &str, now: SystemTime) -> String {
        let key = v4::generate_signing_key(self.credentials.secret_access_key(), now, &self.region, SERVICE);
        v4::calculate_signature(key, text.as_bytes())
    }

    fn sign(
        &self,
        request: SignableRequest<'_>,
        settings: SigningSettings,
        now: SystemTime,
    ) -> PortResult<SigningInstructions> {
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(SERVICE)
            .time(now)
            .settings(settings)
            .build()
            .map_err(unsigned)?;
        let signed = sign(request, &SigningParams::V4(params)).map_err(unsigned)?;
        Ok(signed.into_parts().0)
    }
}

/// S3 takes paths as they are.
fn settings() -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings
}

fn unsigned(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PortError {
    PortError::new("signing a request to S3", error)
}

#[cfg(test)]
mod tests;
