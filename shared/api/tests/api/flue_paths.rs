//! The paths of PyFlue: whose agents they are about, which of these are there, and what is not taken.

use crate::flue::{MODEL, with};
use crate::support::{ROOT_KEY, World, request};
use axum::body::Body;
use rookery_api::{Agents, Auth, Config};
use rookery_sessions::definition::Environment;
use serde_json::json;

#[tokio::test]
async fn an_unknown_agent_and_one_that_is_closed_are_told_apart_on_every_path() {
    let world = World::open().await;
    world.persistent("helper", MODEL).await;
    world.persistent("inner", &format!("{MODEL}\ntriggers: {{webhook: false}}")).await;
    let hi = json!({"message": "Hi", "input": "Hi"});
    let unknown = world.post("/agents/nobody/i", hi.clone()).await;
    unknown.error(404, "agent_not_found");
    assert_eq!(unknown.value()["error"]["dev"], "Agents here: helper, inner.");
    world.post("/agents/not%20a%20name/i", hi.clone()).await.error(404, "agent_not_found");
    world.post("/agents/nobody/i/dispatch", hi.clone()).await.error(404, "not_found");
    for path in ["/agents/inner/i", "/agents/inner/i/dispatch"] {
        for header in [("x-a", "b"), ("accept", "text/event-stream"), ("x-webhook", "true")] {
            with(&world, path, header, hi.clone()).await.error(404, "agent_not_webhook");
        }
    }
    let ambiguous = world.post("/prompt/s", json!({"prompt": "Hi"})).await;
    ambiguous.error(404, "agent_not_found");
    assert_eq!(ambiguous.value()["error"]["dev"], "Agents here: helper, inner.");
    world.persistent("default", &format!("{MODEL}\ntriggers: {{webhook: false}}")).await;
    for path in ["/prompt/s", "/prompt/s/events"] {
        world.post(path, json!({"prompt": "Hi"})).await.error(404, "agent_not_webhook");
    }
    assert!(world.fake.asked.lock().unwrap().is_empty() && world.fake.taken.lock().unwrap().is_empty());
    let agent = |name: &str, webhook: bool| json!({"name": name, "path": format!("/agents/{name}/{{agent_id}}"), "triggers": {"webhook": webhook}});
    let all = json!({"agents": [agent("default", false), agent("helper", true), agent("inner", false)]});
    assert_eq!(world.get("/agents?unknown=1").await.ok(200), all);
    world.stop().await;
}

#[tokio::test]
async fn a_path_without_a_project_is_about_the_keys_own() {
    let world = World::locked().await;
    let (mine, others) = (world.engine.store.create_project("mine").await.unwrap().id.to_string(), {
        world.engine.store.create_project("others").await.unwrap().id.to_string()
    });
    let default = world.persistent("of_default", MODEL).await;
    world.define(&mine, "of_mine", MODEL).await;
    world.define(&others, "of_others", MODEL).await;
    let key = async |project: &str, role: &str| {
        let path = format!("/api/v1/projects/{project}/api_keys");
        let made = world.keyed(ROOT_KEY, "POST", &path, Some(json!({"name": role, "role": role}))).await;
        made.ok(201)["data"]["key"].as_str().unwrap().to_owned()
    };
    let hi = || Some(json!({"message": "Hi"}));
    for (method, path) in
        [("GET", "/agents"), ("POST", "/agents/of_mine/i"), ("POST", "/prompt/s"), ("POST", "/sessions/s/abort")]
    {
        let answer = world.json(method, path, "{}").await;
        answer.error(401, "unauthenticated");
        assert!(answer.headers.contains_key("www-authenticate"));
        world.keyed("rk_wrong", method, path, None).await.error(401, "unauthenticated");
    }
    let editor = key(&mine, "editor").await;
    let names = async |key: &str, path: &str| world.keyed(key, "GET", path, None).await.ok(200)["agents"][0]["name"].clone();
    assert_eq!(names(&editor, "/agents").await, "of_mine");
    assert_eq!(names(&editor, &format!("/p/{mine}/agents")).await, "of_mine");
    assert_eq!(names(ROOT_KEY, "/agents").await, "of_default");
    assert_eq!(names(ROOT_KEY, &format!("/p/{others}/agents")).await, "of_others");
    world.keyed(&editor, "POST", "/agents/of_mine/i", hi()).await.ok(200);
    for name in ["of_others", "of_default"] {
        world.keyed(&editor, "POST", &format!("/agents/{name}/i"), hi()).await.error(404, "agent_not_found");
        for project in [&others, &default] {
            world.keyed(&editor, "POST", &format!("/p/{project}/agents/{name}/i"), hi()).await.error(404, "not_found");
        }
    }
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{editor}:@"));
    let request = request("GET", "/agents").header("authorization", format!("Basic {basic}")).body(Body::empty()).unwrap();
    assert_eq!(world.send(request).await.ok(200)["agents"][0]["name"], "of_mine");

    // Who may only give is not told what there is, nor what a provider said.
    let ingest = key(&mine, "ingest").await;
    world.keyed(&ingest, "GET", "/agents", None).await.error(403, "forbidden");
    world.keyed(&ingest, "POST", "/agents/of_mine/i", hi()).await.ok(200);
    for (path, message) in [("/agents/nobody/i", "Hi"), ("/agents/of_mine/i", "model"), ("/prompt/s/events", "later model")] {
        let body = || Some(json!({"prompt": message}));
        let seen = world.keyed(&editor, "POST", path, body()).await;
        assert!(seen.text().contains("\"dev\""), "{}", seen.text());
        let hidden = world.keyed(&ingest, "POST", path, body()).await;
        assert!(!hidden.text().contains("\"dev\"") && hidden.text().contains("\"error\""), "{}", hidden.text());
    }
    let viewer = key(&mine, "viewer").await;
    world.keyed(&viewer, "POST", "/agents/of_mine/i", hi()).await.error(403, "forbidden");
    world.stop().await;
}

#[tokio::test]
async fn other_methods_and_addresses_without_models_are_told() {
    let mut world = World::open().await;
    world.persistent("helper", MODEL).await;
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        let answer = world.json(method, "/agents/helper/i", "{}").await;
        answer.error(405, "method_not_allowed");
        assert_eq!(answer.value()["error"]["meta"], json!({"allowed": ["POST"]}));
        assert!(!answer.headers.contains_key("allow"));
    }
    let health = world.get("/health").await.ok(200);
    assert_eq!(health, json!({"status": "ok", "ok": true, "framework": "rookery"}));
    let agents = Agents::kept(&world.engine, Environment::default());
    world.router = rookery_api::router(world.engine.clone(), Config { auth: Auth::Open, hosts: Vec::new() }, agents);
    assert_eq!(world.get("/agents").await.ok(200)["agents"][0]["name"], "helper");
    for path in ["/agents/helper/i", "/agents/helper/i/dispatch", "/prompt/s", "/prompt/s/events"] {
        let answer = world.post(path, json!({"prompt": "Hi", "input": "Hi"})).await;
        answer.error(404, "not_found");
        assert!(answer.text().contains("address for prompts"), "{}", answer.text());
    }
    world.stop().await;
}
