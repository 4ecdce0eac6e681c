//! The part of a walk that is shown.

use super::{
    position::{Position, Sort},
    source::Stretch,
};
use baton_domain::Message;
use std::cmp::Ordering;

/// Takes the page out of messages that come in the order of the list.
pub(crate) struct Cut {
    sort: Sort,
    after: Option<Position>,
    skip: u64,
    wanted: usize,
    taken: Vec<(Position, Message)>,
    more: bool,
    /// Where the walk was given up before the page was full.
    stopped: Option<Position>,
}

impl Cut {
    /// A page of at most so many messages, in an order: what follows on a place, but for so many.
    pub(crate) fn new((sort, wanted): (Sort, usize), after: Option<Position>, skip: u64) -> Cut {
        Cut { sort, after, skip, wanted, taken: Vec::new(), more: wanted == 0, stopped: None }
    }

    /// The next message in order.
    pub(crate) fn offer(&mut self, position: Position, message: Message) {
        if self.is_full() || self.is_before(&position) {
            return;
        }
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.taken.len() < self.wanted {
            self.taken.push((position, message));
        } else {
            self.more = true;
        }
    }

    /// Whether a place has been passed by an earlier part of the walk.
    fn is_before(&self, position: &Position) -> bool {
        self.after.is_some_and(|after| position.compare(&after, self.sort) != Ordering::Greater)
    }

    /// Whether none of a stretch is shown, so that it need not be read; `sure`: whether it has as many messages as it says.
    pub(crate) fn passes_over(&mut self, stretch: &Stretch, sure: bool) -> bool {
        let begun =
            self.after.is_some_and(|after| stretch.line.index.is_none() && stretch.position().is_beside(&after));
        self.is_before(&stretch.end()) || !begun && self.skips(stretch, sure)
    }

    fn skips(&mut self, stretch: &Stretch, sure: bool) -> bool {
        let count = u64::from(stretch.line.count);
        let passed = sure && self.skip >= count;
        if passed {
            self.skip -= count;
        }
        passed
    }

    /// Which message of a bulk to begin with.
    pub(crate) fn first_of(&self, stretch: &Stretch) -> u16 {
        let after = self.after.filter(|after| stretch.position().is_beside(after));
        after.and_then(|after| after.id.index()).map_or(0, |index| index + 1)
    }

    /// How many more messages it takes to fill the page, and to know whether there is another one.
    pub(crate) fn missing(&self) -> usize {
        let skip = usize::try_from(self.skip).unwrap_or(usize::MAX);
        if self.is_full() { 0 } else { skip.saturating_add(self.wanted + 1 - self.taken.len()) }
    }

    /// Whether the page is complete, and known to have a successor.
    pub(crate) fn is_full(&self) -> bool {
        self.more
    }

    /// Gives up the walk: all before this place, and what stands there, has been looked at.
    pub(crate) fn stop(&mut self, position: Position) {
        if !self.is_full() {
            self.stopped = Some(position);
        }
    }

    /// The page with its places, and where the next one begins: after a place, with so many to leave out.
    pub(crate) fn finish(self) -> (Vec<Position>, Vec<Message>, Option<(Position, u64)>) {
        let last = self.taken.last().filter(|_| self.more).map(|(position, _)| (*position, 0));
        let next = last.or(self.stopped.map(|position| (position, self.skip)));
        let (places, messages) = self.taken.into_iter().unzip();
        (places, messages, next)
    }
}
