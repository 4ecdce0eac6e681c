//! The OpenAPI 3.1 document, made from the table of routes and the wire types.

use crate::{
    examples,
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
        schema::{Object, Schema, Type},
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
        wire::BandwidthEntry,
        wire::CallbackEntry,
        wire::CallbackList,
        wire::CallbackSecret,
        wire::CallbackSecretList,
        wire::CallbackTry,
        wire::NewCallbackSecret,
        wire::BandwidthList,
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
        wire::Login,
        wire::MakeKey,
        wire::MakeUser,
        wire::Message,
        wire::MessageItem,
        wire::MessageList,
        wire::Names,
        wire::NewKey,
        wire::OutboxEntry,
        wire::OutboxList,
        wire::PostMessages,
        wire::ProviderEntry,
        wire::ProviderFault,
        wire::ProviderList,
        wire::Refresh,
        wire::RescheduleMessage,
        wire::SetBandwidth,
        wire::SetUser,
        wire::TimelineEntry,
        wire::Tokens,
        wire::User,
        wire::UserList,
        crate::ports::Role,
        wire::ChangeTask,
        wire::MakeTask,
        wire::NamedTask,
        wire::StatusOfTask,
        wire::Task,
        wire::TaskFile,
        wire::TaskFileError,
        wire::TaskList,
        wire::ChannelPreview,
        wire::NewTemplate,
        wire::PreviewTemplate,
        wire::PutTemplate,
        wire::Template,
        wire::TemplateList,
        wire::TemplatePreview,
        wire::TemplateVariable,
        wire::Validated,
        wire::ShortLink,
        wire::ShortLinkList,
        wire::PutSenders,
        wire::SenderEntry,
        wire::SenderList,
        wire::SetSender,
        wire::SetTariff,
        wire::TariffEntry,
        wire::TariffList,
        crate::ports::Scope,
        wire::Track,
        wire::Tracks,
        wire::NewStop,
        wire::PutStopList,
        wire::RefusedStop,
        wire::StopEntries,
        wire::StopEntry,
        wire::StopsPut,
        wire::StopsRemoved,
        wire::CheckPhones,
        wire::CheckedPhone,
        wire::PhoneCheck,
        wire::SetWhiteList,
        wire::WhiteList,
        wire::WhiteListEntry,
        wire::Export,
        wire::ExportList,
        wire::MakeExport,
        wire::NewExport,
        crate::ports::ExportFormat,
        wire::AddedFile,
        wire::AddedFiles,
        wire::BulkFile,
        wire::FileLink,
        wire::MakeUpload,
        wire::PostBulk,
        wire::PostFiles,
        wire::Upload,
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
    if let Some(components) = &mut document.components {
        ANSWERS.iter().for_each(|name| require_all(components.schemas.get_mut(*name)));
    }
    let key = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("bt_<account>_<key>_<secret>");
    let key = key.description(Some("An API key, or a session token of POST /auth/login."));
    if let Some(components) = &mut document.components {
        components.add_security_scheme(KEY, SecurityScheme::Http(key.build()));
    }
    document
}

/// The types of answers: their fields are always there, if only as null.
const ANSWERS: [&str; 57] = [
    "NamedTask",
    "StatusOfTask",
    "Task",
    "TaskFile",
    "TaskFileError",
    "TaskList",
    "CallbackEntry",
    "CallbackList",
    "CallbackSecret",
    "CallbackSecretList",
    "CallbackTry",
    "NewCallbackSecret",
    "BandwidthEntry",
    "BandwidthList",
    "ProviderEntry",
    "ProviderFault",
    "ProviderList",
    "Accepted",
    "Attempt",
    "AttemptError",
    "ItemError",
    "Key",
    "KeyList",
    "Message",
    "MessageList",
    "NewKey",
    "OutboxEntry",
    "OutboxList",
    "TimelineEntry",
    "Tokens",
    "User",
    "UserList",
    "ChannelPreview",
    "NewTemplate",
    "Template",
    "TemplateList",
    "TemplatePreview",
    "TemplateVariable",
    "Validated",
    "ShortLink",
    "ShortLinkList",
    "SenderEntry",
    "SenderList",
    "TariffEntry",
    "TariffList",
    "RefusedStop",
    "StopEntries",
    "StopEntry",
    "StopsPut",
    "StopsRemoved",
    "WhiteList",
    "WhiteListEntry",
    "CheckedPhone",
    "PhoneCheck",
    "Export",
    "ExportList",
    "NewExport",
];
/// But for these, which lists leave out.
const SOMETIMES: [&str; 2] = ["timeline", "files"];

fn require_all(schema: Option<&mut RefOr<Schema>>) {
    if let Some(RefOr::T(Schema::Object(object))) = schema {
        object.required =
            object.properties.keys().filter(|name| !SOMETIMES.contains(&name.as_str())).cloned().collect();
    }
}

fn method(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "DELETE" => HttpMethod::Delete,
        "PATCH" => HttpMethod::Patch,
        "PUT" => HttpMethod::Put,
        _ => HttpMethod::Get,
    }
}

/// What a route's own description says, with what all routes have in common.
fn operation(route: &Route) -> Operation {
    let mut operation = (route.operation)();
    operation.tags = Some(vec![tag(route).to_owned()]);
    for (status, description) in errors(route, &operation) {
        let body = Content::new(Some(Ref::from_schema_name("ErrorAnswer")));
        let response = Response::builder().description(description).content("application/json", body).build();
        operation.responses.responses.insert(status.to_owned(), response.into());
    }
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
    examples::show(&mut operation);
    operation
}

/// What a route stands under for people.
fn tag(route: &Route) -> &'static str {
    match route.pattern.split('/').nth(1) {
        Some("health" | "openapi.json") | None => "service",
        Some("startedTasks" | "pausedTasks") => "tasks",
        Some(first) => first,
    }
}

/// The errors that a route may answer with.
fn errors(route: &Route, operation: &Operation) -> Vec<(&'static str, &'static str)> {
    let (keyed, patches) = (route.scope.is_some(), route.method == Method::PATCH);
    let posts = has_parameter(operation, "Idempotency-Key");
    let users = route.pattern.starts_with("/users/") && route.method != Method::GET;
    let login = route.pattern.starts_with("/auth/");
    let contended = matches!(route.method, Method::PUT | Method::DELETE) && route.pattern == "/templates/{id}";
    let moves = route.pattern.starts_with("/startedTasks/") || route.pattern.starts_with("/pausedTasks/");
    let of = |holds: bool, status, description| holds.then_some((status, description));
    let named = route.pattern.contains('{') || matches!(route.pattern, "/outbox" | "/phoneChecks");
    [
        of(operation.request_body.is_some(), "400", "The body is not what its Content-Type says, or something in it has the wrong type."),
        of(
            keyed,
            "401",
            "No API key or session token, or none that is valid. The error of an expired token is `Token is expired.`",
        ),
        of(login, "401", "The e-mail, the password or the refresh token is not good."),
        of(keyed, "403", "The key or the user lacks the scope, or another account was named."),
        of(route.pattern == "/auth/login", "403", "The user may not act for the account that was named."),
        of(named, "404", "There is no such thing."),
        of(posts, "409", "The first request with this Idempotency-Key is still running; see Retry-After."),
        of(moves, "409", "The task is not in a state for that (task_not_started, task_paused, task_completed), or the first request with this Idempotency-Key is still running; see Retry-After."),
        of(patches, "409", "The message does not wait any more: it has gone out, or has come to its end."),
        of(contended, "409", "Others are changing it; repeat the request."),
        of(users, "409", "Another user has the e-mail, or the account would be left without an admin."),
        of(operation.request_body.is_some(), "413", "The body has more than 5 MB."),
        of(operation.request_body.is_some(), "415", "The Content-Type is none of those that the body may have."),
        of(keyed || login, "422", "Well-formed, and refused: details says why."),
        of(route.pattern == "/auth/login", "429", "Too many attempts to log in; see Retry-After."),
        of(
            keyed || login,
            "500",
            "Something went wrong on our side; repeating the request with the same Idempotency-Key is safe.",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Operations named `list…` are lists.
fn is_list(operation: &Operation) -> bool {
    operation.operation_id.as_ref().is_some_and(|id| id.starts_with("list"))
}

fn has_parameter(operation: &Operation, name: &str) -> bool {
    let mut known = operation.parameters.iter().flatten();
    known.any(|known| matches!(known, RefOr::T(parameter) if parameter.name == name))
}

fn list_parameters(operation: &Operation) -> Vec<Parameter> {
    PARAMETERS.iter().filter(|name| !has_parameter(operation, name)).map(|name| list_parameter(name)).collect()
}

fn list_parameter(name: &str) -> Parameter {
    let (kind, description) = match name {
        "limit" => (
            Type::Integer,
            "The most items, 1 to 1000; 50 when absent. An answer of some 4 MB ends earlier, with a nextCursor.",
        ),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{routes, submission};
    use std::collections::BTreeSet;

    fn properties(name: &str) -> BTreeSet<String> {
        let document = document();
        let schemas = document.components.expect("components").schemas;
        match schemas.get(name) {
            Some(RefOr::T(Schema::Object(object))) => object.properties.keys().cloned().collect(),
            _ => panic!("{name} is no object"),
        }
    }

    fn without<'a>(fields: &[&'a str], left_out: &[&str]) -> BTreeSet<String> {
        fields.iter().filter(|name| !left_out.contains(name)).map(|name: &&'a str| (*name).to_owned()).collect()
    }

    /// Bodies are read by hand, so the types of the document could drift from what is read.
    #[test]
    fn the_document_has_the_fields_that_are_read() {
        let of_content: Vec<_> = submission::CONTENT_FIELDS.iter().map(|(name, _)| *name).collect();
        let table: [(&str, &[&str], &[&str]); 24] = [
            ("PostMessages", &submission::FIELDS, &[]),
            ("MessageItem", &submission::ITEM_FIELDS, &[]),
            ("ChannelContent", &of_content, &[]),
            ("Destination", &submission::DESTINATION_FIELDS, &[]),
            ("CancelMessages", &routes::messages::cancel::FIELDS, &[]),
            ("MakeTask", &routes::tasks::make::FIELDS, &[]),
            ("ChangeTask", &routes::tasks::make::FIELDS, &[]),
            ("RescheduleMessage", &routes::messages::reschedule::FIELDS, &[]),
            ("MakeKey", &routes::keys::make::FIELDS, &[]),
            ("SetBandwidth", &routes::bandwidth::put::FIELDS, &[]),
            ("Login", &routes::auth::login::FIELDS, &[]),
            ("Refresh", &routes::auth::refresh::FIELDS, &[]),
            ("MakeUser", &routes::users::make::FIELDS, &[]),
            ("SetUser", &routes::users::put::FIELDS, &[]),
            ("PutTemplate", &submission::TEMPLATE_FIELDS, &[]),
            ("PreviewTemplate", &submission::PREVIEW_FIELDS, &[]),
            ("PutSenders", &routes::prices::put_senders::FIELDS, &[]),
            ("SetSender", &routes::prices::put_senders::SENDER_FIELDS, &[]),
            ("SetTariff", &routes::prices::list_tariffs::FIELDS, &[]),
            ("PutStopList", &routes::stop_list::put::FIELDS, &[]),
            ("NewStop", &routes::stop_list::put::LINE_FIELDS, &[]),
            ("SetWhiteList", &routes::white_list::put::FIELDS, &[]),
            ("CheckPhones", &routes::phone_checks::post::FIELDS, &[]),
            ("MakeExport", &routes::exports::make::fields(), &[]),
        ];
        for (name, fields, left_out) in table {
            assert_eq!(properties(name), without(fields, left_out), "{name}");
        }
    }

    #[test]
    fn the_fields_to_choose_from_are_those_of_the_items() {
        let table: [(&str, &[&str]); 16] = [
            ("CallbackEntry", &routes::callbacks::list::FIELDS),
            ("CallbackSecret", &routes::callbacks::secrets::FIELDS),
            ("Message", &routes::messages::list::FIELDS),
            ("OutboxEntry", &routes::outbox::FIELDS),
            ("Key", &routes::keys::list::FIELDS),
            ("ProviderEntry", &routes::providers::FIELDS),
            ("BandwidthEntry", &routes::bandwidth::list::FIELDS),
            ("User", &routes::users::list::FIELDS),
            ("Template", &routes::templates::list::FIELDS),
            ("Task", &routes::tasks::list::FIELDS),
            ("ShortLink", &routes::short_links::list::FIELDS),
            ("SenderEntry", &routes::prices::list_senders::FIELDS),
            ("TariffEntry", &routes::prices::list_tariffs::FIELDS),
            ("StopEntry", &routes::stop_list::list::FIELDS),
            ("WhiteListEntry", &routes::white_list::list::FIELDS),
            ("Export", &routes::exports::list::FIELDS),
        ];
        for (name, fields) in table {
            assert_eq!(properties(name), without(fields, &[]), "{name}");
        }
    }

    #[test]
    fn every_route_is_in_the_document_and_nothing_else() {
        let document = document();
        let described: usize = document
            .paths
            .paths
            .values()
            .map(|item| [&item.get, &item.post, &item.delete, &item.put, &item.patch].into_iter().flatten().count())
            .sum();
        assert_eq!(described, ROUTES.len());
        let mut ids = BTreeSet::new();
        for route in &ROUTES {
            let item = &document.paths.paths[route.pattern];
            let operation = match route.method.as_str() {
                "POST" => &item.post,
                "DELETE" => &item.delete,
                "PATCH" => &item.patch,
                "PUT" => &item.put,
                _ => &item.get,
            };
            let operation = operation.as_ref().unwrap_or_else(|| panic!("{} {}", route.method, route.pattern));
            assert!(ids.insert(operation.operation_id.clone()));
            assert_eq!(operation.security.is_some(), route.scope.is_some());
        }
    }
}
