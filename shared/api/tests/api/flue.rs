//! The paths of PyFlue: what is asked, how it is answered, and what goes wrong in which words.

use crate::fake::TEXT;
use crate::support::{Answer, World, request};
use axum::body::Body;
use rookery_domain::OperationAt;
use serde_json::{Value, json};

pub(crate) const MODEL: &str = "model: demo/test";

/// The frames of a stream: their events and data.
fn frames(answer: &Answer) -> Vec<(String, Value)> {
    assert_eq!((answer.status.as_u16(), &answer.headers["content-type"]), (200, &"text/event-stream".parse().unwrap()));
    assert_eq!(answer.headers["cache-control"], "no-store");
    // Some clients end a line at each of these.
    let lines: Vec<&str> = answer.text().split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}']).collect();
    let frames = lines.split(|line| line.is_empty()).filter(|frame| !frame.is_empty());
    let frame = |frame: &[&str]| match frame {
        [event, data] => (
            event.strip_prefix("event: ").unwrap().to_owned(),
            serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap(),
        ),
        other => panic!("{other:?}"),
    };
    frames.map(frame).collect()
}

pub(crate) async fn with(world: &World, path: &str, header: (&str, &str), body: Value) -> Answer {
    let request = request("POST", path).header("content-type", "application/json").header(header.0, header.1);
    world.send(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_prompt_is_answered_whole_with_its_run() {
    let world = World::open().await;
    let project = world.persistent("helper", MODEL).await;
    for path in ["/agents/helper/i1", &format!("/p/{project}/agents/helper/i1")] {
        for body in [json!({"message": "Hi"}), json!({"payload": {"prompt": "Hi", "session": ""}, "message": "not this"})] {
            let answer = world.post(path, body).await;
            let (shown, run_id) = (answer.ok(200), answer.headers["x-flue-run-id"].to_str().unwrap());
            assert!(OperationAt::of_run_id(&project.parse().unwrap(), run_id).is_some());
            let metadata = json!({"harness": "rookery", "model": "demo/test", "agent": "helper", "run_id": run_id});
            let cost = json!({"input": 0.5, "output": 0.0, "cache_read": 0.0, "cache_write": 0.0, "total": 0.5});
            let usage = json!({"input": 3, "output": 2, "cache_read": 0, "cache_write": 0, "total_tokens": 5, "cost": cost});
            let expected = json!({"text": TEXT, "metadata": metadata, "usage": usage, "model": {"id": "demo/test"}});
            assert_eq!(shown, json!({"result": expected}));
            assert_eq!(world.fake.last(), "helper|i1|default");
        }
    }
    let answer = world.post("/prompt/s", json!({"prompt": "no price"})).await.ok(200);
    assert_eq!((&answer["metadata"]["cost_known"], &answer["usage"]["cost"]["total"]), (&json!(false), &json!(0.0)));
    assert_eq!(world.fake.last(), "helper|default|s", "the only agent is the default one");
    world.persistent("default", MODEL).await;
    world.post("/prompt/s", json!({"payload": {"prompt": "Hi"}})).await.ok(200);
    assert_eq!(world.fake.last(), "default|default|s");
    world.stop().await;
}

#[tokio::test]
async fn a_prompt_is_streamed_in_frames_that_every_client_reads() {
    let world = World::open().await;
    world.persistent("helper", MODEL).await;
    let typed = with(&world, "/agents/helper/i", ("accept", "text/event-stream"), json!({"message": "Hi", "session": "s"})).await;
    let run_id = typed.headers["x-flue-run-id"].to_str().unwrap().to_owned();
    let metadata = json!({"harness": "rookery", "model": "demo/test", "agent": "helper", "run_id": run_id});
    let expected = [
        ("start", json!({"type": "start", "session_id": "i:s"})),
        ("delta", json!({"type": "delta", "text": TEXT})),
        ("tool_start", json!({"type": "tool_start", "toolName": "read", "toolCallId": "c1", "args": {"path": "a"}})),
        (
            "tool_end",
            json!({"type": "tool_end", "toolName": "read", "toolCallId": "c1", "isError": false, "result": "what it says"}),
        ),
        ("end", json!({"type": "end", "text": TEXT, "metadata": metadata})),
    ];
    assert_eq!(frames(&typed), expected.map(|(event, data)| (event.to_owned(), data)));
    let plain = frames(&world.post("/prompt/s:1/events", json!({"prompt": "Hi"})).await);
    assert_eq!(plain[0], ("start".to_owned(), json!({"session_id": "s:1"})));
    assert!(plain.len() == 5 && plain.iter().all(|(_, data)| data.get("type").is_none()), "{plain:?}");

    let cut = frames(&world.post("/prompt/s/events", json!({"prompt": "cut"})).await);
    assert_eq!(cut[4].1["metadata"]["stop"], "length", "half an answer does not look like a whole one");

    // What goes wrong once it has begun is one frame, and nothing follows.
    let later = frames(&world.post("/prompt/s/events", json!({"prompt": "later model"})).await);
    assert_eq!((later.len(), later[1].0.as_str(), &later[1].1["error"]["type"]), (2, "error", &json!("model_error")));
    // A frame has no headers: when to come again is in the envelope.
    for (message, meta) in [
        ("later busy", json!({"retry_after_seconds": 3})),
        ("later unavailable", json!({"code": "provider_unavailable", "retry_after_seconds": 7})),
    ] {
        let frames = frames(&world.post("/prompt/s/events", json!({"prompt": message})).await);
        let mut told = frames[1].1["error"]["meta"].clone();
        let run_id = told.as_object_mut().unwrap().remove("run_id");
        assert!(told == meta && run_id.is_some(), "{frames:?}");
    }
    let no_end = frames(&world.post("/prompt/s/events", json!({"prompt": "no end"})).await);
    assert_eq!((no_end.len(), &no_end[1].1["error"]["type"]), (2, &json!("internal_error")));
    // What goes wrong before is an answer.
    for path in ["/prompt/s/events", "/agents/helper/i"] {
        for message in ["busy", "first busy"] {
            let answer = with(&world, path, ("accept", "text/event-stream"), json!({"prompt": message})).await;
            answer.error(409, "session_busy");
            assert_eq!(answer.headers["retry-after"], "3");
            assert_eq!(answer.value()["error"]["meta"]["retry_after_seconds"], 3);
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn what_goes_wrong_has_a_type_and_a_status() {
    let world = World::open().await;
    world.persistent("helper", MODEL).await;
    for (message, status, kind, retry) in [
        ("busy", 409, "session_busy", Some("3")),
        ("aborted", 409, "aborted", None),
        ("model", 502, "model_error", None),
        ("unavailable", 503, "model_error", Some("7")),
        ("expired", 504, "expired", None),
        ("failed", 422, "failed", None),
        ("invalid", 400, "invalid_request", None),
        ("closed", 409, "session_closing", None),
        ("conflict", 409, "idempotency_conflict", None),
        ("full", 503, "session_full", Some("5")),
        ("internal", 500, "internal_error", None),
    ] {
        for message in [message.to_owned(), format!("later {message}")] {
            let answer = world.post("/agents/helper/i", json!({"message": message})).await;
            answer.error(status, kind);
            assert_eq!(answer.headers.get("retry-after").map(|value| value.to_str().unwrap()), retry, "{message}");
            // What was refused is no run; what went wrong later is one, and can be looked up.
            let run_id = answer.headers.get("x-flue-run-id").map(|id| id.to_str().unwrap().to_owned());
            assert_eq!(run_id.is_some(), message.starts_with("later "), "{message}");
            assert_eq!(answer.value()["error"]["meta"]["run_id"].as_str(), run_id.as_deref());
        }
    }
    let codes = world.post("/agents/helper/i", json!({"message": "model"})).await.value();
    assert_eq!(codes["error"]["meta"], json!({"code": "provider_refused"}));
    world.stop().await;
}

#[tokio::test]
async fn a_body_is_read_leniently_but_must_ask_something() {
    let world = World::open().await;
    world.persistent("helper", MODEL).await;
    let path = "/agents/helper/i";
    let sent = async |media_type: Option<&str>, body: &str| {
        let request = media_type.into_iter().fold(request("POST", path), |request, kind| request.header("content-type", kind));
        world.send(request.body(Body::from(body.to_owned())).unwrap()).await
    };
    for media_type in ["application/json", "APPLICATION/JSON; charset=utf-8", "text/plain, application/json"] {
        sent(Some(media_type), r#"{"message": "Hi", "unknown": 1}"#).await.ok(200);
    }
    for media_type in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
        let answer = sent(media_type, r#"{"message": "Hi"}"#).await;
        answer.error(415, "unsupported_media_type");
        assert_eq!(answer.value()["error"]["meta"], json!({"received": media_type.unwrap_or_default()}));
    }
    sent(None, "").await.error(400, "invalid_request"); // No body is `{}`: the message is missing.
    for bad in ["{", "{}}", "nul", "\u{0}"] {
        sent(Some("application/json"), bad).await.error(400, "invalid_json");
    }
    for bad in [
        "null",
        "[]",
        "{}",
        r#"{"payload": null, "message": "x"}"#,
        r#"{"payload": []}"#,
        r#"{"message": ""}"#,
        r#"{"message": "  "}"#,
        r#"{"message": 1}"#,
        r#"{"message": {"text": "x"}}"#,
        r#"{"message": "x", "session": 1}"#,
    ] {
        sent(Some("application/json"), bad).await.error(400, "invalid_request");
    }
    sent(Some("application/json"), &format!(r#"{{"message": "{}"}}"#, "x".repeat(256 * 1024))).await.error(413, "body_too_large");
    assert_eq!(world.fake.asked.lock().unwrap().len(), 3, "nobody was asked");
    world.stop().await;
}

#[tokio::test]
async fn ids_and_sessions_are_any_text() {
    let world = World::open().await;
    world.persistent("helper", MODEL).await;
    let long = "é".repeat(256);
    for (path, id) in [
        ("a%2Fb", "a/b"),
        ("%2E%2E", ".."),
        ("..", ".."),
        (".", "."),
        ("a b", "a b"),
        ("a%20b", "a b"),
        ("%F0%9F%A6%80", "🦀"),
        ("%2F%2F", "//"),
        ("a:b%3Fc%23d%25", "a:b?c#d%"),
        (&long, &long),
    ] {
        let encoded = path.replace(' ', "%20").replace('é', "%C3%A9");
        world.post(&format!("/agents/helper/{encoded}"), json!({"message": "Hi", "session": id})).await.ok(200);
        assert_eq!(world.fake.last(), format!("helper|{id}|{id}"));
        world.post(&format!("/prompt/{encoded}"), json!({"prompt": "Hi"})).await.ok(200);
        assert_eq!(world.fake.last(), format!("helper|default|{id}"));
        world.post(&format!("/agents/helper/{encoded}/dispatch"), json!({"input": "Hi"})).await.ok(202);
        assert_eq!(world.fake.taken.lock().unwrap().last().unwrap().names.instance, id);
    }
    let too_long = format!("{long}x").replace('é', "%C3%A9");
    world.post(&format!("/agents/helper/{too_long}"), json!({"message": "Hi"})).await.error(400, "invalid_request");
    world.post("/agents/helper/i", json!({"message": "Hi", "session": format!("{long}x")})).await.error(400, "invalid_request");
    world.post(&format!("/prompt/{too_long}"), json!({"prompt": "Hi"})).await.error(400, "invalid_request");
    world.post("/agents/helper/%FF", json!({"message": "Hi"})).await.error(404, "not_found");
    world.stop().await;
}

#[tokio::test]
async fn a_dispatch_is_taken_with_any_input_and_so_is_a_prompt_that_nobody_waits_for() {
    let world = World::open().await;
    world.persistent("helper", MODEL).await;
    for (body, message) in [
        (json!({"input": " as it is "}), " as it is "),
        (json!({"input": {"b": 1.50, "a": [null]}}), r#"{"b":1.5,"a":[null]}"#),
        (json!({"input": 12}), "12"),
        (json!({"payload": {"input": true}}), "true"),
        (json!({"message": "as a prompt"}), "as a prompt"),
        (json!({}), "null"),
    ] {
        let answer = world.post("/agents/helper/i/dispatch", body).await;
        let accepted = answer.ok(202);
        assert_eq!((&accepted["status"], &accepted["dispatch_id"]), (&json!("accepted"), &accepted["dispatchId"]));
        assert_eq!(&accepted["accepted_at"], &accepted["acceptedAt"]);
        assert!(accepted["accepted_at"].as_str().unwrap().ends_with("+00:00"), "{accepted}");
        assert!(accepted["dispatch_id"].as_str().unwrap().starts_with("dispatch_"));
        assert!(answer.headers.contains_key("x-flue-run-id"));
        let taken = world.fake.taken.lock().unwrap().pop().unwrap();
        assert_eq!((taken.message.as_str(), taken.payload.is_some()), (message, true));
    }
    for header in [("x-webhook", "true"), ("X-Webhook", "TRUE")] {
        let answer = with(&world, "/agents/helper/i", header, json!({"message": "Hi"})).await;
        let (accepted, run_id) = (answer.ok(202), answer.headers["x-flue-run-id"].to_str().unwrap());
        assert_eq!(accepted, json!({"status": "accepted", "run_id": run_id, "runId": run_id}));
        assert_eq!(world.fake.taken.lock().unwrap().pop().unwrap().payload, None);
    }
    with(&world, "/agents/helper/i", ("x-webhook", "false"), json!({"message": "Hi"})).await.ok(200);
    with(&world, "/agents/helper/i/dispatch", ("idempotency-key", "k1"), json!({"input": "x"})).await.ok(202);
    assert_eq!(world.fake.taken.lock().unwrap().pop().unwrap().key.as_deref(), Some("k1"));
    let full = world.post("/agents/helper/i/dispatch", json!({"input": "full"})).await;
    full.error(503, "session_full");
    assert_eq!(full.headers["retry-after"], "5");
    world.post("/agents/helper/i/dispatch", json!({"input": "  "})).await.error(400, "invalid_request");
    world.stop().await;
}
