//! Links in a text as a person sees them.
//!
//! `linkify` knows brackets, quotes and the punctuation after a link, but neither domains that end in other letters than Latin
//! ones (`https://пример.рф`), nor quotes, dashes and spaces outside ASCII (`«https://…»`), nor a fragment right after the
//! domain. So it is shown a shadow of the text, of the same length in bytes, in which these look like what it knows.

use super::location;
use linkify::{LinkFinder, LinkKind};
use std::ops::Range;

const SCHEMES: [&[u8]; 2] = [b"https://", b"http://"];

/// More links than an SMS of 1,600 characters holds.
const MOST_FOUND: usize = 200;

/// Where the http(s) links of a text stand, in bytes and in order: the first 200 of them, so that a text of nothing but links
/// costs little. No SMS has more.
#[must_use]
pub fn find(text: &str) -> Vec<Range<usize>> {
    // Most texts have none: nothing is built for these.
    if !text.contains("://") {
        return Vec::new();
    }
    let shadow = shadow(text);
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let found = finder.links(&shadow).map(|link| link.start()..link.end());
    let sound = found.filter(|range| text.get(range.clone()).is_some_and(|url| location(url).is_some()));
    sound.take(MOST_FOUND).collect()
}

fn shadow(text: &str) -> String {
    let mut shadow = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            // A path of its own, as far as the end of a link goes.
            '#' => shadow.push('/'),
            _ if character.is_ascii() => shadow.push(character),
            _ => {
                let like = if is_letter(character) { 'x' } else { ' ' };
                shadow.extend(std::iter::repeat_n(like, character.len_utf8()));
            }
        }
    }
    set_schemes_apart(text, shadow)
}

/// Schemes in small letters, and a gap in front of one that follows a letter of another alphabet: `тутhttps://…`.
fn set_schemes_apart(text: &str, shadow: String) -> String {
    let bytes = text.as_bytes();
    let mut seen = shadow.into_bytes();
    for (at, scheme) in bytes.windows(3).enumerate().filter(|(_, window)| *window == b"://").flat_map(|(colon, _)| {
        SCHEMES.iter().filter_map(move |scheme| Some((colon.checked_sub(scheme.len() - 3)?, *scheme)))
    }) {
        if !bytes[at..at + scheme.len()].eq_ignore_ascii_case(scheme) {
            continue;
        }
        seen[at..at + scheme.len()].copy_from_slice(scheme);
        if let Some(before) = at.checked_sub(1).filter(|before| !bytes[*before].is_ascii()) {
            seen[before] = b' ';
        }
    }
    // ASCII alone.
    String::from_utf8(seen).unwrap_or_default()
}

/// Whether a character outside ASCII is part of a word, so that it may be part of a link. What is not: spaces, controls, and
/// the punctuation of Latin-1, of the blocks General Punctuation, CJK Symbols and Punctuation, and of the full-width forms.
fn is_letter(character: char) -> bool {
    let punctuation = matches!(character,
        '\u{80}'..='\u{a9}' | '\u{ab}'..='\u{b4}' | '\u{b6}'..='\u{b9}' | '\u{bb}'..='\u{bf}'
        | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{feff}' | '\u{ff00}'..='\u{ff0f}'
        | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}');
    !punctuation && !character.is_whitespace()
}
