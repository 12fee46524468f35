//! Workflows that are called by their name: what their runs tell, how they are followed, and what those who only send are told.

use crate::support::{Answer, ROOT_KEY, World, agent, link, request};
use axum::body::Body;
use serde_json::{Value, json};

pub(crate) fn double() -> Value {
    json!([
        agent("start", "manual", json!({})),
        agent("result", "event_formatting", json!({"instructions": {"twice": "{{ text }}{{ text }}"}})),
        link("l", "start", "result"),
    ])
}

/// One that fails when `text` is no number; the failure goes to `after`, if there is such a cell.
fn failing(handled: bool) -> Value {
    let mut cells = json!([
        agent("start", "webhook", json!({})),
        agent("result", "event_formatting", json!({"instructions": {"n": "{{ text | divided_by: 0 }}"}})),
        link("l", "start", "result"),
    ]);
    if handled {
        let all = cells.as_array_mut().unwrap();
        all.push(agent("after", "change_detector", json!({"property": "code"})));
        let mut on_error = link("e", "result", "after");
        on_error["group_id"] = "on_error".into();
        all.push(on_error);
    }
    cells
}

pub(crate) async fn start(world: &World, project: &str, name: &str, cells: Value) -> String {
    let all = format!("/api/v1/projects/{project}/workflows");
    let made = world.post(&all, json!({"name": name, "options": {"cells": cells}})).await.ok(201);
    let workflow = format!("{all}/{}", made["data"]["id"].as_str().unwrap());
    world.post(&format!("{workflow}/start"), json!({})).await.ok(200);
    workflow
}

async fn default_project(world: &World) -> String {
    world.engine.store.default_project().await.unwrap().id.to_string()
}

async fn with(world: &World, path: &str, header: (&str, &str), body: Value) -> Answer {
    let request = request("POST", path).header("content-type", "application/json").header(header.0, header.1);
    world.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Waits for an answer while messages are handled.
async fn at_work<T>(world: &World, answer: impl Future<Output = T>) -> T {
    let mut answer = std::pin::pin!(answer);
    loop {
        tokio::select! {
            biased;
            done = &mut answer => return done,
            () = world.drain() => {}
        }
    }
}

/// The frames of a stream: their numbers, events and data.
pub(crate) fn frames(answer: &Answer) -> Vec<(Option<u64>, String, Value)> {
    assert_eq!((answer.status.as_u16(), &answer.headers["content-type"]), (200, &"text/event-stream".parse().unwrap()));
    let frame = |frame: &str| {
        let field = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        let data = serde_json::from_str(&field("data: ").unwrap()).unwrap();
        (field("id: ").map(|id| id.parse().unwrap()), field("event: ").unwrap(), data)
    };
    answer.text().split("\n\n").filter(|frame| !frame.is_empty()).map(frame).collect()
}

pub(crate) fn header(answer: &Answer) -> String {
    answer.headers["x-flue-run-id"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_workflow_is_called_by_its_name_and_its_result_is_what_the_cell_result_emits() {
    let world = World::open().await;
    let project = default_project(&world).await;
    start(&world, &project, "double", double()).await;
    for root in [String::new(), format!("/p/{project}")] {
        let answer = world.post(&format!("{root}/workflows/double"), json!({"text": "ab"})).await;
        let run_id = header(&answer);
        assert!(run_id.starts_with("workflow:double:run_") && run_id.len() == 46, "{run_id}");
        assert_eq!(answer.ok(202), json!({"status": "accepted", "run_id": run_id, "runId": run_id}));
        let answer = world.post(&format!("{root}/workflows/double?wait=result"), json!({"payload": {"text": "ab"}})).await;
        let run_id = header(&answer);
        let completed = json!({"status": "completed", "run_id": run_id, "runId": run_id, "result": {"twice": "abab"}});
        assert_eq!(answer.ok(200), completed);

        let run = world.get(&format!("{root}/runs/{run_id}")).await.ok(200);
        assert_eq!(run, world.get(&format!("{root}/admin/runs/{run_id}")).await.ok(200));
        assert_eq!((&run["run_id"], &run["agent"], &run["agent_id"]), (&json!(run_id), &json!("double"), &json!(run_id)));
        assert_eq!((&run["status"], &run["result"], &run["error"]), (&json!("succeeded"), &completed["result"], &Value::Null));
        assert_eq!((&run["event_count"], &run["is_error"]), (&json!(3), &json!(false)));
        assert_eq!(
            run["durationMs"].as_f64().unwrap(),
            ((run["ended_at"].as_f64().unwrap() - run["started_at"].as_f64().unwrap()) * 1000.0).round()
        );

        let told = world.get(&format!("{root}/runs/{run_id}/events")).await.ok(200);
        let types: Vec<_> = told["events"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(types, ["run_start", "log", "run_end"]);
        assert_eq!(told["events"][0]["data"], json!({"agent": "double", "agent_id": run_id}));
        assert_eq!(
            (&told["events"][1]["data"]["level"], &told["events"][1]["data"]["cell_id"]),
            (&json!("info"), &json!("result"))
        );
        assert_eq!(told["events"][2]["data"], json!({"is_error": false, "error": null, "status": "succeeded"}));
        assert_eq!((&told["next_after"], &told["nextAfter"]), (&json!(3), &json!(3)));
    }
    world.post("/workflows/nothing", json!({})).await.error(404, "not_found");
    world.json("POST", "/workflows/double", "[]").await.error(400, "invalid_request");
    world.stop().await;
}

#[tokio::test]
async fn a_run_is_streamed_from_any_event_on_to_its_end() {
    let world = World::open().await;
    let project = default_project(&world).await;
    start(&world, &project, "double", double()).await;
    start(&world, &project, "failing", failing(false)).await;
    let answer = with(&world, "/workflows/double", ("accept", "text/event-stream"), json!({"text": "ab"})).await;
    let (run_id, told) = (header(&answer), frames(&answer));
    assert_eq!(told.iter().map(|(number, ..)| number.unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
    let events = world.get(&format!("/runs/{run_id}/events")).await.ok(200)["events"].clone();
    let data: Vec<_> = told.iter().map(|(.., data)| data.clone()).collect();
    assert_eq!(json!(data), events, "a stream tells what the list tells");

    let stream = format!("/runs/{run_id}/stream");
    for (path, last, from) in [
        (stream.clone(), None, 0),
        (format!("{stream}?after=1"), Some("2"), 1),
        (stream.clone(), Some("2"), 2),
        (stream.clone(), Some("x"), 0),
        (format!("{stream}?after=3"), None, 3),
        (format!("{stream}?after=99"), None, 3),
    ] {
        let request = request("GET", &path);
        let request = if let Some(last) = last { request.header("last-event-id", last) } else { request };
        let answer = world.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(frames(&answer), told[from..], "{path} {last:?}");
    }
    for (query, expected) in [
        ("after=1", [2, 3].as_slice()),
        ("limit=2", &[1, 2]),
        ("types=run_end,run_start", &[1, 3]),
        ("after=1&limit=1&types=run_end,log", &[2]),
        ("after=7", &[]),
        ("limit=", &[1, 2, 3]),
    ] {
        let part = world.get(&format!("/runs/{run_id}/events?{query}")).await.ok(200);
        let numbers: Vec<_> =
            part["events"].as_array().unwrap().iter().map(|event| event["event_index"].as_u64().unwrap()).collect();
        assert_eq!(numbers, expected, "{query}");
        let after = if query == "after=7" { 7 } else { *expected.last().unwrap() };
        assert_eq!(part["next_after"], after, "{query}");
    }
    for (name, value) in [("limit", "0"), ("limit", "1001"), ("limit", "x"), ("after", "-1"), ("after", "x")] {
        let refused = world.get(&format!("/runs/{run_id}/events?{name}={value}")).await;
        refused.error(400, "invalid_query_param");
        assert_eq!(refused.value()["error"]["meta"], json!({"param": name, "value": value}));
    }

    // What fails is a delivery of its own, for which the caller waits.
    let call = with(&world, "/workflows/failing", ("accept", "text/event-stream"), json!({"text": "5"}));
    let failed = at_work(&world, call).await;
    let told = frames(&failed);
    let types: Vec<_> = told.iter().map(|(number, event, _)| (*number, event.as_str())).collect();
    assert_eq!(types, [(Some(1), "run_start"), (Some(2), "log"), (Some(3), "run_end"), (None, "error")]);
    assert_eq!(told[2].2["data"]["status"], "failed");
    assert_eq!((told[3].2.as_object().unwrap().len(), &told[3].2["error"]["type"]), (1, &json!("internal_error")));
    world.stop().await;
}

#[tokio::test]
async fn a_run_fails_when_nobody_handles_its_error() {
    let world = World::open().await;
    let project = default_project(&world).await;
    start(&world, &project, "failing", failing(false)).await;
    start(&world, &project, "handled", failing(true)).await;
    let failed = at_work(&world, world.post("/workflows/failing?wait=result", json!({"text": "5"}))).await;
    failed.error(500, "internal_error");
    let run_id = failed.value()["error"]["meta"]["run_id"].as_str().unwrap().to_owned();
    assert_eq!(failed.headers["x-flue-run-id"], run_id.as_str());
    let run = world.get(&format!("/runs/{run_id}")).await.ok(200);
    assert_eq!((&run["status"], &run["result"], &run["isError"]), (&json!("failed"), &Value::Null, &json!(true)));
    let error = run["error"].as_object().unwrap();
    assert_eq!(error["type"], failed.value()["error"]["meta"]["code"]);
    assert_eq!(
        error.keys().map(String::as_str).collect::<std::collections::BTreeSet<_>>(),
        ["details", "message", "type"].into()
    );

    let answer = at_work(&world, world.post("/workflows/handled?wait=result", json!({"text": "5"}))).await;
    assert_eq!(answer.ok(200)["result"], Value::Null);
    world.stop().await;
}

#[tokio::test]
async fn a_workflow_is_also_asked_as_an_agent_whose_instances_have_ids() {
    let world = World::open().await;
    let project = world.persistent("helper", "model: demo/test").await;
    start(&world, &project, "double", double()).await;
    start(&world, &project, "helper", double()).await;
    let answer = world.post("/agents/double/a%2Fb", json!({"text": "x"})).await;
    let run_id = header(&answer);
    assert_eq!(answer.ok(200), json!({"twice": "xx", "_meta": {"run_id": run_id, "runId": run_id}}));
    let run = world.get(&format!("/runs/{run_id}")).await.ok(200);
    assert_eq!((&run["agent"], &run["agent_id"], &run["instanceId"]), (&json!("double"), &json!("a/b"), &json!("a/b")));
    let taken = with(&world, "/agents/double/i", ("x-webhook", "true"), json!({"text": "x"})).await;
    assert_eq!(taken.ok(202)["run_id"], header(&taken));
    let told = with(&world, "/agents/double/i", ("accept", "text/event-stream"), json!({"text": "x"})).await;
    assert_eq!(frames(&told)[0].2["data"], json!({"agent": "double", "agent_id": "i"}));
    world.post("/agents/double/i/dispatch", json!({"input": "x"})).await.error(400, "invalid_request");
    world.post(&format!("/agents/double/{}", "x".repeat(513)), json!({})).await.error(400, "invalid_request");
    let agent = |name: &str| json!({"name": name, "path": format!("/agents/{name}/{{agent_id}}"), "triggers": {"webhook": true}});
    assert_eq!(world.get("/agents").await.ok(200)["agents"], json!([agent("double"), agent("helper")]), "an agent goes first");

    // The same key is the same call; what is called first counts.
    let mut ids = Vec::new();
    for _ in 0..2 {
        ids.push(header(&with(&world, "/workflows/double", ("idempotency-key", "k"), json!({"text": "x"})).await));
    }
    assert_eq!(ids[0], ids[1]);
    assert_eq!(world.get(&format!("/runs/{}", ids[0])).await.ok(200)["status"], "succeeded");
    with(&world, "/workflows/double", ("idempotency-key", "k"), json!({"text": "y"})).await.error(409, "idempotency_conflict");
    let all = world.get("/admin/runs?agentName=double").await.ok(200);
    assert_eq!(all["runs"].as_array().unwrap().len(), 4, "{all}");
    world.stop().await;
}

#[tokio::test]
async fn who_only_sends_is_not_told_why_a_run_failed() {
    let world = World::locked().await;
    let project = world.engine.store.create_project("mine").await.unwrap().id;
    let mut keys = Vec::new();
    for role in ["owner", "ingest"] {
        let path = format!("/api/v1/projects/{project}/api_keys");
        let made = world.keyed(ROOT_KEY, "POST", &path, Some(json!({"name": role, "role": role}))).await;
        keys.push(made.ok(201)["data"]["key"].as_str().unwrap().to_owned());
    }
    let all = format!("/api/v1/projects/{project}/workflows");
    let failing = json!({"name": "failing", "options": {"cells": failing(false)}});
    let made = world.keyed(&keys[0], "POST", &all, Some(failing)).await.ok(201);
    let start = format!("{all}/{}/start", made["data"]["id"].as_str().unwrap());
    world.keyed(&keys[0], "POST", &start, Some(json!({}))).await.ok(200);
    let mut streamed = Vec::new();
    for key in &keys {
        let call = request("POST", "/workflows/failing?wait=result").header("content-type", "application/json");
        let call = call.header("accept", "text/event-stream").header("authorization", format!("Bearer {key}"));
        let answer = at_work(&world, world.send(call.body(Body::from(r#"{"text": "5"}"#)).unwrap())).await;
        let events: Vec<String> = frames(&answer).into_iter().map(|(_, event, _)| event).collect();
        assert_eq!(events, ["run_start", "log", "run_end", "error"], "one error, and no result after it");
        let run = world.keyed(&keys[0], "GET", &format!("/runs/{}", header(&answer)), None).await.ok(200);
        streamed.push((answer.text().to_owned(), run["error"]["message"].as_str().unwrap().to_owned()));
    }
    assert!(streamed[0].0.contains(&streamed[0].1), "{streamed:?}");
    assert!(!streamed[1].0.contains(&streamed[1].1) && streamed[1].0.contains("sees why"), "{streamed:?}");
    world.stop().await;
}
