//! What limits guessing: attempts to log in are counted per e-mail and per address, before a password is looked at, so that
//! many at once count as well. Those that succeed are taken back.

use crate::{
    SourceAddress,
    caller::digest,
    ports::{LoginLimits, WINDOW_SECONDS, Window},
    refusal::Refusal,
};
use baton_domain::Time;
use http::{HeaderValue, StatusCode, header};
use std::net::IpAddr;

/// Failed attempts for one e-mail in a quarter of an hour.
const PER_EMAIL: u32 = 10;
/// Failed attempts from one address in a quarter of an hour: people who share one are more than one.
const PER_ADDRESS: u32 = 50;

/// An attempt that has been counted.
pub(crate) struct Attempt {
    window: Window,
    /// Digests of what it was counted under: neither e-mails nor addresses are stored.
    counted: Vec<String>,
}

impl Attempt {
    /// Counts an attempt; refuses it when there were too many.
    pub(crate) async fn count<P: LoginLimits>(
        ports: &P,
        email: &str,
        from: Option<SourceAddress>,
        now: Time,
    ) -> Result<Attempt, Refusal> {
        let window = Window::of(now);
        let by_email = (digest(&format!("email {email}")), PER_EMAIL);
        let by_address = from.map(|from| (digest(&format!("address {}", network(from.0))), PER_ADDRESS));
        let mut attempt = Attempt { window, counted: Vec::new() };
        // The address comes first: one that guesses on and on locks out no more e-mails.
        for (what, most) in by_address.into_iter().chain([by_email]) {
            if ports.count_login(&what, window).await? > most {
                return Err(too_many(window, now));
            }
            attempt.counted.push(what);
        }
        Ok(attempt)
    }

    /// It was a good one: it does not count.
    pub(crate) async fn forgive<P: LoginLimits>(self, ports: &P) -> Result<(), Refusal> {
        for what in &self.counted {
            ports.forgive_login(what, self.window).await?;
        }
        Ok(())
    }
}

/// What one party has to itself: an IPv4 address, or the first 64 bits of an IPv6 one.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x}", address.to_bits() >> 64),
    }
}

fn too_many(window: Window, now: Time) -> Refusal {
    let seconds = (window.end() - now.timestamp()).clamp(1, WINDOW_SECONDS).unsigned_abs();
    let error = "There were too many attempts to log in; try again later.";
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", error)
        .header(header::RETRY_AFTER, HeaderValue::from(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_address_counts_by_its_network() {
        let of = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
