use baton_domain::AccountId;

/// An account's receiver: the same host is another one for another account, so that nobody can make it rest for others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Whose receiver it is.
    pub account: AccountId,
    /// Scheme, host and port, as the address has them; they may hold a password.
    pub origin: String,
}

impl Place {
    /// The receiver at an address.
    #[must_use]
    pub fn of(account: AccountId, url: &str) -> Place {
        let end = url.find("://").map_or(0, |start| start + 3);
        let rest = url[end..].find(['/', '?', '#', '\\']).map_or(url.len(), |length| end + length);
        Place { account, origin: url[..rest].to_ascii_lowercase() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_an_account_and_an_origin() {
        let place = |url| Place::of(AccountId(1), url);
        assert_eq!(place("https://Example.org/a?b"), place("https://example.org"));
        assert_eq!(place("https://example.org?x=/"), place("https://example.org/y"));
        assert_ne!(place("https://example.org:8443/"), place("https://example.org/"));
        assert_ne!(place("https://example.org/"), Place::of(AccountId(2), "https://example.org/"));
    }
}
