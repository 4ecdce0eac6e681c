//! The providers that look phone numbers up (HLR), from the document of the channel `sms`.

use crate::{
    document::{self, DocumentFault, Entry},
    sandbox,
    sms::smsc,
    transport,
};
use baton_pipeline::phone_checks::ports::Lookup;
use std::sync::{Arc, OnceLock};

/// Builds a provider from an entry of the document.
type Build = fn(&Entry, &Lookups) -> Result<Arc<dyn Lookup>, DocumentFault>;

/// One provider that looks numbers up.
struct Kind {
    /// Its name in the document, in upper case.
    name: &'static str,
    new: Build,
}

const KINDS: [Kind; 2] = [
    Kind {
        name: smsc::NAME,
        new: |entry, lookups| Ok(Arc::new(smsc::Smsc::with_client(entry, lookups.client(entry)?)?)),
    },
    Kind { name: sandbox::NAME, new: |entry, lookups| Ok(Arc::new(sandbox::Numbers::new(entry, lookups.sandbox)?)) },
];

/// What they are built from.
#[derive(Debug)]
pub struct Lookups {
    /// Whether the sandbox is on.
    sandbox: bool,
    /// Made with the first provider that needs it, as reading the root certificates takes its time.
    http: OnceLock<reqwest::Client>,
}

impl Lookups {
    /// Nothing is made yet.
    #[must_use]
    pub const fn new(sandbox: bool) -> Lookups {
        Lookups { sandbox, http: OnceLock::new() }
    }

    /// The provider of a document that has this name (in any case), else the first one that looks numbers up; `None` when there
    /// is none.
    ///
    /// # Errors
    /// A fault of the document, or of this provider's entry.
    pub fn find(&self, document: &str, name: Option<&str>) -> Result<Option<Arc<dyn Lookup>>, DocumentFault> {
        let wanted = |entry: &Entry| name.is_none_or(|name| entry.name.eq_ignore_ascii_case(name));
        for entry in document::parse(document)?.iter().filter(|entry| wanted(entry)) {
            if let Some(kind) = KINDS.iter().find(|kind| kind.name == entry.name) {
                return (kind.new)(entry, self).map(Some);
            }
        }
        Ok(None)
    }

    fn client(&self, entry: &Entry) -> Result<reqwest::Client, DocumentFault> {
        if let Some(client) = self.http.get() {
            return Ok(client.clone());
        }
        let client = transport::client().map_err(|_| entry.fault("name", "no HTTP client could be made"))?;
        Ok(self.http.get_or_init(|| client).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"[
        {"name": "TWILIO", "accountSid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "authToken": "t"},
        {"name": "smsc", "apiKey": "k"}, {"name": "SANDBOX"}
    ]"#;

    fn found(lookups: &Lookups, document: &str, name: Option<&str>) -> Option<&'static str> {
        lookups.find(document, name).expect("no fault").map(|lookup| lookup.name())
    }

    #[test]
    fn the_first_that_looks_up_or_the_one_that_is_named() {
        let on = Lookups::new(true);
        assert_eq!(found(&on, DOCUMENT, None), Some("SMSC"));
        assert_eq!(found(&on, DOCUMENT, Some("sandbox")), Some("SANDBOX"));
        assert_eq!(found(&on, DOCUMENT, Some("Smsc")), Some("SMSC"));
        for name in ["TWILIO", "NOBODY", ""] {
            assert_eq!(found(&on, DOCUMENT, Some(name)), None, "{name}");
        }
        assert_eq!(found(&on, "[]", None), None);
    }

    #[test]
    fn a_fault_has_its_path() {
        let off = Lookups::new(false);
        let fault = |document, name| off.find(document, name).err().expect("a fault").path;
        assert_eq!(fault("{}", None), "");
        assert_eq!(fault(DOCUMENT, Some("SANDBOX")), "/2/name");
        assert_eq!(fault(r#"[{"name": "SMSC"}]"#, None), "/0/apiKey");
    }
}
