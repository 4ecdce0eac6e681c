use super::*;

#[test]
fn numbers_have_no_more_digits_than_programs_keep() {
    for (text, expected) in [
        ("007", "007"),
        ("1", "1"),
        ("1.0", "1"),
        ("1.50", "1.5"),
        ("0.30000000000000004", "0.3"),
        ("-0", "0"),
        ("1E-7", "0.0000001"),
        ("1e11", "100000000000"),
        ("123456789012345678", "123456789012346000"),
        ("NaN", "NaN"),
    ] {
        assert_eq!(number(text), expected, "{text}");
    }
}

#[test]
fn yes_and_no_have_many_names() {
    for yes in ["да", "ДА", "Yes", "TRUE", "истина", "1", " y "] {
        assert_eq!(boolean(yes), Ok(true), "{yes}");
    }
    for no in ["нет", "НЕТ", "no", "false", "ЛОЖЬ", "0"] {
        assert_eq!(boolean(no), Ok(false), "{no}");
    }
    assert_eq!(boolean("2"), Err(Reason::NotYesNo));
}

#[test]
fn windows_and_lists_and_data_are_read() {
    assert_eq!(
        ranges("9:00-13:00;14:00 – 24:00"),
        Ok(serde_json::json!([["09:00:00", "13:00:00"], ["14:00:00", "24:00:00"]]))
    );
    assert_eq!(ranges("9-13"), Err(Reason::NotRanges));
    assert_eq!(parts(" a, b;;c\n").collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(data("{\"body\": [1]}"), Ok(serde_json::json!({"body": [1]})));
    assert_eq!(data("[1"), Err(Reason::NotJson));
    assert_eq!(data("Анна | {{order}}"), Ok(serde_json::json!(["Анна", "{{order}}"])));
}
