//! A whole provider, made up: ACME carries SMS. It is written with the public interface alone, as one of your own would be, and
//! `docs/providers.md` shows this file as it stands here.

mod support;

use baton_channels::{
    Capabilities, Context, DocumentFault, base_url::base_url, callback, codes::Codes, document::Entry,
};
use baton_channels::{outcomes, registry, registry::Kind, secret::Secret, transport};
use baton_domain::{Channel, ErrorClass::*, Outcome, ProviderError, Receipt, ReceiptStatus, Time};
use baton_pipeline::provider::{
    Provider, ReceiptOf, SendRequest, Webhook, WebhookAnswer, WebhookError, WebhookRequest,
};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use support::{Reply, StandIn, attempt, context, request, summary, text};

// 1. What a document may name, and what the adapter can do.

const NAME: &str = "ACME";

const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: Capabilities { ttl: true, receipts: true, ..Capabilities::TEXT },
    new: |entry, context| Ok(Box::new(Acme::new(entry, context)?)),
};

/// The longest `text`, in characters (source: the provider's page).
const TEXT_LIMIT: usize = 1000;

// 2. The settings of a document's entry. Unknown ones are faults; a `Secret` never shows itself.

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Settings {
    token: Secret,
    from: Option<String>,
    webhook_secret: Option<Secret>,
    base_url: Option<String>,
}

struct Acme {
    http: reqwest::Client,
    url: String,
    callback: String,
    settings: Settings,
}

impl Acme {
    fn new(entry: &Entry, context: &Context) -> Result<Acme, DocumentFault> {
        let mut settings: Settings = entry.settings()?;
        if settings.token.is_empty() {
            return Err(entry.fault("token", "must not be empty"));
        }
        settings.webhook_secret = callback::secret(entry, settings.webhook_secret)?;
        let base = base_url(entry, settings.base_url.as_deref(), "https://api.acme.example")?;
        let callback = context.webhook_url(Channel::Sms, NAME);
        Ok(Acme { http: context.http.clone(), url: format!("{base}/messages"), callback, settings })
    }

    // 3. The request. What the provider would not take is refused before the call.
    fn call(&self, request: &SendRequest) -> Result<reqwest::RequestBuilder, Outcome> {
        let (content, settings) = (&request.content, &self.settings);
        let from = content.from.as_deref().or(settings.from.as_deref()).ok_or_else(outcomes::no_sender)?;
        let mut body = json!({"to": request.to, "from": from, "text": outcomes::text(request, TEXT_LIMIT)?});
        if let Some(minutes) = content.validity_period {
            body["ttlSeconds"] = (u32::from(minutes) * 60).clamp(60, 86_400).into();
        }
        if let Some(secret) = &settings.webhook_secret {
            body["callbackUrl"] = callback::address(&self.callback, secret, request.attempt).into();
        }
        Ok(self.http.post(&self.url).bearer_auth(settings.token.expose()).json(&body))
    }
}

impl Provider for Acme {
    fn name(&self) -> &'static str {
        NAME
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(transport::exchange(self.call(request), |answer| {
            outcome(answer, self.settings.webhook_secret.is_some(), request.now)
        }))
    }
}

// 4. What the codes mean, as data: code, class, a sentence of ours.

const CODES: Codes = Codes {
    rows: &[
        ("bad_number", Permanent, "The recipient's number is not valid."),
        ("bad_token", Misconfigured, "ACME refused the token."),
        ("slow_down", Temporary, "ACME limits the rate of calls."),
        ("switched_off", Permanent, "The recipient's phone is switched off."),
    ],
    provider_wide: &["bad_token"],
};

// 5. The answer: the body first, the HTTP status where the body says nothing.

fn outcome(answer: &transport::Answer, receipts: bool, now: Time) -> Outcome {
    let body = answer.json();
    if let Some(code) = body["error"].as_str() {
        let error = CODES.error("ACME", code, answer.class_by_status());
        return Outcome::from_error(error.retry_after(answer.retry_after(now)));
    }
    if !answer.status.is_success() {
        return answer.outcome_by_status(now);
    }
    outcomes::word(&body["id"]).map_or_else(|| outcomes::no_id("ACME"), |id| outcomes::accepted(id, receipts))
}

// 6. Receipts: `POST {"id": "…", "status": "delivered" | "failed", "error": "…"}` to the address that the request named.

struct Callbacks {
    secret: Secret,
}

fn webhook(entry: &Entry) -> Result<Box<dyn Webhook>, DocumentFault> {
    let settings: Settings = entry.settings()?;
    Ok(Box::new(Callbacks { secret: callback::required_secret(entry, settings.webhook_secret)? }))
}

impl Webhook for Callbacks {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        // Who calls comes first; nothing is parsed before.
        if !callback::authentic(request, &self.secret) {
            return Err(WebhookError::Forged);
        }
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|_| WebhookError::Malformed("no JSON".to_owned()))?;
        Ok(WebhookAnswer::receipts(receipt(&body, request, now).into_iter().collect()))
    }
}

/// `None` for what is not ours, and for statuses that ACME adds one day.
fn receipt(body: &Value, request: &WebhookRequest, now: Time) -> Option<ReceiptOf> {
    let failed = || ProviderError::new(Permanent, "failed", "ACME reported that the message was not delivered.");
    let status = match body["status"].as_str()? {
        "delivered" => ReceiptStatus::Delivered,
        "failed" => {
            ReceiptStatus::Failed(body["error"].as_str().and_then(|code| CODES.known(code)).unwrap_or_else(failed))
        }
        _ => return None,
    };
    let receipt = Receipt { status, at: now, provider_message_id: outcomes::word(&body["id"]), part_count: None };
    Some(ReceiptOf { attempt: callback::attempt(request)?, receipt })
}

// 7. Fixtures: what ACME answers and reports, and what it comes to.

#[tokio::test]
async fn acme_sends_and_reports() {
    CODES.assert_well_formed();
    let stand_in = StandIn::start(Reply::json(200, &json!({"id": 7}))).await;
    let entry = json!({"name": "acme", "token": "t", "webhookSecret": "0123456789abcdef", "baseUrl": stand_in.url});
    let document = json!([entry]).to_string();
    let provider = registry::build(&[KIND], &document, &context()).expect("a provider").remove(0);
    let mut sms = request(Channel::Sms, "+79990000001", text("Hello"));
    assert_eq!(summary(&provider.send(&sms).await), "misconfigured no_sender");
    sms.content.from = Some("Brand".to_owned());
    for (reply, expected) in [
        (Reply::json(400, &json!({"error": "bad_number"})), "permanent bad_number"),
        (Reply::json(429, &json!({"error": "slow_down"})).header("retry-after", "5"), "temporary slow_down"),
        (Reply::text(500, "text/html", "<html>"), "unknown http_500"),
        (Reply::json(200, &json!({"id": 7})), "accepted"),
    ] {
        stand_in.reply(reply);
        assert_eq!(summary(&provider.send(&sms).await), expected);
    }
    let body = stand_in.take()[0].json();
    let (_, query) = body["callbackUrl"].as_str().expect("an address").split_once('?').expect("a query");

    let webhook = webhook(&baton_channels::document::parse(&document).expect("a document")[0]).expect("a webhook");
    let read = |query: &str, body: Value| {
        let request = WebhookRequest { query: query.to_owned(), body: body.to_string().into(), ..Default::default() };
        webhook.read(&request, sms.now).map(|answer| answer.receipts)
    };
    let receipts = read(query, json!({"id": 7, "status": "delivered"})).expect("an authentic receipt");
    assert_eq!((receipts[0].attempt, &receipts[0].receipt.status), (attempt(), &ReceiptStatus::Delivered));
    assert_eq!(read(query, json!({"status": "news"})), Ok(Vec::new()));
    assert_eq!(read("secret=guessed", json!({})), Err(WebhookError::Forged));
}
