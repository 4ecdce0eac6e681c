//! Why a request is not done.

use crate::wire::{Detail, ErrorAnswer};
use baton_pipeline::{accept::AcceptError, ports::PortError, tasks::TaskError};
use http::{HeaderName, HeaderValue, StatusCode, header};

/// Why a request is not done, with all that its answer says.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Parts>);

#[derive(Debug)]
struct Parts {
    status: StatusCode,
    code: &'static str,
    error: String,
    details: Vec<Detail>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<PortError>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, error: impl Into<String>) -> Refusal {
        let parts = Parts { status, code, error: error.into(), details: Vec::new(), headers: Vec::new(), cause: None };
        Refusal(Box::new(parts))
    }

    pub(crate) fn not_found(what: &str) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "not_found", format!("There is no such {what}."))
    }

    pub(crate) fn unauthorized() -> Refusal {
        let error = "A valid API key or session token is needed, as in \"Authorization: Bearer bt_...\".";
        Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", error)
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    pub(crate) fn forbidden(error: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::FORBIDDEN, "forbidden", error)
    }

    /// Well-formed, and refused as a whole.
    pub(crate) fn unprocessable(code: &'static str, error: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, code, error)
    }

    pub(crate) fn internal() -> Refusal {
        let error = "Something went wrong on our side; repeating the request with the same Idempotency-Key is safe.";
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error)
    }

    pub(crate) fn details(mut self, details: Vec<Detail>) -> Refusal {
        self.0.details = details;
        self
    }

    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Refusal {
        self.0.headers.push((name, value));
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.0.status
    }

    pub(crate) fn code(&self) -> &'static str {
        self.0.code
    }

    /// What is behind an internal error: for the log alone.
    pub(crate) fn cause(&self) -> Option<&PortError> {
        self.0.cause.as_ref()
    }

    /// The port that failed, where one did.
    pub(crate) fn into_cause(self) -> Option<PortError> {
        self.0.cause
    }

    /// The body of the answer, and the headers that belong to it.
    pub(crate) fn into_answer(self, request_id: &str) -> (ErrorAnswer, Vec<(HeaderName, HeaderValue)>) {
        let Parts { code, error, details, headers, .. } = *self.0;
        (ErrorAnswer { error, code: code.to_owned(), details, request_id: request_id.to_owned() }, headers)
    }
}

impl From<PortError> for Refusal {
    fn from(cause: PortError) -> Refusal {
        let mut refusal = Refusal::internal();
        refusal.0.cause = Some(cause);
        refusal
    }
}

impl From<AcceptError> for Refusal {
    fn from(error: AcceptError) -> Refusal {
        match error {
            AcceptError::OtherRequest => {
                Refusal::unprocessable("idempotency_mismatch", "This bulkId was used before, for another request.")
            }
            AcceptError::Port(cause) => cause.into(),
        }
    }
}

impl From<TaskError> for Refusal {
    fn from(error: TaskError) -> Refusal {
        let conflict = |code, error| Refusal::new(StatusCode::CONFLICT, code, error);
        match error {
            TaskError::Missing => Refusal::not_found("task"),
            TaskError::NotStarted => conflict("task_not_started", "The task was never started."),
            TaskError::Paused => {
                conflict("task_paused", "The task is paused; resume it with DELETE /pausedTasks/{id}.")
            }
            TaskError::Completed => {
                conflict("task_completed", "The task is completed: all of its messages have come to their end.")
            }
            TaskError::Port(cause) => cause.into(),
        }
    }
}
