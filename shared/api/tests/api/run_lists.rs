//! Runs of agents and workflows: what they look like, who had some, and who may see them.

use crate::named_runs::{double, frames, header, start};
use crate::support::{ROOT_KEY, World};
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
