//! HTTP requests as API Gateway hands them over.

use lambda_http::{Body, Request, RequestExt};
use std::net::IpAddr;

/// The body of a request, byte for byte.
#[must_use]
pub fn body_bytes(body: Body) -> Vec<u8> {
    match body {
        Body::Text(text) => text.into_bytes(),
        Body::Binary(bytes) => bytes,
        _ => Vec::new(),
    }
}

/// The request's id at the gateway.
#[must_use]
pub fn request_id(request: &Request) -> Option<String> {
    match request.request_context_ref()? {
        lambda_http::request::RequestContext::ApiGatewayV2(context) => context.request_id.clone(),
        _ => None,
    }
}

/// The id of the API at the gateway.
#[must_use]
pub fn api_id(request: &Request) -> Option<String> {
    match request.request_context_ref()? {
        lambda_http::request::RequestContext::ApiGatewayV2(context) => context.apiid.clone(),
        _ => None,
    }
}

/// The address that the gateway took the request from. What callers say in `X-Forwarded-For` is not looked at.
#[must_use]
pub fn source_address(request: &Request) -> Option<IpAddr> {
    match request.request_context_ref()? {
        lambda_http::request::RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_ref()?.parse().ok(),
        _ => None,
    }
}
