//! What a provider is tested with.

use crate::{
    reports::Fixture,
    support::{Captured, Reply, attempt, request, text},
};
use baton_domain::{Channel, ChannelContent, Recipient, recipient::Platform};
use baton_pipeline::provider::SendRequest;
use serde_json::{Value, json};

/// A person with an address for everything.
pub const PHONE: &str = "+79990000006";
/// Ends in `0006`, which the sandbox reads as well.
pub const EMAIL: &str = "ann-0006@example.com";
/// A messenger's id of the person.
pub const PERSON: &str = "4242420006";
/// A token of a device.
pub const DEVICE: &str = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991d0006";

/// What the secrets of our own are in every case; long enough for each.
pub const HOOK_SECRET: &str = "a-hook-s3cret-0123456789";

/// Who plays the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    Http,
    Http2,
    Smtp,
    Sandbox,
}

/// Makes what a provider would report of a request.
pub type Report = fn(&SendRequest, &[Captured]) -> Fixture;

/// See the module.
#[derive(Clone)]
pub struct Case {
    pub channel: Channel,
    pub name: &'static str,
    pub served: Served,
    /// The settings beside the name, with all that receipts need; given the stand-in's address.
    pub settings: fn(&str) -> Value,
    /// The settings that are secrets.
    pub secrets: &'static [&'static str],
    /// Changes what is usual of the recipient; given the stand-in's address.
    pub recipient: fn(&mut Recipient, &str),
    /// What the provider usually carries.
    pub content: fn() -> ChannelContent,
    /// The answer to what was taken.
    pub taken: Reply,
    /// A request's body, readable.
    pub open: fn(&Captured) -> String,
    /// The key against duplicates in a request.
    pub key: Option<fn(&Captured) -> Option<String>>,
    /// The setting that its webhooks are known by.
    pub hook_secret: &'static str,
    pub delivered: Option<Report>,
    pub read: Option<Report>,
    pub inbound: Option<Report>,
}

impl Case {
    /// A provider over HTTP that reports nothing.
    pub fn of(channel: Channel, name: &'static str, taken: &Value) -> Case {
        Case {
            channel,
            name,
            served: Served::Http,
            settings: |_| json!({}),
            secrets: &[],
            recipient: |_, _| {},
            content: ordinary,
            taken: Reply::json(200, taken),
            open: |request| String::from_utf8_lossy(&request.body).into_owned(),
            key: None,
            hook_secret: "",
            delivered: None,
            read: None,
            inbound: None,
        }
    }

    /// The sandbox of a channel.
    pub fn sandbox(channel: Channel) -> Case {
        Case { served: Served::Sandbox, ..Case::of(channel, "SANDBOX", &Value::Null) }
    }

    /// The providers document of the channel.
    pub fn document(&self, url: &str) -> Value {
        let mut entry = (self.settings)(url);
        entry["name"] = self.name.into();
        json!([entry])
    }

    /// The recipient, who has all addresses.
    pub fn recipient(&self, url: &str) -> Recipient {
        let some = |text: &str| Some(text.to_owned());
        let mut recipient = Recipient {
            phone: some(PHONE),
            email: some(EMAIL),
            client_id: some("client-777"),
            external_id: some("external-888"),
            messenger_user_id: some(PERSON),
            push_registration_id: some(DEVICE),
            platform: Some(Platform::Android),
            time_zone: some("Asia/Yekaterinburg"),
            variables: [("name".to_owned(), baton_domain::recipient::Value::Text("variable-999".to_owned()))].into(),
            ..Recipient::default()
        };
        (self.recipient)(&mut recipient, url);
        recipient
    }

    /// A request to an address of the recipient, as the pipeline makes it.
    pub fn request(&self, recipient: Recipient, to: &str, content: ChannelContent) -> SendRequest {
        SendRequest { recipient, ..request(self.channel, to, content) }
    }
}

/// A text with all that some channel needs besides.
pub fn ordinary() -> ChannelContent {
    let some = |text: &str| Some(text.to_owned());
    ChannelContent { from: some("Baton"), subject: some("subject"), language: some("ru"), ..text("ordinary words") }
}

/// The reference of the usual attempt.
pub fn reference() -> String {
    attempt().to_string()
}
