//! A text with short links in place of its long ones.

use super::ShortLinks;
use baton_domain::{
    ErrorClass, Message, ProviderError, ShortLink, Time,
    short_link::{MOST_TURNS, code, long_links, with_codes},
};
use chrono::TimeDelta;

/// Makes short links.
#[derive(Clone, Debug)]
pub struct Shortener<L> {
    /// Where they are stored.
    pub links: L,
    /// What stands before `/` and a code: an http(s) address.
    pub base: String,
    /// How long a link leads anywhere.
    pub lifetime: TimeDelta,
}

impl<L: ShortLinks> Shortener<L> {
    /// Stores a short link for each long one in the text of a message and gives the text with them. Doing it again stores
    /// nothing and gives the same text.
    pub(crate) async fn shorten(&self, message: &Message, text: &str, now: Time) -> Result<String, ProviderError> {
        let fault = |fault| ProviderError::new(ErrorClass::Permanent, "bad_link", format!("The text {fault}."));
        let urls = long_links(text, &self.base).map_err(fault)?;
        let mut codes = Vec::new();
        for url in urls {
            codes.push((url, self.add(message, url, now).await?));
        }
        let code_of = |url: &str| codes.iter().find(|(of, _)| *of == url).map(|(_, code)| code.as_str());
        Ok(with_codes(text, &self.base, code_of))
    }

    /// Stores one link under its first code that is free or its own, and gives that.
    async fn add(&self, message: &Message, url: &str, now: Time) -> Result<String, ProviderError> {
        let unavailable =
            || ProviderError::new(ErrorClass::Temporary, "short_link_unavailable", "A short link could not be made.");
        for turn in 0..MOST_TURNS {
            let link = ShortLink {
                code: code(message.account, message.id, url, turn),
                account: message.account,
                message: message.id,
                task: message.task.map(|task| task.0),
                url: url.to_owned(),
                created_at: now,
                expires_at: now + self.lifetime,
                clicks: 0,
                first_visited_at: None,
                last_visited_at: None,
            };
            let taken = self.links.add_link(&link).await.map_err(|error| {
                tracing::warn!(%error, "a short link could not be stored");
                unavailable()
            })?;
            if taken.is_none_or(|taken| taken.is_of(message.account, message.id, url)) {
                return Ok(link.code);
            }
        }
        tracing::error!(message = %message.id, "every code of a short link belongs to another one");
        Err(unavailable())
    }
}
