//! A request carries nothing of the account and of other channels; errors and logs carry no secret and no address.

use crate::{
    case::{Case, DEVICE, EMAIL, PERSON, PHONE, Served},
    cases,
    server::{Seen, Setup},
    support::{Reply, attempt},
};
use baton_domain::{AccountId, AttemptRef, Outcome};
use serde_json::{Value, json};
use std::{
    io,
    sync::{Arc, Mutex},
};

#[tokio::test]
async fn a_request_carries_one_address_and_nothing_else_of_the_person_or_the_account() {
    const ACCOUNT: u64 = 918_273_645;
    for (kind, case) in cases() {
        let name = format!("{} over {}", kind.name, case.channel);
        let setup = Setup::start(&case).await;
        let of = AttemptRef { account: AccountId(ACCOUNT), ..attempt() };
        let seen = setup.send_as(of, 1, (case.content)()).await;
        assert!(matches!(seen.outcome, Outcome::Accepted(_)), "{name}: {:?}", seen.outcome);
        let own = seen.request.to.as_str();
        assert!(carries(&seen, &case, own), "{name}: the address is somewhere in the request");
        let said = seen.whole.replace(&of.to_string(), "");
        assert!(!said.contains(&ACCOUNT.to_string()), "{name}: the account stands beside our reference");
        let others = [PHONE, EMAIL, PERSON, DEVICE, "client-777", "external-888", "variable-999", "Yekaterinburg"];
        for other in others.into_iter().filter(|other| !own.contains(other)) {
            assert!(!said.contains(other.trim_start_matches('+')), "{name}: {other} is sent to {own}");
        }
    }
}

/// Whether the address is in the request: without its plus in some, in the place of a subscription the endpoint's path.
fn carries(seen: &Seen, case: &Case, address: &str) -> bool {
    let address = if case.name == "WEBPUSH" { DEVICE } else { address.trim_start_matches('+') };
    seen.whole.contains(address) || seen.whole.contains(&address.replace('@', "%40"))
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().expect("the log"))).expect("UTF-8")
    }
}

#[tokio::test]
async fn no_failure_says_a_secret_or_an_address() {
    let log = Log::default();
    let writer = log.clone();
    let logged = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(logged);
    for (kind, case) in cases() {
        let name = format!("{} over {}", kind.name, case.channel);
        let mut setup = Setup::start(&case).await;
        let hidden = hidden(&setup);
        let failures = if case.served == Served::Smtp { replies() } else { Vec::new() };
        for (command, reply) in failures {
            setup.replies(&[(command, reply)]);
            setup.rebuild();
            told(&name, &hidden, &log, &setup.send((case.content)()).await);
        }
        for answer in answers(&hidden) {
            // The first call of a provider may be for a token, so it fails once before that and once after it.
            for warm in [false, true] {
                setup.rebuild();
                if warm {
                    setup.reply(case.taken.clone());
                    setup.send((case.content)()).await;
                }
                if setup.reply(answer.clone()) {
                    told(&name, &hidden, &log, &setup.send((case.content)()).await);
                    let failed = setup.provider.check().await.err().map(|error| format!("{error:?}"));
                    clean(&name, &hidden, &failed.unwrap_or_default());
                }
            }
        }
    }
}

fn told(name: &str, hidden: &[String], log: &Log, seen: &Seen) {
    clean(name, hidden, &format!("{:?}", seen.outcome));
    clean(name, hidden, &log.take());
}

fn clean(name: &str, hidden: &[String], said: &str) {
    for secret in hidden {
        assert!(!said.contains(secret.as_str()), "{name}: {secret} in {said}");
    }
}

/// What may never be said: the person's addresses, and the secrets of the settings.
fn hidden(setup: &Setup<'_>) -> Vec<String> {
    let document = setup.case.document(&setup.url);
    let mut hidden: Vec<String> = [PHONE.trim_start_matches('+'), EMAIL, PERSON, DEVICE].map(str::to_owned).into();
    for name in setup.case.secrets {
        match &document[0][*name] {
            Value::String(secret) => hidden.push(secret.clone()),
            Value::Object(account) => hidden.push(account["private_key"].as_str().expect("a key").to_owned()),
            other => panic!("{name} is no secret: {other}"),
        }
    }
    hidden
}

/// Answers that quote everything, in a page and where providers put their texts.
fn answers(hidden: &[String]) -> Vec<Reply> {
    let all = hidden.join(" ");
    let names = ["message", "Message", "description", "error_description", "extendedDescription", "detail", "title"];
    let mut body: serde_json::Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), Value::from(all.as_str()))).collect();
    body.insert(
        "error".to_owned(),
        json!({"code": 1, "error_code": 1, "message": all, "error_msg": all, "status": "X"}),
    );
    let body = Value::Object(body);
    let mut answers = Vec::new();
    for status in [200, 400, 401, 500] {
        answers.push(Reply::text(status, "text/html", &format!("<html>{all}</html>")));
        answers.push(Reply::json(status, &body));
    }
    answers
}

/// Refusals of a mail server at every step. Its texts are passed on without addresses; it knows no other secret than the password,
/// which no server repeats.
fn replies() -> Vec<(&'static str, &'static str)> {
    vec![
        ("banner", "554 5.3.0 no service for ann-0006@example.com"),
        ("AUTH", "535 5.7.8 bad credentials of <ann-0006@example.com>"),
        ("MAIL", "451 4.3.0 later, ann-0006@example.com"),
        ("RCPT", "550 5.1.1 <ann-0006@example.com>: no such user"),
        ("DATA", "554 5.7.1 no mail for ann-0006@example.com"),
        ("content", "552 5.2.2 the mailbox of ann-0006@example.com is full"),
    ]
}
