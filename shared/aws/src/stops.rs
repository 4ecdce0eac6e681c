//! The stop lists in the state table.
//!
//! An item holds all that a list knows of an address, each channel (or `*`) in attributes of its own, so that one read answers
//! for all of them and a write changes one:
//!
//! | attribute | what |
//! |---|---|
//! | `<channel>` | the line: `r` reason, `b` by whom, `c` comment, `at` when it was put there, `ev` when the event took place |
//! | `<channel>.from`, `<channel>.until` | from when to when there was a line before |
//! | `ad` | the address, where the key holds its digest |
//!
//! An item without lines is kept for two days, for requests and events that come again.

mod list;
mod read;

use crate::{
    layout,
    messages::bad_item,
    record::{Item, number, string},
    state::StateTable,
};
use aws_sdk_dynamodb::{
    error::SdkError,
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{AttributeValue, ReturnConsumedCapacity, ReturnValue},
};
use baton_domain::{
    AccountId, Channel, Time,
    stop::{Lift, Listed, StopEntry, StopKey, StopMark, StopScope},
};
use baton_pipeline::{
    ports::{PortError, PortResult},
    stops::{StopList, StopWrites},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How long it is believed that somebody has no list.
const NONE_FRESH: Duration = Duration::from_secs(3);

/// The most lists that a process remembers.
const REMEMBERED: usize = 1000;

/// How long an item without lines is kept, in seconds: longer than a request may be repeated, and than providers repeat events.
const KEPT: i64 = 2 * 24 * 3600;

/// What a process remembers of lists: whether there is one, and since when it knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownLists(Arc<Mutex<BTreeMap<StopScope, (bool, Instant)>>>);

impl KnownLists {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<StopScope, (bool, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is a list, as far as that is known and still believed. A list that was there once stays.
    fn get(&self, scope: StopScope) -> Option<bool> {
        let known = self.lock().get(&scope).copied();
        known.filter(|(is, at)| *is || at.elapsed() < NONE_FRESH).map(|(is, _)| is)
    }

    fn set(&self, scope: StopScope, is: bool) {
        let mut known = self.lock();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(scope, (is, Instant::now()));
    }
}

/// The attribute of a channel.
fn attribute(channel: Option<Channel>) -> &'static str {
    channel.map_or("*", Channel::name)
}

/// All channels, and `None` for all of them.
fn all() -> impl Iterator<Item = Option<Channel>> {
    std::iter::once(None).chain(Channel::ALL.into_iter().map(Some))
}

fn line(mark: &StopMark) -> AttributeValue {
    let mut map = Item::from([
        ("r".to_owned(), string(mark.reason.name())),
        ("b".to_owned(), string(&mark.by)),
        ("at".to_owned(), number(mark.created_at.timestamp_millis())),
    ]);
    map.extend(mark.comment.as_ref().map(|comment| ("c".to_owned(), string(comment))));
    map.extend(mark.event_at.map(|at| ("ev".to_owned(), number(at.timestamp_millis()))));
    AttributeValue::M(map)
}

impl StateTable {
    /// Says that there is a list, before its first line is written.
    async fn begin_list(&self, scope: StopScope) -> PortResult<()> {
        if self.lists.get(scope) == Some(true) {
            return Ok(());
        }
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", string(layout::stop_flag_pk(scope)))
            .key("sk", string("-"))
            .update_expression("SET #on = :on")
            .expression_attribute_names("#on", "on")
            .expression_attribute_values(":on", AttributeValue::Bool(true))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = request.send().await.map_err(|error| PortError::new("DynamoDB UpdateItem", error))?;
        self.meter.write(answer.consumed_capacity());
        self.lists.set(scope, true);
        Ok(())
    }

    fn change(&self, key: &StopKey) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.name)
            .key("pk", string(layout::stop_pk(key.scope)))
            .key("sk", string(layout::stop_sk(&key.address)))
            .expression_attribute_names("#ch", attribute(key.channel))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }

    /// Makes a conditional change; the item as it is then, `None` when the condition did not hold.
    async fn changed(&self, request: UpdateItemFluentBuilder) -> PortResult<Option<Item>> {
        match request.return_values(ReturnValue::AllNew).send().await {
            Ok(answer) => {
                self.meter.write(answer.consumed_capacity());
                Ok(Some(answer.attributes.unwrap_or_default()))
            }
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                self.meter.refused_write();
                Ok(None)
            }
            Err(error) => Err(PortError::new("DynamoDB UpdateItem", error)),
        }
    }

    /// Puts a line where there is none. An event's line only when none was taken away after the event.
    async fn put_line(&self, entry: &StopEntry) -> PortResult<bool> {
        let until = format!("{}.until", attribute(entry.key.channel));
        let mut request = self
            .change(&entry.key)
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_names("#ad", "ad")
            .expression_attribute_values(":ad", string(&entry.key.address))
            .update_expression("SET #ch = :line, #ad = :ad REMOVE #ttl")
            .expression_attribute_values(":line", line(&entry.mark));
        request = match entry.mark.event_at {
            None => request.condition_expression("attribute_not_exists(#ch)"),
            Some(at) => request
                .condition_expression("attribute_not_exists(#ch) AND (attribute_not_exists(#until) OR #until < :ev)")
                .expression_attribute_names("#until", until)
                .expression_attribute_values(":ev", number(at.timestamp_millis())),
        };
        Ok(self.changed(request).await?.is_some())
    }

    /// Makes the line that is there a person's, with its time.
    async fn take_over(&self, entry: &StopEntry) -> PortResult<bool> {
        let mark = &entry.mark;
        let comment = if mark.comment.is_some() { ", #ch.#c = :c" } else { "" };
        let mut request = self
            .change(&entry.key)
            .update_expression(format!("SET #ch.#r = :r, #ch.#b = :b{comment} REMOVE #ch.#ev"))
            .condition_expression("attribute_exists(#ch)")
            .expression_attribute_names("#r", "r")
            .expression_attribute_names("#b", "b")
            .expression_attribute_names("#ev", "ev")
            .expression_attribute_values(":r", string(mark.reason.name()))
            .expression_attribute_values(":b", string(&mark.by));
        if let Some(comment) = &mark.comment {
            request = request.expression_attribute_names("#c", "c").expression_attribute_values(":c", string(comment));
        }
        Ok(self.changed(request).await?.is_some())
    }

    /// Lets an item without lines end, unless it has got one meanwhile.
    async fn let_end(&self, key: &StopKey, now: Time) -> PortResult<()> {
        let names: Vec<_> = all().map(attribute).zip(0..).map(|(name, index)| (format!("#c{index}"), name)).collect();
        let none: Vec<_> = names.iter().map(|(place, _)| format!("attribute_not_exists({place})")).collect();
        let mut request = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", string(layout::stop_pk(key.scope)))
            .key("sk", string(layout::stop_sk(&key.address)))
            .update_expression("SET #ttl = :ttl")
            .condition_expression(none.join(" AND "))
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":ttl", number(now.timestamp() + KEPT))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        for (place, name) in names {
            request = request.expression_attribute_names(place, name);
        }
        self.changed(request).await?;
        Ok(())
    }
}

impl StopWrites for StateTable {
    async fn stop(&self, entry: &StopEntry) -> PortResult<bool> {
        self.begin_list(entry.key.scope).await?;
        if self.put_line(entry).await? {
            return Ok(true);
        }
        match entry.mark.event_at {
            Some(_) => Ok(false),
            // Taken away between the two: then it is put there after all.
            None => Ok(self.take_over(entry).await? || self.put_line(entry).await?),
        }
    }

    async fn lift(&self, key: &StopKey, lift: Lift) -> PortResult<bool> {
        let (Lift::Person(at) | Lift::Recipient(at)) = lift;
        let channel = attribute(key.channel);
        let mut request = self
            .change(key)
            .update_expression("SET #from = #ch.#at, #until = :at REMOVE #ch")
            .expression_attribute_names("#from", format!("{channel}.from"))
            .expression_attribute_names("#until", format!("{channel}.until"))
            .expression_attribute_names("#at", "at")
            .expression_attribute_values(":at", number(at.timestamp_millis()));
        request = match lift {
            Lift::Person(_) => request.condition_expression("attribute_exists(#ch)"),
            Lift::Recipient(_) => {
                request.condition_expression("#ch.#ev <= :at").expression_attribute_names("#ev", "ev")
            }
        };
        let Some(item) = self.changed(request).await? else { return Ok(false) };
        if !all().any(|channel| item.contains_key(attribute(channel))) {
            self.let_end(key, at).await?;
        }
        Ok(true)
    }
}

impl StopList for StateTable {
    async fn listed(&self, account: AccountId, addresses: &BTreeSet<String>) -> PortResult<Vec<Listed>> {
        let scopes = self.scopes_with_lists(account).await?;
        let keys = scopes
            .iter()
            .flat_map(|scope| addresses.iter().map(|address| (layout::stop_pk(*scope), layout::stop_sk(address))));
        let items = self.read_stops(keys.collect()).await?;
        items.iter().map(|item| read::listed(item).map_err(bad_item)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_domain::stop::{Standing, StopReason};

    #[test]
    fn an_item_is_read_back() {
        let at = |millis| Time::from_timestamp_millis(millis).expect("a time");
        let mark = |comment: Option<&str>, event| StopMark {
            reason: StopReason::StopReply,
            by: "TWILIO".to_owned(),
            comment: comment.map(str::to_owned),
            created_at: at(5),
            event_at: event,
        };
        let item = Item::from([
            ("pk".to_owned(), string("*#stop")),
            ("sk".to_owned(), string("+79990000001")),
            ("ad".to_owned(), string("+79990000001")),
            ("*".to_owned(), line(&mark(Some("asked"), None))),
            ("sms".to_owned(), line(&mark(None, Some(at(4))))),
            ("viber.from".to_owned(), number(1)),
            ("viber.until".to_owned(), number(3)),
        ]);
        let listed = read::listed(&item).expect("an item");
        let of = |channel| listed.standings.get(&channel).cloned();
        assert_eq!(of(None).and_then(|standing| standing.mark), Some(mark(Some("asked"), None)));
        assert_eq!(of(Some(Channel::Sms)).and_then(|standing| standing.mark), Some(mark(None, Some(at(4)))));
        let before = Standing { mark: None, before: Some((at(1), at(3))) };
        assert_eq!((of(Some(Channel::Viber)), listed.standings.len()), (Some(before), 3));
    }

    #[test]
    fn a_list_that_is_there_is_believed_and_none_for_a_moment() {
        let (known, scope) = (KnownLists::default(), StopScope::Deployment);
        assert_eq!(known.get(scope), None);
        known.set(scope, false);
        assert_eq!(known.get(scope), Some(false));
        let long_ago = Instant::now().checked_sub(NONE_FRESH).expect("a moment");
        known.lock().insert(scope, (false, long_ago));
        assert_eq!(known.get(scope), None);
        known.lock().insert(scope, (true, long_ago));
        assert_eq!(known.get(scope), Some(true));
    }
}
