//! A walk along the stretches of a list: what is shown is read, and as little else as can be.

use super::{
    Reading,
    cut::Cut,
    position::Position,
    select::Filter,
    source::{LAST, Merge, Stretch},
};
use crate::{ports::Lists, refusal::Refusal};
use baton_domain::{AccountId, Message, MessageId, Time};
use baton_pipeline::ports::Clock;
use chrono::TimeDelta;
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::{HashMap, VecDeque};

/// The most messages that one request looks at.
const MOST_READ: usize = 100_000;
/// How long a request goes on looking; the gateway gives it 29 seconds.
const LONGEST: TimeDelta = TimeDelta::seconds(10);
/// The most messages that are read before the next look at what is missing.
const BATCH: usize = 2000;
/// The most lines that one read asks for: what an answer of the table holds.
const LINES: usize = 10_000;
const BULKS_AT_ONCE: usize = 8;

/// A walk along a list.
pub(crate) struct Walk<'a, P, C> {
    reading: Reading<'a, P, C>,
    account: AccountId,
    filter: &'a Filter,
    /// Whether to go on to the end in order to know how many there are.
    counting: bool,
    /// Until when to go on.
    until: Time,
    count: u64,
    /// How many messages have been read.
    read: usize,
    /// How many messages the next batch reads, where a filter may leave them out.
    batch: usize,
    /// The rest of a bulk of which a part has been read, and where it goes on.
    rest: VecDeque<(Stretch, u16)>,
}

/// What a batch is made of: a stretch, the index to begin with, and how many messages to read.
type Piece = (Stretch, u16, usize);

impl<'a, P: Lists, C: Clock> Walk<'a, P, C> {
    pub(crate) fn new(
        reading: Reading<'a, P, C>,
        account: AccountId,
        filter: &'a Filter,
        counting: bool,
    ) -> Walk<'a, P, C> {
        let until = reading.clock.now() + LONGEST;
        Walk { reading, account, filter, counting, until, count: 0, read: 0, batch: 1, rest: VecDeque::new() }
    }

    /// Puts what is shown into `cut`. Gives the number of all that match, or `None` where the walk was given up before
    /// it was known, or nobody wants to know.
    ///
    /// Messages are ordered and chosen by the time of their line: one that a repeated request added later still stands with
    /// its bulk. Where the lines alone decide, they are counted, and no more messages are read than are shown.
    pub(crate) async fn go(mut self, merge: &mut Merge<'_>, cut: &mut Cut) -> Result<Option<u64>, Refusal> {
        self.batch = if cut.is_full() { BATCH } else { cut.missing().min(BATCH) };
        while self.counting || !cut.is_full() {
            let pieces = self.pieces(merge, cut).await?;
            let Some((last, ..)) = pieces.last() else { return Ok(self.counting.then_some(self.count)) };
            let mut looked_at = last.end();
            let found = self.load(&pieces).await?;
            for ((stretch, _, limit), messages) in pieces.iter().zip(found) {
                self.read += messages.len();
                if let Some(first) = rest_of(stretch, *limit, &messages) {
                    self.rest.push_front((*stretch, first));
                    looked_at.id = MessageId::new(stretch.line.bulk, first - 1);
                }
                self.offer(stretch, messages, cut);
            }
            self.batch = (self.batch * 2).min(BATCH);
            if (self.counting || !cut.is_full()) && self.is_over() {
                cut.stop(looked_at);
                return Ok(None);
            }
        }
        Ok(None)
    }

    fn is_over(&self) -> bool {
        self.read >= MOST_READ || self.reading.clock.now() >= self.until
    }

    /// The next messages to read. Counts and passes over what needs no reading.
    async fn pieces(&mut self, merge: &mut Merge<'_>, cut: &mut Cut) -> Result<Vec<Piece>, Refusal> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut room = if self.filter.is_open() && !cut.is_full() { cut.missing().min(BATCH) } else { self.batch };
        while room > 0 && (self.counting || !cut.is_full()) {
            let (stretch, first) = match self.rest.pop_front() {
                Some((stretch, _)) if self.is_counted(&stretch) && cut.is_full() => continue,
                Some(rest) => rest,
                None => {
                    let lines = if self.counting { LINES } else { room.min(LINES) };
                    let Some(stretch) = merge.next(self.reading.ports, self.account, lines).await? else { break };
                    let counted = self.is_counted(&stretch);
                    self.count += if counted { u64::from(stretch.line.count) } else { 0 };
                    if counted && (cut.is_full() || pieces.is_empty() && cut.passes_over(&stretch, true)) {
                        if self.reading.clock.now() >= self.until {
                            pieces.push((stretch, 0, 0));
                            break;
                        }
                        continue;
                    }
                    if !self.counting && pieces.is_empty() && cut.passes_over(&stretch, false) {
                        continue;
                    }
                    let first = if counted || !self.counting { cut.first_of(&stretch) } else { 0 };
                    (stretch, first)
                }
            };
            let limit = usize::from(stretch.line.count).min(room);
            room -= limit;
            pieces.push((stretch, first, limit));
        }
        Ok(pieces)
    }

    /// Whether a stretch's own number says how many of its messages are meant: no filter looks into them, and they can not
    /// have been removed yet, while the head of their bulk is kept.
    fn is_counted(&self, stretch: &Stretch) -> bool {
        let kept = TimeDelta::days(i64::from(self.reading.retention_days));
        let there = stretch.line.index.is_some() || stretch.line.at + kept > self.reading.clock.now();
        self.filter.is_open() && !stretch.mixed && there
    }

    /// The messages of each piece.
    async fn load(&self, pieces: &[Piece]) -> Result<Vec<Vec<Message>>, Refusal> {
        let id = |(stretch, ..): &Piece| stretch.line.index.map(|index| MessageId::new(stretch.line.bulk, index));
        let ids: Vec<MessageId> = pieces.iter().filter(|(.., limit)| *limit > 0).filter_map(id).collect();
        let alone = if ids.is_empty() { Vec::new() } else { self.reading.ports.load_many(self.account, &ids).await? };
        let mut alone: HashMap<MessageId, Message> = alone.into_iter().map(|message| (message.id, message)).collect();
        let reads: Vec<_> = pieces.iter().map(|piece| (id(piece).and_then(|id| alone.remove(&id)), *piece)).collect();
        let reads = reads.into_iter().map(|(alone, (stretch, first, limit))| async move {
            match stretch.line.index {
                None if limit > 0 => {
                    Ok(self.reading.ports.part_of_bulk(self.account, stretch.line.bulk, first, limit).await?)
                }
                _ => Ok::<_, Refusal>(alone.into_iter().collect()),
            }
        });
        let reads: Vec<_> = reads.collect();
        stream::iter(reads).buffered(BULKS_AT_ONCE).try_collect().await
    }

    fn offer(&mut self, stretch: &Stretch, messages: Vec<Message>, cut: &mut Cut) {
        let counted = self.is_counted(stretch);
        for message in messages {
            if self.filter.matches(&message) {
                self.count += u64::from(!counted);
                cut.offer(Position { at: stretch.line.at, id: message.id }, message);
            }
        }
    }
}

/// The index to go on with in a bulk that has more messages than were asked for.
fn rest_of(stretch: &Stretch, limit: usize, messages: &[Message]) -> Option<u16> {
    let more = limit > 0 && limit < usize::from(stretch.line.count) && messages.len() >= limit;
    let last = messages.last().filter(|_| more)?.id.index()?;
    (last < LAST).then_some(last + 1)
}
