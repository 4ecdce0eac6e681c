use super::*;
use serde_json::{Value, json};

fn content(data: Value) -> ChannelContent {
    let text = |text: &str| Some(text.to_owned());
    ChannelContent { template_name: text("t"), language: text("ru"), template_data: Some(data), ..Default::default() }
}

fn filled(data: Value) -> Template {
    template(&content(data)).expect("no faults").expect("a template")
}

fn positional(texts: &[&str]) -> Vec<Parameter> {
    texts.iter().map(|text| Parameter { name: None, text: (*text).to_owned() }).collect()
}

fn media_header(template: &Template) -> (MediaKind, &str, Option<&str>) {
    match &template.header {
        Some(Header::Media(media)) => (media.kind, &media.link, media.filename.as_deref()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_part_is_read() {
    let full = filled(json!({
        "header": {"type": "document", "url": "https://example.org/a", "filename": "a.pdf"},
        "body": ["Анна", 42, true, 1.50],
        "buttons": [
            {"type": "url", "text": "orders/42"},
            {"type": "quickReply", "payload": "ACK", "index": 3},
            {"type": "quickReply", "payload": "NO"},
        ],
    }));
    assert_eq!((full.name.as_str(), full.language.as_str(), &full.namespace), ("t", "ru", &None));
    assert_eq!(media_header(&full), (MediaKind::Document, "https://example.org/a", Some("a.pdf")));
    assert_eq!(full.body, positional(&["Анна", "42", "true", "1.5"]));
    assert_eq!(
        full.buttons,
        [
            Button { index: 0, action: ButtonAction::Url("orders/42".to_owned()) },
            Button { index: 3, action: ButtonAction::QuickReply("ACK".to_owned()) },
            Button { index: 2, action: ButtonAction::QuickReply("NO".to_owned()) },
        ]
    );
}

#[test]
fn a_list_is_the_body_and_names_are_kept() {
    assert_eq!(filled(json!(["a", "b"])).body, positional(&["a", "b"]));
    let named = filled(json!({"body": {"order_id": "42", "name": "Анна"}})).body;
    let names: Vec<_> = named.iter().map(|parameter| (parameter.name.as_deref(), parameter.text.as_str())).collect();
    assert_eq!(names, [(Some("order_id"), "42"), (Some("name"), "Анна")]);
    let bare = Template { name: "t".to_owned(), language: "ru".to_owned(), ..Template::default() };
    for data in [json!({}), json!([]), json!({"header": null, "body": [], "buttons": []})] {
        assert_eq!(filled(data), bare);
    }
}

#[test]
fn a_header_is_any_of_five_kinds() {
    let header = |header: Value| filled(json!({"header": header})).header.expect("a header");
    let text = |name: Option<&str>| Header::Text(Parameter { name: name.map(str::to_owned), text: "Sale".to_owned() });
    assert_eq!(header(json!("Sale")), text(None));
    assert_eq!(header(json!({"type": "text", "text": "Sale"})), text(None));
    assert_eq!(header(json!({"type": "text", "text": "Sale", "name": "what"})), text(Some("what")));
    for (kind, expected) in
        [("image", MediaKind::Image), ("video", MediaKind::Video), ("document", MediaKind::Document)]
    {
        let Header::Media(media) = header(json!({"type": kind, "url": "http://example.org/x"})) else {
            panic!("{kind}")
        };
        assert_eq!((media.kind, media.kind.name(), media.filename), (expected, kind, None));
    }
    let place =
        header(json!({"type": "location", "latitude": "55.75", "longitude": -37.6, "name": "Shop", "address": "1 St"}));
    let expected =
        Location { latitude: 55.75, longitude: -37.6, name: Some("Shop".to_owned()), address: Some("1 St".to_owned()) };
    assert_eq!(place, Header::Location(expected));
}

#[test]
fn addresses_of_the_content_are_the_header() {
    let with = |change: fn(&mut ChannelContent)| {
        let mut content = content(json!(["a"]));
        change(&mut content);
        template(&content)
    };
    let image = with(|content| content.image_url = Some("https://example.org/a".to_owned()));
    assert_eq!(media_header(&image.expect("ok").expect("a template")).0, MediaKind::Image);
    let document = with(|content| {
        content.media_url = Some("https://example.org/a.mp4".to_owned());
        content.document_filename = Some("film.mp4".to_owned());
    });
    let document = document.expect("ok").expect("a template");
    assert_eq!(media_header(&document), (MediaKind::Document, "https://example.org/a.mp4", Some("film.mp4")));

    let twice = with(|content| {
        content.media_url = Some("https://example.org/a.mp4".to_owned());
        content.template_data = Some(json!({"header": "Sale"}));
    });
    assert_eq!(twice.expect_err("a fault")[0].pointer, "/templateData/header");
    let two = with(|content| {
        content.media_url = Some("https://example.org/a.mp4".to_owned());
        content.image_url = Some("https://example.org/a.png".to_owned());
    });
    assert_eq!(two.expect_err("a fault")[0].pointer, "/mediaUrl");
}

#[test]
fn a_medium_is_told_by_the_ending_of_its_path() {
    let kind = |url: &str| {
        let content = ChannelContent { media_url: Some(url.to_owned()), ..Default::default() };
        media(&content).expect("a medium").kind
    };
    assert_eq!(kind("https://example.org/a.MP4?token=x.pdf"), MediaKind::Video);
    assert_eq!(kind("https://example.org/a.3gpp#t"), MediaKind::Video);
    assert_eq!(kind("https://example.org/a.jpeg"), MediaKind::Image);
    for document in
        ["https://example.org/a.pdf", "https://example.org/", "https://example.org/mp4", "https://a/?b=c.png"]
    {
        assert_eq!(kind(document), MediaKind::Document, "{document}");
    }
    assert_eq!(media(&ChannelContent::default()), None);
}

fn found(content: &ChannelContent, stage: Stage) -> Vec<(String, &'static str)> {
    faults(content, stage).into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

#[test]
fn every_fault_has_its_place() {
    let url = json!({"type": "url", "text": "x"});
    let table = [
        (json!("a"), "", "invalid"),
        (json!(1), "", "invalid"),
        (json!({"footer": "x"}), "/footer", "unknown_field"),
        (json!({"a/b~": 1}), "/a~1b~0", "unknown_field"),
        (json!(["a", {}]), "/1", "invalid"),
        (json!(["a", ["b"]]), "/1", "invalid"),
        (json!(["a", null]), "/1", "invalid"),
        (json!({"body": "a"}), "/body", "invalid"),
        (json!({"body": [""]}), "/body/0", "empty"),
        (json!({"body": ["  "]}), "/body/0", "empty"),
        (json!({"body": ["a\nb"]}), "/body/0", "invalid"),
        (json!({"body": ["a\tb"]}), "/body/0", "invalid"),
        (json!({"body": ["a    b"]}), "/body/0", "invalid"),
        (json!({"body": ["я".repeat(1025)]}), "/body/0", "too_long"),
        (json!({"body": {"a b": "x"}}), "/body/a b", "invalid"),
        (json!({"body": {"": "x"}}), "/body/", "invalid"),
        (json!({"body": {"a": []}}), "/body/a", "invalid"),
        (json!({"header": []}), "/header", "invalid"),
        (json!({"header": {}}), "/header/type", "invalid"),
        (json!({"header": {"type": "audio", "url": "https://a"}}), "/header/type", "invalid"),
        (json!({"header": {"type": "image"}}), "/header/url", "required"),
        (json!({"header": {"type": "image", "url": "ftp://a"}}), "/header/url", "invalid"),
        (json!({"header": {"type": "image", "url": "https://a/b c"}}), "/header/url", "invalid"),
        (json!({"header": {"type": "video", "url": "https:///x"}}), "/header/url", "invalid"),
        (
            json!({"header": {"type": "image", "url": "https://a", "filename": "x"}}),
            "/header/filename",
            "unknown_field",
        ),
        (json!({"header": {"type": "text"}}), "/header/text", "required"),
        (json!({"header": {"type": "text", "text": "я".repeat(61)}}), "/header/text", "too_long"),
        (json!({"header": "я".repeat(61)}), "/header", "too_long"),
        (json!({"header": {"type": "location", "longitude": 1}}), "/header/latitude", "required"),
        (json!({"header": {"type": "location", "latitude": 91, "longitude": 1}}), "/header/latitude", "invalid"),
        (json!({"header": {"type": "location", "latitude": "NaN", "longitude": 1}}), "/header/latitude", "invalid"),
        (json!({"header": {"type": "location", "latitude": 1, "longitude": "x"}}), "/header/longitude", "invalid"),
        (json!({"buttons": {}}), "/buttons", "invalid"),
        (json!({"buttons": vec![url.clone(); 11]}), "/buttons", "too_long"),
        (json!({"buttons": ["x"]}), "/buttons/0", "invalid"),
        (json!({"buttons": [{"text": "x"}]}), "/buttons/0/type", "invalid"),
        (json!({"buttons": [{"type": "url"}]}), "/buttons/0/text", "required"),
        (json!({"buttons": [{"type": "quickReply", "text": "x", "payload": "y"}]}), "/buttons/0/text", "unknown_field"),
        (json!({"buttons": [{"type": "quickReply", "payload": "y".repeat(257)}]}), "/buttons/0/payload", "too_long"),
        (json!({"buttons": [{"type": "url", "text": "x", "index": 10}]}), "/buttons/0/index", "invalid"),
        (json!({"buttons": [{"type": "url", "text": "x", "index": "1"}]}), "/buttons/0/index", "invalid"),
        (json!({"buttons": [url, {"type": "url", "text": "x", "index": 0}]}), "/buttons/1/index", "invalid"),
    ];
    for (data, place, code) in table {
        let expected = [(format!("/templateData{place}"), code)];
        let content = content(data.clone());
        assert_eq!(found(&content, Stage::Rendered), expected, "{data}");
        assert_eq!(found(&content, Stage::Written), expected, "{data}");
        assert!(template(&content).is_err(), "{data}");
    }
}

#[test]
fn all_faults_are_told_together_and_none_quotes_a_value() {
    let mut content =
        content(json!({"header": {"type": "s3cret"}, "body": ["s3cret\n", {"x": "s3cret"}], "x": "s3cret"}));
    content.language = Some("s3cret s3cret".to_owned());
    let faults = faults(&content, Stage::Rendered);
    assert_eq!(faults.len(), 5, "{faults:?}");
    assert!(!format!("{faults:?}").contains("s3cret"));
}

#[test]
fn variables_are_looked_at_when_they_are_filled_in() {
    let content = content(json!({
        "header": {"type": "location", "latitude": "{{lat}}", "longitude": "{{lon}}"},
        "body": ["{{name}}\n{{none|}}"], "buttons": [{"type": "url", "text": "{{path}}"}],
    }));
    assert_eq!(found(&content, Stage::Written), []);
    let fill = |variables: Value| {
        let recipient = crate::Recipient {
            variables: serde_json::from_value(variables).expect("variables"),
            ..crate::Recipient::default()
        };
        content.render(&recipient).expect("rendered")
    };
    let rendered = fill(json!({"lat": 1, "lon": 200, "name": "a", "path": "{{"}));
    assert_eq!(
        found(&rendered, Stage::Rendered),
        [("/templateData/header/longitude".to_owned(), "invalid"), ("/templateData/body/0".to_owned(), "invalid")]
    );
}

#[test]
fn a_template_has_a_language_and_its_data_a_template() {
    let mut content = content(json!([]));
    for good in ["ru", "en_US", "en-US", "fil", "zh_CN", "zh_Hans_CN"] {
        content.language = Some(good.to_owned());
        assert_eq!(found(&content, Stage::Written), [], "{good}");
    }
    for bad in ["", "r", "russian", "en_", "en US", "ru_RU_x_y", "ёж"] {
        content.language = Some(bad.to_owned());
        assert_eq!(found(&content, Stage::Written), [("/language".to_owned(), "invalid")], "{bad}");
    }
    content.language = None;
    assert_eq!(found(&content, Stage::Written), [("/language".to_owned(), "required")]);
    content.template_name = None;
    assert_eq!(found(&content, Stage::Written), [("/templateName".to_owned(), "required")]);
    content.template_data = None;
    assert_eq!(template(&content), Ok(None));
}
