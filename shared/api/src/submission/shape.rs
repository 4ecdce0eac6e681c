//! The shape of texts that are more than prose: addresses, names, lines.

use crate::mail;
use std::borrow::Cow;
use url::Url;

/// What is wrong with a text.
pub(super) struct ShapeFault {
    pub(super) code: &'static str,
    pub(super) message: Cow<'static, str>,
}

enum Shape {
    /// An http(s) address.
    Url,
    /// An e-mail address.
    Email,
    /// One line, 1 to so many characters.
    Line(usize),
    /// One line, checked for its length by the limits of the channel.
    AnyLine,
    /// 4 to 8 digits.
    Code,
}

/// Texts that are not listed are prose.
const SHAPES: [(&str, Shape); 13] = [
    ("imageUrl", Shape::Url),
    ("buttonUrl", Shape::Url),
    ("mediaUrl", Shape::Url),
    ("fromEmail", Shape::Email),
    ("replyTo", Shape::Email),
    ("from", Shape::Line(64)),
    ("fromName", Shape::Line(128)),
    ("documentFilename", Shape::Line(255)),
    ("templateName", Shape::Line(512)),
    ("templateNamespace", Shape::Line(512)),
    ("buttonText", Shape::AnyLine),
    ("code", Shape::Code),
    ("subject", Shape::AnyLine),
];

const MOST_URL: usize = 2048;

/// Checks a text without variables, or a rendered one. `name` is its field.
pub(super) fn check(name: &str, text: &str) -> Result<(), ShapeFault> {
    let Some((_, shape)) = SHAPES.iter().find(|(known, _)| *known == name) else { return Ok(()) };
    // A line break in a subject or a sender's name could add headers to a mail.
    if text.contains(['\n', '\r', '\t']) {
        return Err(fault("control_character", format!("{name} is one line, without tabs.")));
    }
    match shape {
        Shape::Url => check_url(name, text),
        Shape::Email if mail::normalise(text).is_none() => {
            Err(fault("invalid", format!("{name} is to be an e-mail address.")))
        }
        Shape::Code if !((4..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())) => {
            Err(fault("invalid", format!("{name} is to be 4 to 8 digits.")))
        }
        Shape::Line(_) | Shape::AnyLine if text.is_empty() => Err(fault("empty", format!("{name} must not be empty."))),
        Shape::Line(most) if text.chars().count() > *most => Err(fault(
            "too_long",
            format!("{name} has {} characters; at most {most} are allowed.", text.chars().count()),
        )),
        _ => Ok(()),
    }
}

fn check_url(name: &str, text: &str) -> Result<(), ShapeFault> {
    if text.len() > MOST_URL {
        return Err(fault("too_long", format!("{name} has {} bytes; at most {MOST_URL} are allowed.", text.len())));
    }
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    // The parser mends what browsers mend; spaces show that something else was meant.
    let whole = url.is_some() && !text.contains(' ');
    if whole { Ok(()) } else { Err(fault("invalid", format!("{name} is to be an http or https address."))) }
}

fn fault(code: &'static str, message: String) -> ShapeFault {
    ShapeFault { code, message: message.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shape_has_its_faults() {
        let code = |name, text: &str| check(name, text).err().map(|fault| fault.code);
        assert_eq!(code("imageUrl", "https://example.org/a.png?x=1"), None);
        for bad in
            ["ftp://example.org", "example.org", "https://", "javascript:alert(1)", "https://example.org/a b", ""]
        {
            assert_eq!(code("buttonUrl", bad), Some("invalid"), "{bad}");
        }
        assert_eq!(code("imageUrl", &format!("https://example.org/{}", "a".repeat(2048))), Some("too_long"));
        assert_eq!((code("replyTo", "a@example.org"), code("fromEmail", "a")), (None, Some("invalid")));
        assert_eq!([code("code", "1234"), code("code", "00000000")], [None; 2]);
        for bad in ["", "123", "123456789", "12 34", "12a4", "١٢٣٤"] {
            assert_eq!(code("code", bad), Some("invalid"), "{bad}");
        }
        assert_eq!((code("from", &"я".repeat(64)), code("from", &"я".repeat(65))), (None, Some("too_long")));
        assert_eq!(
            (code("from", ""), code("subject", "a\nBcc: b@example.org")),
            (Some("empty"), Some("control_character"))
        );
        assert_eq!(code("text", "two\nlines"), None);
    }
}
