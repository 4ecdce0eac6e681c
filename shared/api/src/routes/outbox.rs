use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{
        cursor,
        items::Items,
        page::{PARAMETERS, Page},
    },
    phone,
    ports::{Outbox, OutboxItem},
    query::Query,
    refusal::Refusal,
    wire::{OutboxEntry, OutboxList},
};
use baton_domain::{AccountId, Channel, MessageId};
use baton_pipeline::ports::Clock;
use serde::{Deserialize, Serialize};

const FILTERS: [&str; 4] = ["companyId", "messageId", "channel", "recipient"];
/// The fields of an item.
pub(crate) const FIELDS: [&str; 8] = ["id", "messageId", "companyId", "channel", "to", "content", "outcome", "at"];
/// How many records one read asks for, or as many as a page shows, and one more to know whether there are any.
const LINES: usize = 200;
/// The most records that are looked at to count them.
const MOST_COUNTED: usize = 10_000;

/// Lists what the sandbox "sent": one record per provider call, with the rendered content. Only where the sandbox is on.
#[utoipa::path(get, path = "/outbox", tag = "sandbox", operation_id = "listOutbox",
    params(
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("messageId" = Option<String>, Query, description = "Ids of messages."),
        ("channel" = Option<String>, Query, description = "Channels."),
        ("recipient" = Option<String>, Query, description = "Addresses, exact.")),
    responses((status = 200, description = "A part of the list.", body = OutboxList)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    if !app.ports.is_on() {
        return Err(Refusal::not_found("route"));
    }
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&FILTERS, &PARAMETERS], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let filter = Filter::read(&query, &mut faults);
    let page = Page::read(&query, &FIELDS, &mut faults);
    let from = page.cursor.as_deref().map(cursor::decode);
    if matches!(from, Some(None)) {
        cursor::refuse(&mut faults);
    }
    faults.check()?;
    let mut walk = Walk::new(&page, from.flatten());
    for source in filter.sources() {
        walk.run(&app.ports, account, source, &filter).await?;
    }
    let next = walk.next();
    let count = walk.count();
    Ok(walk.items.answer(count, next))
}

struct Filter {
    messages: Option<Vec<MessageId>>,
    channels: Option<Vec<Channel>>,
    recipients: Option<Vec<String>>,
}

impl Filter {
    fn read(query: &Query, faults: &mut Faults) -> Filter {
        let recipients = query.list("recipient");
        Filter {
            messages: query.uuids("messageId", faults).map(|ids| ids.into_iter().map(MessageId).collect()),
            channels: query.parsed("channel", "A channel, as sms,", faults),
            recipients: recipients.map(|given| given.into_iter().map(address).collect()),
        }
    }

    /// What to read: everything, or one message after the other.
    fn sources(&self) -> Vec<Option<MessageId>> {
        match &self.messages {
            None => vec![None],
            Some(messages) => messages.iter().copied().filter(|id| id.index().is_some()).map(Some).collect(),
        }
    }

    fn matches(&self, item: &OutboxItem) -> bool {
        self.channels.as_ref().is_none_or(|channels| channels.contains(&item.channel))
            && self.recipients.as_ref().is_none_or(|wanted| wanted.contains(&address(&item.to)))
    }
}

/// An address in the one form in which it is compared.
fn address(text: &str) -> String {
    phone::normalise(text).unwrap_or_else(|_| text.to_lowercase())
}

/// Where the next part begins: after the record `last`, which stands in the part that `after` leads to, or later when
/// newer records have come since.
#[derive(Serialize, Deserialize)]
struct Cursor {
    message: Option<MessageId>,
    after: Option<String>,
    last: String,
}

/// One pass over the records.
struct Walk<'a> {
    page: &'a Page,
    /// Until its record has been passed, nothing is taken.
    cursor: Option<Cursor>,
    /// Whether the whole list is seen from its beginning.
    from_start: bool,
    skip: u64,
    items: Items<'a>,
    /// Where the last one taken stands.
    last: Option<Cursor>,
    looked_at: usize,
    matching: u64,
    more: bool,
}

impl<'a> Walk<'a> {
    fn new(page: &'a Page, cursor: Option<Cursor>) -> Walk<'a> {
        Walk {
            page,
            from_start: cursor.is_none(),
            cursor,
            skip: page.skip,
            items: Items::new(page),
            last: None,
            looked_at: 0,
            matching: 0,
            more: false,
        }
    }

    /// Whether there is nothing more to find out: the page is full, and counting is not wanted, not possible or too much.
    fn is_done(&self) -> bool {
        let counting = self.from_start && !self.page.without_count && self.looked_at < MOST_COUNTED;
        self.more && !counting
    }

    async fn run<P: Outbox>(
        &mut self,
        ports: &P,
        account: AccountId,
        source: Option<MessageId>,
        filter: &Filter,
    ) -> Result<(), Refusal> {
        if self.cursor.as_ref().is_some_and(|cursor| cursor.message != source) {
            return Ok(());
        }
        let mut after = self.cursor.as_ref().and_then(|cursor| cursor.after.clone());
        while !self.is_done() {
            let part = ports.records(account, source, after.as_deref(), LINES.max(self.page.wanted() + 1)).await?;
            part.items.into_iter().for_each(|item| self.see(item, source, after.as_ref(), filter));
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn see(&mut self, item: OutboxItem, source: Option<MessageId>, after: Option<&String>, filter: &Filter) {
        self.looked_at += 1;
        if let Some(cursor) = &self.cursor {
            if cursor.last == item.id {
                self.cursor = None;
            }
            return;
        }
        if !filter.matches(&item) {
            return;
        }
        self.matching += 1;
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        let last = Cursor { message: source, after: after.cloned(), last: item.id.clone() };
        if self.items.add(&OutboxEntry::from(item)) {
            self.last = Some(last);
        } else {
            self.more = true;
        }
    }

    /// How many match, when all of them were seen.
    fn count(&self) -> Option<u64> {
        (self.from_start && self.looked_at < MOST_COUNTED).then_some(self.matching)
    }

    fn next(&self) -> Option<String> {
        self.last.as_ref().filter(|_| self.more).map(cursor::encode)
    }
}
