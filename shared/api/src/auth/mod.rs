//! How people prove who they are: passwords, session tokens, refresh tokens, and what limits guessing.

pub(crate) mod attempts;
pub(crate) mod password;
pub(crate) mod refresh_token;
pub(crate) mod session_token;
pub(crate) mod tokens;

use crate::{faults::Faults, fields::Fields, mail};

/// An e-mail address to log in with, in lower case as a whole: no two people share one that differs in case alone.
pub(crate) fn email(fields: &Fields<'_>, faults: &mut Faults) -> Option<String> {
    fields.require("email", faults);
    let text = fields.string("email", faults)?;
    let email = mail::normalise(text).map(|email| email.to_lowercase());
    if email.is_none() {
        faults.add(fields.path().field("email"), "invalid", "An e-mail address is expected.");
    }
    email
}
