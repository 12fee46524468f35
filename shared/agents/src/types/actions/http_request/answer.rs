//! The event that `http_request` makes of an answer.

use crate::{AgentError, compose};
use base64::prelude::{BASE64_STANDARD, Engine};
use rookery_domain::{Payload, limits};
use rookery_egress::Response;
use rookery_media::Body;
use serde_json::{Map, Value, json};

/// The payload of `on_response`, added to `base` if there is one. A JSON body keeps its text unchanged.
pub(super) fn payload(response: &Response, base: Option<&Payload>) -> Result<Payload, AgentError> {
    let details = json!({"status": response.status});
    if response.body.len() > limits::ANSWER_BYTES {
        let message = format!("The answer is over {} bytes: ask for less, for example by paging.", limits::ANSWER_BYTES);
        return Err(AgentError::fail("answer_too_large", message).with_details(details));
    }
    let (body, encoding) = body(response);
    let mut fields = vec![("status", response.status.to_string()), ("headers", headers(response).to_string()), ("body", body)];
    fields.extend(encoding.map(|encoding| ("body_encoding", json!(encoding).to_string())));
    let payload = match base {
        Some(base) => compose::merged(base, fields.iter().map(|(key, text)| ((*key).to_owned(), text.as_str()))),
        None => compose::object(fields),
    };
    payload.map_err(|error| {
        let message = format!("The answer does not fit into an event: {} Ask for less.", error.message);
        AgentError::fail("answer_too_large", message).with_details(details)
    })
}

/// The headers, each name once; several values are joined by commas as in RFC 9110, 5.2.
fn headers(response: &Response) -> Value {
    let mut headers: Map<String, Value> = Map::new();
    for (name, value) in &response.headers {
        let joined = match headers.get(name).and_then(Value::as_str) {
            Some(before) => format!("{before}, {value}"),
            None => value.clone(),
        };
        headers.insert(name.clone(), Value::String(joined));
    }
    Value::Object(headers)
}

/// The body as JSON text, read as a hook's body would be. A body that cannot be read is given as text, or else in base64, and
/// then the encoding is named.
fn body(response: &Response) -> (String, Option<&'static str>) {
    match rookery_media::read(response.header("content-type").unwrap_or_default(), &response.body) {
        Ok(Body::Json(text)) => match Payload::parse(text.as_bytes()) {
            Ok(json) => (json.as_str().to_owned(), None),
            Err(_) => (json!(text).to_string(), None),
        },
        Ok(Body::Form(fields)) => (Value::Object(fields).to_string(), None),
        Ok(Body::Text(text)) => (json!(text).to_string(), None),
        Err(_) => match std::str::from_utf8(&response.body) {
            Ok(text) => (json!(text).to_string(), None),
            Err(_) => (json!(BASE64_STANDARD.encode(&response.body)).to_string(), Some("base64")),
        },
    }
}
