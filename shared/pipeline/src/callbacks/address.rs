//! Where callbacks may go, as far as an address says by itself. What its name resolves to is looked at by the receiver.

use baton_domain::network::{is_inside, is_public};
use std::net::IpAddr;
use url::{Host, Url};

/// Why an address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlFault {
    /// It is no http or https address.
    Invalid,
    /// It leads into a network that is not the public internet.
    Private,
}

/// Looks at an address as it is written. Odd forms of IPv4 addresses, as `0x7f.1`, are read as every client reads them (WHATWG
/// URL Standard, IPv4 parser).
///
/// # Errors
/// Callbacks do not go there. With `private`, only for what is no address.
pub fn check_url(text: &str, private: bool) -> Result<(), UrlFault> {
    // The parser mends what browsers mend; a blank shows that something else was meant.
    let blank = |text: &str| text.contains(|character: char| character.is_whitespace() || character.is_control());
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && !blank(text));
    let url = url.ok_or(UrlFault::Invalid)?;
    let open = match url.host().ok_or(UrlFault::Invalid)? {
        Host::Ipv4(address) => is_public(IpAddr::V4(address)),
        Host::Ipv6(address) => is_public(IpAddr::V6(address)),
        Host::Domain(name) => !is_inside(name),
    };
    if open || private { Ok(()) } else { Err(UrlFault::Private) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_lead_inside_are_refused_in_every_form() {
        for url in [
            "http://169.254.169.254/latest/meta-data",
            "http://[::1]/",
            "http://localhost/",
            "https://LOCALHOST./",
            "http://127.1/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://017700000001/",
            "http://0/",
            "http://[::ffff:169.254.169.254]/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://10.0.0.1:8080/",
            "http://user@192.168.1.1/",
            "http://metadata.google.internal/",
            "http://[fd00:ec2::254]/",
            "http://①②⑦.0.0.1/",
            "http://127.0.0.1\\@example.org/",
        ] {
            assert_eq!(check_url(url, false), Err(UrlFault::Private), "{url}");
            assert_eq!(check_url(url, true), Ok(()), "{url}");
        }
        for url in [
            "",
            "example.org",
            "ftp://example.org",
            "file:///etc/passwd",
            "http://",
            "https://a b",
            "gopher://127.0.0.1",
        ] {
            assert_eq!(check_url(url, true), Err(UrlFault::Invalid), "{url}");
        }
        for url in
            ["https://example.org/a?b=c", "http://8.8.8.8:8080", "https://пример.рф/x", "https://[2606:4700::1111]/"]
        {
            assert_eq!(check_url(url, false), Ok(()), "{url}");
        }
    }
}
