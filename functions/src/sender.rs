//! A sender function: one channel, its providers, its queue.

use crate::{
    adapters::{self, Aws},
    batch::{self, OwnQueue, body},
    outlets::SenderOutlets,
    settings, telemetry,
};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use baton_aws::{
    clock::SystemClock, control::ControlTable, messages::MessageTable, parameters, short_links::LinkTable,
    state::StateTable,
};
use baton_channels::{Context, DocumentFault, document};
use baton_domain::Channel;
use baton_pipeline::{gate::Gate, provider::Provider, send::Sender, tasks::passage::Passages};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// Builds the providers of one channel from its document.
pub type Build = fn(&str, &Context) -> Result<Vec<Box<dyn Provider>>, DocumentFault>;

/// A document is read again after this long, so that new credentials need no new deployment.
const REFRESH: Duration = Duration::from_secs(60);

type ChannelSender = Sender<MessageTable, SenderOutlets, StateTable, SystemClock, LinkTable, ControlTable>;

/// The sender as it was last built.
struct Built {
    document: Option<String>,
    read_at: Instant,
    sender: Arc<ChannelSender>,
}

struct Function {
    channel: Channel,
    build: Build,
    aws: Aws,
    ssm: aws_sdk_ssm::Client,
    providers_path: String,
    built: Mutex<Option<Built>>,
}

impl Function {
    /// The sender, built anew when its document has changed: clients and connections live as long as the document.
    async fn sender(&self) -> Result<Arc<ChannelSender>, Error> {
        let mut built = self.built.lock().await;
        if let Some(built) = built.as_ref().filter(|built| built.read_at.elapsed() < REFRESH) {
            return Ok(built.sender.clone());
        }
        let document = parameters::providers_document(&self.ssm, &self.providers_path, self.channel).await;
        let document = match (document, built.as_mut()) {
            (Ok(document), _) => document,
            // What was read before still holds.
            (Err(error), Some(built)) => {
                tracing::warn!(error = batch::chain(&error), "the providers document could not be read again");
                built.read_at = Instant::now();
                return Ok(built.sender.clone());
            }
            (Err(error), None) => return Err(error.into()),
        };
        if let Some(built) = built.as_mut().filter(|built| built.document == document) {
            built.read_at = Instant::now();
            return Ok(built.sender.clone());
        }
        let providers = self.providers(document.as_deref())?;
        let outlets = SenderOutlets {
            channels: self.aws.own_channel(self.channel)?,
            fallbacks: self.aws.fallbacks()?,
            wake_ups: self.aws.wake_ups()?,
        };
        let sender = Arc::new(Sender {
            channel: self.channel,
            rates: rates(document.as_deref().unwrap_or("[]"), &providers),
            providers,
            store: self.aws.messages()?,
            outlets,
            gate: Gate::new(self.aws.state()?, self.channel),
            clock: SystemClock,
            claim_limit: adapters::claim_limit()?,
            shortener: self.aws.shortener()?,
            tasks: Passages::new(self.aws.control()?),
        });
        *built = Some(Built { document, read_at: Instant::now(), sender: sender.clone() });
        Ok(sender)
    }

    /// The providers of a document. A faulty document sets no provider: messages go on to their next channel, and the error
    /// in the log raises the alarm.
    ///
    /// The HTTP client is made here and not at the start of the process: reading the root certificates takes longer than all
    /// the rest of the start.
    fn providers(&self, document: Option<&str>) -> Result<Vec<Box<dyn Provider>>, Error> {
        let Some(document) = document else { return Ok(Vec::new()) };
        Ok((self.build)(document, &self.aws.context()?).unwrap_or_else(|fault| {
            tracing::error!(class = "misconfigured", channel = %self.channel, fault = %fault, "the providers document is refused");
            Vec::new()
        }))
    }

    async fn handle(&self, queue: &OwnQueue, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
        let sender = &self.sender().await?;
        let end = adapters::end(&event.context);
        let handle = |record| async move { Ok(sender.handle_until(body(record)?, end).await?) };
        Ok(batch::run(queue, &event.payload, handle).await)
    }
}

/// The messages a second that the document gives each provider.
fn rates(document: &str, providers: &[Box<dyn Provider>]) -> BTreeMap<&'static str, u32> {
    let entries = document::parse(document).unwrap_or_default();
    let rate = |index: usize| entries.get(index).and_then(|entry| entry.bandwidth);
    providers.iter().enumerate().filter_map(|(index, provider)| Some((provider.name(), rate(index)?))).collect()
}

/// Runs the sender of a channel.
///
/// # Errors
/// A setting is missing, or the runtime fails.
pub async fn run(channel: Channel, build: Build) -> Result<(), Error> {
    telemetry::init();
    let aws = Aws::load();
    let queue = OwnQueue { client: aws.sqs(), url: settings::required("QUEUE_SELF")?, meter: aws.meter.clone() };
    let function = Function {
        channel,
        build,
        ssm: aws_sdk_ssm::Client::new(&aws.config),
        providers_path: settings::required("PROVIDERS_PATH")?,
        built: Mutex::new(None),
        aws,
    };
    let (function, queue) = (&function, &queue);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| function.handle(queue, event))).await
}
