//! What rows come to.

use crate::help::{faults, items, named_workbook, open, refusal, workbook};
use baton_sheets::{Language, Options, Reader, SheetError, SheetType};
use serde_json::{Value, json};
use std::io::Cursor;

/// The items of one row.
fn one(header: &[&str], row: &[&str]) -> Value {
    items(workbook(&[header, row])).remove(0)
}

/// The faults of one row, without its number.
fn wrong(header: &[&str], row: &[&str]) -> Vec<(String, &'static str)> {
    faults(workbook(&[header, row])).into_iter().map(|(_, column, code)| (column, code)).collect()
}

fn fault(column: &str, code: &'static str) -> Vec<(String, &'static str)> {
    vec![(column.to_owned(), code)]
}

#[test]
fn phones_lose_what_people_put_between_their_digits() {
    for phone in [
        "+7 (999) 000-00-01",
        "8 (999) 000-00-01",
        "8\u{a0}999 000\u{2013}00\u{2011}01",
        "89990000001",
        "'79990000001",
        "7.999.000.00.01",
        "\u{202a}+79990000001\u{202c}",
        "79990000001.0",
        "7.9990000001E+10",
        "7,9990000001E+10",
    ] {
        let read = one(&["phone", "text"], &[phone, "x"])["destinations"][0]["phone"].clone();
        assert!(read == "79990000001" || read == "+79990000001", "{phone}: {read}");
    }
    // Nothing else is guessed.
    assert_eq!(one(&["phone", "text"], &["+89990000001", "x"])["destinations"][0]["phone"], "+89990000001");
    assert_eq!(one(&["phone", "text"], &["84951234567", "x"])["destinations"][0]["phone"], "84951234567");
}

#[test]
fn a_phone_of_which_digits_are_lost_is_refused() {
    for phone in ["7.999E+10", "7,999E+10", "1e11", "8E+10", "7.999Е+10", "7.99912e-5", "-1e11"] {
        assert_eq!(wrong(&["phone", "text"], &[phone, "x"]), fault("phone", "invalid"), "{phone}");
    }
    // What is no number at all is left to the rules of the API, which say so.
    for phone in ["тел. 89991234567", "нет", "e-mail", "79990000001 Елена"] {
        assert!(faults(workbook(&[&["phone", "text"], &[phone, "x"]])).is_empty(), "{phone}");
    }
}

#[test]
fn every_type_makes_its_channels() {
    let chat = one(&["Chat ID", "text", "phone", "Продолжить сессию"], &["c", "x", "7", "да"]);
    assert_eq!(chat["channels"], json!({"chat": {"chatId": "c", "text": "x", "continueLastOrStartNewSession": true}}));
    let header = ["chatId", "phone", "text", "templateName", "templateData", "language"];
    let both = one(&header, &["c", "7", "x", "order", "Анна | 42", "ru"]);
    let template = json!({"templateName": "order", "templateData": ["Анна", "42"], "language": "ru"});
    let written = json!({"chatId": "c", "text": "x", "messengerType": "whatsapp"});
    assert_eq!(both["channels"], json!({"chat": written, "whatsapp": template}));
    assert_eq!(one(&header, &["c", "7", "x", "", "", ""])["channels"], json!({"chat": written}));
    let only = one(&["chatId", "phone", "text", "templateName"], &["", "7", "", "order"]);
    assert_eq!(only["channels"], json!({"whatsapp": {"templateName": "order"}}));
    assert_eq!(
        wrong(&["chatId", "phone", "text", "templateName"], &["", "7", "", ""]),
        fault("templateName", "required")
    );
}

#[test]
fn channels_take_what_is_theirs() {
    let header = ["channel", "phone", "text", "subject", "email.text", "email.Тема"];
    let item = one(&header, &["sms; почта", "7", "short", "S", "long", "T"]);
    assert_eq!(item["channels"], json!({"sms": {"text": "short"}, "email": {"text": "long", "subject": "T"}}));
    assert_eq!(wrong(&["channel", "text", "subject"], &["sms", "x", "S"]), fault("subject", "unknown_field"));
    assert_eq!(wrong(&["channel", "text", "vk.text"], &["sms", "x", "y"]), fault("vk.text", "unknown_field"));
    assert_eq!(wrong(&["channel", "text"], &["fax", "x"]), fault("channel", "unknown_channel"));
    assert_eq!(wrong(&["channel", "text"], &["sms, СМС", "x"]), fault("channel", "invalid"));
    assert_eq!(wrong(&["Канал", "text"], &["", "x"]), fault("Канал", "required"));
}

#[test]
fn a_template_stands_for_channels() {
    let id = "0193a1f0-0000-7000-8000-000000000001";
    let item = one(&["templateId", "phone", "var:name", "groupId"], &[id, "7", "Анна", "g"]);
    let destination = json!({"phone": "7", "variables": {"name": "Анна"}});
    assert_eq!(item, json!({"templateId": id, "groupId": "g", "destinations": [destination]}));
    assert_eq!(wrong(&["templateId", "text"], &[id, "x"]), fault("text", "required"));
    // Without channels, a row can not do without its template.
    assert_eq!(wrong(&["phone", "templateId"], &["7", ""]), fault("templateId", "required"));
    assert_eq!(wrong(&["phone", "templateId", "channel"], &["7", "", ""]), fault("channel", "required"));
}

#[test]
fn times_are_in_the_zone_of_the_row() {
    let options = Options { zone: chrono_tz::Asia::Yekaterinburg, ..Options::default() };
    let at = |zone: &str, date: &str, time: &str| {
        let file = format!("phone,text,timeZone,sendDate,sendTime\n7,x,{zone},{date},{time}\n");
        let mut reader = Reader::open(Cursor::new(file), options).expect("a sheet");
        let row = reader.next_row().expect("read").expect("a row");
        row.message.expect("no faults").content.fields()["sendAt"].clone()
    };
    assert_eq!(at("", "2026-12-01", "10:00"), "2026-12-01T10:00:00+05:00");
    assert_eq!(at("Europe/Moscow", "01.12.2026", "9:05:07"), "2026-12-01T09:05:07+03:00");
    assert_eq!(at("Europe/Moscow", "2026-12-01", ""), "2026-12-01T00:00:00+03:00");
    assert_eq!(at("Europe/Moscow", "2026-12-01 08:30:00", ""), "2026-12-01T08:30:00+03:00");
    // The clock jumps from 02:00 to 03:00, and back.
    assert_eq!(at("Europe/Berlin", "2026-03-29", "02:30"), "2026-03-29T03:30:00+02:00");
    assert_eq!(at("Europe/Berlin", "2026-10-25", "02:30"), "2026-10-25T02:30:00+02:00");
}

#[test]
fn hours_are_in_the_zone_of_the_row_or_else_of_the_job() {
    let zone = |zone, row: &str| {
        let file = format!("phone,text,timeZone,timeFrom,timeTo\n7,x,{row}\n");
        let mut reader = Reader::open(Cursor::new(file), Options { zone, ..Options::default() }).expect("a sheet");
        let message = reader.next_row().expect("read").expect("a row").message.expect("no faults");
        (message.content.fields().get("timeZone").cloned(), message.destination.get("timeZone").cloned())
    };
    let omsk = chrono_tz::Asia::Omsk;
    assert_eq!(zone(omsk, ",09:00,21:00"), (Some("Asia/Omsk".into()), None));
    assert_eq!(zone(omsk, "Europe/Moscow,09:00,21:00"), (None, Some("Europe/Moscow".into())));
    assert_eq!(zone(omsk, ",,"), (None, None));
    assert_eq!(zone(chrono_tz::UTC, ",09:00,21:00"), (None, None));
}

#[test]
fn times_that_are_none_are_refused() {
    let date = |date: &str| wrong(&["phone", "text", "sendDate"], &["7", "x", date]);
    for bad in ["2026-13-01", "2026-02-30", "12/01/2026", "tomorrow", "2026", "26-12-01", "2026-12-01T10:00:00Z"] {
        assert_eq!(date(bad), fault("sendDate", "invalid"), "{bad}");
    }
    let time = |time: &str| wrong(&["phone", "text", "timeFrom", "timeTo"], &["7", "x", time, "21:00"]);
    for bad in ["25:00", "9", "9.00", "09:60", "noon", "-1:00"] {
        assert_eq!(time(bad), fault("timeFrom", "invalid"), "{bad}");
    }
    assert_eq!(wrong(&["phone", "text", "sendTime"], &["7", "x", "09:00"]), fault("sendTime", "required"));
    assert_eq!(wrong(&["phone", "text", "timeFrom"], &["7", "x", "09:00"]), fault("timeFrom", "required"));
    assert_eq!(wrong(&["phone", "text", "timeZone"], &["7", "x", "Moscow"]), fault("timeZone", "invalid"));
    let both = wrong(&["channel", "text", "sendAt", "sendDate"], &["sms", "x", "2026-12-01", "2026-12-01"]);
    assert_eq!(both, fault("sendDate", "invalid"));
}

#[test]
fn full_mirrors_every_kind_of_field() {
    let header = [
        "channel",
        "phone",
        "text",
        "validityPeriod",
        "required",
        "successStatus",
        "sendAt",
        "allowedTimeRanges",
        "callbackUrl",
        "callbackData",
        "vk.attachments",
        "messengerUserId",
        "useShortLinks",
    ];
    let row = [
        "vk, sms",
        "7",
        "x",
        "60",
        "НЕТ",
        "Delivered",
        "2026-12-01T10:00:00+03:00",
        "09:00-13:00, 22:00–24:00",
        "https://example.org/",
        " d ",
        "photo1_2, photo1_3",
        "5",
        "1",
    ];
    let common = json!({"text": "x", "validityPeriod": 60, "required": false, "successStatus": "delivered"});
    let mut vk = common.clone();
    vk["attachments"] = json!(["photo1_2", "photo1_3"]);
    assert_eq!(
        one(&header, &row),
        json!({
            "channels": {"vk": vk, "sms": common},
            "sendAt": "2026-12-01T10:00:00+03:00",
            "allowedTimeRanges": [["09:00:00", "13:00:00"], ["22:00:00", "24:00:00"]],
            "callbackUrl": "https://example.org/",
            "callbackData": " d ",
            "useShortLinks": true,
            "destinations": [{"phone": "7", "messengerUserId": "5"}],
        })
    );
    let bad = ["vk", "7", "x", "3000", "maybe", "done", "soon", "always", "", "", "", "", "?"];
    let columns = ["validityPeriod", "required", "successStatus", "sendAt", "allowedTimeRanges", "useShortLinks"];
    assert_eq!(wrong(&header, &bad).iter().map(|(column, _)| column.as_str()).collect::<Vec<_>>(), columns);
}

#[test]
fn a_bad_row_is_refused_and_the_others_go_on() {
    let file = "Телефон;Текст;Дата отправки\n1;a;\n2;b;завтра\n3;c;2026-12-01\n";
    assert_eq!(faults(file), [(3, "Дата отправки".to_owned(), "invalid")]);
    let mut reader = open(file).expect("a sheet");
    let reasons: Vec<_> = (&mut reader).filter_map(|row| row.expect("read").message.err()).flatten().collect();
    assert_eq!(reasons[0].reason.message(Language::Russian), "Нужна дата, например 2026-12-01.");
    assert_eq!(reasons[0].reason.message(Language::English), "A date is expected, as 2026-12-01.");
}

#[test]
fn headers_that_are_none_are_refused() {
    let headers = |headers: &[&str]| refusal(workbook(&[headers]));
    let unknown = |name: &str, cell: &str| SheetError::UnknownHeader(name.to_owned(), cell.to_owned());
    assert_eq!(headers(&["phone", "text", "Фамилия"]), unknown("Фамилия", "C1"));
    assert_eq!(headers(&["phone", "text", "var:a b"]), unknown("var:a b", "C1"));
    assert_eq!(headers(&["channel", "text", "sms.subject"]), unknown("sms.subject", "C1"));
    let twice = |name: &str| SheetError::DuplicateHeader(name.to_owned(), "C1".to_owned());
    assert_eq!(headers(&["phone", "text", "Телефон"]), twice("Телефон"));
    assert_eq!(headers(&["text", "var:a", "VAR: a"]), twice("VAR: a"));
    assert_eq!(headers(&["phone"]), SheetError::MissingHeaders(vec!["text"]));
    assert_eq!(headers(&["phone", "text", "subject"]), SheetError::MissingHeaders(vec!["channel"]));
    assert_eq!(headers(&["79990000001", "text"]), SheetError::NoHeader("A1".to_owned()));
    assert_eq!(headers(&["Анна Иванова", "anna@example.org"]), SheetError::NoHeader("B1".to_owned()));
    assert!(headers(&["phone"]).message(Language::Russian).contains("Текст"));
}

#[test]
fn a_sheet_that_lacks_a_column_is_told_which() {
    let missing = |headers: &[&str]| refusal(workbook(&[headers]));
    let lacks = |keys: &[&'static str]| SheetError::MissingHeaders(keys.to_vec());
    assert_eq!(missing(&["Chat ID", "phone", "text", "templateData", "language"]), lacks(&["templateName"]));
    assert_eq!(missing(&["Chat ID", "phone", "messengerType"]), lacks(&["text"]));
    assert_eq!(missing(&["phone", "text", "imageUrl"]), lacks(&["channel"]));
    assert_eq!(missing(&["phone", "html"]), lacks(&["channel"]));
}

#[test]
fn a_sheet_that_is_named_after_its_type_is_not_taken_for_another() {
    let named = |name: &str, headers: &[&str]| {
        open(named_workbook(name, &[headers]))
            .map(|reader| reader.sheet())
            .map_err(|error| error.message(Language::English))
    };
    let chat: &[&str] = &["Chat ID", "phone", "text", "Continue session"];
    let lacks = "These columns are missing: Template name.".to_owned();
    assert_eq!(named("chatWhatsapp", chat), Err(lacks));
    assert_eq!(named("chat", chat), Ok(SheetType::Chat));
    assert_eq!(named("December", chat), Ok(SheetType::Chat));
    // What has become another sheet is that sheet, whatever its name has remained.
    assert_eq!(named("sms", chat), Ok(SheetType::Chat));
    assert_eq!(named("chatWhatsapp", &["phone", "text", "from"]), Ok(SheetType::Sms));
    assert_eq!(named("universal", &["channel", "phone", "text"]), Ok(SheetType::Advertising));
}

#[test]
fn faults_of_the_api_lead_to_columns() {
    let reader = open("Канал,Телефон,sms.text,Текст,var:name,sendDate,timeTo\n").expect("a sheet");
    for (pointer, column) in [
        ("/messages/12/channels/sms/text", Some("sms.text")),
        ("/channels/email/text", Some("Текст")),
        ("/channels/email/subject", None),
        ("/channels", Some("Канал")),
        ("/messages/0/destinations/3/phone", Some("Телефон")),
        ("/destinations/0/variables/name", Some("var:name")),
        ("/sendAt", Some("sendDate")),
        ("/allowedTimeRanges/0/1", Some("timeTo")),
        ("/callbackUrl", None),
        ("", None),
    ] {
        assert_eq!(reader.column_of(pointer).as_deref(), column, "{pointer}");
    }
}
