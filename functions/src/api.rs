//! The HTTP interface behind API Gateway.

use crate::{
    adapters::{self, Aws},
    http::{api_id, body_bytes, request_id, source_address},
    settings, telemetry,
};
use baton_api::{App, RequestId, SourceAddress};
use baton_aws::{
    auth_keys::AuthKeyParameter, clock::SystemClock, everything::Everything, lookups::LookupProviders,
    parameters::Documents, prices::PriceTable,
};
use lambda_http::{Body, Error, Request, Response, service_fn};
use std::sync::OnceLock;

/// Runs the function.
///
/// # Errors
/// A setting is missing, or the runtime fails.
pub async fn run() -> Result<(), Error> {
    telemetry::init();
    let aws = Aws::load();
    let ssm = aws_sdk_ssm::Client::new(&aws.config);
    let documents = Documents { client: ssm.clone(), path: settings::required("PROVIDERS_PATH")? };
    let sandbox = settings::optional("OUTBOX_TABLE").is_some();
    let ports = Everything {
        messages: aws.messages()?,
        control: aws.control()?,
        outbox: aws.outbox(),
        channels: aws.channels()?,
        wake_ups: aws.wake_ups()?,
        state: aws.state()?,
        lookups: LookupProviders::new(documents.clone(), sandbox),
        documents,
        callbacks: aws.callbacks("QUEUE_CALLBACKS")?,
        auth_keys: AuthKeyParameter::new(ssm, settings::required("AUTH_KEYS")?),
        links: aws.links()?,
        prices: PriceTable::new(aws.control()?),
        exports: aws.exports("QUEUE_EXPORTS")?,
        objects: aws.objects().await?,
    };
    let (retention_days, short_url) = (settings::number("MESSAGE_RETENTION_DAYS", 90)?, adapters::short_url()?);
    let currency = settings::currency()?;
    let patience = adapters::patience()?;
    // The id of the API is known with the first request: see `SHORT_URL` in template.yaml.
    let app = OnceLock::new();
    let made = |request: &Request| App {
        ports: ports.clone(),
        clock: SystemClock,
        retention_days,
        private_callbacks: adapters::private_callbacks(),
        short_url: short_url.replace("{apiId}", &api_id(request).unwrap_or_default()),
        currency,
        patience,
    };
    let (app, made, meter) = (&app, &made, &aws.meter);
    lambda_http::run(service_fn(move |request: Request| async move {
        let app = app.get_or_init(|| made(&request));
        let response = baton_api::handle(app, plain(request)).await;
        telemetry::consumed(meter);
        Ok::<Response<Body>, Error>(response.map(body))
    }))
    .await
}

/// UTF-8's byte order mark.
const MARK: &str = "\u{feff}";

/// A body as the gateway takes it: bytes go through it in base 64, but for those of text, which `lambda_http` decodes. That drops
/// a byte order mark, by which Excel knows the encoding of CSV; so there is one more for it to drop.
fn body(body: baton_api::Body) -> Body {
    match body {
        baton_api::Body::Text(text) if text.starts_with(MARK) => Body::Text(format!("{MARK}{text}")),
        baton_api::Body::Text(text) => Body::Text(text),
        baton_api::Body::Bytes(bytes) if bytes.starts_with(MARK.as_bytes()) => {
            Body::Binary([MARK.as_bytes(), &bytes].concat())
        }
        baton_api::Body::Bytes(bytes) => Body::Binary(bytes.into_owned()),
    }
}

/// The request without what belongs to the gateway: its id and its source are kept, and a path with the stage in front of it loses that.
fn plain(request: Request) -> http::Request<Vec<u8>> {
    let (id, source) = (request_id(&request), source_address(&request));
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
    if let Some(source) = source {
        request.extensions_mut().insert(SourceAddress(source));
    }
    request
}
