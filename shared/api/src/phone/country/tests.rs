use super::*;
use crate::phone::plans::PLANS;
use phonenumber::metadata::{DATABASE, Descriptor};
use regex_syntax::hir::literal::Extractor;
use std::collections::{BTreeMap, BTreeSet};

/// What libphonenumber says of a number that is written without a trunk prefix, and belongs to somebody.
fn said(digits: &str) -> Option<String> {
    let number = phonenumber::parse(None, format!("+{digits}")).ok()?;
    let whole = number.format().mode(phonenumber::Mode::E164).to_string() == format!("+{digits}");
    Some(number.country().id().filter(|_| whole)?.as_ref().to_owned())
}

fn descriptors(country: &phonenumber::Metadata) -> Vec<&Descriptor> {
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
    kinds.into_iter().flatten().collect()
}

/// A cheap source of digits that is the same in every run.
struct Digits(u64);

impl Digits {
    fn next(&mut self) -> char {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + u8::try_from((self.0 >> 33) % 10).expect("a digit"))
    }

    /// The prefix, with digits up to this length.
    fn fill(&mut self, prefix: &str, length: usize) -> String {
        let missing = length.saturating_sub(prefix.len());
        prefix.chars().chain((0..missing).map(|_| self.next())).collect()
    }
}

/// The lengths of the national numbers of a plan.
fn lengths(mask: u32) -> impl Iterator<Item = usize> {
    (1..=15).filter(move |length| mask >> length & 1 == 1)
}

/// The beginnings of national numbers at which the patterns of a country code's countries part.
fn beginnings(code: u16) -> BTreeSet<String> {
    let countries = DATABASE.by_code(&code).unwrap_or_default();
    let patterns = countries.iter().flat_map(|country| {
        let kinds = descriptors(country).into_iter().map(|kind| kind.national_number().as_str().to_owned());
        kinds.chain(country.leading_digits().map(|leading| leading.as_str().to_owned()))
    });
    let mut extractor = Extractor::new();
    extractor.limit_class(9).limit_literal_len(7).limit_total(5_000);
    let mut found = BTreeSet::from([String::new()]);
    for pattern in patterns {
        let mut parser = regex_syntax::ParserBuilder::new().ignore_whitespace(true).unicode(false).utf8(false).build();
        let literals = extractor.extract(&parser.parse(&pattern).expect("a pattern"));
        let literals = literals.literals().expect("finite").iter();
        let literals = literals.map(|literal| String::from_utf8_lossy(literal.as_bytes()).into_owned());
        for literal in literals {
            found.extend((1..=literal.len()).map(|length| literal[..length].to_owned()));
        }
    }
    found
}

/// Which country most numbers with a prefix belong to: of up to a hundred, until a dozen belong to any.
fn most(prefix: &str, lengths: impl Iterator<Item = usize>, digits: &mut Digits) -> Option<String> {
    let mut votes: BTreeMap<String, usize> = BTreeMap::new();
    for length in lengths.filter(|length| *length >= prefix.len()) {
        let samples = (0..100).filter_map(|_| said(&digits.fill(prefix, length)));
        samples.take(12).for_each(|iso| *votes.entry(iso).or_default() += 1);
    }
    votes.into_iter().max_by_key(|(_, votes)| *votes).map(|(iso, _)| iso)
}

/// The prefixes of each country: where a beginning says the same as the shorter one before it, it is left out.
fn table() -> BTreeMap<String, Vec<String>> {
    let mut digits = Digits(1);
    let mut prefixes: BTreeMap<String, String> = BTreeMap::new();
    for (code, mask) in PLANS {
        let countries = DATABASE.by_code(code).unwrap_or_default();
        let main = countries.iter().find(|country| countries.len() == 1 || country.is_main_country_for_code());
        let main = main.map(|country| country.id()).filter(|id| *id != "001");
        main.into_iter().for_each(|id| _ = prefixes.insert(code.to_string(), id.to_owned()));
        for beginning in beginnings(*code).iter().filter(|_| countries.len() > 1) {
            let prefix = format!("{code}{beginning}");
            let lengths = lengths(*mask).map(|length| length + code.to_string().len());
            let Some(iso) = most(&prefix, lengths, &mut digits) else { continue };
            let inherited = (1..prefix.len()).rev().find_map(|length| prefixes.get(&prefix[..length]));
            if !beginning.is_empty() && inherited != Some(&iso) {
                prefixes.insert(prefix, iso);
            }
        }
    }
    let mut table: BTreeMap<String, Vec<String>> = BTreeMap::new();
    prefixes.into_iter().for_each(|(prefix, iso)| table.entry(iso).or_default().push(prefix));
    table
}

#[test]
fn the_table_says_what_the_metadata_says() {
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        let lines =
            table().into_iter().map(|(iso, prefixes)| format!("    (\"{iso}\", \"{}\"),\n", prefixes.join(" ")));
        let head = "//! Generated from the metadata of the phonenumber crate: `UPDATE_SNAPSHOTS=1 cargo test -p baton-api`.\n\n\
            /// Countries (ISO 3166-1), each with the digits that its numbers begin with; the longest that fits counts.\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/phone/countries.rs");
        let lines: String = lines.collect();
        let text = format!("{head}pub(super) const COUNTRIES: &[(&str, &str)] = &[\n{lines}];\n");
        std::fs::write(path, text).expect("written");
        return;
    }
    let mut digits = Digits(7);
    let (mut asked, mut wrong) = (0, Vec::new());
    for (code, mask) in PLANS {
        for length in lengths(*mask) {
            for _ in 0..8 {
                let number = digits.fill(&code.to_string(), length + code.to_string().len());
                if let Some(iso) = said(&number).filter(|iso| iso != "001") {
                    asked += 1;
                    wrong.extend((country(&number) != Some(&iso)).then_some((number, iso)));
                }
            }
        }
    }
    // Some patterns part where few numbers are: of a thousand at most one is told wrong.
    assert!(asked > 1_000 && wrong.len() * 1_000 <= asked, "{} of {asked}: {wrong:?}", wrong.len());
}

#[test]
fn every_country_has_a_number() {
    for region in DATABASE.iter().filter(|region| region.id() != "001") {
        let examples = descriptors(region).into_iter().filter_map(Descriptor::example);
        let numbers = examples.map(|example| format!("{}{example}", region.country_code()));
        for number in numbers {
            let Some(iso) = said(&number).filter(|iso| iso != "001") else { continue };
            assert_eq!(country(&number), Some(iso.as_str()), "{number} of {}", region.id());
        }
    }
}

#[test]
fn countries_that_share_a_code_are_told_apart() {
    let table = [
        ("+79990000001", Some("RU")),
        ("+77011234567", Some("KZ")),
        ("+12125550123", Some("US")),
        ("+14165550123", Some("CA")),
        ("+18765550123", Some("JM")),
        ("+447624123456", Some("IM")),
        ("+447400123456", Some("GB")),
        ("+390612345678", Some("IT")),
        ("+375291234567", Some("BY")),
        ("+998901234567", Some("UZ")),
        ("+881612345678", None),
        ("+", None),
        ("", None),
    ];
    for (phone, iso) in table {
        assert_eq!(country(phone), iso, "{phone}");
    }
}
