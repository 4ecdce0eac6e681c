//! Which indexes a question is answered from: the narrowest that it names.

use super::{
    Reading, find,
    position::{Position, Sort},
    select::{Filter, Recipient},
    source::{Merge, Source, Stretch},
};
use crate::{
    ports::{Index, Line, Lists, Month, Span},
    refusal::Refusal,
    submission::MOST_GROUP,
};
use baton_domain::{AccountId, BulkId, GroupId, TaskId, Time};
use baton_pipeline::{ports::Clock, tasks::ports::TaskBulks};
use chrono::{DateTime, Days, NaiveTime};
use futures::{StreamExt, TryStreamExt, stream};

const LINES_AT_ONCE: usize = 16;
/// How much older than others a message may be that has waited for its time.
const LONGEST_WAIT_DAYS: u64 = 366;

/// The stretches that may hold what is asked for, from a place on.
pub(crate) async fn of<'q, P: Lists + TaskBulks, C: Clock>(
    reading: Reading<'_, P, C>,
    account: AccountId,
    filter: &'q Filter,
    sort: Sort,
    after: Option<Position>,
) -> Result<Merge<'q>, Refusal> {
    let everything = Span {
        from: filter.from.unwrap_or(DateTime::UNIX_EPOCH),
        to: filter.to.unwrap_or(DateTime::<chrono::Utc>::MAX_UTC),
        newest_first: sort == Sort::Newest,
    };
    let span = from_there(everything, after);
    let sources = if let Some(bulks) = &filter.bulks {
        vec![Source::of_stretches(of_bulks(reading.ports, account, bulks).await?, span, sort)]
    } else if let Some(tasks) = &filter.tasks {
        vec![Source::of_stretches(of_tasks(reading.ports, account, tasks).await?, span, sort)]
    } else if let Some(groups) = &filter.groups {
        of_groups(reading.ports, account, groups, span, sort).await?
    } else if let Some(recipients) = &filter.recipients {
        recipients.iter().map(|recipient| Source::of_indexes([index(recipient)], span, sort)).collect()
    } else {
        let span = from_there(kept(reading, filter, everything), after);
        vec![Source::of_indexes(months(span), span, sort)]
    };
    Ok(Merge::new(sources, sort))
}

/// What is left of a span after a place.
fn from_there(span: Span, after: Option<Position>) -> Span {
    match after {
        None => span,
        Some(after) if span.newest_first => Span { to: span.to.min(after.at), ..span },
        Some(after) => Span { from: span.from.max(after.at), ..span },
    }
}

fn index(recipient: &Recipient) -> Index<'_> {
    match recipient {
        Recipient::Phone(phone) => Index::Phone(phone),
        Recipient::Email(email) => Index::Email(email),
    }
}

async fn lines<P: Lists>(ports: &P, account: AccountId, bulks: &[BulkId]) -> Result<Vec<(BulkId, Line)>, Refusal> {
    let reads: Vec<_> = bulks.iter().map(|bulk| ports.line(account, *bulk)).collect();
    let found: Vec<_> = stream::iter(reads).buffered(LINES_AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

async fn of_bulks<P: Lists>(ports: &P, account: AccountId, bulks: &[BulkId]) -> Result<Vec<Stretch>, Refusal> {
    let lines = lines(ports, account, bulks).await?;
    // Two ids of callers may lead to one place; whose it is, is known there.
    Ok(lines.into_iter().filter(|(id, _)| bulks.contains(id)).map(|(_, line)| Stretch::whole(line)).collect())
}

/// A bulk is of one task, or of none.
async fn of_tasks<P: Lists + TaskBulks>(
    ports: &P,
    account: AccountId,
    tasks: &[TaskId],
) -> Result<Vec<Stretch>, Refusal> {
    let bulks = find::bulks_of(ports, account, tasks).await?;
    Ok(lines(ports, account, &bulks).await?.into_iter().map(|(_, line)| Stretch::whole(line)).collect())
}

/// A group is one that the caller named, or one that Baton made up for an item. A caller's own UUID may look like a made-up
/// one, so both are looked for. Of the bulk of a made-up one, the filter sees every message.
async fn of_groups<'q, P: Lists>(
    ports: &P,
    account: AccountId,
    groups: &'q [GroupId],
    span: Span,
    sort: Sort,
) -> Result<Vec<Source<'q>>, Refusal> {
    let bulks: Vec<BulkId> = groups.iter().filter_map(|group| Some(group.made_up()?.0)).collect();
    let lines = lines(ports, account, &bulks).await?;
    let mixed = lines.into_iter().map(|(_, line)| Stretch { line, mixed: true }).collect();
    // No group has a longer name, and the store takes no key of any length.
    let named = groups.iter().filter(|group| group.0.chars().count() <= MOST_GROUP);
    let named = named.map(|group| Source::of_indexes([Index::Group(&group.0)], span, sort).without(bulks.clone()));
    Ok(named.chain([Source::of_stretches(mixed, span, sort)]).collect())
}

/// The part of a span in which there may be something.
fn kept<P, C: Clock>(reading: Reading<'_, P, C>, filter: &Filter, span: Span) -> Span {
    let now = reading.clock.now();
    // One day more than is kept: what is about to go may still be there.
    let kept = u64::from(reading.retention_days) + 1;
    let back = |days: u64| -> Time {
        let day = now.date_naive().checked_sub_days(Days::new(days)).unwrap_or_default();
        day.and_time(NaiveTime::MIN).and_utc()
    };
    // What waits for a time far ahead is older than that; who looks for it says so.
    let from = filter.from.map_or(back(kept), |from| from.max(back(kept + LONGEST_WAIT_DAYS)));
    Span { from, to: span.to.min(now), ..span }
}

/// The months of a span, in its direction.
fn months(span: Span) -> Vec<Index<'static>> {
    let last = Month::of(span.to);
    let first = (span.from <= span.to).then(|| Month::of(span.from));
    let months = std::iter::successors(first, |month| Some(month.next()));
    let mut months: Vec<_> = months.take_while(|month| *month <= last).map(Index::Month).collect();
    if span.newest_first {
        months.reverse();
    }
    months
}
