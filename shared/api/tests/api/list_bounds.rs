//! Lists at their bounds: more workflows than a list of a project looks at, more failures than are counted, a run that is too large to be judged.

use crate::support::{World, agent, link};
use rookery_domain::{Event, EventId, Time, WorkflowRef, hashed_uuid};
use rookery_store::Chain;
use serde_json::{Value, json};

/// A trigger, and an agent that fails on each of its events.
fn cells() -> Value {
    let bad = json!({"instructions": {"n": "{{ 1 | divided_by: 0 }}"}});
    json!([agent("hand", "manual", json!({})), agent("bad", "event_formatting", bad), link("l", "hand", "bad")])
}

async fn begin(world: &World, workflow: &str) -> String {
    let accepted = world.post(&format!("{workflow}/agents/hand/events"), json!({"payload": {}})).await.ok(202);
    accepted["data"]["run_id"].as_str().unwrap().to_owned()
}

fn ids(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_project_with_more_workflows_than_a_list_looks_at_is_told_so() {
    let world = World::open().await;
    let workflow = world.started(json!([agent("hand", "manual", json!({}))])).await;
    let project = workflow.rsplit_once("/workflows").unwrap().0.to_owned();
    let make = async || world.post(&format!("{project}/workflows"), json!({"name": "more"})).await.ok(201);
    for _ in 0..199 {
        make().await;
    }
    let run = begin(&world, &workflow).await;
    world.drain().await;
    let runs = async |query: &str| world.get(&format!("{project}/runs?{query}")).await.ok(200);
    let all = runs("").await;
    assert_eq!((ids(&all), all["meta"].get("workflows_left_out")), (vec![&*run], None), "200 are looked at");
    let overview = world.get(&format!("{project}/overview")).await.ok(200)["data"].clone();
    assert_eq!((&overview["workflows"], &overview["at_least"]), (&json!(100), &json!(["failures", "waiting", "workflows"])));

    make().await;
    let most = runs("").await;
    assert_eq!(
        (ids(&most), &most["meta"]["workflows_left_out"]),
        (vec![], &json!(true)),
        "the first one was changed before the others"
    );
    let named = runs(&format!("workflow={}", workflow.rsplit('/').next().unwrap())).await;
    assert_eq!((ids(&named), named["meta"].get("workflows_left_out")), (vec![&*run], None));
    world.stop().await;
}

#[tokio::test]
async fn failures_are_counted_up_to_a_hundred() {
    let world = World::open().await;
    let workflow = world.started(cells()).await;
    let project = workflow.rsplit_once("/workflows").unwrap().0.to_owned();
    let overview = async || world.get(&format!("{project}/overview")).await.ok(200)["data"].clone();
    for _ in 0..100 {
        begin(&world, &workflow).await;
    }
    world.drain().await;
    assert_eq!(overview().await, json!({"failures": 100, "waiting": 0, "workflows": 1, "at_least": []}));
    begin(&world, &workflow).await;
    world.drain().await;
    assert_eq!(overview().await, json!({"failures": 100, "waiting": 0, "workflows": 1, "at_least": ["failures"]}));
    world.stop().await;
}

#[tokio::test]
async fn a_page_of_runs_costs_one_read_for_each_of_them_and_few_more() {
    const RUNS: usize = 120;
    let world = World::open().await;
    let first = world.started(cells()).await;
    let project = first.rsplit_once("/workflows").unwrap().0.to_owned();
    let options = json!({"name": "second", "options": {"cells": cells()}});
    let second = world.post(&format!("{project}/workflows"), options).await.ok(201)["data"]["id"].as_str().unwrap().to_owned();
    let second = format!("{project}/workflows/{second}");
    world.post(&format!("{second}/start"), json!({})).await.ok(200);
    for n in 0..RUNS {
        begin(&world, if n % 2 == 0 { &first } else { &second }).await;
    }
    world.drain().await;
    for (path, lists) in [(format!("{project}/runs"), 2), (format!("{first}/runs"), 1)] {
        // What is kept in memory is read by now.
        world.get(&path).await.ok(200);
        world.requests.take();
        let page = world.get(&format!("{path}?limit=200")).await.ok(200);
        let (rows, requests) = (ids(&page).len(), world.requests.take());
        assert_eq!(rows, RUNS * lists / 2);
        println!("{requests} requests for {rows} runs of {lists} workflows");
        // A list is two sources; the rest is who asks for what.
        assert!(requests <= rows + 3 * lists + 5, "{requests} requests for {rows} runs of {lists} workflows");
    }
    world.stop().await;
}

#[tokio::test]
async fn runs_of_a_version_are_found_behind_many_of_newer_ones() {
    let world = World::open().await;
    let workflow = world.started(cells()).await;
    let old = begin(&world, &workflow).await;
    let changed = json!({"name": "changed", "options": {"cells": [agent("hand", "manual", json!({}))]}, "version": 1});
    world.json("PUT", &workflow, &changed.to_string()).await.ok(200);
    world.post(&format!("{workflow}/start"), json!({})).await.ok(200);
    for _ in 0..250 {
        begin(&world, &workflow).await;
    }
    world.drain().await;
    let page = world.get(&format!("{workflow}/runs?version=1")).await.ok(200);
    assert_eq!(ids(&page), [&*old], "it is in the first page, whose reads do not reach it run by run");
    world.stop().await;
}

#[tokio::test]
async fn a_failed_run_that_is_too_large_to_be_judged_is_found_once_by_its_failures() {
    let world = World::open().await;
    let bad = json!({"instructions": {"n": "{{ 1 | divided_by: 0 }}"}});
    let mut cells = cells();
    for n in 0..8 {
        let id = format!("bad{n}");
        cells.as_array_mut().unwrap().extend([agent(&id, "event_formatting", bad.clone()), link(&format!("l{n}"), "hand", &id)]);
    }
    let workflow = world.started(cells).await;
    let (large, small) = (begin(&world, &workflow).await, begin(&world, &workflow).await);
    world.drain().await;
    let parts: Vec<&str> = workflow.split('/').collect();
    let at = WorkflowRef { project: parts[4].parse().unwrap(), workflow: parts[6].parse().unwrap() };
    let root: EventId = large.parse().unwrap();
    let root = world.engine.store.run_item(&at, root).await.unwrap().unwrap().event.unwrap();
    for n in 0..300u32 {
        let id = EventId { run: root.id.run, own: hashed_uuid(&[&n.to_be_bytes()]) };
        let event = Event { id, item: id, hop: 1, created_at: Time::now(), ..root.clone() };
        world.engine.store.accept(&at, &event, &Chain::default()).await.unwrap();
    }
    let far = "to=9000-01-01T00:00:00Z";
    for query in ["state=failed", &format!("state=failed&{far}"), far, ""] {
        let runs = world.get(&format!("{workflow}/runs?{query}")).await.ok(200);
        assert_eq!(ids(&runs), [&small, &large], "{query}");
        let of = |id: &str| runs["data"].as_array().unwrap().iter().find(|run| run["id"] == id).unwrap();
        assert_eq!((&of(&small)["state"], &of(&small)["failure_count"]), (&json!("failed"), &json!(9)));
        assert_eq!((&of(&large)["state"], &of(&large)["failure_count"]), (&Value::Null, &Value::Null), "{query}");
    }
    // It is there once, also where a page begins among its failures.
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.get(&format!("{workflow}/runs?state=failed&limit=1{cursor}")).await.ok(200);
        found.extend(ids(&page).into_iter().map(str::to_owned));
        match page["meta"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found, [small.as_str(), large.as_str()]);
    let none = world.get(&format!("{workflow}/runs?state=failed&to=2020-01-01T00:00:00Z")).await.ok(200);
    assert!(ids(&none).is_empty());
    world.stop().await;
}
