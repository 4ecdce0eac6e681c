//! When a row goes.

use super::{Composer, zone};
use crate::{
    dates::{self, Moment},
    fault::Reason,
    raw::{RawCell, RawRow},
    values,
};
use chrono::NaiveTime;
use chrono_tz::Tz;
use serde_json::{Map, Value};

type Faults = Vec<(usize, Reason)>;

impl Composer {
    /// Reads `sendAt` and `allowedTimeRanges`, and in which time zone these are.
    pub(super) fn schedule(&self, row: &RawRow, fields: &mut Map<String, Value>, faults: &mut Faults) {
        match self.send_at(row) {
            Ok(Some(at)) => drop(fields.insert("sendAt".to_owned(), Value::from(at))),
            Ok(None) => {}
            Err(fault) => faults.push(fault),
        }
        match self.ranges(row) {
            Ok(Some(ranges)) => {
                fields.insert("allowedTimeRanges".to_owned(), ranges);
                // A row's own zone is with its recipient. UTC is what the API takes without one.
                if self.cell(row, "timeZone").is_none() && self.zone != Tz::UTC {
                    fields.insert("timeZone".to_owned(), Value::from(self.zone.name()));
                }
            }
            Ok(None) => {}
            Err(fault) => faults.push(fault),
        }
    }

    fn cell<'r>(&self, row: &'r RawRow, key: &str) -> Option<RawCell<'r>> {
        let place = self.layout.place(key, None)?;
        row.cells().find(|cell| cell.column == place)
    }

    fn send_at(&self, row: &RawRow) -> Result<Option<String>, (usize, Reason)> {
        let [whole, date, time] = ["sendAt", "sendDate", "sendTime"].map(|key| self.cell(row, key));
        let moment = match (whole, date, time) {
            (None, None, None) => return Ok(None),
            (Some(_), Some(other), _) | (Some(_), None, Some(other)) => {
                return Err((other.column, Reason::Besides("sendAt")));
            }
            (None, None, Some(time)) => return Err((time.column, Reason::Needs("sendDate"))),
            (Some(whole), None, None) => {
                values::moment(&whole, self.manner).map_err(|reason| (whole.column, reason))?
            }
            (None, Some(date), time) => {
                let (day, beside) = values::date(&date, self.manner).map_err(|reason| (date.column, reason))?;
                Moment::Local(day.and_time(self.time_of(time)?.unwrap_or(beside)))
            }
        };
        let at = dates::instant(moment, self.zone_of(row));
        let column = whole.or(date).map_or(0, |cell| cell.column);
        at.map(Some).ok_or((column, Reason::NotDateTime))
    }

    fn time_of(&self, cell: Option<RawCell<'_>>) -> Result<Option<NaiveTime>, (usize, Reason)> {
        let Some(cell) = cell else { return Ok(None) };
        let text = values::time(&cell, self.manner).map_err(|reason| (cell.column, reason))?;
        // The end of a day is no time to send at.
        dates::time(&text).map(Some).ok_or((cell.column, Reason::NotTime))
    }

    /// The row's own time zone. One that is wrong has been told.
    fn zone_of(&self, row: &RawRow) -> Tz {
        let own = self.cell(row, "timeZone").and_then(|cell| zone(cell.text.trim()).ok());
        own.unwrap_or(self.zone)
    }

    fn ranges(&self, row: &RawRow) -> Result<Option<Value>, (usize, Reason)> {
        let [whole, from, to] = ["allowedTimeRanges", "timeFrom", "timeTo"].map(|key| self.cell(row, key));
        let time = |cell: RawCell<'_>| values::time(&cell, self.manner).map_err(|reason| (cell.column, reason));
        match (whole, from, to) {
            (None, None, None) => Ok(None),
            (Some(_), Some(other), _) | (Some(_), None, Some(other)) => {
                Err((other.column, Reason::Besides("allowedTimeRanges")))
            }
            (Some(whole), None, None) => {
                let text = values::text(&whole, self.manner).map_err(|reason| (whole.column, reason))?;
                values::ranges(&text).map(Some).map_err(|reason| (whole.column, reason))
            }
            (None, Some(from), Some(to)) => Ok(Some(Value::from(vec![Value::from(vec![time(from)?, time(to)?])]))),
            (None, Some(from), None) => Err((from.column, Reason::Needs("timeTo"))),
            (None, None, Some(to)) => Err((to.column, Reason::Needs("timeFrom"))),
        }
    }
}
