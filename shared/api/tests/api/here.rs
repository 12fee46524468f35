//! Without keys, the API answers only this machine: no page elsewhere reaches it by DNS rebinding.

use crate::support::{Answer, World, agent, request};
use axum::body::Body;
use axum::http::Request;
use serde_json::json;

async fn from(world: &World, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(Request::builder().uri(path), |request, (name, value)| request.header(*name, *value));
    world.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn foreign_hosts_and_origins_are_refused() {
    let world = World::open().await;
    let path = "/api/v1/projects";
    for host in ["localhost:8080", "127.0.0.1", "[::1]:8080", "app.localhost", "ROOKERY.lan:80"] {
        from(&world, path, &[("host", host)]).await.ok(200);
    }
    for host in ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "user@localhost", ""] {
        from(&world, path, &[("host", host)]).await.error(403, "host_not_allowed");
        from(&world, "/nothing", &[("host", host)]).await.error(403, "host_not_allowed");
    }
    from(&world, path, &[]).await.error(403, "host_not_allowed");
    from(&world, path, &[("host", "localhost:8080"), ("origin", "http://localhost:8080")]).await.ok(200);
    for origin in ["http://evil.example", "http://localhost:9", "null"] {
        let answer = from(&world, path, &[("host", "localhost:8080"), ("origin", origin)]).await;
        answer.error(403, "origin_not_allowed");
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
    world.stop().await;
}

#[tokio::test]
async fn hooks_feeds_and_health_answer_under_any_name() {
    let world = World::open().await;
    let workflow = world.started(json!([agent("hook", "webhook", json!({})), agent("feed", "data_output", json!({}))])).await;
    for cell in ["hook", "feed"] {
        let shown = world.get(&format!("{workflow}/agents/{cell}")).await.ok(200);
        let url = shown["data"][format!("{cell}_url")].as_str().unwrap();
        let path = url.strip_prefix("http://127.0.0.1:8080").unwrap();
        let answer = from(&world, path, &[("host", "tunnel.example"), ("origin", "https://shop.example")]).await;
        assert!(answer.status.is_success(), "{}", answer.text());
    }
    from(&world, "/health", &[("host", "10.1.2.3")]).await.ok(200);
    world.stop().await;
}

#[tokio::test]
async fn there_is_no_cors() {
    let world = World::open().await;
    let request = request("OPTIONS", "/api/v1/projects").header("origin", "http://127.0.0.1:8080");
    let answer = world.send(request.header("access-control-request-method", "POST").body(Body::empty()).unwrap()).await;
    answer.error(405, "method_not_allowed");
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
    world.stop().await;
}

#[tokio::test]
async fn health_says_that_what_is_stored_is_still_being_checked() {
    let world = World::open().await;
    assert_eq!(world.get("/health").await.ok(200), json!({"status": "ok", "ok": true, "framework": "rookery"}));
    let request = request("GET", "/health").extension(rookery_api::HealthStatus::Checking);
    assert_eq!(
        world.send(request.body(Body::empty()).unwrap()).await.ok(200),
        json!({"status": "checking", "ok": true, "framework": "rookery"})
    );
    world.stop().await;
}
