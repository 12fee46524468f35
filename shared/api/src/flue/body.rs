//! Bodies on the paths of PyFlue, which are read as PyFlue reads them: unknown fields are ignored, and what is asked may be in `payload`.

use super::error::{FlueError, Result};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use rookery_domain::limits;
use serde_json::{Map, Value};

/// A body, or the `payload` in it.
pub(crate) struct Fields(Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = FlueError;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let bytes = crate::body::read(body, limits::PAYLOAD_BYTES).await?;
        let media_type = parts.headers.get(header::CONTENT_TYPE).map_or("", |value| value.to_str().unwrap_or("?"));
        if !bytes.is_empty() && !media_type.to_ascii_lowercase().contains("application/json") {
            return Err(FlueError::media_type(media_type));
        }
        read(&bytes).map(Fields)
    }
}

fn read(bytes: &[u8]) -> Result<Map<String, Value>> {
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| FlueError::no_json(format!("The body is not JSON: {error}.")))?;
    let mut fields = match value {
        Value::Object(fields) => fields,
        Value::Null => Map::new(),
        _ => return Err(FlueError::invalid("The body is not an object.", "Send a JSON object.")),
    };
    match fields.remove("payload") {
        Some(Value::Object(payload)) => Ok(payload),
        Some(Value::Null) => Ok(Map::new()),
        Some(_) => Err(FlueError::invalid("`payload` is not an object.", "Send an object, or leave `payload` out.")),
        None => Ok(fields),
    }
}

impl Fields {
    /// What is asked: the first of these fields that is there.
    pub(crate) fn question(&self, names: &[&str]) -> Result<String> {
        let known = names.join("` or `");
        match names.iter().filter_map(|name| self.0.get(*name)).find(|value| !value.is_null()) {
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.clone()),
            Some(Value::String(_)) | None => {
                Err(FlueError::invalid("The message is missing, or empty.", format!("Send a text as `{known}`.")))
            }
            Some(_) => Err(FlueError::invalid("The message is not a text.", format!("Send a text as `{known}`."))),
        }
    }

    /// The session's name.
    pub(crate) fn session(&self) -> Result<String> {
        match self.0.get("session") {
            None | Some(Value::Null) => Ok(DEFAULT.to_owned()),
            Some(Value::String(name)) if name.is_empty() => Ok(DEFAULT.to_owned()),
            Some(Value::String(name)) => super::name_of(name, "session"),
            Some(_) => Err(FlueError::invalid("`session` is not a text.", "Send the session's name, or leave it out.")),
        }
    }

    /// All of it.
    pub(crate) fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    /// A field; null when it is not there.
    pub(crate) fn take(&mut self, name: &str) -> Value {
        self.0.remove(name).unwrap_or_default()
    }
}

/// The name of the session, the agent and the instance that are meant when none is named.
pub(crate) const DEFAULT: &str = "default";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_payload_is_unwrapped_and_nothing_is_an_empty_object() {
        for (body, expected) in [
            ("", json!({})),
            ("null", json!({})),
            (r#"{"payload":null,"message":"x"}"#, json!({})),
            (r#"{"message":"x","other":1}"#, json!({"message": "x", "other": 1})),
            (r#"{"payload":{"message":"in"},"message":"out"}"#, json!({"message": "in"})),
            (r#"{"payload":{"payload":{"message":"in"}}}"#, json!({"payload": {"message": "in"}})),
        ] {
            assert_eq!(Value::Object(read(body.as_bytes()).unwrap()), expected, "{body}");
        }
        for (body, code) in [
            ("{", "invalid_json"),
            ("\u{feff}{}", "invalid_json"),
            ("[]", "invalid_request"),
            ("1", "invalid_request"),
            (r#"{"payload":[]}"#, "invalid_request"),
            (r#"{"payload":"x"}"#, "invalid_request"),
        ] {
            let error = serde_json::to_value(read(body.as_bytes()).unwrap_err().envelope()).unwrap();
            assert_eq!(error["error"]["type"], code, "{body}");
        }
    }

    #[test]
    fn a_question_is_a_text_that_is_not_empty() {
        let ask = |value: Value| {
            let Value::Object(fields) = value else { panic!() };
            Fields(fields).question(&["message", "prompt"])
        };
        assert_eq!(ask(json!({"prompt": " a "})).unwrap(), " a ");
        assert_eq!(ask(json!({"message": null, "prompt": "a"})).unwrap(), "a");
        for bad in
            [json!({}), json!({"message": ""}), json!({"message": " \n"}), json!({"message": 1}), json!({"prompt": {"a": 1}})]
        {
            ask(bad).unwrap_err();
        }
    }
}
