use crate::{call::Answer, wire::Health};

/// Says that the service answers.
#[utoipa::path(get, path = "/health", tag = "service", operation_id = "health",
    responses((status = 200, description = "It does.", body = Health)))]
pub(crate) fn handle() -> Answer {
    Answer::json(&Health { status: "ok".to_owned() })
}
