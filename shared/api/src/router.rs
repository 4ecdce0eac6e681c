//! The routes: one table that finds handlers, answers 405 and makes the OpenAPI document.

use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    ports::Scope,
    refusal::Refusal,
    routes::{
        auth, bandwidth, bulk, callbacks, exports, files, health, keys, messages, openapi, outbox, phone_checks,
        prices, providers, short_links, stop_list, tasks, templates, users, white_list,
    },
};
use baton_pipeline::ports::Clock;
use http::{HeaderValue, Method, StatusCode, header};
use utoipa::{Path, openapi::path::Operation};

/// Where all routes begin.
pub(crate) const BASE: &str = "/api/v1";

/// What answers a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handler {
    Health,
    OpenApi,
    PostMessages,
    ListMessages,
    CancelMessages,
    GetMessage,
    RescheduleMessage,
    Outbox,
    ListKeys,
    MakeKey,
    RevokeKey,
    ListProviders,
    ListBandwidth,
    PutBandwidth,
    ListCallbacks,
    RetryCallback,
    ListCallbackSecrets,
    MakeCallbackSecret,
    RemoveCallbackSecret,
    Login,
    Refresh,
    ListUsers,
    MakeUser,
    GetUser,
    PutUser,
    RemoveUser,
    ValidateMessages,
    ListTasks,
    MakeTask,
    GetTask,
    ChangeTask,
    DeleteTask,
    GetTaskStatus,
    StartTask,
    PauseTask,
    ResumeTask,
    ListTemplates,
    MakeTemplate,
    GetTemplate,
    PutTemplate,
    DeleteTemplate,
    PreviewTemplate,
    ListShortLinks,
    ListSenders,
    PutSenders,
    ListSmsTariffs,
    PutSmsTariffs,
    ListStops,
    PutStops,
    RemoveStops,
    ListWhiteList,
    PutWhiteList,
    CheckPhones,
    MakeExport,
    ListExports,
    GetExport,
    GetTaskReport,
    AddTaskFiles,
    UploadTaskFile,
    GetTaskErrors,
    GetSheet,
    PostBulk,
    GetBulk,
}

/// One line of the table.
pub(crate) struct Route {
    pub(crate) method: Method,
    /// Below [`BASE`]; `{name}` stands for one segment.
    pub(crate) pattern: &'static str,
    /// What the key must be good for; `None` where no key is needed.
    pub(crate) scope: Option<Scope>,
    pub(crate) handler: Handler,
    /// What the OpenAPI document says of it.
    pub(crate) operation: fn() -> Operation,
}

/// Every route.
pub(crate) static ROUTES: [Route; 63] = {
    use Scope::{Admin, Operator, Read, Send};
    [
        route(Method::POST, "/messages", Some(Send), Handler::PostMessages, messages::post::__path_handle::operation),
        route(Method::GET, "/messages", Some(Read), Handler::ListMessages, messages::list::__path_handle::operation),
        route(
            Method::DELETE,
            "/messages",
            Some(Send),
            Handler::CancelMessages,
            messages::cancel::__path_handle::operation,
        ),
        route(Method::GET, "/messages/{id}", Some(Read), Handler::GetMessage, messages::get::__path_handle::operation),
        route(
            Method::PATCH,
            "/messages/{id}",
            Some(Send),
            Handler::RescheduleMessage,
            messages::reschedule::__path_handle::operation,
        ),
        route(Method::GET, "/outbox", Some(Read), Handler::Outbox, outbox::__path_handle::operation),
        route(Method::GET, "/keys", Some(Admin), Handler::ListKeys, keys::list::__path_handle::operation),
        route(Method::POST, "/keys", Some(Admin), Handler::MakeKey, keys::make::__path_handle::operation),
        route(Method::DELETE, "/keys/{id}", Some(Admin), Handler::RevokeKey, keys::revoke::__path_handle::operation),
        route(Method::GET, "/providers", Some(Read), Handler::ListProviders, providers::__path_handle::operation),
        route(Method::GET, "/bandwidth", Some(Read), Handler::ListBandwidth, bandwidth::list::__path_handle::operation),
        route(
            Method::PUT,
            "/bandwidth/{companyId}",
            Some(Admin),
            Handler::PutBandwidth,
            bandwidth::put::__path_handle::operation,
        ),
        route(Method::GET, "/callbacks", Some(Read), Handler::ListCallbacks, callbacks::list::__path_handle::operation),
        route(
            Method::POST,
            "/callbacks/{id}/retry",
            Some(Send),
            Handler::RetryCallback,
            callbacks::retry::__path_handle::operation,
        ),
        route(
            Method::GET,
            "/callbacks/secrets",
            Some(Admin),
            Handler::ListCallbackSecrets,
            callbacks::secrets::__path_handle::operation,
        ),
        route(
            Method::POST,
            "/callbacks/secrets",
            Some(Admin),
            Handler::MakeCallbackSecret,
            callbacks::make_secret::__path_handle::operation,
        ),
        route(
            Method::DELETE,
            "/callbacks/secrets/{id}",
            Some(Admin),
            Handler::RemoveCallbackSecret,
            callbacks::remove_secret::__path_handle::operation,
        ),
        route(Method::POST, "/auth/login", None, Handler::Login, auth::login::__path_handle::operation),
        route(Method::POST, "/auth/refresh", None, Handler::Refresh, auth::refresh::__path_handle::operation),
        route(Method::GET, "/users", Some(Admin), Handler::ListUsers, users::list::__path_handle::operation),
        route(Method::POST, "/users", Some(Admin), Handler::MakeUser, users::make::__path_handle::operation),
        route(Method::GET, "/users/{id}", Some(Admin), Handler::GetUser, users::get::__path_handle::operation),
        route(Method::PUT, "/users/{id}", Some(Admin), Handler::PutUser, users::put::__path_handle::operation),
        route(Method::DELETE, "/users/{id}", Some(Admin), Handler::RemoveUser, users::remove::__path_handle::operation),
        route(
            Method::POST,
            "/messages/validate",
            Some(Send),
            Handler::ValidateMessages,
            messages::validate::__path_handle::operation,
        ),
        route(Method::GET, "/tasks", Some(Read), Handler::ListTasks, tasks::list::__path_handle::operation),
        route(Method::POST, "/tasks", Some(Send), Handler::MakeTask, tasks::make::__path_handle::operation),
        route(Method::GET, "/tasks/{id}", Some(Read), Handler::GetTask, tasks::get::__path_handle::operation),
        route(Method::PUT, "/tasks/{id}", Some(Send), Handler::ChangeTask, tasks::change::__path_handle::operation),
        route(Method::DELETE, "/tasks/{id}", Some(Send), Handler::DeleteTask, tasks::delete::__path_handle::operation),
        route(
            Method::GET,
            "/tasks/{id}/statuses",
            Some(Read),
            Handler::GetTaskStatus,
            tasks::status::__path_handle::operation,
        ),
        route(
            Method::POST,
            "/startedTasks/{id}",
            Some(Send),
            Handler::StartTask,
            tasks::start::__path_handle::operation,
        ),
        route(
            Method::POST,
            "/pausedTasks/{id}",
            Some(Send),
            Handler::PauseTask,
            tasks::pause::__path_handle::operation,
        ),
        route(
            Method::DELETE,
            "/pausedTasks/{id}",
            Some(Send),
            Handler::ResumeTask,
            tasks::resume::__path_handle::operation,
        ),
        route(Method::GET, "/templates", Some(Read), Handler::ListTemplates, templates::list::__path_handle::operation),
        route(
            Method::POST,
            "/templates",
            Some(Admin),
            Handler::MakeTemplate,
            templates::make::__path_handle::operation,
        ),
        route(
            Method::GET,
            "/templates/{id}",
            Some(Read),
            Handler::GetTemplate,
            templates::get::__path_handle::operation,
        ),
        route(
            Method::PUT,
            "/templates/{id}",
            Some(Admin),
            Handler::PutTemplate,
            templates::put::__path_handle::operation,
        ),
        route(
            Method::DELETE,
            "/templates/{id}",
            Some(Admin),
            Handler::DeleteTemplate,
            templates::delete::__path_handle::operation,
        ),
        route(
            Method::POST,
            "/templates/{id}/preview",
            Some(Read),
            Handler::PreviewTemplate,
            templates::preview::__path_handle::operation,
        ),
        route(
            Method::GET,
            "/shortLinks",
            Some(Read),
            Handler::ListShortLinks,
            short_links::list::__path_handle::operation,
        ),
        route(
            Method::GET,
            "/senders",
            Some(Read),
            Handler::ListSenders,
            prices::list_senders::__path_handle::operation,
        ),
        route(Method::PUT, "/senders", Some(Admin), Handler::PutSenders, prices::put_senders::__path_handle::operation),
        route(
            Method::GET,
            "/tariffs/sms",
            Some(Read),
            Handler::ListSmsTariffs,
            prices::list_tariffs::__path_handle::operation,
        ),
        route(
            Method::PUT,
            "/tariffs/sms",
            Some(Admin),
            Handler::PutSmsTariffs,
            prices::put_tariffs::__path_handle::operation,
        ),
        route(Method::GET, "/stopList", Some(Read), Handler::ListStops, stop_list::list::__path_handle::operation),
        route(Method::PUT, "/stopList", Some(Admin), Handler::PutStops, stop_list::put::__path_handle::operation),
        route(
            Method::DELETE,
            "/stopList",
            Some(Admin),
            Handler::RemoveStops,
            stop_list::remove::__path_handle::operation,
        ),
        route(
            Method::GET,
            "/whiteList",
            Some(Read),
            Handler::ListWhiteList,
            white_list::list::__path_handle::operation,
        ),
        route(
            Method::PUT,
            "/whiteList/{companyId}",
            Some(Operator),
            Handler::PutWhiteList,
            white_list::put::__path_handle::operation,
        ),
        route(
            Method::POST,
            "/phoneChecks",
            Some(Send),
            Handler::CheckPhones,
            phone_checks::post::__path_handle::operation,
        ),
        route(Method::POST, "/exports", Some(Read), Handler::MakeExport, exports::make::__path_handle::operation),
        route(Method::GET, "/exports", Some(Read), Handler::ListExports, exports::list::__path_handle::operation),
        route(Method::GET, "/exports/{id}", Some(Read), Handler::GetExport, exports::get::__path_handle::operation),
        route(
            Method::GET,
            "/tasks/{id}/report",
            Some(Read),
            Handler::GetTaskReport,
            exports::report::__path_handle::operation,
        ),
        route(Method::POST, "/tasks/{id}", Some(Send), Handler::AddTaskFiles, files::add::__path_handle::operation),
        route(
            Method::POST,
            "/tasks/{id}/upload",
            Some(Send),
            Handler::UploadTaskFile,
            files::upload::__path_handle::operation,
        ),
        route(
            Method::GET,
            "/tasks/{id}/errors",
            Some(Read),
            Handler::GetTaskErrors,
            files::errors::__path_handle::operation,
        ),
        route(
            Method::GET,
            "/tasks/sheets/{type}",
            Some(Read),
            Handler::GetSheet,
            files::sheet::__path_handle::operation,
        ),
        route(Method::POST, "/messages/bulk", Some(Send), Handler::PostBulk, bulk::post::__path_handle::operation),
        route(Method::GET, "/messages/bulk/{id}", Some(Read), Handler::GetBulk, bulk::get::__path_handle::operation),
        route(Method::GET, "/health", None, Handler::Health, health::__path_handle::operation),
        route(Method::GET, "/openapi.json", None, Handler::OpenApi, openapi::__path_handle::operation),
    ]
};

const fn route(
    method: Method,
    pattern: &'static str,
    scope: Option<Scope>,
    handler: Handler,
    operation: fn() -> Operation,
) -> Route {
    Route { method, pattern, scope, handler, operation }
}

/// The route of a request, and what stands in the place of its `{…}`.
pub(crate) fn find<'a>(method: &Method, path: &'a str) -> Result<(&'static Route, Vec<&'a str>), Refusal> {
    let of_path: Vec<_> = ROUTES.iter().filter_map(|route| Some((route, matches(route.pattern, path)?))).collect();
    if of_path.is_empty() {
        return Err(Refusal::not_found("route"));
    }
    let allowed = of_path.iter().map(|(route, _)| route.method.as_str()).collect::<Vec<_>>().join(", ");
    of_path.into_iter().find(|(route, _)| route.method == method).ok_or_else(|| {
        let error = format!("This route takes {allowed}.");
        let allow = HeaderValue::from_str(&allowed).unwrap_or(HeaderValue::from_static("GET"));
        Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", error).header(header::ALLOW, allow)
    })
}

fn matches<'a>(pattern: &str, path: &'a str) -> Option<Vec<&'a str>> {
    let path = path.strip_prefix(BASE)?;
    let path = path.strip_suffix('/').unwrap_or(path);
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut parameters = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(parameters),
            (Some(wanted), Some(given)) if wanted.starts_with('{') && !given.is_empty() => parameters.push(given),
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return None,
        }
    }
}

/// Hands a request to its handler.
pub(crate) async fn dispatch<P: Ports, C: Clock>(
    app: &App<P, C>,
    handler: Handler,
    caller: Option<&Caller>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    match (handler, caller) {
        (Handler::Health, _) => Ok(health::handle()),
        (Handler::OpenApi, _) => Ok(openapi::handle()),
        (Handler::Login, _) => auth::login::handle(app, call).await,
        (Handler::Refresh, _) => auth::refresh::handle(app, call).await,
        (_, None) => Err(Refusal::unauthorized()),
        (Handler::PostMessages, Some(caller)) => messages::post::handle(app, caller, call).await,
        (Handler::ListMessages, Some(caller)) => messages::list::handle(app, caller, call).await,
        (Handler::CancelMessages, Some(caller)) => messages::cancel::handle(app, caller, call).await,
        (Handler::GetMessage, Some(caller)) => messages::get::handle(app, caller, call).await,
        (Handler::RescheduleMessage, Some(caller)) => messages::reschedule::handle(app, caller, call).await,
        (Handler::Outbox, Some(caller)) => outbox::handle(app, caller, call).await,
        (Handler::ListKeys, Some(caller)) => keys::list::handle(app, caller, call).await,
        (Handler::MakeKey, Some(caller)) => keys::make::handle(app, caller, call).await,
        (Handler::RevokeKey, Some(caller)) => keys::revoke::handle(app, caller, call).await,
        (Handler::ListProviders, Some(caller)) => providers::handle(app, caller, call).await,
        (Handler::ListBandwidth, Some(caller)) => bandwidth::list::handle(app, caller, call).await,
        (Handler::PutBandwidth, Some(caller)) => bandwidth::put::handle(app, caller, call).await,
        (Handler::ListCallbacks, Some(caller)) => callbacks::list::handle(app, caller, call).await,
        (Handler::RetryCallback, Some(caller)) => callbacks::retry::handle(app, caller, call).await,
        (Handler::ListCallbackSecrets, Some(caller)) => callbacks::secrets::handle(app, caller, call).await,
        (Handler::MakeCallbackSecret, Some(caller)) => callbacks::make_secret::handle(app, caller, call).await,
        (Handler::RemoveCallbackSecret, Some(caller)) => callbacks::remove_secret::handle(app, caller, call).await,
        (Handler::ListUsers, Some(caller)) => users::list::handle(app, caller, call).await,
        (Handler::MakeUser, Some(caller)) => users::make::handle(app, caller, call).await,
        (Handler::GetUser, Some(caller)) => users::get::handle(app, caller, call).await,
        (Handler::PutUser, Some(caller)) => users::put::handle(app, caller, call).await,
        (Handler::RemoveUser, Some(caller)) => users::remove::handle(app, caller, call).await,
        (Handler::ValidateMessages, Some(caller)) => messages::validate::handle(app, caller, call).await,
        (Handler::ListTasks, Some(caller)) => tasks::list::handle(app, caller, call).await,
        (Handler::MakeTask, Some(caller)) => tasks::make::handle(app, caller, call).await,
        (Handler::GetTask, Some(caller)) => tasks::get::handle(app, caller, call).await,
        (Handler::ChangeTask, Some(caller)) => tasks::change::handle(app, caller, call).await,
        (Handler::DeleteTask, Some(caller)) => tasks::delete::handle(app, caller, call).await,
        (Handler::GetTaskStatus, Some(caller)) => tasks::status::handle(app, caller, call).await,
        (Handler::StartTask, Some(caller)) => tasks::start::handle(app, caller, call).await,
        (Handler::PauseTask, Some(caller)) => tasks::pause::handle(app, caller, call).await,
        (Handler::ResumeTask, Some(caller)) => tasks::resume::handle(app, caller, call).await,
        (Handler::ListTemplates, Some(caller)) => templates::list::handle(app, caller, call).await,
        (Handler::MakeTemplate, Some(caller)) => templates::make::handle(app, caller, call).await,
        (Handler::GetTemplate, Some(caller)) => templates::get::handle(app, caller, call).await,
        (Handler::PutTemplate, Some(caller)) => templates::put::handle(app, caller, call).await,
        (Handler::DeleteTemplate, Some(caller)) => templates::delete::handle(app, caller, call).await,
        (Handler::PreviewTemplate, Some(caller)) => templates::preview::handle(app, caller, call).await,
        (Handler::ListShortLinks, Some(caller)) => short_links::list::handle(app, caller, call).await,
        (Handler::ListSenders, Some(caller)) => prices::list_senders::handle(app, caller, call).await,
        (Handler::PutSenders, Some(caller)) => prices::put_senders::handle(app, caller, call).await,
        (Handler::ListSmsTariffs, Some(caller)) => prices::list_tariffs::handle(app, caller, call).await,
        (Handler::PutSmsTariffs, Some(caller)) => prices::put_tariffs::handle(app, caller, call).await,
        (Handler::ListStops, Some(caller)) => stop_list::list::handle(app, caller, call).await,
        (Handler::PutStops, Some(caller)) => stop_list::put::handle(app, caller, call).await,
        (Handler::RemoveStops, Some(caller)) => stop_list::remove::handle(app, caller, call).await,
        (Handler::ListWhiteList, Some(caller)) => white_list::list::handle(app, caller, call).await,
        (Handler::PutWhiteList, Some(caller)) => white_list::put::handle(app, caller, call).await,
        (Handler::CheckPhones, Some(caller)) => phone_checks::post::handle(app, caller, call).await,
        (Handler::MakeExport, Some(caller)) => exports::make::handle(app, caller, call).await,
        (Handler::ListExports, Some(caller)) => exports::list::handle(app, caller, call).await,
        (Handler::GetExport, Some(caller)) => exports::get::handle(app, caller, call).await,
        (Handler::GetTaskReport, Some(caller)) => exports::report::handle(app, caller, call).await,
        (Handler::AddTaskFiles, Some(caller)) => files::add::handle(app, caller, call).await,
        (Handler::UploadTaskFile, Some(caller)) => files::upload::handle(app, caller, call).await,
        (Handler::GetTaskErrors, Some(caller)) => files::errors::handle(app, caller, call).await,
        (Handler::GetSheet, Some(_)) => files::sheet::handle(call),
        (Handler::PostBulk, Some(caller)) => bulk::post::handle(app, caller, call).await,
        (Handler::GetBulk, Some(caller)) => bulk::get::handle(app, caller, call).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found_and_no_other_path_is() {
        for line in &ROUTES {
            let path = format!("{BASE}{}", line.pattern.replace("{id}", "x").replace("{companyId}", "1"));
            for path in [path.clone(), format!("{path}/")] {
                let (found, parameters) = find(&line.method, &path).unwrap_or_else(|_| panic!("{path}"));
                assert_eq!((found.handler, parameters.len()), (line.handler, line.pattern.matches('{').count()));
            }
        }
        for path in [
            "/",
            "",
            "/api/v1",
            "/api/v1/",
            "/api/v1/messages//",
            "/api/v1/messages/a/b",
            "/messages",
            "/api/v1/Messages",
        ] {
            let refusal = find(&Method::GET, path).err().unwrap_or_else(|| panic!("{path}"));
            assert_eq!(refusal.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn another_method_is_told_which_ones_there_are() {
        let refusal = find(&Method::PUT, "/api/v1/messages").err().expect("refused");
        assert_eq!(refusal.status(), StatusCode::METHOD_NOT_ALLOWED);
        let (_, headers) = refusal.into_answer("r");
        assert_eq!(headers, [(header::ALLOW, HeaderValue::from_static("POST, GET, DELETE"))]);
    }

    #[test]
    fn only_health_the_document_and_the_login_need_no_key() {
        let open: Vec<_> = ROUTES.iter().filter(|route| route.scope.is_none()).map(|route| route.handler).collect();
        assert_eq!(open, [Handler::Login, Handler::Refresh, Handler::Health, Handler::OpenApi]);
    }
}
