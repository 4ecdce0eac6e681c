//! The simulation: the real pipeline of Baton over ports in memory, in a world where everything goes wrong that may.
//!
//! One seed is one history. A small world is made up (accounts, requests, callers), and then one thing happens after the
//! other, in an order that the seed chooses: a port call of one process is answered, a record can be received, a schedule
//! fires, a caller asks. Processes interleave at every port call and may die there; port calls fail before or after they
//! take effect; queues repeat, reorder and delay; clocks differ; providers answer wrongly, late or never. For a last while
//! nothing goes wrong any more, and the world comes to rest. What really went out is then held against the rules (see
//! [`Check`]). Nothing depends on the machine: a seed gives the same history everywhere.

mod caller;
mod check;
mod faults;
mod history;
mod plan;
mod ports;
mod process;
mod provider;
mod queue;
mod random;
mod safeguard;
mod store;
mod tasks;
mod trace;
mod world;

pub use check::{Check, Violation};
pub use history::{Counts, Report, run};
pub use safeguard::Safeguard;
