//! Writes messages into files.

use baton_api::{
    export::{Maker, Ran},
    ports::ExportPointer,
};
use baton_aws::clock::SystemClock;
use baton_functions::{
    adapters::{self, Aws},
    batch::{self, OwnQueue, body},
    exports::MakerPorts,
    settings, telemetry,
};
use baton_pipeline::{ports::PortResult, send::Verdict};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use std::time::Duration;

/// How many messages are read at once: some megabytes with their contents.
const PAGE: usize = 2000;
/// The pause after a failed run; the failure of what it needs may last.
const PAUSE: Duration = Duration::from_secs(60);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let aws = Aws::load();
    let queue = &OwnQueue { client: aws.sqs(), url: settings::required("QUEUE_SELF")?, meter: aws.meter.clone() };
    let most: u32 = settings::number("MOST_RECEIVES", 4)?;
    let maker = &Maker {
        ports: MakerPorts {
            messages: aws.messages()?,
            control: aws.control()?,
            links: aws.links()?,
            files: aws.objects().await?,
            queue: aws.exports("QUEUE_SELF")?,
        },
        clock: SystemClock,
        retention_days: settings::number("MESSAGE_RETENTION_DAYS", 90)?,
        limit: adapters::function_timeout()?,
        page: PAGE,
    };
    lambda_runtime::run(service_fn(move |event: LambdaEvent<aws_lambda_events::sqs::SqsEvent>| async move {
        let handle = |record| async move {
            let pointer: ExportPointer = body(record)?;
            let receives = batch::receives(record);
            let ran = if receives < most { maker.run(pointer).await } else { maker.give_up(pointer).await };
            Ok(verdict(ran, maker.limit))
        };
        Ok::<_, Error>(batch::run(queue, &event.payload, handle).await)
    }))
    .await
}

/// When a record comes again.
fn verdict(ran: PortResult<Ran>, limit: Duration) -> Verdict {
    match ran {
        Ok(Ran::Done) => Verdict::Done,
        // The other run may die: by then this record is here again.
        Ok(Ran::Overtaken) => Verdict::Again(limit),
        // It goes on to the dead-letter queue, so that somebody looks at it.
        Ok(Ran::GivenUp) => {
            tracing::error!("an export is given up: its runs have failed or died too often");
            Verdict::Again(Duration::ZERO)
        }
        Err(error) => {
            tracing::error!(error = batch::chain(&error), "a run of an export failed");
            Verdict::Again(PAUSE)
        }
    }
}
