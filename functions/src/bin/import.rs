//! Reads the sheets of tasks into messages.

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use baton_api::import::{ChunkLimits, Importer, Outcome};
use baton_aws::{clock::SystemClock, imports::ImportQueue, prices::PriceTable};
use baton_functions::{
    adapters::{self, Aws},
    batch::{self, OwnQueue, RecordError},
    importing::{Imports, works},
    settings, telemetry,
};
use baton_pipeline::send::Verdict;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let aws = Aws::load();
    let queue = &OwnQueue { client: aws.sqs(), url: settings::required("QUEUE_SELF")?, meter: aws.meter.clone() };
    let again = &ImportQueue::new(aws.sqs(), queue.url.as_str(), aws.meter.clone());
    let ports = Imports {
        messages: aws.messages()?,
        control: aws.control()?,
        prices: PriceTable::new(aws.control()?),
        state: aws.state()?,
        wake_ups: aws.wake_ups()?,
        objects: aws.objects().await?,
    };
    let importer = &Importer {
        ports,
        clock: SystemClock,
        private_callbacks: adapters::private_callbacks(),
        short_url: adapters::short_url()?,
        currency: settings::currency()?,
        limits: ChunkLimits::default(),
    };
    let most: u32 = settings::number("MOST_RECEIVES", 10)?;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let until = adapters::end(&event.context).unwrap_or_default();
        let handle = |record: &SqsMessage| {
            let (works, last) = (works(record), batch::receives(record) >= most);
            async move {
                let mut given_up = false;
                for work in works? {
                    if last {
                        given_up |= importer.give_up(work).await?;
                    } else if importer.run(work, until).await? == Outcome::Continue {
                        again.push(work).await?;
                    }
                }
                Ok::<_, RecordError>(verdict(given_up))
            }
        };
        Ok::<_, Error>(batch::run(queue, &event.payload, handle).await)
    }))
    .await
}

/// What was given up goes on to the dead-letter queue, so that somebody looks at it.
fn verdict(given_up: bool) -> Verdict {
    if !given_up {
        return Verdict::Done;
    }
    tracing::error!("a file is given up: its runs have failed or died too often");
    Verdict::Again(Duration::ZERO)
}
