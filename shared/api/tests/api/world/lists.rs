//! The lists in memory, with a meter.

use super::World;
use baton_api::ports::{Index, Line, Lists, Month, Part, Span};
use baton_domain::{AccountId, BulkId, Message, MessageId};
use baton_pipeline::{memory::State, ports::PortResult};

/// What lists have read, in items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Lines of indexes, and heads.
    pub lines: usize,
    /// Messages.
    pub messages: usize,
    /// Requests to the table.
    pub requests: usize,
}

impl World {
    fn read(&self, lines: usize, messages: usize) {
        let reads = &mut self.own().reads;
        reads.lines += lines;
        reads.messages += messages;
        reads.requests += 1;
    }

    /// What has been read since the last call.
    pub fn take_reads(&self) -> Reads {
        std::mem::take(&mut self.own().reads)
    }
}

fn of_message(message: &Message) -> Line {
    Line { bulk: message.id.bulk_key(), index: message.id.index(), at: message.created_at, count: 1 }
}

fn is_alone(state: &State, message: &Message) -> bool {
    !state.bulks.contains_key(&(message.account, message.id.bulk_key()))
}

fn is_listed(state: &State, message: &Message, index: Index<'_>) -> bool {
    match index {
        Index::Month(month) => Month::of(message.created_at) == month && is_alone(state, message),
        Index::Phone(phone) => message.recipient.phone.as_deref() == Some(phone),
        Index::Email(email) => message.recipient.email.as_ref().is_some_and(|given| given.to_lowercase() == email),
        Index::Group(group) => message.group.as_ref().is_some_and(|given| given.0 == group),
    }
}

/// All lines of an index, in the order of the table: by the time, then by nothing that anybody could rely on.
fn all_lines(state: &State, account: AccountId, index: Index<'_>, span: Span) -> Vec<Line> {
    let heads = state.bulks.values().filter(|bulk| bulk.account == account).map(|bulk| Line {
        bulk: bulk.id.key(),
        index: None,
        at: bulk.created_at,
        count: bulk.count,
    });
    let heads = heads.filter(|line| Index::Month(Month::of(line.at)) == index);
    let messages = state.messages.values().filter(|message| message.account == account);
    let messages = messages.filter(|message| is_listed(state, message, index)).map(of_message);
    let mut lines: Vec<_> = heads.chain(messages).filter(|line| (span.from..=span.to).contains(&line.at)).collect();
    let scrambled = |line: &Line| line.bulk.0.as_u128().reverse_bits() ^ u128::from(line.index.unwrap_or(0)) << 7;
    lines.sort_by_key(|line| (line.at, scrambled(line)));
    if span.newest_first {
        lines.reverse();
    }
    lines
}

impl Lists for World {
    async fn lines(
        &self,
        account: AccountId,
        index: Index<'_>,
        span: Span,
        after: Option<&str>,
        limit: usize,
    ) -> PortResult<Part<Line>> {
        let lines = all_lines(&self.memory.state(), account, index, span);
        let part = super::part(lines, after, limit);
        self.read(part.items.len(), 0);
        Ok(part)
    }

    async fn line(&self, account: AccountId, bulk: BulkId) -> PortResult<Option<(BulkId, Line)>> {
        self.read(1, 0);
        let state = self.memory.state();
        if let Some(head) = state.bulks.get(&(account, bulk.key())) {
            let line = Line { bulk: bulk.key(), index: None, at: head.created_at, count: head.count };
            return Ok(Some((head.id, line)));
        }
        let mut of_bulk =
            state.messages.values().filter(|message| message.account == account && message.id.bulk_key() == bulk.key());
        Ok(of_bulk.next().map(|message| (message.bulk_id, of_message(message))))
    }

    async fn part_of_bulk(
        &self,
        account: AccountId,
        bulk: BulkId,
        first: u16,
        limit: usize,
    ) -> PortResult<Vec<Message>> {
        let range = (account, MessageId::new(bulk, first))..=(account, MessageId::new(bulk, 999));
        // Ids of other bulks stand between those of this one.
        let state = self.memory.state();
        let messages = state.messages.range(range).map(|(_, message)| message);
        let of_bulk = messages.filter(|message| message.id.bulk_key() == bulk.key());
        let messages: Vec<_> = of_bulk.take(limit).cloned().collect();
        self.read(0, messages.len());
        Ok(messages)
    }

    async fn load_many(&self, account: AccountId, ids: &[MessageId]) -> PortResult<Vec<Message>> {
        self.read(0, ids.len());
        let state = self.memory.state();
        Ok(ids.iter().filter_map(|id| state.messages.get(&(account, *id)).cloned()).collect())
    }
}
