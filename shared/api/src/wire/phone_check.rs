use baton_domain::{PhoneStatus, phone_check};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// Phone numbers to check, or a check to ask about.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"phones": ["+7 999 000-00-11", "+79990000012", "12"]}))]
pub struct CheckPhones {
    /// The check to ask about; a new one is made when absent.
    #[schema(nullable)]
    pub check_id: Option<Uuid>,
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// The provider that looks the numbers up. When absent: the first SMS provider of the deployment that can, and where there
    /// is none the numbers are not looked up. With `checkId`: the check's own or none.
    #[schema(nullable, example = "SMSC")]
    pub provider: Option<String>,
    /// The numbers, 1 to 1,000, of at most 200,000 bytes together. With `checkId` none mean all of the check; otherwise they say which
    /// numbers of the check to show.
    #[schema(nullable)]
    pub phones: Option<Vec<String>>,
}

/// What is known of a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckedPhone {
    /// `VALID` (a number by its country code and length, and nobody looks it up), `INVALID` (no number), `PENDING` (being looked
    /// up: ask again), `REACHABLE` (in service, the phone is on), `ABSENT` (in service, the phone is off or out of reach),
    /// `UNREACHABLE` (it can get no SMS), `NOT_EXISTING` (nobody has this number), `UNKNOWN` (the look-up ended without an
    /// answer). All but `PENDING` are final.
    #[schema(example = "REACHABLE")]
    pub status: String,
    /// The number of the status: `VALID` 0, `INVALID` 1, `PENDING` 2, `REACHABLE` 3, `ABSENT` 4, `UNREACHABLE` 5,
    /// `NOT_EXISTING` 6, `UNKNOWN` 7.
    #[schema(example = 3)]
    pub status_code: u8,
}

impl From<PhoneStatus> for CheckedPhone {
    fn from(status: PhoneStatus) -> CheckedPhone {
        CheckedPhone { status: status.name().to_owned(), status_code: status.code() }
    }
}

/// A check as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhoneCheck {
    /// Its id, good for 24 hours.
    pub check_id: Uuid,
    /// What is known of each number, by the text that the caller wrote.
    #[schema(value_type = std::collections::BTreeMap<String, CheckedPhone>)]
    pub result: Map<String, Value>,
}

impl PhoneCheck {
    /// The check, with the texts alone that `shown` takes.
    #[must_use]
    pub fn new(check: &phone_check::PhoneCheck, shown: impl Fn(&str) -> bool) -> PhoneCheck {
        let result = check.result().filter(|(text, _)| shown(text)).map(|(text, status)| {
            let CheckedPhone { status, status_code } = status.into();
            (text.to_owned(), json!({"status": status, "statusCode": status_code}))
        });
        PhoneCheck { check_id: check.id, result: result.collect() }
    }
}
