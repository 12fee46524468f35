//! Hooks: what a request becomes, who may send one, and what the sender is told.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use rookery_tests::{agent, cells, link};
use serde_json::{Value, json};
use sha2::Sha256;

const PUSH: &str = include_str!("../../events/github-push.json");

fn github_signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let digest = mac.finalize().into_bytes();
    format!("sha256={}", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

#[tokio::test]
async fn a_github_hook_takes_what_github_signed_and_each_delivery_once() {
    let mut rookery = super::rookery().start().await;
    let verify = json!({"verify": {"scheme": "github", "credential": "github_secret"}, "event_headers": "X-GitHub-Event"});
    let workflow = rookery.workflow(&cells([agent("hook", "webhook", verify)])).await;
    let refused = workflow.post("/start", &json!({})).await.error(422, "workflow_invalid");
    assert!(refused.to_string().contains("config.verify.credential"), "{refused}");
    let credential = json!({"value": "It's a Secret to Everybody"});
    let path = format!("/projects/{}/credentials/github_secret", workflow.project);
    rookery.api.put(&path, &credential).await.expect(200);
    workflow.start().await;
    let hook = workflow.hook_url("hook").await;
    let deliver = |signature: String, id: &str| {
        let call = workflow.api.call(Method::POST, &hook).header("x-hub-signature-256", &signature);
        call.header("x-github-delivery", id).header("x-github-event", "push").text("application/json", PUSH).send()
    };
    let signed = || github_signature("It's a Secret to Everybody", PUSH);
    assert!(rookery.api.delete(&path).await.expect(200)["data"]["warning"].is_string(), "the hook needs it");
    deliver(signed(), "first").await.error(503, "credential_missing");
    rookery.api.put(&path, &credential).await.expect(200);

    for forged in [github_signature("another secret", PUSH), "sha256=00".into(), "sha1=da39a3ee".into(), "x".into()] {
        let refused = deliver(forged, "forged").await;
        assert_eq!((refused.status, refused.header("www-authenticate")), (401, None), "no bearer token would help");
    }
    assert_eq!(workflow.api.post(&hook, &json!({})).await.status, 401, "unsigned");
    assert_eq!(workflow.list("/events").await.len(), 0);

    let first = deliver(signed(), "first").await.expect(202);
    assert_eq!(deliver(signed(), "first").await.expect(202), first, "GitHub sends a delivery again: the same event");
    assert_ne!(deliver(signed(), "second").await.expect(202), first);
    let payloads = workflow.payloads("hook").await;
    assert_eq!(payloads.len(), 2);
    assert_eq!(
        (&payloads[0]["pusher"]["name"], &payloads[0]["headers"]),
        (&json!("ada-okafor"), &json!({"X-GitHub-Event": "push"}))
    );
}

#[tokio::test]
async fn any_method_and_every_kind_of_body_becomes_an_event() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery.started(&cells([agent("hook", "webhook", json!({}))])).await;
    let hook = workflow.hook_url("hook").await;
    let call = |method: Method, query: &str| workflow.api.call(method, &format!("{hook}{query}"));
    let json_text = r#"{"n":1.10,"big":12345678901234567890123,"z":-0.0,"e":1e400,"":"🦀","u":"\u0000"}"#;
    for (sent, payload) in [
        (call(Method::POST, "").text("application/json", json_text), json_text),
        (call(Method::PUT, "").text("application/vnd.api+json; charset=utf-8", "[1, 2]"), "[1, 2]"),
        (call(Method::POST, "").text("application/x-www-form-urlencoded", "a=1&b=x+y&a=%C3%A9"), r#"{"a":["1","é"],"b":"x y"}"#),
        (call(Method::PATCH, "").text("text/plain", "hello"), r#"{"text":"hello"}"#),
        (call(Method::GET, "?a=1&a=2&b=%20"), r#"{"a":["1","2"],"b":" "}"#),
        (call(Method::DELETE, "?gone=yes"), r#"{"gone":"yes"}"#),
    ] {
        let accepted = sent.send().await.expect(202);
        let event =
            workflow.api.get(&workflow.path(&format!("/events/{}", accepted["data"]["event_id"].as_str().unwrap()))).await;
        assert!(event.text.contains(&format!("\"payload\":{payload}")), "{} does not hold {payload}", event.text);
    }
    call(Method::POST, "").text("image/png", "png").send().await.error(415, "unsupported_media_type");
    call(Method::POST, "").text("application/json", "{").send().await.error(400, "invalid_json");
    assert_eq!(call(Method::POST, "").bytes("application/json", b"\"\xff\"").send().await.status, 400);
    let large = format!("\"{}\"", "x".repeat(256 * 1024));
    assert_eq!(call(Method::POST, "").text("application/json", &large).send().await.status, 413);
    let wrong = format!("{}u", &hook[..hook.len() - 1]); // Tokens have no `u`.
    let unknown = workflow.api.post(&wrong, &json!({})).await.error(404, "not_found");
    assert!(unknown.to_string().contains("hook_url"), "{unknown}");
}

#[tokio::test]
async fn a_hook_answers_as_configured() {
    let mut rookery = super::rookery().start().await;
    let config = json!({"verbs": "post", "response": "Thanks, {{ name }}.", "code": 201});
    let workflow = rookery.started(&cells([agent("hook", "webhook", config)])).await;
    let hook = workflow.hook_url("hook").await;
    let thanked = workflow.api.post(&hook, &json!({"name": "Ada"})).await;
    assert_eq!((thanked.status, thanked.text.as_str()), (201, "Thanks, Ada."));
    assert!(thanked.header("content-type").unwrap().starts_with("text/plain"));
    let refused = workflow.api.get(&hook).await;
    refused.error(405, "method_not_allowed");
    assert_eq!(refused.header("allow"), Some("POST"));
}

#[tokio::test]
async fn a_github_form_is_read_like_its_json_and_a_ping_of_meta_is_answered() {
    let mut rookery = super::rookery().start().await;
    let github = json!({"verify": {"scheme": "github", "credential": "secret"}});
    let meta = json!({"verify": {"scheme": "meta", "credential": "secret"}, "verify_token": "meatyhamhock"});
    let workflow = rookery.workflow(&cells([agent("github", "webhook", github), agent("meta", "webhook", meta)])).await;
    let path = format!("/projects/{}/credentials/secret", workflow.project);
    rookery.api.put(&path, &json!({"value": "to be replaced"})).await.expect(200);
    workflow.start().await;
    assert!(rookery.api.delete(&path).await.expect(200)["data"]["warning"].is_string(), "the hooks need it");
    let (github, meta) = (workflow.hook_url("github").await, workflow.hook_url("meta").await);

    // Meta's challenge and probes need no secret.
    let challenge = format!("{meta}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock");
    let answered = workflow.api.get(&challenge).await;
    assert_eq!((answered.status, answered.text.as_str()), (200, "1158201444"));
    workflow.api.get(&challenge.replace("meaty", "x")).await.error(401, "not_verified");
    assert_eq!(workflow.api.call(Method::HEAD, &meta).send().await.status, 200);
    workflow.api.post(&meta, &json!({})).await.error(503, "credential_missing");
    assert_eq!(workflow.list("/events").await.len(), 0);

    rookery.api.put(&path, &json!({"value": "short"})).await.error(422, "credential_unusable");
    rookery.api.put(&path, &json!({"value": "It's a Secret to Everybody"})).await.expect(200);
    let body = "payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%2C%22n%22%3A1.10%7D";
    let signature = github_signature("It's a Secret to Everybody", body);
    let call = workflow.api.call(Method::POST, &github).header("x-hub-signature-256", &signature);
    call.text("application/x-www-form-urlencoded", body).send().await.expect(202);
    let payloads = workflow.payloads("github").await;
    assert_eq!(payloads.iter().map(ToString::to_string).collect::<Vec<_>>(), [r#"{"ref":"refs/heads/main","n":1.10}"#]);
}

#[tokio::test]
async fn a_cloud_event_that_comes_again_is_the_same_and_a_batch_with_a_bad_one_stores_nothing() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery
        .started(&cells([
            agent("hook", "webhook", json!({"sender": "cloud_events", "payload_path": "data"})),
            agent("end", "event_formatting", json!({"instructions": {"n": "{{ n }}"}})),
            link("hook", "end"),
        ]))
        .await;
    let hook = workflow.hook_url("hook").await;
    let event = |id: &str, n: u32| json!({"specversion": "1.0", "type": "t", "source": "/s", "id": id, "data": {"n": n}});
    let post = |media_type: &'static str, body: Value| {
        let call = workflow.api.call(Method::POST, &hook).text(media_type, &body.to_string());
        async move { call.send().await }
    };

    let mut bad = event("b", 2);
    bad["source"] = json!("");
    let refused = post("application/cloudevents-batch+json", json!([event("a", 1), bad])).await.error(400, "cloud_event_invalid");
    assert_eq!(refused["meta"], json!({"attribute": "source", "index": 1}));
    assert_eq!(post("application/cloudevents+avro", json!({})).await.status, 415);
    assert_eq!(workflow.list("/events").await.len(), 0);

    let first = post("application/cloudevents+json", event("a", 1)).await.expect(202)["data"].clone();
    let batch = post("application/cloudevents-batch+json", json!([event("b", 2), event("a", 1), event("b", 2)]))
        .await
        .expect(202)["data"]
        .clone();
    assert_eq!((&batch[1], &batch[0], batch.as_array().unwrap().len()), (&first, &batch[2], 3));
    // Somebody on the way has added to the event.
    let binary =
        workflow.api.call(Method::POST, &hook).header("ce-specversion", "1.0").header("ce-type", "t").header("ce-source", "/s");
    let binary = binary.header("ce-id", "b").header("ce-arrived", "now").json(&json!({"n": 3}));
    assert_eq!(binary.send().await.expect(202)["data"], batch[0]);
    assert_eq!(post("application/cloudevents-batch+json", json!([])).await.expect(202), json!({"data": []}));
    for accepted in [&first, &batch[0]] {
        workflow.finished(accepted["run_id"].as_str().unwrap()).await;
    }
    let mut ends = workflow.emitted("end", 2).await;
    ends.sort_by_key(ToString::to_string);
    assert_eq!(ends, [json!({"n": "1"}), json!({"n": "2"})]);
    assert_eq!(workflow.payloads("hook").await.len(), 2);
}
