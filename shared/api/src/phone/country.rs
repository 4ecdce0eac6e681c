//! The country of a number: by its country code, and where countries share one, by what follows.

use super::countries::COUNTRIES;
use std::{collections::HashMap, sync::LazyLock};

/// Countries by the digits that their numbers begin with.
static BY_PREFIX: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let prefixes = COUNTRIES.iter().flat_map(|(iso, prefixes)| prefixes.split(' ').map(move |prefix| (prefix, *iso)));
    prefixes.collect()
});

/// The most digits of a prefix.
static LONGEST: LazyLock<usize> = LazyLock::new(|| BY_PREFIX.keys().map(|prefix| prefix.len()).max().unwrap_or(0));

/// The country (ISO 3166-1, two capital letters) whose plan a number in E.164 form belongs to; `None` for numbers of no country,
/// as those of satellites.
pub(crate) fn country(phone: &str) -> Option<&'static str> {
    let digits = phone.strip_prefix('+').unwrap_or(phone);
    let longest = (*LONGEST).min(digits.len());
    (1..=longest).rev().find_map(|length| BY_PREFIX.get(digits.get(..length)?).copied())
}

/// Whether it is the code of a country that has numbers.
pub(crate) fn is_country(iso: &str) -> bool {
    COUNTRIES.iter().any(|(known, _)| *known == iso)
}

#[cfg(test)]
mod tests;
