use crate::{call::Answer, document};

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "service", operation_id = "openapi",
    responses((status = 200, description = "OpenAPI 3.1, generated from the code.", body = Object)))]
pub(crate) fn handle() -> Answer {
    Answer::json(&document::document())
}
