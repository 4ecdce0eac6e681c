//! The codes of the API (<https://apiok.ru/en/dev/errors>).

use crate::codes::Codes;
use baton_domain::ErrorClass::{Misconfigured, Permanent, Temporary};

/// What each code means.
pub(super) const CODES: Codes = Codes {
    rows: &[
        ("1", Temporary, "Odnoklassniki has an unknown error."),
        ("2", Temporary, "Odnoklassniki is unavailable for a while."),
        ("3", Misconfigured, "Odnoklassniki does not know the method."),
        ("4", Misconfigured, "Odnoklassniki could not read the request."),
        ("7", Permanent, "The recipient has blocked the group."),
        ("8", Temporary, "Odnoklassniki takes the messages for a flood."),
        ("9", Misconfigured, "Odnoklassniki refuses our address."),
        ("10", Permanent, "The recipient has not allowed the group's messages."),
        ("11", Temporary, "Odnoklassniki limits the rate of messages."),
        ("21", Misconfigured, "The request is not of its form."),
        ("22", Misconfigured, "The account is not activated."),
        ("23", Misconfigured, "The account does not take part."),
        ("24", Misconfigured, "The token is not that of the owner."),
        ("25", Permanent, "The recipient is not active."),
        ("26", Temporary, "A limit of the group is reached."),
        ("50", Misconfigured, "Odnoklassniki refuses the network."),
        ("100", Misconfigured, "A parameter is missing or wrong."),
        ("101", Misconfigured, "Odnoklassniki refused the application's key."),
        ("102", Misconfigured, "The token has expired."),
        ("103", Misconfigured, "Odnoklassniki refused the token."),
        ("104", Misconfigured, "The signature is wrong."),
        ("105", Misconfigured, "The repeated signature is wrong."),
        ("110", Permanent, "The recipient's id is not valid."),
        ("9999", Temporary, "Odnoklassniki has a system error."),
    ],
    provider_wide: &["2", "3", "9", "22", "24", "50", "101", "102", "103", "9999"],
};
