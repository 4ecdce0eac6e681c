//! What the codes of a provider mean, as data.

use baton_domain::{ErrorClass, ProviderError, stop::StopReason};

/// The codes of a provider. Each stands once.
pub struct Codes {
    /// The code, what it means for the message, and a sentence of ours (a provider's own may hold the address).
    pub rows: &'static [(&'static str, ErrorClass, &'static str)],
    /// The codes among them that are about the provider as a whole: credentials, balance, a suspended account, an outage. They
    /// open its breaker.
    pub provider_wide: &'static [&'static str],
}

impl Codes {
    /// The error of a code, `None` when the table does not have it.
    #[must_use]
    pub fn known(&self, code: &str) -> Option<ProviderError> {
        let (code, class, message) = self.rows.iter().find(|(known, ..)| *known == code)?;
        let error = ProviderError::new(*class, *code, *message);
        Some(if self.provider_wide.contains(code) { error.provider_wide() } else { error })
    }

    /// The error of a code; one that the table does not have gets the class of its circumstances, and only as much of the
    /// provider's text as a code is long and plain. `provider` is its name for people.
    #[must_use]
    pub fn error(&self, provider: &str, code: &str, otherwise: ErrorClass) -> ProviderError {
        self.known(code).unwrap_or_else(|| {
            let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            let code: String = code.chars().filter(plain).take(40).collect();
            let message = format!("{provider} refused with the code {code}.");
            ProviderError::new(otherwise, code, message)
        })
    }

    /// The codes of a class, in the table's order. For the adapter's tests.
    #[must_use]
    pub fn of(&self, class: ErrorClass) -> Vec<&'static str> {
        self.rows.iter().filter(|row| row.1 == class).map(|row| row.0).collect()
    }

    /// Asserts what must hold of every table: each code once, a sentence to each. For the adapter's tests.
    ///
    /// # Panics
    /// When it does not hold.
    pub fn assert_well_formed(&self) {
        for (index, (code, _, sentence)) in self.rows.iter().enumerate() {
            assert!(self.rows[..index].iter().all(|(other, ..)| other != code), "{code} stands twice");
            assert!(sentence.ends_with('.') && !sentence.starts_with(char::is_lowercase), "{code}: {sentence}");
        }
        for code in self.provider_wide {
            assert!(self.rows.iter().any(|(known, ..)| known == code), "{code} is not in the table");
        }
    }
}

/// The error, which puts the recipient on the stop list when its code is one of those by which the provider says that they have
/// opted out.
#[must_use]
pub fn opt_out(error: ProviderError, codes: &[&str]) -> ProviderError {
    if codes.contains(&error.code.as_str()) { error.stop(StopReason::StopReply) } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODES: Codes = Codes {
        rows: &[("1", ErrorClass::Permanent, "No."), ("2", ErrorClass::Misconfigured, "Not you.")],
        provider_wide: &["2"],
    };

    #[test]
    fn a_code_has_its_class_and_an_unknown_one_that_of_its_circumstances() {
        CODES.assert_well_formed();
        let known = |code| CODES.known(code).map(|error| (error.class, error.provider_wide));
        assert_eq!(known("1"), Some((ErrorClass::Permanent, false)));
        assert_eq!(known("2"), Some((ErrorClass::Misconfigured, true)));
        assert_eq!(known("3"), None);
        let error = CODES.error("ACME", "x y\n+79990000001@", ErrorClass::Temporary);
        assert_eq!((error.class, error.code.as_str()), (ErrorClass::Temporary, "xy79990000001"));
        assert_eq!(CODES.of(ErrorClass::Permanent), ["1"]);
        let stop = |code| opt_out(CODES.error("ACME", code, ErrorClass::Permanent), &["1"]).stop;
        assert_eq!((stop("1"), stop("2")), (Some(StopReason::StopReply), None));
    }
}
