//! The receipts function: webhooks over HTTP, and a queue for what comes from inside.

use crate::{
    adapters::Aws,
    batch::{self, OwnQueue, RecordError, body},
    http::body_bytes,
    settings, telemetry,
};
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use baton_aws::{
    clock::SystemClock,
    messages::MessageTable,
    parameters,
    queues::{Fallbacks, InboundQueue},
    state::StateTable,
};
use baton_channels::{sns, webhooks};
use baton_domain::Channel;
use baton_pipeline::{
    inbound::hear,
    pointer::QueuedReceipts,
    ports::Clock,
    provider::{Heard, WebhookAnswer, WebhookError, WebhookRequest},
    receipts::take,
    send::Verdict,
};
use lambda_http::{Request, request::LambdaRequest};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// A webhook longer than this is refused unread; providers send a few kilobytes.
const LONGEST_WEBHOOK: usize = 512 * 1024;

/// A providers document is read again after this long.
const REFRESH: Duration = Duration::from_secs(60);

/// A channel's providers document, and when it was read.
type Document = (Instant, Option<Arc<str>>);

struct Function {
    messages: MessageTable,
    fallbacks: Fallbacks,
    inbound: InboundQueue,
    state: StateTable,
    queue: OwnQueue,
    ssm: aws_sdk_ssm::Client,
    providers_path: String,
    public_url: Option<String>,
    documents: Mutex<HashMap<Channel, Document>>,
}

/// Runs the function.
///
/// # Errors
/// A setting is missing, or the runtime fails.
pub async fn run() -> Result<(), Error> {
    telemetry::init();
    let aws = Aws::load();
    let function = Function {
        messages: aws.messages()?,
        fallbacks: aws.fallbacks()?,
        state: aws.state()?,
        inbound: InboundQueue::new(aws.sqs(), settings::required("QUEUE_INBOUND")?, aws.meter.clone(), aws.state()?),
        queue: OwnQueue { client: aws.sqs(), url: settings::required("QUEUE_SELF")?, meter: aws.meter.clone() },
        ssm: aws_sdk_ssm::Client::new(&aws.config),
        providers_path: settings::required("PROVIDERS_PATH")?,
        public_url: settings::optional("PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned()),
        documents: Mutex::new(HashMap::new()),
    };
    let function = &function;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| function.handle(event.payload))).await
}

impl Function {
    /// An event is a batch of the queue when it has records, an HTTP request otherwise.
    async fn handle(&self, event: Value) -> Result<Value, Error> {
        if event.get("Records").is_some() {
            let event: SqsEvent = serde_json::from_value(event)?;
            let handle = |record| async move { self.record(record).await };
            return Ok(serde_json::to_value(batch::run(&self.queue, &event, handle).await)?);
        }
        let request: LambdaRequest = serde_json::from_value(event)?;
        let answer = self.webhook(request.into()).await;
        telemetry::consumed(&self.queue.meter);
        Ok(answer)
    }

    async fn record(&self, record: &SqsMessage) -> Result<Verdict, RecordError> {
        let now = SystemClock.now();
        let heard = match body::<QueuedReceipts>(record) {
            Ok(queued) => {
                Heard::receipts(queued.receipts.into_iter().map(|receipt| receipt.into_receipt(now)).collect())
            }
            Err(not_queued) => {
                let text = record.body.as_deref().unwrap_or_default();
                sns::read(text, now).map_err(|error| RecordError::Poison(format!("{not_queued}; {error}")))?
            }
        };
        self.heard(&heard).await?;
        Ok(Verdict::Done)
    }

    /// Takes receipts and what people did.
    async fn heard(&self, heard: &Heard) -> Result<(), RecordError> {
        for receipt in &heard.receipts {
            take(&self.messages, &self.fallbacks, &self.state, &SystemClock, receipt).await?;
        }
        Ok(hear(&self.inbound, &self.state, &SystemClock, &heard.inbound).await?)
    }

    /// Answers a webhook. A provider repeats what is not answered with 2xx, so a failure of ours is a 500.
    async fn webhook(&self, request: Request) -> Value {
        let path = request.uri().path().to_owned();
        let Some((channel, provider)) = names(&path) else { return answer(404, "text/plain", "") };
        let request = self.webhook_request(request);
        if request.body.len() > LONGEST_WEBHOOK {
            return answer(413, "text/plain", "");
        }
        match self.read_webhook(channel, &provider, &request).await {
            Ok((content_type, body)) => answer(200, content_type, &body),
            Err(status) => answer(status, "text/plain", ""),
        }
    }

    async fn read_webhook(
        &self,
        channel: Channel,
        provider: &str,
        request: &WebhookRequest,
    ) -> Result<(&'static str, String), u16> {
        let document = self.document(channel).await.map_err(|error| {
            tracing::error!(error = batch::chain(&error), "the providers document could not be read");
            500_u16
        })?;
        let webhook = webhooks::webhook(channel, provider, document.as_deref().unwrap_or("[]")).map_err(|fault| {
            tracing::error!(class = "misconfigured", %channel, fault = %fault, "the providers document is refused");
            500_u16
        })?;
        let webhook = webhook.ok_or(404_u16)?;
        let answer = webhook.read(request, SystemClock.now()).map_err(|error| {
            tracing::warn!(%channel, provider = webhook.name(), %error, "a webhook is refused");
            if error == WebhookError::Forged { 401_u16 } else { 400 }
        })?;
        let WebhookAnswer { receipts, inbound, content_type, body } = answer;
        self.heard(&Heard { receipts, inbound }).await.map_err(|error| {
            tracing::error!(%channel, provider = webhook.name(), error = batch::chain(&error), "a receipt could not be taken");
            500_u16
        })?;
        Ok((content_type, body))
    }

    async fn document(&self, channel: Channel) -> Result<Option<Arc<str>>, RecordError> {
        let mut documents = self.documents.lock().await;
        if let Some((read_at, document)) = documents.get(&channel)
            && read_at.elapsed() < REFRESH
        {
            return Ok(document.clone());
        }
        let document = parameters::providers_document(&self.ssm, &self.providers_path, channel).await?;
        let document: Option<Arc<str>> = document.map(Into::into);
        documents.insert(channel, (Instant::now(), document.clone()));
        Ok(document)
    }

    /// The request as the provider made it: behind a public address of our own, the address that it knows is that one.
    fn webhook_request(&self, request: Request) -> WebhookRequest {
        let (parts, body) = request.into_parts();
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let base = match &self.public_url {
            Some(url) => url.clone(),
            None => format!("https://{}", parts.uri.authority().map_or("", |authority| authority.as_str())),
        };
        let path = parts.uri.path();
        let path = path.find("/webhooks/").map_or(path, |start| &path[start..]);
        let mark = if query.is_empty() { "" } else { "?" };
        let headers = parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        WebhookRequest {
            method: parts.method.as_str().to_owned(),
            url: format!("{base}{path}{mark}{query}"),
            query,
            headers: headers.collect(),
            body: body_bytes(body),
        }
    }
}

/// The channel and the provider in `/webhooks/{channel}/{provider}`.
fn names(path: &str) -> Option<(Channel, String)> {
    let (_, rest) = path.split_once("/webhooks/")?;
    let (channel, provider) = rest.trim_end_matches('/').split_once('/')?;
    Some((channel.parse().ok()?, provider.to_owned()))
}

fn answer(status: u16, content_type: &str, body: &str) -> Value {
    json!({"statusCode": status, "headers": {"content-type": content_type}, "body": body, "isBase64Encoded": false})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_names_channel_and_provider() {
        assert_eq!(names("/webhooks/sms/twilio"), Some((Channel::Sms, "twilio".to_owned())));
        assert_eq!(names("/$default/webhooks/SMS/TWILIO/"), Some((Channel::Sms, "TWILIO".to_owned())));
        for path in ["/webhooks/fax/twilio", "/webhooks/sms", "/other"] {
            assert_eq!(names(path), None, "{path}");
        }
    }
}
