//! The webhooks of every provider, for the receipts function.

use crate::{
    DocumentFault, document,
    sms::{twilio, vonage},
    telegram::bot,
};
use baton_domain::Channel;
use baton_pipeline::provider::Webhook;

/// The webhook of a provider (`provider` in any case) in its channel's document: `None` when the document does not have
/// it, or when it calls no webhooks (events of AWS services come through [`crate::sns`]).
///
/// # Errors
/// A fault of the document, or of a setting that the webhook needs: Vonage's `signatureSecret`, for one.
pub fn webhook(channel: Channel, provider: &str, document: &str) -> Result<Option<Box<dyn Webhook>>, DocumentFault> {
    let entries = document::parse(document)?;
    let provider = main_name(&provider.to_ascii_uppercase()).to_owned();
    let Some(entry) = entries.iter().find(|entry| main_name(&entry.name) == provider) else { return Ok(None) };
    match (channel, provider.as_str()) {
        (Channel::Sms, twilio::NAME) => twilio::webhook(entry).map(Some),
        (Channel::Sms, vonage::NAME) => vonage::webhook(entry).map(Some),
        (Channel::Telegram, bot::NAME) => bot::webhook(entry).map(Some),
        _ => Ok(None),
    }
}

/// A provider with two names is found under either, however the document spells it.
fn main_name(name: &str) -> &str {
    if name == bot::ALIAS { bot::NAME } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMS: &str = r#"[
        {"name": "Twilio", "accountSid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "authToken": "t"},
        {"name": "VONAGE", "apiKey": "k", "apiSecret": "s", "signatureSecret": "x"}, {"name": "AWS"}, {"name": "SANDBOX"}
    ]"#;
    const BOT: &str = r#"[{"name": "bot", "botToken": "1:a", "secretToken": "s"}]"#;

    fn name(channel: Channel, provider: &str, document: &str) -> Option<&'static str> {
        webhook(channel, provider, document).expect("a document without faults").map(|webhook| webhook.name())
    }

    #[test]
    fn a_provider_of_the_document_is_found_in_any_case() {
        assert_eq!(name(Channel::Sms, "twilio", SMS), Some("TWILIO"));
        assert_eq!(name(Channel::Sms, "Vonage", SMS), Some("VONAGE"));
        for provider in ["telegram", "bot"] {
            assert_eq!(name(Channel::Telegram, provider, BOT), Some("TELEGRAM"));
        }
    }

    #[test]
    fn what_has_no_webhook_or_is_not_in_the_document_is_not_found() {
        for provider in ["aws", "sandbox", "telegram", "", "nobody"] {
            assert_eq!(name(Channel::Sms, provider, SMS), None, "{provider}");
        }
        assert_eq!(name(Channel::Sms, "twilio", "[]"), None);
        assert_eq!(name(Channel::Email, "twilio", SMS), None);
    }

    #[test]
    fn a_missing_secret_is_a_fault_of_the_document() {
        let document = SMS.replace(r#", "signatureSecret": "x""#, "");
        let fault = webhook(Channel::Sms, "vonage", &document).err().expect("a fault");
        assert_eq!(fault.path, "/1/signatureSecret");
        assert!(webhook(Channel::Sms, "twilio", "{}").is_err());
    }
}
