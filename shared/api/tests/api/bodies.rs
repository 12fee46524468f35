//! Bad input: a 4xx in the envelope, which names the field and the remedy.

use crate::support::{Answer, World, agent, request};
use axum::body::Body;
use serde_json::{Value, json};

#[tokio::test]
async fn only_json_is_read() {
    let world = World::open().await;
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/json+x", "application/xml"] {
        let request = request("POST", "/api/v1/projects").header("content-type", media_type);
        let answer = world.send(request.body(Body::from(r#"{"name":"x"}"#)).unwrap()).await;
        assert!(answer.error(415, "unsupported_media_type").contains(media_type));
    }
    let untyped = request("POST", "/api/v1/projects").body(Body::from(r#"{"name":"x"}"#)).unwrap();
    world.send(untyped).await.error(415, "unsupported_media_type");
    let typed = request("POST", "/api/v1/projects").header("content-type", "Application/JSON; charset=utf-8");
    world.send(typed.body(Body::from(r#"{"name":"x"}"#)).unwrap()).await.ok(201);
    world.stop().await;
}

#[tokio::test]
async fn a_malformed_body_is_named_with_its_place() {
    let world = World::open().await;
    let project = world.project().await;
    for (path, body, code, says) in [
        ("/api_keys", "", "invalid_json", "EOF"),
        ("/api_keys", "{", "invalid_json", "EOF"),
        ("/api_keys", r#"{"name":"a","role":"owner"} {}"#, "invalid_json", "trailing"),
        ("/api_keys", "[]", "invalid_request", "a list stands at line 1 column 2; give an object"),
        ("/api_keys", "null", "invalid_request", "`null` stands at line 1 column 4; give an object"),
        ("/api_keys", r#"{"name":"a"}"#, "invalid_request", "`role`"),
        ("/api_keys", r#"{"name":"a","role":"king"}"#, "invalid_request", "expected one of `owner`, `editor`"),
        ("/api_keys", r#"{"name":7,"role":"owner"}"#, "invalid_request", "`name`: the number `7` stands"),
        ("/api_keys", r#"{"name":"a","name":"b","role":"owner"}"#, "invalid_request", "duplicate field `name`"),
        (
            "/api_keys",
            r#"{"name":"a","role":"owner","roles":1}"#,
            "invalid_request",
            "unknown field `roles`, expected `name` or `role`",
        ),
        ("/api_keys", r#"{"name":"","role":"owner"}"#, "invalid_request", "`name`"),
        ("/api_keys", r#"{"name":" ","role":"owner"}"#, "invalid_request", "`name`"),
        ("/api_keys", r#"{"name":"a\u0000","role":"owner"}"#, "invalid_request", "`name`"),
        ("/workflows", r#"{"name":"a","options":null}"#, "invalid_request", "`options`"),
        ("/workflows", r#"{"name":"a","options":[]}"#, "invalid_request", "`options`"),
        ("/workflows", r#"{"name":"a","options":{"cells":{}}}"#, "invalid_request", "`options.cells`"),
        ("/workflows", r#"{"name":"a","options":{"cells":[1]}}"#, "invalid_request", "`options.cells[0]`"),
    ] {
        let message = world.json("POST", &format!("{project}{path}"), body).await.error(400, code);
        assert!(message.contains(says), "{body}: {message}");
    }
    let not_utf8 = request("POST", "/api/v1/projects").header("content-type", "application/json");
    let answer = world.send(not_utf8.body(Body::from(b"{\"name\":\"\xff\"}".to_vec())).unwrap()).await;
    assert!(answer.error(400, "invalid_request").contains("UTF-8"));
    for name in ["", &"n".repeat(5000)] {
        assert!(world.post("/api/v1/projects", json!({"name": name})).await.error(400, "invalid_request").contains("`name`"));
    }
    world.post("/api/v1/projects", json!({"name": "🦀".repeat(200)})).await.ok(201);
    world.stop().await;
}

#[tokio::test]
async fn credentials_are_judged() {
    let world = World::open().await;
    let project = world.project().await;
    let put =
        async |name: &str, body: Value| world.json("PUT", &format!("{project}/credentials/{name}"), &body.to_string()).await;
    let set = put("GITHUB_token-1", json!({"value": "s3cret", "hosts": ["api.github.com", "*.github.com:443"]})).await;
    assert!(!set.text().contains("s3cret"));
    let set = set.ok(200);
    assert_eq!(set["data"]["hosts"], json!(["api.github.com", "*.github.com:443"]));
    assert!(set["data"].get("warning").is_none(), "{set}");
    let listed = world.get(&format!("{project}/credentials")).await;
    assert!(!listed.text().contains("s3cret"));
    assert_eq!(listed.ok(200)["data"][0]["name"], "GITHUB_token-1");
    for (name, body, says) in [
        ("1a", json!({"value": "x"}), "name"),
        (&"a".repeat(65), json!({"value": "x"}), "name"),
        ("a%20b", json!({"value": "x"}), "name"),
        ("a", json!({"value": ""}), "`value`"),
        ("a", json!({"value": "x".repeat(20_000)}), "`value`"),
        ("a", json!({"value": "x", "hosts": ["ok.example", "https://a.b/"]}), "`hosts[1]`"),
        ("a", json!({"value": "x", "hosts": [7]}), "`hosts[0]`"),
        ("a", json!({"hosts": []}), "`value`"),
    ] {
        let message = put(name, body.clone()).await.error(400, "invalid_request");
        assert!(message.contains(says), "{name} {body}: {message}");
    }
    let forgotten = world.delete(&format!("{project}/credentials/GITHUB_token-1")).await.ok(200);
    assert_eq!(forgotten["data"], json!({"name": "GITHUB_token-1"}), "no hook needs it");
    world.delete(&format!("{project}/credentials/GITHUB_token-1")).await.error(404, "not_found");
    world.stop().await;
}

#[tokio::test]
async fn whoever_sets_a_credential_that_is_too_short_to_be_taken_out_is_told() {
    let world = World::open().await;
    let project = world.project().await;
    for (value, hosts, warns) in [
        ("1234", json!(["api.example.com"]), true),
        ("ada:1234", json!(["api.example.com"]), true),
        ("Bearer 1234", json!(["api.example.com"]), true),
        ("123456", json!(["api.example.com"]), false),
        // It is never sent.
        ("1234", json!([]), false),
    ] {
        let body = json!({"value": value, "hosts": hosts}).to_string();
        let set = world.json("PUT", &format!("{project}/credentials/pin"), &body).await.ok(200);
        assert_eq!(set["data"]["warning"].as_str().is_some_and(|warning| warning.contains("fewer than 6 bytes")), warns, "{set}");
        assert!(!set.to_string().contains("1234"), "{set}");
    }
    world.stop().await;
}

#[tokio::test]
async fn what_is_too_large_or_too_deep_is_refused() {
    let world = World::open().await;
    let workflow = world.started(json!([agent("hand", "manual", json!({})), agent("hook", "webhook", json!({}))])).await;
    let events = format!("{workflow}/agents/hand/events");
    let fits = format!(r#"{{"payload":"{}"}}"#, "x".repeat(256 * 1024 - 2));
    world.json("POST", &events, &fits).await.ok(202);
    let over = format!(r#"{{"payload":"{}"}}"#, "x".repeat(256 * 1024));
    world.json("POST", &events, &over).await.error(413, "payload_too_large");
    let huge = format!(r#"{{"payload":"{}"}}"#, "x".repeat(1024 * 1024));
    world.json("POST", &events, &huge).await.error(413, "body_too_large");

    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    world.json("POST", &events, &format!(r#"{{"payload":{}}}"#, deep(64))).await.ok(202);
    for levels in [65, 10_000, 100_000] {
        let answer = world.json("POST", &events, &format!(r#"{{"payload":{}}}"#, deep(levels))).await;
        assert!(answer.error(400, "invalid_request").contains("64"), "{levels}");
    }
    let answer = world.json("POST", "/api/v1/projects", &deep(30_000)).await;
    assert_eq!(answer.status, 400, "{}", answer.text());

    let options = |bytes: usize| json!({"name": "w", "options": {"note": "x".repeat(bytes)}});
    world.json("PUT", &workflow, &options(2 * 1024 * 1024 - 20).to_string()).await.ok(200);
    world.json("PUT", &workflow, &options(2 * 1024 * 1024).to_string()).await.error(413, "workflow_too_large");
    world.json("PUT", &workflow, &options(3 * 1024 * 1024).to_string()).await.error(413, "body_too_large");
    let nested = format!(r#"{{"options":{{"x":{}}}}}"#, deep(64));
    world.json("PUT", &workflow, &nested).await.error(400, "invalid_request");

    let shown = world.get(&format!("{workflow}/agents/hook")).await.ok(200);
    let hook = shown["data"]["hook_url"].as_str().unwrap().to_owned();
    world.json("POST", &hook, &format!("\"{}\"", "x".repeat(300 * 1024))).await.error(413, "body_too_large");
    world.stop().await;
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_are_in_the_envelope() {
    let world = World::open().await;
    for path in ["/", "/api/v1", "/api/v1/nothing", "/api/v1/projects//", "/favicon.ico", "/hooks/", "/api/v1/projects/a/b/c/d"] {
        world.get(path).await.error(404, "not_found");
    }
    for (method, path, allow) in [
        ("DELETE", "/api/v1/projects", "GET, HEAD, POST"),
        ("POST", "/api/v1/projects/x", "DELETE, GET, HEAD, PATCH"),
        ("GET", "/api/v1/projects/x/workflows/y/start", "POST"),
        ("POST", "/openapi.json", "GET, HEAD"),
        ("POST", "/feeds/x.json", "GET, HEAD"),
        ("PURGE", "/health", "GET, HEAD"),
    ] {
        let answer = world.json(method, path, "{}").await;
        assert!(answer.error(405, "method_not_allowed").contains(method));
        assert_eq!(answer.headers["allow"], allow);
        let listed: Vec<_> = allow.split(", ").collect();
        assert_eq!(answer.value()["error"]["meta"]["allow"], json!(listed));
    }
    let head = world.send(request("HEAD", "/health").body(Body::empty()).unwrap()).await;
    assert!(head.status == 200 && head.bytes.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn ids_that_do_not_parse_are_unknown() {
    let world = World::open().await;
    let workflow = world.started(json!([agent("hand", "manual", json!({}))])).await;
    for path in [
        "/events/x",
        "/events/%ff",
        "/events/00000000000000000000000000000000",
        "/runs/x",
        "/runs/00000000000000000000000000000000",
        "/versions/x",
        "/versions/0",
        "/versions/01",
        "/versions/%2B1",
        "/versions/99999999999999999999999",
        "/agents/nobody",
        "/agents/%F0%9F%A6%80",
        "/agents/a%2Fb",
    ] {
        world.get(&format!("{workflow}{path}")).await.error(404, "not_found");
    }
    for path in ["/failures/x/replay", "/events/x/emit", "/versions/9/restore", "/agents/nobody/check", "/agents/nobody/dry_run"]
    {
        world.post(&format!("{workflow}{path}"), json!({})).await.error(404, "not_found");
    }
    for path in ["/hooks/x", "/hooks/%F0%9F%A6%80%F0%9F%A6%80%F0%9F%A6%80%F0%9F%A6%80", "/feeds/x.json", "/feeds/.xml"] {
        world.get(path).await.error(404, "not_found");
    }
    world.stop().await;
}

async fn put_credential(world: &World, project: &str, name: &str, credential: Value) -> Answer {
    world.json("PUT", &format!("{project}/credentials/{name}"), &credential.to_string()).await
}

#[tokio::test]
async fn the_secret_of_a_hook_is_judged_when_it_is_set_and_when_the_workflow_is_saved() {
    let world = World::open().await;
    let project = world.project().await;
    let put = async |value: &str| put_credential(&world, &project, "signing", json!({"value": value})).await;
    let options = json!({"cells": [agent("hook", "webhook", json!({"verify": {"scheme": "slack", "credential": "signing"}}))]});
    let made = world.post(&format!("{project}/workflows"), json!({"name": "w", "options": options})).await.ok(201);
    assert_eq!(made["meta"]["error_count"], 0, "a secret that is not set yet is no problem: {made}");
    assert_eq!(made["meta"]["warnings"][0]["field"], "config.verify.credential", "{made}");
    let workflow = format!("{project}/workflows/{}", made["data"]["id"].as_str().unwrap());

    // No active workflow uses the credential yet, so every value is accepted; but then the workflow does not start.
    put("xoxb-a-token-and-no-secret").await.ok(200);
    let saved = world.get(&workflow).await.ok(200);
    let problem = &saved["meta"]["errors"][0];
    assert_eq!((&problem["cell_id"], &problem["field"]), (&json!("hook"), &json!("config.verify.credential")), "{saved}");
    assert!(problem["message"].as_str().unwrap().contains("32 letters"), "{saved}");
    world.post(&format!("{workflow}/start"), json!({})).await.error(422, "workflow_invalid");
    put("8f742231b10e8888abcd99yyyzzz85a5").await.ok(200);
    world.post(&format!("{workflow}/start"), json!({})).await.ok(200);

    let refused = put("xoxb-a-token-and-no-secret").await;
    assert!(refused.error(422, "credential_unusable").contains("Slack"));
    assert!(!refused.text().contains("xoxb"), "{}", refused.text());
    put("0f742231b10e8888abcd99yyyzzz85a5").await.ok(200);
    let forgotten = world.delete(&format!("{project}/credentials/signing")).await.ok(200);
    let warning = forgotten["data"]["warning"].as_str().unwrap_or_else(|| panic!("{forgotten}"));
    assert!(warning.contains("`hook`") && warning.contains("`w`"), "{warning}");
    world.stop().await;
}

#[tokio::test]
async fn a_credential_that_is_not_set_is_told_at_save_and_a_hook_that_needs_it_does_not_start() {
    let world = World::open().await;
    let project = world.project().await;
    let put = async |name: &str| {
        let body = json!({"value": "a secret of some length", "hosts": ["a.test"]});
        put_credential(&world, &project, name, body).await.ok(200);
    };
    let call =
        json!({"url": "https://a.test/", "headers": {"X-Key": "{% credential key %}"}, "payload": ["{% credential key %}"]});
    let answer = json!({"signing_credential": "x".repeat(300)});
    let options = json!({"cells": [
        agent("hook", "webhook", json!({"verify": {"scheme": "token", "credential": "token"}})),
        agent("call", "http_request", call),
        agent("answer", "answer_caller", answer),
    ]});
    let made = world.post(&format!("{project}/workflows"), json!({"name": "w", "options": options})).await.ok(201);
    let workflow = format!("{project}/workflows/{}", made["data"]["id"].as_str().unwrap());
    let told = |meta: &Value, what: &str| {
        let all = meta[what].as_array().unwrap().clone();
        all.iter()
            .map(|one| format!("{} {}", one["cell_id"].as_str().unwrap(), one["field"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    let others = ["call config.headers.X-Key", "call config.payload", "answer config.signing_credential"];
    let hook = "hook config.verify.credential";
    assert_eq!(made["meta"]["error_count"], 0, "a draft is saved: {made}");
    assert_eq!(told(&made["meta"], "warnings"), [&[hook][..], &others].concat());
    assert!(made["meta"]["warnings"][0]["message"].as_str().unwrap().contains("credentials/token`"), "{made}");

    // A build gives the hook its URL, which the sender may need before it tells the secret.
    let built = world.post(&format!("{workflow}/build"), json!({})).await.ok(200);
    assert_eq!(told(&built["meta"], "warnings"), [&[hook][..], &others].concat());
    let refused = world.post(&format!("{workflow}/start"), json!({})).await;
    refused.error(422, "workflow_invalid");
    assert_eq!(told(&refused.value()["error"]["meta"], "errors"), [hook]);
    assert_eq!(told(&refused.value()["error"]["meta"], "warnings"), others);

    put("token").await;
    let started = world.post(&format!("{workflow}/start"), json!({})).await.ok(200);
    assert_eq!(told(&started["meta"], "warnings"), others, "an agent that only calls does not keep the others from running");
    put("key").await;
    assert_eq!(told(&world.get(&workflow).await.ok(200)["meta"], "warnings"), others[2..]);

    let many: Vec<String> =
        (0..300).map(|n| format!("{{% credential key{n} %}}")).chain(["{% credential key %}".into()]).collect();
    let call = json!({"url": "https://a.test/", "payload": many});
    let options = json!({"cells": [agent("call", "http_request", call)]});
    let saved = world.json("PUT", &workflow, &json!({"options": options}).to_string()).await.ok(200);
    assert_eq!(saved["meta"]["warnings"].as_array().unwrap().len(), 300, "all but the one that is set");
    world.stop().await;
}
