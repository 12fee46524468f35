//! The catalogue of entry points: what of them it tells whom.

use crate::support::{ROOT_KEY, World, agent};
use serde_json::{Value, json};

#[tokio::test]
async fn an_entry_point_leads_to_its_cell_for_who_may_see_its_workflow() {
    let world = World::locked().await;
    let root = async |method, path: &str, body: Value| world.keyed(ROOT_KEY, method, path, Some(body)).await;
    let mut keys = Vec::new();
    let mut projects = Vec::new();
    for name in ["provider", "stranger"] {
        let made = root("POST", "/api/v1/projects", json!({"name": name})).await.ok(201);
        let project = format!("/api/v1/projects/{}", made["data"]["id"].as_str().unwrap());
        let key = root("POST", &format!("{project}/api_keys"), json!({"name": "k", "role": "viewer"})).await.ok(201);
        keys.push(key["data"]["key"].as_str().unwrap().to_owned());
        projects.push(project);
    }
    let cells = json!({"cells": [agent("door", "client", json!({"title": "Door", "access": "open"}))]});
    let made = root("POST", &format!("{}/workflows", projects[0]), json!({"name": "w", "options": cells})).await.ok(201);
    let workflow = made["data"]["id"].clone();
    let start = format!("{}/workflows/{}/start", projects[0], workflow.as_str().unwrap());
    root("POST", &start, json!({})).await.ok(200);
    for (key, expected) in [
        (ROOT_KEY, (Some(&workflow), Some(&json!("door")))),
        (&keys[0], (Some(&workflow), Some(&json!("door")))),
        (&keys[1], (None, None)),
    ] {
        let entry = world.keyed(key, "GET", "/api/v1/catalog", None).await.ok(200)["data"][0].clone();
        assert_eq!(entry["title"], "Door");
        assert_eq!((entry.get("workflow_id"), entry.get("cell_id")), expected);
    }
    world.stop().await;
}
