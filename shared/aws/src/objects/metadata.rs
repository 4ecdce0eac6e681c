//! What is said of a file, as a header can carry it.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// Everything but printable ASCII, and the sign of the encoding itself; spaces, because S3 trims them.
const ENCODED: AsciiSet = CONTROLS.add(b'%').add(b' ');

/// As it is stored.
pub(super) fn written(value: &str) -> String {
    utf8_percent_encode(value, &ENCODED).to_string()
}

/// As it was said.
pub(super) fn read(value: &str) -> String {
    percent_decode_str(value).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_comes_back_and_travels_as_ascii() {
        for text in ["sms.xlsx", " Акция 50 %\n.csv ", "%D0", ""] {
            let written = written(text);
            assert!(written.bytes().all(|byte| byte.is_ascii_graphic()), "{written}");
            assert_eq!(read(&written), text);
        }
    }
}
