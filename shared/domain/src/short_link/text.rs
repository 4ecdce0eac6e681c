//! Which links of a text are shortened, and the text with codes in their place.

use super::{CODE_LENGTH, find};

/// The most short links in one text.
pub const MOST_LINKS: usize = 10;

/// The most characters of a link that is shortened.
pub const MOST_LINK: usize = 2048;

/// A code that leads nowhere, for showing how long a text will be.
pub const SAMPLE_CODE: &str = "xxxxxxx";

/// Why the links of a text can not be shortened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkFault {
    /// One has too many characters.
    #[error("has a link of {0} characters; a short link can stand for at most {MOST_LINK}")]
    TooLong(usize),
    /// There are too many.
    #[error("has {0} links; at most {MOST_LINKS} are shortened")]
    TooMany(usize),
}

/// The links of a text that are longer than a short one below `base` (without a slash at its end), each once, in order.
///
/// # Errors
/// One of them is too long, or there are too many.
pub fn long_links<'t>(text: &'t str, base: &str) -> Result<Vec<&'t str>, LinkFault> {
    let mut links: Vec<&str> = Vec::new();
    for range in find(text) {
        let url = &text[range];
        let length = url.chars().count();
        if length > MOST_LINK {
            return Err(LinkFault::TooLong(length));
        }
        if length > short_length(base) && !links.contains(&url) {
            links.push(url);
        }
    }
    if links.len() > MOST_LINKS { Err(LinkFault::TooMany(links.len())) } else { Ok(links) }
}

fn short_length(base: &str) -> usize {
    base.chars().count() + 1 + CODE_LENGTH
}

/// The text with short links below `base` in place of those links that `code_of` has a code for.
#[must_use]
pub fn with_codes<'c>(text: &str, base: &str, code_of: impl Fn(&str) -> Option<&'c str>) -> String {
    let mut short = String::with_capacity(text.len());
    let mut done = 0;
    for range in find(text) {
        if let Some(code) = code_of(&text[range.clone()]) {
            short.push_str(&text[done..range.start]);
            short.push_str(base);
            short.push('/');
            short.push_str(code);
            done = range.end;
        }
    }
    short.push_str(&text[done..]);
    short
}
