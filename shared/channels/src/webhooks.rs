//! The webhooks of every provider, for the receipts function.

use crate::{
    DocumentFault,
    chat::{messenger, session, viber_bot},
    devino,
    document::{self, Entry},
    max, ok, rapporto,
    sms::{smsc, twilio},
    telegram::{bot, gateway},
    vk, vonage,
    whatsapp::meta,
};
use baton_domain::Channel::{self, Chat, Max, Ok as Odnoklassniki, Sms, Telegram, Viber, Vk, Whatsapp};
use baton_pipeline::provider::Webhook;

/// Reads an entry of a channel's document.
type Build = fn(&Entry, Channel) -> Result<Box<dyn Webhook>, DocumentFault>;

/// The webhooks of one provider.
struct Hook {
    /// The channels whose document may name it.
    channels: &'static [Channel],
    /// Its names in upper case.
    names: &'static [&'static str],
    /// Reads an entry of the document.
    new: Build,
}

const HOOKS: &[Hook] = &[
    Hook { channels: &[Chat], names: &[bot::NAME, bot::ALIAS], new: |e, _| bot::webhook(e).map(session::webhook) },
    Hook { channels: &[Chat], names: &[max::bot::NAME], new: |e, _| max::bot::webhook(e).map(session::webhook) },
    Hook { channels: &[Chat], names: &[messenger::NAME], new: |entry, _| messenger::webhook(entry) },
    Hook { channels: &[Chat], names: &[ok::bot::NAME], new: |e, _| ok::bot::webhook(e).map(session::webhook) },
    Hook { channels: &[Chat], names: &[viber_bot::NAME], new: |entry, _| viber_bot::webhook(entry) },
    Hook { channels: &[Chat], names: &[vk::bot::NAME], new: |e, _| vk::bot::webhook(e).map(session::webhook) },
    Hook { channels: &[Max], names: &[max::bot::NAME], new: |entry, _| max::bot::webhook(entry) },
    Hook { channels: &[Odnoklassniki], names: &[ok::bot::NAME], new: |entry, _| ok::bot::webhook(entry) },
    Hook { channels: &[Sms], names: &[smsc::NAME], new: |entry, _| smsc::webhook(entry) },
    Hook { channels: &[Sms], names: &[twilio::NAME], new: |entry, _| twilio::webhook(entry) },
    Hook { channels: &[Sms, Viber, Vk], names: &[rapporto::NAME], new: rapporto::webhook },
    Hook { channels: &[Sms, Whatsapp, Viber], names: &[vonage::NAME], new: vonage::webhook },
    Hook { channels: &[Telegram], names: &[bot::NAME, bot::ALIAS], new: |entry, _| bot::webhook(entry) },
    Hook { channels: &[Telegram], names: &[gateway::NAME], new: |entry, _| gateway::webhook(entry) },
    Hook { channels: &[Vk], names: &[vk::bot::NAME], new: |entry, _| vk::bot::webhook(entry) },
    Hook { channels: &[Vk, Odnoklassniki], names: &[devino::NAME], new: |entry, _| devino::webhook(entry) },
    Hook { channels: &[Whatsapp], names: &[meta::NAME], new: |entry, _| meta::webhook(entry) },
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
    const WHATSAPP: &str = r#"[
        {"name": "META", "accessToken": "t", "phoneNumberId": "1", "appSecret": "s", "verifyToken": "v"},
        {"name": "VONAGE", "apiKey": "k", "apiSecret": "s", "signatureSecret": "x"}
    ]"#;
    const BOT: &str = r#"[{"name": "bot", "botToken": "1:a", "secretToken": "s"}]"#;

    fn name(channel: Channel, provider: &str, document: &str) -> Option<&'static str> {
        webhook(channel, provider, document).expect("a document without faults").map(|webhook| webhook.name())
    }

    #[test]
    fn a_provider_of_the_document_is_found_in_any_case() {
        assert_eq!(name(Channel::Sms, "twilio", SMS), Some("TWILIO"));
        assert_eq!(name(Channel::Sms, "Vonage", SMS), Some("VONAGE"));
        assert_eq!(name(Channel::Whatsapp, "Meta", WHATSAPP), Some("META"));
        for channel in [Channel::Whatsapp, Channel::Viber] {
            assert_eq!(name(channel, "vonage", WHATSAPP), Some("VONAGE"));
        }
        for provider in ["telegram", "bot"] {
            assert_eq!(name(Channel::Telegram, provider, BOT), Some("TELEGRAM"));
        }
    }

    #[test]
    fn the_messengers_have_theirs() {
        let telegram = r#"[{"name": "TELEGRAM_GATEWAY", "token": "t"}]"#;
        assert_eq!(name(Channel::Telegram, "telegram_gateway", telegram), Some("TELEGRAM_GATEWAY"));
        let vk = r#"[{"name": "VK", "token": "t", "groupId": 7, "confirmation": "c", "webhookSecret": "s"}]"#;
        assert_eq!(name(Channel::Vk, "vk", vk), Some("VK"));
        let ok = r#"[{"name": "OK", "token": "t", "webhookSecret": "s"}]"#;
        assert_eq!((name(Channel::Ok, "ok", ok), name(Channel::Vk, "ok", ok)), (Some("OK"), None));
        let max = r#"[{"name": "MAX", "token": "t", "webhookSecret": "s3cret"}]"#;
        assert_eq!(name(Channel::Max, "max", max), Some("MAX"));
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
