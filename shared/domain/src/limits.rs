//! How long a text may be per channel, checked after rendering, per recipient.
//!
//! These are the limits of the channel; a provider with a tighter one of its own refuses in its adapter, before the call.

use crate::{Channel, ChannelContent};

/// A text that is too long for its channel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} has {actual} characters, {channel} takes at most {limit}")]
pub struct TooLong {
    /// The channel.
    pub channel: Channel,
    /// The field's name on the wire.
    pub field: &'static str,
    /// What it may have, in UTF-16 units.
    pub limit: usize,
    /// What it has, in UTF-16 units.
    pub actual: usize,
}

/// The longest text of a channel in UTF-16 units; `as_caption` when the text stands under a picture or another medium, or, on
/// WhatsApp, above a button.
#[must_use]
pub const fn text_limit(channel: Channel, as_caption: bool) -> usize {
    match channel {
        Channel::Sms => 1600,
        Channel::Email => 500_000,
        // A push payload is 4096 bytes in all; the adapters check the bytes.
        Channel::Push => 2000,
        Channel::Whatsapp | Channel::Telegram => {
            if as_caption {
                1024
            } else {
                4096
            }
        }
        Channel::Viber => 1000,
        Channel::Vk | Channel::Chat => 4096,
        Channel::Ok | Channel::Max => 4000,
    }
}

/// The longest label of a button in UTF-16 units.
#[must_use]
pub const fn button_limit(channel: Channel) -> usize {
    match channel {
        Channel::Whatsapp => 20,
        Channel::Viber => 30,
        Channel::Vk => 40,
        _ => 64,
    }
}

/// The longest subject of an e-mail in UTF-16 units: one header line of 998 octets holds it in any encoding.
pub const SUBJECT_LIMIT: usize = 255;

/// Checks a rendered content against its channel's limits.
///
/// # Errors
/// Every field that is too long.
pub fn check(channel: Channel, content: &ChannelContent) -> Result<(), Vec<TooLong>> {
    let as_caption = content.image_url.is_some()
        || (channel == Channel::Whatsapp && (content.media_url.is_some() || content.button_url.is_some()));
    let fields = [
        ("text", &content.text, text_limit(channel, as_caption)),
        ("html", &content.html, text_limit(channel, false)),
        ("buttonText", &content.button_text, button_limit(channel)),
        ("subject", &content.subject, SUBJECT_LIMIT),
    ];
    let faults: Vec<_> = fields
        .into_iter()
        .filter_map(|(field, text, limit)| {
            let actual = text.as_ref()?.encode_utf16().count();
            (actual > limit).then_some(TooLong { channel, field, limit, actual })
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(text: String) -> ChannelContent {
        ChannelContent { text: Some(text), ..ChannelContent::default() }
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        for channel in Channel::ALL {
            let limit = text_limit(channel, false);
            assert_eq!(check(channel, &content("ж".repeat(limit))), Ok(()), "{channel}");
            let faults = check(channel, &content("ж".repeat(limit + 1))).expect_err("too long");
            assert_eq!(faults, [TooLong { channel, field: "text", limit, actual: limit + 1 }]);
        }
    }

    #[test]
    fn a_caption_is_shorter_and_emoji_count_twice() {
        let caption =
            ChannelContent { image_url: Some("https://example.org/a.png".into()), ..content("я".repeat(1025)) };
        assert!(check(Channel::Telegram, &caption).is_err());
        let url = Some("https://example.org/a.pdf".to_owned());
        let above_a_button = ChannelContent { button_url: url.clone(), ..content("я".repeat(1025)) };
        let under_a_file = ChannelContent { media_url: url, ..content("я".repeat(1025)) };
        for long in [above_a_button, under_a_file] {
            assert!(check(Channel::Whatsapp, &long).is_err());
            assert_eq!(check(Channel::Vk, &long), Ok(()));
        }
        assert!(check(Channel::Viber, &content("😀".repeat(501))).is_err());
    }
}
