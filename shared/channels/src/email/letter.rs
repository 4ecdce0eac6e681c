//! What a content becomes as an e-mail, whichever provider carries it.

use crate::document::{DocumentFault, Entry};
use baton_domain::{ChannelContent, ErrorClass, ProviderError, render::escape_html};
use baton_pipeline::provider::SendRequest;
use lettre::{
    Address,
    message::{
        Mailbox,
        header::{From as FromHeader, Headers},
    },
};
use url::{Host, Url};

/// The header with our reference: receipts that carry no tags of ours have the headers.
pub(super) const REFERENCE_HEADER: &str = "X-Baton-Ref";

/// What an entry says about the sender.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    /// Who writes when the content does not say.
    pub from: Mailbox,
    /// The address of one-click unsubscription (RFC 8058), in which `{ref}` stands for our reference.
    pub unsubscribe_url: Option<String>,
}

impl Sender {
    /// Reads the settings `fromEmail`, `fromName` and `unsubscribeUrl`.
    pub fn new(
        entry: &Entry,
        from_email: &str,
        from_name: Option<&str>,
        unsubscribe_url: Option<&str>,
    ) -> Result<Sender, DocumentFault> {
        let from = address(from_email).ok_or_else(|| entry.fault("fromEmail", "an e-mail address is expected"))?;
        let https = |url: &str| Url::parse(url).is_ok_and(|url| url.scheme() == "https") && url.is_ascii();
        if !unsubscribe_url.is_none_or(https) {
            return Err(entry.fault("unsubscribeUrl", "an https address is expected"));
        }
        let from = Mailbox::new(from_name.map(one_line), from);
        Ok(Sender { from, unsubscribe_url: unsubscribe_url.map(str::to_owned) })
    }
}

/// An e-mail, ready to be written in a provider's form. Its header texts are single lines.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub from: Mailbox,
    pub to: Address,
    pub reply_to: Option<Mailbox>,
    pub subject: String,
    pub body: Body,
    /// Headers beside those above, with values in ASCII.
    pub headers: Vec<(&'static str, String)>,
}

/// The body of a [`Letter`], with at least one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Body {
    pub text: Option<String>,
    pub html: Option<String>,
}

impl Letter {
    /// Composes the e-mail of a request.
    pub fn new(request: &SendRequest, sender: &Sender) -> Result<Letter, ProviderError> {
        let fault = |class, code, message| Err(ProviderError::new(class, code, message));
        let content = &request.content;
        let Some(to) = address(&request.to) else {
            return fault(ErrorClass::Permanent, "bad_address", "The recipient's e-mail address is not valid.");
        };
        let Some(from) = from(content, &sender.from) else {
            return fault(ErrorClass::Misconfigured, "bad_sender", "The sender's e-mail address is not valid.");
        };
        let reply_to = content.reply_to.as_deref().map(mailbox);
        if reply_to == Some(None) {
            return fault(ErrorClass::Misconfigured, "bad_reply_to", "The address for answers is not valid.");
        }
        let Some(body) = body(content) else {
            return fault(ErrorClass::Permanent, "no_text", "The e-mail has neither text nor html.");
        };
        let subject = one_line(content.subject.as_deref().unwrap_or_default());
        let reference = request.attempt.to_string();
        let mut headers = vec![(REFERENCE_HEADER, reference.clone())];
        if let Some(url) = &sender.unsubscribe_url {
            headers.push(("List-Unsubscribe", format!("<{}>", url.replace("{ref}", &reference))));
            headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        Ok(Letter { from, to, reply_to: reply_to.flatten(), subject, body, headers })
    }
}

/// Who writes: `fromEmail` and `fromName` of the content; `from` stands for either, by whether it has an `@`.
fn from(content: &ChannelContent, default: &Mailbox) -> Option<Mailbox> {
    let common = content.from.as_deref();
    let email = content.from_email.as_deref().or(common.filter(|from| from.contains('@')));
    let name = content.from_name.as_deref().or(common.filter(|from| !from.contains('@')));
    let name = name.map(one_line).or_else(|| default.name.clone());
    Some(Mailbox::new(name.filter(|name| !name.is_empty()), email.map_or(Some(default.email.clone()), address)?))
}

/// The parts. A caller's `html` is the whole design. Without it, a picture and a button make an HTML part of their own, and
/// the button's address stands in the text too.
fn body(content: &ChannelContent) -> Option<Body> {
    let text = content.text.as_deref().filter(|text| !text.is_empty());
    let html = content.html.as_deref().filter(|html| !html.is_empty());
    if html.is_some() || (content.image_url.is_none() && content.button_url.is_none()) {
        let body = Body { text: text.map(str::to_owned), html: html.map(str::to_owned) };
        return (body.text.is_some() || body.html.is_some()).then_some(body);
    }
    let mut lines: Vec<String> = text.map(str::to_owned).into_iter().collect();
    let mut page: Vec<String> = text.map(paragraph).into_iter().collect();
    if let Some(url) = &content.image_url {
        page.push(format!("<p><img src=\"{}\" alt=\"\" style=\"max-width:100%\"></p>", escape_html(url)));
    }
    if let Some(url) = &content.button_url {
        let label = content.button_text.as_ref().unwrap_or(url);
        lines.push(if label == url { url.clone() } else { format!("{label}: {url}") });
        page.push(format!("<p><a href=\"{}\">{}</a></p>", escape_html(url), escape_html(label)));
    }
    let html = format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n{}\n</body></html>\n",
        page.join("\n")
    );
    Some(Body { text: (!lines.is_empty()).then(|| lines.join("\n\n")), html: Some(html) })
}

fn paragraph(text: &str) -> String {
    format!("<p style=\"white-space:pre-wrap\">{}</p>", escape_html(text))
}

/// Reads an address; a domain in national letters becomes ASCII (RFC 5891), which every mail server takes.
fn address(text: &str) -> Option<Address> {
    let address: Address = text.trim().parse().ok()?;
    match Host::parse(address.domain()) {
        Ok(Host::Domain(domain)) => Address::new(address.user(), domain).ok(),
        _ => Some(address),
    }
}

/// Reads `a@example.org` or `Name <a@example.org>`.
fn mailbox(text: &str) -> Option<Mailbox> {
    let mailbox: Mailbox = one_line(text).parse().ok()?;
    Some(Mailbox::new(mailbox.name, address(mailbox.email.as_ref())?))
}

/// A header is one line: anything that could begin another becomes a space.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// A mailbox as it stands in a header, the name as encoded words (RFC 2047) where it has to be.
pub(super) fn encoded(mailbox: &Mailbox) -> String {
    let mut headers = Headers::new();
    headers.set(FromHeader::from(lettre::message::Mailboxes::from(mailbox.clone())));
    let header = headers.to_string();
    header.trim_start_matches("From:").replace("\r\n", "").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use baton_domain::Channel;

    fn sender() -> Sender {
        let entry = crate::document::parse(r#"[{"name": "SES"}]"#).expect("a document").remove(0);
        Sender::new(&entry, "no-reply@example.org", Some("Baton"), Some("https://example.org/u?m={ref}"))
            .expect("a sender")
    }

    fn text(text: &str) -> ChannelContent {
        ChannelContent { text: Some(text.to_owned()), subject: Some("Hi".to_owned()), ..ChannelContent::default() }
    }

    fn letter(to: &str, content: ChannelContent) -> Result<Letter, (ErrorClass, String)> {
        let request = testing::request(Channel::Email, to, content);
        Letter::new(&request, &sender()).map_err(|error| (error.class, error.code))
    }

    #[test]
    fn the_content_decides_who_writes_and_the_settings_else() {
        let from = |content: ChannelContent| letter("a@b.org", content).map(|letter| encoded(&letter.from));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(from(text("x")), Ok("Baton <no-reply@example.org>".to_owned()));
        assert_eq!(
            from(ChannelContent { from: some("Shop"), ..text("x") }),
            Ok("Shop <no-reply@example.org>".to_owned())
        );
        assert_eq!(from(ChannelContent { from: some("s@x.ru"), ..text("x") }), Ok("Baton <s@x.ru>".to_owned()));
        let named = ChannelContent { from_email: some("s@x.ru"), from_name: some("Лавка"), ..text("x") };
        assert_eq!(from(named), Ok("=?utf-8?b?0JvQsNCy0LrQsA==?= <s@x.ru>".to_owned()));
        let bad = ChannelContent { from_email: some("no address"), ..text("x") };
        assert_eq!(from(bad), Err((ErrorClass::Misconfigured, "bad_sender".to_owned())));
    }

    #[test]
    fn addresses_are_checked_and_national_domains_become_ascii() {
        let to = |to: &str| letter(to, text("x")).map(|letter| letter.to.to_string());
        assert_eq!(to("ann@пример.рф"), Ok("ann@xn--e1afmkfd.xn--p1ai".to_owned()));
        assert_eq!(to("Ann.B+c@Example.ORG"), Ok("Ann.B+c@example.org".to_owned()));
        for bad in ["", "ann", "ann@", "@example.org", "a b@example.org", "a@example.org\r\nRCPT TO:<b@c.org>", "a@b@c"]
        {
            assert_eq!(to(bad), Err((ErrorClass::Permanent, "bad_address".to_owned())), "{bad}");
        }
        let answers = |reply_to: &str| {
            let content = ChannelContent { reply_to: Some(reply_to.to_owned()), ..text("x") };
            letter("a@b.org", content).map(|letter| letter.reply_to.as_ref().map(encoded))
        };
        assert_eq!(answers("Help <help@пример.рф>"), Ok(Some("Help <help@xn--e1afmkfd.xn--p1ai>".to_owned())));
        assert_eq!(answers("help"), Err((ErrorClass::Misconfigured, "bad_reply_to".to_owned())));
    }

    #[test]
    fn a_line_break_opens_no_header() {
        let content = ChannelContent {
            subject: Some("Hi\r\nBcc: x@y.org".to_owned()),
            from_name: Some("A\nB".to_owned()),
            ..text("x")
        };
        let letter = letter("a@b.org", content).expect("a letter");
        assert_eq!(letter.subject, "Hi  Bcc: x@y.org");
        assert_eq!(letter.from.name.as_deref(), Some("A B"));
    }

    #[test]
    fn pictures_and_buttons_make_html_unless_the_caller_wrote_it() {
        let rich = ChannelContent {
            image_url: Some("https://example.org/a.png?a=1&b=\"2\"".to_owned()),
            button_url: Some("https://example.org/go".to_owned()),
            button_text: Some("Go <on>".to_owned()),
            ..text("1 < 2")
        };
        let made = body(&rich).expect("a body");
        assert_eq!(made.text.as_deref(), Some("1 < 2\n\nGo <on>: https://example.org/go"));
        let html = made.html.expect("html");
        assert!(
            html.contains("1 &lt; 2") && html.contains("href=\"https://example.org/go\">Go &lt;on&gt;</a>"),
            "{html}"
        );
        assert!(html.contains("a=1&amp;b=&quot;2&quot;"), "{html}");
        let own = ChannelContent { html: Some("<b>own</b>".to_owned()), ..rich };
        let expected = Body { text: Some("1 < 2".to_owned()), html: Some("<b>own</b>".to_owned()) };
        assert_eq!(body(&own), Some(expected));
        assert_eq!(letter("a@b.org", text("")).err(), Some((ErrorClass::Permanent, "no_text".to_owned())));
    }

    #[test]
    fn our_reference_and_the_way_out_are_headers() {
        let letter = letter("a@b.org", text("x")).expect("a letter");
        let reference = testing::attempt().to_string();
        let expected = [
            (REFERENCE_HEADER, reference.clone()),
            ("List-Unsubscribe", format!("<https://example.org/u?m={reference}>")),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
        ];
        assert_eq!(letter.headers, expected);
        let entry = crate::document::parse(r#"[{"name": "SES"}]"#).expect("a document").remove(0);
        for (email, unsubscribe, place) in
            [("nobody", None, "/0/fromEmail"), ("a@b.org", Some("http://x.org"), "/0/unsubscribeUrl")]
        {
            let fault = Sender::new(&entry, email, None, unsubscribe).expect_err("a fault");
            assert_eq!(fault.path, place);
        }
    }
}
