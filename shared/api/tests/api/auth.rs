//! Keys: the root key, projects' keys, how they are sent, and that they can be revoked.

use crate::support::{ROOT_KEY, World, request};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

#[tokio::test]
async fn the_root_key_makes_projects_and_a_projects_key_sees_its_own() {
    let world = World::locked().await;
    let made = world.keyed(ROOT_KEY, "POST", "/api/v1/projects", Some(json!({"name": "a"}))).await.ok(201);
    world.keyed(ROOT_KEY, "POST", "/api/v1/projects", Some(json!({"name": "b"}))).await.ok(201);
    let project = format!("/api/v1/projects/{}", made["data"]["id"].as_str().unwrap());
    let keys = format!("{project}/api_keys");
    let key = world.keyed(ROOT_KEY, "POST", &keys, Some(json!({"name": "k", "role": "viewer"}))).await.ok(201);
    let text = key["data"]["key"].as_str().unwrap();

    assert_eq!(world.keyed(ROOT_KEY, "GET", "/api/v1/projects", None).await.ok(200)["data"].as_array().unwrap().len(), 2);
    let seen = world.keyed(text, "GET", "/api/v1/projects", None).await.ok(200);
    assert_eq!(seen, json!({"data": [made["data"]], "meta": {"next_cursor": null}}));
    world.keyed(text, "POST", "/api/v1/projects", Some(json!({"name": "c"}))).await.error(403, "forbidden");

    let listed = world.keyed(ROOT_KEY, "GET", &keys, None).await;
    assert!(!listed.text().contains(text.rsplit('_').next().unwrap()), "the secret is shown once");
    assert_eq!(listed.ok(200)["data"][0]["role"], "viewer");

    let one = format!("{keys}/{}", key["data"]["id"].as_str().unwrap());
    world.keyed(ROOT_KEY, "DELETE", &one, None).await.ok(204);
    world.keyed(text, "GET", &project, None).await.error(401, "unauthenticated");
    world.keyed(ROOT_KEY, "DELETE", &one, None).await.error(404, "not_found");
    world.stop().await;
}

#[tokio::test]
async fn a_key_is_sent_as_bearer_or_as_the_user_of_basic() {
    let world = World::locked().await;
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    for (header, status) in [
        (format!("Bearer {ROOT_KEY}"), 200),
        (format!("bearer {ROOT_KEY}"), 200),
        (basic(&format!("{ROOT_KEY}:")), 200),
        (basic(&format!("{ROOT_KEY}:whatever")), 200),
        (basic(ROOT_KEY), 200),
        (basic(&format!(":{ROOT_KEY}")), 401),
        (ROOT_KEY.to_owned(), 401),
        ("Bearer ".to_owned(), 401),
        (basic(":"), 401),
        (basic(""), 401),
        ("Bearer rk_x_y_z".to_owned(), 401),
        ("Basic !!".to_owned(), 401),
        (format!("Digest {ROOT_KEY}"), 401),
    ] {
        let request = request("GET", "/api/v1/projects").header("authorization", &header);
        assert_eq!(world.send(request.body(Body::empty()).unwrap()).await.status, status, "{header}");
    }
    world.get("/health").await.ok(200);
    world.get("/openapi.json").await.ok(200);
    world.stop().await;
}
