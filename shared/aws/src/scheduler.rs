//! Wake-ups that are further away than a queue can delay, as one-time schedules of EventBridge Scheduler.

use aws_sdk_scheduler::{
    Client,
    error::SdkError,
    types::{ActionAfterCompletion, FlexibleTimeWindow, FlexibleTimeWindowMode, Target},
};
use baton_pipeline::{
    pointer::WakeUp,
    ports::{PortError, PortResult, Scheduler},
};

/// The schedule group, and the queue that its schedules write to.
#[derive(Clone, Debug)]
pub struct Schedules {
    /// The client.
    pub client: Client,
    /// The group's name.
    pub group: String,
    /// The role that may write to the queue.
    pub role_arn: String,
    /// The wake queue.
    pub queue_arn: String,
}

/// The name follows from what is woken and when: setting it twice is setting it once. At most 64 characters.
fn name(wake_up: WakeUp) -> String {
    let kind = if wake_up.task.is_some() { "t" } else { "" };
    format!("{}-{}-{:x}{kind}", wake_up.account, wake_up.bulk.0.simple(), wake_up.at / 60_000)
}

impl Scheduler for Schedules {
    async fn schedule(&self, wake_up: WakeUp) -> PortResult<()> {
        let failed = |error| PortError::new("Scheduler CreateSchedule", error);
        let input = serde_json::to_string(&wake_up).map_err(|error| failed(error.to_string()))?;
        let target = Target::builder().arn(&self.queue_arn).role_arn(&self.role_arn).input(input);
        let window = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off);
        let at = wake_up.time().ok_or_else(|| failed("the wake-up has no time".to_owned()))?;
        let request = self
            .client
            .create_schedule()
            .name(name(wake_up))
            .group_name(&self.group)
            .schedule_expression(at.format("at(%Y-%m-%dT%H:%M:%S)").to_string())
            .schedule_expression_timezone("UTC")
            .flexible_time_window(window.build().map_err(|error| failed(error.to_string()))?)
            .target(target.build().map_err(|error| failed(error.to_string()))?)
            .action_after_completion(ActionAfterCompletion::Delete);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(known)) if known.err().is_conflict_exception() => Ok(()),
            Err(error) => Err(PortError::new("Scheduler CreateSchedule", error)),
        }
    }

    async fn forget(&self, wake_up: WakeUp) -> PortResult<()> {
        let request = self.client.delete_schedule().name(name(wake_up)).group_name(&self.group);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(gone)) if gone.err().is_resource_not_found_exception() => Ok(()),
            Err(error) => Err(PortError::new("Scheduler DeleteSchedule", error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_domain::{AccountId, BulkId, TaskId};

    #[test]
    fn the_longest_name_fits() {
        let bulk = BulkId(uuid::Uuid::max());
        assert!(
            name(WakeUp {
                account: AccountId(u64::MAX),
                bulk,
                at: 4_102_444_800_000,
                task: Some(TaskId(uuid::Uuid::max()))
            })
            .len()
                <= 64
        );
    }
}
