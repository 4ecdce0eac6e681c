use super::{csv, entry::meant, remove::channels, scope_of};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{
        cursor,
        items::Items,
        page::{PARAMETERS, Page},
        whole::Numbered,
    },
    query::{Query, place},
    refusal::Refusal,
    room::Room,
    wire::{StopEntries, StopEntry},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use baton_domain::{
    Channel,
    stop::{Listed, StopReason, StopScope},
};
use baton_pipeline::ports::Clock;
use std::collections::BTreeSet;

/// The fields of an item.
pub(crate) const FIELDS: [&str; 9] =
    ["companyId", "scope", "recipient", "channel", "reason", "source", "by", "comment", "createdAt"];

/// The most rows of a CSV.
const MOST_ROWS: usize = 10_000;
/// The most recipients that one call asks about.
const MOST_RECIPIENTS: usize = 100;
/// The most addresses that are read at once.
const PART: usize = 1000;

/// Lists who is on the stop list, in the order of the addresses.
///
/// Asked about recipients, it tells of the deployment's list too, which holds for every account: who wrote STOP to one of its
/// numbers, blocked one of its bots or called one of its e-mails spam. With `Accept: text/csv` the answer is a CSV of up to 10,000
/// rows; `x-next-cursor` among its headers leads to the next ones.
#[utoipa::path(get, path = "/stopList", tag = "stop list", operation_id = "listStops",
    params(
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("scope" = Option<String>, Query, description = "`account`, or `deployment` (for operators)."),
        ("recipient" = Option<String>, Query, description = "Up to 100 addresses, with commas."),
        ("channel" = Option<String>, Query, description = "Channels with commas; `*` for lines that hold for all."),
        ("reason" = Option<String>, Query, description = "Reasons with commas.")),
    responses((status = 200, description = "A part of the list.",
        content((StopEntries = "application/json"), (String = "text/csv")))))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId", "scope", "recipient", "channel", "reason"], &PARAMETERS], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let named = query.one("scope", &mut faults);
    let scope = scope_of(caller, account, ("?scope", named), &mut faults)?;
    let page = Page::read(&query, &FIELDS, &mut faults);
    let filter = Filter::read(&query, &mut faults);
    let recipients = query.list("recipient");
    if recipients.as_ref().is_some_and(|recipients| recipients.len() > MOST_RECIPIENTS) {
        faults.add(place("recipient"), "too_many", format!("At most {MOST_RECIPIENTS} recipients are allowed."));
    }
    // Lists of recipients have cursors of their own.
    let after = page.cursor.as_deref().filter(|_| recipients.is_none()).map(After::decode);
    if after == Some(None) {
        cursor::refuse(&mut faults);
    }
    faults.check()?;
    let as_csv = call.accepts_csv();
    if let Some(recipients) = recipients {
        let mut faults = Faults::default();
        let page = Numbered::of(page, &mut faults);
        faults.check()?;
        let addresses = recipients.into_iter().flat_map(meant).collect();
        let scopes = if named.is_some() { vec![scope] } else { vec![scope, StopScope::Deployment] };
        let found = of_recipients(app, &scopes, &addresses, &filter).await?;
        // Few enough for one file.
        return Ok(if as_csv { Answer::csv(csv::write(found.iter()), None) } else { page.answer(found.into_iter()) });
    }
    let (from, mut skip) = (after.flatten(), page.skip);
    if as_csv {
        let limited = query.one("limit", &mut Faults::default()).is_some();
        let mut rows = Rows::new(if limited { page.wanted() } else { MOST_ROWS });
        let next = walk(app, scope, from, &filter, |entry| passed(&mut skip) || rows.add(entry)).await?;
        return Ok(Answer::csv(csv::write(rows.entries.iter()), next));
    }
    let mut items = Items::new(&page);
    if page.without_items {
        return Ok(items.answer(None, None));
    }
    let next = walk(app, scope, from, &filter, |entry| passed(&mut skip) || items.add(&entry)).await?;
    Ok(items.answer(None, next))
}

async fn of_recipients<P: Ports, C: Clock>(
    app: &App<P, C>,
    scopes: &[StopScope],
    addresses: &BTreeSet<String>,
    filter: &Filter,
) -> Result<Vec<StopEntry>, Refusal> {
    let mut found = Vec::new();
    for scope in scopes {
        let mut listed = app.ports.on_list(*scope, addresses).await?;
        listed.sort_by(|a, b| a.address.cmp(&b.address));
        found.extend(listed.iter().flat_map(|listed| filter.lines(*scope, listed)).map(|(_, entry)| entry));
    }
    Ok(found)
}

/// The rows of a CSV, as many as go into an answer.
struct Rows {
    entries: Vec<StopEntry>,
    most: usize,
    room: Room,
}

impl Rows {
    fn new(most: usize) -> Rows {
        Rows { entries: Vec::new(), most, room: Room::default() }
    }

    /// Adds the next one; false when there is no room for it. As JSON it is no shorter than as a row.
    fn add(&mut self, entry: StopEntry) -> bool {
        let json = serde_json::to_string(&entry).unwrap_or_default();
        let fits = self.entries.len() < self.most && self.room.takes(&json);
        if fits {
            self.entries.push(entry);
        }
        fits
    }
}

/// Whether the next line is one of those that are still left out.
fn passed(skip: &mut u64) -> bool {
    let passed = *skip > 0;
    *skip = skip.saturating_sub(1);
    passed
}

/// Goes through a list from a place on, until `take` does not take a line or the list ends. Gives the cursor that goes on after the
/// last line that was taken.
async fn walk<P: Ports, C: Clock>(
    app: &App<P, C>,
    scope: StopScope,
    after: Option<After>,
    filter: &Filter,
    mut take: impl FnMut(StopEntry) -> bool,
) -> Result<Option<String>, Refusal> {
    let mut from = after.as_ref().map(|after| after.address.clone());
    let mut last = after;
    loop {
        let part = app.ports.part(scope, from.as_deref(), PART).await?;
        for listed in &part.items {
            for (channel, entry) in filter.lines(scope, listed) {
                let seen = |last: &After| last.address == listed.address && channel <= last.channel;
                if last.as_ref().is_some_and(seen) {
                    continue;
                }
                if !take(entry) {
                    return Ok(last.map(|last| last.encode()));
                }
                last = Some(After { address: listed.address.clone(), channel });
            }
        }
        match part.next {
            Some(next) => from = Some(next),
            None => return Ok(None),
        }
    }
}

/// Which lines are shown.
struct Filter {
    channels: Option<Vec<Option<Channel>>>,
    reasons: Option<Vec<StopReason>>,
}

impl Filter {
    fn read(query: &Query, faults: &mut Faults) -> Filter {
        let expected = "One of bounce, complaint, stop_reply, blocked, manual";
        Filter { channels: channels(query.list("channel"), faults), reasons: query.parsed("reason", expected, faults) }
    }

    /// The lines about an address, by channel.
    fn lines(&self, scope: StopScope, listed: &Listed) -> Vec<(Option<Channel>, StopEntry)> {
        let lines = listed.standings.iter().filter_map(|(channel, standing)| {
            let mark = standing.mark.as_ref()?;
            let fits = self.channels.as_ref().is_none_or(|wanted| wanted.contains(channel))
                && self.reasons.as_ref().is_none_or(|wanted| wanted.contains(&mark.reason));
            let about = (listed.address.as_str(), channel.map(Channel::name));
            fits.then(|| (*channel, StopEntry::new(scope, about, mark)))
        });
        lines.collect()
    }
}

/// The last line that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
struct After {
    address: String,
    channel: Option<Channel>,
}

impl After {
    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {}", self.channel.map_or("*", Channel::name), self.address))
    }

    fn decode(cursor: &str) -> Option<After> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let (channel, address) = text.split_once(' ')?;
        let channel = if channel == "*" { None } else { Some(channel.parse().ok()?) };
        Some(After { address: address.to_owned(), channel })
    }
}
