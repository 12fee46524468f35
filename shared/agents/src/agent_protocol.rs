//! The protocol of external agents, as JSON: requests (`POST {endpoint}/api/execute`), acknowledgements, and results
//! (`POST {callback}/api/agentProxy/sendResult`). Both sides of the protocol are here; there is no I/O. Source: xFlow, "AI Agents
//! Integration". Fields that the protocol does not name are let through.

use rookery_domain::{Error, Payload, Result};
use serde_json::{Map, Value, json};

/// The longest request id that is accepted from a callee, in characters.
const ID_CHARS: usize = 200;
/// The longest code of a callee's error that is kept, in characters.
const CODE_CHARS: usize = 100;
const REMEDY: &str =
    "Send `{\"requestId\", \"result\": {\"agentOutcome\": {\"finish\": {\"result\"}}}}`, or `error` in the place of `finish`.";

/// The outcome of an agent's work.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The agent finished.
    Finish {
        /// The result: a text, or other JSON.
        result: Value,
        /// The messages that were exchanged; empty unless the agent shares them.
        messages: Vec<Value>,
        /// The steps that the agent took; empty unless the agent shares them.
        steps: Vec<Value>,
    },
    /// The agent failed.
    Error {
        /// The agent's own code.
        code: String,
        /// What went wrong.
        message: String,
        /// Further details.
        details: Value,
    },
}

/// A result, as it is posted.
#[derive(Clone, Debug, PartialEq)]
pub struct ExecutionResult {
    /// The id by which the callee acknowledged the request.
    pub request_id: String,
    /// The outcome.
    pub outcome: Outcome,
}

/// The agent or workflow that a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// `agentConfig.agentName`.
    pub agent_name: Option<String>,
    /// `workflowId`.
    pub workflow_id: Option<String>,
}

/// Reads a posted result. Errors (400, 413) name the field.
pub fn read_result(body: &[u8]) -> Result<ExecutionResult> {
    let body = Payload::parse(body)?;
    let body = body.value();
    let request_id = body["requestId"].as_str().filter(|id| is_id(id));
    let request_id =
        request_id.ok_or_else(|| malformed("requestId", &format!("a text of 1 to {ID_CHARS} characters")))?.to_owned();
    let outcome = body["result"]["agentOutcome"].as_object().ok_or_else(|| malformed("result.agentOutcome", "an object"))?;
    let part = |name: &str| outcome.get(name).filter(|value| !value.is_null());
    let list = |name: &str| match part(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(list)) => Ok(list.clone()),
        Some(_) => Err(malformed(&format!("result.agentOutcome.{name}"), "a list")),
    };
    let outcome = match (part("finish"), part("error")) {
        (Some(Value::Object(finish)), None) => Outcome::Finish {
            result: finish.get("result").cloned().unwrap_or_default(),
            messages: list("messages")?,
            steps: list("intermediateSteps")?,
        },
        (None, Some(Value::Object(error))) => read_error(error),
        (Some(_), Some(_)) => return Err(malformed("result.agentOutcome", "one of `finish` and `error`, not both")),
        (Some(_), None) => return Err(malformed("result.agentOutcome.finish", "an object")),
        (None, Some(_)) => return Err(malformed("result.agentOutcome.error", "an object")),
        (None, None) => return Err(malformed("result.agentOutcome", "one of `finish` and `error`")),
    };
    Ok(ExecutionResult { request_id, outcome })
}

fn read_error(error: &Map<String, Value>) -> Outcome {
    let text = |name: &str| match error.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let code: String = text("code").chars().take(CODE_CHARS).collect();
    let code = if code.is_empty() { "agent_error".to_owned() } else { code };
    Outcome::Error { code, message: text("message"), details: error.get("details").cloned().unwrap_or_default() }
}

fn malformed(field: &str, expected: &str) -> Error {
    Error::invalid(format!("`{field}` is not {expected}."), REMEDY)
}

/// The request id in the answer to a request; none when the answer is not an acknowledgement.
pub fn read_acknowledgement(body: &[u8]) -> Option<String> {
    let body = Payload::parse(body).ok()?;
    body.value()["requestId"].as_str().filter(|id| is_id(id)).map(str::to_owned)
}

fn is_id(id: &str) -> bool {
    (1..=ID_CHARS).contains(&id.chars().count())
}

/// The body that posts a result.
pub fn write_result(result: &ExecutionResult) -> Value {
    let outcome = match &result.outcome {
        Outcome::Finish { result, messages, steps } => {
            json!({"finish": {"result": result}, "error": null, "messages": messages, "intermediateSteps": steps})
        }
        Outcome::Error { code, message, details } => {
            json!({"finish": null, "error": {"code": code, "message": message, "details": details}})
        }
    };
    json!({"requestId": result.request_id, "result": {"agentOutcome": outcome}})
}

/// Reads whom a request is for. Errors (400) name the field.
pub fn read_addressee(request: &Payload) -> Result<Addressee> {
    let request = request.value();
    let remedy = "Send an ExecuteAIAgentProxyRequest: `{\"agentConfig\": {\"agentName\"}, \"agentContext\": {\"input\"}, \"workflowId\"}`.";
    let object = |name: &str| match &request[name] {
        Value::Object(_) => Ok(()),
        _ => Err(Error::invalid(format!("`{name}` is not an object."), remedy)),
    };
    object("agentConfig")?;
    object("agentContext")?;
    let text = |field: &str, value: &Value| match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        _ => Err(Error::invalid(format!("`{field}` is not a text."), remedy)),
    };
    let found = Addressee {
        agent_name: text("agentConfig.agentName", &request["agentConfig"]["agentName"])?,
        workflow_id: text("workflowId", &request["workflowId"])?,
    };
    match found {
        Addressee { agent_name: None, workflow_id: None } => {
            Err(Error::invalid("Neither `agentConfig.agentName` nor `workflowId` says whom the request is for.", remedy))
        }
        found => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The protocol's own example, unchanged.
    const RESULT: &str = include_str!("../../../events/agent-result.json");

    #[test]
    fn the_protocols_example_of_a_result_is_read_and_written_again() {
        let read = read_result(RESULT.as_bytes()).unwrap();
        assert_eq!(read.request_id, "uuid12345");
        let Outcome::Finish { result, messages, steps } = &read.outcome else { panic!("it finished") };
        assert_eq!(result, "The weather in New York is sunny.");
        assert_eq!((messages.len(), messages[1]["name"].as_str(), steps.len()), (3, Some("WeatherAPI"), 0));
        assert_eq!(write_result(&read), serde_json::from_str::<Value>(RESULT).unwrap());
    }

    #[test]
    fn an_error_is_read_and_written_again() {
        let error = json!({"code": "E7", "message": "No weather today.", "details": "sensor"});
        let posted = json!({"requestId": "x", "result": {"agentOutcome": {"finish": null, "error": error}}});
        let read = read_result(posted.to_string().as_bytes()).unwrap();
        assert_eq!(write_result(&read), posted);
    }

    #[test]
    fn what_is_malformed_is_named() {
        let outcome = |outcome: Value| json!({"requestId": "x", "result": {"agentOutcome": outcome}});
        for (body, field) in [
            (json!([]), "requestId"),
            (json!({"requestId": 7}), "requestId"),
            (json!({"requestId": ""}), "requestId"),
            (json!({"requestId": "x".repeat(201)}), "requestId"),
            (json!({"requestId": "x"}), "result.agentOutcome"),
            (outcome(json!("done")), "result.agentOutcome"),
            (outcome(json!({})), "result.agentOutcome"),
            (outcome(json!({"finish": {}, "error": {}})), "result.agentOutcome"),
            (outcome(json!({"finish": "done"})), "result.agentOutcome.finish"),
            (outcome(json!({"error": "no"})), "result.agentOutcome.error"),
            (outcome(json!({"finish": {}, "messages": {}})), "result.agentOutcome.messages"),
            (outcome(json!({"finish": {}, "intermediateSteps": 1})), "result.agentOutcome.intermediateSteps"),
        ] {
            let error = read_result(body.to_string().as_bytes()).unwrap_err();
            assert!(error.message.contains(&format!("`{field}`")), "{body}: {}", error.message);
        }
        assert!(read_result(b"not json").is_err());
    }

    #[test]
    fn acknowledgements_have_an_id() {
        assert_eq!(read_acknowledgement(br#"{"requestId": "uuid12345"}"#).as_deref(), Some("uuid12345"));
        for bad in ["", "{}", "[]", "{\"requestId\": null}", "{\"requestId\": \"\"}", "\"uuid12345\""] {
            assert_eq!(read_acknowledgement(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn a_request_says_whom_it_is_for() {
        let request = include_str!("../../../events/agent-request.json");
        let addressee = read_addressee(&Payload::parse(request.as_bytes()).unwrap()).unwrap();
        assert_eq!(
            (addressee.agent_name.as_deref(), addressee.workflow_id.as_deref()),
            (Some("ExampleAgent"), Some("workflow123"))
        );
        for bad in [
            json!({}),
            json!({"agentConfig": {}, "agentContext": {}}),
            json!({"agentConfig": {"agentName": 1}, "agentContext": {}}),
        ] {
            assert!(read_addressee(&Payload::of(bad.clone()).unwrap()).is_err(), "{bad}");
        }
    }
}
