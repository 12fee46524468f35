//! How CloudEvents that come in are read, in all three modes. What a workflow gets of each is its JSON form.

use super::{STRUCTURED, VERSION, with_data};
use crate::hook::unreadable;
use crate::verify::signature::{BASE64, hex};
use crate::{HookEvent, HookRequest};
use base64::Engine;
use http::{HeaderMap, header};
use jiff::Timestamp;
use percent_encoding::percent_decode;
use rookery_domain::{Error, Kind, Payload, limits};
use rookery_media::{Body, Unreadable};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The media type of a batch.
const BATCH: &str = "application/cloudevents-batch+json";
/// What the media types of events begin with, whatever their format.
const ANY_FORMAT: &str = "application/cloudevents";
/// Members of the JSON form that no header of binary mode stands for.
const NO_HEADERS: [&str; 3] = ["data", "data_base64", "datacontenttype"];

/// Whether a request with these headers holds a batch.
pub(crate) fn is_batch(headers: &HeaderMap) -> bool {
    essence(headers) == BATCH
}

/// Reads the events of a request. Errors: 400 `cloud_event_invalid`, whose `meta` has the attribute and, in a batch, its place; 400 and 413
/// for what no event may be; 415 for formats other than JSON.
pub(crate) fn read(request: &HookRequest) -> Result<Vec<HookEvent>, Error> {
    let body = request.unpacked()?;
    let content_type = request.header("content-type").unwrap_or_default();
    match essence(&request.headers).as_str() {
        STRUCTURED => event(Payload::parse(text(content_type, &body)?.as_bytes())?).map(|event| vec![event]),
        BATCH => batch(&text(content_type, &body)?),
        other if other.starts_with(ANY_FORMAT) => {
            let message = format!("Events in the format of `{other}` are not read here.");
            let remedy = format!("Send them as `{STRUCTURED}`, as `{BATCH}`, or in binary mode.");
            Err(Error::new(Kind::MediaType, "unsupported_media_type", message, remedy))
        }
        _ => event(in_json(request, content_type, &body)?).map(|event| vec![event]),
    }
}

/// An error with an event of a batch: it says which.
pub(crate) fn in_batch(index: usize, mut error: Error) -> Error {
    error.message = format!("[{index}] of the batch: {}", error.message);
    error.meta.get_or_insert_with(|| json!({}))["index"] = index.into();
    error
}

fn essence(headers: &HeaderMap) -> String {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn text(content_type: &str, body: &[u8]) -> Result<String, Error> {
    match rookery_media::read(content_type, body).map_err(unreadable)? {
        Body::Json(text) => Ok(text.into_owned()),
        Body::Text(_) | Body::Form(_) => Err(Error::internal("what ends with `+json` was not read as JSON")),
    }
}

fn batch(text: &str) -> Result<Vec<HookEvent>, Error> {
    let events: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| {
        let message = format!("The body is not a list of CloudEvents: {error}.");
        Error::new(Kind::Invalid, "invalid_json", message, "Send a JSON list of events.")
    })?;
    if events.len() > limits::BATCH {
        let message = format!("The batch has {} events; at most {} are taken.", events.len(), limits::BATCH);
        return Err(Error::new(Kind::TooLarge, "batch_too_large", message, "Send them in several batches."));
    }
    let one = |(index, text): (usize, &&RawValue)| {
        Payload::parse(text.get().as_bytes()).and_then(event).map_err(|error| in_batch(index, error))
    };
    events.iter().enumerate().map(one).collect()
}

/// Writes an event in binary mode in its JSON form.
fn in_json(request: &HookRequest, content_type: &str, body: &[u8]) -> Result<Payload, Error> {
    let mut event = Map::new();
    for (header, value) in &request.headers {
        let Some(name) = header.as_str().strip_prefix("ce-") else { continue };
        if NO_HEADERS.contains(&name) {
            return Err(wrong(name, "may not be a header: the data are the body, and `Content-Type` says what they are"));
        }
        let value = decoded(value.as_bytes()).ok_or_else(|| wrong(name, "is not UTF-8 once its header is decoded"))?;
        if event.insert(name.to_owned(), value.into()).is_some() {
            return Err(wrong(name, "comes in more than one header"));
        }
    }
    // Data without a type are JSON, as the JSON format says. Some SDKs send such.
    let content_type = if content_type.is_empty() && !body.is_empty() { "application/json" } else { content_type };
    if !content_type.is_empty() {
        event.insert("datacontenttype".to_owned(), content_type.into());
    }
    let data = if body.is_empty() { None } else { Some(data(content_type, body)?) };
    Payload::parse(with_data(event, data).as_bytes())
}

/// A header's value: unquoted, then decoded once. Source: the HTTP binding, 3.1.3.2.
fn decoded(value: &[u8]) -> Option<String> {
    let unquoted = match value {
        [b'"', inner @ .., b'"'] => {
            let mut escaped = false;
            inner
                .iter()
                .copied()
                .filter(|byte| {
                    escaped = *byte == b'\\' && !escaped;
                    !escaped
                })
                .collect()
        }
        plain => plain.to_vec(),
    };
    percent_decode(&unquoted).decode_utf8().ok().map(|text| text.into_owned())
}

/// The member of the JSON form that holds the data, and its JSON.
fn data(content_type: &str, body: &[u8]) -> Result<(&'static str, String), Error> {
    let as_text = |text: &str| ("data", Value::from(text).to_string());
    let as_bytes = || ("data_base64", Value::from(BASE64.encode(body)).to_string());
    match rookery_media::read(content_type, body) {
        Ok(Body::Json(text)) => Payload::parse(text.as_bytes()).map(|json| ("data", json.as_str().to_owned())),
        Ok(Body::Text(text)) => Ok(as_text(&text)),
        Ok(Body::Form(_)) => Ok(std::str::from_utf8(body).map_or_else(|_| as_bytes(), as_text)),
        Err(Unreadable::MediaType(_)) => Ok(as_bytes()),
        Err(error) => Err(unreadable(error)),
    }
}

/// Checks an event in its JSON form. Attributes that the specification does not name stay as they are.
fn event(payload: Payload) -> Result<HookEvent, Error> {
    let value = payload.value();
    let text = |name: &str| match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.as_str())),
        Some(_) => Err(wrong(name, "is not a text, or an empty one")),
    };
    let required = |name: &str| text(name)?.ok_or_else(|| wrong(name, "is missing"));
    match required("specversion")? {
        VERSION => {}
        other => return Err(wrong("specversion", &format!("is \"{other}\"; only \"{VERSION}\" is read here"))),
    }
    let (id, source) = (required("id")?, required("source")?);
    required("type")?;
    for name in ["subject", "dataschema", "datacontenttype"] {
        text(name)?;
    }
    if text("time")?.is_some_and(|time| time.parse::<Timestamp>().is_err()) {
        return Err(wrong("time", "is not a time as in RFC 3339, like \"2018-04-05T17:31:00Z\""));
    }
    if let Some(base64) = text("data_base64")? {
        if value.get("data").is_some() {
            return Err(wrong("data_base64", "stands beside `data`; an event has one of them"));
        }
        BASE64.decode(base64).map_err(|_| wrong("data_base64", "is not Base64"))?;
    }
    // An event is known by these two together, whatever hop has added to the rest.
    let key = hex(&Sha256::digest(json!([source, id]).to_string()));
    Ok(HookEvent { payload, key: Some(key), key_suffices: true })
}

fn wrong(attribute: &str, what: &str) -> Error {
    let message = format!("The CloudEvent's `{attribute}` {what}.");
    let remedy = "Send a CloudEvent of version 1.0: with its attributes in headers like `ce-id` and the data as the body, or all of it as \
                  `application/cloudevents+json`.";
    Error::new(Kind::Invalid, "cloud_event_invalid", message, remedy).with_meta(json!({"attribute": attribute}))
}
