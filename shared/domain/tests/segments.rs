//! The parts of an SMS against a second implementation, made in another way: the text is really encoded, into septets by the
//! numbers of the table in 3GPP TS 23.038 (sections 6.2.1 and 6.2.1.1) or into UTF-16, and the result is cut, a step back
//! where a cut would fall into an escape sequence or a surrogate pair.

use baton_domain::segments::{Encoding, Segments, segments};
use proptest::{collection::vec, prelude::*, sample::select};

const ESCAPE: u16 = 0x1B;

/// The septets whose character does not have the septet's own number in Unicode, each with its code point.
const MOVED: [(u16, u32); 41] = [
    (0x00, 0x40),
    (0x01, 0xA3),
    (0x02, 0x24),
    (0x03, 0xA5),
    (0x04, 0xE8),
    (0x05, 0xE9),
    (0x06, 0xF9),
    (0x07, 0xEC),
    (0x08, 0xF2),
    (0x09, 0xC7),
    (0x0B, 0xD8),
    (0x0C, 0xF8),
    (0x0E, 0xC5),
    (0x0F, 0xE5),
    (0x10, 0x394),
    (0x11, 0x5F),
    (0x12, 0x3A6),
    (0x13, 0x393),
    (0x14, 0x39B),
    (0x15, 0x3A9),
    (0x16, 0x3A0),
    (0x17, 0x3A8),
    (0x18, 0x3A3),
    (0x19, 0x398),
    (0x1A, 0x39E),
    (0x1C, 0xC6),
    (0x1D, 0xE6),
    (0x1E, 0xDF),
    (0x1F, 0xC9),
    (0x24, 0xA4),
    (0x40, 0xA1),
    (0x5B, 0xC4),
    (0x5C, 0xD6),
    (0x5D, 0xD1),
    (0x5E, 0xDC),
    (0x5F, 0xA7),
    (0x60, 0xBF),
    (0x7B, 0xE4),
    (0x7C, 0xF6),
    (0x7D, 0xF1),
    (0x7E, 0xFC),
];

/// What follows the escape, with its code point.
const EXTENDED: [(u16, u32); 10] = [
    (0x0A, 0x0C),
    (0x14, 0x5E),
    (0x28, 0x7B),
    (0x29, 0x7D),
    (0x2F, 0x5C),
    (0x3C, 0x5B),
    (0x3D, 0x7E),
    (0x3E, 0x5D),
    (0x40, 0x7C),
    (0x65, 0x20AC),
];

/// The septets of a code point; `None` when it has none.
fn septets(code: u32) -> Option<Vec<u16>> {
    let of = |table: &[(u16, u32)]| table.iter().find(|(_, known)| *known == code).map(|(septet, _)| *septet);
    let own = matches!(code, 0x0A | 0x0D | 0x20..=0x23 | 0x25..=0x3F | 0x41..=0x5A | 0x61..=0x7A);
    if own {
        return Some(vec![u16::try_from(code).expect("below 128")]);
    }
    // LATIN SMALL LETTER A WITH GRAVE is the last of the table.
    let basic = of(&MOVED).or((code == 0xE0).then_some(0x7F));
    basic.map(|septet| vec![septet]).or_else(|| of(&EXTENDED).map(|septet| vec![ESCAPE, septet]))
}

/// Whether a unit can not be the last one of a part.
fn opens_pair(encoding: Encoding, unit: u16) -> bool {
    match encoding {
        Encoding::Gsm7 => unit == ESCAPE,
        Encoding::Ucs2 => (0xD800..0xDC00).contains(&unit),
    }
}

fn reference(text: &str) -> Segments {
    let septets: Option<Vec<Vec<u16>>> = text.chars().map(|character| septets(u32::from(character))).collect();
    let (encoding, units, single, part) = match septets {
        Some(septets) => (Encoding::Gsm7, septets.concat(), 160, 153),
        None => (Encoding::Ucs2, text.encode_utf16().collect(), 70, 67),
    };
    let mut parts = 1;
    if units.len() > single {
        let mut rest = units.as_slice();
        while rest.len() > part {
            let cut = if opens_pair(encoding, rest[part - 1]) { part - 1 } else { part };
            rest = &rest[cut..];
            parts += 1;
        }
    }
    Segments { encoding, units: units.len(), parts }
}

#[test]
fn every_character_has_its_encoding_and_size() {
    let mut gsm = 0;
    for character in char::MIN..=char::MAX {
        let text = String::from(character);
        let found = segments(&text);
        assert_eq!(found, reference(&text), "{:04X}", u32::from(character));
        gsm += usize::from(found.encoding == Encoding::Gsm7);
    }
    assert_eq!(gsm, 127 + 10);
}

/// Whatever stands around the end of a part: every place of a pair there, in the first parts and in later ones.
#[test]
fn pairs_at_every_place_around_the_ends_of_parts() {
    for (plain, pair, part) in [('a', '€', 153), ('a', '\u{c}', 153), ('я', '😀', 67)] {
        for before in 0..2 * part + 5 {
            for pairs in 0..4 {
                for after in [0, 1, 2, part - 2, part - 1, part] {
                    let run = |character: char, count: usize| character.to_string().repeat(count);
                    let text = [run(plain, before), run(pair, pairs), run(plain, after)].concat();
                    assert_eq!(segments(&text), reference(&text), "{before} {pairs} {after}");
                }
            }
        }
    }
}

fn text(characters: &'static str) -> impl Strategy<Value = String> {
    let characters: Vec<char> = characters.chars().collect();
    vec(select(characters), 0..700).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn septets_and_escapes(text in text("aZ0 @£Δ\n\r_à€^{}[]~|\\\u{c}€€")) {
        prop_assert_eq!(segments(&text), reference(&text));
        prop_assert_eq!(segments(&text).encoding, Encoding::Gsm7);
    }

    #[test]
    fn units_and_pairs(text in text("яЖa€😀𝕏é́👩‍👧\u{10ffff}\u{ffff}")) {
        prop_assert_eq!(segments(&text), reference(&text));
    }

    #[test]
    fn one_foreign_character_changes_all(text in text("ab€`ç😀"), at in 0..700_usize) {
        let text: String = text.chars().take(at).chain(['ы']).chain(text.chars().skip(at)).collect();
        prop_assert_eq!(segments(&text), reference(&text));
        prop_assert_eq!(segments(&text).encoding, Encoding::Ucs2);
    }

    #[test]
    fn anything(text in any::<String>()) {
        prop_assert_eq!(segments(&text), reference(&text));
    }
}
