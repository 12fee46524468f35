//! Entry points as tools of MCP: which there are, for whom, and what of a call is refused at once. Calls that are answered are in the
//! journeys.

use crate::mcp_client::{Client, meta};
use crate::support::{ROOT_KEY, World, agent, link};
use rookery_domain::Payload;
use rookery_engine::{DirectTask, Protocol};
use serde_json::{Value, json};

/// A workflow with two entry points.
fn canvas(first: &str, second: &str) -> Value {
    let seconds = json!({"type": "object", "properties": {"seconds": {"type": "number"}}, "required": ["seconds"]});
    let echo = json!({"type": "object", "properties": {"seconds": {"type": "number"}}});
    json!([
        agent("a", "client", json!({"title": first, "description": "Waits.", "input_schema": seconds, "output_schema": echo})),
        agent("b", "client", json!({"title": second})),
        agent("back", "reply", json!({})),
        link("l", "a", "back"),
        link("m", "b", "back"),
    ])
}

fn client_of<'a>(world: &'a World, workflow: &str) -> Client<'a> {
    let project = workflow.trim_start_matches("/api/v1/projects/").split('/').next().unwrap();
    Client { world, path: format!("/p/{project}/mcp"), key: None }
}

async fn published(client: &Client<'_>) -> Vec<Value> {
    let listed = client.ask("tools/list", json!({})).await;
    let tools = listed["result"]["tools"].as_array().unwrap().clone();
    tools.into_iter().take_while(|tool| tool["name"] != "get_reply").collect()
}

#[tokio::test]
async fn what_a_running_workflow_publishes_is_a_tool_with_its_schemas() {
    let world = World::open().await;
    let workflow = world.started(canvas("Wait a while", "Echo")).await;
    let client = client_of(&world, &workflow);
    let tools = published(&client).await;
    let names: Vec<&Value> = tools.iter().map(|tool| &tool["name"]).collect();
    assert_eq!(names, ["echo", "wait_a_while"]);
    assert_eq!((&tools[1]["title"], &tools[1]["description"]), (&json!("Wait a while"), &json!("Waits.")));
    assert_eq!(tools[1]["inputSchema"]["required"], json!(["seconds"]));
    assert_eq!(tools[1]["outputSchema"]["properties"], json!({"seconds": {"type": "number"}}));
    assert_eq!((&tools[0]["inputSchema"], &tools[0]["outputSchema"]), (&json!({"type": "object"}), &Value::Null));
    assert!(client.tools().await.contains("get_reply"));

    let refused = client.call("wait_a_while", json!({"seconds": "soon"})).await["error"].take();
    assert_eq!(refused["type"], "invalid_task", "{refused}");
    assert!(refused["message"].as_str().unwrap().contains("`payload.seconds`"), "{refused}");
    let unknown = client.call("get_reply", json!({"task": "nothing"})).await["error"].take();
    assert_eq!(unknown["type"], "not_found", "{unknown}");

    world.post(&format!("{workflow}/stop"), json!({})).await.ok(200);
    assert_eq!(published(&client).await.len(), client.tools().await.len(), "nothing is published, and no reply can be asked for");
    for tool in ["echo", "get_reply"] {
        let gone = client.ask("tools/call", json!({"name": tool, "arguments": {}})).await;
        assert_eq!(gone["error"]["code"], -32602, "{gone}");
    }
    world.stop().await;
}

#[tokio::test]
async fn tools_of_one_name_are_told_apart_and_no_call_reaches_another() {
    let world = World::open().await;
    let workflow = world.started(canvas("Read run", "Echo it")).await;
    let client = client_of(&world, &workflow);
    let names =
        |tools: Vec<Value>| -> Vec<String> { tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect() };
    let first = names(published(&client).await);
    assert!(first[0] == "echo_it" && first[1].starts_with("read_run__") && first[1].len() == 22, "{first:?}");
    let project = workflow.split("/workflows").next().unwrap();
    let made =
        world.post(&format!("{project}/workflows"), json!({"name": "2", "options": {"cells": canvas("Echo, it!", "x")}})).await;
    let second = format!("{project}/workflows/{}", made.ok(201)["data"]["id"].as_str().unwrap());
    world.post(&format!("{second}/start"), json!({})).await.ok(200);
    let both = names(published(&client).await);
    assert_eq!(both.iter().filter(|name| name.starts_with("echo_it__")).count(), 2, "{both:?}");
    assert!(!both.contains(&"echo_it".to_owned()), "{both:?}");
    // A title that looks like one of these names makes another one.
    let title = both.iter().find(|name| name.starts_with("echo_it__")).unwrap();
    let body = json!({"name": "3", "options": {"cells": canvas(title, "Get reply")}});
    let made = world.post(&format!("{project}/workflows"), body).await.ok(201);
    let third = format!("{project}/workflows/{}", made["data"]["id"].as_str().unwrap());
    world.post(&format!("{third}/start"), json!({})).await.ok(200);
    let all = names(published(&client).await);
    assert_eq!(all.iter().filter(|name| *name == title).count(), 1, "{all:?}");
    assert!(all.iter().any(|name| name.starts_with("get_reply__")), "{all:?}");
    world.stop().await;
}

#[tokio::test]
async fn only_keys_that_may_put_events_in_have_the_tools_and_their_tasks() {
    let world = World::locked().await;
    let made = world.keyed(ROOT_KEY, "POST", "/api/v1/projects", Some(json!({"name": "p"}))).await.ok(201);
    let project = format!("/api/v1/projects/{}", made["data"]["id"].as_str().unwrap());
    let body = json!({"name": "w", "options": {"cells": canvas("One", "Two")}});
    let made = world.keyed(ROOT_KEY, "POST", &format!("{project}/workflows"), Some(body)).await.ok(201);
    let start = format!("{project}/workflows/{}/start", made["data"]["id"].as_str().unwrap());
    world.keyed(ROOT_KEY, "POST", &start, Some(json!({}))).await.ok(200);
    let mut client = client_of(&world, &start);
    let id = project.rsplit('/').next().unwrap().parse().unwrap();
    let entry = world.engine.offered(&id).await.unwrap().remove(1);
    let task = DirectTask { key: None, context: None, payload: Payload::parse(b"{}").unwrap() };
    let run = world.engine.call_entry_point(&entry, Protocol::Mcp, task).await.unwrap();
    let task = format!("{}.{run}", entry.id);
    let mut params = json!({"taskId": task, "_meta": meta()});
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({"extensions": {"io.modelcontextprotocol/tasks": {}}});
    let get = json!({"jsonrpc": "2.0", "id": 1, "method": "tasks/get", "params": params}).to_string();
    let headers = [("mcp-protocol-version", "2026-07-28"), ("mcp-method", "tasks/get"), ("mcp-name", &*task)];
    for (role, may) in [("owner", true), ("editor", true), ("ingest", true), ("viewer", false)] {
        let keys = format!("{project}/api_keys");
        let made = world.keyed(ROOT_KEY, "POST", &keys, Some(json!({"name": role, "role": role}))).await.ok(201);
        client.key = Some(made["data"]["key"].as_str().unwrap().to_owned());
        let tools = client.tools().await;
        assert!(["one", "two", "get_reply"].iter().all(|tool| tools.contains(*tool) == may), "{role}: {tools:?}");
        let called = client.ask("tools/call", json!({"name": "one", "arguments": {}})).await;
        let unknown = client.ask("tools/call", json!({"name": "three", "arguments": {}})).await;
        assert_eq!(unknown["error"]["code"], -32602, "{role}: {unknown}");
        let asked = client.send(&headers, get.clone()).await.value();
        assert_eq!(asked["result"]["status"] == "working", may, "{role}: {asked}");
        match may {
            true => {
                assert!(called["result"]["content"][0]["text"].as_str().unwrap().contains("invalid_task"), "{role}: {called}")
            }
            false => assert!(called["result"]["content"][0]["text"].as_str().unwrap().contains("forbidden"), "{role}: {called}"),
        }
    }
    world.stop().await;
}
