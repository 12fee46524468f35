//! Lists with filters, of a workflow and of all workflows of a project: each row is there once, whatever the pages; and counts for a project.

use crate::support::{World, agent, link};
use rookery_domain::{EventId, WorkflowRef};
use rookery_store::Entry;
use serde_json::{Value, json};

/// The rows of all pages, with `limit` rows on a page.
async fn walk(world: &World, path: &str, limit: usize) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    let and = if path.contains('?') { '&' } else { '?' };
    loop {
        let page = world.get(&format!("{path}{and}limit={limit}{cursor}")).await.ok(200);
        let rows = page["data"].as_array().unwrap();
        assert!(rows.len() <= limit && page["meta"]["looked_at"].as_u64().unwrap() >= rows.len() as u64, "{page}");
        all.extend(rows.clone());
        match page["meta"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
}

/// Three triggers: of one, the agent fails twice; of another, it waits; of the third, nothing comes.
fn cells() -> Value {
    let bad = json!({"instructions": {"n": "{{ 1 | divided_by: 0 }}"}});
    json!([
        agent("fails", "manual", json!({})),
        agent("waits", "manual", json!({})),
        agent("plain", "manual", json!({})),
        agent("bad", "event_formatting", bad.clone()),
        agent("worse", "event_formatting", bad),
        agent("later", "delay", json!({"hours": 2})),
        link("l1", "fails", "bad"),
        link("l2", "fails", "worse"),
        link("l3", "waits", "later"),
    ])
}

async fn begin(world: &World, workflow: &str, cell: &str) -> String {
    let accepted = world.post(&format!("{workflow}/agents/{cell}/events"), json!({"payload": {}})).await.ok(202);
    accepted["data"]["run_id"].as_str().unwrap().to_owned()
}

/// Puts a run into the list whose first delivery has not begun.
async fn list_begun(world: &World, workflow: &str, run: &str) {
    let ids: Vec<&str> = workflow.split('/').collect();
    let workflow = WorkflowRef { project: ids[4].parse().unwrap(), workflow: ids[6].parse().unwrap() };
    let root: EventId = run.parse().unwrap();
    let root = world.engine.store.run_item(&workflow, root).await.unwrap().unwrap().event.unwrap();
    world.engine.store.put_entries(&workflow, vec![Entry::of([&root]).unwrap()], false).await.unwrap();
}

#[tokio::test]
async fn runs_are_found_by_state_version_agent_and_time() {
    let world = World::open().await;
    let workflow = world.started(cells()).await;
    let plain = begin(&world, &workflow, "plain").await;
    let failed = begin(&world, &workflow, "fails").await;
    let waiting = begin(&world, &workflow, "waits").await;
    world.drain().await;
    let in_flight = begin(&world, &workflow, "fails").await;
    list_begun(&world, &workflow, &in_flight).await;
    let runs = format!("{workflow}/runs");

    let all = walk(&world, &runs, 50).await;
    assert_eq!(ids(&all), [&in_flight, &waiting, &failed, &plain], "newest first");
    let row = |id: &str| all.iter().find(|row| row["id"] == id).unwrap();
    for (id, state, events, failures) in
        [(&in_flight, "in_flight", 1, 0), (&waiting, "waiting", 1, 0), (&failed, "failed", 3, 2), (&plain, "done", 1, 0)]
    {
        let row = row(id);
        let found = (&row["state"], &row["event_count"], &row["failure_count"]);
        assert_eq!(found, (&json!(state), &json!(events), &json!(failures)), "{row}");
        assert!(row["last_event_at"].as_str() >= row["created_at"].as_str(), "{row}");
        let shown = world.get(&format!("{runs}/{id}")).await.ok(200);
        assert_eq!(shown["data"]["failure_count"], row["failure_count"]);
        assert_eq!(shown["data"]["last_event_at"], row["last_event_at"]);
        for limit in [1, 50] {
            assert_eq!(
                walk(&world, &format!("{runs}?state={state}"), limit).await,
                json!([row]).as_array().unwrap().clone(),
                "{state} by {limit}"
            );
        }
    }
    let began = |id: &str| row(id)["created_at"].as_str().unwrap().to_owned();
    let queries = [
        ("agent=fails".to_owned(), vec![&in_flight, &failed]),
        ("agent=bad".to_owned(), vec![]),
        ("version=1&state=failed".to_owned(), vec![&failed]),
        ("version=2".to_owned(), vec![]),
        ("agent=plain&state=failed".to_owned(), vec![]),
        (format!("from={}", began(&waiting)), vec![&in_flight, &waiting]),
        (format!("to={}", began(&failed)), vec![&failed, &plain]),
        (format!("from={}&to={}", began(&failed), began(&waiting)), vec![&waiting, &failed]),
        (format!("from={}&state=failed", began(&waiting)), vec![]),
        (format!("to={}&state=failed", began(&failed)), vec![&failed]),
    ];
    for (query, expected) in queries {
        for limit in [1, 3, 50] {
            assert_eq!(ids(&walk(&world, &format!("{runs}?{query}"), limit).await), expected, "{query} by {limit}");
        }
    }
    // A run whose failures were replayed, and failed again, is there once.
    world.post(&format!("{workflow}/failures/replay"), json!({})).await.ok(202);
    assert_eq!(walk(&world, &format!("{runs}?state=failed"), 1).await, [Value::Null; 0], "it is tried again");
    world.drain().await;
    assert_eq!(ids(&walk(&world, &format!("{runs}?state=failed&agent=fails&to={}", began(&failed)), 1).await), [&failed]);
    world.stop().await;
}

#[tokio::test]
async fn runs_show_the_payload_with_which_they_began_where_that_is_asked_for() {
    let world = World::open().await;
    let workflow = world.started(cells()).await;
    let post = async |payload: &Value| {
        world.post(&format!("{workflow}/agents/fails/events"), json!({"payload": payload})).await.ok(202);
    };
    let (short, long) = (json!({"n": 1}), json!("x".repeat(10_000)));
    post(&short).await;
    post(&long).await;
    world.drain().await;
    for of in [workflow.as_str(), workflow.rsplit_once("/workflows").unwrap().0] {
        for (query, shown, left_out) in [
            ("", [None, None], [false, false]),
            ("payloads=false", [None, None], [false, false]),
            ("payloads=short", [None, Some(&short)], [true, false]),
            ("payloads=true", [Some(&long), Some(&short)], [false, false]),
            ("payloads=true&state=failed", [Some(&long), Some(&short)], [false, false]),
        ] {
            let rows = walk(&world, &format!("{of}/runs?{query}"), 50).await;
            let payloads: Vec<_> = rows.iter().map(|row| row.get("payload")).collect();
            let omitted: Vec<bool> = rows.iter().map(|row| row["payload_omitted"] == true).collect();
            assert_eq!((payloads, omitted), (shown.to_vec(), left_out.to_vec()), "{query}");
        }
    }
    // An answer has no more of them than its bytes allow.
    let large = json!("x".repeat(250_000));
    for _ in 0..18 {
        post(&large).await;
    }
    world.drain().await;
    let rows = walk(&world, &format!("{workflow}/runs?payloads=true"), 50).await;
    let shown = rows.iter().filter(|row| row["payload"] == large).count();
    assert_eq!((rows.len(), shown), (20, 16), "4 MB");
    assert!(rows[16..].iter().all(|row| row["payload_omitted"] == true));
    world.stop().await;
}

#[tokio::test]
async fn lists_of_a_project_are_merged_of_those_of_its_workflows() {
    let world = World::open().await;
    let first = world.started(cells()).await;
    let project = first.rsplit_once("/workflows").unwrap().0.to_owned();
    let made = world.post(&format!("{project}/workflows"), json!({"name": "second", "options": {"cells": cells()}})).await;
    let second_id = made.ok(201)["data"]["id"].as_str().unwrap().to_owned();
    let second = format!("{project}/workflows/{second_id}");
    world.post(&format!("{second}/start"), json!({})).await.ok(200);
    let mut expected = Vec::new();
    for _ in 0..4 {
        for workflow in [&first, &second] {
            expected.insert(0, begin(&world, workflow, "fails").await);
        }
    }
    world.drain().await;

    let (runs, failures) = (format!("{project}/runs"), format!("{project}/failures"));
    let all = walk(&world, &failures, 50).await;
    assert_eq!(all.len(), 16);
    assert!(all.is_sorted_by(|a, b| a["failed_at"].as_str() >= b["failed_at"].as_str()), "newest first");
    for limit in [1, 3, 50] {
        let rows = walk(&world, &runs, limit).await;
        assert_eq!(ids(&rows), expected, "by {limit}");
        assert_eq!((&rows[0]["workflow_id"], &rows[0]["workflow_name"]), (&json!(second_id), &json!("second")));
        assert_eq!(rows[1]["workflow_name"], "w");
        assert_eq!(walk(&world, &failures, limit).await, all, "by {limit}");
        assert_eq!(walk(&world, &format!("{runs}?workflow={second_id}&state=failed"), limit).await.len(), 4);
        for query in [format!("workflow={second_id}"), "agent=bad".to_owned(), "agent=bad&replayed=false".to_owned()] {
            assert_eq!(walk(&world, &format!("{failures}?{query}"), limit).await.len(), 8, "{query} by {limit}");
        }
    }
    let code = all[0]["code"].as_str().unwrap();
    assert_eq!(walk(&world, &format!("{failures}?code={code}"), 50).await.len(), 16);
    assert_eq!(walk(&world, &format!("{failures}?code=other"), 50).await.len(), 0);
    for (query, found) in [("version=1", 16), ("version=2", 0), (&*format!("version=1&workflow={second_id}&agent=bad"), 4)] {
        assert_eq!(walk(&world, &format!("{failures}?{query}"), 3).await.len(), found, "{query}");
    }
    assert_eq!(walk(&world, &format!("{failures}?replayed=true"), 50).await.len(), 0);
    let at = all[3]["failed_at"].as_str().unwrap();
    assert!(walk(&world, &format!("{failures}?from={at}"), 2).await.len() >= 4);
    assert_eq!(walk(&world, &format!("{failures}?to=2020-01-01T00:00:00Z"), 2).await.len(), 0);

    world.post(&format!("{first}/failures/replay"), json!({})).await.ok(202);
    assert_eq!(walk(&world, &format!("{failures}?replayed=true"), 3).await.len(), 8);
    assert_eq!(walk(&world, &format!("{failures}?replayed=false"), 3).await.len(), 8);
    let overview = world.get(&format!("{project}/overview")).await.ok(200);
    assert_eq!(overview["data"], json!({"failures": 8, "waiting": 0, "workflows": 2, "at_least": []}));
    world.stop().await;
}

#[tokio::test]
async fn filters_that_are_none_are_refused_by_name() {
    let world = World::open().await;
    let workflow = world.started(cells()).await;
    let project = workflow.rsplit_once("/workflows").unwrap().0.to_owned();
    let elsewhere = world.started(cells()).await.rsplit_once('/').unwrap().1.to_owned();
    for (list, query, says) in [
        ("runs", "state=running", "`state`"),
        ("runs", "state=", "`state`"),
        ("runs", "version=x", "`version`"),
        ("runs", "version=-1", "`version`"),
        ("runs", "from=yesterday", "`from`"),
        ("runs", "to=x", "`to`"),
        ("runs", "from=2030-01-02T00:00:00Z&to=2030-01-01T00:00:00Z", "`from`"),
        ("runs", "state=failed&cursor=Zm9yZWlnbg", "`cursor`"),
        ("runs", "payloads=some", "`payloads`"),
        ("failures", "replayed=no", "`replayed`"),
        ("failures", "version=x", "`version`"),
        ("failures", "from=x", "`from`"),
        ("failures", "cursor=Zm9yZWlnbg", "`cursor`"),
        ("requests", "state=waiting", "`state`"),
        ("requests", "cursor=Zm9yZWlnbg", "`cursor`"),
    ] {
        for of in [&workflow, &project] {
            let message = world.get(&format!("{of}/{list}?{query}")).await.error(400, "invalid_request");
            assert!(message.contains(says), "{of}/{list}?{query}: {message}");
        }
    }
    for list in ["runs", "failures", "requests"] {
        for unknown in [&*elsewhere, "x", "00000000"] {
            let message = world.get(&format!("{project}/{list}?workflow={unknown}")).await.error(400, "invalid_request");
            assert!(message.contains("`workflow`"), "{message}");
        }
        let message = world.get(&format!("{workflow}/{list}?workflow=x")).await.error(400, "invalid_request");
        assert!(message.contains("`workflow`"), "{message}");
    }
    world.stop().await;
}
