//! SMSC's codes: `error_code` of answers (<https://smsc.ru/api/http/send/sms/sms_answer/>), and the numbers of statuses
//! (<https://smsc.ru/api/http/status_messages/statuses/>).

use crate::codes::Codes;
use baton_domain::ErrorClass::{Misconfigured, Permanent, Temporary};
use std::time::Duration;

/// What the codes of answers mean.
pub(super) const CODES: Codes = Codes {
    rows: &[
        ("1", Misconfigured, "The request has a parameter that is not valid."),
        ("2", Misconfigured, "SMSC refused the credentials."),
        ("3", Misconfigured, "The account's balance is used up."),
        ("4", Temporary, "SMSC has blocked our address for a while."),
        ("5", Misconfigured, "The date is not valid."),
        ("6", Misconfigured, "SMSC forbids the text or the sender."),
        ("7", Permanent, "The recipient's number is not valid."),
        ("8", Permanent, "The message can not be delivered to the recipient's number."),
        ("9", Temporary, "SMSC limits equal messages, and the rate of calls."),
    ],
    provider_wide: &["2", "3", "4"],
};

/// The pauses that the codes ask for. `9` is about a minute's calls; for `4` SMSC names no pause, and takes further faulty calls
/// amiss, so it is longer.
pub(super) const PAUSE: &[(&str, Duration)] = &[("4", Duration::from_secs(300)), ("9", Duration::from_secs(60))];

/// What the final statuses mean that are no delivery.
pub(super) const FAILURES: Codes = Codes {
    rows: &[
        ("3", Permanent, "The message was not delivered in its time to live."),
        ("20", Permanent, "The message can not be delivered."),
        ("22", Permanent, "The recipient's number is not valid."),
        ("23", Misconfigured, "SMSC has forbidden the message."),
        ("24", Misconfigured, "The account's balance is used up."),
        ("25", Permanent, "The recipient's number can not be reached."),
    ],
    provider_wide: &["24"],
};
