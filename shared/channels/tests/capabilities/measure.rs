//! What an adapter can do, by what it does.

use crate::{
    case::{Case, Report, Served},
    reports,
    server::{Seen, Setup},
    support::attempt,
};
use baton_channels::Capabilities;
use baton_domain::{AttemptRef, ChannelContent, Outcome, ReceiptStatus};
use baton_pipeline::pointer::QueuedStatus;
use serde_json::json;

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Finds out everything.
pub async fn capabilities(case: &Case) -> Capabilities {
    let setup = Setup::start(case).await;
    // Some providers ask for a token first.
    setup.send((case.content)()).await;
    let name = format!("{} over {}", case.name, case.channel);
    let usual = setup.send((case.content)()).await;
    let Outcome::Accepted(accepted) = &usual.outcome else { panic!("{name}: {:?}", usual.outcome) };
    let same = setup.send((case.content)()).await;
    assert_eq!(usual.message, same.message, "{name}: one attempt twice makes one request");

    let receipts = reported(&setup, &usual, case.delivered, ReceiptStatus::Delivered, QueuedStatus::Delivered);
    assert_eq!(accepted.receipts, receipts, "{name}: what the answer says of receipts");
    let read_receipts = reported(&setup, &usual, case.read, ReceiptStatus::Read, QueuedStatus::Read);
    let inbound = case.inbound.is_some_and(|report| reports::heard(&setup, report(&usual.request, &usual.captured)));
    let no_reports = (receipts, read_receipts, inbound) == (false, false, false) || case.served == Served::Sandbox;
    assert_eq!(reports::has_hook(&setup), !no_reports && reports::by_hook(case), "{name}: a webhook");
    Capabilities {
        text: carries(&setup, &["text-marker"], |content| content.text = some("text-marker")).await,
        image: pictures(&setup).await,
        button: carries(&setup, &["button-marker", "label-marker"], |content| {
            content.button_url = some("https://example.org/button-marker");
            content.button_text = some("label-marker");
        })
        .await,
        template: carries(&setup, &["template_marker", "data-marker"], |content| {
            content.template_name = some("template_marker");
            content.template_data = Some(json!({"body": {"name": "data-marker"}}));
        })
        .await,
        ttl: lasts(&setup, &usual).await,
        receipts,
        read_receipts,
        inbound,
        idempotency: knows_duplicates(&setup, &usual).await,
    }
}

/// Whether a part of a content reaches the provider: all of its marks, or none.
async fn carries(setup: &Setup<'_>, marks: &[&str], change: impl Fn(&mut ChannelContent)) -> bool {
    let mut content = (setup.case.content)();
    change(&mut content);
    let seen = setup.send(content).await;
    let found = marks.iter().filter(|mark| seen.message.contains(**mark)).count();
    let name = format!("{} over {}", setup.case.name, setup.case.channel);
    assert!(found == 0 || found == marks.len(), "{name}: a part of {marks:?} alone is sent:\n{}", seen.message);
    assert!(found == 0 || matches!(seen.outcome, Outcome::Accepted(_)), "{name}: {:?}", seen.outcome);
    found > 0
}

/// Whether it carries a picture: with a text, or alone.
async fn pictures(setup: &Setup<'_>) -> bool {
    let picture = || some("https://example.org/image-marker.png");
    let marks = ["image-marker"];
    carries(setup, &marks, |content| content.image_url = picture()).await
        || carries(setup, &marks, |content| (content.text, content.image_url) = (None, picture())).await
}

/// Whether a validity period changes the request.
async fn lasts(setup: &Setup<'_>, usual: &Seen) -> bool {
    let lasting = setup.send(ChannelContent { validity_period: Some(30), ..(setup.case.content)() }).await;
    assert!(matches!(lasting.outcome, Outcome::Accepted(_)), "{:?}", lasting.outcome);
    lasting.message != usual.message
}

/// Whether there is a key against duplicates: the same for two tries of an attempt, another one for another attempt.
async fn knows_duplicates(setup: &Setup<'_>, usual: &Seen) -> bool {
    let name = format!("{} over {}", setup.case.name, setup.case.channel);
    let Some(read) = setup.case.key else {
        assert!(!setup.provider.idempotent(), "{name} says that it takes a key against duplicates: where is it?");
        return false;
    };
    let key = |seen: &Seen| seen.captured.last().and_then(read).unwrap_or_else(|| panic!("{name}: no key"));
    let again = setup.send_as(attempt(), 2, (setup.case.content)()).await;
    let other = AttemptRef { attempt: attempt().attempt + 1, ..attempt() };
    let other = setup.send_as(other, 1, (setup.case.content)()).await;
    assert_eq!(key(usual), key(&again), "{name}: two tries of one attempt");
    assert_ne!(key(usual), key(&other), "{name}: two attempts");
    setup.provider.idempotent()
}

/// Whether a provider's report is a receipt of the attempt, of that status.
fn reported(
    setup: &Setup<'_>,
    usual: &Seen,
    report: Option<Report>,
    status: ReceiptStatus,
    queued: QueuedStatus,
) -> bool {
    if setup.case.served == Served::Sandbox {
        let receipts = setup.traces.receipts.lock().expect("the receipts");
        return receipts.iter().any(|receipt| (receipt.attempt, receipt.status) == (attempt(), queued));
    }
    let Some(report) = report else { return false };
    let told = reports::receipt(setup, report(&usual.request, &usual.captured));
    told.is_some_and(|(of, told)| {
        // An open is how some tell that something has been read.
        let told = if matches!(told, ReceiptStatus::Tracked(_)) { ReceiptStatus::Read } else { told };
        (of, told) == (attempt(), status)
    })
}
