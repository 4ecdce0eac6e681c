//! What providers tell alike of what people do.

use baton_pipeline::inbound::Act;

/// A number as we write it: with the plus that some providers leave out. What is no number of 7 to 15 digits (a name, a
/// short code, an id) stays as it is.
pub(crate) fn plus(number: &str) -> String {
    let is_number = (7..=15).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { format!("+{number}") } else { number.to_owned() }
}

/// Somebody pressed a button that says `text` and carries `payload`. A button that says stop is a word that ends a
/// subscription, as if it had been written.
pub(crate) fn pressed(text: &str, payload: Option<String>) -> Act {
    match Act::wrote(text) {
        Act::Wrote { text, .. } => Act::Wrote { text, payload },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_get_their_plus_and_other_senders_stay() {
        assert_eq!(plus("79990000001"), "+79990000001");
        for other in ["+79990000001", "2345", "Baton", "US.13491208655302741918", "1234567890123456", ""] {
            assert_eq!(plus(other), other);
        }
    }

    #[test]
    fn a_button_keeps_what_it_carries_unless_it_says_stop() {
        let act = Act::Wrote { text: "Yes".to_owned(), payload: Some("ACK".to_owned()) };
        assert_eq!(pressed("Yes", Some("ACK".to_owned())), act);
        assert_eq!(pressed("Stop", Some("ACK".to_owned())), Act::Blocked);
    }
}
