//! The event of payload format 2.0 that API Gateway makes of a request.

use aws_lambda_events::apigw::{
    ApiGatewayV2httpRequest, ApiGatewayV2httpRequestContext, ApiGatewayV2httpRequestContextHttpDescription,
};
use axum::body::Bytes;
use axum::http::header;
use axum::http::request::Parts;
use base64::Engine as _;
use std::net::IpAddr;

/// The event that API Gateway makes of a request.
pub(crate) fn of(parts: Parts, body: Bytes, client: IpAddr) -> ApiGatewayV2httpRequest {
    let (text, is_base64) = match String::from_utf8(body.into()) {
        Ok(text) => (text, false),
        Err(binary) => (base64::engine::general_purpose::STANDARD.encode(binary.into_bytes()), true),
    };
    let mut http = ApiGatewayV2httpRequestContextHttpDescription::default();
    http.method = parts.method;
    http.path = Some(parts.uri.path().to_owned());
    http.protocol = Some("HTTP/1.1".to_owned());
    http.source_ip = Some(client.to_string());
    let mut context = ApiGatewayV2httpRequestContext::default();
    context.stage = Some("$default".to_owned());
    context.route_key = Some("$default".to_owned());
    context.domain_name = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    context.http = http;
    let mut event = ApiGatewayV2httpRequest::default();
    event.version = Some("2.0".to_owned());
    event.route_key = Some("$default".to_owned());
    event.raw_path = Some(parts.uri.path().to_owned());
    event.raw_query_string = Some(parts.uri.query().unwrap_or_default().to_owned());
    event.query_string_parameters = parts.uri.query().unwrap_or_default().parse().unwrap_or_default();
    event.headers = parts.headers;
    event.request_context = context;
    event.body = (!text.is_empty()).then_some(text);
    event.is_base64_encoded = is_base64;
    event
}
