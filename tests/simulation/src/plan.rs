//! What a history begins with: accounts, requests and what their callers do, chosen by the seed.

use crate::{
    random::Random,
    world::{Key, time},
};
use baton_domain::{
    AccountId, BulkId, Channel, ChannelContent, Recipient, Spec, SuccessStatus, Task, TaskId, content::ChannelSpec,
    task::TaskState, window::Range, window::Schedule,
};
use baton_pipeline::accept::{Item, Submission};
use chrono::{NaiveTime, TimeDelta, Timelike};
use chrono_tz::Tz;
use std::{collections::BTreeMap, sync::Arc};

/// The channels of the histories.
pub(crate) const CHANNELS: [Channel; 5] = [Channel::Sms, Channel::Email, Channel::Push, Channel::Telegram, Channel::Vk];

const ZONES: [Tz; 7] = [
    Tz::UTC,
    Tz::Europe__Moscow,
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::Asia__Kolkata,
    Tz::Australia__Lord_Howe,
    Tz::Pacific__Apia,
];

/// A link that stands in some texts, and is shortened there.
pub(crate) const LINK: &str = "https://пример.рф/orders/that/are/on/their/way";

/// Days around which zones change their clocks, and others, in seconds since the epoch.
const DAYS: [i64; 5] = [1_774_742_400, 1_792_886_400, 1_793_491_200, 1_775_347_200, 1_790_000_000];

/// What a caller does.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Sends a request, for the first time or again.
    Submit { request: usize },
    /// Cancels messages, all in one call.
    Cancel { account: AccountId, messages: Vec<Key> },
    /// Gives a message another time.
    Reschedule { account: AccountId, message: Key, at: i64 },
    /// Somebody wants no more messages on a channel, and said so at this time.
    Stop { address: String, channel: Channel, at: i64 },
    /// Asks something of a task.
    Task { account: AccountId, task: TaskId, ask: Ask },
}

/// What is asked of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Start,
    Pause,
    Resume,
    Delete,
    /// In the end it runs, unless it was deleted.
    Settle,
}

/// One request of a caller.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// What is submitted. Its bulk's id counts when it is named; otherwise each try brings its own.
    pub(crate) submission: Submission,
    /// The `Idempotency-Key`.
    pub(crate) key: Option<String>,
    /// How often the caller tries before giving up.
    pub(crate) tries_left: u32,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) start: i64,
    /// From then on nothing goes wrong on our side any more.
    pub(crate) calm_at: i64,
    pub(crate) requests: Vec<Request>,
    pub(crate) acts: Vec<Act>,
    /// The tasks that some of the requests are for.
    pub(crate) tasks: Vec<Task>,
    /// Channels with no provider.
    pub(crate) unset: Vec<Channel>,
    /// Channels with a second provider.
    pub(crate) reserved: Vec<Channel>,
    /// Whether the providers take a key against duplicates, so that what is unknown is tried again.
    pub(crate) idempotent: bool,
    /// Whether what goes wrong is about the provider as a whole, so that breakers open.
    pub(crate) wide: bool,
    /// Messages a second that each account, and each provider, may send.
    pub(crate) bandwidth: Option<u32>,
    /// How often a provider does what, for the first and the second one: see the provider.
    pub(crate) tempers: [usize; 2],
    /// The names that recipients carry, with the request that they belong to.
    pub(crate) people: BTreeMap<String, usize>,
}

impl Plan {
    pub(crate) fn choose(random: &mut Random) -> Plan {
        let start = (random.pick(&DAYS) + random.between(-86_400, 86_400)) * 1000;
        let accounts = random.between(1, 3);
        let hours = random.pick(&[1, 1, 6, 30]);
        let mut plan = Plan {
            start,
            calm_at: start + random.between(60_000, hours * 3_600_000),
            requests: Vec::new(),
            acts: Vec::new(),
            tasks: Vec::new(),
            unset: CHANNELS.into_iter().filter(|_| random.chance(25)).collect(),
            reserved: CHANNELS.into_iter().filter(|_| random.chance(300)).collect(),
            idempotent: random.chance(250),
            wide: random.chance(400),
            bandwidth: random.pick(&[None, None, None, Some(1), Some(5)]),
            tempers: [random.index(5), random.index(5)],
            people: BTreeMap::new(),
        };
        // A caller's own id may be used by several accounts.
        let shared = BulkId::new(time(start), random.next().to_be_bytes()).with_tag(0x7AB);
        for index in 0..usize::try_from(random.between(1, 4)).unwrap_or(1) {
            let account = AccountId(u64::try_from(random.between(1, accounts)).unwrap_or(1));
            let mut request = request(random, account, index, shared, start);
            if random.chance(300) {
                let task = task(random, account, index, start);
                request.submission.task = Some(task.id);
                let act = |ask| Act::Task { account, task: task.id, ask };
                plan.acts.extend([act(Ask::Start), act(Ask::Settle)]);
                plan.tasks.push(task);
            }
            let people = request.submission.items.iter().flat_map(|item| &item.recipients);
            plan.people.extend(people.filter_map(|(_, person)| Some((person.client_id.clone()?, index))));
            plan.requests.push(request);
            plan.acts.push(Act::Submit { request: index });
        }
        plan
    }
}

fn request(random: &mut Random, account: AccountId, index: usize, shared: BulkId, start: i64) -> Request {
    let named = random.chance(250);
    let bulk = if named && random.chance(500) { shared } else { BulkId::new(time(start), random.next().to_be_bytes()) };
    let mut people: u16 = 0;
    let mut items = Vec::new();
    for item in 0..if random.chance(250) { 2 } else { 1 } {
        let spec = Arc::new(spec(random));
        let mut recipients = Vec::new();
        for _ in 0..random.pick(&[1, 1, 1, 2, 3, 5]) {
            recipients.push((people, person(random, &format!("{account}/{index}/{people}"), &spec)));
            // A refused destination leaves a gap.
            people += if random.chance(50) { 2 } else { 1 };
        }
        let schedule = schedule(random, start);
        items.push(Item { index: item, group: None, spec, schedule, recipients, rates: BTreeMap::new() });
    }
    let submission =
        Submission { account, bulk, named, task: None, digest: format!("digest {account}/{index}"), items };
    let key = (!named || random.chance(500)).then(|| format!("key {index}"));
    // Without key or name a second try is another request.
    let key = key.filter(|_| named || random.chance(930));
    let tries_left = if !named && key.is_none() { 1 } else { random.pick(&[2, 50, 50, 50]) };
    Request { submission, key, tries_left }
}

/// A task, in some histories with windows.
fn task(random: &mut Random, account: AccountId, index: usize, start: i64) -> Task {
    let schedule = schedule(random, start);
    Task {
        account,
        id: TaskId(BulkId::new(time(start), random.next().to_be_bytes()).0),
        name: format!("task {index}"),
        state: TaskState::Created,
        ranges: if random.chance(400) { schedule.ranges } else { Vec::new() },
        zone: Some(schedule.zone),
        created_at: time(start),
        updated_at: time(start),
        walked: true,
        version: 1,
    }
}

fn spec(random: &mut Random) -> Spec {
    let mut channels = CHANNELS.to_vec();
    let count = random.pick(&[1, 2, 2, 3, 3, 4]);
    let long = random.chance(150);
    let short_links = random.chance(300);
    let mut chosen = Vec::new();
    for _ in 0..count {
        let channel = channels.remove(random.index(channels.len()));
        let text = if long {
            "Здравствуйте, {{name|друг}}! ".repeat(12)
        } else {
            "Hello {{name|friend}}".to_owned()
        };
        let text = if short_links { format!("{text} {LINK}") } else { text };
        let content = ChannelContent {
            text: Some(text),
            required: random.chance(180),
            success_status: random.pick(&[
                None,
                None,
                None,
                Some(SuccessStatus::Sent),
                Some(SuccessStatus::Delivered),
                Some(SuccessStatus::Read),
            ]),
            validity_period: random.pick(&[
                None,
                Some(1),
                Some(2),
                Some(5),
                Some(16),
                Some(30),
                Some(60),
                Some(240),
                Some(2880),
                Some(10),
            ]),
            ..ChannelContent::default()
        };
        chosen.push(ChannelSpec { channel, content });
    }
    Spec { channels: chosen, short_links, ..Spec::default() }
}

/// A recipient who can be reached over at least one channel. Every address holds the name, so that a provider knows whose
/// message it got.
fn person(random: &mut Random, name: &str, spec: &Spec) -> Recipient {
    let zone = random.chance(200).then(|| random.pick(&ZONES).name().to_owned());
    loop {
        let mut address = || (!random.chance(120)).then(|| name.to_owned());
        let person = Recipient {
            phone: address(),
            email: address(),
            messenger_user_id: address(),
            push_registration_id: address(),
            client_id: Some(name.to_owned()),
            time_zone: zone.clone(),
            ..Recipient::default()
        };
        if spec.channels.iter().any(|spec| person.address(spec.channel).is_some()) {
            return person;
        }
    }
}

fn schedule(random: &mut Random, start: i64) -> Schedule {
    let minutes = match random.index(8) {
        0 => Some(random.between(-60, 1)),
        1 => Some(random.between(1, 16)),
        2 => Some(random.between(14, 120)),
        3 => Some(random.between(120, 48 * 60)),
        _ => None,
    };
    let send_at =
        minutes.map(|minutes| time(start) + TimeDelta::milliseconds(minutes * 60_000 + random.between(0, 59_999)));
    let zone = random.pick(&ZONES);
    let count = random.pick(&[0, 0, 0, 1, 1, 2]);
    let mut ranges = Vec::new();
    while ranges.len() < count {
        let length = random.pick(&[2, 5, 30, 60, 480]);
        let from = if random.chance(500) {
            // Around the beginning of the history, so that windows close on what is under way.
            let local = time(start).with_timezone(&zone).time().num_seconds_from_midnight() / 60;
            (i64::from(local) + random.between(-length, 10)).rem_euclid(1440)
        } else {
            random.between(0, 1439)
        };
        if let (Some(from), Some(to)) = (minute(from), minute(from + length)) {
            ranges.extend(Range::new(from, to));
        }
    }
    Schedule { send_at, ranges, zone }
}

/// The time of day after so many minutes.
fn minute(minutes: i64) -> Option<NaiveTime> {
    NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(minutes % 1440 * 60).ok()?, 0)
}
