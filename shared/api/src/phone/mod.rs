//! Phone numbers: anything that people write, to E.164.
//!
//! What is asked of libphonenumber's metadata fits in a small table. The metadata itself is 2.7 MB and takes a good part of
//! a second to load, on the first request of every cold start: only the test that guards the table reads it.

mod countries;
mod country;
mod plans;

pub(crate) use country::{country, is_country};
use plans::PLANS;

/// What is expected of a phone, for error texts.
pub(crate) const EXPECTED: &str =
    "A phone number is digits with the country code, as +79990000001; spaces, dashes and brackets are tolerated";

/// The longest number of ITU-T E.164, country code included.
const MOST_DIGITS: usize = 15;

/// The number in E.164 form with its `+`, or why it is none.
///
/// Its country code must exist and its length be possible there. Whether it is assigned is not asked: numbering plans
/// change faster than their metadata, and reserved test numbers must pass.
pub(crate) fn normalise(text: &str) -> Result<String, &'static str> {
    let digits = digits(text.trim_matches(' ')).ok_or("it has other characters")?;
    if digits.starts_with("00") {
        return Err("it starts with 00 instead of the country code");
    }
    if digits.len() > MOST_DIGITS {
        return Err("it has more than 15 digits");
    }
    let plan = (1..=3).filter(|length| *length < digits.len()).find_map(|length| {
        let code: u16 = digits[..length].parse().ok()?;
        // Country codes are prefix-free, so the first that exists is the one.
        let plan = PLANS.binary_search_by_key(&code, |(code, _)| *code).ok()?;
        Some((digits.len() - length, PLANS[plan].1))
    });
    let (national, lengths) = plan.ok_or("there is no such country code")?;
    if lengths >> national & 1 == 1 {
        Ok(format!("+{digits}"))
    } else {
        Err("no number of that country has that many digits")
    }
}

fn digits(text: &str) -> Option<String> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let mut digits = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '0'..='9' => digits.push(character),
            ' ' | '-' | '(' | ')' => {}
            _ => return None,
        }
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use phonenumber::metadata::DATABASE;

    /// The table from the metadata of the phonenumber crate (Google's libphonenumber): every kind of number that a
    /// message may reach.
    fn table() -> Vec<(u16, u32)> {
        let mut plans = std::collections::BTreeMap::new();
        for country in (1..1000).filter_map(|code| DATABASE.by_code(&code)).flatten() {
            let all = country.descriptors();
            let kinds = [
                all.fixed_line(),
                all.mobile(),
                all.toll_free(),
                all.premium_rate(),
                all.shared_cost(),
                all.personal_number(),
                all.voip(),
            ];
            let lengths = kinds.into_iter().flatten().flat_map(|kind| kind.possible_length());
            *plans.entry(country.country_code()).or_insert(0) |= lengths.fold(0, |mask, length| mask | 1_u32 << length);
        }
        plans.into_iter().collect()
    }

    #[test]
    fn the_table_is_that_of_the_metadata() {
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            let lines: String = table().iter().map(|(code, mask)| format!("    ({code}, {mask:#x}),\n")).collect();
            let head = "//! Generated from the metadata of the phonenumber crate: `UPDATE_SNAPSHOTS=1 cargo test -p baton-api`.\n\n\
                /// Country codes in rising order, each with the lengths that national numbers may have there: bit n for n digits.\n";
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/phone/plans.rs");
            let text = format!("{head}pub(super) const PLANS: &[(u16, u32)] = &[\n{lines}];\n");
            std::fs::write(path, text).expect("written");
            return;
        }
        assert_eq!(PLANS, table());
    }

    #[test]
    fn what_people_write() {
        let table = [
            ("+79990000001", "+79990000001"),
            ("79990000001", "+79990000001"),
            ("+7 (999) 000-00-01", "+79990000001"),
            (" +1 555 000 0001 ", "+15550000001"),
            ("380441234567", "+380441234567"),
            ("+4915112345678", "+4915112345678"),
            ("+39 06 1234 5678", "+390612345678"),
        ];
        for (written, expected) in table {
            assert_eq!(normalise(written).as_deref(), Ok(expected), "{written}");
        }
    }

    #[test]
    fn what_is_no_number() {
        let bad = [
            "",
            "+",
            "0079990000001",
            "7999000000",
            "799900000011",
            "phone",
            "+7 999 000.00.01",
            "+999123456789",
            "++79990000001",
            "+7999000000１",
            "1234567890123456",
            "7",
            "+210123456789",
        ];
        for written in bad {
            assert!(normalise(written).is_err(), "{written}");
        }
    }

    proptest::proptest! {
        /// Whatever is written, what comes out is E.164, stays as it is when read again, and has the digits that went in.
        #[test]
        fn what_comes_out_is_stable(written in "[+0-9 ()-]{0,22}") {
            if let Ok(phone) = normalise(&written) {
                let digits: String = written.chars().filter(char::is_ascii_digit).collect();
                proptest::prop_assert_eq!(&phone, &format!("+{digits}"));
                proptest::prop_assert!(phone.len() <= 16);
                proptest::prop_assert_eq!(normalise(&phone), Ok(phone.clone()));
            }
        }

        /// Nothing that a caller sends makes it panic.
        #[test]
        fn anything_may_be_sent(written in ".{0,40}") {
            let _ = normalise(&written);
        }

        /// Brackets, dashes and spaces change nothing.
        #[test]
        fn dress_changes_nothing(digits in "79[0-9]{9}", places in proptest::collection::vec((0..11_usize, 0..4_usize), 0..6)) {
            let mut written = digits.clone();
            for (place, dress) in places {
                written.insert(place, [' ', '-', '(', ')'][dress]);
            }
            proptest::prop_assert_eq!(normalise(&written), Ok(format!("+{digits}")));
        }
    }
}
