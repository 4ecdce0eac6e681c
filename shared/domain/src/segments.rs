//! How many parts an SMS takes (3GPP TS 23.038 and TS 23.040, section 9.2.3.24.1).
//!
//! A text whose every character is in the GSM 7-bit default alphabet or its extension table is counted in septets: 160 in
//! a single message, 153 in each part of a longer one. Any other character makes the whole text UCS-2, counted in UTF-16
//! units: 70 and 67. An escaped character or a surrogate pair is never split between two parts.

/// The encoding of an SMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// GSM 7-bit default alphabet.
    Gsm7,
    /// UCS-2 (sent as UTF-16).
    Ucs2,
}

impl Encoding {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::Gsm7 => "GSM-7",
            Encoding::Ucs2 => "UCS-2",
        }
    }
}

/// The size of an SMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    /// How it is encoded.
    pub encoding: Encoding,
    /// Septets or UTF-16 units in all.
    pub units: usize,
    /// The number of parts, at least 1.
    pub parts: usize,
}

/// The septets of a character: one in the default alphabet (section 6.2.1), two in its extension table (6.2.1.1).
const fn septets(character: char) -> Option<usize> {
    match character {
        'a'..='z'
        | 'A'..='Z'
        | ' '..='#'
        | '%'..='?'
        | '\n'
        | '\r'
        | '@'
        | '£'
        | '$'
        | '¥'
        | 'è'
        | 'é'
        | 'ù'
        | 'ì'
        | 'ò'
        | 'Ç'
        | 'Ø'
        | 'ø'
        | 'Å'
        | 'å'
        | 'Δ'
        | '_'
        | 'Φ'
        | 'Γ'
        | 'Λ'
        | 'Ω'
        | 'Π'
        | 'Ψ'
        | 'Σ'
        | 'Θ'
        | 'Ξ'
        | 'Æ'
        | 'æ'
        | 'ß'
        | 'É'
        | '¤'
        | '¡'
        | 'Ä'
        | 'Ö'
        | 'Ñ'
        | 'Ü'
        | '§'
        | '¿'
        | 'ä'
        | 'ö'
        | 'ñ'
        | 'ü'
        | 'à' => Some(1),
        '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '€' | '\u{c}' => Some(2),
        _ => None,
    }
}

/// Counts the parts of a text.
#[must_use]
pub fn segments(text: &str) -> Segments {
    let gsm = || text.chars().map(septets);
    if gsm().all(|size| size.is_some()) {
        pack(Encoding::Gsm7, gsm().flatten(), 160, 153)
    } else {
        pack(Encoding::Ucs2, text.chars().map(char::len_utf16), 70, 67)
    }
}

fn pack(encoding: Encoding, sizes: impl Iterator<Item = usize>, single: usize, part: usize) -> Segments {
    let (mut units, mut parts, mut used) = (0, 1, 0);
    for size in sizes {
        units += size;
        if used + size > part {
            parts += 1;
            used = 0;
        }
        used += size;
    }
    Segments { encoding, units, parts: if units <= single { 1 } else { parts } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_have_their_characters() {
        // 128 places, one of which is the escape to the extension table.
        let with = |size| (char::MIN..=char::MAX).filter(|character| septets(*character) == size).count();
        assert_eq!((with(Some(1)), with(Some(2))), (127, 10));
    }

    #[test]
    fn limits_of_both_encodings() {
        let gsm = |count: usize| segments(&"a".repeat(count));
        let ucs = |count: usize| segments(&"я".repeat(count));
        assert_eq!(gsm(160), Segments { encoding: Encoding::Gsm7, units: 160, parts: 1 });
        assert_eq!((gsm(161).parts, gsm(306).parts, gsm(307).parts), (2, 2, 3));
        assert_eq!(ucs(70), Segments { encoding: Encoding::Ucs2, units: 70, parts: 1 });
        assert_eq!((ucs(71).parts, ucs(134).parts, ucs(135).parts), (2, 2, 3));
        assert_eq!(segments("").parts, 1);
        assert_eq!(segments("`").encoding, Encoding::Ucs2);
    }

    #[test]
    fn pairs_are_not_split() {
        // 152 septets, then an escaped character that needs two: it opens the second part.
        let text = format!("{}€{}", "a".repeat(152), "a".repeat(152));
        assert_eq!(segments(&text), Segments { encoding: Encoding::Gsm7, units: 306, parts: 3 });
        let emoji = format!("{}😀{}", "я".repeat(66), "я".repeat(66));
        assert_eq!(segments(&emoji), Segments { encoding: Encoding::Ucs2, units: 134, parts: 3 });
    }
}
