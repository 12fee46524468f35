//! Workflows: the canvas is given back byte for byte; saves with errors, versions, optimistic locking, build, start, stop.

use crate::support::{World, agent, link};
use serde_json::{Value, json};

/// A text whose numbers, empty keys, order, escapes and white space must not change.
const CANVAS: &str = r#"{ "z": 1, "a": 1.10, "big": 12345678901234567890123, "exp": 1E400, "neg": -0.0,
  "": {"": ""}, "nul": "\u0000", "crab": "🦀 \ud83e\udd80", "dup": 1, "dup": 2, "cells": [
  {"id":"hand", "type":"agent", "agent_type":"manual", "position":{"x": 1.50, "y": 1e2}, "ports":{"":[]}}
] }"#;

#[tokio::test]
async fn a_canvas_comes_back_byte_for_byte() {
    let world = World::open().await;
    let project = world.project().await;
    let made = world.json("POST", &format!("{project}/workflows"), &format!(r#"{{"name":"w","options":{CANVAS}}}"#)).await;
    assert!(made.text().contains(CANVAS), "{}", made.text());
    let id = made.ok(201)["data"]["id"].as_str().unwrap().to_owned();
    let workflow = format!("{project}/workflows/{id}");
    for path in [workflow.clone(), format!("{workflow}/versions/1")] {
        assert!(world.get(&path).await.text().contains(CANVAS), "{path}");
    }
    for step in ["check", "build", "start", "stop", "versions/1/restore"] {
        let answer = world.post(&format!("{workflow}/{step}"), json!({})).await;
        assert!(answer.status == 200 && answer.text().contains(CANVAS), "{step}: {}", answer.text());
    }
    assert!(!world.get(&format!("{project}/workflows")).await.text().contains("options"), "lists are light");
    let empty = world.json("PUT", &workflow, r#"{"options":{}}"#).await.ok(200);
    assert_eq!(empty["data"]["options"], json!({}));
    world.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_saved_and_named_under_its_cell() {
    let world = World::open().await;
    let project = world.project().await;
    let cells = json!([
        agent("hand", "manual", json!({})),
        agent("hand", "manual", json!({})),
        agent("odd", "teleport", json!({})),
        agent("watch", "change_detector", json!({"propety": "n"})),
        link("into-trigger", "watch", "hand"),
        link("nowhere", "hand", "nobody"),
    ]);
    let made = world.post(&format!("{project}/workflows"), json!({"name": "w", "options": {"cells": cells}})).await.ok(201);
    assert_eq!(made["status"], "ok");
    let errors = made["meta"]["errors"].as_array().unwrap();
    let found: Vec<_> =
        errors.iter().map(|error| (error["cell_id"].as_str().unwrap(), error["field"].as_str().unwrap())).collect();
    for expected in
        [("hand", "id"), ("odd", "agent_type"), ("watch", "config.propety"), ("into-trigger", "target"), ("nowhere", "target")]
    {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    assert_eq!(made["meta"]["error_count"], json!(errors.len()));
    let workflow = format!("{project}/workflows/{}", made["data"]["id"].as_str().unwrap());
    assert_eq!(world.get(&workflow).await.ok(200)["meta"], made["meta"]);
    for step in ["build", "start"] {
        let answer = world.post(&format!("{workflow}/{step}"), json!({})).await;
        answer.error(422, "workflow_invalid");
        assert_eq!(answer.value()["error"]["meta"]["errors"], made["meta"]["errors"]);
    }
    assert_eq!(world.get(&format!("{workflow}/agents")).await.ok(200), json!({"data": [], "meta": {"next_cursor": null}}));
    world.get(&format!("{workflow}/agents/hand")).await.error(404, "not_found");
    world.post(&format!("{workflow}/agents/hand/events"), json!({"payload": 1})).await.error(409, "workflow_stopped");
    world.post(&format!("{workflow}/agents/hand/dry_run"), json!({})).await.error(409, "not_built");
    world.stop().await;
}

#[tokio::test]
async fn what_a_template_passes_over_is_told_at_its_field_and_keeps_nothing_from_running() {
    let world = World::open().await;
    let project = world.project().await;
    let instructions = json!({"a": "{{.title}}", "b": ["{{ title | upcase }}", "x\n{{ title | jsonify }}"]});
    let cells = json!([
        agent("hand", "manual", json!({})),
        agent("form", "event_formatting", json!({"instructions": instructions, "keep_events_for": "3600"})),
        link("to-form", "hand", "form"),
    ]);
    let made = world.post(&format!("{project}/workflows"), json!({"name": "w", "options": {"cells": cells}})).await.ok(201);
    assert_eq!(made["meta"]["error_count"], 0, "{made}");
    let warnings: Vec<_> = made["meta"]["warnings"].as_array().unwrap().iter().collect();
    let fields: Vec<_> = warnings.iter().map(|warning| (&warning["cell_id"], &warning["field"])).collect();
    let (form, a, b) = (json!("form"), json!("config.instructions.a"), json!("config.instructions.b[1]"));
    assert_eq!(fields, [(&form, &a), (&form, &b)]);
    assert!(warnings[1]["message"].as_str().unwrap().contains("line 2: there is no filter `jsonify`"), "{made}");
    world.post(&format!("{project}/workflows/{}/start", made["data"]["id"].as_str().unwrap()), json!({})).await.ok(200);
    world.stop().await;
}

#[tokio::test]
async fn a_group_that_the_source_of_a_link_never_emits_is_blamed() {
    let world = World::open().await;
    let project = world.project().await;
    let proxy = json!({"endpoint": "https://a.example", "input": "x", "agent_outcomes": [{"condition": {"path": "result", "operator": "exists"}, "group": "talked"}]});
    let large = |more: Value| json!({"condition": {"path": "n", "operator": "gt", "value": 1}, "emit_on_no_match": more});
    let agents = [
        agent("hand", "manual", json!({})),
        agent("large", "condition", large(json!(false))),
        agent("both", "condition", large(json!(true))),
        agent("lanes", "split", json!({"groups": [{"name": "a"}, {"name": "b"}]})),
        agent("any", "merge", json!({})),
        agent("all", "merge", json!({"mode": "all"})),
        agent("ask", "ai_agent_proxy", proxy),
        agent("odd", "condition", json!({})),
        agent("end", "data_output", json!({})),
    ];
    let of = |source: &str, group: &str| {
        let mut cell = link(&format!("{source}>{group}"), source, "end");
        cell["group_id"] = json!(group);
        cell
    };
    let wrong =
        [("large", "on_mach"), ("large", "on_no_match"), ("lanes", "c"), ("any", "on_timeout"), ("ask", "on_talk"), ("end", "x")];
    let right = [
        ("large", "on_match"),
        ("large", "on_error"),
        ("both", "on_no_match"),
        ("lanes", "b"),
        ("any", "on_merge"),
        ("all", "on_timeout"),
        ("ask", "talked"),
        ("ask", "on_finish"),
        // What an agent emits that cannot be built is not known.
        ("odd", "x"),
        // Events are put in with any groups.
        ("hand", "mine"),
    ];
    let mut aside = link("aside", "large", "end");
    aside["group"] = json!("on_match");
    let cells: Vec<Value> =
        agents.into_iter().chain(wrong.iter().chain(&right).map(|(source, group)| of(source, group))).chain([aside]).collect();
    let made = world.post(&format!("{project}/workflows"), json!({"name": "w", "options": {"cells": cells}})).await.ok(201);
    let blamed = |what: &str| -> Vec<(String, String)> {
        let problems = made["meta"][what].as_array().unwrap().iter();
        let links = problems.filter(|problem| problem["field"].as_str().unwrap().starts_with("group"));
        links
            .map(|problem| (problem["cell_id"].as_str().unwrap().to_owned(), problem["message"].as_str().unwrap().to_owned()))
            .collect()
    };
    let errors = blamed("errors");
    let ids: Vec<&str> = errors.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, wrong.map(|(source, group)| format!("{source}>{group}")));
    assert!(errors[0].1.contains("`large` never emits `on_mach`, but `on_match`, `on_error`"), "{}", errors[0].1);
    let warnings = blamed("warnings");
    assert_eq!(warnings.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["aside", "hand>mine"]);
    world.stop().await;
}

#[tokio::test]
async fn a_stale_change_is_refused_with_the_current_version() {
    let world = World::open().await;
    let project = world.project().await;
    let made = world.post(&format!("{project}/workflows"), json!({"name": "w"})).await.ok(201);
    let workflow = format!("{project}/workflows/{}", made["data"]["id"].as_str().unwrap());
    let put = async |body: Value| world.json("PUT", &workflow, &body.to_string()).await;
    assert_eq!(put(json!({"name": "two", "version": 1})).await.ok(200)["data"]["version"], 2);
    for stale in [0, 1, 3, 4_294_967_295_u64] {
        let answer = put(json!({"name": "lost", "version": stale})).await;
        answer.error(409, "version_conflict");
        assert_eq!(answer.value()["error"]["meta"]["version"], 2);
    }
    for wrong in [json!("2"), json!(-1), json!(1.5), json!(18_446_744_073_709_551_615_u64), Value::Null] {
        assert!(put(json!({"version": wrong})).await.error(400, "invalid_request").contains("`version`"));
    }
    assert_eq!(put(json!({"options": {"a": 1}, "version": 2})).await.ok(200)["data"]["version"], 3);

    let versions = world.get(&format!("{workflow}/versions")).await.ok(200);
    let numbers: Vec<&Value> = versions["data"].as_array().unwrap().iter().map(|version| &version["version"]).collect();
    assert_eq!(numbers, [3, 2, 1]);
    let restored = world.post(&format!("{workflow}/versions/1/restore"), json!({})).await.ok(200);
    assert_eq!((&restored["data"]["version"], &restored["data"]["options"]), (&json!(4), &json!({})));
    assert_eq!(world.get(&format!("{workflow}/versions/4")).await.ok(200)["data"]["restored_from"], 1);
    world.stop().await;
}

#[tokio::test]
async fn start_stop_and_delete() {
    let world = World::open().await;
    let workflow = world.started(json!([agent("hand", "manual", json!({}))])).await;
    let shown = world.get(&workflow).await.ok(200);
    assert_eq!((&shown["data"]["state"], &shown["data"]["built_version"]), (&json!("active"), &json!(1)));
    let stopped =
        world.send(crate::support::request("POST", &format!("{workflow}/stop")).body(axum::body::Body::empty()).unwrap());
    assert_eq!(stopped.await.ok(200)["data"]["state"], "paused", "no body is needed");
    world.post(&format!("{workflow}/start"), json!({"now": true})).await.error(400, "invalid_request");
    world.delete(&workflow).await.ok(204);
    world.delete(&workflow).await.error(404, "not_found");
    world.get(&format!("{workflow}/events")).await.error(404, "not_found");
    world.stop().await;
}
