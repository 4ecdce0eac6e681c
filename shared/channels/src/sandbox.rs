//! `SANDBOX`: a provider for every channel that reaches nobody.
//!
//! What it does follows from the end of the recipient's address (the contract, section 7), so tests and demonstrations
//! decide the course of a message by whom they write to. It keeps no state: what differs from try to try comes from the
//! number of the try.

use crate::{
    Capabilities, Context,
    document::{DocumentFault, Entry},
    registry::Kind,
};
use baton_domain::{
    AccountId, AttemptRef, Channel, ChannelContent, ErrorClass, Outcome, ProviderError, Time, outcome::Accepted,
};
use baton_pipeline::{
    pointer::{QueuedReceipt, QueuedStatus},
    ports::PortResult,
    provider::{Provider, SendRequest},
};
use futures::future::BoxFuture;
use std::{sync::Arc, time::Duration};

/// The provider's name.
pub const NAME: &str = "SANDBOX";

/// What a document may name. The sandbox keeps whatever it gets.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities {
        image: true,
        button: true,
        template: true,
        receipts: true,
        read_receipts: true,
        ..Capabilities::TEXT
    },
    new: |entry, context| Ok(Box::new(Sandbox::new(entry, context)?)),
};

/// One provider call of the sandbox, kept for the outbox.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxRecord {
    /// The attempt.
    pub attempt: AttemptRef,
    /// Which try of it, from 1. `attempt` and `try_number` together are unique.
    pub try_number: u8,
    /// The channel.
    pub channel: Channel,
    /// The recipient's address.
    pub to: String,
    /// What was "sent".
    pub content: ChannelContent,
    /// What the sandbox did: `delivered`, `rejected`, `no_receipt`, `undelivered`, `temporary_failure`, `timeout`, `read`, `rate_limited`.
    pub outcome: &'static str,
    /// When.
    pub at: Time,
}

/// Where the sandbox leaves its traces.
pub trait SandboxPorts: Send + Sync {
    /// Keeps the record of one provider call.
    fn record(&self, record: OutboxRecord) -> BoxFuture<'_, PortResult<()>>;

    /// Delivers receipts to the receipts queue after a delay of whole seconds, at most 15 minutes.
    fn receipt(&self, account: AccountId, receipt: QueuedReceipt, delay: Duration) -> BoxFuture<'_, PortResult<()>>;
}

/// What the sandbox answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reply {
    /// It takes the message.
    Take,
    /// It takes the message and its answer is lost.
    TakeAndTimeOut,
    /// It refuses.
    Refuse(ErrorClass, &'static str, Option<Duration>),
}

/// A receipt that follows, and how long after the call, in seconds.
type Follow = (QueuedStatus, u64);

/// What the sandbox does with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Act {
    /// The outbox record's `outcome`.
    outcome: &'static str,
    reply: Reply,
    receipts: &'static [Follow],
}

const DELIVERED: Act = Act { outcome: "delivered", reply: Reply::Take, receipts: &[(QueuedStatus::Delivered, 1)] };

/// The address endings: up to which try each act goes on; after it everything is delivered.
const ACTS: &[(&str, u8, Act)] = &[
    ("0001", u8::MAX, refusal("rejected", ErrorClass::Permanent, "sandbox_rejected", None)),
    ("0002", u8::MAX, Act { outcome: "no_receipt", reply: Reply::Take, receipts: &[] }),
    ("0003", u8::MAX, Act { outcome: "undelivered", reply: Reply::Take, receipts: &[(QueuedStatus::Failed, 1)] }),
    ("0004", 2, refusal("temporary_failure", ErrorClass::Temporary, "temporary_failure", None)),
    (
        "0005",
        u8::MAX,
        Act { outcome: "timeout", reply: Reply::TakeAndTimeOut, receipts: &[(QueuedStatus::Delivered, 1)] },
    ),
    (
        "0006",
        u8::MAX,
        Act { outcome: "read", reply: Reply::Take, receipts: &[(QueuedStatus::Delivered, 1), (QueuedStatus::Read, 2)] },
    ),
    ("0007", 1, refusal("rate_limited", ErrorClass::Temporary, "rate_limited", Some(Duration::from_secs(2)))),
];

const fn refusal(outcome: &'static str, class: ErrorClass, code: &'static str, pause: Option<Duration>) -> Act {
    Act { outcome, reply: Reply::Refuse(class, code, pause), receipts: &[] }
}

/// The act for an address: the end of a phone or an id, for e-mail the end of the part before the last `@`.
fn act(channel: Channel, to: &str, try_number: u8) -> Act {
    let address = match channel {
        Channel::Email => to.rsplit_once('@').map_or(to, |(local, _)| local),
        _ => to,
    };
    ACTS.iter()
        .find(|(ending, tries, _)| address.ends_with(ending) && try_number <= *tries)
        .map_or(DELIVERED, |(_, _, act)| *act)
}

/// The provider `SANDBOX`. It has no settings.
pub struct Sandbox {
    ports: Arc<dyn SandboxPorts>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {}

impl Sandbox {
    /// The sandbox of an entry `{"name": "SANDBOX"}`.
    ///
    /// # Errors
    /// The entry has settings, or the process has nowhere to leave what is "sent".
    pub fn new(entry: &Entry, context: &Context) -> Result<Sandbox, DocumentFault> {
        let Settings {} = entry.settings()?;
        let ports = context.sandbox.clone().ok_or_else(|| entry.fault("name", "SANDBOX is off in this deployment"))?;
        Ok(Sandbox { ports })
    }

    async fn call(&self, request: &SendRequest) -> Outcome {
        let act = act(request.channel, &request.to, request.try_number);
        let record = OutboxRecord {
            attempt: request.attempt,
            try_number: request.try_number,
            channel: request.channel,
            to: request.to.clone(),
            content: request.content.clone(),
            outcome: act.outcome,
            at: request.now,
        };
        if let Err(error) = self.ports.record(record).await {
            tracing::warn!(attempt = %request.attempt, error = %error, "the sandbox could not keep a message");
            let message = "The sandbox could not keep the message.";
            return Outcome::Refused(ProviderError::new(ErrorClass::Temporary, "sandbox_store", message));
        }
        for follow in act.receipts {
            self.queue(request, *follow).await;
        }
        reply(act.reply, request)
    }

    /// Queues a receipt. A failure is a receipt that was lost on its way, as happens with any provider: the record stands, so
    /// the answer does too (another try would be a second "send").
    async fn queue(&self, request: &SendRequest, (status, seconds): Follow) {
        let delay = Duration::from_secs(seconds);
        let failed = status == QueuedStatus::Failed;
        let receipt = QueuedReceipt {
            attempt: request.attempt,
            task: request.task,
            status,
            at: (request.now + delay).timestamp_millis(),
            class: failed.then_some(ErrorClass::Permanent),
            code: failed.then(|| "sandbox_undelivered".to_owned()),
        };
        if let Err(error) = self.ports.receipt(request.attempt.account, receipt, delay).await {
            tracing::warn!(attempt = %request.attempt, error = %error, "the sandbox lost a receipt");
        }
    }
}

fn reply(reply: Reply, request: &SendRequest) -> Outcome {
    match reply {
        Reply::Take => Outcome::Accepted(Accepted {
            provider_message_id: Some(format!("sandbox-{}", request.attempt)),
            receipts: true,
            part_count: request.part_count(),
        }),
        Reply::TakeAndTimeOut => {
            let message = "The sandbox did not answer in time; it has taken the message.";
            Outcome::Unknown(ProviderError::new(ErrorClass::Unknown, "timeout", message))
        }
        Reply::Refuse(class, code, pause) => {
            let message = "The sandbox refuses messages to addresses with this ending.";
            Outcome::Refused(ProviderError::new(class, code, message).retry_after(pause))
        }
    }
}

impl Provider for Sandbox {
    fn name(&self) -> &'static str {
        NAME
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(self.call(request))
    }
}

#[cfg(test)]
#[path = "sandbox_tests.rs"]
mod tests;
