//! The HTTP interface: reads requests into the domain's types with every fault at once, calls the pipeline, and writes
//! answers as the contract has them. Nothing here knows of AWS.
//!
//! [`handle`] is the only entry. A request goes through the table of routes (`router.rs`), is answered by the file of its
//! verb under `routes/`, and comes back as JSON whatever happens.

mod auth;
mod call;
mod caller;
mod describe;
mod docs;
mod document;
mod examples;
pub mod export;
mod faults;
mod fields;
mod idempotency;
pub mod import;
mod lists;
mod mail;
mod multipart;
mod phone;
pub mod ports;
mod query;
mod refusal;
mod room;
mod router;
mod routes;
mod strict;
mod submission;
mod when;
pub mod wire;

use crate::{
    call::{Answer, Call},
    caller::Caller,
    ports::{
        AuthKeys, CallbackKeys, Deployment, ExportQueue, Exports, Idempotency, Keys, Lists, LoginLimits, Outbox,
        Prices, Sessions, StopLists, Templates, Users, WhiteLists,
    },
    refusal::Refusal,
};
use baton_domain::Currency;
use baton_pipeline::callbacks::ports::{CallbackLog, CallbackQueue};
use baton_pipeline::objects::Objects;
use baton_pipeline::phone_checks::ports::{Lookups, PhoneChecks};
use baton_pipeline::ports::{Accepting, Bandwidths, Breakers, Bulks, ChannelQueues, Clock, Messages, Specs, WakeUps};
use baton_pipeline::short_links::ShortLinkLists;
use baton_pipeline::tasks::ports::{TaskBulks, TaskFiles, Tasks};
use chrono::TimeDelta;
use futures::FutureExt;
use http::{HeaderName, HeaderValue, Request, Response, header};
use std::{borrow::Cow, net::IpAddr, panic::AssertUnwindSafe, time::Instant};

/// Everything that the interface needs of the world, in one.
pub trait Ports:
    Messages
    + Accepting
    + Bulks
    + Specs
    + ChannelQueues
    + WakeUps
    + Breakers
    + Bandwidths
    + Keys
    + Idempotency
    + Lists
    + Outbox
    + Deployment
    + CallbackLog
    + CallbackQueue
    + CallbackKeys
    + Users
    + Sessions
    + LoginLimits
    + AuthKeys
    + Templates
    + ShortLinkLists
    + Prices
    + StopLists
    + WhiteLists
    + PhoneChecks
    + Lookups
    + Exports
    + ExportQueue
    + Tasks
    + TaskBulks
    + TaskFiles
    + Objects
{
}

impl<T> Ports for T where
    T: Messages
        + Accepting
        + Bulks
        + Specs
        + ChannelQueues
        + WakeUps
        + Breakers
        + Bandwidths
        + Keys
        + Idempotency
        + Lists
        + Outbox
        + Deployment
        + CallbackLog
        + CallbackQueue
        + CallbackKeys
        + Users
        + Sessions
        + LoginLimits
        + AuthKeys
        + Templates
        + ShortLinkLists
        + Prices
        + StopLists
        + WhiteLists
        + PhoneChecks
        + Lookups
        + Exports
        + ExportQueue
        + Tasks
        + TaskBulks
        + TaskFiles
        + Objects
{
}

/// The interface over its ports.
#[derive(Clone, Debug)]
pub struct App<P, C> {
    /// What it needs of the world.
    pub ports: P,
    /// The time.
    pub clock: C,
    /// How far back `GET /messages` looks when it is not told, in days.
    pub retention_days: u16,
    /// Whether callbacks may go to networks of one's own.
    pub private_callbacks: bool,
    /// What stands before `/` and the code of a short link: an http(s) address.
    pub short_url: String,
    /// What prices are in.
    pub currency: Currency,
    /// How long `POST /messages/bulk` waits for its result: less than a function may run and a caller waits.
    pub patience: TimeDelta,
}

/// The request's id, where whoever took the request gave it one: put it into the request's extensions. Otherwise one is
/// made up. It stands in the log, in every error, and in the header `x-request-id` of every answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

/// The address that the request came from, as whoever took it knows: put it into the request's extensions. Attempts to log in
/// are counted by it. A header would not do, as callers write what they like into those.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceAddress(pub IpAddr);

/// The body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// JSON or CSV.
    Text(String),
    /// A file: a part of the program, or made for the answer.
    Bytes(Cow<'static, [u8]>),
}

/// Answers a request. Never fails: every error has the contract's shape, and what is behind an internal one is told to the
/// log alone.
pub async fn handle<P: Ports, C: Clock>(app: &App<P, C>, request: Request<Vec<u8>>) -> Response<Body> {
    let started = Instant::now();
    let request_id = request_id(&request);
    let mut seen = Seen::default();
    let page = docs::answer(&request);
    if page.is_some() {
        seen.route = Some(docs::PATH);
    }
    let answered = match page {
        Some(page) => page,
        None => {
            let answered = AssertUnwindSafe(answer(app, &request, &mut seen)).catch_unwind().await;
            // A panic has been told to the log by its hook.
            answered.unwrap_or_else(|_| Err(Refusal::internal())).map(plain)
        }
    };
    let code = answered.as_ref().err().map(Refusal::code);
    if let Err(refusal) = &answered
        && let Some(cause) = refusal.cause()
    {
        tracing::error!(request = %request_id, %cause, "a port failed");
    }
    let response = respond(answered, &request_id);
    tracing::info!(
        request = %request_id,
        method = %request.method(),
        route = seen.route,
        status = response.status().as_u16(),
        code,
        account = seen.account,
        key = seen.key,
        ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

/// What the log says of a request: never its path or query, which may hold addresses.
#[derive(Default)]
struct Seen {
    route: Option<&'static str>,
    account: Option<u64>,
    key: Option<String>,
}

fn request_id(request: &Request<Vec<u8>>) -> String {
    let given = request.extensions().get::<RequestId>().map(|id| id.0.clone());
    given.filter(|id| HeaderValue::from_str(id).is_ok()).unwrap_or_else(|| uuid::Uuid::new_v4().to_string())
}

async fn answer<P: Ports, C: Clock>(
    app: &App<P, C>,
    request: &Request<Vec<u8>>,
    seen: &mut Seen,
) -> Result<Answer, Refusal> {
    let (route, parameters) = router::find(request.method(), request.uri().path())?;
    seen.route = Some(route.pattern);
    let call = Call::new(request, parameters);
    let Some(scope) = route.scope else {
        return router::dispatch(app, route.handler, None, &call).await;
    };
    let caller = Caller::of(&app.ports, request.headers(), app.clock.now()).await?;
    let (account, key) = caller.seen();
    (seen.account, seen.key) = (Some(account.0), Some(key.to_owned()));
    caller.require(scope)?;
    let answered = router::dispatch(app, route.handler, Some(&caller), &call).await;
    if answered.is_err()
        && let Some(begun) = call.begun()
    {
        idempotency::release(&app.ports, begun).await;
    }
    answered
}

/// An answer, in JSON unless it says otherwise.
fn plain(answer: Answer) -> Response<Body> {
    let mut response = Response::new(answer.body);
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    headers.extend(answer.headers);
    // Answers name people and messages: no cache on the way may keep them.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if answer.replayed {
        headers.insert(HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true"));
    }
    response
}

fn respond(answered: Result<Response<Body>, Refusal>, request_id: &str) -> Response<Body> {
    let mut response = answered.unwrap_or_else(|refusal| {
        let status = refusal.status();
        let (body, headers) = refusal.into_answer(request_id);
        let mut response = plain(Answer::json(&body));
        *response.status_mut() = status;
        response.headers_mut().extend(headers);
        response
    });
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}
