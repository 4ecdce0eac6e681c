use super::*;
use crate::testing::context;

const TWILIO: &str = r#"{"name": "twilio", "accountSid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "authToken": "12345"}"#;

fn fault(document: &str) -> DocumentFault {
    providers(document, &context()).err().expect("a fault")
}

#[test]
fn a_document_gives_its_providers_in_order() {
    let document = format!(r#"[{{"name": "EUM"}}, {{"name": "Vonage", "apiKey": "k", "apiSecret": "s"}}, {TWILIO}]"#);
    let names: Vec<_> =
        providers(&document, &context()).expect("providers").iter().map(|provider| provider.name()).collect();
    assert_eq!(names, ["AWS", "VONAGE", "TWILIO"]);
    assert!(providers("[]", &context()).expect("none").is_empty());
}

#[test]
fn a_provider_that_stands_twice_is_refused_by_any_of_its_names() {
    let fault = fault(r#"[{"name": "EUM"}, {"name": "aws"}]"#);
    assert_eq!((fault.path.as_str(), fault.message.as_str()), ("/1/name", "AWS stands twice"));
}

#[test]
fn a_name_of_another_channel_is_refused() {
    let fault = fault(&format!(r#"[{TWILIO}, {{"name": "SMTP"}}]"#));
    assert_eq!(fault.path, "/1/name");
    assert!(fault.message.contains("one of TWILIO, VONAGE, AWS,"), "{fault}");
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
fn the_tables_of_codes_are_well_formed() {
    for codes in [twilio::codes::CODES, crate::vonage::codes::CODES, eum::codes::CODES, eum::codes::EVENTS] {
        codes.assert_well_formed();
    }
}
