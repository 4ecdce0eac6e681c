//! The long walk: an account's messages by the days on which they were accepted.

use super::{
    page::{Cut, Page},
    position::{Position, Sort},
    select::Filter,
};
use crate::{App, Ports, ports::DayEntry, refusal::Refusal};
use baton_domain::{AccountId, BulkId, Message, MessageId, Time};
use baton_pipeline::ports::{Bulks, Clock};
use chrono::{Days, NaiveDate};
use futures::{StreamExt, TryStreamExt, stream};

const DAYS_AT_ONCE: usize = 8;
const BULKS_AT_ONCE: usize = 8;
/// How much older than others a message may be that has waited for its time.
const LONGEST_WAIT_DAYS: u64 = 366;
/// The most lines of a day that one read asks for.
const LINES: usize = 1000;

/// Walks the days and puts what matches into `cut`. Gives the number of all that match; too small a one when the caller
/// does not want to know it.
///
/// Messages are ordered and chosen by the time of their bulk: a message that a repeated request added later still stands
/// with its bulk. Where the time alone decides, bulks are counted by their heads, and only those of the page are read.
pub(crate) async fn walk<P: Ports, C: Clock>(
    app: &App<P, C>,
    account: AccountId,
    filter: &Filter,
    page: &Page,
    after: Option<Position>,
    cut: &mut Cut,
) -> Result<u64, Refusal> {
    let dates = dates(app, filter, page, after);
    let reads = dates.into_iter().map(|date| entries(&app.ports, account, date));
    let mut days = std::pin::pin!(stream::iter(reads).buffered(DAYS_AT_ONCE));
    let mut count = 0;
    while let Some(mut day) = days.try_next().await? {
        day.retain(|entry| filter.takes(entry.created_at));
        day.sort_by(|a, b| position(a).compare(&position(b), page.sort));
        if filter.is_open() {
            count += day.iter().map(|entry| u64::from(entry.count)).sum::<u64>();
            let mut passing = true;
            day.retain(|entry| {
                passing = passing && cut.pass_over(position(entry), entry.count);
                !passing
            });
        }
        for some in day.chunks(BULKS_AT_ONCE) {
            if cut.is_full() && (filter.is_open() || page.without_count) {
                break;
            }
            let matching = read(&app.ports, account, some, filter).await?;
            count += if filter.is_open() { 0 } else { matching.len() as u64 };
            matching.into_iter().for_each(|(position, message)| cut.offer(position, message));
        }
        if cut.is_full() && page.without_count {
            break;
        }
    }
    Ok(count)
}

/// The days to look at, in order.
fn dates<P: Ports, C: Clock>(app: &App<P, C>, filter: &Filter, page: &Page, after: Option<Position>) -> Vec<NaiveDate> {
    let now = app.clock.now();
    // One day more than is kept: what is about to go may still be there.
    let kept = u64::from(app.retention_days) + 1;
    let back = |days: u64| now.date_naive().checked_sub_days(Days::new(days)).unwrap_or_default();
    let date = |time: Time| time.date_naive();
    // What waits for a time far ahead is older than that; who looks for it says so.
    let mut first = filter.from.map_or(back(kept), |from| date(from).max(back(kept + LONGEST_WAIT_DAYS)));
    let mut last = filter.to.unwrap_or(now).min(now).date_naive();
    // Only who does not want the count may leave out the days before the cursor.
    if let (Some(after), true) = (after, page.without_count) {
        match page.sort {
            Sort::Newest => last = last.min(date(after.at)),
            Sort::Oldest => first = first.max(date(after.at)),
        }
    }
    let mut dates: Vec<_> = first.iter_days().take_while(|day| *day <= last).collect();
    if page.sort == Sort::Newest {
        dates.reverse();
    }
    dates
}

async fn entries<P: Ports>(ports: &P, account: AccountId, date: NaiveDate) -> Result<Vec<DayEntry>, Refusal> {
    let mut entries = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let part = ports.day(account, date, after.as_deref(), LINES).await?;
        entries.extend(part.items);
        after = part.next;
        if after.is_none() {
            return Ok(entries);
        }
    }
}

/// Where the first message of a bulk stands.
fn position(entry: &DayEntry) -> Position {
    Position { at: entry.created_at, id: MessageId::new(entry.bulk, 0) }
}

async fn read<P: Ports>(
    ports: &P,
    account: AccountId,
    entries: &[DayEntry],
    filter: &Filter,
) -> Result<Vec<(Position, Message)>, Refusal> {
    let bulks: Vec<BulkId> = entries.iter().map(|entry| entry.bulk).collect();
    let reads = bulks.into_iter().map(|bulk| Bulks::messages(ports, account, bulk));
    let read: Vec<_> = stream::iter(reads).buffered(BULKS_AT_ONCE).try_collect().await?;
    let placed = entries.iter().zip(read).flat_map(|(entry, messages)| {
        let matching = messages.into_iter().filter(|message| filter.matches(message));
        matching.map(|message| (Position { at: entry.created_at, id: message.id }, message))
    });
    Ok(placed.collect())
}
