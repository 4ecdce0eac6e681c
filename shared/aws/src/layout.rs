//! Where things stand in the tables. Every partition key begins with the account: there is no query without one.
//!
//! The messages table:
//!
//! | partition key `pk` | sort key `sk` | what |
//! |---|---|---|
//! | `<account>#<bulk key>` | `b` | the head of a bulk |
//! | `<account>#<bulk key>` | `s<item>` | a content that several messages share, or that is large |
//! | `<account>#<bulk key>` | `m<index>` | a message |
//! | `<account>#<bulk key>` | `c<index>#<number>` | the record of a message's callback |
//!
//! Its indexes, all sparse, all with `ct` (creation time, milliseconds) as sort key: `by-month` (`mk` on heads and on messages
//! without a head), `by-phone` (`ph`), `by-email` (`em`), `by-group` (`gr`).
//!
//! The control table: `<account>#key` / key id, `<account>#idem` / digest of an idempotency key, `<account>#account` / `-`,
//! `<account>#callback` / id of a secret, `<account>#template` / template id, `<account>#template#<template id>` / version (what
//! was there before, for two days), `<account>#task` / task id (one that was deleted stays as a tombstone for as long as anything
//! of it could still be on its way), `<account>#task#<task id>` / `f<file id>` (a file) and `b<bulk key>` (a bulk: `n` messages, `p`
//! processed, `c` completed, `sq` the last sequence number of the stream that was counted), `<account>#prices` / `senders`, `tariffs#sms` (the lists) and `-` (how often they have changed),
//! and for users and their sessions:
//!
//! | `pk` | `sk` | what |
//! |---|---|---|
//! | `<account>#user` | user id | a user |
//! | `<account>#account` | `managers` | how many users manage the account (`n`) |
//! | `<account>#session` | session id | a session, with the hash of its newest refresh token |
//! | `<account>#whiteList` | `-` | the values that the account's messages may have |
//! | `<account>#phoneCheck` | the id of the check | a check of phone numbers, for 24 hours |
//! | `<account>#export` | export id | an export or the report of a task (`j`), and how often it has changed (`v`); for a week |
//! | `*#user#<SHA-256 of an e-mail>` | `-` | whose e-mail it is: it belongs to one user in the whole deployment |
//!
//! The state table, what senders know together. A `*` stands where something belongs to the deployment and to no account:
//!
//! | `pk` | `sk` | what |
//! |---|---|---|
//! | `*#breaker#<channel>` | provider | a provider's breaker |
//! | `*#inbound#<channel>#<address>` | `-` | when a person last wrote to us |
//! | `<account>#bandwidth` | `-` | an account's limits |
//! | `<account or *>#<channel or *>#<provider or *>#turn` | `-` | the next free moment of a limit |
//! | `<account or *>#stop` | address, or `#` and the SHA-256 of a long one | what a stop list knows of it ([`crate::stops`]) |
//! | `<account or *>#stops` | `-` | that there is such a list, for those who need to ask no further where there is none |
//! | `<account>#receivers` | SHA-256 of an origin | how a receiver of callbacks answers (`pace`), and until when that holds |
//! | `*#login#<digest>` | window | attempts to log in with one e-mail or from one address, in a quarter of an hour |
//!
//! The table of short links: the code alone as `pk`. `a`, `m`, `t` account, message and task, `u` the long address, `ct` and `e`
//! made and ends, `n` clicks, `f` and `l` the first and the last of them. Whoever follows a link names no account.
//!
//! The outbox table: `<account>` / `<message>#<attempt>.<try>#<random>`.

use baton_api::ports::Month;
use baton_domain::{AccountId, BulkId, CallbackId, MessageId, TaskId, Time, stop::StopScope};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The sort key of a bulk's head.
pub const HEAD: &str = "b";

/// The partition of a bulk.
#[must_use]
pub fn bulk_pk(account: AccountId, bulk: BulkId) -> String {
    format!("{account}#{}", bulk.key().0.simple())
}

/// The sort key of a message.
#[must_use]
pub fn message_sk(message: MessageId) -> String {
    format!("m{:04}", message.index().unwrap_or(u16::MAX))
}

/// The sort key of a content.
#[must_use]
pub fn spec_sk(item: u16) -> String {
    format!("s{item:04}")
}

/// What the sort keys of the records of a message's callbacks begin with.
#[must_use]
pub fn callbacks_of(message: MessageId) -> String {
    format!("c{:04}#", message.index().unwrap_or(u16::MAX))
}

/// The sort key of the record of a callback.
#[must_use]
pub fn callback_sk(id: CallbackId) -> String {
    format!("{}{:010}", callbacks_of(id.message), id.number)
}

/// A key of one of the indexes: the account, and what is looked up.
#[must_use]
pub fn index_key(account: AccountId, value: impl std::fmt::Display) -> String {
    format!("{account}#{value}")
}

/// The partition of an account's receivers of callbacks.
#[must_use]
pub fn receivers_pk(account: AccountId) -> String {
    index_key(account, "receivers")
}

/// The sort key of a receiver. A digest, as an address may be long, and hold a password.
#[must_use]
pub fn receiver_sk(origin: &str) -> String {
    hex::encode(Sha256::digest(origin.as_bytes()))
}

/// The partition of an account's users.
#[must_use]
pub fn users_pk(account: AccountId) -> String {
    index_key(account, "user")
}

/// The partition of an e-mail that a user logs in with, in lower case.
#[must_use]
pub fn user_email_pk(email: &str) -> String {
    format!("*#user#{}", hex::encode(Sha256::digest(email.as_bytes())))
}

/// The partition of an account's tasks.
#[must_use]
pub fn tasks_pk(account: AccountId) -> String {
    index_key(account, "task")
}

/// The partition of what belongs to a task.
#[must_use]
pub fn task_pk(account: AccountId, task: TaskId) -> String {
    index_key(account, format_args!("task#{}", task.0.simple()))
}

/// What the sort keys of the bulks of a task begin with.
pub const TASK_BULK: &str = "b";

/// What the sort keys of the files of a task begin with.
pub const TASK_FILE: &str = "f";

/// The sort key of a bulk of a task.
#[must_use]
pub fn task_bulk_sk(bulk: BulkId) -> String {
    format!("{TASK_BULK}{}", bulk.key().0.simple())
}

/// The sort key of a file of a task.
#[must_use]
pub fn task_file_sk(id: Uuid) -> String {
    format!("{TASK_FILE}{}", id.simple())
}

/// The partition of a stop list.
#[must_use]
pub fn stop_pk(scope: StopScope) -> String {
    format!("{scope}#stop")
}

/// The partition that says whether there is a stop list.
#[must_use]
pub fn stop_flag_pk(scope: StopScope) -> String {
    format!("{scope}#stops")
}

/// The longest address that is a sort key as it is, in bytes: a sort key holds 1,024, and subscriptions of Web Push are longer.
const LONGEST_ADDRESS: usize = 256;

/// The sort key of an address on a stop list.
#[must_use]
pub fn stop_sk(address: &str) -> String {
    match address.len() {
        0..=LONGEST_ADDRESS => address.to_owned(),
        _ => format!("#{}", hex::encode(Sha256::digest(address.as_bytes()))),
    }
}

/// The partition of an account's registered senders and prices.
#[must_use]
pub fn prices_pk(account: AccountId) -> String {
    index_key(account, "prices")
}

/// A key of `by-month`. A month, as a list without a beginning then asks for four keys where messages are kept for 90 days; what
/// is written goes to the newest key either way, so shorter spans would not spread it.
#[must_use]
pub fn month_key(account: AccountId, time: Time) -> String {
    index_key(account, Month::of(time))
}

/// The bulk that a partition key belongs to.
#[must_use]
pub fn bulk_of(pk: &str) -> Option<BulkId> {
    Uuid::try_parse(pk.split_once('#')?.1).ok().map(BulkId)
}

/// The message that a pair of keys belongs to.
#[must_use]
pub fn message_of(pk: &str, sk: &str) -> Option<MessageId> {
    let index = sk.strip_prefix('m')?.parse().ok()?;
    Some(MessageId::new(bulk_of(pk)?, index))
}
