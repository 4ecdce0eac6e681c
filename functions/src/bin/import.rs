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
use baton_pipeline::{ports::Clock, send::Verdict};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use tokio::sync::Mutex;

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
    // One file at a time: each takes memory and disk.
    let turn = &Mutex::new(());
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let until = adapters::end(&event.context).unwrap_or_default();
        let began = SystemClock.now();
        // What has waited for too long behind others of the batch would be cut off, and they with it.
        let latest = began + (until - began) / 2;
        let handle = |record: &SqsMessage| {
            let works = works(record);
            async move {
                let _turn = turn.lock().await;
                for work in works? {
                    let late = SystemClock.now() > latest;
                    if late || importer.run(work, until).await? == Outcome::Continue {
                        again.push(work).await?;
                    }
                }
                Ok::<_, RecordError>(Verdict::Done)
            }
        };
        Ok::<_, Error>(batch::run(queue, &event.payload, handle).await)
    }))
    .await
}
