//! The rows of an export: a walk through the messages that it means, in the order of their acceptance, a page at a time.

use super::{
    columns::{Column, Seen},
    value::Value,
};
use crate::{
    faults::Faults,
    lists::{
        Reading, contents,
        cut::Cut,
        held, links, part,
        position::{Position, Sort},
        select::Filter,
        sources,
    },
    ports::Lists,
    query::Query,
    refusal::Refusal,
};
use baton_domain::{AccountId, Message, Time};
use baton_pipeline::{
    ports::{Clock, Specs},
    short_links::ShortLinkLists,
    tasks::ports::{TaskBulks, Tasks},
};

/// A walk through messages.
pub(crate) struct Rows<'a, P, C> {
    reading: Reading<'a, P, C>,
    account: AccountId,
    filter: Filter,
    columns: Vec<&'static Column>,
    /// The most messages of a page.
    page: usize,
    /// Where it stands; `None` at the beginning.
    after: Option<Position>,
    /// Whether there is nothing more.
    ended: bool,
}

impl<'a, P: Lists + Specs + ShortLinkLists + Tasks + TaskBulks, C: Clock> Rows<'a, P, C> {
    /// From a place on. `query`: the filters, as `GET /messages` has them.
    pub(crate) async fn new(
        reading: Reading<'a, P, C>,
        account: AccountId,
        query: &str,
        columns: Vec<&'static Column>,
        (page, after): (usize, Option<Position>),
    ) -> Result<Rows<'a, P, C>, Refusal> {
        let mut faults = Faults::default();
        let mut filter = Filter::read(&Query::parse(query), &mut faults);
        faults.check()?;
        filter.look_up(reading.ports, account, reading.clock.now()).await?;
        Ok(Rows { reading, account, filter, columns, page, after, ended: false })
    }

    /// Where it stands.
    pub(crate) fn place(&self) -> Option<Position> {
        self.after
    }

    /// Whether there is nothing more.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// The next rows. A page may be shorter than others, or empty, before the end.
    pub(crate) async fn next(&mut self) -> Result<Vec<Vec<Value>>, Refusal> {
        let mut cut = Cut::new((Sort::Oldest, self.page), self.after, 0);
        let place = (Sort::Oldest, self.after, false);
        part::fill(self.reading, self.account, &self.filter, place, &mut cut).await?;
        let (_, messages, next) = cut.finish();
        match next {
            Some((after, _)) => self.after = Some(after),
            None => self.ended = true,
        }
        let messages = held::show(self.reading.ports, (self.account, self.reading.clock.now()), messages).await?;
        self.rows(&messages).await
    }

    async fn rows(&self, messages: &[Message]) -> Result<Vec<Vec<Value>>, Refusal> {
        let contents = contents::rendered(self.reading.ports, messages).await?;
        let links = links::of(self.reading.ports, messages, &contents).await?;
        let seen = messages.iter().zip(&contents).zip(&links);
        let seen = seen.map(|((message, shown), links)| Seen { message, shown, links });
        Ok(seen.map(|seen| self.columns.iter().map(|column| (column.value)(&seen)).collect()).collect())
    }

    /// When the first and the last of what may be meant were accepted: what progress is measured by. `None` when there is nothing,
    /// or the messages are named one by one.
    pub(crate) async fn span(&self) -> Result<Option<(Time, Time)>, Refusal> {
        if self.filter.ids.is_some() {
            return Ok(None);
        }
        let mut ends = [None; 2];
        for (end, sort) in ends.iter_mut().zip([Sort::Oldest, Sort::Newest]) {
            let mut merge = sources::of(self.reading, self.account, &self.filter, sort, None).await?;
            *end = merge.next(self.reading.ports, self.account, 1).await?.map(|stretch| stretch.line.at);
        }
        Ok(ends[0].zip(ends[1]))
    }
}
