//! The shape of every error.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One fault of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"path": "/messages/0/channels/sms/text", "code": "required", "message": "sms needs a text."}))]
pub struct Detail {
    /// Where: a JSON pointer (RFC 6901) into the body; `?name` for a parameter of the query; the name of a header.
    pub path: String,
    /// What, for programs.
    pub code: String,
    /// What is expected, for people.
    pub message: String,
}

/// Every error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorAnswer {
    /// One sentence for people.
    pub error: String,
    /// What it is, for programs.
    pub code: String,
    /// The faults of a request that was refused for what it says; at most 100 of them.
    pub details: Vec<Detail>,
    /// Names the request in the log.
    pub request_id: String,
}
