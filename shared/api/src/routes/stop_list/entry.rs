//! One line that somebody puts on a stop list, from JSON or from a row of a CSV.

use crate::{fields::has_control, mail, phone};
use baton_domain::{
    Channel, Recipient,
    stop::{StopReason, stop_address},
};
use std::collections::BTreeSet;

/// The most bytes of an id or a push registration.
const MOST_ADDRESS: usize = 4096;
/// The most characters of a comment.
const MOST_COMMENT: usize = 500;

/// A line as it was given.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Given<'a> {
    pub(super) recipient: Option<&'a str>,
    pub(super) channel: Option<&'a str>,
    pub(super) reason: Option<&'a str>,
    pub(super) comment: Option<&'a str>,
}

/// A line that may be put on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) address: String,
    pub(super) channel: Option<Channel>,
    pub(super) reason: StopReason,
    pub(super) comment: Option<String>,
}

/// What is wrong with a line: the field, a code and a sentence.
pub(super) type Fault = (&'static str, &'static str, String);

/// Reads a line.
pub(super) fn read(given: Given<'_>) -> Result<Line, Fault> {
    let channel = match given.channel {
        None | Some("*") => None,
        Some(name) => Some(name.parse::<Channel>().map_err(|error| ("channel", "invalid", error.to_string()))?),
    };
    let recipient = given.recipient.ok_or_else(|| ("recipient", "required", "recipient is required.".to_owned()))?;
    let address = address(recipient, channel).map_err(|message| ("recipient", "invalid", message))?;
    let reason = given.reason.map(str::parse).transpose();
    let reason = reason.map_err(|error| ("reason", "invalid", format!("{error}")))?.unwrap_or(StopReason::Manual);
    let comment = given.comment.filter(|comment| !comment.is_empty()).map(str::to_owned);
    if comment.as_ref().is_some_and(|comment| comment.chars().count() > MOST_COMMENT) {
        return Err(("comment", "too_long", format!("A comment has at most {MOST_COMMENT} characters.")));
    }
    if comment.as_deref().is_some_and(has_control) {
        return Err(("comment", "control_character", "Control characters are not allowed.".to_owned()));
    }
    Ok(Line { address, channel, reason, comment })
}

/// The address as lists compare it. On all channels at once people are known by their phone or their e-mail alone: the same id is
/// somebody else in every messenger.
fn address(text: &str, channel: Option<Channel>) -> Result<String, String> {
    let text = text.trim_matches(' ');
    match channel {
        Some(Channel::Email) => of_mail(text),
        Some(Channel::Sms | Channel::Whatsapp | Channel::Viber) => of_phone(text),
        None if text.contains('@') => of_mail(text),
        None => of_phone(text).map_err(|why| format!("{why} An id needs its channel.")),
        Some(_) if text.starts_with('+') => of_phone(text),
        Some(channel) => {
            let fits = (1..=MOST_ADDRESS).contains(&text.len()) && !has_control(text);
            let expected = Recipient::address_fields(channel);
            if fits { Ok(stop_address(text)) } else { Err(format!("Expected is what stands in {expected}.")) }
        }
    }
}

fn of_phone(text: &str) -> Result<String, String> {
    phone::normalise(text).map_err(|why| format!("{}; {why}.", phone::EXPECTED))
}

fn of_mail(text: &str) -> Result<String, String> {
    let address = mail::normalise(text).map(|address| stop_address(&address));
    address.ok_or_else(|| "An e-mail address is expected, as name@example.org.".to_owned())
}

/// The addresses that somebody may mean who looks for one.
pub(super) fn meant(text: &str) -> BTreeSet<String> {
    let text = text.trim_matches(' ');
    let as_it_is = stop_address(text);
    [of_phone(text).ok(), of_mail(text).ok(), Some(as_it_is)].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given<'a>(recipient: &'a str, channel: Option<&'a str>) -> Given<'a> {
        Given { recipient: Some(recipient), channel, ..Given::default() }
    }

    #[test]
    fn an_address_is_read_as_its_channel_wants_it() {
        for (recipient, channel, expected) in [
            ("8 (999) 000", Some("sms"), None),
            ("7 (999) 000-00-01", Some("SMS"), Some("+79990000001")),
            ("79990000001", None, Some("+79990000001")),
            ("Anna@Example.ORG", None, Some("anna@example.org")),
            ("Anna@Example.ORG", Some("email"), Some("anna@example.org")),
            ("+79990000001", Some("email"), None),
            ("79990000001", Some("telegram"), Some("79990000001")),
            ("+79990000001", Some("vk"), Some("+79990000001")),
            ("token", Some("push"), Some("token")),
            ("token", None, None),
            ("token", Some("*"), None),
            ("", Some("max"), None),
            ("x", Some("fax"), None),
        ] {
            let read = read(given(recipient, channel)).ok().map(|line| line.address);
            assert_eq!(read.as_deref(), expected, "{recipient} {channel:?}");
        }
    }

    #[test]
    fn a_line_has_a_reason_and_a_short_comment() {
        let long = "я".repeat(501);
        let with = |reason, comment| read(Given { reason, comment, ..given("+79990000001", None) });
        let line = with(Some("Bounce"), Some("Просил не писать")).expect("a line");
        assert_eq!((line.reason, line.comment.as_deref()), (StopReason::Bounce, Some("Просил не писать")));
        assert_eq!(with(None, Some("")).map(|line| (line.reason, line.comment)), Ok((StopReason::Manual, None)));
        let code = |line: Result<Line, Fault>| line.map_err(|(field, code, _)| (field, code)).err();
        assert_eq!(code(with(Some("bored"), None)), Some(("reason", "invalid")));
        assert_eq!(code(with(None, Some(&long))), Some(("comment", "too_long")));
        assert_eq!(code(with(None, Some("a\u{1}"))), Some(("comment", "control_character")));
        assert_eq!(code(read(Given::default())), Some(("recipient", "required")));
    }

    #[test]
    fn who_looks_for_an_address_may_write_it_in_any_way() {
        assert!(meant(" 7 999 000 00 01").contains("+79990000001"));
        assert!(meant("ANNA@example.org").contains("anna@example.org"));
        assert_eq!(meant("42"), BTreeSet::from(["42".to_owned()]));
    }
}
