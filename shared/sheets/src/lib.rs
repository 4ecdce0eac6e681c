//! Sheets of messages: what marketing people fill in instead of writing JSON.
//!
//! [`template`] makes the six empty sheets; [`Reader`] reads a filled one, a row at a time and with memory that does not grow
//! with the file; [`report`] writes workbooks and CSV the same way. Nothing here knows of AWS or of the time: whoever reads
//! says which time zone the sheet's times are in, and checks what comes out by the rules of `POST /messages`.
//!
//! ```no_run
//! # use baton_sheets::{Options, Reader};
//! # fn import() -> Result<(), baton_sheets::SheetError> {
//! let file = std::fs::File::open("messages.xlsx").map_err(|error| baton_sheets::SheetError::Unreadable(error.kind()))?;
//! let mut reader = Reader::open(file, Options::default())?;
//! let found = reader.check()?; // all of the file, before anything is started
//! println!("{} rows of the sheet {}", found.rows, reader.sheet());
//! for row in &mut reader {
//!     let row = row?;
//!     match row.message {
//!         Ok(message) => println!("{} -> {}", row.number, message.destination),
//!         Err(faults) => faults.iter().for_each(|fault| println!("{}: {}", fault.column, fault.reason.code())),
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod columns;
mod compose;
mod csv;
mod dates;
mod error;
mod fault;
mod header;
mod kinds;
mod limits;
mod message;
mod pattern;
mod raw;
mod reader;
pub mod report;
mod template;
mod values;
mod xlsx;

pub use columns::{Column, Kind, Place, columns, required};
pub use error::SheetError;
pub use fault::{Reason, RowFault};
pub use kinds::{Language, SheetType, Text, UnknownLanguage, UnknownSheet};
pub use limits::Limits;
pub use message::{Content, RowMessage, item};
pub use reader::{Inspection, Options, Reader, Row};
pub use template::template;
