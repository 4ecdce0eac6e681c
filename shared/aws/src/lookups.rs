//! The providers that look phone numbers up, as the document of the channel `sms` names them.

use crate::parameters::Documents;
use baton_domain::Channel;
use baton_pipeline::{phone_checks::ports::Lookup, ports::PortResult};
use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// The document is read again after this long, as by senders.
const REFRESH: Duration = Duration::from_secs(60);

/// The providers, read when they are first needed.
#[derive(Clone)]
pub struct LookupProviders {
    documents: Documents,
    inner: Arc<Inner>,
}

struct Inner {
    built: baton_channels::lookups::Lookups,
    /// When it was read, and what it says. It holds secrets.
    document: Mutex<Option<(Instant, Option<String>)>>,
}

impl fmt::Debug for LookupProviders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LookupProviders").finish_non_exhaustive()
    }
}

impl LookupProviders {
    /// Nothing is read yet. `sandbox`: whether the sandbox is on.
    #[must_use]
    pub fn new(documents: Documents, sandbox: bool) -> LookupProviders {
        let built = baton_channels::lookups::Lookups::new(sandbox);
        LookupProviders { documents, inner: Arc::new(Inner { built, document: Mutex::new(None) }) }
    }

    /// The provider of this name, else the first one. A faulty document has none; the error in the log says so.
    ///
    /// # Errors
    /// The document could not be read.
    pub async fn find(&self, name: Option<&str>) -> PortResult<Option<Arc<dyn Lookup>>> {
        let Some(document) = self.document().await? else { return Ok(None) };
        Ok(self.inner.built.find(&document, name).unwrap_or_else(|fault| {
            tracing::error!(class = "misconfigured", channel = %Channel::Sms, fault = %fault, "the providers document is refused");
            None
        }))
    }

    async fn document(&self) -> PortResult<Option<String>> {
        let mut known = self.inner.document.lock().await;
        if let Some((_, document)) = known.as_ref().filter(|(read_at, _)| read_at.elapsed() < REFRESH) {
            return Ok(document.clone());
        }
        let document = self.documents.read(Channel::Sms).await?;
        *known = Some((Instant::now(), document.clone()));
        Ok(document)
    }
}
