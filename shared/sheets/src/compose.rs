//! From the cells of a row to a message.

mod content;
mod schedule;

use crate::{
    columns::{Column, Kind, Place},
    dates::Epoch,
    fault::{Reason, RowFault},
    header::{Layout, Target},
    kinds::Language,
    message::{Content, RowMessage},
    raw::{RawCell, RawRow},
    values::{self, Manner},
};
use chrono_tz::Tz;
use serde_json::{Map, Value};
use std::{collections::HashMap, fmt::Write as _, sync::Arc};

/// The most contents that are remembered, and the most bytes of what they are told by.
const MOST_CONTENTS: usize = 256;
const MOST_BYTES: usize = 1 << 20;

/// The most faults of a row that are told.
const MOST_TOLD: usize = 20;

/// A content, or what is wrong with it: the column of the file and the reason.
type Read = Result<Arc<Content>, Arc<[(usize, Reason)]>>;

/// Makes messages of rows.
#[derive(Debug)]
pub(crate) struct Composer {
    layout: Layout,
    zone: Tz,
    manner: Manner,
    /// What the last contents came to, by the text of their cells.
    contents: HashMap<String, Read>,
    bytes: usize,
    key: String,
}

impl Composer {
    pub(crate) fn new(layout: Layout, zone: Tz, epoch: Epoch) -> Composer {
        let manner = Manner { language: layout.language, epoch };
        Composer { layout, zone, manner, contents: HashMap::new(), bytes: 0, key: String::new() }
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Whether a row is the line of help of an empty sheet.
    pub(crate) fn is_help(&self, row: &RawRow) -> bool {
        row.cells().all(|cell| match self.layout.targets.get(cell.column) {
            Some(Target::Field(column, None)) => {
                Language::ALL.iter().any(|one| column.help.of(*one) == cell.text.trim())
            }
            _ => false,
        })
    }

    /// Reads a row.
    pub(crate) fn compose(&mut self, row: &RawRow) -> Result<RowMessage, Vec<RowFault>> {
        if let Some(column) = row.full_at {
            return Err(vec![self.fault(row, column, Reason::RowTooLong(row.most()))]);
        }
        let mut faults = Vec::new();
        let content = self.content(row);
        let mut destination = Map::new();
        let mut variables = Map::new();
        let mut group = None;
        for cell in row.cells() {
            let read = match self.layout.targets.get(cell.column) {
                Some(Target::Field(column, _)) if column.place == Place::Destination => {
                    self.value(&cell, column).map(|value| drop(destination.insert(column.key.to_owned(), value)))
                }
                Some(Target::Field(column, _)) if column.key == "groupId" => {
                    values::id(&cell, self.manner).map(|text| group = Some(text.trim().to_owned()))
                }
                Some(Target::Field(..)) => Ok(()),
                Some(Target::Variable(name)) => values::seen(&cell, self.manner)
                    .map(|text| drop(variables.insert(name.clone(), Value::from(text.as_ref())))),
                Some(Target::Nothing) | None => Err(Reason::NoHeader),
            };
            if let Err(reason) = read {
                faults.push((cell.column, reason));
            }
        }
        if !variables.is_empty() {
            destination.insert("variables".to_owned(), Value::Object(variables));
        }
        let content = match content {
            Ok(content) if faults.is_empty() => {
                return Ok(RowMessage { content, group, destination: Value::Object(destination) });
            }
            Ok(_) => &[][..],
            Err(ref found) => found,
        };
        faults.extend_from_slice(content);
        faults.sort_by_key(|(column, _)| *column);
        Err(faults.into_iter().take(MOST_TOLD).map(|(column, reason)| self.fault(row, column, reason)).collect())
    }

    fn fault(&self, row: &RawRow, column: usize, reason: Reason) -> RowFault {
        RowFault { row: row.number, column: self.layout.header(column), reason }
    }

    /// The content of a row: a remembered one, when its cells are the same.
    fn content(&mut self, row: &RawRow) -> Read {
        self.key.clear();
        let zoned = row.cells().any(|cell| self.is(&cell, |column| column.place == Place::Schedule));
        for cell in row.cells() {
            let of_content = |column: &Column| match column.place {
                Place::Destination => column.key == "timeZone" && zoned,
                _ => column.key != "groupId",
            };
            if self.is(&cell, of_content) {
                // Lengths keep the parts apart, whatever they hold. Writing to a string does not fail.
                _ = write!(self.key, "{} {} {}:", cell.column, cell.kind.tag(), cell.text.len());
                self.key.push_str(cell.text);
            }
        }
        if let Some(known) = self.contents.get(&self.key) {
            return known.clone();
        }
        let read = self.fresh(row).map_err(Arc::from);
        let read = read.map(|fields| Arc::new(Content::new(&self.key, fields)));
        if self.contents.len() >= MOST_CONTENTS || self.bytes + self.key.len() > MOST_BYTES {
            self.contents.clear();
            self.bytes = 0;
        }
        self.bytes += self.key.len();
        self.contents.insert(self.key.clone(), read.clone());
        read
    }

    fn is(&self, cell: &RawCell<'_>, of: impl Fn(&Column) -> bool) -> bool {
        matches!(self.layout.targets.get(cell.column), Some(Target::Field(column, _)) if of(column))
    }

    /// A cell as the value of its field.
    fn value(&self, cell: &RawCell<'_>, column: &Column) -> Result<Value, Reason> {
        let text = |cell| values::text(cell, self.manner);
        Ok(match column.kind {
            Kind::Text => Value::from(values::seen(cell, self.manner)?.as_ref()),
            Kind::Id => Value::from(values::id(cell, self.manner)?.trim()),
            Kind::Phone => Value::from(values::phone(cell, self.manner)?),
            Kind::Choice(known) => {
                let given = text(cell)?.trim().to_lowercase();
                if !known.contains(&given.as_str()) {
                    return Err(Reason::NotOneOf(known));
                }
                Value::from(given)
            }
            Kind::Bool => Value::from(values::boolean(&text(cell)?)?),
            Kind::Integer(least, most) => {
                let read = text(cell)?.trim().parse().ok().filter(|number| (least..=most).contains(number));
                Value::from(read.ok_or(Reason::NotInteger(least, most))?)
            }
            Kind::Zone => Value::from(zone(text(cell)?.trim())?.name()),
            Kind::Ranges => values::ranges(&text(cell)?)?,
            Kind::Json => values::data(&values::seen(cell, self.manner)?)?,
            Kind::List => values::parts(&text(cell)?).collect(),
            // Read where they are put together with others.
            Kind::Channels | Kind::Date | Kind::Time | Kind::DateTime => Value::Null,
        })
    }
}

fn zone(name: &str) -> Result<Tz, Reason> {
    name.parse().map_err(|_| Reason::NotZone)
}

#[cfg(test)]
#[path = "compose_tests.rs"]
mod tests;
