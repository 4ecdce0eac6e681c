//! What a caller wants to say, per channel.

use crate::{Callback, Channel, Recipient, render, template::TemplateUse};
use serde::{Deserialize, Serialize};

mod stored;

/// The content of one `messages[]` item: its channels in the order in which they are tried.
///
/// How it is stored stands in `stored.rs`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spec {
    /// The channels with their contents, each channel once.
    pub channels: Vec<ChannelSpec>,
    /// Where the caller wants to be told of changes.
    pub callback: Option<Callback>,
    /// The template that some of it comes from. The contents are copied: a later change of the template is none of theirs.
    pub template: Option<TemplateUse>,
    /// Whether long links in the text of an SMS are replaced by short ones.
    pub short_links: bool,
}

impl Spec {
    /// The content for one channel.
    #[must_use]
    pub fn content(&self, channel: Channel) -> Option<&ChannelContent> {
        self.channels.iter().find(|spec| spec.channel == channel).map(|spec| &spec.content)
    }
}

/// One channel of a [`Spec`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelSpec {
    /// The channel.
    pub channel: Channel,
    /// What to send over it.
    #[serde(flatten)]
    pub content: ChannelContent,
}

/// How far an attempt must come to count as delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SuccessStatus {
    /// A provider took it.
    Sent,
    /// It reached the recipient's device or mailbox.
    Delivered,
    /// The recipient read it.
    Read,
}

/// What to send over one channel. Which fields a channel takes is settled when the request is parsed; names are those
/// of the contract.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ChannelContent {
    /// The provider to use, instead of the first one configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// How long to wait for a receipt, in minutes from the moment the provider took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validity_period: Option<u16>,
    /// Sent whatever the other channels do.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// What counts as delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_status: Option<SuccessStatus>,
    /// The text, with variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The sender's name or number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// A picture's http(s) address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Where the button leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub button_url: Option<String>,
    /// What the button says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub button_text: Option<String>,
    /// Telegram: a code of 4 to 8 digits, for providers that carry codes alone, to the recipient's phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// E-mail: the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// E-mail: the sender's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_email: Option<String>,
    /// E-mail: the sender's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_name: Option<String>,
    /// E-mail: where answers go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// E-mail: the HTML body; values of variables are escaped in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// The provider's approved template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_name: Option<String>,
    /// The namespace of the template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_namespace: Option<String>,
    /// What fills the provider's template; any JSON, strings in it may hold variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_data: Option<serde_json::Value>,
    /// The language of the provider's template, as `ru` or `en_US`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// A document's or video's http(s) address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_url: Option<String>,
    /// The name that a document is shown with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_filename: Option<String>,
    /// VK: media already there, as `photo-1_2`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<String>,
    /// Chat: the chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<String>,
    /// Chat: the bot instead of the chat's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_id: Option<String>,
    /// Chat: the messenger instead of the last used one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messenger_type: Option<String>,
    /// Chat: the name of a session that is started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_session_name: Option<String>,
    /// Chat: go on with the last session when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continue_last_or_start_new_session: Option<bool>,
}

impl ChannelContent {
    /// The text fields in which variables stand, by their names on the wire. `html` is not among them: its values are escaped.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut String)> {
        [
            ("text", &mut self.text),
            ("from", &mut self.from),
            ("imageUrl", &mut self.image_url),
            ("buttonUrl", &mut self.button_url),
            ("buttonText", &mut self.button_text),
            ("code", &mut self.code),
            ("subject", &mut self.subject),
            ("fromEmail", &mut self.from_email),
            ("fromName", &mut self.from_name),
            ("replyTo", &mut self.reply_to),
            ("templateName", &mut self.template_name),
            ("templateNamespace", &mut self.template_namespace),
            ("mediaUrl", &mut self.media_url),
            ("documentFilename", &mut self.document_filename),
            ("chatSessionName", &mut self.chat_session_name),
        ]
        .into_iter()
        .filter_map(|(name, field)| field.as_mut().map(|text| (name, text)))
    }

    /// The content with this recipient's variables filled in.
    ///
    /// # Errors
    /// The first field that could not be rendered, and why.
    pub fn render(&self, recipient: &Recipient) -> Result<ChannelContent, RenderFault> {
        let variables = &recipient.variables;
        let mut content = self.clone();
        for (field, text) in content.texts_mut() {
            *text = render::plain(text, variables).map_err(|error| RenderFault { field, error })?;
        }
        if let Some(html) = &mut content.html {
            *html = render::html(html, variables).map_err(|error| RenderFault { field: "html", error })?;
        }
        if let Some(data) = &mut content.template_data {
            render::json(data, variables).map_err(|error| RenderFault { field: "templateData", error })?;
        }
        Ok(content)
    }
}

/// A field of the content that could not be rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {error}")]
pub struct RenderFault {
    /// The field's name on the wire.
    pub field: &'static str,
    /// What is wrong in it.
    pub error: render::RenderError,
}
