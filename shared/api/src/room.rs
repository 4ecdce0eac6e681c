//! How much goes into an answer.

/// The most bytes of a body as it leaves: Lambda takes 6 MB with all that stands around it.
pub(crate) const MOST_BYTES: usize = 4_500_000;

/// What is still free in a body.
#[derive(Debug, Default)]
pub(crate) struct Room {
    used: usize,
    full: bool,
}

impl Room {
    /// Whether something had no place.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// Takes the place of a text; false where it does not fit any more, and nothing after it does. The first one always has its
    /// place, as a list would not get past it otherwise.
    pub(crate) fn takes(&mut self, text: &str) -> bool {
        let used = self.used + escaped(text);
        self.full |= self.used > 0 && used > MOST_BYTES;
        if !self.full {
            self.used = used;
        }
        !self.full
    }
}

/// The bytes of a text as it leaves: a body is a string in the JSON that Lambda gives to the gateway.
pub(crate) fn escaped(text: &str) -> usize {
    let more = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 1,
        0..0x20 => 5,
        _ => 0,
    };
    text.len() + text.bytes().map(more).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_long_as_it_is_within_json() {
        for text in ["", "a", "a\"b", "\\\"", "\r\n\t", "\u{1}\u{1f}", "Заказ", "😀"] {
            let json = serde_json::to_string(text).expect("JSON");
            assert_eq!(escaped(text), json.len() - 2, "{text:?}");
        }
    }

    #[test]
    fn the_first_one_has_its_place_and_nothing_follows_what_has_none() {
        let (mut room, long) = (Room::default(), "\"".repeat(MOST_BYTES / 2 + 1));
        assert!(room.takes(&long) && !room.takes("a"));
        let mut room = Room::default();
        assert!(room.takes("a") && !room.takes(&long) && !room.takes("a"));
        let mut room = Room::default();
        assert!(room.takes(&"a".repeat(MOST_BYTES - 1)) && room.takes("a") && !room.takes("a"));
    }
}
