//! Users, their sessions, and what limits guessing.

use super::Scope;
use baton_domain::{AccountId, Time};
use baton_pipeline::ports::PortResult;
use serde::{Deserialize, Serialize};
use std::{fmt, future::Future};
use uuid::Uuid;

/// What a user may do. Each role may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Look at messages and at what became of them.
    Viewer,
    /// Post and cancel messages.
    Editor,
    /// Manage the account's keys and users.
    Admin,
    /// Act for any account.
    Operator,
}

impl Role {
    /// Every role, the lowest first.
    pub const ALL: [Role; 4] = [Role::Viewer, Role::Editor, Role::Admin, Role::Operator];

    /// What its sessions may be used for.
    #[must_use]
    pub fn scopes(self) -> &'static [Scope] {
        match self {
            Role::Viewer => &[Scope::Read],
            Role::Editor => &[Scope::Read, Scope::Send],
            Role::Admin => &[Scope::Read, Scope::Send, Scope::Admin],
            Role::Operator => &[Scope::Read, Scope::Send, Scope::Admin, Scope::Operator],
        }
    }

    /// Its name on the wire and in the table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Editor => "editor",
            Role::Admin => "admin",
            Role::Operator => "operator",
        }
    }

    /// The role of a name, in any case.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(name))
    }

    /// Whether it manages an account: an account that has such a user keeps at least one.
    #[must_use]
    pub fn manages(self) -> bool {
        self >= Role::Admin
    }
}

/// A user as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Whose user it is.
    pub account: AccountId,
    /// Its id.
    pub id: Uuid,
    /// The e-mail address that it logs in with, in lower case; no other user of the deployment has it.
    pub email: String,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The hash of its password in PHC string format, with its algorithm, parameters and salt.
    pub password: String,
    /// How often its password was set anew: a session belongs to one of them, and ends with it.
    pub generation: u32,
    /// How often it was changed.
    pub version: u64,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
}

/// A user prints neither its e-mail, its name nor its password.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("User");
        shown.field("account", &self.account).field("id", &self.id).field("role", &self.role);
        shown.field("version", &self.version).finish_non_exhaustive()
    }
}

/// What became of a change of users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserChange {
    /// It took effect.
    Done,
    /// Another user has the e-mail.
    EmailTaken,
    /// The account would be left with nobody who manages it.
    LastAdmin,
    /// The user is not, or is no longer, as it was read (or is already there, when it is added): load it and decide again.
    Conflict,
}

/// The users. Every change is whole or not at all, the uniqueness of e-mails and the last admin included.
pub trait Users: Send + Sync {
    /// One user, as of every write before.
    fn user(&self, account: AccountId, id: Uuid) -> impl Future<Output = PortResult<Option<User>>> + Send;

    /// The users of an account.
    fn users(&self, account: AccountId) -> impl Future<Output = PortResult<Vec<User>>> + Send;

    /// Whose e-mail it is, in the whole deployment. `email` is in lower case.
    fn email_owner(&self, email: &str) -> impl Future<Output = PortResult<Option<(AccountId, Uuid)>>> + Send;

    /// Adds a user.
    fn add_user(&self, user: &User) -> impl Future<Output = PortResult<UserChange>> + Send;

    /// Puts a user in the place of what was read of it.
    fn change_user(&self, read: &User, user: &User) -> impl Future<Output = PortResult<UserChange>> + Send;

    /// Removes a user as it was read.
    fn remove_user(&self, read: &User) -> impl Future<Output = PortResult<UserChange>> + Send;
}

/// A user's session: one refresh token after another, of which the newest is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The user's account.
    pub account: AccountId,
    /// Its id, the third part of the token `rt_<account>_<id>_<secret>`.
    pub id: String,
    /// The user.
    pub user: Uuid,
    /// The generation of the user's password that it belongs to.
    pub generation: u32,
    /// The account that the user acts for.
    pub acting: AccountId,
    /// SHA-256 of the newest token's secret, in lower-case hexadecimal.
    pub hash: String,
    /// Until when the newest token is good.
    pub expires_at: Time,
}

/// What became of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// It took effect.
    Done,
    /// The token had been used before, or the session is gone.
    Used,
}

/// The sessions.
pub trait Sessions: Send + Sync {
    /// Stores a new session.
    fn add_session(&self, session: &Session) -> impl Future<Output = PortResult<()>> + Send;

    /// One session, as of every write before.
    fn session(&self, account: AccountId, id: &str) -> impl Future<Output = PortResult<Option<Session>>> + Send;

    /// Puts the session in the place of the one whose hash is `used`.
    fn rotate_session(&self, session: &Session, used: &str) -> impl Future<Output = PortResult<Rotated>> + Send;

    /// Ends a session.
    fn end_session(&self, account: AccountId, id: &str) -> impl Future<Output = PortResult<()>> + Send;
}

/// How long attempts to log in are counted together, in seconds.
pub const WINDOW_SECONDS: i64 = 15 * 60;

/// A quarter of an hour of the clock, in which attempts to log in are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window(pub i64);

impl Window {
    /// The one that a time lies in.
    #[must_use]
    pub fn of(now: Time) -> Window {
        Window(now.timestamp().div_euclid(WINDOW_SECONDS))
    }

    /// Its end, in seconds since 1970.
    #[must_use]
    pub fn end(self) -> i64 {
        (self.0 + 1) * WINDOW_SECONDS
    }
}

/// The counters of attempts to log in.
pub trait LoginLimits: Send + Sync {
    /// Counts an attempt and gives how many there are now. `what` is a digest of what they have in common.
    fn count_login(&self, what: &str, window: Window) -> impl Future<Output = PortResult<u32>> + Send;

    /// Takes an attempt back, as it was a good one.
    fn forgive_login(&self, what: &str, window: Window) -> impl Future<Output = PortResult<()>> + Send;
}

/// A key that session tokens are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthKey {
    /// Names it in a token's header.
    pub id: String,
    /// At least 32 bytes.
    pub secret: Vec<u8>,
}

/// A key prints no secret.
impl fmt::Debug for AuthKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The keys that session tokens are signed with.
pub trait AuthKeys: Send + Sync {
    /// All of them, the newest first; none when the deployment has none. They may be a minute old, unless `wanted` is not
    /// among them: then they are read again, though not with every token that somebody makes up.
    fn auth_keys(&self, wanted: Option<&str>) -> impl Future<Output = PortResult<Vec<AuthKey>>> + Send;
}
