//! Tasks, with their bulks and files.

use super::Everything;
use crate::control::ControlTable;
use baton_pipeline::tasks::ports::HasTasks;

impl HasTasks for Everything {
    type Tasks = ControlTable;

    fn tasks_in(&self) -> &ControlTable {
        &self.control
    }
}
