//! Looks at a bulk again when its wake-up comes.

use baton_aws::clock::SystemClock;
use baton_functions::{
    adapters::Aws,
    batch::{self, OwnQueue, body},
    looks::Looks,
    outlets::ChannelOutlets,
    settings, telemetry,
};
use baton_pipeline::{dispatch::dispatch, pointer::WakeUp, send::Verdict};
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let aws = Aws::load();
    let queue = &OwnQueue { client: aws.sqs(), url: settings::required("QUEUE_SELF")?, meter: aws.meter.clone() };
    let messages = &aws.messages()?;
    let tasks = &aws.control()?;
    let outlets = &ChannelOutlets { channels: aws.channels()?, wake_ups: aws.wake_ups()?, schedules: aws.schedules()? };
    let looks = &Looks::default();
    lambda_runtime::run(service_fn(move |event: LambdaEvent<aws_lambda_events::sqs::SqsEvent>| async move {
        let handle = |record| async move {
            let wake_up: WakeUp = body(record)?;
            let look = || dispatch(messages, tasks, outlets, &SystemClock, wake_up);
            looks.once(&SystemClock, wake_up, batch::sent_at(record), look).await?;
            Ok(Verdict::Done)
        };
        Ok::<_, Error>(batch::run(queue, &event.payload, handle).await)
    }))
    .await
}
