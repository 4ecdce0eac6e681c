//! The bodies of requests, for the OpenAPI document. They are read by hand (see `submission`), so that every fault is
//! told at once; a test holds both lists of fields together, and another one sends the examples.

use crate::ports::Scope;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{
    ToSchema,
    openapi::schema::{Array, ArrayBuilder, Object, ObjectBuilder, SchemaType, Type},
};
use uuid::Uuid;

/// Messages to send: at most 1,000 recipients and 5 MB.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "messages": [{
        "channels": {
            "whatsapp": {"text": "Hello {{name|there}}!", "validityPeriod": 10},
            "telegram": {"text": "Hello {{name|there}}!"}
        },
        "destinations": [{"phone": "+79990000001", "messengerUserId": "100500", "variables": {"name": "Anna"}}]
    }]
}))]
pub struct PostMessages {
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// A task that the messages are to belong to: they go out when it runs.
    #[schema(nullable)]
    pub task_id: Option<Uuid>,
    /// The bulk's id: repeating a request with it gives the same messages.
    #[schema(nullable)]
    pub bulk_id: Option<Uuid>,
    /// The items, at least one.
    #[schema(min_items = 1)]
    pub messages: Vec<MessageItem>,
}

/// One content for one or many recipients.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MessageItem {
    /// The caller's grouping, 1 to 255 characters; made up when absent.
    #[schema(nullable, min_length = 1, max_length = 255)]
    pub group_id: Option<String>,
    /// A stored template. What the item says itself wins, field by field; the item's channels, where it names any, are the
    /// ones that are tried.
    #[schema(nullable)]
    pub template_id: Option<Uuid>,
    /// Channel name -> content. The order of the keys is the order in which the channels are tried. Channels are sms,
    /// email, push, whatsapp, viber, telegram, vk, ok, max and chat. Required without a template.
    #[schema(nullable)]
    pub channels: Option<BTreeMap<String, ChannelContent>>,
    /// The recipients, at least one; each becomes a message.
    #[schema(min_items = 1)]
    pub destinations: Vec<Destination>,
    /// Not before this time, RFC 3339 with an offset; in the past means now, and it is at most 366 days ahead.
    #[schema(nullable, format = DateTime, example = "2026-11-24T09:00:00+03:00")]
    pub send_at: Option<String>,
    /// When sending may happen.
    #[schema(schema_with = time_ranges)]
    pub allowed_time_ranges: Option<Vec<[String; 2]>>,
    /// The IANA time zone of the windows, unless the destination has its own; the template's, else UTC when absent.
    #[schema(nullable, default = "UTC", example = "Europe/Moscow")]
    pub time_zone: Option<String>,
    /// An http or https address, at most 4,000 bytes, that is told every change of the status by a signed POST. It must lead
    /// to the public internet.
    #[schema(nullable, max_length = 4000, example = "https://example.org/baton")]
    pub callback_url: Option<String>,
    /// Anything of the caller's, at most 10,240 bytes; it comes with every callback. Without `callbackUrl` it goes nowhere.
    #[schema(nullable, max_length = 10_240)]
    pub callback_data: Option<String>,
    /// Whether http(s) links in the text of an SMS are replaced by short ones, for each recipient by ones of their own, where
    /// these are shorter. At most 10 in a text, of at most 2,048 characters each; other channels keep their links.
    #[schema(nullable, default = false)]
    pub use_short_links: Option<bool>,
    /// All or nothing: one refused destination refuses the whole request.
    #[schema(nullable, default = false)]
    pub validate: Option<bool>,
}

pub(super) fn time_ranges() -> Array {
    let time: Object = ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^\d\d:\d\d(:\d\d)?$")).build();
    let range = ArrayBuilder::new().items(time).min_items(Some(2)).max_items(Some(2));
    let description = "When sending may happen: windows of the local day, each from a time up to another one, which is \
        outside. A window may cross midnight, and may end at 24:00. None means always.";
    ArrayBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Array, Type::Null]))
        .items(range)
        .max_items(Some(24))
        .description(Some(description))
        .examples([serde_json::json!([["09:00", "21:00"]])])
        .build()
}

/// What to send over one channel. Every text may hold variables: `{{name}}`, or `{{name|fallback text}}`; `{{{{` writes two
/// braces. Each channel takes its own fields only.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChannelContent {
    /// The provider to use, instead of the first one configured.
    #[schema(nullable, max_length = 40, pattern = "^[A-Za-z0-9_]+$")]
    pub provider: Option<String>,
    /// How long to wait for a receipt, in minutes.
    #[schema(nullable, minimum = 1, maximum = 2880)]
    pub validity_period: Option<u16>,
    /// Sent whatever the other channels do.
    #[schema(nullable, default = false)]
    pub required: Option<bool>,
    /// What counts as delivered: sent, delivered or read, in any case. The default is delivered where the provider gives
    /// receipts, else sent.
    #[schema(nullable, example = "delivered")]
    pub success_status: Option<String>,
    /// The text. Required for sms, push, viber, ok, max and chat; for telegram unless a code is given; for vk and whatsapp
    /// unless a template is named (whatsapp: or an image or a document given).
    #[schema(nullable)]
    pub text: Option<String>,
    /// The sender's name or number, at most 64 characters.
    #[schema(nullable, max_length = 64)]
    pub from: Option<String>,
    /// A picture's http(s) address.
    #[schema(nullable)]
    pub image_url: Option<String>,
    /// Where the button leads, http(s); together with `buttonText`.
    #[schema(nullable)]
    pub button_url: Option<String>,
    /// What the button says; together with `buttonUrl`.
    #[schema(nullable)]
    pub button_text: Option<String>,
    /// telegram: a code of 4 to 8 digits. It goes to the recipient's phone through a provider that carries codes alone, so
    /// that no messengerUserId is needed. With a text beside it the first provider decides which of the two goes out.
    #[schema(nullable, example = "{{code}}")]
    pub code: Option<String>,
    /// email: the subject, required.
    #[schema(nullable)]
    pub subject: Option<String>,
    /// email: the sender's address.
    #[schema(nullable)]
    pub from_email: Option<String>,
    /// email: the sender's name.
    #[schema(nullable)]
    pub from_name: Option<String>,
    /// email: where answers go.
    #[schema(nullable)]
    pub reply_to: Option<String>,
    /// email: the HTML body, in which the values of variables are escaped; `text` or `html` is required.
    #[schema(nullable)]
    pub html: Option<String>,
    /// whatsapp, vk, ok: the provider's approved template.
    #[schema(nullable)]
    pub template_name: Option<String>,
    /// whatsapp, vk, ok: the template's namespace.
    #[schema(nullable)]
    pub template_namespace: Option<String>,
    /// whatsapp, vk, ok: what fills the provider's template, at most 10,240 bytes of JSON.
    ///
    /// whatsapp: the body's parameters as a list, or an object of `header`, `body` and `buttons`.
    ///
    /// - `header`: a text, `{"type": "text", "text", "name"}`, `{"type": "image" | "video", "url"}`,
    ///   `{"type": "document", "url", "filename"}` or `{"type": "location", "latitude", "longitude", "name", "address"}`. The
    ///   content's `imageUrl`, or `mediaUrl` with `documentFilename`, is another way to write it.
    /// - `body`: the parameters as a list, or by their names as an object.
    /// - `buttons`: `{"type": "url", "text"}` (what is appended to the approved address) or
    ///   `{"type": "quickReply", "payload"}`, with `index` where it is not the button's place in the list.
    ///
    /// No value is empty, or has a line break, a tab or four spaces in a row.
    #[schema(nullable, value_type = Option<serde_json::Value>)]
    pub template_data: Option<serde_json::Value>,
    /// whatsapp, vk, ok: the template's language, as `ru` or `en_US`. Required for whatsapp together with `templateName`:
    /// a template is approved per language.
    #[schema(nullable)]
    pub language: Option<String>,
    /// whatsapp, vk, ok: a document's or video's http(s) address. On whatsapp not together with `imageUrl`; the ending of
    /// its path tells a picture or a video from a document.
    #[schema(nullable)]
    pub media_url: Option<String>,
    /// whatsapp, vk, ok: the name that a document is shown with.
    #[schema(nullable)]
    pub document_filename: Option<String>,
    /// vk: media already there, `<type><owner>_<media>`.
    #[schema(nullable, max_items = 10, example = json!(["photo-1_2"]))]
    pub attachments: Option<Vec<String>>,
    /// chat: the chat.
    #[schema(nullable)]
    pub chat_id: Option<String>,
    /// chat: the bot, instead of the chat's own.
    #[schema(nullable)]
    pub bot_id: Option<String>,
    /// chat: the messenger, instead of the last used one.
    #[schema(nullable)]
    pub messenger_type: Option<String>,
    /// chat: the name of a session that is started.
    #[schema(nullable)]
    pub chat_session_name: Option<String>,
    /// chat: go on with the last session when there is one.
    #[schema(nullable)]
    pub continue_last_or_start_new_session: Option<bool>,
}

/// A recipient. It needs an address for at least one of the item's channels; the others are skipped, visibly.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Destination {
    /// For sms, whatsapp and viber, and for codes over telegram: digits with the country code; `+`, spaces, dashes and brackets are tolerated.
    #[schema(nullable, example = "+79990000001")]
    pub phone: Option<String>,
    /// For email.
    #[schema(nullable)]
    pub email: Option<String>,
    /// The caller's own id of the person, at most 1,024 bytes.
    #[schema(nullable)]
    pub client_id: Option<String>,
    /// Anything of the caller's, at most 10,240 bytes; given back as it was.
    #[schema(nullable)]
    pub external_id: Option<String>,
    /// For chat: the session, at most 1,024 bytes.
    #[schema(nullable)]
    pub chat_session_id: Option<String>,
    /// For telegram, max, vk, ok and chat: the person's id there, at most 1,024 bytes.
    #[schema(nullable)]
    pub messenger_user_id: Option<String>,
    /// For push: the device's token or Web Push subscription, at most 4,096 bytes.
    #[schema(nullable)]
    pub push_registration_id: Option<String>,
    /// For push: android, ios or web, in any case.
    #[schema(nullable, example = "android")]
    pub platform: Option<String>,
    /// The person's IANA time zone: the item's `allowedTimeRanges` are meant in it.
    #[schema(nullable, example = "Asia/Yekaterinburg")]
    pub time_zone: Option<String>,
    /// What fills the variables of the texts: strings, numbers and booleans by name, at most 100.
    #[schema(nullable, value_type = Option<Object>)]
    pub variables: Option<BTreeMap<String, serde_json::Value>>,
}

/// Several names.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Names {
    /// As an array.
    Array(Vec<String>),
    /// As a string with commas.
    Text(String),
}

/// Which messages to cancel; at least one of the lists.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"id": ["019eb1f2-8a6c-7001-a1b2-c3d4e5f60718"], "groupId": "order 5, order 6"}))]
pub struct CancelMessages {
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// Messages, by UUID.
    #[schema(nullable)]
    pub id: Option<Names>,
    /// All messages of bulks, by UUID.
    #[schema(nullable)]
    pub bulk_id: Option<Names>,
    /// All messages of tasks, by UUID: of tasks with at most 10,000 messages.
    #[schema(nullable)]
    pub task_id: Option<Names>,
    /// All messages of groups.
    #[schema(nullable)]
    pub group_id: Option<Names>,
    /// The same as `id`.
    #[schema(nullable)]
    pub flow_id: Option<Names>,
}

/// Another time for a message that waits.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"sendAt": "2026-11-24T09:00:00+03:00"}))]
pub struct RescheduleMessage {
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// Not before this time, RFC 3339 with an offset; in the past means now, and it is at most 366 days ahead.
    #[schema(format = DateTime)]
    pub send_at: String,
}

/// A key to make.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"name": "Shop", "scopes": ["send", "read"]}))]
pub struct MakeKey {
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// What people call it, 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What it may be used for; send and read when absent. operator can not be given through the API.
    #[schema(nullable, value_type = Option<Vec<Scope>>)]
    pub scopes: Option<Vec<Scope>>,
}
