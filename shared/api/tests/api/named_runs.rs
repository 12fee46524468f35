//! Workflows that are called by their name, and runs: what they tell, how they are followed and listed, and who may see them.

use crate::support::{Answer, ROOT_KEY, World, agent, link, request};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rookery_domain::{Cost, Message, Part, ProjectId, Role, SessionAt, Stop, Time, Usage};
use rookery_sessions::Sessions;
use rookery_sessions::admit::{Admit, Admitted};
use rookery_sessions::ask::{Ask, Source};
use rookery_sessions::entry::{Answer as Said, Begin, EndError, EndState, What};
use rookery_sessions::ports::Prompts;
use rookery_store::SessionNames;
use serde_json::{Value, json};

fn double() -> Value {
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

async fn start(world: &World, project: &str, name: &str, cells: Value) -> String {
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
fn frames(answer: &Answer) -> Vec<(Option<u64>, String, Value)> {
    assert_eq!((answer.status.as_u16(), &answer.headers["content-type"]), (200, &"text/event-stream".parse().unwrap()));
    let frame = |frame: &str| {
        let field = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        let data = serde_json::from_str(&field("data: ").unwrap()).unwrap();
        (field("id: ").map(|id| id.parse().unwrap()), field("event: ").unwrap(), data)
    };
    answer.text().split("\n\n").filter(|frame| !frame.is_empty()).map(frame).collect()
}

fn header(answer: &Answer) -> String {
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
    assert!(!failed.headers.contains_key("x-flue-run-id"));
    let run_id = failed.value()["error"]["meta"]["run_id"].as_str().unwrap().to_owned();
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

/// Has an instance of the agent `helper` asked something, and gives the run's id.
async fn asked(world: &World, project: &str, instance: &str, end: Option<What>) -> (SessionAt, String) {
    let sessions: &Sessions = world.fake.sessions();
    let names = SessionNames { agent: "helper".into(), instance: instance.into(), session: "s".into() };
    let at = SessionAt { project: project.parse().unwrap(), key: names.key() };
    let soon = Time::now().plus(60_000);
    let ask = Ask { message: "Hi".into(), payload: None, source: Source::Prompt, run_ms: 60_000, wait_until: soon };
    let admit = Admit { at: &at, names: &names, ask: &ask, key: None, here: None, only_if_free: false };
    let Admitted::New { operation, .. } = sessions.admit(&admit).await.unwrap() else { panic!() };
    let n = operation.n;
    let mut loaded = sessions.load(&at).await.unwrap();
    let begin = Begin {
        n,
        by: "me".into(),
        lease_until: soon,
        deadline: soon,
        version: 3,
        message: "Hi".into(),
        payload: None,
        cell: None,
    };
    sessions.append(&mut loaded, What::Begin(begin)).await.unwrap();
    if let Some(end) = end {
        let end = match end {
            What::End { state, error, .. } => What::End { n, state, error },
            What::Answer(answer) => What::Answer(Box::new(Said { n, ..*answer })),
            other => other,
        };
        sessions.append(&mut loaded, end).await.unwrap();
    }
    (at, operation.run_id())
}

fn answer() -> What {
    What::Answer(Box::new(Said {
        n: 0,
        message: Message { role: Role::Assistant, parts: vec![Part::Text("Hello".into())] },
        stop: Stop::End,
        usage: Usage { input: 1, output: 1, total_tokens: 2, ..Usage::default() },
        model: "demo/test".into(),
        request_id: None,
        last: true,
        cost: Some(Cost { input: 0.5, total: 0.5, ..Cost::default() }),
    }))
}

fn failure() -> What {
    What::End { n: 0, state: EndState::Failed, error: Some(EndError::new("too_many_steps", "Too many steps. Ask for less.")) }
}

#[tokio::test]
async fn an_operation_is_a_run_whose_events_come_from_its_log() {
    let world = World::open().await;
    let project = world.persistent("helper", "model: demo/test").await;
    let (_, done) = asked(&world, &project, "i", Some(answer())).await;
    let (at, failed) = asked(&world, &project, "i", Some(failure())).await;
    let (_, running) = asked(&world, &project, "j", None).await;
    let types = async |id: &str| {
        let told = world.get(&format!("/runs/{id}/events")).await.ok(200)["events"].clone();
        let list = told.as_array().unwrap();
        assert!(list.iter().zip(1..).all(|(event, number)| event["event_index"] == number && event["run_id"] == *id));
        list.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let run = world.get(&format!("/runs/{done}")).await.ok(200);
    assert_eq!((&run["status"], &run["agent_id"], &run["event_count"]), (&json!("succeeded"), &json!("i"), &json!(4)));
    assert_eq!((&run["result"]["text"], &run["result"]["usage"]["cost"]["total"]), (&json!("Hello"), &json!(0.5)));
    assert_eq!(types(&done).await, ["run_start", "log", "log", "run_end"]);
    assert_eq!(frames(&world.get(&format!("/runs/{done}/stream?after=2")).await).len(), 2, "the stream ends with the run");
    let run = world.get(&format!("/runs/{failed}")).await.ok(200);
    let error = json!({"type": "failed", "message": "Too many steps.", "details": "Ask for less."});
    assert_eq!((&run["status"], &run["error"], &run["result"]), (&json!("failed"), &error, &Value::Null));
    assert_eq!(types(&failed).await, ["run_start", "log", "run_end"]);
    let run = world.get(&format!("/runs/{running}")).await.ok(200);
    assert_eq!((&run["status"], &run["ended_at"], &run["durationMs"]), (&json!("running"), &Value::Null, &Value::Null));
    assert_eq!(types(&running).await, ["run_start", "log"]);

    // What was deleted is gone from everywhere.
    world.fake.sessions().delete(&at).await.unwrap();
    for id in [&done, &failed] {
        for path in ["", "/events", "/stream"] {
            world.get(&format!("/runs/{id}{path}")).await.error(404, "run_not_found");
        }
    }
    let left = world.get("/admin/runs").await.ok(200);
    assert_eq!((left["runs"].as_array().unwrap().len(), &left["runs"][0]["run_id"]), (1, &json!(running)));
    world.get("/admin/agents/helper/instances/i/runs").await.error(404, "instance_not_found");
    let deletion = at.operation(3).run_id();
    world.get(&format!("/runs/{deletion}")).await.error(404, "run_not_found");
    for id in ["x", "run_x", "workflow:a:run_x", "workflow:none:run_00000000000000000000000000"] {
        world.get(&format!("/runs/{id}")).await.error(404, "run_not_found");
    }
    world.stop().await;
}

/// All pages of a list, one item each.
async fn paged(world: &World, path: &str, list: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    for _ in 0..50 {
        let and = if path.contains('?') { '&' } else { '?' };
        let page = world.get(&format!("{path}{and}limit=1{cursor}")).await.ok(200);
        assert_eq!(page[list], page["items"]);
        all.extend(page["items"].as_array().unwrap().clone());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
    panic!("the list does not end");
}

#[tokio::test]
async fn lists_know_what_had_a_run_and_end() {
    let world = World::open().await;
    let project = world.persistent("helper", "model: demo/test").await;
    start(&world, &project, "double", double()).await;
    let empty = world.get("/admin/agents").await.ok(200);
    assert_eq!(empty, json!({"agents": [], "items": [], "nextCursor": null}));
    let (_, first) = asked(&world, &project, "b", Some(answer())).await;
    let (_, second) = asked(&world, &project, "a", Some(failure())).await;
    let (_, third) = asked(&world, &project, "b", None).await;
    let fourth = header(&world.post("/workflows/double", json!({"text": "x"})).await);
    let fifth = header(&world.post("/agents/double/i", json!({"text": "x"})).await);
    let ids = |runs: &[Value]| runs.iter().map(|run| run["run_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    for (path, expected) in [
        ("/admin/runs", vec![&fifth, &fourth, &third, &second, &first]),
        ("/admin/runs?agentName=helper", vec![&third, &second, &first]),
        ("/admin/runs?agentName=double", vec![&fifth, &fourth]),
        ("/admin/runs?status=completed", vec![&fifth, &fourth, &first]),
        ("/admin/runs?status=errored", vec![&second]),
        ("/admin/runs?status=active&agentName=helper", vec![&third]),
        ("/admin/agents/helper/instances/b/runs", vec![&third, &first]),
        ("/admin/agents/helper/instances/a/runs?status=completed", vec![]),
        ("/admin/agents/double/instances/i/runs", vec![&fifth]),
        (&format!("/admin/agents/double/instances/{fourth}/runs"), vec![&fourth]),
    ] {
        assert_eq!(ids(&paged(&world, path, "runs").await), expected.into_iter().cloned().collect::<Vec<_>>(), "{path}");
    }
    let whole = world.get("/admin/agents/helper/instances/b/runs").await.ok(200);
    assert_eq!(
        (&whole["agent"], &whole["agentName"], &whole["agent_id"], &whole["instanceId"]),
        (&json!("helper"), &json!("helper"), &json!("b"), &json!("b"))
    );
    let agents = paged(&world, "/admin/agents", "agents").await;
    assert_eq!(agents, [json!({"name": "double", "triggers": null}), json!({"name": "helper", "triggers": null})]);
    let instance = |id: &str| json!({"agent_id": id, "instanceId": id});
    assert_eq!(paged(&world, "/admin/agents/helper/instances", "instances").await, [instance("a"), instance("b")]);
    assert_eq!(paged(&world, "/admin/agents/double/instances", "instances").await, [instance("i"), instance(&fourth)]);

    for path in ["/admin/agents/nobody/instances", "/admin/agents/nobody/instances/i/runs", "/admin/runs?agentName=nobody"] {
        world.get(path).await.error(404, "agent_not_found");
    }
    world.get("/admin/agents/helper/instances/c/runs").await.error(404, "instance_not_found");
    for (name, value) in
        [("limit", "0"), ("limit", "1001"), ("limit", "x"), ("cursor", "%20"), ("cursor", "eyJvZmZzZXQiOjF9"), ("status", "odd")]
    {
        for list in ["/admin/agents", "/admin/agents/helper/instances", "/admin/agents/helper/instances/a/runs", "/admin/runs"] {
            world.get(&format!("{list}?{name}={value}")).await.error(400, "invalid_query_param");
        }
    }
    // The cursor of one list is none of another, and no key of the table is as long as a cursor may be made.
    let next = async |list: &str| world.get(&format!("{list}?limit=1")).await.ok(200)["nextCursor"].as_str().unwrap().to_owned();
    let cursors = [next("/admin/runs").await, next("/admin/agents").await, next("/admin/agents/helper/instances").await];
    let long = ["x\u{1f}", "1#2#3#run_"].map(|start| URL_SAFE_NO_PAD.encode(format!("{start}{}", "x".repeat(2000))));
    for (list, others) in [
        ("/admin/runs", &[&cursors[1], &cursors[2], &long[0], &long[1]][..]),
        ("/admin/agents", &[&cursors[0], &long[0], &long[1]][..]),
        ("/admin/agents/helper/instances", &[&cursors[0], &cursors[1], &long[0], &long[1]][..]),
        ("/admin/agents/double/instances", &[&cursors[2]][..]),
    ] {
        for cursor in others {
            world.get(&format!("{list}?cursor={cursor}")).await.error(400, "invalid_query_param");
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn another_projects_runs_are_unknown_ones_and_who_only_sends_sees_none() {
    let world = World::locked().await;
    let store = &world.engine.store;
    let projects: Vec<ProjectId> =
        vec![store.create_project("mine").await.unwrap().id, store.create_project("others").await.unwrap().id];
    let mut keys = Vec::new();
    for (project, role) in [(&projects[0], "owner"), (&projects[1], "owner"), (&projects[1], "ingest")] {
        let path = format!("/api/v1/projects/{project}/api_keys");
        let made = world.keyed(ROOT_KEY, "POST", &path, Some(json!({"name": role, "role": role}))).await;
        keys.push(made.ok(201)["data"]["key"].as_str().unwrap().to_owned());
    }
    let all = format!("/api/v1/projects/{}/workflows", projects[1]);
    let made = world.keyed(&keys[1], "POST", &all, Some(json!({"name": "double", "options": {"cells": double()}}))).await.ok(201);
    let workflow = format!("{all}/{}/start", made["data"]["id"].as_str().unwrap());
    world.keyed(&keys[1], "POST", &workflow, Some(json!({}))).await.ok(200);
    world.keyed(&keys[0], "POST", "/workflows/double", Some(json!({}))).await.error(404, "not_found");
    let answer = world.keyed(&keys[2], "POST", "/workflows/double?wait=result", Some(json!({"text": "x"}))).await;
    let (run_id, (_, operation)) = (header(&answer), asked(&world, projects[1].as_str(), "i", None).await);
    for id in [&run_id, &operation] {
        for path in
            [format!("/runs/{id}"), format!("/runs/{id}/events"), format!("/runs/{id}/stream"), format!("/admin/runs/{id}")]
        {
            world.keyed(&keys[0], "GET", &path, None).await.error(404, "run_not_found");
            world.keyed(&keys[2], "GET", &path, None).await.error(403, "forbidden");
        }
        world.keyed(&keys[1], "GET", &format!("/runs/{id}"), None).await.ok(200);
    }
    for path in ["/admin/agents", "/admin/runs"] {
        assert_eq!(world.keyed(&keys[0], "GET", path, None).await.ok(200)["items"], json!([]));
        assert_ne!(world.keyed(&keys[1], "GET", path, None).await.ok(200)["items"], json!([]));
    }
    world.keyed(&keys[0], "GET", "/admin/agents/double/instances", None).await.error(404, "agent_not_found");
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
