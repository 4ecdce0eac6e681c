//! What every push service is given of a message.

use crate::outcomes::{refused, text};
use baton_domain::{ErrorClass, Outcome};
use baton_pipeline::provider::SendRequest;
use serde_json::{Map, Value};

/// The longest text in UTF-16 units. The payload's bytes are what really counts; they are checked when it is built.
const TEXT_LIMIT: usize = 4096;

/// A message as a notification.
pub(super) struct Notification<'a> {
    /// `from`: contents have no title of their own, and who writes is what a notification's first line says.
    pub(super) title: Option<&'a str>,
    /// `text`.
    pub(super) body: &'a str,
    /// `imageUrl`.
    pub(super) image: Option<&'a str>,
    /// `buttonUrl`: where a tap leads.
    pub(super) url: Option<&'a str>,
    /// `buttonText`.
    pub(super) button: Option<&'a str>,
    /// The message's id, 32 hexadecimal digits: a later copy of the message takes the place of an earlier one.
    pub(super) tag: String,
    /// Our reference to the attempt, which an app may give back.
    pub(super) reference: String,
    /// `validityPeriod` in seconds.
    pub(super) ttl: Option<u32>,
}

impl<'a> Notification<'a> {
    /// The notification of a message; refused when there is no text.
    pub(super) fn of(request: &'a SendRequest) -> Result<Notification<'a>, Outcome> {
        let content = &request.content;
        Ok(Notification {
            title: content.from.as_deref(),
            body: text(request, TEXT_LIMIT)?,
            image: content.image_url.as_deref(),
            url: content.button_url.as_deref(),
            button: content.button_text.as_deref(),
            tag: request.attempt.message.0.simple().to_string(),
            reference: request.attempt.to_string(),
            ttl: content.validity_period.map(|minutes| u32::from(minutes) * 60),
        })
    }

    /// What is shown, without what is not there: `title`, `body` and, where a service takes it beside them, `image`.
    pub(super) fn shown(&self, with_image: bool) -> Map<String, Value> {
        let image = self.image.filter(|_| with_image);
        fields([("title", self.title), ("body", Some(self.body)), ("image", image)])
    }

    /// What the app is given beside it: `msg` (our reference), `url` and `button`, all of them strings.
    pub(super) fn data(&self) -> Map<String, Value> {
        fields([("msg", Some(self.reference.as_str())), ("url", self.url), ("button", self.button)])
    }
}

fn fields<const N: usize>(fields: [(&str, Option<&str>); N]) -> Map<String, Value> {
    let given = |(name, value): (&str, Option<&str>)| Some((name.to_owned(), Value::from(value?)));
    fields.into_iter().filter_map(given).collect()
}

/// Refuses a payload that the provider would not take, before the call; both in bytes.
pub(super) fn fits(size: usize, limit: usize) -> Result<(), Outcome> {
    if size <= limit {
        return Ok(());
    }
    let message = format!("The notification has {size} bytes; the provider takes at most {limit}.");
    Err(refused(ErrorClass::Permanent, "text_too_long", message))
}
