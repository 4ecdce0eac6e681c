//! What goes over the wire, as the contract names it. Times are RFC 3339 in UTC with milliseconds and `Z`.

mod callback;
mod error;
mod export;
mod file;
mod key;
mod message;
mod outbox;
mod phone_check;
mod price;
mod provider;
mod request;
mod short_link;
mod stop_list;
mod task;
mod template;
mod tracks;
mod user;
mod white_list;

pub use callback::{CallbackEntry, CallbackList, CallbackSecret, CallbackSecretList, CallbackTry, NewCallbackSecret};
pub use error::{Detail, ErrorAnswer};
pub use export::{Export, ExportList, MakeExport, NewExport};
pub use file::{AddedFile, AddedFiles, BulkFile, FileLink, MakeUpload, PostBulk, PostFiles, Upload};
pub use key::{Key, KeyList, NewKey};
pub use message::{Accepted, Attempt, AttemptError, ItemError, Message, MessageList, TimelineEntry};
pub use outbox::{OutboxEntry, OutboxList};
pub use phone_check::{CheckPhones, CheckedPhone, PhoneCheck};
pub use price::{PutSenders, SenderEntry, SenderList, SetSender, SetTariff, TariffEntry, TariffList};
pub use provider::{BandwidthEntry, BandwidthList, ProviderEntry, ProviderFault, ProviderList, SetBandwidth};
pub use request::{
    CancelMessages, ChannelContent, Destination, MakeKey, MessageItem, Names, PostMessages, RescheduleMessage,
};
pub use short_link::{ShortLink, ShortLinkList};
pub use stop_list::{NewStop, PutStopList, RefusedStop, StopEntries, StopEntry, StopsPut, StopsRemoved};
pub use task::{ChangeTask, MakeTask, NamedTask, StatusOfTask, Task, TaskFile, TaskFileError, TaskList};
pub use template::{
    ChannelPreview, NewTemplate, PreviewTemplate, PutTemplate, Template, TemplateList, TemplatePreview,
    TemplateVariable, Validated,
};
pub use tracks::{LinkTrack, Track, Tracks};
pub use user::{Login, MakeUser, Refresh, SetUser, Tokens, User, UserList};
pub use white_list::{SetWhiteList, WhiteList, WhiteListEntry};

use baton_domain::{Time, window::Range};
use chrono::SecondsFormat;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The time as the contract writes it, as `2026-11-23T02:54:19.000Z`.
#[must_use]
pub fn stamp(time: Time) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Windows as they are shown; none when sending may always happen.
fn shown_ranges(ranges: &[Range]) -> Option<Vec<[String; 2]>> {
    let time = |time: chrono::NaiveTime| time.format("%H:%M:%S").to_string();
    let shown = ranges.iter().map(|range| [time(range.from()), time(range.to())]);
    (!ranges.is_empty()).then(|| shown.collect())
}

/// That the service answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    pub status: String,
}
