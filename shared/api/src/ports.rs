//! What the HTTP interface needs of the world beyond the ports of the pipeline.

mod auth;
mod exports;
mod lists;
mod prices;
mod stops;
mod white_lists;

pub use auth::{
    AuthKey, AuthKeys, LoginLimits, Role, Rotated, Session, Sessions, User, UserChange, Users, WINDOW_SECONDS, Window,
};
pub use exports::{
    EXPORT_DAYS, Export, ExportFormat, ExportPointer, ExportQueue, ExportState, Exports, ReportOf, UnknownFormat,
};
pub use lists::{Index, Line, Lists, Month, Span};
pub use prices::Prices;
pub use stops::StopLists;
pub use white_lists::WhiteLists;

use baton_domain::{AccountId, Channel, MessageId, Template, Time, bandwidth::Bandwidth};
use baton_pipeline::{
    callbacks::ports::{CallbackSecret, CallbackSecrets},
    ports::{PortResult, Stored},
};
use serde::{Deserialize, Serialize};
use std::future::Future;
use uuid::Uuid;

/// What a key or a user's session may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Post and cancel messages.
    Send,
    /// Look at messages and at what became of them.
    Read,
    /// Make, list and revoke keys; manage users.
    Admin,
    /// Name another account than one's own. Such keys are made by whoever runs the deployment, never through the API.
    Operator,
}

/// An API key as it is stored: never its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Whose it is.
    pub account: AccountId,
    /// Its id, the third part of the token `bt_<account>_<id>_<secret>`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// SHA-256 of the secret's ASCII bytes, in lower-case hexadecimal.
    pub hash: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
}

/// The API keys.
pub trait Keys: Send + Sync {
    /// One key, as of every write before.
    fn key(&self, account: AccountId, id: &str) -> impl Future<Output = PortResult<Option<ApiKey>>> + Send;

    /// The keys of an account, by id.
    fn keys(&self, account: AccountId) -> impl Future<Output = PortResult<Vec<ApiKey>>> + Send;

    /// Stores a new key. An existing one of the same id is left alone.
    fn add(&self, key: &ApiKey) -> impl Future<Output = PortResult<()>> + Send;

    /// Revokes a key; `false` when there is none. A second time keeps the first time.
    fn revoke(&self, account: AccountId, id: &str, at: Time) -> impl Future<Output = PortResult<bool>> + Send;
}

/// What a request with an `Idempotency-Key` is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// It is the first: go on with the id that was offered.
    New,
    /// An earlier one died half way: complete it, with the id that it used.
    Resume(Uuid),
    /// An earlier one is done: give its answer again, which follows from the request and the id that it used.
    Done(Uuid),
    /// An earlier one is still running, with this id, and may be until this time.
    Running(Uuid, Time),
    /// The key was used with another body.
    Mismatch,
}

/// The records of idempotency keys, kept for 24 hours.
pub trait Idempotency: Send + Sync {
    /// Begins a request. `key` names it (a digest of method, path and key), `digest` its body, `id` is what it makes
    /// everything from, `until` when it must have ended one way or the other.
    fn begin(
        &self,
        account: AccountId,
        key: &str,
        digest: &str,
        id: Uuid,
        now: Time,
        until: Time,
    ) -> impl Future<Output = PortResult<Begin>> + Send;

    /// The id that the first try of a request with this key and digest used, while it is remembered.
    fn first_id(
        &self,
        account: AccountId,
        key: &str,
        digest: &str,
        now: Time,
    ) -> impl Future<Output = PortResult<Option<Uuid>>> + Send;

    /// Ends a try that has failed: the next one need not wait for `until`. A request that is done, or that another try has
    /// taken over since, stays as it is.
    fn release(&self, account: AccountId, key: &str, until: Time) -> impl Future<Output = PortResult<()>> + Send;

    /// Marks a request as done.
    fn finish(&self, account: AccountId, key: &str) -> impl Future<Output = PortResult<()>> + Send;
}

/// The templates. Versions that were replaced, and templates that were deleted, are remembered for as long as a request may
/// be repeated.
pub trait Templates: Send + Sync {
    /// A template, as of every write before.
    fn template(&self, account: AccountId, id: Uuid) -> impl Future<Output = PortResult<Option<Template>>> + Send;

    /// A template as it was at a moment of the last 24 hours.
    fn template_as_of(
        &self,
        account: AccountId,
        id: Uuid,
        at: Time,
    ) -> impl Future<Output = PortResult<Option<Template>>> + Send;

    /// The templates of an account.
    fn templates(&self, account: AccountId) -> impl Future<Output = PortResult<Vec<Template>>> + Send;

    /// Stores a new template. An existing one of the same id is left alone.
    fn add_template(&self, template: &Template) -> impl Future<Output = PortResult<()>> + Send;

    /// Replaces `old` by `new` if it is still there.
    fn replace_template(&self, old: &Template, new: &Template) -> impl Future<Output = PortResult<Stored>> + Send;

    /// Deletes `old` at this time if it is still there.
    fn delete_template(&self, old: &Template, at: Time) -> impl Future<Output = PortResult<Stored>> + Send;
}

/// A part of a list, and where the next part begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<T> {
    /// The lines.
    pub items: Vec<T>,
    /// Opaque; `None` at the end.
    pub next: Option<String>,
}

/// One provider call of the sandbox.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxItem {
    /// Unique.
    pub id: String,
    /// The message.
    pub message: MessageId,
    /// Whose it is.
    pub account: AccountId,
    /// The channel.
    pub channel: Channel,
    /// The address.
    pub to: String,
    /// The rendered content.
    pub content: serde_json::Value,
    /// What the sandbox did.
    pub outcome: String,
    /// When.
    pub at: Time,
}

/// What the sandbox "sent".
pub trait Outbox: Send + Sync {
    /// Whether the sandbox is on; without it `GET /outbox` is not found.
    fn is_on(&self) -> bool;

    /// The records of an account, of one message when it is named, newest messages first, at most `limit`, from where
    /// `after` says.
    fn records(
        &self,
        account: AccountId,
        message: Option<MessageId>,
        after: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = PortResult<Part<OutboxItem>>> + Send;
}

/// The secrets that callbacks are signed with, as the interface changes them.
pub trait CallbackKeys: CallbackSecrets {
    /// Stores a new secret. An existing one of the same id is left alone.
    fn add_secret(&self, secret: &CallbackSecret) -> impl Future<Output = PortResult<()>> + Send;

    /// Removes a secret; `None` when there is none.
    fn remove_secret(
        &self,
        account: AccountId,
        id: &str,
    ) -> impl Future<Output = PortResult<Option<CallbackSecret>>> + Send;
}

/// What the deployment has set, and what accounts may set of it.
pub trait Deployment: Send + Sync {
    /// The providers document of a channel; `None` when there is none.
    fn providers_document(&self, channel: Channel) -> impl Future<Output = PortResult<Option<String>>> + Send;

    /// Replaces the limits of an account.
    fn put_bandwidth(&self, account: AccountId, limits: &[Bandwidth]) -> impl Future<Output = PortResult<()>> + Send;
}
