//! Making exports: what the `export` function does with a pointer from its queue.
//!
//! A run claims the export with a conditional write, goes on where the last one ended, and writes rows into a *part* until there are
//! no more or its time is nearly over. The part goes to the bucket under a key of this claim, and only then into the export, with
//! the place where the next one begins; a run that is not done puts the pointer back on the queue. When all messages stand in parts,
//! the file is made from these alone. So a run may die anywhere: the next one repeats at most what was not yet recorded, and
//! whatever file is made of the parts has the same rows. A run that was overtaken writes to keys of its own, which nobody looks at.

mod columns;
mod file;
mod finish;
mod held;
mod part;
mod rows;
mod value;

pub(crate) use self::{
    columns::{COLUMNS, Column, named},
    file::{Look, Writing},
    rows::Rows,
};

use self::{
    held::{Held, Stop},
    part::Part,
};
use crate::{
    lists::{
        Reading,
        cursor::{Count, Cursor, Question},
        position::Position,
    },
    ports::{Export, ExportFormat, ExportPointer, ExportQueue, ExportState, Exports, Lists},
    refusal::Refusal,
};
use baton_domain::Time;
use baton_pipeline::{
    objects::Objects,
    ports::{Clock, PortError, PortResult, Specs},
    short_links::ShortLinkLists,
    tasks::ports::{TaskBulks, Tasks},
};
use baton_sheets::report::MOST_ROWS;
use chrono::TimeDelta;
use std::time::Duration;

/// The most messages that a workbook holds beside its headers.
const MOST_XLSX: u64 = MOST_ROWS as u64 - 1;
/// The most bytes of all parts together: what the object store takes in one piece, and the function's disk holds twice.
const MOST_BYTES: u64 = 3 << 30;
/// After so many rows, what has been done is told.
const PROGRESS_ROWS: u64 = 5000;
/// How far an export has come, in percent, when all of its messages stand in parts.
const WALKED: i64 = 90;

/// What making exports needs of the world.
pub trait ExportPorts: Lists + Specs + ShortLinkLists + Tasks + TaskBulks + Exports + ExportQueue + Objects {}

impl<T: Lists + Specs + ShortLinkLists + Tasks + TaskBulks + Exports + ExportQueue + Objects> ExportPorts for T {}

/// Makes exports.
#[derive(Clone, Debug)]
pub struct Maker<P, C> {
    /// What it needs of the world.
    pub ports: P,
    /// The time.
    pub clock: C,
    /// How far back an export looks when it is not told, in days.
    pub retention_days: u16,
    /// How long a run may take: the function's time-out.
    pub limit: Duration,
    /// How many messages are read at once, by which memory is bounded.
    pub page: usize,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// All is done, or the rest is on the queue.
    Done,
    /// Another run is at it.
    Overtaken,
    /// There will be no file.
    GivenUp,
}

impl<P: ExportPorts, C: Clock> Maker<P, C> {
    /// Makes an export, or a part of it. May be run again with the same pointer at any time.
    ///
    /// # Errors
    /// A port failed.
    pub async fn run(&self, pointer: ExportPointer) -> PortResult<Ran> {
        let began = self.clock.now();
        let Some(mut held) = self.open(pointer).await? else { return Ok(Ran::Done) };
        match self.work(&mut held, began).await {
            Ok(()) => Ok(Ran::Done),
            Err(Stop::Overtaken) => Ok(Ran::Overtaken),
            Err(Stop::Port(error)) => Err(error),
            Err(Stop::Refused(why)) => fail(&mut held, why).await,
        }
    }

    /// Gives an export up whose runs have failed or died too often. One that another run is at is left to it.
    ///
    /// # Errors
    /// A port failed.
    pub async fn give_up(&self, pointer: ExportPointer) -> PortResult<Ran> {
        let Some(mut held) = self.open(pointer).await? else { return Ok(Ran::Done) };
        let running = held.export.state == ExportState::Running;
        if running && self.clock.now() < held.export.updated_at + self.part_of_limit(100) {
            return Ok(Ran::Overtaken);
        }
        let ran = fail(&mut held, "The file could not be made; ask for it again.".to_owned()).await?;
        Ok(if ran == Ran::Done { Ran::GivenUp } else { ran })
    }

    /// The export; `None` when nothing is to be done for it.
    async fn open(&self, pointer: ExportPointer) -> PortResult<Option<Held<'_, P, C>>> {
        let export = self.ports.export(pointer.account, pointer.export).await?;
        let export = export.filter(|export| !export.state.is_over());
        Ok(export.map(|export| Held { ports: &self.ports, clock: &self.clock, export }))
    }

    fn part_of_limit(&self, percent: i32) -> TimeDelta {
        TimeDelta::from_std(self.limit).unwrap_or(TimeDelta::MAX) * percent / 100
    }

    async fn work(&self, held: &mut Held<'_, P, C>, began: Time) -> Result<(), Stop> {
        held.change(|export| export.state = ExportState::Running).await?;
        if !held.export.walked {
            self.walk(held, began + self.part_of_limit(60)).await?;
        }
        if held.export.walked && self.clock.now() <= began + self.part_of_limit(50) {
            return finish::finish(held).await;
        }
        let pointer = ExportPointer { account: held.export.account, export: held.export.id };
        Ok(self.ports.push_export(pointer).await?)
    }

    /// Writes a part: rows until there are no more, or until this time.
    async fn walk(&self, held: &mut Held<'_, P, C>, until: Time) -> Result<(), Stop> {
        let (before, bytes_before) = (held.export.part_rows, held.export.bytes);
        let mut rows = self.rows(&held.export).await?;
        let span = rows.span().await.map_err(port)?;
        let mut part = Part::new()?;
        let mut told = before;
        loop {
            for row in rows.next().await.map_err(port)? {
                part.add(&row)?;
            }
            let done = before + part.rows();
            check(&held.export, done, bytes_before + part.bytes())?;
            if rows.has_ended() || self.clock.now() >= until {
                break;
            }
            if done - told >= PROGRESS_ROWS {
                told = done;
                let progress = percent(span, rows.place());
                held.change(|export| export.tell(done, progress)).await?;
            }
        }
        let (done, bytes) = (before + part.rows(), bytes_before + part.bytes());
        let key = (part.rows() > 0).then(|| key(&held.export, "part"));
        if let Some(key) = &key {
            let file = part.finish()?;
            self.ports.put_file(key, "application/x-ndjson", file.path()).await?;
        }
        let (next, walked) = (rows.place(), rows.has_ended());
        let progress = if walked { WALKED as u8 } else { percent(span, next) };
        held.change(|export| {
            export.parts.extend(key);
            export.next = next.map(|next| place(next).encode(question(export)));
            (export.bytes, export.walked) = (bytes, walked);
            export.tell(done, progress);
            export.part_rows = done;
        })
        .await
    }

    async fn rows(&self, export: &Export) -> Result<Rows<'_, P, C>, Stop> {
        let reading = Reading { ports: &self.ports, clock: &self.clock, retention_days: self.retention_days };
        let after = export.next.as_deref().and_then(|next| Cursor::decode(next, question(export)));
        let from = (self.page, after.map(|cursor| cursor.after));
        Rows::new(reading, export.account, &export.query, named(&export.columns), from).await.map_err(port)
    }
}

/// Marks an export as failed.
async fn fail<P: Exports, C: Clock>(held: &mut Held<'_, P, C>, why: String) -> PortResult<Ran> {
    match held.change(|export| export.state = ExportState::Failed(why)).await {
        Ok(()) | Err(Stop::Refused(_)) => Ok(Ran::Done),
        Err(Stop::Overtaken) => Ok(Ran::Overtaken),
        Err(Stop::Port(error)) => Err(error),
    }
}

impl Export {
    fn tell(&mut self, rows: u64, progress: u8) {
        // A run that repeats what one before it has told of takes nothing back.
        self.rows = self.rows.max(rows);
        self.progress = self.progress.max(progress);
    }
}

fn check(export: &Export, rows: u64, bytes: u64) -> Result<(), Stop> {
    if export.format == ExportFormat::Xlsx && rows > MOST_XLSX {
        let why = "The export has more than 1,048,575 messages, which is what a sheet of a workbook holds: ask for it as csv.";
        return Err(Stop::Refused(why.to_owned()));
    }
    if bytes > MOST_BYTES {
        let why = "The file would have more than 3 GB: ask for a shorter time, or for fewer fields.";
        return Err(Stop::Refused(why.to_owned()));
    }
    Ok(())
}

/// Where a walk stands, in percent of the time between its first and its last message.
fn percent(span: Option<(Time, Time)>, place: Option<Position>) -> u8 {
    let (Some((first, last)), Some(place)) = (span, place) else { return 0 };
    let whole = (last - first).num_milliseconds().max(1);
    let done = (place.at - first).num_milliseconds().clamp(0, whole);
    u8::try_from(done * WALKED / whole).unwrap_or_default()
}

/// The key of what this claim of the export writes.
fn key(export: &Export, ending: &str) -> String {
    format!("exports/{}/{}/{}.{ending}", export.account, export.id, export.version)
}

fn place(after: Position) -> Cursor {
    Cursor { after, skip: 0, count: Count::Open }
}

/// A place in an export is none in another one.
fn question(export: &Export) -> Question {
    Question::of(&format!("export {} {}", export.account, export.id))
}

/// Lists are read with a filter that was accepted, so only a port can fail.
fn port(refusal: Refusal) -> Stop {
    Stop::Port(refusal.into_cause().unwrap_or_else(|| PortError::new("reading messages", "the filter is not valid")))
}
