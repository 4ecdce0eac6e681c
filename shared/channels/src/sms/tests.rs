use super::*;
use crate::testing::{context, request};
use baton_domain::{Channel, ChannelContent};

const TWILIO: &str = r#"{"name": "twilio", "accountSid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "authToken": "12345"}"#;

fn fault(document: &str) -> DocumentFault {
    providers(document, &context()).err().expect("a fault")
}

#[test]
fn a_document_gives_its_providers_in_order() {
    let document = format!(
        r#"[{{"name": "EUM"}}, {{"name": "Vonage", "apiKey": "k", "apiSecret": "s"}}, {TWILIO}, {{"name": "aws"}}]"#
    );
    let names: Vec<_> =
        providers(&document, &context()).expect("providers").iter().map(|provider| provider.name()).collect();
    assert_eq!(names, ["AWS", "VONAGE", "TWILIO", "AWS"]);
    assert!(providers("[]", &context()).expect("none").is_empty());
}

#[test]
fn a_name_of_another_channel_is_refused() {
    let fault = fault(&format!(r#"[{TWILIO}, {{"name": "SMTP"}}]"#));
    assert_eq!(fault.path, "/1/name");
    assert!(fault.message.contains("TWILIO, VONAGE, AWS, SANDBOX"), "{fault}");
}

#[test]
fn a_base_url_is_an_address_without_a_query() {
    let base = |url: &str| {
        let entry = TWILIO.replace('}', &format!(r#", "baseUrl": "{url}"}}"#));
        providers(&format!("[{entry}]"), &context()).map(|_| ()).map_err(|fault| fault.path)
    };
    for good in ["http://127.0.0.1:9", "https://api.example.org/twilio/"] {
        assert_eq!(base(good), Ok(()), "{good}");
    }
    for bad in ["", "api.example.org", "ftp://example.org", "https://u:p@example.org", "https://example.org?a=b"] {
        assert_eq!(base(bad), Err("/0/baseUrl".to_owned()), "{bad}");
    }
}

#[test]
fn a_text_is_there_and_within_the_limit() {
    let check = |content: Option<&str>| {
        let content = ChannelContent { text: content.map(str::to_owned), ..ChannelContent::default() };
        match text(&request(Channel::Sms, "+79990000001", content), 4) {
            Ok(_) => "ok".to_owned(),
            Err(Outcome::Refused(error)) => format!("{} {}", error.class, error.code),
            Err(other) => format!("{other:?}"),
        }
    };
    assert_eq!([check(Some("яяяя")), check(Some("😀😀"))], ["ok", "ok"]);
    assert_eq!([check(Some("яяяяя")), check(Some("😀😀a"))], ["permanent text_too_long"; 2]);
    assert_eq!([check(Some("")), check(None)], ["permanent text_missing"; 2]);
}

/// The codes of a class; shared by the tests of the providers.
pub(super) fn codes_of(codes: &Codes, class: ErrorClass) -> Vec<&'static str> {
    codes.iter().filter(|row| row.1 == class).map(|row| row.0).collect()
}

#[test]
fn every_code_stands_once_and_has_a_sentence() {
    for codes in [twilio::CODES, vonage::codes::CODES, eum::CODES, eum::EVENTS] {
        for (index, (code, _, sentence)) in codes.iter().enumerate() {
            assert!(codes[..index].iter().all(|(other, ..)| other != code), "{code} stands twice");
            assert!(sentence.ends_with('.') && !sentence.starts_with(char::is_lowercase), "{code}: {sentence}");
        }
    }
}
