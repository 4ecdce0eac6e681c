//! Import: a file of a task is read into messages, a bulk per thousand rows, or per fewer that have very long texts.
//!
//! Every step can be repeated. A bulk has the same id whenever it is read ([`Work::bulk`]) and a row the same place in it, so a run
//! that died anywhere is completed by the next one, and two runs at once do the same work once. How far a file has been read is stored
//! after each bulk, on the condition that nobody else has stored it meanwhile.

mod bulk;
mod chunk;
mod judge;
mod open;
mod reasons;
pub(crate) mod refused;
pub(crate) mod results;
mod sheet;
mod work;

pub(crate) use self::open::NAME;
pub(crate) use self::work::ChunkId;
pub use self::{
    chunk::ChunkLimits,
    work::{Outcome, Work},
};

use self::{chunk::Chunk, sheet::Sheet};
use crate::ports::{Prices, Templates, WhiteLists};
use baton_domain::{Currency, Time};
use baton_pipeline::{
    objects::Objects,
    ports::{Accepting, Bulks, Clock, PortResult, Stored, WakeUps},
    stops::StopList,
    tasks::{
        file::{FileState, TaskFile},
        ports::{TaskBulks, TaskFiles, TaskReads},
    },
};
use chrono::TimeDelta;

/// What is left of the time at the end of a run, besides twice the time that the slowest bulk took.
const MARGIN: TimeDelta = TimeDelta::seconds(2);

/// What an import needs of the world.
pub trait ImportPorts:
    Accepting + Bulks + TaskReads + TaskBulks + TaskFiles + Templates + WhiteLists + Prices + StopList + WakeUps + Objects
{
}

impl<T> ImportPorts for T where
    T: Accepting
        + Bulks
        + TaskReads
        + TaskBulks
        + TaskFiles
        + Templates
        + WhiteLists
        + Prices
        + StopList
        + WakeUps
        + Objects
{
}

/// What reads files, over its ports.
#[derive(Clone, Debug)]
pub struct Importer<P, C> {
    /// What it needs of the world.
    pub ports: P,
    /// The time.
    pub clock: C,
    /// Whether callbacks may go to networks of one's own.
    pub private_callbacks: bool,
    /// What stands before `/` and the code of a short link.
    pub short_url: String,
    /// What prices are in.
    pub currency: Currency,
    /// How many rows make a bulk. The default, but for tests.
    pub limits: ChunkLimits,
}

/// The most rows of a bulk.
pub const ROWS: u16 = baton_domain::ids::MAX_BULK as u16;

impl<P: ImportPorts, C: Clock> Importer<P, C> {
    /// Reads a file, until its end or until there may be no time for another bulk before `until`. At least one bulk is read.
    ///
    /// # Errors
    /// A port failed. The file is to be read again; it then goes on where this run stopped.
    pub async fn run(&self, work: Work, until: Time) -> PortResult<Outcome> {
        let Some((mut file, mut sheet)) = self.begin(work).await? else { return Ok(Outcome::Done) };
        let mut slowest = TimeDelta::zero();
        // The first bulk may have been begun by a run that died.
        let mut again = true;
        loop {
            let began = self.clock.now();
            let next = self.advance(work, &file, &mut sheet, again).await?;
            again = self.ports.store_file(&next, file.version).await? == Stored::Conflict;
            file = next;
            if again {
                // Another run reads the same file, and has done the same.
                let Some(stored) = self.ports.file(work.account, work.task, work.file).await? else {
                    return Ok(Outcome::Done);
                };
                sheet.go_to(&stored)?;
                file = stored;
            }
            if file.state != FileState::Importing || self.is_deleted(work).await? {
                return Ok(Outcome::Done);
            }
            let now = self.clock.now();
            slowest = slowest.max(now - began);
            if now + slowest * 2 + MARGIN > until {
                return Ok(Outcome::Continue);
            }
        }
    }

    /// Reads the next chunk into a bulk; the file as it is then.
    async fn advance(&self, work: Work, file: &TaskFile, sheet: &mut Sheet, again: bool) -> PortResult<TaskFile> {
        let mut next = TaskFile { version: file.version + 1, ..file.clone() };
        match Chunk::read(sheet, file, self.limits) {
            Ok(mut chunk) => {
                next.refused += self.take(work, file, sheet, &mut chunk, again).await?;
                next.read += chunk.count();
                next.next_row = chunk.next_row;
                if chunk.is_last {
                    next.state = FileState::Done;
                }
            }
            Err(error) => next.state = sheet::refusal(&error, sheet.reader.language())?,
        }
        Ok(next)
    }
}
