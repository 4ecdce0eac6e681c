//! Tasks: what is asked of them, and what follows for their messages.
//!
//! Nothing that is asked of a task is written to its messages. What starts, resumes, changes or deletes one writes the task first and
//! then sets a wake-up for each of its bulks ([`walk`]), whereupon dispatch looks at the whole bulk ([`wake`]). Whoever adds a bulk
//! reads the task afterwards ([`join`]), so that one of both always sees the other. Senders ask before they claim ([`passage`]).
//! Whatever is asked twice is done once: the second call repeats the walk of the first when that has died on its way
//! ([`Task::walked`](baton_domain::Task::walked)).

pub mod change;
pub mod delete;
pub mod file;
pub mod join;
pub mod make;
pub mod passage;
pub mod pause;
pub mod ports;
pub mod resume;
pub mod start;
mod update;
pub mod wake;
pub mod walk;

pub use update::TaskError;
