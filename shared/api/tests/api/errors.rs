//! Errors that no link takes, and the workflows that begin with them.

use crate::support::{World, agent, link};
use rookery_domain::limits;
use serde_json::json;

/// Each round takes two hops: one to the other workflow, one along the link there.
#[tokio::test]
async fn two_workflows_that_fail_on_each_others_errors_come_to_an_end() {
    let world = World::open().await;
    let project = world.project().await;
    let mut paths = Vec::new();
    for name in ["one", "other"] {
        let cells = json!([
            agent("hand", "manual", json!({})),
            agent("errors", "error_trigger", json!({})),
            agent("call", "http_request", json!({"url": "http://10.1.2.3/"})),
            link("l1", "hand", "call"),
            link("l2", "errors", "call"),
        ]);
        let made = world.post(&format!("{project}/workflows"), json!({"name": name, "options": {"cells": cells}})).await.ok(201);
        let path = format!("{project}/workflows/{}", made["data"]["id"].as_str().unwrap());
        world.post(&format!("{path}/start"), json!({})).await.ok(200);
        paths.push(path);
    }
    world.post(&format!("{}/agents/hand/events", paths[0]), json!({"payload": {}})).await.ok(202);
    world.drain().await;
    let mut told = Vec::new();
    for path in &paths {
        let events = world.get(&format!("{path}/events?agent=errors&limit=200")).await.ok(200);
        told.push(events["data"].as_array().unwrap().len());
    }
    assert_eq!(told.iter().sum::<usize>(), usize::from(limits::HOPS / 2), "{told:?}");
    world.stop().await;
}
