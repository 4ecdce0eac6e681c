//! The parameters of a query.

use crate::{faults::Faults, fields::has_control, when::TIME_EXPECTED};
use baton_domain::Time;
use chrono::DateTime;
use std::{fmt::Display, str::FromStr};
use url::form_urlencoded;
use uuid::Uuid;

/// The parameters of a query; an empty one is absent.
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    pub(crate) fn parse(query: &str) -> Query {
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        Query { pairs: pairs.filter(|(_, value)| !value.is_empty()).collect() }
    }

    /// Refuses every parameter that is not among `known`.
    pub(crate) fn only(&self, known: &[&[&str]], faults: &mut Faults) {
        for (name, value) in &self.pairs {
            if !known.iter().any(|names| names.contains(&name.as_str())) {
                let message = format!("There is no such parameter; {} are expected here.", known.concat().join(", "));
                faults.add(place(name), "unknown_field", message);
            }
            if has_control(value) {
                faults.add(place(name), "control_character", "Control characters are not allowed.");
            }
        }
    }

    /// One value; several of the same name are refused.
    pub(crate) fn one(&self, name: &str, faults: &mut Faults) -> Option<&str> {
        let mut values = self.pairs.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            faults.add(place(name), "invalid", format!("{name} is given more than once."));
        }
        first
    }

    /// A comma list, "any of"; several of the same name are joined. `None` when absent.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<&str>> {
        let values: Vec<&str> =
            self.pairs.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| split(&values.into_iter().collect::<Vec<_>>()))
    }

    /// A comma list of things that are parsed.
    pub(crate) fn parsed<T: FromStr>(&self, name: &str, expected: &str, faults: &mut Faults) -> Option<Vec<T>> {
        let values = self.list(name)?;
        let parsed: Vec<T> = values.iter().filter_map(|value| value.parse().ok()).collect();
        if parsed.len() != values.len() {
            faults.add(place(name), "invalid", format!("{expected} is expected, or several with commas."));
        }
        Some(parsed)
    }

    /// A comma list of UUIDs.
    pub(crate) fn uuids(&self, name: &str, faults: &mut Faults) -> Option<Vec<Uuid>> {
        self.parsed(name, "A UUID", faults)
    }

    /// An integer in a range.
    pub(crate) fn integer(&self, name: &str, least: u64, most: u64, faults: &mut Faults) -> Option<u64> {
        let value = self.one(name, faults)?;
        let number = value.parse().ok().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            faults.add(place(name), "out_of_range", format!("An integer from {least} to {most} is expected."));
        }
        number
    }

    /// `true` or `false`, `1` or `0`; false when absent.
    pub(crate) fn flag(&self, name: &str, faults: &mut Faults) -> bool {
        let given = self.one(name, faults);
        flag(given, place(name), faults)
    }

    /// A time in RFC 3339 with its offset. A `+` that was not escaped has become a space, and is taken for what was meant.
    pub(crate) fn time(&self, name: &str, faults: &mut Faults) -> Option<Time> {
        let value = self.one(name, faults)?.replace(' ', "+");
        let time = DateTime::parse_from_rfc3339(&value).ok().map(|time| time.to_utc());
        if time.is_none() {
            faults.add(place(name), "invalid", TIME_EXPECTED);
        }
        time
    }

    /// The account that is named.
    pub(crate) fn company(&self, faults: &mut Faults) -> Option<u64> {
        self.integer("companyId", 0, u64::MAX, faults)
    }
}

/// A flag as text, in any case; false when absent.
pub(crate) fn flag(given: Option<&str>, place: impl Display, faults: &mut Faults) -> bool {
    match given.map(str::to_ascii_lowercase).as_deref() {
        Some("true" | "1") => true,
        None | Some("false" | "0") => false,
        Some(_) => {
            faults.add(place, "invalid", "true or false is expected.");
            false
        }
    }
}

/// The place of a parameter, for faults.
pub(crate) fn place(name: &str) -> String {
    format!("?{}", name.chars().take(100).collect::<String>())
}

fn split<'a>(values: &[&'a str]) -> Vec<&'a str> {
    values.iter().flat_map(|value| value.split(',')).map(str::trim).filter(|value| !value.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_in_any_case() {
        let query = Query::parse("a=True&b=TRUE&c=1&d=False&e=FALSE&f=0&g=yes&h=");
        let mut faults = Faults::default();
        let read = ["a", "b", "c", "d", "e", "f", "h"].map(|name| query.flag(name, &mut faults));
        assert_eq!(read, [true, true, true, false, false, false, false]);
        assert!(faults.is_empty() && !query.flag("g", &mut faults) && !faults.is_empty());
    }

    #[test]
    fn lists_flags_numbers_and_times() {
        let query =
            Query::parse("status=a,b&status=%20c&flag=true&limit=0&from=2026-11-23T09:00:00+03:00&empty=&odd=1");
        let mut faults = Faults::default();
        assert_eq!(query.list("status"), Some(vec!["a", "b", "c"]));
        assert!(query.flag("flag", &mut faults) && !query.flag("none", &mut faults));
        assert_eq!(query.one("empty", &mut faults), None);
        assert_eq!(query.time("from", &mut faults).map(|time| time.timestamp()), Some(1_795_413_600));
        assert!(faults.is_empty());
        query.integer("limit", 1, 10, &mut faults);
        query.one("status", &mut faults);
        query.only(&[&["status", "flag", "limit"], &["from"]], &mut faults);
        let found: Vec<_> = faults.into_details().into_iter().map(|detail| (detail.path, detail.code)).collect();
        let expected = [("?limit", "out_of_range"), ("?status", "invalid"), ("?odd", "unknown_field")];
        assert_eq!(found, expected.map(|(path, code)| (path.to_owned(), code.to_owned())));
    }
}
