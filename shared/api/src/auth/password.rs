//! Hashes of passwords: argon2id (RFC 9106) with 19 MiB of memory, two passes and one lane, the parameters that the OWASP
//! Password Storage Cheat Sheet names first for machines with little memory. A function takes one request at a time, so one
//! hash at a time is all that its memory has to hold.

use crate::{faults::Faults, fields::Fields, refusal::Refusal};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash};
use baton_pipeline::ports::PortError;

/// The longest password, in bytes. It is hashed whole, so the time that it takes hangs on this.
pub(crate) const LONGEST: usize = 1024;
/// The shortest password that is taken, in characters (NIST SP 800-63B, section 3.1.1.2).
const SHORTEST: usize = 8;

/// Memory in KiB, passes, lanes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// The hash that a password is compared with where there is no user, so that this takes as long as where there is one. It is
/// the hash of nothing.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn argon2() -> Result<Argon2<'static>, PortError> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|error| failed(&error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn failed(error: &impl ToString) -> PortError {
    PortError::new("hashing a password", error.to_string())
}

/// The hash of a password with a salt of its own, in PHC string format.
pub(crate) fn hash(password: &str) -> Result<String, Refusal> {
    let salt: [u8; 16] = rand::random();
    let hashed: PasswordHash =
        argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(|error| failed(&error))?;
    Ok(hashed.to_string())
}

/// Whether the password has this hash; never, and after the same work, where there is none.
pub(crate) fn fits(password: &str, stored: Option<&str>) -> Result<bool, Refusal> {
    let hash = PasswordHash::new(stored.unwrap_or(NOBODY)).map_err(|error| failed(&error))?;
    let same = argon2()?.verify_password(password.as_bytes(), &hash).is_ok();
    Ok(same && stored.is_some())
}

/// A password to set.
pub(crate) fn chosen(fields: &Fields<'_>, faults: &mut Faults) -> Option<String> {
    let password = fields.bounded("password", LONGEST, faults)?;
    if password.chars().count() < SHORTEST {
        let message = format!("password must have at least {SHORTEST} characters.");
        faults.add(fields.path().field("password"), "too_short", message);
        return None;
    }
    Some(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_alone() {
        let stored = hash("correct horse").expect("a hash");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_ne!(stored, hash("correct horse").expect("a hash"), "each has its own salt");
        assert!(fits("correct horse", Some(&stored)).expect("compared"));
        assert!(!fits("correct hors", Some(&stored)).expect("compared"));
        assert!(!fits("correct horse ", Some(&stored)).expect("compared"));
        assert!(fits("x", Some("plain text")).is_err());
    }

    /// What is compared with where there is nobody takes the same work: it has the parameters and sizes of a real hash.
    #[test]
    fn nobodys_hash_is_like_any_other() {
        let (nobody, real) = (PasswordHash::new(NOBODY).expect("a hash"), hash("x").expect("a hash"));
        let real = PasswordHash::new(&real).expect("a hash");
        assert_eq!((&nobody.algorithm, &nobody.version), (&real.algorithm, &real.version));
        assert_eq!(nobody.params.to_string(), real.params.to_string());
        let sizes = |hash: &PasswordHash| (hash.salt.map(|salt| salt.len()), hash.hash.map(|output| output.len()));
        assert_eq!(sizes(&nobody), sizes(&real));
        assert!(!fits("", None).expect("compared"));
    }
}
