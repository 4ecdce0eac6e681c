//! The checks, and the table of what they found.

use baton_channels::{
    Context, DocumentFault,
    inspect::{self, Inspected},
};
use baton_domain::{ErrorClass, ProviderError};
use futures::future::join_all;
use serde_json::{Map, Value};
use std::time::Duration;

/// How long the check of one provider may take: a token, then a call.
const LIMIT: Duration = Duration::from_secs(20);

/// Reads the documents, calls the providers that have no fault unless `offline`, and prints what it found. Whether all is well.
///
/// # Errors
/// There is no document at all.
pub async fn check(documents: &Value, context: &Context, offline: bool) -> Result<bool, String> {
    let (inspected, beside) = inspect::documents(documents, context);
    if documents.as_object().is_some_and(Map::is_empty) {
        return Err("the documents name no channel".to_owned());
    }
    let found = join_all(inspected.iter().map(|of| finding(of, offline))).await;
    println!("{:<9} {:<11} RESULT", "CHANNEL", "PROVIDER");
    for (of, finding) in inspected.iter().zip(&found) {
        println!("{:<9} {:<11} {}", of.channel.name(), of.name, finding.text());
    }
    for warning in inspected.iter().flat_map(|of| &of.warnings) {
        println!("warning: {}: {}", warning.path, warning.message);
    }
    beside.iter().chain(inspected.iter().flat_map(|of| &of.faults)).for_each(print_fault);
    Ok(beside.is_empty() && found.iter().all(Finding::is_well))
}

/// Prints a fault on the error output, with its path.
pub fn print_fault(fault: &DocumentFault) {
    let path = if fault.path.is_empty() { "/" } else { &fault.path };
    eprintln!("{path}: {}", fault.message);
}

enum Finding {
    /// Its settings are sound; nobody was called.
    Sound,
    /// The provider takes the credentials.
    Good,
    /// The provider does not, or did not answer.
    Failed(ProviderError),
    /// The document has a fault.
    Faulty,
}

async fn finding(of: &Inspected, offline: bool) -> Finding {
    let Some(provider) = &of.provider else { return Finding::Faulty };
    if offline {
        return Finding::Sound;
    }
    match tokio::time::timeout(LIMIT, provider.check()).await {
        Ok(Ok(())) => Finding::Good,
        Ok(Err(error)) => Finding::Failed(error),
        Err(_) => {
            let message = format!("There was no answer within {} seconds.", LIMIT.as_secs());
            Finding::Failed(ProviderError::new(ErrorClass::Temporary, "timeout", message))
        }
    }
}

impl Finding {
    fn is_well(&self) -> bool {
        matches!(self, Finding::Sound | Finding::Good)
    }

    fn text(&self) -> String {
        match self {
            Finding::Sound => "sound".to_owned(),
            Finding::Good => "ok".to_owned(),
            Finding::Failed(error) => format!("{} {}: {}", error.class, error.code, error.message),
            Finding::Faulty => "fault".to_owned(),
        }
    }
}
