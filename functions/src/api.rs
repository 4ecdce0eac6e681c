//! The HTTP interface behind API Gateway.

use crate::{
    adapters::Aws,
    http::{body_bytes, request_id},
    settings, telemetry,
};
use baton_api::{App, RequestId};
use baton_aws::{clock::SystemClock, control::ControlTable, everything::Everything, parameters::Documents};
use lambda_http::{Error, Request, Response, service_fn};

/// Runs the function.
///
/// # Errors
/// A setting is missing, or the runtime fails.
pub async fn run() -> Result<(), Error> {
    telemetry::init();
    let aws = Aws::load();
    let dynamodb = aws_sdk_dynamodb::Client::new(&aws.config);
    let ports = Everything {
        messages: aws.messages()?,
        control: ControlTable::new(dynamodb, settings::required("CONTROL_TABLE")?, aws.meter.clone()),
        outbox: aws.outbox(),
        channels: aws.channels()?,
        wake_ups: aws.wake_ups()?,
        state: aws.state()?,
        documents: Documents {
            client: aws_sdk_ssm::Client::new(&aws.config),
            path: settings::required("PROVIDERS_PATH")?,
        },
    };
    let app = App { ports, clock: SystemClock, retention_days: settings::number("MESSAGE_RETENTION_DAYS", 90)? };
    let (app, meter) = (&app, &aws.meter);
    lambda_http::run(service_fn(move |request: Request| async move {
        let response = baton_api::handle(app, plain(request)).await;
        telemetry::consumed(meter);
        Ok::<Response<String>, Error>(response)
    }))
    .await
}

/// The request without what belongs to the gateway: its id is kept, and a path with the stage in front of it loses that.
fn plain(request: Request) -> http::Request<Vec<u8>> {
    let id = request_id(&request);
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let path = path.find("/api/").map_or(path, |start| &path[start..]).to_owned();
    if let Ok(uri) = path.parse() {
        parts.uri = uri;
    }
    let mut request = http::Request::from_parts(parts, body_bytes(body));
    request.extensions_mut().clear();
    if let Some(id) = id {
        request.extensions_mut().insert(RequestId(id));
    }
    request
}
