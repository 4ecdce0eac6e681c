//! The forms of texts.

/// The longest name of a parameter, a file or a place, in characters.
pub(super) const MOST_NAME: usize = 255;

/// Whether a text is an http(s) address.
pub(super) fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with(['/', '?', '#']) && !text.contains(char::is_whitespace)
    })
}

/// Whether a text is the name of a parameter.
pub(super) fn is_name(name: &str) -> bool {
    (1..=MOST_NAME).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A language with or without a region, as in Meta's list: `ru`, `en_US`, `zh_CN`; `en-US` is taken as well.
pub(super) fn is_language(language: &str) -> bool {
    let part = |part: &str, most| (2..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let mut parts = language.split(['_', '-']);
    parts.next().is_some_and(|first| part(first, 3))
        && parts.by_ref().take(2).all(|rest| part(rest, 8))
        && parts.next().is_none()
}
