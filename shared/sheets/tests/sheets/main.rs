//! Whole files, as people and programs make them.

mod bounds;
mod csv;
mod help;
mod hostile;
mod round_trip;
mod rows;
mod samples;
mod templates;
mod workbooks;
