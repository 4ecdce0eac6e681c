//! Tells callers what has become of their messages.

use baton_aws::clock::SystemClock;
use baton_channels::receiver::{HttpReceiver, limit};
use baton_functions::{
    adapters::{self, Aws},
    batch::{self, OwnQueue, body},
    callbacks::CallbackPorts,
    settings, telemetry,
};
use baton_pipeline::{
    callbacks::{Rest, call_back},
    send::Verdict,
};
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let aws = Aws::load();
    let queue = &OwnQueue { client: aws.sqs(), url: settings::required("QUEUE_SELF")?, meter: aws.meter.clone() };
    let ports =
        &CallbackPorts { messages: aws.messages()?, control: aws.control()?, queue: aws.callbacks("QUEUE_SELF")? };
    let receiver = &HttpReceiver::new(limit(adapters::function_timeout()?), adapters::private_callbacks())?;
    let rest = &Rest::default();
    lambda_runtime::run(service_fn(move |event: LambdaEvent<aws_lambda_events::sqs::SqsEvent>| async move {
        let handle = |record| async move {
            call_back(ports, receiver, &SystemClock, rest, &body(record)?).await?;
            Ok(Verdict::Done)
        };
        Ok::<_, Error>(batch::run(queue, &event.payload, handle).await)
    }))
    .await
}
