//! The body of `messages:send`, which FCM made and RuStore takes as well.

use super::notification::{Notification, fits};
use baton_domain::Outcome;
use serde_json::{Value, json};

/// The most bytes of notification and data together
/// (<https://firebase.google.com/docs/cloud-messaging/customize-messages/set-message-type>).
const PAYLOAD_LIMIT: usize = 4096;

/// The body for one token, which stands in the field `target`: `{"message": {…}}`.
pub(super) fn body(target: &str, token: &str, notification: &Notification<'_>) -> Result<Value, Outcome> {
    let shown = json!({"notification": notification.shown(true), "data": notification.data()});
    fits(shown.to_string().len(), PAYLOAD_LIMIT)?;
    let mut message = json!({ target: token });
    message["notification"] = shown["notification"].clone();
    message["data"] = shown["data"].clone();
    if let Some(seconds) = notification.ttl {
        message["android"]["ttl"] = format!("{seconds}s").into();
    }
    Ok(json!({ "message": message }))
}
