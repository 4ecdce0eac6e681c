//! Lists against a model that looks at every message.

use crate::support::Bench;
use baton_domain::{AccountId, Message, MessageId, Status};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Value, json};
use std::{cmp::Ordering, time::Duration};

const STATUSES: [Status; 4] = [Status::Created, Status::Pending, Status::Delivered, Status::Read];

/// A request of this account or of another one.
#[derive(Clone, Debug)]
struct Post {
    /// How long after the one before it, in milliseconds.
    later: u64,
    ours: bool,
    items: Vec<Item>,
    /// The bulk's id is the caller's own.
    named: bool,
}

#[derive(Clone, Debug)]
struct Item {
    channel: &'static str,
    group: Option<&'static str>,
    /// The endings of the recipients' addresses.
    recipients: Vec<u8>,
}

fn item() -> impl Strategy<Value = Item> {
    let channel = select(vec!["sms", "email", "telegram"]);
    let parts = (channel, option::of(select(vec!["a", "b"])), vec(0u8..4, 1..4));
    parts.prop_map(|(channel, group, recipients)| Item { channel, group, recipients })
}

fn post() -> impl Strategy<Value = Post> {
    // The same moment, the next millisecond, and another month; all of it within the 30 days that are kept.
    let later = select(vec![0, 0, 1, 500, 2 * 86_400_000]);
    let parts = (later, prop::bool::weighted(0.85), vec(item(), 1..3), prop::bool::weighted(0.3));
    parts.prop_map(|(later, ours, items, named)| Post { later, ours, items, named })
}

impl Post {
    fn body(&self, number: usize) -> Value {
        let items = self.items.iter().map(|item| {
            let destination = |n: &u8| {
                json!({"phone": format!("+7999000000{n}"), "email": format!("{n}@example.org"), "messengerUserId": "1"})
            };
            json!({"channels": {item.channel: {"text": "Привет", "subject": (item.channel == "email").then_some("Тема")}},
                "groupId": item.group, "destinations": item.recipients.iter().map(destination).collect::<Vec<_>>()})
        });
        // The caller's ids differ in bits that Baton's own use for something else.
        let bulk = self.named.then(|| format!("7d4e9e0c-2f5b-4a{number:02x}-9d3e-{number:012}"));
        json!({"messages": items.collect::<Vec<_>>(), "bulkId": bulk})
    }
}

/// What is asked for; numbers choose among what there is.
#[derive(Clone, Debug)]
struct Question {
    statuses: Option<Vec<Status>>,
    channels: Option<Vec<&'static str>>,
    ids: Option<Vec<usize>>,
    bulks: Option<Vec<usize>>,
    /// Named ones by 0 and 1, the groups of messages by what follows.
    groups: Option<Vec<usize>>,
    /// Phones by 0 to 3, e-mail addresses by 4 to 7.
    recipients: Option<Vec<usize>>,
    from: Option<usize>,
    to: Option<usize>,
    oldest_first: bool,
    limit: usize,
}

fn question() -> impl Strategy<Value = Question> {
    let some = |most: usize, weight| option::weighted(weight, vec(0..most, 1..3));
    let narrow = (some(50, 0.1), some(50, 0.25), some(50, 0.25), some(8, 0.25));
    let wide = (
        option::weighted(0.3, vec(select(STATUSES.to_vec()), 1..3)),
        option::weighted(0.3, vec(select(vec!["sms", "email", "telegram"]), 1..3)),
    );
    let rest = (option::weighted(0.3, 0usize..50), option::weighted(0.3, 0usize..50), any::<bool>(), 1usize..6);
    (narrow, wide, rest).prop_map(
        |((ids, bulks, groups, recipients), (statuses, channels), (from, to, oldest_first, limit))| Question {
            statuses,
            channels,
            ids,
            bulks,
            groups,
            recipients,
            from,
            to,
            oldest_first,
            limit,
        },
    )
}

/// The messages of account 1.
fn ours(bench: &Bench) -> Vec<Message> {
    let mut messages = bench.world.messages();
    messages.retain(|message| message.account == AccountId(1));
    messages
}

type Test = Box<dyn Fn(&Message) -> bool>;

impl Question {
    /// As a query, and as a test of a message.
    fn asked(&self, all: &[Message]) -> (String, Vec<Test>) {
        let chosen = |n: &usize| all[n % all.len()].clone();
        let (mut query, mut tests) = (String::new(), Vec::<Test>::new());
        let mut add = |name: &str, values: Vec<String>, test: Test| {
            query.push_str(&format!("&{name}={}", values.join(",").replace('+', "%2B").replace(' ', "%20")));
            tests.push(test);
        };
        if let Some(wanted) = self.statuses.clone() {
            let names = wanted.iter().map(Status::to_string).collect();
            add("status", names, Box::new(move |message| wanted.contains(&message.status)));
        }
        if let Some(wanted) = self.channels.clone() {
            let names = wanted.iter().map(|&name| name.to_owned()).collect();
            let of = |message: &Message| message.current_channel().expect("a channel").name();
            add("channel", names, Box::new(move |message| wanted.contains(&of(message))));
        }
        if let Some(ids) = &self.ids {
            let wanted: Vec<_> = ids.iter().map(|n| chosen(n).id).collect();
            let names = wanted.iter().map(MessageId::to_string).collect();
            add("id", names, Box::new(move |message| wanted.contains(&message.id)));
        }
        if let Some(bulks) = &self.bulks {
            let wanted: Vec<_> = bulks.iter().map(|n| chosen(n).bulk_id).collect();
            let names = wanted.iter().map(ToString::to_string).collect();
            add("bulkId", names, Box::new(move |message| wanted.contains(&message.bulk_id)));
        }
        if let Some(groups) = &self.groups {
            let group = |n: &usize| match n {
                0 => "a".to_owned(),
                1 => "b".to_owned(),
                n => chosen(n).group_id().0,
            };
            let wanted: Vec<_> = groups.iter().map(group).collect();
            add("groupId", wanted.clone(), Box::new(move |message| wanted.contains(&message.group_id().0)));
        }
        if let Some(recipients) = &self.recipients {
            let address = |n: &usize| match n {
                0..4 => format!("+7999000000{n}"),
                _ => format!("{}@example.org", n - 4),
            };
            let wanted: Vec<_> = recipients.iter().map(address).collect();
            let test = {
                let wanted = wanted.clone();
                move |message: &Message| {
                    let given = [&message.recipient.phone, &message.recipient.email];
                    given.into_iter().flatten().any(|address| wanted.contains(address))
                }
            };
            add("recipient", wanted, Box::new(test));
        }
        if let Some(from) = self.from.map(|n| chosen(&n).created_at) {
            add("from", vec![from.to_rfc3339()], Box::new(move |message| message.created_at >= from));
        }
        if let Some(to) = self.to.map(|n| chosen(&n).created_at) {
            add("to", vec![to.to_rfc3339()], Box::new(move |message| message.created_at <= to));
        }
        let sort = if self.oldest_first { "createdAt" } else { "-createdAt" };
        (format!("/messages?sort={sort}{query}"), tests)
    }

    fn compare(&self, a: &Message, b: &Message) -> Ordering {
        let bulk = |message: &Message| (message.created_at, message.id.bulk_key());
        let bulks = if self.oldest_first { bulk(a).cmp(&bulk(b)) } else { bulk(b).cmp(&bulk(a)) };
        bulks.then(a.id.index().cmp(&b.id.index()))
    }
}

async fn check(posts: Vec<Post>, statuses: Vec<Status>, questions: Vec<Question>) {
    let bench = Bench::new();
    let other = bench.key(2, "other", &[baton_api::ports::Scope::Send]);
    for (number, post) in posts.iter().enumerate() {
        bench.clock.advance(Duration::from_millis(post.later));
        let token = if post.ours { &bench.token } else { &other };
        let seen = bench.as_of(token, http::Method::POST, "/messages", Some(&post.body(number))).await;
        assert_eq!(seen.status, 200, "{}", seen.body);
    }
    for (message, status) in bench.world.memory.state().messages.values_mut().zip(statuses.iter().cycle()) {
        message.status = *status;
    }
    let all = ours(&bench);
    if all.is_empty() {
        return;
    }
    for question in questions {
        let (base, tests) = question.asked(&all);
        let mut expected: Vec<_> = all.iter().filter(|message| tests.iter().all(|test| test(message))).collect();
        expected.sort_by(|a, b| question.compare(a, b));
        let expected: Vec<String> = expected.into_iter().map(|message| message.id.to_string()).collect();
        let whole = bench.get(&format!("{base}&limit=1000")).await;
        assert_eq!(whole.ids(), expected, "{base}");
        assert_eq!((&whole.body["count"], &whole.body["nextCursor"]), (&json!(expected.len()), &Value::Null), "{base}");
        let limit = question.limit;
        for more in ["", "&withoutCount=true"] {
            let (mut walked, mut cursor) = (Vec::new(), String::new());
            loop {
                let seen = bench.get(&format!("{base}&limit={limit}{more}{cursor}")).await;
                let count = if more.is_empty() { json!(expected.len()) } else { Value::Null };
                assert_eq!(seen.body["count"], count, "{base}");
                walked.extend(seen.ids());
                let Some(next) = seen.body["nextCursor"].as_str() else { break };
                assert_eq!(seen.ids().len(), limit, "{base}");
                cursor = format!("&cursor={next}");
            }
            assert_eq!(walked, expected, "{base} by {limit}{more}");
        }
        for skip in [1, limit] {
            let rest = bench.get(&format!("{base}&offset={skip}&limit={limit}")).await;
            let shown: Vec<_> = expected.iter().skip(skip).take(limit).cloned().collect();
            assert_eq!((rest.ids(), &rest.body["count"]), (shown, &json!(expected.len())), "{base} from {skip}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn lists_are_what_looking_at_every_message_gives(
        posts in vec(post(), 1..14),
        statuses in vec(select(STATUSES.to_vec()), 1..7),
        questions in vec(question(), 6..14),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(check(posts, statuses, questions));
    }
}
