//! Which push service a recipient's device is registered with.

use baton_domain::{Recipient, recipient::Platform};

/// The subscription of a browser: an object in JSON, which no token is. It says what it is, whatever the platform says
/// (a browser on Android, say).
pub(super) fn subscription(recipient: &Recipient) -> Option<&str> {
    registration(recipient).filter(|text| is_subscription(text))
}

/// The token of a device on one of these platforms. `unnamed`: also of a recipient that names no platform.
pub(super) fn token<'r>(recipient: &'r Recipient, platforms: &[Platform], unnamed: bool) -> Option<&'r str> {
    let fits = match recipient.platform {
        Some(platform) => platforms.contains(&platform),
        None => unnamed,
    };
    registration(recipient).filter(|text| fits && !is_subscription(text))
}

fn registration(recipient: &Recipient) -> Option<&str> {
    recipient.push_registration_id.as_deref()
}

fn is_subscription(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;
    use Platform::{Android, Ios, Web};

    fn recipient(platform: Option<Platform>, registration: &str) -> Recipient {
        Recipient { platform, push_registration_id: Some(registration.to_owned()), ..Recipient::default() }
    }

    #[test]
    fn a_subscription_is_known_by_its_form_and_a_token_by_its_platform() {
        for platform in [None, Some(Android), Some(Ios), Some(Web)] {
            let browser = recipient(platform, " {\"endpoint\": 1}");
            assert_eq!(subscription(&browser), browser.push_registration_id.as_deref());
            assert_eq!(token(&browser, &[Android, Ios, Web], true), None, "{platform:?}");
            let device = recipient(platform, "abc");
            assert_eq!(subscription(&device), None);
            assert_eq!(token(&device, &[Android, Ios, Web], true), Some("abc"));
            assert_eq!(token(&device, &[Ios], false).is_some(), platform == Some(Ios));
            assert_eq!(token(&device, &[Android], true).is_some(), matches!(platform, None | Some(Android)));
        }
        assert_eq!(token(&Recipient::default(), &[Android], true), None);
        assert_eq!(subscription(&Recipient::default()), None);
    }
}
