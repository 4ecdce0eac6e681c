use super::*;
use crate::kinds::{Language, SheetType};
use std::collections::BTreeSet;

#[test]
fn every_sheet_has_its_columns_once_and_those_it_needs() {
    for sheet in SheetType::ALL {
        let keys: Vec<_> = columns(sheet).iter().map(|column| column.key).collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "{sheet}");
        assert!(required(sheet).iter().all(|key| keys.contains(key)), "{sheet}");
    }
    assert_eq!(columns(SheetType::Sms).len(), 10);
    assert_eq!(columns(SheetType::Universal).len(), 20);
    assert_eq!(columns(SheetType::Full).len(), 48);
}

#[test]
fn help_and_headers_fit_into_what_excel_shows_beside_a_cell() {
    for column in ALL.iter() {
        for language in Language::ALL {
            let (name, help) = (column.name.of(language), column.help.of(language));
            assert!((1..=32).contains(&name.chars().count()), "{name}");
            assert!((1..=120).contains(&help.chars().count()), "{help}");
        }
    }
}
