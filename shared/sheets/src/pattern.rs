//! Numbers as workbooks show them.

/// The most digits on either side of the point that a pattern asks for; programs keep 15.
const MOST_DIGITS: usize = 15;
/// The power of ten from which on a number is not shown by its pattern.
const MOST_POWER: i32 = 15;

/// How a number is shown, where its format is one of these: whole (`0`, `00000`), with decimals (`0.00`), a percentage (`0%`,
/// `0.00%`). Of thousands (`#,##0`) the separators are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// The least digits before the point; zeros fill them up.
    whole: u8,
    /// The digits after the point.
    decimals: u8,
    percent: bool,
}

impl Pattern {
    /// Reads the code of a format. `None` when it is another, or has parts for negative numbers, for zero or for text.
    pub(crate) fn read(code: &str) -> Option<Pattern> {
        let (digits, percent) = code.strip_suffix('%').map_or((code, false), |rest| (rest, true));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        // A comma behind the last digit would divide by a thousand.
        let plain = !whole.starts_with(',') && !whole.ends_with(',') && !digits.ends_with('.');
        let whole = whole.replace(',', "");
        let zeros = whole.trim_start_matches('#');
        let known = plain && !zeros.is_empty() && zeros.chars().chain(decimals.chars()).all(|digit| digit == '0');
        let fits = |digits: &str| u8::try_from(digits.len()).ok().filter(|_| digits.len() <= MOST_DIGITS);
        known.then_some(())?;
        Some(Pattern { whole: fits(zeros)?, decimals: fits(decimals)?, percent })
    }

    /// Whether it shows whole numbers alone.
    pub(crate) const fn is_whole(self) -> bool {
        self.decimals == 0 && !self.percent
    }

    /// A number by which it is told from others.
    pub(crate) fn tag(self) -> u32 {
        u32::from(self.whole) | u32::from(self.decimals) << 4 | u32::from(self.percent) << 8
    }

    /// A number as it is shown, with a point before the decimals. As programs do, the 15 digits that they keep are rounded, not
    /// the binary number. `None` when it is none, or a huge one.
    pub(crate) fn show(self, number: &str) -> Option<String> {
        let value: f64 = number.trim().parse().ok().filter(|value: &f64| value.is_finite())?;
        let (mantissa, power) = format!("{:.14e}", value.abs())
            .split_once('e')
            .map(|(mantissa, power)| (mantissa.replace('.', ""), power.parse::<i32>()))?;
        let power = power.ok().filter(|power| *power <= MOST_POWER)?;
        let decimals = usize::from(self.decimals);
        // So many of the digits stand before where it is rounded.
        let kept = power + 1 + if self.percent { 2 } else { 0 } + i32::from(self.decimals);
        let rounded = rounded(&mantissa, kept)?;
        let width = usize::from(self.whole) + decimals;
        let digits = format!("{rounded:0>width$}");
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let minus = if value < 0.0 && rounded != 0 { "-" } else { "" };
        let point = if decimals > 0 { "." } else { "" };
        let percent = if self.percent { "%" } else { "" };
        Some(format!("{minus}{whole}{point}{fraction}{percent}"))
    }
}

/// The first `kept` of some digits as a number, rounded by what follows; zeros follow the last.
fn rounded(digits: &str, kept: i32) -> Option<u128> {
    let Ok(kept) = usize::try_from(kept) else { return Some(0) };
    if kept >= digits.len() {
        return format!("{digits:0<kept$}").parse().ok();
    }
    let (first, rest) = digits.split_at(kept);
    let number: u128 = if first.is_empty() { 0 } else { first.parse().ok()? };
    Some(number + u128::from(rest.as_bytes()[0] >= b'5'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_programs_show_them() {
        for (code, number, expected) in [
            ("00000", "42", "00042"),
            ("00000", "-42", "-00042"),
            ("00000", "1234567", "1234567"),
            ("0", "41.5", "42"),
            ("0", "0.4", "0"),
            ("0", "-0.4", "0"),
            ("0", "123456789012", "123456789012"),
            ("0.00", "5", "5.00"),
            ("0.00", "1.005", "1.01"),
            ("0.00", "-0.125", "-0.13"),
            ("0.00", "0.0049", "0.00"),
            ("0.00", "0.005", "0.01"),
            ("0.00", "999.995", "1000.00"),
            ("0.00", "1.5E-7", "0.00"),
            ("0.000000000000000", "0.1", "0.100000000000000"),
            ("0%", "0.15", "15%"),
            ("0%", "0.285", "29%"),
            ("0%", "1", "100%"),
            ("0%", "0", "0%"),
            ("0.00%", "0.15", "15.00%"),
            ("0.00%", "-0.00125", "-0.13%"),
            ("0.00%", "9E+15", "900000000000000000.00%"),
            ("#,##0", "1234567.8", "1234568"),
            ("#,##0.00", "1234.5", "1234.50"),
            ("00,000", "42", "00042"),
        ] {
            let pattern = Pattern::read(code).expect(code);
            assert_eq!(pattern.show(number).as_deref(), Some(expected), "{code}: {number}");
        }
        let pattern = Pattern::read("0").expect("a pattern");
        for number in ["1E+16", "NaN", "inf", "", "abc"] {
            assert_eq!(pattern.show(number), None, "{number}");
        }
    }

    #[test]
    fn other_formats_are_no_patterns() {
        for code in [
            "General",
            "",
            "@",
            "#",
            "#.00",
            "0.##",
            "0.",
            ".00",
            "0,",
            "#,##0,",
            "0,.0",
            ",0",
            "0#",
            "0.00E+00",
            "# ?/?",
            "0;-0",
            "0.00_ ",
            "0\" шт.\"",
            "[Red]0",
            "0%%",
            "%0",
            "0000000000000000",
            "0.0000000000000000",
        ] {
            assert_eq!(Pattern::read(code), None, "{code}");
        }
    }
}
