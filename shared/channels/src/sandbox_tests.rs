//! Tests of the sandbox and of the channels that have it alone.

use super::*;
use crate::{document, registry, testing};
use baton_pipeline::ports::PortError;
use std::sync::Mutex;

/// Remembers what it is told; fails where it is told to.
#[derive(Default)]
struct Traces {
    records: Mutex<Vec<OutboxRecord>>,
    receipts: Mutex<Vec<(QueuedReceipt, u64)>>,
    broken_records: bool,
    broken_receipts: bool,
}

fn broken() -> PortResult<()> {
    Err(PortError::new("a write", "no"))
}

impl SandboxPorts for Traces {
    fn record(&self, record: OutboxRecord) -> BoxFuture<'_, PortResult<()>> {
        self.records.lock().expect("a lock").push(record);
        Box::pin(std::future::ready(if self.broken_records { broken() } else { Ok(()) }))
    }

    fn receipt(&self, account: AccountId, receipt: QueuedReceipt, delay: Duration) -> BoxFuture<'_, PortResult<()>> {
        assert_eq!(account, receipt.attempt.account);
        self.receipts.lock().expect("a lock").push((receipt, delay.as_secs()));
        Box::pin(std::future::ready(if self.broken_receipts { broken() } else { Ok(()) }))
    }
}

fn request(channel: Channel, to: &str, try_number: u8) -> SendRequest {
    let content = ChannelContent { text: Some("ж".repeat(71)), ..ChannelContent::default() };
    SendRequest { try_number, ..testing::request(channel, to, content) }
}

/// What a call comes to, the outcome in its record, and the receipts with their delays in seconds.
async fn called(channel: Channel, to: &str, try_number: u8) -> (Outcome, &'static str, Vec<(QueuedStatus, u64)>) {
    let traces = Arc::new(Traces::default());
    let sandbox = Sandbox { ports: traces.clone() };
    let request = request(channel, to, try_number);
    let outcome = sandbox.send(&request).await;
    let records = traces.records.lock().expect("a lock").clone();
    let [record] = records.as_slice() else { panic!("one record for one call: {records:?}") };
    assert_eq!((record.attempt, record.try_number, record.channel), (request.attempt, try_number, channel));
    assert_eq!((&record.to, &record.content, record.at), (&request.to, &request.content, request.now));
    let receipts = traces.receipts.lock().expect("a lock").clone();
    for (receipt, delay) in &receipts {
        assert_eq!(receipt.at, request.now.timestamp_millis() + i64::try_from(delay * 1000).expect("small"));
        let failed = receipt.status == QueuedStatus::Failed;
        assert_eq!(receipt.class, failed.then_some(ErrorClass::Permanent));
        assert_eq!(receipt.code.as_deref(), failed.then_some("sandbox_undelivered"));
    }
    (outcome, record.outcome, receipts.into_iter().map(|(receipt, delay)| (receipt.status, delay)).collect())
}

fn refused(class: ErrorClass, code: &str, pause: Option<u64>) -> impl Fn(&Outcome) -> bool {
    let (code, pause) = (code.to_owned(), pause.map(Duration::from_secs));
    move |outcome| matches!(outcome, Outcome::Refused(error) if error.class == class && error.code == code && error.retry_after == pause)
}

fn taken(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Accepted(accepted) if accepted.receipts && accepted.provider_message_id.is_some())
}

#[tokio::test]
async fn every_ending_does_what_the_contract_says() {
    let delivered = vec![(QueuedStatus::Delivered, 1)];
    let rejected = refused(ErrorClass::Permanent, "sandbox_rejected", None);
    let temporary = refused(ErrorClass::Temporary, "temporary_failure", None);
    let limited = refused(ErrorClass::Temporary, "rate_limited", Some(2));
    let timeout = |outcome: &Outcome| matches!(outcome, Outcome::Unknown(error) if error.code == "timeout");
    type Case<'a> = (&'a str, u8, &'a dyn Fn(&Outcome) -> bool, &'a str, Vec<(QueuedStatus, u64)>);
    let cases: [Case<'_>; 13] = [
        ("0001", 1, &rejected, "rejected", vec![]),
        ("0001", 3, &rejected, "rejected", vec![]),
        ("0002", 1, &taken, "no_receipt", vec![]),
        ("0003", 1, &taken, "undelivered", vec![(QueuedStatus::Failed, 1)]),
        ("0004", 1, &temporary, "temporary_failure", vec![]),
        ("0004", 2, &temporary, "temporary_failure", vec![]),
        ("0004", 3, &taken, "delivered", delivered.clone()),
        ("0005", 1, &timeout, "timeout", delivered.clone()),
        ("0006", 1, &taken, "read", vec![(QueuedStatus::Delivered, 1), (QueuedStatus::Read, 2)]),
        ("0007", 1, &limited, "rate_limited", vec![]),
        ("0007", 2, &taken, "delivered", delivered.clone()),
        ("0008", 1, &taken, "delivered", delivered.clone()),
        ("1001", 1, &taken, "delivered", delivered.clone()),
    ];
    for channel in Channel::ALL {
        for (ending, try_number, check, record, receipts) in &cases {
            let to = match channel {
                Channel::Email => format!("user.{ending}@example.org"),
                Channel::Sms => format!("+7999000{ending}"),
                _ => format!("id-{ending}"),
            };
            let (outcome, recorded, followed) = called(channel, &to, *try_number).await;
            assert!(check(&outcome), "{channel} {ending} try {try_number}: {outcome:?}");
            assert_eq!((recorded, &followed), (*record, receipts), "{channel} {ending} try {try_number}");
        }
    }
}

#[tokio::test]
async fn an_e_mails_domain_does_not_count_and_an_ids_at_sign_does() {
    assert_eq!(called(Channel::Email, "ann@host0001", 1).await.1, "delivered");
    assert_eq!(called(Channel::Email, "\"a@0002\"0001@example.org", 1).await.1, "rejected");
    assert_eq!(called(Channel::Chat, "0001@web", 1).await.1, "delivered");
    assert_eq!(called(Channel::Chat, "web@0001", 1).await.1, "rejected");
    assert_eq!(called(Channel::Telegram, "1", 1).await.1, "delivered");
}

#[tokio::test]
async fn only_an_sms_has_parts() {
    for (channel, parts) in [(Channel::Sms, Some(2)), (Channel::Viber, None)] {
        let (outcome, ..) = called(channel, "+79990009999", 1).await;
        assert!(matches!(&outcome, Outcome::Accepted(accepted) if accepted.part_count == parts), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_failed_record_is_no_send_and_a_lost_receipt_is_one() {
    let traces = Arc::new(Traces { broken_records: true, ..Traces::default() });
    let outcome = Sandbox { ports: traces.clone() }.send(&request(Channel::Sms, "+79990000006", 1)).await;
    assert!(refused(ErrorClass::Temporary, "sandbox_store", None)(&outcome), "{outcome:?}");
    assert!(traces.receipts.lock().expect("a lock").is_empty());

    let traces = Arc::new(Traces { broken_receipts: true, ..Traces::default() });
    let outcome = Sandbox { ports: traces }.send(&request(Channel::Sms, "+79990000006", 1)).await;
    assert!(taken(&outcome), "{outcome:?}");
}

#[test]
fn it_has_no_settings_and_needs_an_outbox() {
    let entry = |document: &str| document::parse(document).expect("a document").remove(0);
    let plain = entry(r#"[{"name": "sandbox"}]"#);
    let off = testing::context();
    let on = Context { sandbox: Some(Arc::new(Traces::default())), ..testing::context() };
    assert_eq!(Sandbox::new(&plain, &on).expect("a sandbox").name(), "SANDBOX");
    let fault = |context: &Context, entry: &Entry| Sandbox::new(entry, context).err().expect("a fault").to_string();
    assert!(fault(&off, &plain).contains("/0/name: SANDBOX is off"));
    assert!(fault(&on, &entry(r#"[{"name": "SANDBOX", "token": "x"}]"#)).contains("unknown field `token`"));
}

#[test]
fn every_channel_takes_it() {
    let context = Context { sandbox: Some(Arc::new(Traces::default())), ..testing::context() };
    for channel in Channel::ALL {
        let build = |document| registry::build(registry::kinds(channel), document, &context);
        let providers = build(r#"[{"name": "SANDBOX"}]"#).expect("providers");
        assert_eq!(providers.iter().map(|provider| provider.name()).collect::<Vec<_>>(), ["SANDBOX"]);
        assert!(build("[]").expect("none").is_empty());
        let fault = build(r#"[{"name": "NOBODY"}]"#).err().expect("a fault").to_string();
        assert!(
            fault.contains("/0/name: NOBODY is not a provider of this channel") && fault.contains("SANDBOX"),
            "{fault}"
        );
    }
}
