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

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION: &str = "^{}\\[~]|€\u{c}";

fn septets(character: char) -> Option<usize> {
    if character.is_ascii_alphanumeric() || character == ' ' || BASIC.contains(character) {
        Some(1)
    } else if EXTENSION.contains(character) {
        Some(2)
    } else {
        None
    }
}

/// Counts the parts of a text.
#[must_use]
pub fn segments(text: &str) -> Segments {
    let gsm: Option<Vec<usize>> = text.chars().map(septets).collect();
    match gsm {
        Some(sizes) => pack(Encoding::Gsm7, &sizes, 160, 153),
        None => {
            let sizes: Vec<usize> = text.chars().map(char::len_utf16).collect();
            pack(Encoding::Ucs2, &sizes, 70, 67)
        }
    }
}

fn pack(encoding: Encoding, sizes: &[usize], single: usize, part: usize) -> Segments {
    let units: usize = sizes.iter().sum();
    if units <= single {
        return Segments { encoding, units, parts: 1 };
    }
    let (mut parts, mut used) = (1, 0);
    for size in sizes {
        if used + size > part {
            parts += 1;
            used = 0;
        }
        used += size;
    }
    Segments { encoding, units, parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_basic_table_has_its_127_characters() {
        // 128 places, one of which is the escape to the extension table.
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(EXTENSION.chars().count(), 10);
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
