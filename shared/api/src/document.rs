//! The OpenAPI 3.1 document, made from the table of routes and the wire types.

use crate::{
    lists::page::PARAMETERS,
    router::{BASE, ROUTES, Route},
    wire,
};
use http::Method;
use utoipa::{
    OpenApi,
    openapi::{
        Content, HttpMethod, OpenApi as Document, Ref, RefOr, Required, Response, Server,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem},
        schema::{Object, Type},
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

const KEY: &str = "apiKey";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Baton",
        description = "Hands a notification from channel to channel until one of them delivers it.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(
        wire::Accepted,
        wire::Attempt,
        wire::AttemptError,
        wire::CancelMessages,
        wire::ChannelContent,
        wire::Destination,
        wire::Detail,
        wire::ErrorAnswer,
        wire::Health,
        wire::ItemError,
        wire::Key,
        wire::KeyList,
        wire::MakeKey,
        wire::Message,
        wire::MessageItem,
        wire::MessageList,
        wire::NewKey,
        wire::OutboxEntry,
        wire::OutboxList,
        wire::PostMessages,
        wire::TimelineEntry,
        crate::ports::Scope,
    ))
)]
struct Schemas;

/// The document.
pub(crate) fn document() -> Document {
    let mut document = Schemas::openapi();
    document.servers = Some(vec![Server::new(BASE)]);
    for route in &ROUTES {
        let item = PathItem::new(method(&route.method), operation(route));
        match document.paths.paths.get_mut(route.pattern) {
            Some(known) => known.merge_operations(item),
            None => _ = document.paths.paths.insert(route.pattern.to_owned(), item),
        }
    }
    let key = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("bt_<account>_<key>_<secret>");
    if let Some(components) = &mut document.components {
        components.add_security_scheme(KEY, SecurityScheme::Http(key.build()));
    }
    document
}

fn method(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

/// What a route's own description says, with what all routes have in common.
fn operation(route: &Route) -> Operation {
    let mut operation = (route.operation)();
    let error = Content::new(Some(Ref::from_schema_name("ErrorAnswer")));
    let errors = Response::builder().description("An error.").content("application/json", error);
    operation.responses.responses.insert("default".to_owned(), errors.build().into());
    if let Some(scope) = route.scope {
        let scope = crate::caller::scope_name(scope);
        operation.security = Some(vec![SecurityRequirement::new(KEY, Vec::<String>::new())]);
        let description = operation.description.take().unwrap_or_default();
        operation.description = Some(format!("{description}\n\nNeeds the scope `{scope}`.").trim().to_owned());
    }
    if is_list(&operation) {
        let more: Vec<_> = list_parameters(&operation).into_iter().map(RefOr::T).collect();
        operation.parameters.get_or_insert_default().extend(more);
    }
    operation
}

/// Operations named `list…` are lists.
fn is_list(operation: &Operation) -> bool {
    operation.operation_id.as_ref().is_some_and(|id| id.starts_with("list"))
}

fn list_parameters(operation: &Operation) -> Vec<Parameter> {
    let is_known = |name: &str| {
        let mut known = operation.parameters.iter().flatten();
        known.any(|known| matches!(known, RefOr::T(parameter) if parameter.name == name))
    };
    PARAMETERS.iter().filter(|name| !is_known(name)).map(|name| list_parameter(name)).collect()
}

fn list_parameter(name: &str) -> Parameter {
    let (kind, description) = match name {
        "limit" => (Type::Integer, "The most items, 1 to 1000; 50 when absent."),
        "offset" => (Type::Integer, "How many items to leave out."),
        "page" => (Type::Integer, "The page, from 1, of `limit` items each."),
        "sort" => (Type::String, "createdAt, or -createdAt for the newest first."),
        "fields" => (Type::String, "The fields to show of each item, with commas."),
        "withoutCount" => (Type::Boolean, "Leaves out the count, which makes long lists quicker."),
        "withoutItems" => (Type::Boolean, "Leaves out the items."),
        "cursor" => (Type::String, "Goes on where the answer before ended: its nextCursor."),
        _ => (Type::String, "Accepted for existing clients; changes nothing."),
    };
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).required(Required::False);
    parameter.description(Some(description)).schema(Some(Object::with_type(kind))).build()
}
