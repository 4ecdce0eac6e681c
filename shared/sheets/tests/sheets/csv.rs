//! CSV, in every form that programs save it in.

use crate::help::{faults, items, messages, open, refusal, rows, sms};
use baton_sheets::{Language, SheetError, SheetType};
use serde_json::json;

const EXPECTED: [(&str, &str); 2] = [("79990000001", "Привет, мир"), ("79990000002", "Ещё; \"раз\"")];

fn expected() -> Vec<serde_json::Value> {
    EXPECTED.map(|(phone, text)| sms(phone, text)).to_vec()
}

fn file(separator: &str, end: &str) -> String {
    ["Телефон|Текст", "79990000001|\"Привет, мир\"", "79990000002|\"Ещё; \"\"раз\"\"\""]
        .map(|line| line.replace('|', separator))
        .join(end)
}

#[test]
fn separators_and_line_ends_are_told() {
    for separator in [",", ";", "\t"] {
        for end in ["\n", "\r\n"] {
            assert_eq!(items(file(separator, end)), expected(), "{separator:?} {end:?}");
            assert_eq!(items(file(separator, end) + end), expected(), "{separator:?} {end:?}");
        }
    }
}

#[test]
fn the_line_that_tells_excel_the_separator_is_no_row() {
    for end in ["\n", "\r\n"] {
        let file = format!("sep=|{end}{}", file("|", end));
        let marked = format!("\u{feff}{file}");
        let little = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [file.into_bytes(), marked.into_bytes(), little, big] {
            assert_eq!(rows(bytes.clone()).iter().map(|row| row.number).collect::<Vec<_>>(), [3, 4]);
            assert_eq!(items(bytes), expected());
        }
    }
}

#[test]
fn encodings_are_told() {
    let text = file(";", "\r\n");
    let marked = format!("\u{feff}{text}");
    let (windows, _, lost) = encoding_rs::WINDOWS_1251.encode(&text);
    let windows = windows.into_owned();
    assert!(!lost);
    let little: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [text.into_bytes(), marked.into_bytes(), windows, little, big] {
        assert_eq!(items(bytes), expected());
    }
}

#[test]
fn a_long_file_in_windows_1251_is_read_to_its_end() {
    let mut text = "Телефон;Текст\n".to_owned();
    for number in 0..5000 {
        text.push_str(&format!("7999{number:07};Здравствуйте, это проверка номер {number}\n"));
    }
    let (windows, ..) = encoding_rs::WINDOWS_1251.encode(&text);
    let read = items(windows.into_owned());
    assert_eq!(read.len(), 5000);
    assert_eq!(read[4999], sms("79990004999", "Здравствуйте, это проверка номер 4999"));
}

#[test]
fn damaged_text_is_refused_with_its_line() {
    let mut utf8 = "Телефон;Текст\n79990000001;Привет\n79990000002;Пока\n".as_bytes().to_vec();
    let last = utf8.len() - 2;
    utf8[last] = 0xff;
    assert_eq!(refusal(utf8), SheetError::Encoding(3));
    let mut marked = b"\xef\xbb\xbfphone,text\n1,".to_vec();
    marked.extend_from_slice(&[0xcf, 0xf0, 0xe8, b'\n']);
    assert_eq!(refusal(marked), SheetError::Encoding(2));
    // 0x98 is the one byte that Windows-1251 does not have.
    assert_eq!(refusal(b"phone,text\n1,\xcf\xf0\xe8\n2,\x98\n".to_vec()), SheetError::Encoding(3));
    // Half a surrogate pair.
    let mut half: Vec<u8> = "\u{feff}phone,text\n1,a".encode_utf16().flat_map(u16::to_le_bytes).collect();
    half.extend_from_slice(&[0x00, 0xd8, b'\n', 0]);
    assert_eq!(refusal(half), SheetError::Encoding(2));
}

#[test]
fn what_is_no_text_is_no_csv() {
    for bytes in
        [b"\x89PNG\r\n\x1a\n\0\0".to_vec(), b"%PDF-1.7 ...".to_vec(), b"<html><table>".to_vec(), b"a\0b\0".to_vec()]
    {
        assert_eq!(refusal(bytes), SheetError::UnknownFormat);
    }
    assert_eq!(refusal(""), SheetError::Empty);
    assert_eq!(refusal("\n\n  \n"), SheetError::Empty);
    assert_eq!(refusal("\u{feff}"), SheetError::Empty);
}

#[test]
fn rows_have_the_numbers_that_excel_shows() {
    let file = "phone,text\n\n1,\"a\nb\nc\"\n\n\n2,d\n3,\"e\r\nf\"\n,\n4,g";
    let read = rows(file);
    assert_eq!(read.iter().map(|row| row.number).collect::<Vec<_>>(), [3, 6, 7, 9]);
    // The last line may lack its end, whatever the others end with.
    for end in ["\n", "\r\n"] {
        let read = rows(["phone,text", "1,a", "", "2,b", "3,c"].join(end));
        assert_eq!(read.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 4, 5], "{end:?}");
    }
    let texts: Vec<_> = items(file).iter().map(|item| item["channels"]["sms"]["text"].clone()).collect();
    assert_eq!(texts, ["a\nb\nc", "d", "e\nf", "g"]);
}

#[test]
fn empty_rows_and_columns_at_the_end_are_nothing() {
    let file = "phone;text;;\n79990000001;a;;\n;;;\n;;;\n;;;\n";
    assert_eq!(items(file), [sms("79990000001", "a")]);
}

#[test]
fn rows_that_are_shorter_or_longer_than_the_headers_are_read() {
    let file = "phone,text,from\n79990000001,a\n79990000002,b,Shop,extra\n";
    assert_eq!(faults(file), [(3, "D".to_owned(), "no_header")]);
}

#[test]
fn marks_that_keep_numbers_text_are_taken_off() {
    let file = "phone,text\n'79990000001,'=1\n\"=\"\"79990000002\"\"\",'quoted'\n";
    assert_eq!(items(file), [sms("79990000001", "=1"), sms("79990000002", "'quoted'")]);
}

#[test]
fn headers_are_read_in_any_order_case_and_language() {
    let file = "ТЕКСТ сообщения;var:Name;  phone ;Image_URL;канал\nПривет;Анна;79990000001;https://example.org/a.png;Телеграм, SMS\n";
    let mut reader = open(file).expect("a sheet");
    assert_eq!((reader.sheet(), reader.language()), (SheetType::Advertising, Language::Russian));
    let row = reader.next().expect("a row").expect("a row");
    let content = json!({"text": "Привет", "imageUrl": "https://example.org/a.png"});
    let message = row.message.expect("no faults");
    assert_eq!(crate::help::fields(&message.content), json!({"channels": {"telegram": content, "sms": content}}));
    assert_eq!(
        message.content.fields()["channels"].as_object().expect("channels").keys().collect::<Vec<_>>(),
        ["telegram", "sms"]
    );
    assert_eq!(message.destination, json!({"phone": "79990000001", "variables": {"Name": "Анна"}}));
}

#[test]
fn an_open_quote_does_not_swallow_the_file() {
    let file = format!("phone,text\n1,\"{}", "a\n".repeat(4_000_000));
    assert!(matches!(refusal(file), SheetError::CellTooLong(..)));
}

#[test]
fn rows_alike_share_their_content() {
    let read = messages("phone,text,var:a\n1,x,1\n2,y,2\n3,x,3\n");
    assert!(std::sync::Arc::ptr_eq(&read[0].content, &read[2].content));
    assert_ne!(read[0].content, read[1].content);
}
