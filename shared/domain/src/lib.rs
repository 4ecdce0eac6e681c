//! What Baton decides, without doing any of it: types, status rules, fallback decisions, rendering, SMS segments.
//!
//! Nothing here performs I/O, waits or knows of AWS. The heart is [`decide`]: pure functions from a message and an event
//! to the changed message and the [`Effect`](decide::Effect)s that its new state calls for. The pipeline loads, decides,
//! stores conditionally and emits; the simulation runs the very same functions.

pub mod bandwidth;
pub mod breaker;
pub mod callback;
pub mod channel;
pub mod content;
pub mod decide;
pub mod ids;
pub mod lifetime;
pub mod limits;
pub mod message;
pub mod money;
pub mod network;
pub mod outcome;
pub mod phone_check;
pub mod price_list;
pub mod rates;
pub mod recipient;
pub mod render;
pub mod retry;
pub mod segments;
pub mod short_link;
pub mod status;
pub mod stop;
pub mod task;
pub mod template;
pub mod tracks;
pub mod whatsapp;
pub mod white_list;
pub mod window;

pub use callback::{Callback, CallbackId, Transition};
pub use channel::Channel;
pub use content::{ChannelContent, Spec, SuccessStatus};
pub use ids::{AccountId, AttemptRef, BulkId, GroupId, MessageId, TaskId};
pub use message::{Attempt, AttemptState, Leg, Message, TimelineEntry, TimelineEvent};
pub use money::{Currency, Price};
pub use outcome::{ErrorClass, Outcome, ProviderError, Receipt, ReceiptStatus};
pub use phone_check::{PhoneCheck, PhoneStatus};
pub use rates::{Rate, Rates};
pub use recipient::{Platform, Recipient, Value};
pub use short_link::ShortLink;
pub use status::Status;
pub use task::Task;
pub use template::{Template, TemplateUse};

/// A moment, in UTC with the precision of a millisecond (what the store keeps).
pub type Time = chrono::DateTime<chrono::Utc>;
