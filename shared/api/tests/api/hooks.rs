//! Hooks as their senders see them: addresses, probes, and headers of answers.

use crate::support::{Answer, World, agent, request};
use axum::body::Body;
use serde_json::{Value, json};

/// A hook's path, and the path of its workflow's events.
async fn hook(world: &World, config: Value) -> (String, String) {
    let workflow = world.started(json!([agent("hook", "webhook", config)])).await;
    let url = world.get(&format!("{workflow}/agents/hook")).await.ok(200)["data"]["hook_url"].as_str().unwrap().to_owned();
    (url.split_once("/hooks/").map(|(_, token)| format!("/hooks/{token}")).unwrap(), format!("{workflow}/events"))
}

async fn send(world: &World, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let builder = headers.iter().fold(request(method, path), |builder, (name, value)| builder.header(*name, *value));
    world.send(builder.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn a_probe_leaves_no_event_and_a_slash_at_the_end_no_404() {
    let world = World::open().await;
    let (path, events) = hook(&world, json!({})).await;
    let head = send(&world, "HEAD", &path, &[], "").await;
    assert!(head.status == 200 && head.bytes.is_empty());
    let asked = [("origin", "https://page.example"), ("access-control-request-method", "POST")];
    let options = send(&world, "OPTIONS", &path, &asked, "").await;
    assert_eq!((options.status.as_u16(), options.headers["allow"].to_str().unwrap()), (204, "GET, POST, PUT, PATCH, DELETE"));
    assert!(!options.headers.contains_key("access-control-allow-origin"));
    assert_eq!(world.get(&events).await.ok(200)["data"], json!([]));
    world.json("POST", &format!("{path}/"), "{}").await.ok(202);
    world.json("POST", &path, "{}").await.ok(202);
    assert_eq!(world.get(&events).await.ok(200)["data"].as_array().unwrap().len(), 2);
    world.stop().await;
}

#[tokio::test]
async fn pages_of_the_origins_that_a_hook_names_may_send_and_read() {
    let world = World::open().await;
    let (path, _) = hook(&world, json!({"cors": "https://shop.example"})).await;
    for (origin, allowed) in [("https://shop.example", Some("https://shop.example")), ("https://evil.example", None)] {
        let headers = [("origin", origin), ("content-type", "application/json"), ("access-control-request-method", "POST")];
        let preflight = send(&world, "OPTIONS", &path, &headers, "").await;
        let sent = send(&world, "POST", &path, &headers, "{}").await;
        assert_eq!((preflight.status.as_u16(), sent.status.as_u16()), (204, 202));
        for answer in [preflight, sent] {
            let given = answer.headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap());
            assert_eq!(given, allowed, "{origin}");
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn a_body_that_is_not_read_is_refused_with_what_is() {
    let world = World::open().await;
    let (path, events) = hook(&world, json!({})).await;
    let refused = send(&world, "POST", &path, &[("content-type", "image/png")], "png").await;
    assert!(refused.error(415, "unsupported_media_type").contains("`image/png`"));
    assert!(refused.text().contains("multipart/form-data"), "{}", refused.text());
    let form = "--x\r\ncontent-disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\nhi\r\n--x--\r\n";
    send(&world, "POST", &path, &[("content-type", "multipart/form-data; boundary=x")], form).await.ok(202);
    let payload = world.get(&events).await.ok(200)["data"][0]["payload"].clone();
    assert_eq!(payload, json!({"f": {"name": "a.txt", "type": "", "size": 2, "base64": "aGk="}}));
    world.stop().await;
}

#[tokio::test]
async fn a_subscription_is_confirmed_at_its_sender_alone_and_is_no_event() {
    let world = World::open().await;
    let (path, events) = hook(&world, json!({"sender": "aws_sns"})).await;
    let url = "https://sns.evil.example/?Action=ConfirmSubscription";
    let body = json!({"Type": "SubscriptionConfirmation", "MessageId": "m", "SubscribeURL": url}).to_string();
    let headers = [("content-type", "text/plain; charset=UTF-8"), ("x-amz-sns-message-type", "SubscriptionConfirmation")];
    send(&world, "POST", &path, &headers, body).await.error(400, "invalid_request");
    assert_eq!(world.get(&events).await.ok(200)["data"], json!([]));
    world.stop().await;
}

#[tokio::test]
async fn a_secret_that_a_sender_repeats_is_not_in_the_event() {
    let world = World::open().await;
    let project = world.project().await;
    let secret = "hook-Secret/123456";
    world.json("PUT", &format!("{project}/credentials/tok"), &json!({ "value": secret }).to_string()).await.ok(200);
    let config = json!({
        "verify": {"scheme": "token", "credential": "tok", "header": "X-Token"},
        "event_headers": "X-Other, User-Agent",
        "event_query_key": "query"
    });
    let cells = json!({"cells": [agent("hook", "webhook", config)]});
    let made = world.post(&format!("{project}/workflows"), json!({"name": "w", "options": cells})).await.ok(201);
    let workflow = format!("{project}/workflows/{}", made["data"]["id"].as_str().unwrap());
    world.post(&format!("{workflow}/start"), json!({})).await.ok(200);
    let url = world.get(&format!("{workflow}/agents/hook")).await.ok(200)["data"]["hook_url"].as_str().unwrap().to_owned();
    let path = url.split_once("/hooks/").map(|(_, token)| format!("/hooks/{token}?token=hook-Secret%2F123456")).unwrap();
    let headers = [
        ("x-token", secret),
        ("x-other", secret),
        ("user-agent", "u aG9vay1TZWNyZXQvMTIzNDU2"),
        ("idempotency-key", secret),
        ("content-type", "application/json"),
    ];
    let body = json!({"secret": secret, "n": 1.5}).to_string();
    let first = send(&world, "POST", &path, &headers, body.clone()).await.ok(202);
    assert_eq!(send(&world, "POST", &path, &headers, body).await.ok(202), first, "the same delivery");
    let events = world.get(&format!("{workflow}/events")).await;
    let label = "[credential tok]";
    assert_eq!(
        events.ok(200)["data"][0]["payload"],
        json!({"secret": label, "n": 1.5, "query": {"token": label}, "headers": {"X-Other": label, "User-Agent": format!("u {label}")}})
    );
    assert!(!events.text().contains(secret), "{}", events.text());
    world.stop().await;
}

#[tokio::test]
async fn a_token_in_the_query_is_taken_and_seen_nowhere() {
    let world = World::open().await;
    let project = world.project().await;
    world.json("PUT", &format!("{project}/credentials/tok"), r#"{"value": "hook-Secret 123"}"#).await.ok(200);
    let config = json!({"verify": {"scheme": "token", "credential": "tok"}, "event_query_key": "query"});
    let cells = json!({"cells": [agent("hook", "webhook", config)]});
    let made = world.post(&format!("{project}/workflows"), json!({"name": "w", "options": cells})).await.ok(201);
    let workflow = format!("{project}/workflows/{}", made["data"]["id"].as_str().unwrap());
    world.post(&format!("{workflow}/start"), json!({})).await.ok(200);
    let url = world.get(&format!("{workflow}/agents/hook")).await.ok(200)["data"]["hook_url"].as_str().unwrap().to_owned();
    let path = url.split_once("/hooks/").map(|(_, token)| format!("/hooks/{token}")).unwrap();
    let taken = world.json("POST", &format!("{path}?access_token=hook-Secret%20123&b=2"), "{}").await;
    assert_eq!((taken.status.as_u16(), taken.headers["cache-control"].to_str().unwrap()), (202, "private"));
    world.json("POST", &format!("{path}?access_token=hook-Secret"), "{}").await.error(401, "not_verified");
    let events = world.get(&format!("{workflow}/events")).await.ok(200);
    assert_eq!(events["data"].as_array().unwrap().len(), 1);
    assert_eq!(events["data"][0]["payload"], json!({"query": {"b": "2"}}));
    world.stop().await;
}

#[tokio::test]
async fn headers_that_differ_from_themselves_are_named() {
    let world = World::open().await;
    let (path, _) = hook(&world, json!({})).await;
    let json = ("content-type", "application/json");
    for (name, one, other) in [("content-type", "application/json", "text/plain"), ("idempotency-key", "a", "b")] {
        let headers = [(name, one), (name, other), json];
        let headers = if name == "content-type" { &headers[..2] } else { &headers[..] };
        let agent = path.replace("/hooks/", "/api/v1/projects/");
        for path in [path.as_str(), "/api/v1/projects", &agent] {
            let refused = send(&world, "POST", path, headers, "{}").await;
            assert!(refused.error(400, "invalid_request").contains(&format!("`{name}`")), "{}", refused.text());
        }
    }
    send(&world, "POST", &path, &[json, json, ("idempotency-key", "a"), ("idempotency-key", "a")], "{}").await.ok(202);
    world.stop().await;
}
