//! `Idempotency-Key`: the same request twice is done once.

use crate::{
    App, Ports,
    call::Call,
    faults::Faults,
    ports::{Begin, Idempotency},
    refusal::Refusal,
};
use baton_domain::{AccountId, BulkId, Time};
use baton_pipeline::ports::Clock;
use chrono::TimeDelta;
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const HEADER: &str = "idempotency-key";

/// How long a try may run before the next one takes over: longer than the function's time-out.
const RUNNING: TimeDelta = TimeDelta::seconds(60);

/// A request that has begun.
pub(crate) struct Once {
    account: AccountId,
    /// `None` when the caller sent no key.
    key: Option<String>,
    /// SHA-256 of the body and the account, in hexadecimal.
    pub(crate) digest: String,
    /// What everything that the request makes is made from.
    pub(crate) id: Uuid,
    /// What came before.
    pub(crate) before: Before,
}

/// What came before a request with the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// Nothing.
    Nothing,
    /// A try that died half way.
    Died,
    /// The whole request.
    Done,
    /// A try that may still be running, until this time.
    Running(Time),
}

/// A try that this call has begun.
pub(crate) struct Begun {
    account: AccountId,
    key: String,
    until: Time,
}

impl Once {
    /// Begins a valid request: nothing is recorded of one that is refused. Refuses it while an earlier try may still be running.
    pub(crate) async fn begin<P: Ports, C: Clock>(
        app: &App<P, C>,
        call: &Call<'_>,
        account: AccountId,
    ) -> Result<Once, Refusal> {
        Once::begin_with(app, call, account, call.body()).await
    }

    /// Begins a valid request, of which `said` is kept as a digest: its body, without what may not be kept even so. Refuses it
    /// while an earlier try may still be running.
    pub(crate) async fn begin_with<P: Ports, C: Clock>(
        app: &App<P, C>,
        call: &Call<'_>,
        account: AccountId,
        said: &[u8],
    ) -> Result<Once, Refusal> {
        let once = Once::open(app, call, account, said).await?;
        match once.before {
            Before::Running(until) => Err(in_progress(until, app.clock.now())),
            _ => Ok(once),
        }
    }

    /// Begins a valid request, or tells that an earlier try may still be running.
    pub(crate) async fn open<P: Ports, C: Clock>(
        app: &App<P, C>,
        call: &Call<'_>,
        account: AccountId,
        said: &[u8],
    ) -> Result<Once, Refusal> {
        let now = app.clock.now();
        let offered = BulkId::new(now, app.clock.random()).0;
        let digest = body_digest(account, said);
        let Some(key) = key(call)? else {
            return Ok(Once { account, key: None, digest, id: offered, before: Before::Nothing });
        };
        let until = now + RUNNING;
        let (id, before) = match Idempotency::begin(&app.ports, account, &key, &digest, offered, now, until).await? {
            Begin::New => (offered, Before::Nothing),
            Begin::Resume(id) => (id, Before::Died),
            Begin::Done(id) => (id, Before::Done),
            Begin::Running(id, until) => (id, Before::Running(until)),
            Begin::Mismatch => return Err(mismatch()),
        };
        if matches!(before, Before::Nothing | Before::Died) {
            call.began(Begun { account, key: key.clone(), until });
        }
        Ok(Once { account, key: Some(key), digest, id, before })
    }

    /// When what the request makes is made: the first try began then, whose time stands in the id that it made, so the first
    /// answer can be given again.
    pub(crate) fn made_at<C: Clock>(&self, clock: &C) -> Time {
        BulkId(self.id).time().unwrap_or_else(|| clock.now())
    }

    /// Marks the request as done.
    pub(crate) async fn finish<P: Ports>(&self, ports: &P) -> Result<(), Refusal> {
        match &self.key {
            Some(key) => Ok(ports.finish(self.account, key).await?),
            None => Ok(()),
        }
    }
}

/// Leaves the key of a try that has failed to the next one, which completes what this one may have begun. Should that fail as
/// well, the next one has to wait until this one must have ended.
pub(crate) async fn release<P: Ports>(ports: &P, begun: &Begun) {
    if let Err(error) = ports.release(begun.account, &begun.key, begun.until).await {
        tracing::warn!(%error, "the key of a failed try is not free yet");
    }
}

/// The key was used for something else.
pub(crate) fn mismatch() -> Refusal {
    let error = "This Idempotency-Key was used before, with another body.";
    Refusal::unprocessable("idempotency_mismatch", error)
}

/// The id that the first try of a request with a key used, whose time is when it began; `None` when this is the first. It is read
/// once: all that is asked of it judges the same request.
pub(crate) async fn first_try<P: Ports, C: Clock>(
    app: &App<P, C>,
    call: &Call<'_>,
    account: AccountId,
) -> Result<Option<BulkId>, Refusal> {
    if let Some(known) = call.first.get() {
        return Ok(*known);
    }
    let Some(key) = key(call)? else { return Ok(None) };
    let digest = body_digest(account, call.body());
    let first = app.ports.first_id(account, &key, &digest, app.clock.now()).await?.map(BulkId);
    Ok(*call.first.get_or_init(|| first))
}

/// The first try may still be running.
pub(crate) fn in_progress(until: Time, now: Time) -> Refusal {
    let seconds = (until - now).num_milliseconds().max(0).unsigned_abs().div_ceil(1000).max(1);
    let error = "The first request with this Idempotency-Key is still running.";
    Refusal::new(StatusCode::CONFLICT, "idempotency_in_progress", error)
        .header(header::RETRY_AFTER, HeaderValue::from(seconds))
}

fn key(call: &Call<'_>) -> Result<Option<String>, Refusal> {
    let Some(value) = call.request.headers().get(HEADER) else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| {
        (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
    });
    let Some(text) = text else {
        let mut faults = Faults::default();
        faults.add("Idempotency-Key", "invalid", "An Idempotency-Key has 1 to 255 visible ASCII characters.");
        return Err(faults.into_refusal());
    };
    let named = format!("{} {}\n{text}", call.request.method(), call.path());
    Ok(Some(hex::encode(Sha256::digest(named.as_bytes()))))
}

fn body_digest(account: AccountId, body: &[u8]) -> String {
    let mut digest = Sha256::new();
    digest.update(account.to_string());
    digest.update(b"\n");
    digest.update(body);
    hex::encode(digest.finalize())
}
