//! A project as a server of MCP: messages by hand, over HTTP.

use crate::mcp_client::{Client, meta};
use crate::support::{ROOT_KEY, World, agent, link, request};
use axum::body::Body;
use serde_json::{Value, json};

#[tokio::test]
async fn old_clients_shake_hands_and_new_ones_ask_at_once() {
    let world = World::open().await;
    let client = Client::open(&world).await;
    for (asked, answered) in [("2025-11-25", "2025-11-25"), ("2025-06-18", "2025-06-18"), ("1999-01-01", "2025-11-25")] {
        let params = json!({"protocolVersion": asked, "capabilities": {}, "clientInfo": {"name": "old", "version": "1"}});
        let message = json!({"jsonrpc": "2.0", "id": "a", "method": "initialize", "params": params});
        let answer = client.send(&[], message.to_string()).await;
        assert!(!answer.headers.contains_key("mcp-session-id"), "nothing is kept between requests");
        let result = answer.ok(200)["result"].take();
        assert_eq!(result["protocolVersion"], answered);
        assert_eq!(
            (&result["serverInfo"]["name"], &result["capabilities"]),
            (&json!("rookery"), &json!({"tools": {}, "extensions": {"io.modelcontextprotocol/tasks": {}}}))
        );
        assert!(result["instructions"].as_str().unwrap().contains("check_canvas"), "{result}");
    }
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let taken = client.send(&[], ready.to_string()).await;
    assert_eq!((taken.status.as_u16(), taken.bytes.len()), (202, 0));
    assert_eq!(client.ask("ping", json!({})).await["result"], json!({}));

    for (method, name, params) in [
        ("server/discover", None, json!({"_meta": meta()})),
        ("tools/list", None, json!({"_meta": meta()})),
        ("tools/call", Some("list_workflows"), json!({"_meta": meta(), "name": "list_workflows", "arguments": {}})),
    ] {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
        let mut headers = vec![("mcp-protocol-version", "2026-07-28"), ("mcp-method", method)];
        headers.extend(name.map(|name| ("mcp-name", name)));
        let result = client.send(&headers, message.clone()).await.ok(200)["result"].take();
        assert_eq!(result["resultType"], "complete", "{result}");
        if method == "server/discover" {
            assert!(result["supportedVersions"].as_array().unwrap().contains(&json!("2026-07-28")), "{result}");
        }
        headers[1] = ("mcp-method", "tools/other");
        let refused = client.send(&headers, message).await.ok(400);
        assert_eq!(refused["error"]["code"], -32020, "the header must be what the message says: {refused}");
    }
    world.stop().await;
}

#[tokio::test]
async fn the_tools_are_those_that_were_agreed() {
    let world = World::open().await;
    let listed = Client::open(&world).await.ask("tools/list", json!({})).await;
    insta::assert_snapshot!(serde_json::to_string_pretty(&listed["result"]["tools"]).unwrap());
    for tool in listed["result"]["tools"].as_array().unwrap() {
        let schema = jsonschema::draft202012::new(&tool["inputSchema"]);
        assert!(schema.is_ok(), "{}: {:?}", tool["name"], schema.err());
    }
    world.stop().await;
}

#[tokio::test]
async fn a_workflow_is_built_from_nothing_and_run() {
    let world = World::open().await;
    let client = Client::open(&world).await;
    let types = client.call("list_agent_types", json!({})).await;
    let condition = types["data"].as_array().unwrap().iter().find(|kind| kind["type"] == "condition").unwrap();
    assert!(condition["description"].is_string() && condition.get("config_schema").is_none(), "{condition}");
    let shown = client.call("read_agent_type", json!({"agent_type": "condition"})).await;
    assert!(shown["data"]["config_schema"]["properties"].is_object() && shown["data"]["examples"].is_array(), "{shown}");

    let canvas = |operator: &str| {
        let config = json!({"condition": {"path": "total", "operator": operator, "value": 100}});
        json!({"cells": [agent("orders", "manual", json!({})), agent("big", "condition", config), link("l", "orders", "big")]})
    };
    let wrong = client.call("check_canvas", json!({"options": canvas("huge")})).await;
    assert_eq!(wrong["meta"]["error_count"], 1, "{wrong}");
    assert_eq!(wrong["meta"]["errors"][0]["cell_id"], "big", "{wrong}");
    assert_eq!(client.call("check_canvas", json!({"options": canvas("gte")})).await["meta"]["errors"], json!([]));
    assert_eq!(client.call("list_workflows", json!({})).await["data"], json!([]), "a check saves nothing");

    let made = client.call("create_workflow", json!({"name": "Orders", "options": canvas("huge")})).await;
    let workflow = made["data"]["id"].clone();
    assert!(made["meta"]["error_count"] == 1 && made["data"].get("options").is_none(), "{made}");
    let refused = client.call("start_workflow", json!({"workflow": workflow})).await;
    assert_eq!(refused["error"]["type"], "workflow_invalid", "{refused}");
    let saved = client.call("save_workflow", json!({"workflow": workflow, "options": canvas("gte"), "version": 1})).await;
    assert_eq!((&saved["data"]["version"], &saved["meta"]["error_count"]), (&json!(2), &json!(0)));
    let stale = client.call("save_workflow", json!({"workflow": workflow, "options": canvas("lt"), "version": 1})).await;
    assert!(stale["error"]["details"].is_string(), "{stale}");
    assert_eq!(client.call("read_workflow", json!({"workflow": workflow})).await["data"]["options"], canvas("gte"));

    client.call("build_workflow", json!({"workflow": workflow})).await;
    let event = json!({"payload": {"total": 250}});
    let tried = client.call("dry_run_agent", json!({"workflow": workflow, "cell": "big", "event": event})).await;
    assert_eq!(tried["data"]["events"][0]["groups"], json!(["on_match"]), "{tried}");
    assert_eq!(client.call("start_workflow", json!({"workflow": workflow})).await["data"]["state"], "active");
    let order = json!({"workflow": workflow, "cell": "orders", "payload": {"total": 250}, "idempotency_key": "order-1"});
    let sent = client.call("send_event", order.clone()).await;
    assert_eq!(client.call("send_event", order).await, sent, "the key makes it the same event");
    world.drain().await;
    let run = client.call("read_run", json!({"workflow": workflow, "run": sent["data"]["run_id"]})).await;
    assert_eq!(run["data"]["state"], "done", "{run}");
    assert_eq!(client.call("list_runs", json!({"workflow": workflow, "limit": 1})).await["data"].as_array().unwrap().len(), 1);
    let events = client.call("list_events", json!({"workflow": workflow, "agent": "big"})).await;
    assert_eq!(events["data"][0]["payload"], json!({"total": 250}), "{events}");
    assert_eq!(client.call("list_failures", json!({"workflow": workflow})).await["data"], json!([]));
    assert_eq!(client.call("list_agents", json!({"workflow": workflow})).await["data"].as_array().unwrap().len(), 2);
    assert_eq!(client.call("read_agent", json!({"workflow": workflow, "cell": "big"})).await["data"]["cell_id"], "big");
    assert_eq!(client.call("stop_workflow", json!({"workflow": workflow})).await["data"]["state"], "paused");
    world.stop().await;
}

#[tokio::test]
async fn what_the_api_refuses_is_a_result_that_says_so() {
    let world = World::open().await;
    let client = Client::open(&world).await;
    for (tool, arguments, code, says) in [
        ("read_workflow", json!({}), "invalid_request", "`workflow` is missing"),
        ("read_workflow", json!({"workflow": "nor-this"}), "not_found", "workflow"),
        ("read_workflow", json!({"workflow": "x", "more": 1}), "invalid_request", "`more`"),
        ("list_workflows", json!({"limit": 0}), "invalid_request", "`limit`"),
        ("read_agent_type", json!({"agent_type": "nothing"}), "not_found", "agent_type"),
        ("create_workflow", json!({}), "invalid_request", "`name`"),
        ("create_workflow", json!({"name": "w", "options": []}), "invalid_request", "`options`"),
        ("create_workflow", json!({"name": "w", "cells": []}), "invalid_request", "unknown field `cells`"),
    ] {
        let error = client.call(tool, arguments).await["error"].take();
        assert_eq!(error["type"], code, "{tool}: {error}");
        assert!(error["message"].as_str().unwrap().contains(says), "{tool}: {error}");
        assert!(error["details"].is_string(), "{tool}: {error}");
    }
    let workflow = world.started(json!([agent("hand", "manual", json!({}))])).await;
    for _ in 0..6 {
        let event = json!({"payload": "x".repeat(200_000)});
        world.post(&format!("{workflow}/agents/hand/events"), event).await.ok(202);
    }
    world.drain().await;
    let (project, workflow) = workflow.trim_start_matches("/api/v1/projects/").split_once("/workflows/").unwrap();
    let client = Client { world: &world, path: format!("/p/{project}/mcp"), key: None };
    let long = client.call("list_events", json!({"workflow": workflow})).await;
    assert_eq!(long["error"]["type"], "answer_too_large", "{long}");
    assert_eq!(client.call("list_events", json!({"workflow": workflow, "limit": 2})).await["data"].as_array().unwrap().len(), 2);
    world.stop().await;
}

#[tokio::test]
async fn what_is_no_message_of_the_protocol_is_refused_with_its_code() {
    let world = World::open().await;
    let client = Client::open(&world).await;
    let call = |method: &str, params: Value| json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
    let list = call("tools/list", json!({}));
    for (body, status, code) in [
        ("{".to_owned(), 400, -32700),
        ("\u{7}".to_owned(), 400, -32700),
        ("7".to_owned(), 400, -32600),
        (format!("[{list}]"), 400, -32600),
        (json!({"id": 1, "method": "ping"}).to_string(), 400, -32600),
        (json!({"jsonrpc": "2.0", "id": 1, "result": {}}).to_string(), 400, -32600),
        (call("tools/call", json!({"name": "drop_table"})), 200, -32602),
        (call("resources/list", json!({})), 200, -32601),
        (call("no/such", json!({})), 200, -32601),
    ] {
        let answer = client.send(&[], body.clone()).await.ok(status);
        assert_eq!((&answer["jsonrpc"], &answer["error"]["code"]), (&json!("2.0"), &json!(code)), "{body}: {answer}");
        assert!(!answer["error"]["message"].as_str().unwrap().is_empty(), "{body}: {answer}");
    }
    let newer = client.send(&[("mcp-protocol-version", "2031-01-01")], list.clone()).await.ok(400);
    assert!(newer["error"]["message"].as_str().unwrap().contains("2031-01-01"), "{newer}");
    client.send(&[("content-type", "text/plain")], list.clone()).await.error(415, "unsupported_media_type");
    client.send(&[], " ".repeat(5_000_000)).await.error(413, "body_too_large");
    let get = request("GET", &client.path).header("accept", "text/event-stream").body(Body::empty()).unwrap();
    assert_eq!(world.send(get).await.headers["allow"], "POST", "nothing is told without being asked");
    world.stop().await;
}

#[tokio::test]
async fn each_key_has_the_tools_of_its_role_in_its_project() {
    let world = World::locked().await;
    let mut projects = Vec::new();
    for name in ["mine", "others"] {
        let made = world.keyed(ROOT_KEY, "POST", "/api/v1/projects", Some(json!({"name": name}))).await.ok(201);
        projects.push(made["data"]["id"].as_str().unwrap().to_owned());
    }
    let mut client = Client { world: &world, path: format!("/p/{}/mcp", projects[0]), key: Some(ROOT_KEY.to_owned()) };
    let all = client.tools().await;
    for (role, has, lacks) in [
        ("owner", vec!["create_workflow", "read_run"], vec![]),
        ("editor", vec!["create_workflow", "read_run"], vec![]),
        ("viewer", vec!["read_run", "check_canvas"], vec!["create_workflow", "send_event", "start_workflow"]),
        ("ingest", vec!["send_event"], vec!["create_workflow", "read_run"]),
    ] {
        let body = json!({"name": role, "role": role});
        let keys = format!("/api/v1/projects/{}/api_keys", projects[0]);
        let made = world.keyed(ROOT_KEY, "POST", &keys, Some(body)).await.ok(201);
        client.key = Some(made["data"]["key"].as_str().unwrap().to_owned());
        let tools = client.tools().await;
        assert_eq!(tools == all, lacks.is_empty(), "{role}: {tools:?}");
        assert!(
            has.iter().all(|tool| tools.contains(*tool)) && lacks.iter().all(|tool| !tools.contains(*tool)),
            "{role}: {tools:?}"
        );
        for tool in lacks {
            let arguments = match tool {
                "create_workflow" => json!({"name": "w"}),
                "send_event" => json!({"workflow": "w", "cell": "c", "payload": 1}),
                "read_run" => json!({"workflow": "w", "run": "r"}),
                _ => json!({"workflow": "w"}),
            };
            let refused = client.call(tool, arguments).await;
            assert_eq!(refused["error"]["type"], "forbidden", "{role}: {tool}: {refused}");
        }
        // Another project is no argument, and its workflows are unknown ones.
        let workflows = format!("/api/v1/projects/{}/workflows", projects[1]);
        let foreign = world.keyed(ROOT_KEY, "POST", &workflows, Some(json!({"name": "w"}))).await.ok(201)["data"]["id"].clone();
        if has.contains(&"read_run") {
            assert_eq!(client.call("read_workflow", json!({"workflow": foreign})).await["error"]["type"], "not_found");
            let there = json!({"workflow": foreign, "project": projects[1]});
            assert_eq!(client.call("read_workflow", there).await["error"]["type"], "invalid_request");
        }
        let there = Client { world: &world, path: format!("/p/{}/mcp", projects[1]), key: client.key.clone() };
        there.send(&[], "{}").await.error(404, "not_found");
    }
    client.key = None;
    let refused = client.send(&[], "{}").await;
    refused.error(401, "unauthenticated");
    assert!(refused.headers.contains_key("www-authenticate"));
    world.stop().await;
}

#[tokio::test]
async fn pages_of_other_origins_are_refused_with_a_key_too() {
    let world = World::locked().await;
    let made = world.keyed(ROOT_KEY, "POST", "/api/v1/projects", Some(json!({"name": "p"}))).await.ok(201);
    let path = format!("/p/{}/mcp", made["data"]["id"].as_str().unwrap());
    let client = Client { world: &world, path, key: Some(ROOT_KEY.to_owned()) };
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}).to_string();
    for origin in ["https://evil.example", "http://127.0.0.1:9", "null", "", "https://127.0.0.1:8080.evil.example"] {
        client.send(&[("origin", origin)], ping.clone()).await.error(403, "origin_not_allowed");
    }
    client.send(&[("origin", "http://127.0.0.1:8080")], ping).await.ok(200);
    world.stop().await;
}
