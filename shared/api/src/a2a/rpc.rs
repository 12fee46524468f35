//! The envelope of A2A's binding to JSON-RPC: calls, answers, and the version of the protocol.

use super::errors;
use crate::body;
use crate::error::log;
use a2a::{JsonRpcId, JsonRpcResponse};
use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use rookery_domain::{Error, Result, in_plain_words};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What a client that sends no version speaks. Source: the specification, 3.6.2.
const VERSION_BEFORE_HEADERS: &str = "0.3";

/// A call of a method.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) id: JsonRpcId,
    pub(super) method: String,
    params: Map<String, Value>,
}

impl Call {
    /// Reads a message. An error comes with the id that the answer must have.
    pub(super) fn read(bytes: &[u8]) -> Result<Call, (JsonRpcId, Error)> {
        let message = body::parse::<Value>(bytes).map_err(|error| {
            let (_, error) = error.into_parts();
            (JsonRpcId::Null, errors::no_json(error.message))
        })?;
        let mut fields = match message {
            Value::Object(fields) => fields,
            Value::Array(_) => return Err((JsonRpcId::Null, errors::no_call("Calls are taken one at a time, not in a batch."))),
            _ => return Err((JsonRpcId::Null, errors::no_call("The message is no object."))),
        };
        let id: Option<JsonRpcId> = fields.shift_remove("id").and_then(|id| serde_json::from_value(id).ok());
        let id =
            id.ok_or_else(|| (JsonRpcId::Null, errors::no_call("`id` is missing, or is neither a text nor a whole number.")))?;
        let refuse = |message| Err((id.clone(), errors::no_call(message)));
        if fields.get("jsonrpc").is_none_or(|version| version != "2.0") {
            return refuse("`jsonrpc` is not \"2.0\".");
        }
        let Some(Value::String(method)) = fields.shift_remove("method") else { return refuse("`method` is no text.") };
        let params = match fields.shift_remove("params") {
            None => Map::new(),
            Some(Value::Object(params)) => params,
            Some(_) => return refuse("`params` is no object."),
        };
        Ok(Call { id, method, params })
    }

    /// The parameters. Fields that are not known are for other versions of the protocol.
    pub(super) fn params<T: DeserializeOwned>(&self) -> Result<T> {
        serde_path_to_error::deserialize(Value::Object(self.params.clone())).map_err(|error| {
            let path = error.path().to_string();
            let place = if path == "." { "params".to_owned() } else { format!("params.{path}") };
            let message = format!("`{place}`: {}.", in_plain_words(&error.into_inner().to_string()));
            Error::invalid(message, "Correct this field, as A2A 1.0 has it.")
        })
    }
}

/// Refuses a client that does not speak our version. Patches of a version are the same version.
pub(super) fn check_version(headers: &HeaderMap) -> Result<()> {
    let given = headers.get(a2a::SVC_PARAM_VERSION).map_or("", |value| value.to_str().unwrap_or("?").trim());
    let given = if given.is_empty() { VERSION_BEFORE_HEADERS } else { given };
    let patch = given.strip_prefix(a2a::VERSION).map(|rest| rest.strip_prefix('.').unwrap_or(rest));
    match patch {
        Some(patch) if patch.bytes().all(|byte| byte.is_ascii_digit()) && given != format!("{}.", a2a::VERSION) => Ok(()),
        _ => Err(errors::version(given)),
    }
}

pub(super) fn result(id: JsonRpcId, result: Value) -> JsonRpcResponse {
    JsonRpcResponse::success(id, result)
}

/// An error as the answer to a call. Clients read it only with the status 200.
pub(super) fn error(id: JsonRpcId, error: &Error) -> JsonRpcResponse {
    log(error);
    JsonRpcResponse::error(id, errors::told(error).into())
}

pub(super) fn answer(answer: JsonRpcResponse) -> Response {
    Json(answer).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use a2a::GetTaskRequest;
    use serde_json::json;

    #[test]
    fn what_is_no_call_is_refused_with_its_id() {
        for (message, id, code) in [
            ("{", JsonRpcId::Null, "invalid_json"),
            ("[]", JsonRpcId::Null, "invalid_call"),
            ("7", JsonRpcId::Null, "invalid_call"),
            (r#"{"jsonrpc": "2.0", "method": "GetTask"}"#, JsonRpcId::Null, "invalid_call"),
            (r#"{"jsonrpc": "2.0", "method": "GetTask", "id": 1.5}"#, JsonRpcId::Null, "invalid_call"),
            (r#"{"jsonrpc": "1.0", "method": "GetTask", "id": 1}"#, JsonRpcId::Number(1), "invalid_call"),
            (r#"{"jsonrpc": "2.0", "method": 7, "id": "a"}"#, JsonRpcId::from("a"), "invalid_call"),
            (r#"{"jsonrpc": "2.0", "method": "GetTask", "id": "a", "params": []}"#, JsonRpcId::from("a"), "invalid_call"),
        ] {
            let (told, error) = Call::read(message.as_bytes()).unwrap_err();
            assert_eq!((told, error.code), (id, code), "{message}");
        }
    }

    #[test]
    fn a_parameter_that_is_wrong_is_named() {
        let read = |params: Value| {
            let message = json!({"jsonrpc": "2.0", "id": 1, "method": "GetTask", "params": params}).to_string();
            Call::read(message.as_bytes()).unwrap().params::<GetTaskRequest>()
        };
        assert_eq!(read(json!({"id": "t", "newer": true})).unwrap().id, "t");
        let wrong = read(json!({"id": "t", "historyLength": "x"})).unwrap_err();
        assert!(wrong.message.starts_with("`params.historyLength`: "), "{}", wrong.message);
        assert!(read(json!({})).unwrap_err().message.contains("id"));
    }

    #[test]
    fn one_version_is_spoken() {
        let check = |version: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("a2a-version", version.parse().unwrap());
            check_version(&headers)
        };
        for spoken in ["1.0", "1.0.0", "1.0.17", " 1.0 "] {
            assert!(check(spoken).is_ok(), "{spoken}");
        }
        for other in ["", "0.3", "0.3.0", "1", "1.1", "1.00.", "1.0.", "1.0-rc", "1.0.1.1", "2.0", "x"] {
            assert_eq!(check(other).unwrap_err().code, "version_not_supported", "{other}");
        }
        let missing = check_version(&HeaderMap::new()).unwrap_err();
        assert!(missing.message.contains("`0.3`") && missing.message.contains("version 1.0"), "{}", missing.message);
    }
}
