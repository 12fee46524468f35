//! The payload of a hook's request: its body, read by the one table of media types, and the JSON inside its texts.

use super::Options;
use crate::HookRequest;
use crate::agent::Problems;
use crate::hook::unreadable;
use crate::senders::Sender;
use crate::verify::Verify;
use rookery_domain::{Error, Kind, Payload, limits};
use rookery_media::Body;
use serde_json::{Map, Value, json};

/// In `parse_json`, this stands for the whole body.
const WHOLE: &str = ".";

/// How bodies are read.
pub(super) struct Reading {
    sender: Option<Sender>,
    /// Whether text bodies hold JSON.
    json_texts: bool,
    /// The fields of the payload that hold JSON.
    json_fields: Vec<String>,
    /// The key of the payload under which the query stands.
    query_key: Option<String>,
    /// The parameter of the query that is a proof, and no part of the payload.
    proof: Option<&'static str>,
}

impl Reading {
    pub(super) fn new(sender: Option<Sender>, options: &Options, problems: &mut Problems) -> Self {
        let (parse_json, query_key) = (&options.parse_json, options.event_query_key.clone());
        for (index, name) in parse_json.iter().enumerate().filter(|(_, name)| name.trim().is_empty()) {
            let message = format!("`{name}` names nothing. Give the name of a field, like `payload`, or `.` for the whole body.");
            problems.add(format!("parse_json[{index}]"), message);
        }
        if query_key.as_deref().is_some_and(|key| key.trim().is_empty()) {
            problems.add("event_query_key", "Give a key of the payload, like `query`, or leave it out.");
        }
        let json_texts = parse_json.iter().any(|name| name == WHOLE) || sender.is_some_and(Sender::has_json_texts);
        let json_fields = parse_json.iter().filter(|name| *name != WHOLE).cloned().collect();
        let proof = options.verify.as_ref().and_then(Verify::parameter);
        Reading { sender, json_texts, json_fields, query_key, proof }
    }

    /// Reads the payload. A JSON body that no option reshapes keeps its text. Errors: 415 for a media type that is not in the
    /// table; 400 for a body that is not what its headers say; 413.
    pub(super) fn payload(&self, request: &HookRequest) -> Result<Payload, Error> {
        let payload = self.fields_parsed(self.body(request)?)?;
        let Some(key) = &self.query_key else { return Ok(payload) };
        Payload::of(under(payload.value().clone(), key, Value::Object(self.query(request))))
    }

    fn query(&self, request: &HookRequest) -> Map<String, Value> {
        let is_said = |(name, _): &&(String, String)| self.proof != Some(name.as_str());
        rookery_media::fields(request.query.iter().filter(is_said).map(|(name, value)| (name.clone(), value.as_str().into())))
    }

    fn body(&self, request: &HookRequest) -> Result<Payload, Error> {
        let body = request.unpacked()?;
        if body.is_empty() {
            let fields = if self.query_key.is_some() { Map::new() } else { self.query(request) };
            return Payload::of(Value::Object(fields));
        }
        match rookery_media::read(request.header("content-type").unwrap_or_default(), &body).map_err(unreadable)? {
            Body::Json(text) => Payload::parse(text.as_bytes()),
            Body::Text(text) if self.json_texts => Payload::parse(text.as_bytes()),
            Body::Text(text) => Payload::of(json!({"text": text})),
            Body::Form(fields) => match self.sender.and_then(Sender::json_field).and_then(|name| fields.get(name)?.as_str()) {
                Some(text) if fields.len() == 1 => Payload::parse(text.as_bytes()),
                _ => Payload::of(Value::Object(fields)),
            },
        }
    }

    fn fields_parsed(&self, payload: Payload) -> Result<Payload, Error> {
        if self.json_fields.is_empty() {
            return Ok(payload);
        }
        let mut value = payload.value().clone();
        for name in &self.json_fields {
            if let Some(Value::String(text)) = value.get(name) {
                let parsed = Payload::parse(text.as_bytes()).map_err(|error| {
                    let message = format!("The field `{name}` does not hold JSON: {}", error.message);
                    Error::new(
                        Kind::Invalid,
                        "invalid_json",
                        message,
                        "Send JSON in it, or take it out of the hook's `parse_json`.",
                    )
                })?;
                value[name.as_str()] = parsed.value().clone();
            }
        }
        Payload::of(value)
    }
}

/// Adds a value to a payload, under a key. A payload that is not an object moves under the key `payload`.
pub(super) fn under(payload: Value, key: &str, more: Value) -> Value {
    let mut object = match payload {
        Value::Object(object) => object,
        other => Map::from_iter([("payload".to_owned(), other)]),
    };
    object.insert(key.to_owned(), more);
    Value::Object(object)
}

/// Refuses a list that makes more events than one request may.
pub(super) fn check_count(is_list: bool, events: usize) -> Result<(), Error> {
    if !is_list || events <= limits::BATCH {
        return Ok(());
    }
    let message = format!("The list makes {events} events; at most {} are taken at once.", limits::BATCH);
    Err(Error::new(Kind::TooLarge, "batch_too_large", message, "Send it in parts."))
}
