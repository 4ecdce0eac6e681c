//! The adapters that the functions build from their environment, once per process.

use crate::settings::{self, BadSetting};
use aws_config::{BehaviorVersion, Region, SdkConfig, environment::EnvironmentVariableCredentialsProvider};
use aws_sdk_sqs::config::{ProvideCredentials, SharedCredentialsProvider};
use baton_aws::{
    Meter,
    callbacks::Callbacks,
    control::ControlTable,
    messages::MessageTable,
    objects::{ObjectStore, Place},
    outbox::{OutboxTable, Sandbox},
    queues::{Channels, ExportsQueue, Fallbacks, WakeQueue},
    scheduler::Schedules,
    short_links::LinkTable,
    state::StateTable,
};
use baton_channels::{Context, sandbox::SandboxPorts};
use baton_domain::{Channel, Time};
use baton_pipeline::short_links::Shortener;
use chrono::TimeDelta;
use std::{sync::Arc, time::Duration};

/// Clients of AWS, and what they consume.
#[derive(Clone, Debug)]
pub struct Aws {
    /// Credentials, region and HTTP client.
    pub config: SdkConfig,
    /// What is consumed.
    pub meter: Meter,
}

impl Aws {
    /// From the environment that every function has: Lambda gives it credentials and a region there and nowhere else. What else
    /// `aws_config` would look through (profiles, roles of STS, the metadata of instances) would be a part of every binary.
    #[must_use]
    pub fn load() -> Aws {
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(settings::optional("AWS_REGION").map(Region::new))
            .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()));
        config.set_endpoint_url(settings::optional("AWS_ENDPOINT_URL"));
        Aws { config: config.build(), meter: Meter::default() }
    }

    /// The messages table.
    ///
    /// # Errors
    /// `MESSAGES_TABLE` is not set, or `MESSAGE_RETENTION_DAYS` is no number.
    pub fn messages(&self) -> Result<MessageTable, BadSetting> {
        let client = aws_sdk_dynamodb::Client::new(&self.config);
        let days = settings::number("MESSAGE_RETENTION_DAYS", 90)?;
        Ok(MessageTable::new(client, settings::required("MESSAGES_TABLE")?, days, self.meter.clone()))
    }

    /// The control table.
    ///
    /// # Errors
    /// `CONTROL_TABLE` is not set.
    pub fn control(&self) -> Result<ControlTable, BadSetting> {
        let client = aws_sdk_dynamodb::Client::new(&self.config);
        Ok(ControlTable::new(client, settings::required("CONTROL_TABLE")?, self.meter.clone()))
    }

    /// The callbacks queue, at the address that this setting holds.
    ///
    /// # Errors
    /// It is not set.
    pub fn callbacks(&self, setting: &str) -> Result<Callbacks, BadSetting> {
        Ok(Callbacks::new(self.sqs(), settings::required(setting)?, self.meter.clone()))
    }

    /// The state table.
    ///
    /// # Errors
    /// `STATE_TABLE` is not set.
    pub fn state(&self) -> Result<StateTable, BadSetting> {
        let client = aws_sdk_dynamodb::Client::new(&self.config);
        Ok(StateTable::new(client, settings::required("STATE_TABLE")?, self.meter.clone()))
    }

    /// The table of short links.
    ///
    /// # Errors
    /// `SHORT_LINKS_TABLE` is not set.
    pub fn links(&self) -> Result<LinkTable, BadSetting> {
        let client = aws_sdk_dynamodb::Client::new(&self.config);
        Ok(LinkTable::new(client, settings::required("SHORT_LINKS_TABLE")?, self.meter.clone()))
    }

    /// What makes short links; `None` without `SHORT_LINKS_TABLE`, as only one sender has it.
    ///
    /// # Errors
    /// `SHORT_URL` is not set, or `SHORT_LINK_DAYS` is no number.
    pub fn shortener(&self) -> Result<Option<Shortener<LinkTable>>, BadSetting> {
        if settings::optional("SHORT_LINKS_TABLE").is_none() {
            return Ok(None);
        }
        let days = settings::number("SHORT_LINK_DAYS", 365)?;
        Ok(Some(Shortener { links: self.links()?, base: short_url()?, lifetime: TimeDelta::days(days) }))
    }

    /// The queue of a sender's own channel.
    ///
    /// # Errors
    /// `QUEUE_SELF` is not set.
    pub fn own_channel(&self, channel: Channel) -> Result<Channels, BadSetting> {
        Ok(Channels::new(&self.sqs(), [(channel, settings::required("QUEUE_SELF")?)], &self.meter))
    }

    /// The queues.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    /// The queues of all channels.
    ///
    /// # Errors
    /// One of `QUEUE_SMS` … `QUEUE_CHAT` is not set.
    pub fn channels(&self) -> Result<Channels, BadSetting> {
        let urls = Channel::ALL.into_iter().map(|channel| Ok((channel, settings::channel_queue(channel)?)));
        Ok(Channels::new(&self.sqs(), urls.collect::<Result<Vec<_>, BadSetting>>()?, &self.meter))
    }

    /// The fallback queue.
    ///
    /// # Errors
    /// `QUEUE_FALLBACK` is not set.
    pub fn fallbacks(&self) -> Result<Fallbacks, BadSetting> {
        Ok(Fallbacks::new(self.sqs(), settings::required("QUEUE_FALLBACK")?, self.meter.clone()))
    }

    /// The wake queue.
    ///
    /// # Errors
    /// `QUEUE_WAKE` is not set.
    pub fn wake_ups(&self) -> Result<WakeQueue, BadSetting> {
        Ok(WakeQueue::new(self.sqs(), settings::required("QUEUE_WAKE")?, self.meter.clone()))
    }

    /// The queue of exports, at the address that this setting holds.
    ///
    /// # Errors
    /// It is not set.
    pub fn exports(&self, setting: &str) -> Result<ExportsQueue, BadSetting> {
        Ok(ExportsQueue::new(self.sqs(), settings::required(setting)?, self.meter.clone()))
    }

    /// The schedules of wake-ups.
    ///
    /// # Errors
    /// `SCHEDULE_GROUP`, `SCHEDULER_ROLE_ARN` or `WAKE_QUEUE_ARN` is not set.
    pub fn schedules(&self) -> Result<Schedules, BadSetting> {
        Ok(Schedules {
            client: aws_sdk_scheduler::Client::new(&self.config),
            group: settings::required("SCHEDULE_GROUP")?,
            role_arn: settings::required("SCHEDULER_ROLE_ARN")?,
            queue_arn: settings::required("WAKE_QUEUE_ARN")?,
        })
    }

    /// The bucket of files.
    ///
    /// # Errors
    /// `FILES_BUCKET` or `AWS_REGION` is not set, there are no credentials, or no HTTP client could be made.
    pub async fn objects(&self) -> Result<ObjectStore, Box<dyn std::error::Error + Send + Sync>> {
        // Those of a function stay the same as long as its process lives.
        let credentials = EnvironmentVariableCredentialsProvider::new().provide_credentials().await?;
        let place = Place {
            bucket: settings::required("FILES_BUCKET")?,
            region: settings::required("AWS_REGION")?,
            endpoint: settings::optional("AWS_ENDPOINT_URL"),
        };
        Ok(ObjectStore::new(place, credentials)?)
    }

    /// The outbox table; off without `OUTBOX_TABLE`.
    #[must_use]
    pub fn outbox(&self) -> OutboxTable {
        OutboxTable::new(aws_sdk_dynamodb::Client::new(&self.config), settings::optional("OUTBOX_TABLE"))
    }

    /// What providers are built from.
    ///
    /// # Errors
    /// A setting is missing, or no HTTP client could be made.
    pub fn context(&self) -> Result<Context, Box<dyn std::error::Error + Send + Sync>> {
        let sandbox: Option<Arc<dyn SandboxPorts>> = if settings::optional("SANDBOX").as_deref() == Some("on") {
            let queue = settings::required("QUEUE_RECEIPTS")?;
            Some(Arc::new(Sandbox::new(self.outbox(), self.sqs(), queue, self.meter.clone())))
        } else {
            None
        };
        Ok(Context {
            http: baton_channels::transport::client()?,
            aws: self.config.clone(),
            public_url: settings::optional("PUBLIC_URL").unwrap_or_default().trim_end_matches('/').to_owned(),
            sandbox,
        })
    }
}

/// When Lambda stops an invocation; `None` when it tells no time.
#[must_use]
pub fn end(invocation: &lambda_runtime::Context) -> Option<Time> {
    i64::try_from(invocation.deadline).ok().and_then(Time::from_timestamp_millis)
}

/// The time-out of the function.
///
/// # Errors
/// `FUNCTION_TIMEOUT` is no number.
pub fn function_timeout() -> Result<Duration, BadSetting> {
    Ok(Duration::from_secs(settings::number("FUNCTION_TIMEOUT", 30)?))
}

/// How long the API waits for a sheet to be read: callers wait about half a minute, and the function must be able to answer.
///
/// # Errors
/// `FUNCTION_TIMEOUT` is no number.
pub fn patience() -> Result<TimeDelta, BadSetting> {
    let timeout = TimeDelta::from_std(function_timeout()?).unwrap_or_default();
    Ok((timeout - TimeDelta::seconds(5)).clamp(TimeDelta::seconds(1), TimeDelta::seconds(20)))
}

/// Whether callbacks may go to networks of one's own.
#[must_use]
pub fn private_callbacks() -> bool {
    settings::optional("PRIVATE_CALLBACKS").as_deref() == Some("on")
}

/// What stands before `/` and the code of a short link.
///
/// # Errors
/// `SHORT_URL` is not set.
pub fn short_url() -> Result<String, BadSetting> {
    Ok(settings::required("SHORT_URL")?.trim_end_matches('/').to_owned())
}

/// How long a claim is believed in: the function's time-out, and a margin for clocks that differ.
///
/// # Errors
/// `FUNCTION_TIMEOUT` is no number.
pub fn claim_limit() -> Result<Duration, BadSetting> {
    Ok(function_timeout()? + Duration::from_secs(5))
}
