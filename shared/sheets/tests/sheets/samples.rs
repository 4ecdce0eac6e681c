//! Files that other programs have saved. `tests/samples/make.py` says how.

use crate::help::items;
use serde_json::{Value, json};

const PYTHON: &[u8] = include_bytes!("../samples/openpyxl.xlsx");
const LIBREOFFICE: &[u8] = include_bytes!("../samples/libreoffice.xlsx");
/// In Windows-1251, with semicolons.
const LIBREOFFICE_CSV: &[u8] = include_bytes!("../samples/libreoffice.csv");

fn expected() -> Vec<Value> {
    let content = json!({"text": "Анна, ваш заказ готов.\nЖдём вас & друзей <до 21:00>!", "from": "Shop"});
    let mail = json!({"text": "  Ещё «раз»  ", "subject": "Новости"});
    vec![
        json!({
            "channels": {"telegram": content, "sms": content},
            "sendAt": "2026-12-01T10:30:00+03:00",
            "allowedTimeRanges": [["09:00:00", "21:00:00"]],
            "destinations": [{
                "phone": "79990000001",
                "messengerUserId": "100200300",
                "timeZone": "Europe/Moscow",
                "externalId": "42",
            }],
        }),
        json!({
            "channels": {"email": mail},
            "sendAt": "2026-12-01T10:30:00Z",
            "destinations": [{"email": "anna@example.org"}],
        }),
    ]
}

#[test]
fn a_workbook_by_a_python_library_is_read() {
    assert_eq!(items(PYTHON), expected());
}

#[test]
fn an_empty_sheet_that_libreoffice_has_filled_and_saved_is_read() {
    assert_eq!(items(LIBREOFFICE), expected());
}

#[test]
fn the_same_sheet_saved_as_csv_is_read() {
    assert_eq!(items(LIBREOFFICE_CSV), expected());
}
