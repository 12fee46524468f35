//! Trying a cell that is not saved.

use crate::support::{World, agent, link};
use serde_json::{Value, json};

/// Tries a cell in a project.
struct Bench<'w> {
    world: &'w World,
    path: String,
}

impl Bench<'_> {
    async fn tried(&self, body: Value) -> Value {
        self.world.post(&self.path, body).await.ok(200)["data"].clone()
    }

    async fn refused(&self, body: Value, status: u16, code: &str) -> Value {
        let answer = self.world.post(&self.path, body).await;
        assert_eq!((answer.status.as_u16(), &answer.value()["error"]["type"]), (status, &json!(code)), "{}", answer.text());
        answer.value()["error"].clone()
    }
}

#[tokio::test]
async fn a_cell_that_is_not_saved_is_tried_and_its_faults_are_named() {
    let world = World::open().await;
    let project = world.project().await;
    let bench = Bench { world: &world, path: format!("{project}/workflows/dry_run") };
    let big = agent("big", "condition", json!({"condition": {"path": "total", "operator": "gte", "value": 100}}));
    for (total, passes) in [(250, json!([{"groups": ["on_match"], "payload": {"total": 250}}])), (7, json!([]))] {
        let tried = bench.tried(json!({"cell": big, "event": {"payload": {"total": total}}})).await;
        assert_eq!((&tried["events"], &tried["version"]), (&passes, &json!(0)), "{tried}");
    }
    let hand = agent("hand", "manual", json!({"payload": {"n": 1}}));
    assert_eq!(bench.tried(json!({"cell": hand})).await["events"][0]["payload"], json!({"n": 1}), "a check");
    let watch = agent("watch", "change_detector", json!({"property": "n"}));
    let event = json!({"payload": {"n": 7}});
    let tried = bench.tried(json!({"cell": watch, "event": event, "memory": {"last_property": 7}})).await;
    assert_eq!((&tried["events"], &tried["memory"]), (&json!([]), &json!({"last_property": 7})), "seen before");
    let tried = bench.tried(json!({"cell": watch, "event": event, "memory": {"last_property": 6}})).await;
    assert_eq!((tried["events"].as_array().unwrap().len(), &tried["memory"]), (1, &json!({"last_property": 7})));

    let cell = agent("call", "http_request", json!({"url": "ftp://x", "method": "POTS"}));
    let faults = bench.refused(json!({"cell": cell, "event": {"payload": {}}}), 422, "cell_invalid").await;
    let fields: Vec<_> = faults["meta"]["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert!(fields.contains(&&json!("config.method")) && faults["meta"]["errors"][0]["cell_id"] == "call", "{faults}");
    let unknown = bench.refused(json!({"cell": agent("x", "telepathy", json!({}))}), 422, "cell_invalid").await;
    assert_eq!(unknown["meta"]["errors"][0]["field"], "agent_type");
    bench.refused(json!({"cell": {"type": "agent", "agent_type": "manual"}}), 422, "cell_invalid").await;
    bench.refused(json!({"cell": link("l", "a", "b")}), 422, "cell_invalid").await;
    bench.refused(json!({"cell": big}), 422, "cannot_check").await;
    for (body, names) in [
        (json!({"cell": {"id": "n", "type": "standard.Note"}}), "`cell`"),
        (json!({"cell": 7}), "`cell`"),
        (json!({"event": event}), "`cell`"),
        (json!({"cell": big, "event": event, "event_id": "x"}), "`event_id`"),
        (json!({"cell": big, "event_id": "0".repeat(32)}), "`workflow_id`"),
        (json!({"cell": big, "event": {"payload": 1, "groups": [""]}}), "`groups[0]`"),
    ] {
        let refused = bench.refused(body, 400, "invalid_request").await;
        assert!(refused["message"].as_str().unwrap().contains(names), "{refused}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_cell_of_a_workflow_begins_with_its_memory_and_its_links_and_a_stored_event() {
    let world = World::open().await;
    let watch = agent("watch", "change_detector", json!({"property": "n"}));
    let cells = json!([agent("hand", "manual", json!({})), watch, link("l", "hand", "watch")]);
    let workflow = world.started(cells).await;
    let sent = world.post(&format!("{workflow}/agents/hand/events"), json!({"payload": {"n": 1, "m": 2}})).await.ok(202);
    let event = sent["data"]["event_id"].clone();
    world.drain().await;
    let (project, id) = workflow.split_once("/workflows/").unwrap();
    let bench = Bench { world: &world, path: format!("{project}/workflows/dry_run") };
    let tried = bench.tried(json!({"cell": watch, "workflow_id": id, "event_id": event})).await;
    assert_eq!((&tried["events"], &tried["memory"]), (&json!([]), &json!({"last_property": 1})), "the agent has seen it");
    let other = agent("watch", "change_detector", json!({"property": "m"}));
    let tried = bench.tried(json!({"cell": other, "workflow_id": id, "event_id": event})).await;
    assert_eq!((&tried["events"][0]["payload"], &tried["memory"]["last_property"]), (&json!({"n": 1, "m": 2}), &json!(2)));
    let fresh = bench.tried(json!({"cell": watch, "workflow_id": id, "event_id": event, "memory": null})).await;
    assert_eq!(fresh["events"].as_array().unwrap().len(), 1, "an empty memory");
    let copy = agent("copy", "change_detector", json!({"property": "n"}));
    let fresh = bench.tried(json!({"cell": copy, "workflow_id": id, "event_id": event})).await;
    assert_eq!(fresh["events"].as_array().unwrap().len(), 1, "another cell is another agent");
    // A merge waits for the links that lead to it on the saved canvas.
    let merge = agent("merge", "merge", json!({"mode": "all"}));
    let options = json!({"cells": [agent("hand", "manual", json!({})), agent("b", "manual", json!({})), merge,
        link("l1", "hand", "merge"), link("l2", "b", "merge")]});
    world.json("PUT", &workflow, &json!({"options": options}).to_string()).await.ok(200);
    let tried = bench.tried(json!({"cell": merge, "workflow_id": id, "event_id": event})).await;
    assert!(tried["events"] == json!([]) && tried["memory"] != Value::Null, "it waits for `l2`: {tried}");

    // Nothing was stored, and what is another's is not found.
    let shown = world.get(&format!("{workflow}/agents/watch")).await.ok(200)["data"].clone();
    assert_eq!((&shown["memory"], &shown["counts"]["received"]), (&json!({"last_property": 1}), &json!(1)));
    let others = world.started(json!([agent("hand", "manual", json!({}))])).await;
    let foreign = others.split_once("/workflows/").unwrap().1;
    for (workflow, event, what) in [
        (foreign, &event, "workflow"),
        ("nobody", &event, "workflow"),
        (id, &json!("0".repeat(32)), "event"),
        (id, &json!("x"), "event"),
    ] {
        let refused = bench.refused(json!({"cell": watch, "workflow_id": workflow, "event_id": event}), 404, "not_found").await;
        assert!(refused["message"].as_str().unwrap().contains(what), "{refused}");
    }
    world.stop().await;
}

#[tokio::test]
async fn outside_calls_are_shown_without_credentials_and_are_not_made() {
    let world = World::open().await;
    let project = world.project().await;
    let credential = json!({"value": "hunter2 hunter2", "hosts": ["api.example.com"]});
    world.json("PUT", &format!("{project}/credentials/token"), &credential.to_string()).await.ok(200);
    let bench = Bench { world: &world, path: format!("{project}/workflows/dry_run") };
    let config = json!({"url": "https://api.example.com/{{ id }}?key={% credential token %}", "method": "post",
        "headers": {"Authorization": "Bearer {% credential token %}"}, "payload": {"n": "{{ n }}"}});
    let tried =
        bench.tried(json!({"cell": agent("call", "http_request", config), "event": {"payload": {"id": 7, "n": 1}}})).await;
    assert_eq!(tried["error"]["code"], "outside_call");
    let call = &tried["calls"][0];
    assert_eq!(
        (&call["method"], &call["url"], &call["body"], &call["made"]),
        (&json!("POST"), &json!("https://api.example.com/7?key=***"), &json!(r#"{"n":"1"}"#), &json!(false))
    );
    assert!(call["headers"].as_array().unwrap().contains(&json!(["Authorization", "Bearer ***"])), "{call}");
    assert!(!tried.to_string().contains("credential:") && !tried.to_string().contains("hunter2"), "{tried}");
    // One that is made is refused by the rules of every call.
    let local = agent("call", "http_request", json!({"url": "http://127.0.0.1:1/"}));
    let tried = bench.tried(json!({"cell": local, "event": {"payload": {}}, "outside_calls": true})).await;
    assert_eq!(tried["calls"][0]["made"], true, "{tried}");
    assert!(tried["error"].is_object());
    world.stop().await;
}
