//! Bad input: a 4xx that names what is wrong and the remedy. Accepted input comes back as it went in.

use reqwest::Method;
use rookery_tests::{Answer, agent, cells, link};
use serde_json::{Value, json};

#[tokio::test]
async fn bodies_are_bounded_in_size_depth_and_encoding() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery.started(&cells([agent("start", "manual", json!({}))])).await;
    let send = async |body: &[u8]| -> Answer {
        workflow.api.call(Method::POST, &workflow.path("/agents/start/events")).bytes("application/json", body).send().await
    };
    let event = |payload: &str| format!("{{\"payload\":{payload}}}").into_bytes();
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let text = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));

    for fits in [event(&deep(64)), event(&text(256 * 1024)), event(" { \"a\" : 1 } ")] {
        send(&fits).await.expect(202);
    }
    for (status, body) in [
        (413, event(&text(256 * 1024 + 1))),
        (413, event(&text(7 * 1024 * 1024))),
        (400, event(&deep(65))),
        (400, event(&deep(100_000))),
        (400, b"{\"payload\":\"\xff\"}".to_vec()),
        (400, event("\"\\ud800\"")),
        (400, event("{")),
        (400, b"".to_vec()),
        (400, b"[]".to_vec()),
        (400, b"{}".to_vec()),
        (400, b"{\"payload\":1,\"payload\":2}".to_vec()),
        (400, b"{\"payload\":1,\"colour\":\"red\"}".to_vec()),
        (400, b"{\"payload\":1,\"groups\":\"on_trigger\"}".to_vec()),
        (400, b"{\"payload\":1,\"groups\":[\"\"]}".to_vec()),
        (400, b"{\"payload\":1} x".to_vec()),
    ] {
        let answer = send(&body).await;
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]);
        assert_eq!(answer.status, status, "{shown}: {}", answer.text);
        let error = &answer.expect(status)["error"];
        assert!(["type", "message", "details"].iter().all(|field| error[field].is_string()), "{shown}: {error}");
    }
    let plain = workflow.api.call(Method::POST, &workflow.path("/agents/start/events")).text("text/plain", "{\"payload\":1}");
    plain.send().await.error(415, "unsupported_media_type");
    let wrong_method = workflow.api.put(&workflow.path("/start"), &json!({})).await;
    wrong_method.error(405, "method_not_allowed");
    assert!(wrong_method.header("allow").unwrap().contains("POST"));
}

#[tokio::test]
async fn what_is_taken_comes_back_as_it_went_in() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("pass", "delay", json!({"until": "0"})),
            link("start", "pass"),
        ]))
        .await;
    let odd = r#"{"n":12345678901234567890123,"f":1.10,"e":1e400,"z":-0.0,"":"empty key","u":"\u0000","s":"🦀","b":1,"a":2}"#;
    let call = workflow.api.call(Method::POST, &workflow.path("/agents/start/events"));
    let accepted = call.text("application/json", &format!("{{\"payload\":{odd}}}")).send().await.expect(202);
    workflow.finished(accepted["data"]["run_id"].as_str().unwrap()).await;
    let events = workflow.api.get(&workflow.path("/events")).await;
    assert_eq!(events.text.matches(odd).count(), 2, "{}", events.text);

    let canvas = r#"{"theme":"dark","cells":[{"id":"start","type":"agent","agent_type":"manual","config":{},"z":1e2,"position":{"y":2.50,"x":-0}},{"type":"standard.Note","id":7}],"":{}}"#;
    let body = format!("{{\"options\":{canvas}}}");
    workflow.api.call(Method::PUT, &workflow.path("")).text("application/json", &body).send().await.expect(200);
    let back = workflow.api.get(&workflow.path("")).await;
    assert!(back.text.contains(canvas), "{}", back.text);
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_name() {
    let mut rookery = super::rookery().start().await;
    let project = rookery.project().await;
    let workflow = rookery.started(&cells([agent("start", "manual", json!({}))])).await;
    let workflows = format!("/projects/{project}/workflows");
    let long = "n".repeat(5000);
    for (path, body, named) in [
        ("/projects".to_owned(), json!({"name": ""}), "name"),
        ("/projects".to_owned(), json!({"name": long}), "name"),
        ("/projects".to_owned(), json!({"name": 7}), "name"),
        ("/projects".to_owned(), json!({}), "name"),
        (workflows.clone(), json!({"name": "w", "options": []}), "options"),
        (workflows.clone(), json!({"name": "w", "options": {"cells": {}}}), "options.cells"),
        (workflows.clone(), json!({"name": "w", "colour": 1}), "colour"),
        (format!("/projects/{project}/api_keys"), json!({"name": "k", "role": "king"}), "role"),
        (workflow.path("/agents/start/dry_run"), json!({"event": {"payload": 1}, "outside_calls": "yes"}), "outside_calls"),
    ] {
        let error = rookery.api.post(&path, &body).await.error(400, "invalid_request");
        assert!(error["message"].as_str().unwrap().contains(named), "{named} is not in {error}");
    }
    for (query, named) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("cursor=rubbish", "cursor"),
        ("colour=red", "colour"),
        ("limit=1&limit=2", "limit"),
    ] {
        for list in ["/events", "/runs", "/versions", "/failures"] {
            let error = workflow.api.get(&workflow.path(&format!("{list}?{query}"))).await.error(400, "invalid_request");
            assert!(error["message"].as_str().unwrap().contains(named), "{list}?{query}: {error}");
        }
    }
    let two = cells([agent("twin", "manual", json!({})), agent("twin", "manual", json!({}))]);
    let meta = workflow.save(&two).await["meta"].clone();
    assert_eq!((&meta["errors"][0]["cell_id"], &meta["errors"][0]["field"]), (&json!("twin"), &json!("id")), "{meta}");
    let unknown: Vec<Value> = vec![
        rookery.api.get("/projects/000000000000").await.error(404, "not_found"),
        rookery.api.get("/projects/no-such-id").await.error(404, "not_found"),
        rookery.api.get(&format!("/projects/{project}")).await.expect(200)["none"].clone(),
    ];
    assert_eq!(unknown[0], unknown[1], "an id that cannot be is as unknown as any other");
    for rest in ["/events/0", "/runs/0", "/versions/99", "/versions/x", "/agents/nobody", "/agents/nobody/memory/x"] {
        rookery.api.get(&workflow.path(rest)).await.error(404, "not_found");
    }
}
