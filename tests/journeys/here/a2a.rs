//! An entry point as an agent of A2A, over the network: what a client was promised is kept over a kill.

use crate::connections::entry_point;
use reqwest::Method;
use rookery_tests::{Api, Call, agent, cells, link};
use serde_json::{Value, json};

/// A call of an agent.
fn call(api: &Api, agent: &str, method: &str, params: Value) -> Call {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    api.call(Method::POST, agent).header("a2a-version", "1.0").json(&message)
}

async fn result(api: &Api, agent: &str, method: &str, params: Value) -> Value {
    call(api, agent, method, params).send().await.expect(200)["result"].take()
}

fn message(id: &str) -> Value {
    json!({"message": {"messageId": id, "role": "ROLE_USER", "parts": [{"data": {"n": 1.10}}]}})
}

#[tokio::test]
async fn a_task_goes_on_over_a_kill_and_its_client_finds_it_by_its_message_or_its_id() {
    let mut rookery = super::rookery().here().start().await;
    let slow = cells([
        agent("in", "client", json!({"title": "Slow"})),
        agent("wait", "delay", json!({"seconds": 5})),
        agent("back", "reply", json!({})),
        link("in", "wait"),
        link("wait", "back"),
    ]);
    let workflow = rookery.started(&slow).await;
    let agent = format!("/p/{}/a2a/{}", workflow.project, entry_point(&rookery.api, &workflow.project).await);
    let mut stream = call(&rookery.api, &agent, "SendStreamingMessage", message("m")).stream().await;
    let first = stream.next().await.unwrap().data["result"]["task"].take();
    assert_eq!(first["status"]["state"], "TASK_STATE_WORKING");
    workflow.waiting(first["id"].as_str().unwrap(), "wait").await;
    rookery.kill();
    assert_eq!(stream.rest().await, [], "the stream broke off");
    rookery.start_again().await;
    let api = &rookery.api;
    let mut params = message("m");
    params["configuration"] = json!({"returnImmediately": true});
    let again = result(api, &agent, "SendMessage", params).await["task"].take();
    assert_eq!((&again["id"], &again["contextId"]), (&first["id"], &first["contextId"]));
    let followed = call(api, &agent, "SendStreamingMessage", message("m")).stream().await.rest().await;
    let last = &followed.last().unwrap().data["result"];
    let (whole, update) = (&last["task"]["status"]["state"], &last["statusUpdate"]["status"]["state"]);
    assert!(whole == "TASK_STATE_COMPLETED" || update == "TASK_STATE_COMPLETED", "{followed:?}");
    let task = result(api, &agent, "GetTask", json!({"id": first["id"]})).await;
    assert_eq!(task["artifacts"][0]["parts"], json!([{"data": {"n": 1.10}, "mediaType": "application/json"}]));
    assert_eq!(workflow.payloads("in").await.len(), 1, "it is one task");
}

#[tokio::test]
async fn a_blocking_message_is_answered_once_its_task_is_over() {
    let mut rookery = super::rookery().here().start().await;
    let asks = json!({"type": "object", "properties": {"question": {"type": "string"}}, "required": ["question"]});
    let text = json!({"payload": {"text": "You said {{ question }}."}});
    let canvas = cells([
        agent("in", "client", json!({"title": "Parrot", "input_schema": asks})),
        agent("back", "reply", text),
        link("in", "back"),
    ]);
    let workflow = rookery.started(&canvas).await;
    let agent = format!("/p/{}/a2a", workflow.project);
    let said = json!({"message": {"messageId": "m", "role": "ROLE_USER", "contextId": "talk", "parts": [{"text": "hello"}]}});
    let task = result(&rookery.api, &agent, "SendMessage", said).await["task"].take();
    assert_eq!((&task["status"]["state"], &task["contextId"]), (&json!("TASK_STATE_COMPLETED"), &json!("talk")));
    assert_eq!(task["artifacts"][0]["parts"][0], json!({"text": "You said hello."}));
    let told = workflow.payloads("in").await;
    assert_eq!((&told[0]["question"], &told[0]["context_id"]), (&json!("hello"), &json!("talk")));
}
