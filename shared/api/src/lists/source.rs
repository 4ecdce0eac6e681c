//! Where the messages of a list come from: lines of indexes, brought into the list's order.

use super::position::{Position, Sort};
use crate::{
    ports::{Index, Line, Lists, Span},
    refusal::Refusal,
};
use baton_domain::{AccountId, BulkId, MessageId, ids::MAX_BULK};
use std::collections::VecDeque;

/// The index of the last message that a bulk may have.
pub(crate) const LAST: u16 = MAX_BULK as u16 - 1;

/// Messages that stand together in a list: a bulk or a part of it, or one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) line: Line,
    /// Whether some of its messages may not be meant, which the filter finds out.
    pub(crate) mixed: bool,
}

impl Stretch {
    /// All that a line stands for.
    pub(crate) fn whole(line: Line) -> Stretch {
        Stretch { line, mixed: false }
    }

    /// Where its first message may stand.
    pub(crate) fn position(&self) -> Position {
        Position { at: self.line.at, id: MessageId::new(self.line.bulk, self.line.index.unwrap_or(0)) }
    }

    /// Where its last message may stand.
    pub(crate) fn end(&self) -> Position {
        Position { at: self.line.at, id: MessageId::new(self.line.bulk, self.line.index.unwrap_or(LAST)) }
    }
}

/// Stretches of one origin, in the order of the list.
pub(crate) struct Source<'q> {
    sort: Sort,
    span: Span,
    /// What is still to be read, one index after the other.
    indexes: VecDeque<Index<'q>>,
    /// Where the first of them goes on.
    after: Option<String>,
    /// Read, and perhaps not all of their time.
    unsure: Vec<Stretch>,
    ready: VecDeque<Stretch>,
    /// Bulks whose messages come from another source.
    without: Vec<BulkId>,
}

impl<'q> Source<'q> {
    /// What these indexes list. Each ends before the next one begins.
    pub(crate) fn of_indexes(indexes: impl IntoIterator<Item = Index<'q>>, span: Span, sort: Sort) -> Source<'q> {
        let indexes = indexes.into_iter().collect();
        Source { sort, span, indexes, after: None, unsure: Vec::new(), ready: VecDeque::new(), without: Vec::new() }
    }

    /// The same, without what these bulks hold.
    pub(crate) fn without(self, without: Vec<BulkId>) -> Source<'q> {
        Source { without, ..self }
    }

    /// What is known already.
    pub(crate) fn of_stretches(stretches: Vec<Stretch>, span: Span, sort: Sort) -> Source<'q> {
        let mut source = Source::of_indexes([], span, sort);
        source.unsure = stretches;
        source.unsure.retain(|stretch| (span.from..=span.to).contains(&stretch.line.at));
        source
    }

    /// Sees to it that the next stretch is at hand, if there is one. Reads lines in parts of `limit`.
    async fn fill<P: Lists>(&mut self, ports: &P, account: AccountId, limit: usize) -> Result<(), Refusal> {
        while self.ready.is_empty() {
            let Some(index) = self.indexes.front() else {
                self.release(None);
                return Ok(());
            };
            let part = ports.lines(account, *index, self.span, self.after.as_deref(), limit).await?;
            self.unsure.extend(part.items.into_iter().map(Stretch::whole));
            self.after = part.next;
            let going_on = self.after.is_some().then(|| self.unsure.last().copied()).flatten();
            if self.after.is_none() {
                self.indexes.pop_front();
            }
            self.release(going_on);
        }
        Ok(())
    }

    /// Lets go of what is known whole: all but what shares the time of `last`.
    fn release(&mut self, last: Option<Stretch>) {
        let (unsure, mut sure) = std::mem::take(&mut self.unsure)
            .into_iter()
            .partition::<Vec<_>, _>(|stretch| last.is_some_and(|last| last.line.at == stretch.line.at));
        self.unsure = unsure;
        sure.retain(|stretch| !self.without.contains(&stretch.line.bulk));
        sure.sort_by(|a, b| a.position().compare(&b.position(), self.sort));
        self.ready.extend(sure);
    }
}

/// Several sources as one, in which each stretch stands once.
pub(crate) struct Merge<'q> {
    sources: Vec<Source<'q>>,
    sort: Sort,
    last: Option<Stretch>,
}

impl<'q> Merge<'q> {
    pub(crate) fn new(sources: Vec<Source<'q>>, sort: Sort) -> Merge<'q> {
        Merge { sources, sort, last: None }
    }

    /// The next stretch. Reads lines in parts of `limit` when there is none at hand.
    pub(crate) async fn next<P: Lists>(
        &mut self,
        ports: &P,
        account: AccountId,
        limit: usize,
    ) -> Result<Option<Stretch>, Refusal> {
        loop {
            for source in &mut self.sources {
                source.fill(ports, account, limit).await?;
            }
            let sort = self.sort;
            let first = self
                .sources
                .iter_mut()
                .filter(|source| !source.ready.is_empty())
                .min_by(|a, b| a.ready[0].position().compare(&b.ready[0].position(), sort));
            let next = first.and_then(|source| source.ready.pop_front());
            // A message to a phone and an e-mail address stands in both indexes.
            if next.is_none() || next != self.last {
                self.last = next;
                return Ok(next);
            }
        }
    }
}
