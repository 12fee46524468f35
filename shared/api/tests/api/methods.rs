//! Methods of known paths: a method that a path does not accept gets 405 and the list of those that it does; HEAD is GET without
//! its body; a slash at the end changes nothing.

use crate::support::{World, agent, request};
use axum::body::Body;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Every path of the document, with ids filled in, and its methods.
async fn paths(world: &World) -> BTreeMap<String, Vec<String>> {
    let workflow = world.started(json!([agent("hook", "webhook", json!({})), agent("feed", "data_output", json!({}))])).await;
    let parts: Vec<&str> = workflow.split('/').collect();
    let url =
        |shown: Value, kind: &str| shown["data"][format!("{kind}_url")].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let hook = url(world.get(&format!("{workflow}/agents/hook")).await.ok(200), "hook");
    let feed = url(world.get(&format!("{workflow}/agents/feed")).await.ok(200), "feed");
    let document = rookery_api::openapi();
    let paths = document["paths"].as_object().unwrap().iter().map(|(path, item)| {
        let token = if path.starts_with("/hooks/") { &hook } else { &feed };
        let path = path.replace("{project}", parts[4]).replace("{workflow}", parts[6]).replace("{cell}", "hook");
        // A socket is no method: a GET that asks for none is not taken.
        let methods = item.as_object().unwrap().iter().filter(|(_, operation)| operation["responses"]["101"].is_null());
        let methods = methods.map(|(method, _)| method.to_uppercase()).collect();
        (path.replace("{token}", token).replace("{version}", "1"), methods)
    });
    paths.collect()
}

/// Whether a path is one of PyFlue, which has its own words for this.
fn is_of_flue(path: &str) -> bool {
    let path = path.strip_prefix("/p/").and_then(|rest| rest.find('/').map(|slash| &rest[slash..])).unwrap_or(path);
    ["/agents", "/prompt/", "/sessions/", "/workflows/", "/runs/", "/admin/"].iter().any(|start| path.starts_with(start))
}

#[tokio::test]
async fn a_method_that_a_known_path_does_not_take_is_405_with_what_it_takes() {
    let world = World::open().await;
    for (path, methods) in paths(&world).await {
        let is_hook = path.starts_with("/hooks/");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"] {
            let is_taken =
                methods.contains(&method.to_owned()) || (is_hook && !["TRACE", "CONNECT", "PROPFIND"].contains(&method));
            if is_taken {
                continue;
            }
            for path in [path.clone(), format!("{path}/")] {
                let answer = world.send(request(method, &path).body(Body::empty()).unwrap()).await;
                assert_eq!(answer.status, 405, "{method} {path}: {}", answer.text());
                answer.error(405, "method_not_allowed");
                if is_of_flue(&path) {
                    assert!(!answer.headers.contains_key("allow"), "{method} {path}");
                    assert_eq!(answer.value()["error"]["meta"]["allowed"], json!(methods), "{method} {path}");
                    continue;
                }
                let allow = answer.headers["allow"].to_str().unwrap();
                let allowed: Vec<&str> = allow.split(", ").collect();
                assert!(methods.iter().all(|method| allowed.contains(&method.as_str())), "{method} {path}: {allow}");
                assert!(is_hook || allowed.contains(&"HEAD") == methods.contains(&"GET".to_owned()), "{method} {path}: {allow}");
            }
        }
    }
    world.get("/nothing").await.error(404, "not_found");
    world.stop().await;
}

#[tokio::test]
async fn head_is_get_without_a_body_and_a_slash_at_the_end_changes_nothing() {
    let world = World::open().await;
    let paths = paths(&world).await;
    let gets = paths.iter().filter(|(_, methods)| methods.contains(&"GET".to_owned()));
    for path in gets.map(|(path, _)| path) {
        let seen = world.get(path).await;
        let head = world.send(request("HEAD", path).body(Body::empty()).unwrap()).await;
        assert_eq!((head.status, head.bytes.len()), (seen.status, 0), "{path}");
        for name in ["content-type", "content-length"] {
            assert_eq!(head.headers.get(name), seen.headers.get(name), "{path}: {name}");
        }
        let slashed = world.get(&format!("{path}/?x=1")).await;
        let without = world.get(&format!("{path}?x=1")).await;
        assert_eq!((slashed.status, slashed.text()), (without.status, without.text()), "{path}");
    }
    world.get("/api/v1/projects//").await.error(404, "not_found");
    world.stop().await;
}

#[tokio::test]
async fn no_cache_keeps_what_somebody_may_read_and_others_may_not() {
    let world = World::open().await;
    for (path, methods) in paths(&world).await {
        let is_open = ["/hooks/", "/feeds/", "/pages/"].iter().any(|open| path.starts_with(open));
        if methods.iter().any(|method| method == "GET") && !is_open {
            let answer = world.get(&path).await;
            let kept = answer.headers.get("cache-control").and_then(|kept| kept.to_str().ok()).unwrap_or_default();
            let is_for_all = path.contains("/.well-known/");
            assert!(kept == "no-store" || is_for_all && !kept.is_empty(), "{path}: {} {kept}", answer.status);
        }
    }
}
