//! Counts how far the messages of tasks have come: reads the stream of the messages table, and writes the control table.

use baton_aws::stream::progress::steps;
use baton_functions::{adapters::Aws, batch::chain, telemetry};
use baton_pipeline::tasks::ports::TaskProgress;
use futures::{StreamExt, TryStreamExt, stream};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

/// Bulks that are counted at the same time.
const CONCURRENT_COUNTS: usize = 16;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let aws = &Aws::load();
    let control = &aws.control()?;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let records = event.payload["Records"].as_array().map(Vec::as_slice).unwrap_or_default();
        let (steps, bad) = steps(records);
        for bad in bad {
            // It would be no other one the next time, and everything behind it would wait.
            tracing::error!(error = chain(&bad), "a changed message can not be read");
        }
        let counts = stream::iter(steps.iter().map(|steps| control.count(steps)));
        // When one fails the whole part comes again; what was counted is then passed over.
        counts.buffer_unordered(CONCURRENT_COUNTS).try_for_each(|()| async { Ok(()) }).await?;
        telemetry::consumed(&aws.meter);
        Ok::<_, Error>(json!({"batchItemFailures": []}))
    }))
    .await
}
