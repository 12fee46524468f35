//! What goes wrong, in the words of the API, and by which codes A2A tells it. The codes have their source in the specification, 5.4 and 9.5.

use a2a::{A2AError, TypedDetail, error_code, error_reason, errordetails};
use rookery_domain::{Error, Kind};
use serde_json::Value;
use std::collections::HashMap;

/// The codes of the API that have one of their own in A2A.
const CODES: [(&str, i32); 10] = [
    (NO_JSON, error_code::PARSE_ERROR),
    (NO_CALL, error_code::INVALID_REQUEST),
    (NO_METHOD, error_code::METHOD_NOT_FOUND),
    (NO_TASK, error_code::TASK_NOT_FOUND),
    (NOT_CANCELABLE, error_code::TASK_NOT_CANCELABLE),
    (NO_PUSH, error_code::PUSH_NOTIFICATION_NOT_SUPPORTED),
    (NOT_SUPPORTED, error_code::UNSUPPORTED_OPERATION),
    // The entry point takes no tasks while its workflow is stopped.
    ("workflow_stopped", error_code::UNSUPPORTED_OPERATION),
    (CONTENT_TYPE, error_code::CONTENT_TYPE_NOT_SUPPORTED),
    (VERSION, error_code::VERSION_NOT_SUPPORTED),
];
const NO_JSON: &str = "invalid_json";
const NO_CALL: &str = "invalid_call";
const NO_METHOD: &str = "unknown_method";
const NO_TASK: &str = "task_not_found";
const NOT_CANCELABLE: &str = "task_not_cancelable";
const NO_PUSH: &str = "push_notifications_not_supported";
const NOT_SUPPORTED: &str = "unsupported_operation";
const CONTENT_TYPE: &str = "content_type_not_supported";
const VERSION: &str = "version_not_supported";

/// An error as A2A tells it. What the API says of it is in the detail `ErrorInfo`.
pub(super) fn told(error: &Error) -> A2AError {
    let code = CODES.iter().find(|(ours, _)| *ours == error.code).map(|(_, code)| *code);
    let code = code.unwrap_or(match error.kind {
        Kind::TooMany | Kind::Unavailable | Kind::StorageFull | Kind::Internal => error_code::INTERNAL_ERROR,
        _ => error_code::INVALID_PARAMS,
    });
    let mut says = HashMap::from([("type".to_owned(), error.code.to_owned()), ("details".to_owned(), error.details.clone())]);
    for (name, value) in error.meta.as_ref().and_then(Value::as_object).into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        says.entry(name.clone()).or_insert(text);
    }
    let info = TypedDetail::error_info(error_reason(code), errordetails::PROTOCOL_DOMAIN, Some(says));
    A2AError::new(code, error.message.clone()).with_details(vec![info])
}

pub(super) fn no_json(message: String) -> Error {
    Error::new(Kind::Invalid, NO_JSON, message, "Send one JSON object.")
}

pub(super) fn no_call(message: &str) -> Error {
    let details = "Send `{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"SendMessage\", \"params\": {...}}`.";
    Error::new(Kind::Invalid, NO_CALL, message, details)
}

pub(super) fn no_method(name: &str) -> Error {
    let short: String = name.chars().take(100).collect();
    let details = "Use the names of A2A 1.0, like `SendMessage` and `GetTask`.";
    Error::new(Kind::Invalid, NO_METHOD, format!("There is no method `{short}`."), details)
}

/// The same for a task that is unknown, another project's, and one that is kept no longer.
pub(super) fn no_task() -> Error {
    let details = "Use the `id` of a task that this agent gave. Tasks are kept for a time, and then forgotten.";
    Error::new(Kind::NotFound, NO_TASK, "There is no such task.", details)
}

pub(super) fn not_cancelable() -> Error {
    let message = "The task is over, so it cannot be cancelled.";
    Error::new(Kind::Conflict, NOT_CANCELABLE, message, "`GetTask` shows how it ended.")
}

pub(super) fn no_push() -> Error {
    let details = "Follow the task by `SubscribeToTask`, or ask for it by `GetTask`.";
    Error::new(Kind::Unprocessable, NO_PUSH, "This agent sends no push notifications.", details)
}

pub(super) fn not_supported(message: &str, details: &str) -> Error {
    Error::new(Kind::Unprocessable, NOT_SUPPORTED, message, details)
}

pub(super) fn content_type(message: String) -> Error {
    let details = "Send one data part with a JSON object (`application/json`), or text parts.";
    Error::new(Kind::MediaType, CONTENT_TYPE, message, details)
}

pub(super) fn version(given: &str) -> Error {
    let short: String = given.chars().take(20).collect();
    let message = format!("Version `{short}` of A2A is not spoken here; version {} is.", a2a::VERSION);
    let details = format!("Send the header `{}: {}`.", a2a::SVC_PARAM_VERSION, a2a::VERSION);
    Error::new(Kind::Invalid, VERSION, message, details)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_error_says_what_the_api_says() {
        let error = Error::new(Kind::Unprocessable, "invalid_task", "`payload.n` is missing.", "Correct it.");
        let told = told(&error.with_meta(json!({"field": "payload.n", "seconds": 3}))).to_jsonrpc_error();
        assert_eq!((told.code, told.message.as_str()), (-32602, "`payload.n` is missing."));
        let info = &told.data.unwrap()[0];
        assert_eq!((&info["reason"], &info["domain"]), (&json!("INVALID_PARAMS"), &json!("a2a-protocol.org")));
        let says = &info["metadata"];
        assert_eq!(
            (&says["type"], &says["details"], &says["field"], &says["seconds"]),
            (&json!("invalid_task"), &json!("Correct it."), &json!("payload.n"), &json!("3"))
        );
    }

    #[test]
    fn each_error_has_its_code() {
        for (error, code) in [
            (no_json("x".into()), -32700),
            (no_call("x"), -32600),
            (no_method("x"), -32601),
            (Error::invalid("x", "y"), -32602),
            (Error::unavailable("x"), -32603),
            (no_task(), -32001),
            (not_cancelable(), -32002),
            (no_push(), -32003),
            (not_supported("x", "y"), -32004),
            (content_type("x".into()), -32005),
            (version("0.3"), -32009),
        ] {
            assert_eq!(told(&error).code, code, "{}", error.code);
        }
    }
}
