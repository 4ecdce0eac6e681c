//! E-mail addresses.

use email_address::{EmailAddress, Options};

/// RFC 5321, section 4.5.3.1.3: a path has 256 octets, its two angle brackets included.
const MOST_BYTES: usize = 254;

/// The address with its domain in lower case; the part before the `@` is the receiver's own and stays as it is.
/// `None` when it is no address.
pub(crate) fn normalise(text: &str) -> Option<String> {
    let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
    let address = EmailAddress::parse_with_options(text, options).ok()?;
    let fits =
        text.len() <= MOST_BYTES && !text.chars().any(|character| character.is_whitespace() || character.is_control());
    fits.then(|| format!("{}@{}", address.local_part(), address.domain().to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_alone_is_lowered() {
        assert_eq!(normalise("Anna.B+tag@Example.ORG").as_deref(), Some("Anna.B+tag@example.org"));
        assert_eq!(normalise("a0001@example.org").as_deref(), Some("a0001@example.org"));
    }

    #[test]
    fn what_is_no_address() {
        let bad =
            ["", "a", "a@", "@b.c", "a@b", "a b@c.org", "Anna <a@b.org>", "a@[127.0.0.1]", "a@b.org\n", "a@b..org"];
        for text in bad {
            assert_eq!(normalise(text), None, "{text}");
        }
        assert_eq!(normalise(&format!("{}@example.org", "a".repeat(300))), None);
    }
}
