//! Makes callbacks of the stored changes of messages: reads the stream of the messages table, and writes the callbacks queue.

use baton_aws::stream::{Change, change};
use baton_functions::{adapters::Aws, batch::chain, telemetry};
use baton_pipeline::callbacks::ports::CallbackQueue;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let aws = &Aws::load();
    let queue = &aws.callbacks("QUEUE_CALLBACKS")?;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let mut pointers = Vec::new();
        for record in event.payload["Records"].as_array().into_iter().flatten() {
            match change(record) {
                Change::Told(pointer) => pointers.push(*pointer),
                Change::Nothing => {}
                // It would be no other one the next time, and everything behind it would wait.
                Change::Bad(bad) => tracing::error!(error = chain(&bad), "a changed message can not be read"),
            }
        }
        // Either all of them are on the queue, or the whole part of the stream comes again.
        queue.push(&pointers, Duration::ZERO).await?;
        telemetry::consumed(&aws.meter);
        Ok::<_, Error>(json!({"batchItemFailures": []}))
    }))
    .await
}
