//! What `http_request` sends: method, URL, headers and body.

use super::HttpRequest;
use crate::outside::header_or;
use crate::{AgentError, Context};
use rookery_egress::Request;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded::Serializer;

/// The method of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Method {
    #[default]
    #[serde(alias = "POST")]
    Post,
    #[serde(alias = "GET")]
    Get,
    #[serde(alias = "PUT")]
    Put,
    #[serde(alias = "PATCH")]
    Patch,
    #[serde(alias = "DELETE")]
    Delete,
    #[serde(alias = "HEAD")]
    Head,
}

impl Method {
    /// Whether the payload is sent in the URL's query.
    pub(super) fn takes_query(self) -> bool {
        matches!(self, Method::Get | Method::Head)
    }

    fn http(self) -> http::Method {
        match self {
            Method::Post => http::Method::POST,
            Method::Get => http::Method::GET,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
            Method::Head => http::Method::HEAD,
        }
    }
}

/// How a payload is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ContentType {
    /// As JSON.
    #[default]
    Json,
    /// As a web form: an object's fields; lists as `a[]=1&a[]=2`, objects as `a[b]=1`.
    Form,
    /// The payload is a text with XML.
    Xml,
    /// The payload is a text.
    Text,
}

impl ContentType {
    fn header(self) -> &'static str {
        match self {
            ContentType::Json => "application/json",
            ContentType::Form => "application/x-www-form-urlencoded",
            ContentType::Xml => "application/xml; charset=utf-8",
            ContentType::Text => "text/plain; charset=utf-8",
        }
    }

    fn write(self, payload: Value) -> Result<String, AgentError> {
        match (self, payload) {
            (ContentType::Json, payload) => Ok(payload.to_string()),
            (ContentType::Form, payload) => form(&payload),
            (ContentType::Xml | ContentType::Text, Value::String(text)) => Ok(text),
            (ContentType::Xml | ContentType::Text, other) => Ok(other.to_string()),
        }
    }
}

impl HttpRequest {
    /// The request for a delivery; marks stand in place of credentials.
    pub(super) fn request(&self, cx: &Context<'_>) -> Result<Request, AgentError> {
        let mut request = self.headers.request(cx, self.method.http(), self.url.render(cx.scope())?.trim())?;
        request.timeout = Some(self.timeout);
        request.redirects = self.redirects;
        header_or(&mut request, "Idempotency-Key", &cx.delivery.to_string());
        let payload = self.payload.as_ref().map(|payload| payload.render(cx.scope())).transpose()?;
        let payload = match (payload, cx.payload()) {
            (payload, Value::Object(event)) if self.merge_event => {
                let mut fields = payload.and_then(|payload| payload.as_object().cloned()).unwrap_or_default();
                fields.extend(event.clone());
                Some(Value::Object(fields))
            }
            (payload, _) => payload,
        };
        let body = match (payload, self.method) {
            (Some(payload), Method::Get | Method::Head) => {
                request.url = with_query(&request.url, &form(&payload)?);
                None
            }
            (Some(payload), _) => Some(self.content_type.write(payload)?),
            (None, Method::Post | Method::Put | Method::Patch) => Some(self.passed_on(cx)?),
            (None, Method::Get | Method::Head | Method::Delete) => None,
        };
        match (&self.cloud_events, body) {
            (Some(events), body) => events.write(cx, &mut request, body, self.content_type.header())?,
            (None, Some(body)) => {
                header_or(&mut request, "Content-Type", self.content_type.header());
                request.body = Some(body.into());
            }
            (None, None) => {}
        }
        Ok(request)
    }

    /// The event's payload as the body: for JSON, its text is unchanged.
    fn passed_on(&self, cx: &Context<'_>) -> Result<String, AgentError> {
        match (self.content_type, cx.event) {
            (ContentType::Json, Some(event)) => Ok(event.payload.as_str().to_owned()),
            _ => self.content_type.write(cx.payload().clone()),
        }
    }
}

fn with_query(url: &str, query: &str) -> String {
    // The part after a `#` is never sent.
    let url = url.split('#').next().unwrap_or_default();
    match (query, url.contains('?')) {
        ("", _) => url.to_owned(),
        (_, true) => format!("{url}&{query}"),
        (_, false) => format!("{url}?{query}"),
    }
}

fn form(payload: &Value) -> Result<String, AgentError> {
    let Value::Object(fields) = payload else {
        return Err(AgentError::fail(
            "payload_not_object",
            "Only an object's fields can be sent as a form or a query: give `payload`.",
        ));
    };
    let mut pairs = Serializer::new(String::new());
    for (name, value) in fields {
        append(&mut pairs, name, value);
    }
    Ok(pairs.finish())
}

fn append(pairs: &mut Serializer<'_, String>, name: &str, value: &Value) {
    match value {
        Value::Null => drop(pairs.append_pair(name, "")),
        Value::String(text) => drop(pairs.append_pair(name, text)),
        Value::Bool(_) | Value::Number(_) => drop(pairs.append_pair(name, &value.to_string())),
        Value::Array(list) => list.iter().for_each(|value| append(pairs, &format!("{name}[]"), value)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| append(pairs, &format!("{name}[{key}]"), value)),
    }
}
