//! Which messages a question means.

use super::held::Held;
use crate::{
    faults::Faults,
    mail, phone,
    query::{Query, place},
    refusal::Refusal,
};
use baton_domain::{AccountId, BulkId, Channel, GroupId, Message, MessageId, Status, TaskId, Time};
use baton_pipeline::tasks::ports::Tasks;

/// The filters of `GET /messages`.
pub(crate) const FILTERS: [&str; 11] =
    ["companyId", "status", "channel", "id", "bulkId", "groupId", "flowId", "taskId", "recipient", "from", "to"];

/// What is asked for; `None` means anything.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) statuses: Option<Vec<Status>>,
    pub(crate) channels: Option<Vec<Channel>>,
    /// By `id` and `flowId`, which are the same.
    pub(crate) ids: Option<Vec<MessageId>>,
    pub(crate) bulks: Option<Vec<BulkId>>,
    pub(crate) groups: Option<Vec<GroupId>>,
    pub(crate) recipients: Option<Vec<Recipient>>,
    pub(crate) tasks: Option<Vec<TaskId>>,
    /// The tasks that hold messages back, where a status is asked for.
    pub(crate) held: Held,
    pub(crate) from: Option<Time>,
    pub(crate) to: Option<Time>,
}

/// An address that messages are looked up by.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Recipient {
    /// In E.164 form.
    Phone(String),
    /// In lower case.
    Email(String),
}

impl Filter {
    pub(crate) fn read(query: &Query, faults: &mut Faults) -> Filter {
        let flows = query.uuids("flowId", faults);
        let ids = query.uuids("id", faults);
        let ids = match (ids, flows) {
            (Some(ids), Some(flows)) => Some(ids.into_iter().filter(|id| flows.contains(id)).collect()),
            (ids, flows) => ids.or(flows),
        };
        let groups = query.list("groupId");
        Filter {
            statuses: query.parsed("status", "A status, as DELIVERED,", faults),
            channels: query.parsed("channel", "A channel, as sms,", faults),
            ids: ids.map(|ids| ids.into_iter().map(MessageId).collect()),
            bulks: query.uuids("bulkId", faults).map(|ids| ids.into_iter().map(BulkId).collect()),
            groups: groups.map(|groups| groups.into_iter().map(|group| GroupId(group.to_owned())).collect()),
            recipients: recipients(query, faults),
            tasks: query.uuids("taskId", faults).map(|ids| ids.into_iter().map(TaskId).collect()),
            held: Held::default(),
            from: query.time("from", faults),
            to: query.time("to", faults),
        }
    }

    /// Reads what else decides: where a status is asked for, which tasks of the account hold messages back now.
    pub(crate) async fn look_up<P: Tasks>(&mut self, ports: &P, account: AccountId, now: Time) -> Result<(), Refusal> {
        if self.statuses.is_some() {
            self.held = Held::of_account(ports, account, now).await?;
        }
        Ok(())
    }

    /// Whether what a message is found by decides alone: no filter looks at more than its time and one of its bulk, its
    /// task, its group and its recipient.
    pub(crate) fn is_open(&self) -> bool {
        let found_by = [self.bulks.is_some(), self.tasks.is_some(), self.groups.is_some(), self.recipients.is_some()];
        let looks_inside = self.statuses.is_some() || self.channels.is_some() || self.ids.is_some();
        !looks_inside && found_by.into_iter().filter(|named| *named).count() <= 1
    }

    /// Whether a time is within what is asked for, both ends included.
    pub(crate) fn takes(&self, time: Time) -> bool {
        self.from.is_none_or(|from| time >= from) && self.to.is_none_or(|to| time <= to)
    }

    /// Whether a message is meant, its time left aside.
    pub(crate) fn matches(&self, message: &Message) -> bool {
        let any = |wanted: &Recipient| wanted.is(message);
        one_of(&self.statuses, &self.held.status(message))
            && self
                .channels
                .as_ref()
                .is_none_or(|wanted| message.current_channel().is_some_and(|c| wanted.contains(&c)))
            && one_of(&self.ids, &message.id)
            && one_of(&self.bulks, &message.bulk_id)
            && self.tasks.as_ref().is_none_or(|wanted| message.task.is_some_and(|task| wanted.contains(&task)))
            && self.groups.as_ref().is_none_or(|wanted| wanted.contains(&message.group_id()))
            && self.recipients.as_ref().is_none_or(|wanted| wanted.iter().any(any))
    }
}

fn one_of<T: PartialEq>(wanted: &Option<Vec<T>>, value: &T) -> bool {
    wanted.as_ref().is_none_or(|wanted| wanted.contains(value))
}

fn recipients(query: &Query, faults: &mut Faults) -> Option<Vec<Recipient>> {
    let given = query.list("recipient")?;
    let read = |text: &&str| match text.contains('@') {
        true => mail::normalise(text).map(|email| Recipient::Email(email.to_lowercase())),
        // A + that was not escaped has become a space.
        false => phone::normalise(text).ok().map(Recipient::Phone),
    };
    let recipients: Vec<_> = given.iter().filter_map(read).collect();
    if recipients.len() != given.len() {
        let message = "A phone number with its country code or an e-mail address is expected, or several with commas.";
        faults.add(place("recipient"), "invalid", message);
    }
    Some(recipients)
}

impl Recipient {
    fn is(&self, message: &Message) -> bool {
        match self {
            Recipient::Phone(phone) => message.recipient.phone.as_ref() == Some(phone),
            Recipient::Email(email) => {
                message.recipient.email.as_ref().is_some_and(|given| given.to_lowercase() == *email)
            }
        }
    }
}
