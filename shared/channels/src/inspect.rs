//! The documents of all channels, read to find every fault in them, before a deployment reads them.
//!
//! A function stops at the first fault of its own document. Who writes documents wants to know all of them at once.

use crate::{
    Context, DocumentFault,
    document::{self, Entry},
    registry::{self, Kind},
    webhooks,
};
use baton_domain::Channel;
use baton_pipeline::provider::Provider;
use serde_json::Value;

/// One provider of a channel's document.
pub struct Inspected {
    /// The channel.
    pub channel: Channel,
    /// Its name in upper case; empty where it has none.
    pub name: String,
    /// The provider, when it has no fault.
    pub provider: Option<Box<dyn Provider>>,
    /// What is wrong, each with its path in the documents of all channels: `/sms/0/authToken`.
    pub faults: Vec<DocumentFault>,
    /// What it works without: the secret of its webhook, without which it hears of no receipts and no answers.
    pub warnings: Vec<DocumentFault>,
}

/// Reads the documents of all channels, `{"sms": [{"name": "TWILIO", …}, …], …}`. Faults that are no provider's, as a channel
/// that there is not, come beside.
#[must_use]
pub fn documents(documents: &Value, context: &Context) -> (Vec<Inspected>, Vec<DocumentFault>) {
    let (mut inspected, mut faults) = (Vec::new(), Vec::new());
    let Value::Object(channels) = documents else {
        let message = r#"an object is expected, as {"sms": [{"name": "TWILIO", …}]}"#;
        return (inspected, vec![DocumentFault::new("", message)]);
    };
    for (name, list) in channels {
        match (Channel::ALL.into_iter().find(|channel| channel.name() == name), list) {
            (Some(channel), Value::Array(items)) => inspected.extend(document(channel, items, context)),
            (Some(_), _) => faults.push(DocumentFault::new(format!("/{name}"), "a list of providers is expected")),
            (None, _) => {
                let message = format!("no channel: one of {} is expected", Channel::ALL.map(Channel::name).join(", "));
                faults.push(DocumentFault::new(format!("/{name}"), message));
            }
        }
    }
    (inspected, faults)
}

/// Reads the document of one channel, a list of providers.
fn document(channel: Channel, items: &[Value], context: &Context) -> Vec<Inspected> {
    let mut names = Vec::new();
    let read = |(index, item): (usize, &Value)| {
        let mut found =
            Inspected { channel, name: String::new(), provider: None, faults: Vec::new(), warnings: Vec::new() };
        match document::entry(index, item.clone()) {
            Ok(entry) => inspect(&entry, &mut names, context, &mut found),
            Err(fault) => found.faults.push(fault),
        }
        for fault in found.faults.iter_mut().chain(&mut found.warnings) {
            fault.path.insert_str(0, &format!("/{channel}"));
        }
        found
    };
    items.iter().enumerate().map(read).collect()
}

fn inspect(entry: &Entry, names: &mut Vec<&'static str>, context: &Context, found: &mut Inspected) {
    found.name.clone_from(&entry.name);
    match kind(found.channel, entry, names) {
        Ok(kind) => (found.provider, found.faults) = provider(kind, entry, context),
        Err(fault) => found.faults.push(fault),
    }
    if found.provider.is_some() {
        found.warnings.extend(webhooks::of_entry(found.channel, entry).and_then(Result::err));
    }
}

/// What an entry names. Attempts, breakers and webhooks go by the name, so it stands once in a document.
fn kind(channel: Channel, entry: &Entry, names: &mut Vec<&'static str>) -> Result<&'static Kind, DocumentFault> {
    let kinds = registry::kinds(channel);
    let Some(kind) = kinds.iter().find(|kind| kind.is(&entry.name)) else {
        let known: Vec<_> = kinds.iter().map(|kind| kind.name).collect();
        return Err(document::unknown_provider(entry, &known));
    };
    if names.contains(&kind.name) {
        return Err(entry.fault("name", format!("{} stands twice", kind.name)));
    }
    names.push(kind.name);
    Ok(kind)
}

/// Builds the provider of an entry, or finds its faults. An adapter stops at the first one, so a setting that can not be read
/// is taken out and a missing one put in, to look further; a second fault at the same setting comes of that, and is the end.
fn provider(kind: &Kind, entry: &Entry, context: &Context) -> (Option<Box<dyn Provider>>, Vec<DocumentFault>) {
    let (mut entry, mut faults) = (entry.clone(), Vec::<DocumentFault>::new());
    loop {
        let fault = match (kind.new)(&entry, context) {
            Ok(provider) => return (faults.is_empty().then_some(provider), faults),
            Err(fault) => fault,
        };
        if faults.iter().any(|known| known.path == fault.path) {
            return (None, faults);
        }
        let (misread, setting) = (entry.is_misread(&fault), fault.path.splitn(3, '/').nth(2).map(str::to_owned));
        faults.push(fault);
        match setting {
            // A setting of the entry itself, not one of an object in it.
            Some(setting) if misread && !setting.contains('/') => entry.flip(&setting),
            _ => return (None, faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::context;
    use serde_json::json;

    /// The faults and the warnings by their paths.
    fn paths(documents: &Value) -> (Vec<String>, Vec<String>) {
        let (inspected, beside) = super::documents(documents, &context());
        for of in &inspected {
            assert_eq!(of.provider.is_some(), of.faults.is_empty(), "{}", of.name);
            let said = format!("{:?} {:?}", of.faults, of.warnings);
            assert!(!said.contains("s3cret"), "{said}");
        }
        let faults =
            inspected.iter().flat_map(|of| &of.faults).chain(&beside).map(|fault| fault.path.clone()).collect();
        (faults, inspected.iter().flat_map(|of| &of.warnings).map(|warning| warning.path.clone()).collect())
    }

    #[tokio::test]
    async fn every_fault_of_every_channel_is_found() {
        let (faults, warnings) = paths(&json!({
            "sms": [
                {"name": "TWILIO", "authtoken": "s3cret", "from": 7, "tokne": "s3cret"},
                {"name": "VONAGE", "apiKey": "k", "apiSecret": "s3cret", "signatureSecret": "s3cret"},
                {"name": "vonage"},
                {"name": "AWS", "accessKey": "s3cret"},
                {"name": "EUM"},
                {"name": "SMTP"},
                {"authToken": "s3cret"},
                "TWILIO",
            ],
            "email": [{"name": "SMTP", "host": "mail.example.org", "fromEmail": "x", "user": "s3cret"}],
            "fax": [],
            "telegram": {"name": "TELEGRAM"},
        }));
        assert_eq!(
            faults,
            [
                "/sms/0/authtoken",
                "/sms/0/from",
                "/sms/0/tokne",
                "/sms/0/accountSid",
                "/sms/0/authToken",
                "/sms/2/name",
                "/sms/3/accessKey",
                "/sms/4/name",
                "/sms/5/name",
                "/sms/6/name",
                "/sms/7",
                "/email/0/fromEmail",
                "/fax",
                "/telegram",
            ]
        );
        assert_eq!(warnings, [""; 0]);
        assert_eq!(paths(&json!([])).0, [""]);
        assert_eq!(paths(&json!({})).0, [""; 0]);
    }

    #[tokio::test]
    async fn a_setting_that_is_misspelt_is_both_unknown_and_missing() {
        let sid = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        let (faults, _) = paths(&json!({"sms": [{"name": "TWILIO", "accountSid": sid, "authtoken": "s3cret"}]}));
        assert_eq!(faults, ["/sms/0/authtoken", "/sms/0/authToken"]);
    }

    #[tokio::test]
    async fn a_provider_without_the_secret_of_its_webhook_is_warned_of() {
        let (faults, warnings) = paths(&json!({
            "sms": [{"name": "AWS"}, {"name": "VONAGE", "apiKey": "k", "apiSecret": "s3cret"}],
            "telegram": [{"name": "BOT", "botToken": "1:a", "secretToken": "s"}],
            "chat": [{"name": "TELEGRAM", "botToken": "1:a"}, {"name": "VIBERBOT", "authToken": "s3cret"}],
        }));
        assert_eq!(faults, [""; 0]);
        assert_eq!(warnings, ["/sms/1/signatureSecret", "/chat/0/secretToken"]);
    }
}
