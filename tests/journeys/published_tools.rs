//! A published workflow is a tool of MCP, and its callers have their replies: at once, or by a task that they ask about.

use super::connections::{connections, plain};
use rookery_tests::{Api, agent, cells, link, wait_until};
use serde_json::{Value, json};

/// A client of a project's server that knows tasks, or does not.
struct Client<'a> {
    api: &'a Api,
    project: &'a str,
    tasks: bool,
}

impl Client<'_> {
    async fn ask(&self, method: &str, mut params: Value) -> Value {
        let extensions = if self.tasks { json!({"io.modelcontextprotocol/tasks": {}}) } else { json!({}) };
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "journey", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {"extensions": extensions},
        });
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let mut call = self.api.call(reqwest::Method::POST, &format!("/p/{}/mcp", self.project));
        for (name, value) in [("mcp-protocol-version", "2026-07-28"), ("mcp-method", method)] {
            call = call.header(name, value);
        }
        let name = params["name"].as_str().or(params["taskId"].as_str());
        if let Some(name) = name {
            call = call.header("mcp-name", name);
        }
        let answer = call.json(&message).send().await;
        answer.expect(if answer.status == 400 { 400 } else { 200 })
    }

    async fn call(&self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({"name": tool, "arguments": arguments})).await["result"].take()
    }
}

fn slow(seconds: u64) -> Value {
    cells([
        agent("in", "client", json!({"title": "Slow"})),
        agent("wait", "delay", json!({"seconds": seconds})),
        agent("back", "reply", json!({})),
        link("in", "wait"),
        link("wait", "back"),
    ])
}

#[tokio::test]
async fn a_call_is_a_task_and_its_reply_the_result() {
    let mut rookery = super::rookery().leaves_failures("invalid_reply").start().await;
    let provider = rookery.started(&plain(json!({"title": "Echo"}))).await;
    let api = rookery.api.clone();
    let client = Client { api: &api, project: &provider.project, tasks: false };
    let result = client.call("echo", json!({"n": 1.10, "deep": [null]})).await;
    assert_eq!(result["structuredContent"], json!({"n": 1.10, "deep": [null]}), "{result}");
    assert_eq!((&result["isError"], &result["resultType"]), (&json!(false), &json!("complete")), "{result}");
    let run = wait_until("the call's run is listed", async || provider.list("/runs").await.pop()).await;
    let tree = provider.finished(run["id"].as_str().unwrap()).await;
    assert_eq!(tree["origin"]["client_project_id"], provider.project, "{tree}");
    // All calls of the protocol have one connection.
    client.call("echo", json!({})).await;
    let listed = connections(&api, &provider.project, "agent").await;
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!((&listed[0]["client_stage_id"], &listed[0]["state"]), (&json!("mcp"), &json!("active")));
    assert_eq!(tree["origin"]["connection_token"], listed[0]["connection_token"]);
    // What is for all stages is not for callers, who wait for nothing.
    let tasks = format!("/projects/{}/tasks", provider.project);
    let sent = api.post(&tasks, &json!({"type": "news", "payload": {}, "to": "all"})).await.expect(202);
    assert_eq!(sent["data"], json!([]));
    let name = &listed[0]["connection_token"];
    let astray = json!({"type": "news", "payload": {}, "to": {"connection_tokens": [name]}, "reply_to": "nothing"});
    api.post(&tasks, &astray).await.expect(202);
    wait_until("a task that answers nobody has failed", async || (api.list(&tasks).await[0]["state"] == "failed").then_some(()))
        .await;
    // Callers rely on no schema: they look at it each time that they come.
    provider.restart_with(&plain(json!({"title": "Echo", "input_schema": {"required": ["n"]}}))).await;
    let revoke = format!("/projects/{}/connections/{}/revoke", provider.project, listed[0]["id"].as_str().unwrap());
    api.post(&revoke, &json!({})).await.expect(200);
    let refused = client.call("echo", json!({})).await;
    assert_eq!((&refused["isError"], &refused["structuredContent"]["error"]["type"]), (&json!(true), &json!("closed")));
}

#[tokio::test]
async fn a_run_that_fails_or_does_not_reply_says_so() {
    let mut rookery = super::rookery().leaves_failures("invalid_reply").start().await;
    let number = json!({"type": "object", "properties": {"took": {"type": "number"}}, "required": ["took"]});
    let silent = agent("silent", "client", json!({"title": "Silent"}));
    let mute = agent("mute", "client", json!({"title": "Mute", "output_schema": number}));
    let wrong = agent("wrong", "client", json!({"title": "Wrong", "output_schema": number}));
    let back = agent("back", "reply", json!({}));
    let provider = rookery.started(&cells([silent, mute, wrong, back, link("wrong", "back")])).await;
    let client = Client { api: &rookery.api, project: &provider.project, tasks: false };
    let done = client.call("silent", json!({})).await;
    assert_eq!((&done["isError"], &done["structuredContent"]["done"]), (&json!(false), &json!(true)), "{done}");
    for (tool, code) in [("mute", "no_reply"), ("wrong", "invalid_reply")] {
        let failed = client.call(tool, json!({})).await;
        // A tool that promises a schema tells an error by text alone: there are clients that check all else by the schema.
        assert!(failed["structuredContent"].is_null(), "{failed}");
        let error = serde_json::from_str::<Value>(failed["content"][0]["text"].as_str().unwrap()).unwrap()["error"].take();
        assert_eq!((&failed["isError"], &error["type"]), (&json!(true), &json!(code)), "{failed}");
        assert_eq!(error["meta"]["workflow"], provider.id);
        let run = error["meta"]["run"].as_str().unwrap();
        provider.finished(run).await;
    }
}

#[tokio::test]
async fn a_call_that_takes_long_is_a_task_to_ask_about() {
    let mut rookery = super::rookery().leaves_timers().start().await;
    let provider = rookery.started(&slow(3)).await;
    let client = Client { api: &rookery.api, project: &provider.project, tasks: true };
    let task = client.call("slow", json!({"n": 1})).await;
    assert_eq!((&task["resultType"], &task["status"]), (&json!("task"), &json!("working")), "{task}");
    let id = task["taskId"].as_str().unwrap();
    let over = wait_until("the task is over", async || {
        let task = client.ask("tasks/get", json!({"taskId": id})).await["result"].take();
        (task["status"] != "working").then_some(task)
    });
    let over = over.await;
    assert_eq!((&over["status"], &over["result"]["structuredContent"]), (&json!("completed"), &json!({"n": 1})), "{over}");
    // A client that knows no tasks may ask, too, by a tool.
    let old = Client { tasks: false, ..client };
    assert_eq!(old.call("get_reply", json!({"task": id})).await["structuredContent"], json!({"n": 1}));
    assert_eq!(old.ask("tasks/get", json!({"taskId": id})).await["error"]["code"], -32021);
    // What is over cannot be cancelled any more.
    let client = Client { tasks: true, ..old };
    client.ask("tasks/cancel", json!({"taskId": id})).await;
    assert_eq!(client.ask("tasks/get", json!({"taskId": id})).await["result"]["status"], "completed");
    for unknown in ["x", "x.y", &format!("{}.{}", id.split_once('.').unwrap().0, uuid())] {
        assert_eq!(client.ask("tasks/get", json!({"taskId": unknown})).await["error"]["code"], -32602, "{unknown}");
    }
}

#[tokio::test]
async fn a_caller_may_stop_waiting_and_another_project_knows_nothing_of_the_task() {
    let mut rookery = super::rookery().leaves_timers().checks_runs_itself().start().await;
    let provider = rookery.started(&slow(3600)).await;
    let other = rookery.started(&plain(json!({"title": "Other"}))).await;
    let client = Client { api: &rookery.api, project: &provider.project, tasks: true };
    let id = client.call("slow", json!({})).await["taskId"].as_str().unwrap().to_owned();
    let foreign = Client { project: &other.project, ..client };
    for method in ["tasks/get", "tasks/cancel"] {
        assert_eq!(foreign.ask(method, json!({"taskId": id})).await["error"]["code"], -32602);
    }
    let client = Client { project: &provider.project, ..foreign };
    assert_eq!(client.ask("tasks/get", json!({"taskId": id})).await["result"]["status"], "working");
    assert!(client.ask("tasks/cancel", json!({"taskId": id})).await.get("error").is_none());
    assert_eq!(client.ask("tasks/get", json!({"taskId": id})).await["result"]["status"], "cancelled");
}

/// The id of a run that there is not.
fn uuid() -> &'static str {
    "0190d5a0-0000-7000-8000-000000000000"
}
