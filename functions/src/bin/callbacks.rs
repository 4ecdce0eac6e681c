//! Tells callers what has become of their messages: the fast lane or the slow one, as `CALLBACK_LANE` says.

use baton_aws::clock::SystemClock;
use baton_channels::receiver::{HttpReceiver, limit, quick_limit};
use baton_functions::{
    adapters::{self, Aws},
    batch::{self, OwnQueue, body},
    callbacks::CallbackPorts,
    settings, telemetry,
};
use baton_pipeline::{
    callbacks::{Lane, Traffic, call_back},
    send::Verdict,
};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let aws = Aws::load();
    let queue = &OwnQueue { client: aws.sqs(), url: settings::required("QUEUE_SELF")?, meter: aws.meter.clone() };
    let lane = settings::callback_lane()?;
    let (fast, slow) = match lane {
        Lane::Fast => ("QUEUE_SELF", "QUEUE_CALLBACKS_SLOW"),
        Lane::Slow => ("QUEUE_CALLBACKS", "QUEUE_SELF"),
    };
    let ports = &CallbackPorts {
        messages: aws.messages()?,
        control: aws.control()?,
        state: aws.state()?,
        fast: aws.callbacks(fast)?,
        slow: aws.callbacks(slow)?,
    };
    let function_timeout = adapters::function_timeout()?;
    let quick = quick_limit(Duration::from_secs(settings::number("CALLBACK_QUICK_SECONDS", 2)?), function_timeout);
    let limit = limit(function_timeout);
    let own = if lane == Lane::Fast { quick } else { limit };
    let receiver = &HttpReceiver::new(own, adapters::private_callbacks())?;
    let traffic = &Traffic::new(lane, quick, limit);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<aws_lambda_events::sqs::SqsEvent>| async move {
        let handle = |record| async move {
            call_back(ports, receiver, &SystemClock, traffic, &body(record)?).await?;
            Ok(Verdict::Done)
        };
        Ok::<_, Error>(batch::run(queue, &event.payload, handle).await)
    }))
    .await
}
