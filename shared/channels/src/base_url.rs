//! The setting `baseUrl`, which every provider has.

use crate::document::{DocumentFault, Entry};
use url::Url;

/// Checks a provider's base address and cuts the slashes at its end, so that a path can be appended. Plain http is allowed:
/// stand-ins for tests and proxies inside a network speak it.
///
/// # Errors
/// It is no absolute http(s) address, or has a user, a query or a fragment.
pub fn base_url(entry: &Entry, given: Option<&str>, default: &str) -> Result<String, DocumentFault> {
    let text = given.unwrap_or(default);
    let plain = |url: &Url| {
        matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    };
    match Url::parse(text) {
        Ok(url) if plain(&url) => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err(entry.fault("baseUrl", "an http(s) address without user, query and fragment is expected")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_without_its_last_slash() {
        let entry = crate::document::parse(r#"[{"name": "X"}]"#).expect("a document").remove(0);
        let read = |given| base_url(&entry, given, "https://api.example.org");
        assert_eq!(read(None), Ok("https://api.example.org".to_owned()));
        assert_eq!(read(Some("http://127.0.0.1:8081/x/")), Ok("http://127.0.0.1:8081/x".to_owned()));
        for bad in ["", "api.example.org", "ftp://a", "https://u:secret@a", "https://a?b", "https://a#b"] {
            let fault = read(Some(bad)).expect_err(bad).to_string();
            assert!(fault.contains("/0/baseUrl") && !fault.contains("secret"), "{fault}");
        }
    }
}
