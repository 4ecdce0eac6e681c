use super::stamp;
use crate::ports::{ApiKey, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An API key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// Its id, the third part of the token.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was revoked; null while it works.
    #[schema(format = DateTime)]
    pub revoked_at: Option<String>,
}

impl From<&ApiKey> for Key {
    fn from(key: &ApiKey) -> Key {
        Key {
            id: key.id.clone(),
            name: key.name.clone(),
            scopes: key.scopes.clone(),
            created_at: stamp(key.created_at),
            revoked_at: key.revoked_at.map(stamp),
        }
    }
}

/// An API key that has just been made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewKey {
    /// Its id, the third part of the token.
    pub id: String,
    /// The token, `bt_<account>_<id>_<secret>`: shown this once, and null when the request is replayed.
    pub key: Option<String>,
    /// What people call it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was revoked; null while it works.
    #[schema(format = DateTime)]
    pub revoked_at: Option<String>,
}

impl NewKey {
    /// The stored key with its token, where that is still known.
    #[must_use]
    pub fn new(stored: &ApiKey, token: Option<String>) -> NewKey {
        let Key { id, name, scopes, created_at, revoked_at } = Key::from(stored);
        NewKey { id, key: token, name, scopes, created_at, revoked_at }
    }
}

/// The keys of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyList {
    /// How many there are; null when the caller did not want to know.
    pub count: Option<u64>,
    /// The keys, oldest first.
    pub items: Vec<Key>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}
