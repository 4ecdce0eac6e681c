//! Phone numbers: anything that people write, to E.164.

use phonenumber::metadata::DATABASE;

/// What is expected of a phone, for error texts.
pub(crate) const EXPECTED: &str = "A phone number is digits with the country code, as +79990000001; spaces, dashes and brackets are tolerated";

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
    let lengths = (1..=3).filter(|length| *length < digits.len()).find_map(|length| {
        let code: u16 = digits[..length].parse().ok()?;
        // Country codes are prefix-free, so the first that exists is the one.
        DATABASE.by_code(&code).map(|countries| (digits.len() - length, countries))
    });
    let (national, countries) = lengths.ok_or("there is no such country code")?;
    let possible = countries.iter().any(|country| {
        country.descriptors().general().possible_length().iter().any(|length| usize::from(*length) == national)
    });
    if possible { Ok(format!("+{digits}")) } else { Err("no number of that country has that many digits") }
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

    #[test]
    fn zz_dump() {
        for code in [1u16, 7, 39, 49, 800, 888, 381, 590, 44] {
            for c in DATABASE.by_code(&code).unwrap_or_default() {
                let d = c.descriptors();
                eprintln!("{code} {} {:?} m{:?} f{:?} re {}", c.id(), d.general().possible_length(), d.mobile().map(|m| m.possible_length()), d.fixed_line().map(|m| m.possible_length()), d.general().national_number().as_str());
            }
        }
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
            "", "+", "0079990000001", "7999000000", "799900000011", "phone", "+7 999 000.00.01", "+999123456789", "++79990000001",
            "+7999000000１", "1234567890123456", "7", "+210123456789",
        ];
        for written in bad {
            assert!(normalise(written).is_err(), "{written}");
        }
    }
}
