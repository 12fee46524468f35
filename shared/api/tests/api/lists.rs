//! Lists: pages, cursors, limits, and unknown parameters.

use crate::support::{World, agent};
use rookery_domain::{Event, EventId, Time, WorkflowRef};
use serde_json::{Value, json};

/// The items of all pages of a list, with `limit` items on a page.
async fn walk(world: &World, path: &str, limit: usize) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.get(&format!("{path}?limit={limit}{cursor}")).await.ok(200);
        let items = page["data"].as_array().unwrap();
        assert!(items.len() <= limit);
        all.extend(items.clone());
        match page["meta"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn every_list_can_be_walked() {
    let world = World::open().await;
    let cells: Vec<Value> = (0..5).map(|index| agent(&format!("a#{index}/é"), "manual", json!({}))).collect();
    let workflow = world.started(json!(cells)).await;
    let project = workflow.rsplit_once("/workflows").unwrap().0.to_owned();
    for index in 0..5 {
        world.post("/api/v1/projects", json!({"name": format!("p{index}")})).await.ok(201);
        world.post(&format!("{project}/api_keys"), json!({"name": "k", "role": "viewer"})).await.ok(201);
        world.json("PUT", &format!("{project}/credentials/c{index}"), r#"{"value":"x"}"#).await.ok(200);
        world.post(&format!("{project}/workflows"), json!({"name": "w"})).await.ok(201);
        world.json("PUT", &workflow, r#"{"name":"again"}"#).await.ok(200);
        world.post(&format!("{workflow}/agents/a%230%2F%C3%A9/events"), json!({"payload": index})).await.ok(202);
    }
    // The counts of agents are written a moment later: they must not change between two walks.
    world.engine.flush_metrics().await;
    for (path, count) in [
        ("/api/v1/projects".to_owned(), 6),
        (format!("{project}/api_keys"), 5),
        (format!("{project}/credentials"), 5),
        (format!("{project}/workflows"), 6),
        (format!("{workflow}/versions"), 6),
        (format!("{workflow}/agents"), 5),
        (format!("{workflow}/events"), 5),
        (format!("{workflow}/runs"), 5),
    ] {
        let whole = walk(&world, &path, 200).await;
        assert_eq!(whole.len(), count, "{path}");
        for limit in [1, 2, 5] {
            assert_eq!(walk(&world, &path, limit).await, whole, "{path} by {limit}");
        }
    }
    let events = walk(&world, &format!("{workflow}/events"), 2).await;
    let payloads: Vec<&Value> = events.iter().map(|event| &event["payload"]).collect();
    assert_eq!(payloads, [4, 3, 2, 1, 0], "newest first");
    world.stop().await;
}

#[tokio::test]
async fn a_run_is_found_behind_the_many_events_of_a_wide_one() {
    let world = World::open().await;
    let workflow = world.started(json!([agent("hand", "manual", json!({}))])).await;
    let accepted = world.post(&format!("{workflow}/agents/hand/events"), json!({"payload": 1})).await.ok(202);
    let ids: Vec<&str> = workflow.split('/').collect();
    let at = WorkflowRef { project: ids[4].parse().unwrap(), workflow: ids[6].parse().unwrap() };
    let root: EventId = accepted["data"]["event_id"].as_str().unwrap().parse().unwrap();
    let root = world.engine.store.run_item(&at, root).await.unwrap().unwrap().event.unwrap();
    let below =
        |_| Event { id: EventId { run: root.id.run, ..EventId::fresh() }, hop: 1, created_at: Time::now(), ..root.clone() };
    for events in (0..2100).map(below).collect::<Vec<_>>().chunks(100) {
        let alone = rookery_store::Chain::default();
        let stored = events.iter().map(|event| world.engine.store.accept(&at, event, &alone));
        futures::future::try_join_all(stored).await.unwrap();
    }
    let page = world.get(&format!("{workflow}/runs?limit=1")).await.ok(200);
    assert_eq!(page["data"][0]["id"], accepted["data"]["run_id"]);
    world.stop().await;
}

#[tokio::test]
async fn bad_queries_are_named() {
    let world = World::open().await;
    let workflow = world.started(json!([agent("hand", "manual", json!({}))])).await;
    let project = workflow.rsplit_once("/workflows").unwrap().0.to_owned();
    let lists = ["/events", "/runs", "/versions", "/agents", "/failures", "/metrics", "/agents/hand/logs", "/requests"];
    let mut lists: Vec<String> = lists.iter().map(|path| format!("{workflow}{path}")).collect();
    let lists_of_project = ["/workflows", "/api_keys", "/credentials", "/agents", "/agents/helper/versions"];
    lists.extend(lists_of_project.map(|path| format!("{project}{path}")));
    world.define(project.rsplit_once('/').unwrap().1, "helper", "model: demo/test").await;
    lists.push("/api/v1/projects".to_owned());
    for path in lists {
        for (query, says) in [
            ("limit=0", "`limit`"),
            ("limit=201", "`limit`"),
            ("limit=-1", "`limit`"),
            ("limit=x", "`limit`"),
            ("limit=", "`limit`"),
            ("limit=1&limit=2", "`limit`"),
            ("cursor=", "`cursor`"),
            ("cursor=%21", "`cursor`"),
            ("cursor=_w", "`cursor`"),
            (&format!("cursor={}", "A".repeat(1500)), "`cursor`"),
            ("page=2", "`page`"),
            ("Limit=2", "`Limit`"),
        ] {
            let message = world.get(&format!("{path}?{query}")).await.error(400, "invalid_request");
            assert!(message.contains(says), "{path}?{query}: {message}");
        }
        if path != "/api/v1/projects" {
            world.get(&format!("{path}?cursor=Zm9yZWlnbg")).await.error(400, "invalid_request");
        }
    }
    for (path, says) in [
        ("/metrics?from=yesterday", "`from`"),
        ("/metrics?to=2030-13-01T00:00:00Z", "`to`"),
        ("/metrics?from=2030-01-02T00:00:00Z&to=2030-01-01T00:00:00Z", "`from`"),
        ("/events?run=x", "`run`"),
        ("/agents/hand?limit=1", "`limit`"),
    ] {
        let message = world.get(&format!("{workflow}{path}")).await.error(400, "invalid_request");
        assert!(message.contains(says), "{path}: {message}");
    }
    world.stop().await;
}
