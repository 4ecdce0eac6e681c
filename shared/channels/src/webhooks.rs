//! The webhooks of every provider, for the receipts function.

use crate::{
    DocumentFault,
    chat::{messenger, session, viber_bot},
    document::{self, Entry},
    sms::{twilio, vonage},
    telegram::bot,
};
use baton_domain::Channel::{self, Chat, Sms, Telegram};
use baton_pipeline::provider::Webhook;

/// The webhooks of one provider.
struct Hook {
    /// The channels whose document may name it.
    channels: &'static [Channel],
    /// Its names in upper case.
    names: &'static [&'static str],
    /// Reads an entry of the document.
    new: fn(&Entry, Channel) -> Result<Box<dyn Webhook>, DocumentFault>,
}

const HOOKS: &[Hook] = &[
    Hook { channels: &[Chat], names: &[messenger::NAME], new: |entry, _| messenger::webhook(entry) },
    Hook { channels: &[Sms], names: &[twilio::NAME], new: |entry, _| twilio::webhook(entry) },
    Hook { channels: &[Sms], names: &[vonage::NAME], new: |entry, _| vonage::webhook(entry) },
    Hook { channels: &[Telegram], names: &[bot::NAME, bot::ALIAS], new: |entry, _| bot::webhook(entry) },
    Hook {
        channels: &[Chat],
        names: &[bot::NAME, bot::ALIAS],
        new: |entry, _| bot::webhook(entry).map(session::webhook),
    },
    Hook { channels: &[Chat], names: &[viber_bot::NAME], new: |entry, _| viber_bot::webhook(entry) },
];

/// The webhook of a provider (`provider` in any case, by any of its names) in its channel's document: `None` when the document
/// does not have it, or when it calls no webhooks (events of AWS services come through [`crate::sns`]).
///
/// # Errors
/// A fault of the document, or of a setting that the webhook needs: Vonage's `signatureSecret`, for one.
pub fn webhook(channel: Channel, provider: &str, document: &str) -> Result<Option<Box<dyn Webhook>>, DocumentFault> {
    let entries = document::parse(document)?;
    let provider = provider.to_ascii_uppercase();
    let Some(hook) = find(channel, &provider) else { return Ok(None) };
    let Some(entry) = entries.iter().find(|entry| hook.names.contains(&entry.name.as_str())) else { return Ok(None) };
    (hook.new)(entry, channel).map(Some)
}

/// The webhook of an entry: `None` when its provider calls none.
pub(crate) fn of_entry(channel: Channel, entry: &Entry) -> Option<Result<Box<dyn Webhook>, DocumentFault>> {
    find(channel, &entry.name).map(|hook| (hook.new)(entry, channel))
}

fn find(channel: Channel, provider: &str) -> Option<&'static Hook> {
    HOOKS.iter().find(|hook| hook.channels.contains(&channel) && hook.names.contains(&provider))
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
    fn a_messenger_is_found_in_the_chat_channel_too() {
        const CHAT: &str = r#"[
            {"name": "messenger", "pageId": "1", "pageAccessToken": "t", "appSecret": "s", "verifyToken": "v"},
            {"name": "bot", "botToken": "1:a", "secretToken": "s"}, {"name": "viberbot", "authToken": "t"}
        ]"#;
        for (provider, expected) in
            [("messenger", "MESSENGER"), ("telegram", "TELEGRAM"), ("bot", "TELEGRAM"), ("ViberBot", "VIBERBOT")]
        {
            assert_eq!(name(Channel::Chat, provider, CHAT), Some(expected));
        }
        assert_eq!(name(Channel::Telegram, "viberbot", CHAT), None);
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
