//! The redirect function: short links over HTTP.
//!
//! A click is at most one write and, when that fails, one read; everything else that is asked is at most one read. So the
//! client tries nothing twice: whoever waits for a page tries again.

use crate::{adapters::Aws, telemetry};
use aws_config::retry::RetryConfig;
use baton_aws::{clock::SystemClock, short_links::LinkTable};
use baton_domain::{ShortLink, Time};
use baton_pipeline::{
    ports::{Clock, PortResult},
    short_links::{Visit, Visitor, Visits, visit},
};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    future::Future,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

/// A request in the format 2.0 of API Gateway, as far as it matters here. The gateway writes the names of headers small.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Request {
    raw_path: String,
    headers: HashMap<String, String>,
    request_context: Context,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    request_id: Option<String>,
    http: Http,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Http {
    method: String,
}

/// The answer, in the same format.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status_code: u16,
    headers: BTreeMap<&'static str, String>,
    body: &'static str,
}

/// Runs the function.
///
/// # Errors
/// A setting is missing, or the runtime fails.
pub async fn run() -> Result<(), Error> {
    telemetry::init();
    let mut aws = Aws::load();
    aws.config = aws.config.to_builder().retry_config(RetryConfig::disabled()).build();
    let (links, meter) = (&aws.links()?, &aws.meter);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Request>| async move {
        // Boxed, as the compiler gives up on futures that are this deep in each other.
        let response = Box::pin(answer(links, &event.payload)).await;
        telemetry::consumed(meter);
        Ok::<_, Error>(response)
    }))
    .await
}

/// The table, and how long it was waited for.
struct Watched<'t> {
    links: &'t LinkTable,
    waited: AtomicU64,
}

impl Watched<'_> {
    async fn wait<T>(&self, call: impl Future<Output = T>) -> T {
        let started = Instant::now();
        let answer = call.await;
        self.waited.fetch_add(micros(started), Ordering::Relaxed);
        answer
    }
}

impl Visits for Watched<'_> {
    async fn link(&self, code: &str) -> PortResult<Option<ShortLink>> {
        self.wait(self.links.link(code)).await
    }

    async fn click(&self, code: &str, now: Time) -> PortResult<Option<ShortLink>> {
        self.wait(self.links.click(code, now)).await
    }
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Answers a request, and writes down what it came to: neither the code nor the address, which may be somebody's.
async fn answer(links: &LinkTable, request: &Request) -> Response {
    let started = Instant::now();
    let watched = Watched { links, waited: AtomicU64::new(0) };
    let led = visit(&watched, code(&request.raw_path), visitor(request), SystemClock.now()).await;
    let response = response(&led);
    let id = request.request_context.request_id.as_deref();
    let (micros, waited) = (micros(started), watched.waited.into_inner());
    if let Err(error) = &led {
        tracing::error!(request = id, %error, "a short link could not be looked up");
    }
    tracing::info!(
        request = id,
        status = response.status_code,
        micros,
        own_micros = micros.saturating_sub(waited),
        "visit"
    );
    response
}

/// The last part of the path, as it is written there: what is escaped is no code.
fn code(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, code)| code)
}

/// Browsers say when they fetch a page before anybody has asked for it: `Sec-Purpose: prefetch` (Fetch standard), `Purpose` and
/// `X-Purpose: preview` (WebKit), `X-Moz: prefetch` (Gecko).
const AHEAD: [&str; 4] = ["sec-purpose", "purpose", "x-purpose", "x-moz"];

fn visitor(request: &Request) -> Visitor<'_> {
    let header = |name: &str| request.headers.get(name).map_or("", String::as_str);
    let ahead = AHEAD.iter().any(|name| header(name).contains("prefetch") || header(name).contains("preview"));
    if request.request_context.http.method.eq_ignore_ascii_case("HEAD") || ahead {
        Visitor::OnlyLooks
    } else {
        Visitor::Agent(header("user-agent"))
    }
}

/// Nothing of the request is in the answer. No cache may keep it, as it would swallow clicks, and the page that it leads to
/// does not learn the code.
fn response(led: &PortResult<Visit>) -> Response {
    let (status_code, body, more) = match led {
        Ok(Visit::To(location)) => (302, "", Some(("location", location.clone()))),
        Ok(Visit::Gone) => (410, "This link has expired.\n", None),
        Ok(Visit::Unknown) => (404, "There is no such link.\n", None),
        Err(_) => (503, "Please try again.\n", Some(("retry-after", "1".to_owned()))),
    };
    let always = [
        ("cache-control", "no-store"),
        ("content-type", "text/plain; charset=utf-8"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-robots-tag", "noindex"),
    ];
    let headers = always.into_iter().map(|(name, value)| (name, value.to_owned())).chain(more).collect();
    Response { status_code, headers, body }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_pipeline::ports::PortError;
    use serde_json::json;

    fn request(event: serde_json::Value) -> Request {
        serde_json::from_value(event).expect("an event")
    }

    #[test]
    fn the_code_is_the_end_of_the_path() {
        for (path, expected) in [
            ("/s/AbCd012", "AbCd012"),
            ("/stage/s/AbCd012", "AbCd012"),
            ("/s/AbCd012/", ""),
            ("", ""),
            ("/s/%41", "%41"),
        ] {
            assert_eq!(code(path), expected);
        }
    }

    #[test]
    fn who_comes_is_told_by_method_and_headers() {
        let browser = json!({"user-agent": "Mozilla/5.0"});
        let seen = |method: &str, headers: &serde_json::Value| {
            let request = request(json!({"requestContext": {"http": {"method": method}}, "headers": headers}));
            matches!(visitor(&request), Visitor::Agent("Mozilla/5.0"))
        };
        assert!(seen("GET", &browser) && !seen("HEAD", &browser));
        for (name, value) in [("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch"), ("x-purpose", "preview")]
        {
            assert!(!seen("GET", &json!({"user-agent": "Mozilla/5.0", name: value})), "{name}");
        }
        assert_eq!(visitor(&request(json!({"Records": []}))), Visitor::Agent(""));
    }

    #[test]
    fn each_end_has_its_answer() {
        let to = response(&Ok(Visit::To("https://example.org/".to_owned())));
        assert_eq!((to.status_code, to.body, to.headers["location"].as_str()), (302, "", "https://example.org/"));
        for (led, status) in [(Visit::Gone, 410), (Visit::Unknown, 404)] {
            let response = response(&Ok(led));
            assert_eq!((response.status_code, response.headers.get("location")), (status, None));
            assert_eq!(
                (response.headers["cache-control"].as_str(), response.headers["referrer-policy"].as_str()),
                ("no-store", "no-referrer")
            );
        }
        let failed = response(&Err(PortError::new("read", "broken")));
        assert_eq!((failed.status_code, failed.headers["retry-after"].as_str()), (503, "1"));
        let written = serde_json::to_value(&to).expect("JSON");
        assert_eq!(written["statusCode"], 302);
    }
}
