//! Puts messages on the queue of the channel that is due.

use baton_aws::clock::SystemClock;
use baton_functions::{
    adapters::Aws,
    batch::{self, OwnQueue, body},
    outlets::ChannelOutlets,
    settings, telemetry,
};
use baton_pipeline::{fallback::fall_back, send::Verdict};
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let aws = Aws::load();
    let queue = &OwnQueue { client: aws.sqs(), url: settings::required("QUEUE_SELF")?, meter: aws.meter.clone() };
    let messages = &aws.messages()?;
    let outlets = &ChannelOutlets { channels: aws.channels()?, wake_ups: aws.wake_ups()?, schedules: () };
    lambda_runtime::run(service_fn(move |event: LambdaEvent<aws_lambda_events::sqs::SqsEvent>| async move {
        let handle = |record| async move {
            fall_back(messages, outlets, &SystemClock, body(record)?).await?;
            Ok(Verdict::Done)
        };
        Ok::<_, Error>(batch::run(queue, &event.payload, handle).await)
    }))
    .await
}
