//! What the replies of a mail server mean, and how a submission can fail without one.

use baton_domain::{ErrorClass, ProviderError, stop::StopReason};

/// How far a submission has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
#[repr(u8)]
pub(super) enum Stage {
    /// Waiting for a connection, connecting, greeting, TLS.
    Connect,
    /// `AUTH`.
    Login,
    /// `MAIL FROM`.
    Sender,
    /// `RCPT TO`.
    Recipient,
    /// `DATA`, up to the go-ahead.
    Data,
    /// The e-mail itself: from here on the server may have it.
    Content,
}

impl From<u8> for Stage {
    fn from(number: u8) -> Stage {
        [Stage::Connect, Stage::Login, Stage::Sender, Stage::Recipient, Stage::Data]
            .into_iter()
            .find(|stage| *stage as u8 == number)
            .unwrap_or(Stage::Content)
    }
}

/// How a submission failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The server refused: its reply code, and the text of its reply.
    Reply(u16, String),
    /// The server lacks what the settings ask for.
    Lacks(&'static str),
    /// The server can not be told an address: it has letters beyond ASCII before the `@`, and the server no SMTPUTF8.
    Unnameable,
    /// The server's certificate is not to be trusted.
    Certificate,
    /// There was no connection, it broke, or the reply was none.
    Broken,
    /// The time was up.
    Timeout,
}

/// Enhanced status codes (RFC 3463) by their beginning; the first row that fits decides.
const ENHANCED: &[(&str, ErrorClass)] = &[
    ("4.", ErrorClass::Temporary),
    // The sender's mailbox: bad syntax, bad system.
    ("5.1.7", ErrorClass::Misconfigured),
    ("5.1.8", ErrorClass::Misconfigured),
    // No such mailbox or system; RFC 7505: the domain takes no mail.
    ("5.1.", ErrorClass::Permanent),
    // Longer than the recipient's mailbox allows.
    ("5.2.3", ErrorClass::Misconfigured),
    // Disabled; full, which is for good on our time scale.
    ("5.2.", ErrorClass::Permanent),
    // The server's own limits, as 5.3.4 for the size.
    ("5.3.", ErrorClass::Misconfigured),
    // No way to the recipient's system.
    ("5.4.", ErrorClass::Permanent),
    // Commands, contents, policy and authentication.
    ("5.5.", ErrorClass::Misconfigured),
    ("5.6.", ErrorClass::Misconfigured),
    ("5.7.", ErrorClass::Misconfigured),
];

/// Enhanced codes by which the address does not exist (RFC 3463), or its domain takes no mail (RFC 7505).
const NOBODY: &[&str] = &["5.1.1", "5.1.10"];

/// Reply codes (RFC 5321, section 4.2.3; RFC 4954, section 6) without an enhanced one: from, to, the stages, the class; the
/// first row that fits decides.
const CODES: &[(u16, u16, &[Stage], ErrorClass)] = &[
    (400, 499, ANY, ErrorClass::Temporary),
    (530, 538, ANY, ErrorClass::Misconfigured),
    // A server that refuses the sender says nothing about the recipient.
    (500, 599, &[Stage::Login, Stage::Sender], ErrorClass::Misconfigured),
    (550, 553, ANY, ErrorClass::Permanent),
    // Bad syntax of the one address that is not ours.
    (501, 501, &[Stage::Recipient], ErrorClass::Permanent),
    (500, 599, ANY, ErrorClass::Misconfigured),
];

const ANY: &[Stage] = &[Stage::Connect, Stage::Login, Stage::Sender, Stage::Recipient, Stage::Data, Stage::Content];

/// The error of a failure. What happens before the sender is named is about the server as a whole.
pub(super) fn error(stage: Stage, failure: &Failure) -> ProviderError {
    let error = error_at(stage, failure);
    if stage <= Stage::Login || matches!(failure, Failure::Broken | Failure::Timeout) {
        error.provider_wide()
    } else {
        error
    }
}

fn error_at(stage: Stage, failure: &Failure) -> ProviderError {
    let handed_over = stage == Stage::Content;
    let lost = |code: &str, message: &str| {
        if handed_over {
            let message = format!("{message} It may have taken the e-mail.");
            ProviderError::new(ErrorClass::Unknown, code, message)
        } else {
            ProviderError::new(ErrorClass::Temporary, code, message)
        }
    };
    match failure {
        Failure::Reply(code, text) => refusal(stage, *code, text),
        Failure::Lacks(what) => {
            let message = format!("The mail server does not offer {what}.");
            ProviderError::new(ErrorClass::Misconfigured, "not_offered", message)
        }
        Failure::Unnameable => {
            let message = "The mail server takes no addresses with letters beyond ASCII before the @.";
            ProviderError::new(ErrorClass::Permanent, "bad_address", message)
        }
        Failure::Certificate => {
            let message = "The mail server's certificate is not to be trusted, or is for another name.";
            ProviderError::new(ErrorClass::Misconfigured, "bad_certificate", message)
        }
        Failure::Broken if stage == Stage::Connect => lost("no_connection", "No connection to the mail server."),
        Failure::Broken => lost("connection_lost", "The connection broke before the mail server answered."),
        Failure::Timeout => lost("timeout", "The mail server did not answer in time."),
    }
}

fn refusal(stage: Stage, code: u16, text: &str) -> ProviderError {
    let enhanced = enhanced(text);
    // Before the first command it is about the server's own state or about our network, and passes.
    let class = if stage == Stage::Connect {
        ErrorClass::Temporary
    } else {
        let by_enhanced = enhanced.and_then(|code| ENHANCED.iter().find(|(start, _)| code.starts_with(start)));
        by_enhanced.map_or_else(|| by_code(stage, code), |(_, class)| *class)
    };
    let text: Vec<&str> =
        text.split_whitespace().map(|word| if word.contains('@') { "[address]" } else { word }).collect();
    let text: String = text.join(" ").chars().take(300).collect();
    let shown = enhanced.map_or_else(|| code.to_string(), str::to_owned);
    let nobody = NOBODY.contains(&shown.as_str());
    let error = ProviderError::new(class, shown, format!("The mail server answered {code} {text}"));
    if nobody { error.stop(StopReason::Bounce) } else { error }
}

fn by_code(stage: Stage, code: u16) -> ErrorClass {
    let row = CODES.iter().find(|(from, to, stages, _)| (*from..=*to).contains(&code) && stages.contains(&stage));
    row.map_or(ErrorClass::Misconfigured, |(.., class)| *class)
}

/// The enhanced status code at the beginning of a reply's text: class, subject and detail (RFC 2034, section 4).
fn enhanced(text: &str) -> Option<&str> {
    let code = text.split_whitespace().next()?;
    let parts: Vec<&str> = code.split('.').collect();
    let number = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    (parts.len() == 3 && parts.iter().all(number) && matches!(parts[0], "4" | "5")).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ErrorClass::{Misconfigured, Permanent, Temporary, Unknown};

    #[test]
    fn every_reply_has_its_class() {
        use Stage::{Connect, Content, Data, Login, Recipient, Sender};
        for (stage, code, text, class, shown) in [
            (Connect, 554, "No SMTP service here", Temporary, "554"),
            (Connect, 554, "5.7.1 Your address is on a list", Temporary, "5.7.1"),
            (Connect, 421, "too busy", Temporary, "421"),
            (Login, 535, "5.7.8 Authentication credentials invalid", Misconfigured, "5.7.8"),
            (Login, 534, "mechanism is too weak", Misconfigured, "534"),
            (Login, 538, "encryption required", Misconfigured, "538"),
            (Login, 550, "go away", Misconfigured, "550"),
            (Login, 454, "4.7.0 Temporary authentication failure", Temporary, "4.7.0"),
            (Sender, 530, "Authentication required", Misconfigured, "530"),
            (Sender, 550, "sender is not allowed", Misconfigured, "550"),
            (Sender, 550, "5.1.8 no such domain", Misconfigured, "5.1.8"),
            (Sender, 552, "5.3.4 message too big", Misconfigured, "5.3.4"),
            (Recipient, 450, "4.2.0 greylisted", Temporary, "4.2.0"),
            (Recipient, 421, "closing", Temporary, "421"),
            (Recipient, 451, "local error", Temporary, "451"),
            (Recipient, 452, "too many", Temporary, "452"),
            (Recipient, 550, "5.1.1 user unknown", Permanent, "5.1.1"),
            (Recipient, 550, "5.2.1 mailbox disabled", Permanent, "5.2.1"),
            (Recipient, 552, "5.2.2 mailbox full", Permanent, "5.2.2"),
            (Recipient, 556, "5.1.10 the domain takes no mail", Permanent, "5.1.10"),
            (Recipient, 550, "5.7.1 relaying denied", Misconfigured, "5.7.1"),
            (Recipient, 550, "no such user", Permanent, "550"),
            (Recipient, 551, "user not local", Permanent, "551"),
            (Recipient, 552, "no storage", Permanent, "552"),
            (Recipient, 553, "name not allowed", Permanent, "553"),
            (Recipient, 501, "bad syntax", Permanent, "501"),
            (Recipient, 554, "refused", Misconfigured, "554"),
            (Recipient, 503, "bad sequence", Misconfigured, "503"),
            (Recipient, 550, "4.3.0 says so itself", Temporary, "4.3.0"),
            (Data, 554, "no valid recipients", Misconfigured, "554"),
            (Content, 451, "4.3.0 try again", Temporary, "4.3.0"),
            (Content, 554, "5.3.4 message too big", Misconfigured, "5.3.4"),
            (Content, 554, "5.6.0 bad message", Misconfigured, "5.6.0"),
            (Content, 550, "5.7.1 spam", Misconfigured, "5.7.1"),
            (Content, 552, "5.2.2 mailbox full", Permanent, "5.2.2"),
            (Content, 554, "5.9.9 something new", Misconfigured, "5.9.9"),
        ] {
            let error = error(stage, &Failure::Reply(code, text.to_owned()));
            assert_eq!((error.class, error.code.as_str()), (class, shown), "{stage:?} {code} {text}");
        }
    }

    #[test]
    fn a_lost_answer_is_unknown_only_after_the_e_mail_was_sent() {
        for number in 0..=Stage::Content as u8 {
            let stage = Stage::from(number);
            let class = if stage == Stage::Content { Unknown } else { Temporary };
            assert_eq!(stage as u8, number);
            assert_eq!(error(stage, &Failure::Broken).class, class, "{stage:?}");
            assert_eq!(error(stage, &Failure::Timeout).class, class, "{stage:?}");
        }
        assert_eq!(error(Stage::Connect, &Failure::Broken).code, "no_connection");
        assert_eq!(error(Stage::Connect, &Failure::Lacks("STARTTLS")).class, Misconfigured);
        assert_eq!(error(Stage::Connect, &Failure::Certificate).class, Misconfigured);
    }

    #[test]
    fn no_address_gets_into_an_error() {
        let reply = Failure::Reply(550, "5.1.1 <ann@example.org>: Recipient address\nrejected".to_owned());
        assert_eq!(
            error(Stage::Recipient, &reply).message,
            "The mail server answered 550 5.1.1 [address] Recipient address rejected"
        );
    }

    #[test]
    fn only_a_whole_enhanced_code_is_one() {
        for (text, code) in [
            ("5.1.1 x", Some("5.1.1")),
            ("4.22.333", Some("4.22.333")),
            ("5.1 x", None),
            ("2.1.0", None),
            ("10.0.0.1 x", None),
            ("", None),
            ("5.1.1.1", None),
        ] {
            assert_eq!(enhanced(text), code, "{text}");
        }
    }
}
