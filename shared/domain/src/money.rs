//! Money: exact decimals with four places, and what they are in.
//!
//! A price is a whole number of ten-thousandths. That is all the arithmetic that prices need (a product with a count, a
//! sum), exact and in eight bytes; a library of decimals would bring division and scales that nothing here asks for.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{fmt, str::FromStr};

/// Ten-thousandths in one.
const ONE: u64 = 10_000;
/// The digits after the point.
const PLACES: usize = 4;

/// An amount of money, not negative, in ten-thousandths of the currency's unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(u64);

/// Why a text is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPrice {
    /// It is not written as a decimal number.
    #[error("this is not written in digits with a point, without an exponent")]
    NotDecimal,
    /// It is below zero.
    #[error("this is negative")]
    Negative,
    /// It has more than four digits after the point.
    #[error("this has more than four digits after the point")]
    TooPrecise,
    /// It is above [`Price::HIGHEST`].
    #[error("this is above")]
    TooHigh,
}

impl Price {
    /// The highest price that may be set: a million.
    pub const HIGHEST: Price = Price(1_000_000 * ONE);

    /// A number of ten-thousandths.
    #[must_use]
    pub const fn from_ten_thousandths(number: u64) -> Price {
        Price(number)
    }

    /// What so many cost.
    #[must_use]
    pub const fn times(self, count: u16) -> Price {
        // A million, times 65,535, in ten-thousandths is far below 2^64; a sum of a few of these is too.
        Price(self.0.saturating_mul(count as u64))
    }

    /// What both cost together.
    #[must_use]
    pub const fn plus(self, other: Price) -> Price {
        Price(self.0.saturating_add(other.0))
    }

    /// Reads a decimal number: digits, and at most four more behind a point. No sign, no exponent, no spaces.
    ///
    /// # Errors
    /// See [`BadPrice`].
    pub fn read(text: &str) -> Result<Price, BadPrice> {
        if let Some(number) = text.strip_prefix('-') {
            return Err(Price::read(number).map_or_else(|fault| fault, |_| BadPrice::Negative));
        }
        let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(rest) {
            return Err(BadPrice::NotDecimal);
        }
        if rest.len() > PLACES {
            return Err(BadPrice::TooPrecise);
        }
        let number = format!("{whole}{rest:0<PLACES$}").parse().map_or(Price(u64::MAX), Price);
        if number > Price::HIGHEST { Err(BadPrice::TooHigh) } else { Ok(number) }
    }
}

/// As short as it can be written: `2.5`, `12`, `0.0001`.
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:04}", self.0 / ONE, self.0 % ONE);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// As what it reads like: a sum may be above the highest price.
impl FromStr for Price {
    type Err = BadPrice;

    fn from_str(text: &str) -> Result<Price, BadPrice> {
        let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
        let number = format!("{whole}{rest:0<PLACES$}");
        let written = !whole.is_empty() && rest.len() <= PLACES && number.bytes().all(|byte| byte.is_ascii_digit());
        written.then(|| number.parse().ok().map(Price)).flatten().ok_or(BadPrice::NotDecimal)
    }
}

/// A string, as [`Display`](fmt::Display) has it.
impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Price, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A currency by its code of ISO 4217, as `RUB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency([u8; 3]);

/// The text is no code of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three letters of ISO 4217, as RUB")]
pub struct BadCurrency;

impl Currency {
    /// The Russian rouble.
    pub const RUB: Currency = Currency(*b"RUB");
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

impl FromStr for Currency {
    type Err = BadCurrency;

    fn from_str(text: &str) -> Result<Currency, BadCurrency> {
        let letters: [u8; 3] = text.as_bytes().try_into().map_err(|_| BadCurrency)?;
        if letters.iter().all(u8::is_ascii_uppercase) { Ok(Currency(letters)) } else { Err(BadCurrency) }
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_price_and_what_is_none() {
        let good = [
            ("0", 0, "0"),
            ("0.0001", 1, "0.0001"),
            ("2.5", 25_000, "2.5"),
            ("2.5000", 25_000, "2.5"),
            ("007.10", 71_000, "7.1"),
            ("10", 100_000, "10"),
            ("1000000", 10_000_000_000, "1000000"),
        ];
        for (text, number, shown) in good {
            let price = Price::read(text);
            assert_eq!(price, Ok(Price(number)), "{text}");
            assert_eq!(Price(number).to_string(), shown);
        }
        let bad = [
            ("", BadPrice::NotDecimal),
            (".", BadPrice::NotDecimal),
            (".5", BadPrice::NotDecimal),
            ("5.", BadPrice::NotDecimal),
            ("1,5", BadPrice::NotDecimal),
            ("1e2", BadPrice::NotDecimal),
            ("+1", BadPrice::NotDecimal),
            (" 1", BadPrice::NotDecimal),
            ("1 000", BadPrice::NotDecimal),
            ("NaN", BadPrice::NotDecimal),
            ("inf", BadPrice::NotDecimal),
            ("0x10", BadPrice::NotDecimal),
            ("１", BadPrice::NotDecimal),
            ("1.2.3", BadPrice::NotDecimal),
            ("--1", BadPrice::Negative),
            ("-1", BadPrice::Negative),
            ("-0.5", BadPrice::Negative),
            ("-x", BadPrice::NotDecimal),
            ("1.00001", BadPrice::TooPrecise),
            ("1.00000", BadPrice::TooPrecise),
            ("1000000.0001", BadPrice::TooHigh),
            ("99999999999999999999999999999", BadPrice::TooHigh),
        ];
        for (text, fault) in bad {
            assert_eq!(Price::read(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_currency_is_three_capital_letters() {
        assert_eq!("RUB".parse(), Ok(Currency::RUB));
        assert_eq!(Currency::RUB.to_string(), "RUB");
        for text in ["", "RU", "rub", "RUBL", "РУ", "R1B"] {
            assert_eq!(text.parse::<Currency>(), Err(BadCurrency), "{text}");
        }
    }

    proptest::proptest! {
        /// Nothing is lost on the way to text and back, also through JSON.
        #[test]
        fn a_price_is_read_back(number in 0..=u64::MAX) {
            let price = Price(number);
            proptest::prop_assert_eq!(price.to_string().parse(), Ok(price));
            let json = serde_json::to_string(&price).expect("JSON");
            proptest::prop_assert_eq!(serde_json::from_str::<Price>(&json).expect("a price"), price);
        }

        /// A price is a count of parts times the rate, to the last ten-thousandth: added one by one it is the same.
        #[test]
        fn parts_times_rate_is_exact(rate in 0..=Price::HIGHEST.0, parts in 0..=u16::MAX) {
            let price = Price(rate).times(parts);
            proptest::prop_assert_eq!(u128::from(price.0), u128::from(rate) * u128::from(parts));
            let few = parts % 300;
            let sum = (0..few).fold(Price::default(), |sum, _| sum.plus(Price(rate)));
            proptest::prop_assert_eq!(sum, Price(rate).times(few));
        }

        /// The double that a price is told as, in callbacks, shows the price itself: it keeps fifteen digits.
        #[test]
        fn the_nearest_double_shows_the_price(number in 0..=999_999_999_999_999_u64) {
            let price = Price(number);
            let double: f64 = price.to_string().parse().expect("a double");
            let shown = serde_json::to_string(&double).expect("JSON");
            let exponent = shown.contains('e');
            proptest::prop_assert!(if exponent { double < 0.001 } else { shown.parse() == Ok(price) }, "{}", shown);
        }

        /// Nothing makes it panic.
        #[test]
        fn anything_may_be_read(text in ".{0,30}") {
            let _ = (Price::read(&text), text.parse::<Price>(), text.parse::<Currency>());
        }
    }
}
