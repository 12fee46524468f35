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
