//! The examples of the document: a file of `examples/` for each route, named after its operation.
//!
//! | member | what |
//! |---|---|
//! | `after` | the operation whose example makes what this one is about; a test sends that one first |
//! | `path`, `query` | what stands in the path and in the query |
//! | `request` | the body |
//! | `response` | the answer |
//!
//! A value of `after`'s `response` that stands in another member is, when it is sent, the one of the real answer. A test sends
//! every example and holds what is answered, and what is promised here, against the schemas.

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::openapi::{
    Content, RefOr,
    path::{Operation, ParameterBuilder},
};

/// The example of a route.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Example {
    /// For tests alone: it goes without saying in the document.
    #[serde(default, rename = "after")]
    _after: Option<String>,
    #[serde(default)]
    path: Map<String, Value>,
    #[serde(default)]
    query: Map<String, Value>,
    pub(crate) request: Option<Value>,
    pub(crate) response: Value,
}

/// The names of files are those of operations.
macro_rules! examples {
    ($($operation:literal)*) => {
        &[$(($operation, include_str!(concat!("../examples/", $operation, ".json")))),*]
    };
}

/// Every example, by its operation. A new route has a line here and a file.
const EXAMPLES: &[(&str, &str)] = examples! {
    "postMessages" "listMessages" "cancelMessages" "getMessage" "rescheduleMessage" "validateMessages"
    "listOutbox"
    "listKeys" "makeKey" "revokeKey"
    "listProviders" "listBandwidth" "putBandwidth"
    "listCallbacks" "retryCallback" "listCallbackSecrets" "makeCallbackSecret" "removeCallbackSecret"
    "login" "refresh"
    "listUsers" "makeUser" "getUser" "putUser" "removeUser"
    "listTasks" "makeTask" "getTask" "changeTask" "deleteTask" "getTaskStatus" "startTask" "pauseTask" "resumeTask"
    "listTemplates" "makeTemplate" "getTemplate" "putTemplate" "deleteTemplate" "previewTemplate"
    "listShortLinks"
    "listSenders" "putSenders" "listSmsTariffs" "putSmsTariffs"
    "listStops" "putStopList" "removeFromStopList"
    "listWhiteList" "putWhiteList"
    "checkPhones"
    "makeExport" "listExports" "getExport" "getTaskReport"
    "uploadTaskFile"
    "health" "openapi"
};

/// Routes that take or give files, which JSON can not show.
#[cfg(test)]
const FILES: &[&str] = &["addTaskFiles", "getTaskErrors", "getSheet", "postBulk", "getBulk"];

/// The example of an operation.
pub(crate) fn of(operation: &str) -> Option<Example> {
    let (_, text) = EXAMPLES.iter().find(|(name, _)| *name == operation)?;
    serde_json::from_str(text).ok()
}

/// Puts the example of an operation into what the document says of it.
pub(crate) fn show(operation: &mut Operation) {
    let Some(example) = operation.operation_id.as_deref().and_then(of) else { return };
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(known) = parameter
            && let Some(value) = example.path.get(&known.name).or_else(|| example.query.get(&known.name))
        {
            let shown = ParameterBuilder::from(std::mem::take(known)).example(Some(value.clone()));
            *parameter = RefOr::T(shown.build());
        }
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        body.content.values_mut().for_each(|content| put(content, example.request.as_ref()));
    }
    if let Some(RefOr::T(answer)) = operation.responses.responses.get_mut("200") {
        let json = answer.content.iter_mut().filter(|(kind, _)| *kind == "application/json");
        json.for_each(|(_, content)| put(content, Some(&example.response)));
    }
}

fn put(content: &mut RefOr<Content>, example: Option<&Value>) {
    if let RefOr::T(content) = content {
        content.example = example.cloned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::ROUTES;

    #[test]
    fn every_route_has_an_example_and_every_example_a_route() {
        let operations: Vec<_> = ROUTES.iter().map(|route| (route.operation)()).collect();
        for operation in &operations {
            let name = operation.operation_id.as_deref().expect("an id");
            if FILES.contains(&name) {
                continue;
            }
            let example = of(name).unwrap_or_else(|| panic!("examples/{name}.json is missing, or has another shape"));
            assert_eq!(example.request.is_some(), operation.request_body.is_some(), "{name}");
        }
        for (name, _) in EXAMPLES {
            assert!(operations.iter().any(|known| known.operation_id.as_deref() == Some(name)), "{name} has no route");
        }
    }
}
