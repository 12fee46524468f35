//! The addresses of Rookery: the public one, and what proxies tell about it.

use reqwest::Method;
use rookery_tests::{Call, ExternalAgent, Workflow, agent, cells, finish, link};
use serde_json::json;

/// The address of the hook that a request with these headers is told.
async fn told(workflow: &Workflow, headers: &[(&str, &str)]) -> String {
    let call = workflow.api.call(Method::GET, &workflow.path("/agents/hook"));
    let call = headers.iter().fold(call, |call: Call, (name, value)| call.header(name, value));
    call.send().await.expect(200)["data"]["hook_url"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn hooks_feeds_and_callbacks_are_at_the_public_address() {
    let external = ExternalAgent::start();
    let program = super::rookery().arg("--public-url").arg("https://rookery.example.com/base/").asks(&external);
    let mut rookery = program.arg("--trusted-proxy").arg("127.0.0.1").start().await;
    let workflow = rookery
        .started(&cells([
            agent("hook", "webhook", json!({})),
            agent("feed", "data_output", json!({})),
            agent("ask", "ai_agent_proxy", json!({"endpoint": external.endpoint(), "input": "{{ question }}"})),
            link("hook", "ask"),
        ]))
        .await;
    let hook = told(&workflow, &[("x-forwarded-proto", "http"), ("x-forwarded-host", "localhost:1")]).await;
    let path = hook.strip_prefix("https://rookery.example.com/base").unwrap();
    let feed = workflow.agent("feed").await["feed_url"].as_str().unwrap().to_owned();
    assert!(feed.starts_with("https://rookery.example.com/base/feeds/"), "{feed}");

    // Requests with the public name are accepted, although no key is needed here.
    let public = [("x-callback-token", ""), ("host", "rookery.example.com")];
    rookery.api.call(Method::POST, path).header("host", public[1].1).json(&json!({"question": "?"})).send().await.expect(202);
    let asked = external.wait_for(1).await.pop().unwrap();
    let callback = asked.header("x-callback-url");
    let path = callback.strip_prefix("https://rookery.example.com/base").unwrap();
    let result = finish(&asked.request_id, "by the public address");
    let post = rookery.api.call(Method::POST, path).header("x-callback-token", asked.header("x-callback-token"));
    post.header("host", public[1].1).json(&result).send().await.expect(200);
    rookery.api.call(Method::GET, "/projects").header("host", public[1].1).send().await.error(403, "host_not_allowed");
    workflow.emitted("ask", 1).await;
}

#[tokio::test]
async fn a_proxy_is_believed_if_it_is_named() {
    let mut rookery = super::rookery().arg("--trusted-proxy").arg("10.0.0.0/8,127.0.0.1").start().await;
    let workflow = rookery.started(&cells([agent("hook", "webhook", json!({}))])).await;
    let own = format!("{}/hooks/", rookery.api.base());
    assert!(told(&workflow, &[]).await.starts_with(&own));
    let said = [("x-forwarded-proto", "https"), ("x-forwarded-host", "app.localhost:8443")];
    assert!(told(&workflow, &said).await.starts_with("https://app.localhost:8443/hooks/"));
    let said = [("forwarded", "for=10.1.1.1;proto=https;host=app.localhost")];
    assert!(told(&workflow, &said).await.starts_with("https://app.localhost/hooks/"));
    // The judged name is the one by which the proxy was called.
    let foreign = rookery.api.call(Method::GET, "/projects").header("x-forwarded-host", "evil.example");
    foreign.send().await.error(403, "host_not_allowed");

    let mut other = super::rookery().arg("--trusted-proxy").arg("10.0.0.0/8").start().await;
    let workflow = other.started(&cells([agent("hook", "webhook", json!({}))])).await;
    let own = format!("{}/hooks/", other.api.base());
    for headers in [&said[..], &[("x-forwarded-proto", "https"), ("x-forwarded-host", "evil.example")]] {
        assert!(told(&workflow, headers).await.starts_with(&own), "{headers:?}");
    }
}

#[tokio::test]
async fn the_page_takes_get_and_head() {
    let rookery = super::rookery().with_demo().start().await;
    let page = rookery.api.base().to_owned() + "/";
    let seen = rookery.api.call(Method::GET, &page).send().await;
    let head = rookery.api.call(Method::HEAD, &page).send().await;
    assert_eq!((head.status, head.header("content-length"), head.text.as_str()), (200, seen.header("content-length"), ""));
    for method in [Method::POST, Method::TRACE] {
        let refused = rookery.api.call(method, &page).send().await;
        refused.error(405, "method_not_allowed");
        assert_eq!(refused.header("allow"), Some("GET, HEAD"));
    }
}
