//! Files that are no scenarios: what they seem to be.

use rookery_domain::{Error, Kind};
use serde_json::{Map, Value, json};

/// 422 for a file, with the place in it as a JSON pointer.
pub(super) fn refused(path: &str, message: impl Into<String>, details: impl Into<String>) -> Error {
    Error::new(Kind::Unprocessable, "invalid_scenario", message, details).with_meta(json!({"path": path}))
}

/// 422 for a scenario without a name.
pub fn nameless() -> Error {
    let details = "Give the scenario a `name`, or name the workflow in the query: `?name=...`.";
    refused("/name", "This file has `agents`, but no `name`: it seems not to be a whole scenario of Huginn.", details)
}

/// 422 for a file without a list of agents; it says what the file seems to be.
pub fn not_a_scenario(file: &Value) -> Error {
    let seems = match file {
        Value::Object(file) => of_object(file),
        Value::Array(list) => of_list(list),
        _ => None,
    };
    let message = match (seems, file) {
        (Some(what), _) => format!("This is no workflow that is read here: it seems to be {what}."),
        (None, Value::Object(_)) => {
            "This is no workflow that is read here: it has neither `format`, nor `agents`, nor `cells`.".to_owned()
        }
        (None, _) => "This is no workflow that is read here: it is not an object.".to_owned(),
    };
    let path = if file.is_object() { "/agents" } else { "" };
    let details = "Send a scenario of Huginn (an object with `name` and a list `agents`), a file that `GET .../workflows/{workflow}/export` \
                   gave (with `format`), or a canvas of JointJS (with `cells`).";
    refused(path, message, details)
}

fn of_object(file: &Map<String, Value>) -> Option<&'static str> {
    let has = |keys: &[&str]| keys.iter().all(|key| file.contains_key(*key));
    let is_list = |key: &str| file.get(key).is_some_and(Value::is_array);
    let kind = file.get("type").and_then(Value::as_str).unwrap_or_default();
    let kinds: [(bool, &str); 11] = [
        (has(&["agents"]), "a scenario whose `agents` are not a list"),
        (is_list("nodes") && has(&["connections"]), "a workflow of n8n"),
        (is_list("nodes") && has(&["edges"]), "a graph with `nodes` and `edges`, as React Flow and tools on it save them"),
        (is_list("nodes"), "a graph of another tool, with `nodes`"),
        (has(&["flow", "metadata"]), "a blueprint of Make"),
        (has(&["StartAt", "States"]), "a state machine of AWS Step Functions"),
        (has(&["definition", "parameters"]) || has(&["triggers", "actions"]), "a workflow of Azure Logic Apps or Power Automate"),
        (has(&["openapi"]) || has(&["swagger"]), "a description of an API (OpenAPI)"),
        (has(&["info", "item"]), "a collection of Postman"),
        (kind.starts_with("Agents::"), "a single agent of Huginn, not a scenario: put it into the list `agents` of one"),
        (has(&["error"]), "the answer to a request that failed"),
    ];
    kinds.into_iter().find(|(is_it, _)| *is_it).map(|(_, what)| what)
}

fn of_list(list: &[Value]) -> Option<&'static str> {
    let all = |keys: &[&str]| !list.is_empty() && list.iter().all(|item| keys.iter().all(|key| item.get(*key).is_some()));
    let kinds = [
        (list.iter().any(|item| item.get("wires").is_some()) && all(&["id", "type"]), "a flow of Node-RED"),
        (all(&["agents"]), "a list of scenarios: send each by itself"),
        (
            all(&["type", "options"]),
            "a list of agents of Huginn, without their scenario: put it into `agents` of an object with a `name`",
        ),
    ];
    kinds.into_iter().find(|(is_it, _)| *is_it).map(|(_, what)| what)
}
