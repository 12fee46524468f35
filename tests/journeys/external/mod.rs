//! External agents: what they are asked, and what becomes of their results. Each open point of the protocol has a journey.

mod calls;
mod limits;
mod results;

use super::rookery;
use rookery_tests::{ExternalAgent, Rookery, Workflow, agent, cells, link, link_of, wait_until};
use serde_json::{Value, json};

/// A workflow that asks the agent, with these further options; its outcomes are the events of `finished` and `failed`.
fn asking(external: &ExternalAgent, more: Value) -> Value {
    let mut config = json!({"endpoint": external.endpoint(), "input": "{{ question }}"});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    cells([
        agent("start", "manual", json!({})),
        agent("ask", "ai_agent_proxy", config),
        agent("finished", "event_formatting", json!({"instructions": {"says": "{{ result }}"}})),
        agent("failed", "event_formatting", json!({"instructions": {"code": "{{ code }}"}})),
        link("start", "ask"),
        link_of("on_finish", "ask", "finished"),
        link_of("on_error", "ask", "failed"),
    ])
}

async fn started(rookery: &mut Rookery, external: &ExternalAgent, more: Value) -> Workflow {
    rookery.started(&asking(external, more)).await
}

async fn ask(workflow: &Workflow) -> String {
    workflow.emit("start", json!({"question": "What is the weather like today?"})).await
}

/// The only request of a workflow, once it is in this state.
async fn request_when(workflow: &Workflow, state: &str) -> Value {
    wait_until(&format!("a request that is {state}"), async || {
        workflow.list("/requests").await.into_iter().find(|request| request["state"] == state)
    })
    .await
}

/// The payloads of the results, and of the failures.
async fn outcomes(workflow: &Workflow) -> (Vec<Value>, Vec<Value>) {
    (workflow.payloads("finished").await, workflow.payloads("failed").await)
}

/// The path for results without a token.
fn bare(rookery: &Rookery, workflow: &Workflow) -> String {
    format!("{}/p/{}/api/agentProxy/sendResult", rookery.api.base(), workflow.project)
}
