//! One HTTP request, and what handlers ask of it.

use crate::{Body, idempotency::Begun, query::Query, refusal::Refusal, strict};
use baton_domain::BulkId;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use std::sync::OnceLock;

/// The largest body, in bytes.
const MOST_BODY: usize = 5 * 1024 * 1024;

/// One HTTP request on its way through its handler.
pub(crate) struct Call<'a> {
    pub(crate) request: &'a http::Request<Vec<u8>>,
    /// What stands in the place of the route's `{…}`, in order.
    parameters: Vec<&'a str>,
    begun: OnceLock<Begun>,
    /// The id of the first try, once it has been looked up.
    pub(crate) first: OnceLock<Option<BulkId>>,
}

impl<'a> Call<'a> {
    /// A request whose path has these parameters.
    pub(crate) fn new(request: &'a http::Request<Vec<u8>>, parameters: Vec<&'a str>) -> Call<'a> {
        Call { request, parameters, begun: OnceLock::new(), first: OnceLock::new() }
    }

    /// Notes the try that it has begun; it begins one at most.
    pub(crate) fn began(&self, begun: Begun) {
        let _ = self.begun.set(begun);
    }

    /// The try that it has begun.
    pub(crate) fn begun(&self) -> Option<&Begun> {
        self.begun.get()
    }

    /// A parameter of the path.
    pub(crate) fn parameter(&self, index: usize) -> &'a str {
        self.parameters.get(index).copied().unwrap_or_default()
    }

    /// The parameters of the query.
    pub(crate) fn query(&self) -> Query {
        Query::parse(self.request.uri().query().unwrap_or_default())
    }

    /// The path without a slash at its end.
    pub(crate) fn path(&self) -> &'a str {
        self.request.uri().path().trim_end_matches('/')
    }

    pub(crate) fn body(&self) -> &'a [u8] {
        self.request.body()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value, Refusal> {
        self.check_body()?;
        strict::parse(self.body()).map_err(|error| {
            let message = format!("The body is not JSON: {}.", reason(&error));
            Refusal::new(StatusCode::BAD_REQUEST, "invalid_json", message)
        })
    }

    /// The body as JSON, `None` when there is none.
    pub(crate) fn optional_json(&self) -> Result<Option<Value>, Refusal> {
        if self.body().iter().all(u8::is_ascii_whitespace) { Ok(None) } else { self.json().map(Some) }
    }

    /// The body when it is a CSV by its Content-Type, `None` when it is not.
    pub(crate) fn csv(&self) -> Result<Option<&'a [u8]>, Refusal> {
        let given = self.request.headers().get(header::CONTENT_TYPE).and_then(|given| given.to_str().ok());
        if given.map(essence).as_deref() != Some("text/csv") {
            return Ok(None);
        }
        self.check_size()?;
        Ok(Some(self.body()))
    }

    /// Whether the caller would have a CSV.
    pub(crate) fn accepts_csv(&self) -> bool {
        let given = self.request.headers().get(header::ACCEPT).and_then(|given| given.to_str().ok());
        given.is_some_and(|given| given.split(',').any(|kind| essence(kind) == "text/csv"))
    }

    fn check_body(&self) -> Result<(), Refusal> {
        if let Some(given) = self.request.headers().get(header::CONTENT_TYPE)
            && !given.to_str().is_ok_and(is_json)
        {
            let error = "The body must be JSON: Content-Type: application/json.";
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", error));
        }
        self.check_size()
    }

    fn check_size(&self) -> Result<(), Refusal> {
        if self.body().len() > MOST_BODY {
            let error = format!("The body has {} bytes; at most {MOST_BODY} are allowed.", self.body().len());
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", error));
        }
        Ok(())
    }
}

/// The parser's words, which end in the line and the column.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if text.contains(" at line ") { text } else { format!("{text} at line {} column {}", error.line(), error.column()) }
}

/// A media type without its parameters.
fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(content_type: &str) -> bool {
    let essence = essence(content_type);
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// What a handler answers when all is well.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Body,
    pub(crate) replayed: bool,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl Answer {
    fn of(body: Body, content_type: &'static str) -> Answer {
        Answer { status: StatusCode::OK, body, replayed: false, content_type, headers: Vec::new() }
    }

    /// A 200 with this body.
    pub(crate) fn json(body: &impl Serialize) -> Answer {
        let body = serde_json::to_string(body).expect("wire types have string keys and no fallible serializers");
        Answer::of(Body::Text(body), "application/json")
    }

    /// A 200 with a CSV, and where the next part of it begins.
    pub(crate) fn csv(body: String, next: Option<String>) -> Answer {
        let next = next.and_then(|next| HeaderValue::try_from(next).ok());
        let headers = next.map(|next| (HeaderName::from_static("x-next-cursor"), next)).into_iter().collect();
        Answer { headers, ..Answer::of(Body::Text(body), "text/csv; charset=utf-8") }
    }

    /// A 200 with a file of this name, which is ASCII without quotes.
    pub(crate) fn file(body: Body, content_type: &'static str, name: &str) -> Answer {
        let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")).ok();
        let headers = disposition.map(|value| (header::CONTENT_DISPOSITION, value)).into_iter().collect();
        Answer { headers, ..Answer::of(body, content_type) }
    }

    /// A 303 that leads to a link.
    pub(crate) fn see_other(link: &str, body: &impl Serialize) -> Answer {
        let place = HeaderValue::try_from(link).ok();
        let headers = place.map(|value| (header::LOCATION, value)).into_iter().collect();
        Answer { status: StatusCode::SEE_OTHER, headers, ..Answer::json(body) }
    }

    /// The same with another status.
    pub(crate) fn status(self, status: StatusCode) -> Answer {
        Answer { status, ..self }
    }

    /// The same, marked as the answer to an earlier request.
    pub(crate) fn replayed(self, replayed: bool) -> Answer {
        Answer { replayed, ..self }
    }
}
