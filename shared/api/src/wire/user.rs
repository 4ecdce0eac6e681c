use super::stamp;
use crate::ports::{self, Role};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Who logs in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"email": "anna@example.org", "password": "correct horse battery", "ttl": 3600}))]
pub struct Login {
    /// The user's e-mail address, in any case.
    #[schema(format = "email")]
    pub email: String,
    /// Its password, at most 1024 bytes.
    #[schema(format = Password, max_length = 1024)]
    pub password: String,
    /// How long the session token is to be good, in seconds; an hour when absent. More than 30 days are
    /// taken as 30 days.
    #[schema(nullable, minimum = 1)]
    pub ttl: Option<u64>,
    /// The account to act for; the user's own when absent, and for all but operators.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// Accepted for existing clients; changes nothing.
    #[schema(nullable)]
    pub extra: Option<Value>,
}

/// A refresh token to use.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"refreshToken": "rt_1_2YotnFZFEjr1zCsicMWpAA_SlAV32hkKG5g0bM8bY3oP9qLw4Zt7RcXuE1vNiJ6", "ttl": 3600}))]
pub struct Refresh {
    /// The refresh token that the last answer gave.
    pub refresh_token: String,
    /// How long the session token is to be good, in seconds; an hour when absent. More than 30 days are
    /// taken as 30 days.
    #[schema(nullable, minimum = 1)]
    pub ttl: Option<u64>,
}

/// What a login gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    /// The session token, for `Authorization: Bearer`: a JSON web token with a numeric `exp`.
    pub token: String,
    /// For the next session token; good once, and for 30 days longer than the session token.
    pub refresh_token: String,
}

/// A user to make.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"email": "anna@example.org", "name": "Anna", "role": "editor", "password": "correct horse battery"}))]
pub struct MakeUser {
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// The e-mail address to log in with; kept in lower case, and no other user of the deployment may have it.
    #[schema(format = "email")]
    pub email: String,
    /// What people call it, 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What it may do; not more than the caller may.
    pub role: Role,
    /// 8 characters to 1024 bytes. It is never shown.
    #[schema(format = Password, min_length = 8, max_length = 1024)]
    pub password: String,
}

/// What a user is to be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"email": "anna@example.org", "name": "Anna B.", "role": "viewer"}))]
pub struct SetUser {
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// The e-mail address to log in with; kept in lower case, and no other user of the deployment may have it.
    #[schema(format = "email")]
    pub email: String,
    /// What people call it, 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What it may do; not more than the caller may.
    pub role: Role,
    /// 8 characters to 1024 bytes; stays as it is when absent. A new one ends every session of the user.
    #[schema(nullable, format = Password, min_length = 8, max_length = 1024)]
    pub password: Option<String>,
}

/// A user, without its password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// Its account.
    pub company_id: u64,
    /// The e-mail address that it logs in with.
    pub email: String,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was changed last.
    #[schema(format = DateTime)]
    pub updated_at: String,
}

impl From<&ports::User> for User {
    fn from(user: &ports::User) -> User {
        User {
            id: user.id.to_string(),
            company_id: user.account.0,
            email: user.email.clone(),
            name: user.name.clone(),
            role: user.role,
            created_at: stamp(user.created_at),
            updated_at: stamp(user.updated_at),
        }
    }
}

/// The users of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserList {
    /// How many there are; null when the caller did not want to know.
    pub count: Option<u64>,
    /// The users, the newest first.
    pub items: Vec<User>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}
