//! Projects: made, shown, renamed, deleted.

use crate::support::World;
use serde_json::json;

#[tokio::test]
async fn a_project_lives_and_is_gone() {
    let world = World::open().await;
    let made = world.post("/api/v1/projects", json!({"name": "Ärger 🦀"})).await.ok(201);
    assert!(made["data"]["created_at"].as_str().unwrap().ends_with('Z'));
    let path = format!("/api/v1/projects/{}", made["data"]["id"].as_str().unwrap());
    assert_eq!(world.get(&path).await.ok(200), made);
    let renamed = world.json("PATCH", &path, r#"{"name":"New"}"#).await.ok(200);
    assert_eq!((&renamed["data"]["name"], &renamed["data"]["id"]), (&json!("New"), &made["data"]["id"]));
    assert_eq!(world.get("/api/v1/projects").await.ok(200), json!({"data": [renamed["data"]], "meta": {"next_cursor": null}}));
    let workflow = world.post(&format!("{path}/workflows"), json!({"name": "w"})).await.ok(201);
    world.delete(&path).await.ok(204);
    let workflow = format!("{path}/workflows/{}", workflow["data"]["id"].as_str().unwrap());
    for gone in [&path, &workflow, &format!("{path}/workflows/agent_types")] {
        world.get(gone).await.error(404, "not_found");
    }
    assert_eq!(world.get("/api/v1/projects").await.ok(200)["data"], json!([]));
    world.stop().await;
}

#[tokio::test]
async fn the_catalogue_has_all_types() {
    let world = World::open().await;
    let types = world.get(&format!("{}/workflows/agent_types", world.project().await)).await.ok(200);
    let types = types["data"].as_array().unwrap();
    assert_eq!(types.len(), rookery_agents::all().len());
    for shown in types {
        assert!(["trigger", "filter", "action"].contains(&shown["kind"].as_str().unwrap()));
        assert!(!shown["title"].as_str().unwrap().is_empty() && !shown["description"].as_str().unwrap().is_empty());
        assert_eq!(shown["groups"].as_array().unwrap().last().unwrap(), "on_error");
        assert_eq!(shown["config_schema"]["additionalProperties"], false);
        assert!(shown["defaults"].is_object() && !shown["examples"].as_array().unwrap().is_empty());
    }
    world.stop().await;
}
