//! The event that `http_request` makes of an answer.

use crate::{AgentError, compose};
use base64::prelude::{BASE64_STANDARD, Engine};
use rookery_domain::{Payload, limits};
use rookery_egress::Response;
use rookery_media::Body;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// How the names of headers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HeaderStyle {
    /// As they came.
    #[default]
    Raw,
    /// Like `Content-Type`.
    Capitalized,
    /// Like `content-type`.
    Downcased,
    /// Like `content_type`.
    Snakecased,
}

impl HeaderStyle {
    /// The name in this style.
    pub(crate) fn write(self, name: &str) -> String {
        match self {
            HeaderStyle::Raw => name.to_owned(),
            HeaderStyle::Downcased => name.to_ascii_lowercase(),
            HeaderStyle::Snakecased => name.to_ascii_lowercase().replace('-', "_"),
            HeaderStyle::Capitalized => {
                let mut begins = true;
                let letter = |letter: char| {
                    let written = if begins { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() };
                    begins = letter == '-';
                    written
                };
                name.chars().map(letter).collect()
            }
        }
    }
}

/// What an event has of an answer.
pub(super) struct Form {
    parse_body: bool,
    /// The headers that are wanted; all of them without this.
    names: Option<Vec<String>>,
    style: HeaderStyle,
    key: String,
}

impl Form {
    pub(super) fn new(parse_body: bool, names: Option<String>, style: HeaderStyle, key: String) -> Form {
        let names = names.map(|names| names.split(',').map(|name| name.trim().to_owned()).collect());
        Form { parse_body, names, style, key }
    }

    /// The payload of `on_response`, added to `base` if there is one. A JSON body keeps its text unchanged.
    pub(super) fn payload(&self, response: &Response, base: Option<&Payload>) -> Result<Payload, AgentError> {
        let details = json!({"status": response.status});
        if response.body.len() > limits::ANSWER_BYTES {
            let message = format!("The answer is over {} bytes: ask for less, for example by paging.", limits::ANSWER_BYTES);
            return Err(AgentError::fail("answer_too_large", message).with_details(details));
        }
        let (body, encoding) = if self.parse_body { body(response) } else { unparsed(response) };
        let headers = self.headers(response).to_string();
        let mut fields = vec![("status", response.status.to_string()), (&*self.key, headers), ("body", body)];
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
    fn headers(&self, response: &Response) -> Value {
        let is_wanted =
            |name: &str| self.names.as_ref().is_none_or(|names| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name)));
        let mut headers: Map<String, Value> = Map::new();
        for (name, value) in response.headers.iter().filter(|(name, _)| is_wanted(name)) {
            let name = self.style.write(name);
            let joined = match headers.get(&name).and_then(Value::as_str) {
                Some(before) => format!("{before}, {value}"),
                None => value.clone(),
            };
            headers.insert(name, Value::String(joined));
        }
        Value::Object(headers)
    }
}

/// The body as JSON text, read as a hook's body would be. A body that cannot be read is given as text, or else in base64, and
/// then the encoding is named.
pub(crate) fn body(response: &Response) -> (String, Option<&'static str>) {
    match rookery_media::read(response.header("content-type").unwrap_or_default(), &response.body) {
        Ok(Body::Json(text)) => match Payload::parse(text.as_bytes()) {
            Ok(json) => (json.as_str().to_owned(), None),
            Err(_) => (json!(text).to_string(), None),
        },
        Ok(Body::Form(fields)) => (Value::Object(fields).to_string(), None),
        Ok(Body::Text(text)) => (json!(text).to_string(), None),
        Err(_) => text(response),
    }
}

/// The body as a text, whatever it is, in the charset that it names.
fn unparsed(response: &Response) -> (String, Option<&'static str>) {
    match rookery_media::read(response.header("content-type").unwrap_or_default(), &response.body) {
        Ok(Body::Json(text) | Body::Text(text)) => (json!(text).to_string(), None),
        _ => text(response),
    }
}

/// The body as it stands: as JSON text of a text, or else of its base64.
fn text(response: &Response) -> (String, Option<&'static str>) {
    match std::str::from_utf8(&response.body) {
        Ok(text) => (json!(text).to_string(), None),
        Err(_) => (json!(BASE64_STANDARD.encode(&response.body)).to_string(), Some("base64")),
    }
}
