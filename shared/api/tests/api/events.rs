//! Events: payloads unchanged, idempotency, groups, filters, emitted again, hooks.

use crate::support::{World, agent, request};
use axum::body::Body;
use serde_json::{Value, json};

const PAYLOADS: [&str; 10] = [
    r#"{"n":12345678901234567890123,"f":1.10,"e":1E400,"z":-0.0,"":"empty key","u":"\u0000","s":"🦀"}"#,
    r#"{"b":1,"a":2,"b":3}"#,
    r#"{ "spaced" : [ 1 , 2 ] }"#,
    r#""\ud83e\udd80 \u00e9 \/""#,
    "null",
    "0",
    "\"\"",
    "[]",
    "{}",
    "1e-7",
];

#[tokio::test]
async fn payloads_come_back_as_they_went_in() {
    let world = World::open().await;
    let workflow = world.started(json!([agent("hand", "manual", json!({})), agent("hook", "webhook", json!({}))])).await;
    let hook = world.get(&format!("{workflow}/agents/hook")).await.ok(200)["data"]["hook_url"].as_str().unwrap().to_owned();
    for payload in PAYLOADS {
        let put = world.json("POST", &format!("{workflow}/agents/hand/events"), &format!(r#"{{"payload":{payload}}}"#)).await;
        let sent = world.json("POST", &hook, payload).await;
        for accepted in [put, sent] {
            let event = accepted.ok(202)["data"]["event_id"].as_str().unwrap().to_owned();
            let shown = world.get(&format!("{workflow}/events/{event}")).await;
            assert!(shown.text().contains(&format!(r#""payload":{payload},"#)), "{payload}: {}", shown.text());
        }
    }
    for refused in [r#""\ud800""#, "01", "NaN", "{1:2}", "'a'", ""] {
        let body = format!(r#"{{"payload":{refused}}}"#);
        world.json("POST", &format!("{workflow}/agents/hand/events"), &body).await.error(400, "invalid_json");
    }
    world.stop().await;
}

#[tokio::test]
async fn the_same_key_is_the_same_event() {
    let world = World::open().await;
    let workflow = world.started(json!([agent("hand", "manual", json!({}))])).await;
    let put = async |key: &str, body: Value| {
        let request = request("POST", &format!("{workflow}/agents/hand/events")).header("content-type", "application/json");
        world.send(request.header("idempotency-key", key).body(Body::from(body.to_string())).unwrap()).await
    };
    let first = put("k1", json!({"payload": {"a": 1}})).await.ok(202);
    assert_eq!(put("k1", json!({"payload": {"a": 1}})).await.ok(202), first);
    let conflict = put("k1", json!({"payload": {"a": 2}})).await;
    conflict.error(409, "idempotency_conflict");
    assert_eq!(conflict.value()["error"]["meta"]["event_id"], first["data"]["event_id"]);
    assert_ne!(put("k2", json!({"payload": {"a": 1}})).await.ok(202), first);
    for key in ["", &"k".repeat(256), "ключ"] {
        assert!(put(key, json!({"payload": 1})).await.error(400, "invalid_request").contains("Idempotency-Key"), "{key}");
    }
    assert_eq!(world.get(&format!("{workflow}/events")).await.ok(200)["data"].as_array().unwrap().len(), 2);
    world.stop().await;
}

#[tokio::test]
async fn events_are_judged_filtered_and_emitted_again() {
    let world = World::open().await;
    let cells = json!([
        agent("hand", "manual", json!({})),
        agent("other", "manual", json!({})),
        agent("watch", "change_detector", json!({"property": "n"}))
    ]);
    let workflow = world.started(cells).await;
    let put = async |cell: &str, body: Value| world.post(&format!("{workflow}/agents/{cell}/events"), body).await;
    for (body, says) in [
        (json!({"payload": 1, "groups": [""]}), "`groups[0]`"),
        (json!({"payload": 1, "groups": ["a", "x".repeat(65)]}), "`groups[1]`"),
        (json!({"payload": 1, "groups": ["a\u{0}"]}), "`groups[0]`"),
        (json!({"payload": 1, "groups": vec!["a"; 17]}), "`groups`"),
        (json!({"payload": 1, "groups": "a"}), "`groups`"),
        (json!({"groups": []}), "`payload`"),
        (json!({"payload": 1, "group": "a"}), "unknown field `group`"),
    ] {
        let message = put("hand", body.clone()).await.error(400, "invalid_request");
        assert!(message.contains(says), "{body}: {message}");
    }
    put("watch", json!({"payload": 1})).await.error(422, "not_a_trigger");
    put("nobody", json!({"payload": 1})).await.error(404, "not_found");

    let one = put("hand", json!({"payload": {"n": 1}})).await.ok(202)["data"].clone();
    put("other", json!({"payload": {"n": 2}, "groups": ["x", "y"]})).await.ok(202);
    let event = world.get(&format!("{workflow}/events/{}", one["event_id"].as_str().unwrap())).await.ok(200)["data"].clone();
    assert_eq!((&event["groups"], &event["cell_id"], &event["version"]), (&json!(["on_trigger"]), &json!("hand"), &json!(1)));
    assert_eq!((&event["run_id"], &event["hop"]), (&one["run_id"], &json!(0)));
    assert!(event.get("cause").is_none());

    let again = world.post(&format!("{workflow}/events/{}/emit", one["event_id"].as_str().unwrap()), json!({})).await.ok(202);
    let copy = world.get(&format!("{workflow}/events/{}", again["data"]["event_id"].as_str().unwrap())).await.ok(200);
    assert_eq!((&copy["data"]["payload"], &copy["data"]["cause"]), (&json!({"n": 1}), &json!({"event": one["event_id"]})));
    assert_ne!(copy["data"]["run_id"], event["run_id"]);

    let run = one["run_id"].as_str().unwrap();
    for (query, count) in [
        ("", 3),
        ("?agent=hand", 2),
        ("?agent=watch", 0),
        ("?group=y", 1),
        ("?group=on_trigger&agent=other", 0),
        (&format!("?run={run}"), 1),
        (&format!("?run={run}&agent=other"), 0),
        (&format!("?run={}", "0".repeat(32)), 0),
    ] {
        let listed = world.get(&format!("{workflow}/events{query}")).await.ok(200);
        assert_eq!(listed["data"].as_array().unwrap().len(), count, "{query}: {listed}");
    }

    // An agent that is drawn and not built yet is known; so is one that is deleted, while its events are kept.
    let options = json!({"cells": [agent("hand", "manual", json!({})), agent("drawn", "manual", json!({}))]});
    world.json("PUT", &workflow, &json!({"options": options}).to_string()).await.ok(200);
    for built in [false, true] {
        if built {
            world.post(&format!("{workflow}/build"), json!({})).await.ok(200);
        }
        for (agent, count) in [("drawn", 0), ("other", 1)] {
            let listed = world.get(&format!("{workflow}/events?agent={agent}")).await.ok(200);
            assert_eq!(listed["data"].as_array().unwrap().len(), count, "{agent}");
        }
        let deleted = world.get(&format!("{workflow}/events?agent=other&group=on_trigger")).await.ok(200);
        assert_eq!(deleted["data"], json!([]), "there are events of it, in other groups");
        for query in ["agent=nobody".to_owned(), format!("agent=nobody&run={run}"), "agent=nobody&group=x".to_owned()] {
            let message = world.get(&format!("{workflow}/events?{query}")).await.error(400, "invalid_request");
            assert!(message.contains("`agent` names `nobody`"), "{query}: {message}");
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn a_page_ends_before_it_becomes_too_large() {
    let world = World::open().await;
    let workflow = world.started(json!([agent("hand", "manual", json!({}))])).await;
    for _ in 0..20 {
        world.post(&format!("{workflow}/agents/hand/events"), json!({"payload": "x".repeat(250_000)})).await.ok(202);
    }
    let (mut seen, mut cursor) = (0, String::new());
    loop {
        let page = world.get(&format!("{workflow}/events?limit=20{cursor}")).await;
        assert!(page.bytes.len() < 5_000_000);
        let page = page.ok(200);
        seen += page["data"].as_array().unwrap().len();
        match page["meta"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, 20);
    world.stop().await;
}

#[tokio::test]
async fn hooks_take_any_method_and_answer_for_themselves() {
    let world = World::open().await;
    let workflow = world
        .started(json!([
            agent("any", "webhook", json!({})),
            agent("post", "webhook", json!({"verbs": "post,put", "response": "<script>{{ n }}</script>", "code": 201})),
        ]))
        .await;
    let url = async |cell: &str| {
        let shown = world.get(&format!("{workflow}/agents/{cell}")).await.ok(200);
        shown["data"]["hook_url"].as_str().unwrap().to_owned()
    };
    let (any, post) = (url("any").await, url("post").await);
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        let request = request(method, &format!("{any}?q=%F0%9F%A6%80&q=2")).body(Body::empty()).unwrap();
        let event = world.send(request).await.ok(202)["data"]["event_id"].as_str().unwrap().to_owned();
        let event = world.get(&format!("{workflow}/events/{event}")).await.ok(200);
        assert_eq!(event["data"]["payload"], json!({"q": ["🦀", "2"]}), "{method}");
    }
    let own = world.json("POST", &post, r#"{"n":1}"#).await;
    assert_eq!((own.status.as_u16(), own.text()), (201, "<script>1</script>"));
    assert_eq!(
        (&own.headers["x-content-type-options"], &own.headers["content-security-policy"]),
        (&"nosniff".parse().unwrap(), &"sandbox".parse().unwrap())
    );
    let refused = world.get(&post).await;
    refused.error(405, "method_not_allowed");
    assert_eq!(refused.headers["allow"], "POST, PUT");
    world.post(&format!("{workflow}/stop"), json!({})).await.ok(200);
    world.json("POST", &any, "{}").await.error(409, "workflow_stopped");
    world.stop().await;
}

#[tokio::test]
async fn the_webhook_function_serves_hooks_alone() {
    let mut world = World::open().await;
    let workflow = world.started(json!([agent("hook", "webhook", json!({})), agent("feed", "data_output", json!({}))])).await;
    let url = world.get(&format!("{workflow}/agents/hook")).await.ok(200)["data"]["hook_url"].as_str().unwrap().to_owned();
    let config = rookery_api::Config { auth: rookery_api::Auth::Open, hosts: Vec::new() };
    world.router = rookery_api::hooks_router(world.engine.clone(), config);
    world.json("POST", &url, "{}").await.ok(202);
    for path in [&workflow, "/api/v1/projects", "/health", "/openapi.json", "/feeds/x.json"] {
        world.get(path).await.error(404, "not_found");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_batch_of_cloud_events_may_be_larger_than_one_event_and_is_answered_with_a_list() {
    let world = World::open().await;
    let hooks = json!([agent("events", "webhook", json!({"sender": "cloud_events"})), agent("any", "webhook", json!({}))]);
    let workflow = world.started(hooks).await;
    let post = async |cell: &str, media_type: &str, body: &Value| {
        let shown = world.get(&format!("{workflow}/agents/{cell}")).await.ok(200);
        let request = request("POST", shown["data"]["hook_url"].as_str().unwrap()).header("content-type", media_type);
        world.send(request.body(Body::from(body.to_string())).unwrap()).await
    };
    let event = |id: u32, size: usize| json!({"specversion": "1.0", "type": "t", "source": "/s", "id": id.to_string(), "data": "x".repeat(size)});
    let batch = Value::from_iter((0..4).map(|id| event(id, 200 * 1024)));
    let media_type = "application/cloudevents-batch+json";
    let answer = post("events", media_type, &batch).await.ok(202);
    assert_eq!(answer["data"].as_array().unwrap().len(), 4);
    let one = post("events", media_type, &json!([event(0, 200 * 1024)])).await.ok(202);
    assert_eq!(one["data"], json!([answer["data"][0]]), "a batch of one is a batch");
    assert_eq!(post("events", "application/cloudevents+json", &event(0, 1)).await.ok(202)["data"], answer["data"][0]);
    post("events", "application/cloudevents+json", &event(9, 300 * 1024)).await.error(413, "body_too_large");
    post("any", media_type, &batch).await.error(413, "payload_too_large");
    let huge = Value::from_iter((0..6).map(|id| event(id, 200 * 1024)));
    post("events", media_type, &huge).await.error(413, "body_too_large");
    world.stop().await;
}

#[tokio::test]
async fn lists_leave_payloads_out_when_they_are_asked_to() {
    let world = World::open().await;
    let workflow = world.started(json!([agent("hand", "manual", json!({}))])).await;
    let mut ids = Vec::new();
    for payload in [json!({"long": "x".repeat(10_000)}), json!({"n": 1})] {
        let put = world.post(&format!("{workflow}/agents/hand/events"), json!({"payload": payload})).await.ok(202);
        ids.push(put["data"]["event_id"].as_str().unwrap().to_owned());
    }
    world.drain().await;
    let run = ids[1].clone();
    for (path, of) in
        [("events".to_owned(), "/data"), (format!("events?run={run}"), "/data"), (format!("runs/{run}"), "/data/events")]
    {
        let shown = async |payloads: &str| {
            let and = if path.contains('?') { '&' } else { '?' };
            let answer = world.get(&format!("{workflow}/{path}{and}payloads={payloads}")).await.ok(200);
            let events = answer.pointer(of).unwrap().as_array().unwrap().clone();
            // The newest event is first, and the only one of its run.
            events.iter().map(|event| (event["payload"].clone(), event["payload_omitted"] == json!(true))).collect::<Vec<_>>()
        };
        let (here, out) = ((json!({"n": 1}), false), (Value::Null, true));
        let all = shown("true").await;
        assert_eq!(all[0], here, "{path}");
        assert!(all.iter().all(|(_, omitted)| !omitted), "{path}");
        assert_eq!(shown("false").await, vec![out.clone(); all.len()], "{path}");
        assert_eq!(shown("short").await, [vec![here], vec![out; all.len() - 1]].concat(), "{path}");
        let refused = world.get(&format!("{workflow}/{}?payloads=no", path.split('?').next().unwrap())).await;
        assert!(refused.error(400, "invalid_request").contains("`payloads`"), "{path}");
    }
    assert_eq!(world.get(&format!("{workflow}/events/{}", ids[0])).await.ok(200)["data"]["payload"]["long"], "x".repeat(10_000));
    // Payloads that are left out end no page early.
    let half = json!({"payload": {"half": "x".repeat(250_000)}});
    for _ in 0..17 {
        world.post(&format!("{workflow}/agents/hand/events"), half.clone()).await.ok(202);
    }
    world.drain().await;
    let count =
        async |query: &str| world.get(&format!("{workflow}/events?{query}")).await.ok(200)["data"].as_array().unwrap().len();
    assert_eq!((count("").await, count("payloads=short").await), (16, 19));
    world.stop().await;
}
