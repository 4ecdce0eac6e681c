//! Tasks: what is asked of them, and what follows for their messages.

pub mod file;
pub mod ports;
