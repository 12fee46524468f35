//! WebSockets over the function's events: what API Gateway sends comes in, and what is pushed goes out.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use world::{CONNECTION, Pushed, ROOT_KEY, World};

fn said(text: &str) -> String {
    json!({"message": text}).to_string()
}

/// The text of a result, or the type of an error.
fn told(pushed: &Pushed) -> String {
    let Pushed::Frame(frame) = pushed else { return "closed".to_owned() };
    match frame["type"].as_str().unwrap() {
        "result" => frame["result"]["text"].as_str().unwrap().to_owned(),
        "error" => frame["error"]["type"].as_str().unwrap().to_owned(),
        other => other.to_owned(),
    }
}

#[tokio::test]
async fn messages_are_answered_in_their_order_by_one_frame_each() {
    let world = World::start().await;
    world.guide().await;
    assert_eq!(world.open(Some(ROOT_KEY), "/agents/guide/a%2Fb").await, 200);
    world.say("1", &said("first")).await;
    world.say("2", "{\"message\":").await;
    world.say("3", &said("\u{0}\u{ffff}🦀")).await;
    let told: Vec<String> = world.pushed().await.iter().map(told).collect();
    assert!(told[0].contains("first") && told[1] == "invalid_json" && told[2].contains('🦀') && told.len() == 3, "{told:?}");
    assert!(told[2].contains("message 2"), "they are of one session: {told:?}");
    world.leave().await;
    assert_eq!(world.store.socket(CONNECTION).await.unwrap(), None);
    world.say("4", &said("late")).await;
    assert_eq!(world.pushed().await, [Pushed::Closed], "a message that comes after the end is dropped");
    world.stop().await;
}

#[tokio::test]
async fn whoever_sends_too_much_ahead_of_the_answers_is_closed() {
    let world = World::start().await;
    world.guide().await;
    world.open(Some(ROOT_KEY), "/agents/guide/i").await;
    for n in 0..64 {
        world.say(&format!("a{n}"), "no JSON").await;
    }
    assert_eq!(world.pushed().await.len(), 64);
    for n in 0..64 {
        world.say(&format!("b{n}"), "no JSON").await;
    }
    assert_eq!(world.heard(), [], "what was answered counts no more");
    world.say("c", "no JSON").await;
    assert_eq!(world.pushed().await, [Pushed::Closed]);
    assert_eq!(world.store.socket(CONNECTION).await.unwrap(), None);
    world.stop().await;
}

#[tokio::test]
async fn a_message_that_comes_again_is_asked_once() {
    let world = World::start().await;
    world.guide().await;
    world.open(Some(ROOT_KEY), "/agents/guide/i").await;
    world.say("1", &said("once")).await;
    let batch = world.batch().await;
    // Whoever answers it cannot tell the client, and the message comes again; then whoever answers it dies before it is acknowledged.
    world.answer_pushes(&[StatusCode::BAD_REQUEST]);
    assert_eq!(world.answer(batch.clone()).await, [batch["Records"][0]["messageId"].clone()]);
    for _ in 0..2 {
        assert_eq!(world.answer(batch.clone()).await, Vec::<Value>::new());
    }
    let heard = world.heard();
    assert!(heard.len() == 2 && heard[0] == heard[1] && told(&heard[0]).contains("once"), "{heard:?}");
    world.say("2", &said("again")).await;
    assert!(told(&world.pushed().await[0]).contains("message 2"), "the first was asked twice");
    world.stop().await;
}

#[tokio::test]
async fn after_a_message_that_failed_all_others_come_again_in_their_order() {
    let world = World::start().await;
    world.guide().await;
    world.open(Some(ROOT_KEY), "/agents/guide/i").await;
    world.say("1", &said("first")).await;
    world.say("2", &said("second")).await;
    let batch = world.batch().await;
    let ids: Vec<Value> = batch["Records"].as_array().unwrap().iter().map(|record| record["messageId"].clone()).collect();
    world.answer_pushes(&[StatusCode::BAD_REQUEST]);
    assert_eq!(world.answer(batch.clone()).await, ids);
    assert_eq!(world.answer(batch).await, Vec::<Value>::new());
    let told: Vec<String> = world.heard().iter().map(told).collect();
    assert!(told.len() == 2 && told[0].contains("first") && told[1].contains("second"), "{told:?}");
    world.stop().await;
}

#[tokio::test]
async fn a_message_whose_answering_always_crashes_is_given_up() {
    let world = World::start().await;
    world.guide().await;
    world.open(Some(ROOT_KEY), "/agents/guide/i").await;
    world.say("1", &said("hello")).await;
    let mut batch = world.batch().await;
    batch["Records"][0]["attributes"]["ApproximateReceiveCount"] = "11".into();
    batch["Records"].as_array_mut().unwrap().push(json!({"messageId": "m", "body": "rubbish", "attributes": {}}));
    assert_eq!(world.answer(batch).await, Vec::<Value>::new());
    assert_eq!(world.heard().iter().map(told).collect::<Vec<_>>(), ["crashed"]);
    world.stop().await;
}

#[tokio::test]
async fn a_handshake_is_refused_as_a_request_is() {
    let world = World::start().await;
    let project = world.guide().await;
    let made = world.api(Method::POST, &format!("{project}/api_keys"), json!({"name": "v", "role": "viewer"})).await;
    let viewer = made["data"]["key"].as_str().unwrap();
    for (key, path, status) in [
        (None, "/agents/guide/i", 401),
        (Some("rk_wrong"), "/agents/guide/i", 401),
        (Some(viewer), "/agents/guide/i", 403),
        (Some(ROOT_KEY), "/p/unknown/agents/guide/i", 404),
        (Some(ROOT_KEY), "/", 404),
        (Some(ROOT_KEY), "no path", 400),
        // What can be read is no socket.
        (Some(ROOT_KEY), "/health", 404),
        (Some(ROOT_KEY), "/agents", 404),
        (Some(ROOT_KEY), "/prompt/s", 405),
    ] {
        assert_eq!(world.open(key, path).await, status, "{path}");
        assert_eq!(world.store.socket(CONNECTION).await.unwrap(), None, "{path}");
    }
    world.stop().await;
}

#[tokio::test]
async fn an_unknown_agent_is_told_by_the_only_frame() {
    let world = World::start().await;
    world.guide().await;
    assert_eq!(world.open(Some(ROOT_KEY), "/agents/nobody/i").await, 200);
    world.say("1", &said("hello")).await;
    let pushed = world.pushed().await;
    assert_eq!(pushed.iter().map(told).collect::<Vec<_>>(), ["not_found", "closed"]);
    world.stop().await;
}

#[tokio::test]
async fn no_key_is_stored_and_a_key_that_is_revoked_asks_nothing_more() {
    let world = World::start().await;
    let project = world.guide().await;
    let made = world.api(Method::POST, &format!("{project}/api_keys"), json!({"name": "k", "role": "ingest"})).await;
    let (key, id) = (made["data"]["key"].as_str().unwrap(), made["data"]["id"].as_str().unwrap());
    assert_eq!(world.open(Some(key), "/agents/guide/i").await, 200);
    let kept = world.store.socket(CONNECTION).await.unwrap().unwrap().socket;
    assert!(!kept.contains(key.rsplit('_').next().unwrap()), "{kept}");
    world.say("1", &said("hello")).await;
    assert!(told(&world.pushed().await[0]).contains("hello"));
    world.api(Method::DELETE, &format!("{project}/api_keys/{id}"), Value::Null).await;
    world.say("2", &said("hello")).await;
    assert_eq!(world.pushed().await.iter().map(told).collect::<Vec<_>>(), ["unauthenticated"]);
    // The root key is not stored, either; and a function that has another one does not believe it.
    world.open(Some(ROOT_KEY), "/agents/guide/i").await;
    let connection = world.store.socket(CONNECTION).await.unwrap().unwrap();
    assert!(!connection.socket.contains(ROOT_KEY), "{}", connection.socket);
    let mut socket: Value = serde_json::from_str(&connection.socket).unwrap();
    socket["caller"]["root"] = "another".into();
    let connection = rookery_store::OpenSocket { socket: socket.to_string(), ..connection };
    world.store.put_socket(CONNECTION, &connection).await.unwrap();
    world.say("3", &said("hello")).await;
    assert_eq!(world.pushed().await.iter().map(told).collect::<Vec<_>>(), ["unauthenticated"]);
    world.stop().await;
}

#[tokio::test]
async fn a_client_that_is_gone_hears_nothing_and_what_it_asked_is_done() {
    let world = World::start().await;
    let project = world.guide().await;
    world.open(Some(ROOT_KEY), "/agents/guide/i").await;
    world.say("1", &said("hello")).await;
    world.answer_pushes(&[StatusCode::GONE; 2]);
    assert_eq!(world.pushed().await, []);
    assert_eq!(world.store.socket(CONNECTION).await.unwrap(), None);
    let messages = format!("{project}/agents/guide/instances/i/sessions/default/messages");
    let messages = world.api(Method::GET, &messages, Value::Null).await;
    assert_eq!(messages["data"].as_array().unwrap().len(), 2, "{messages}");
    world.stop().await;
}

#[tokio::test]
async fn a_connection_that_another_version_has_stored_is_closed() {
    let world = World::start().await;
    world.guide().await;
    world.open(Some(ROOT_KEY), "/agents/guide/i").await;
    let connection = rookery_store::OpenSocket { path: "/agents/guide/i".to_owned(), socket: "{}".to_owned() };
    world.store.put_socket(CONNECTION, &connection).await.unwrap();
    world.say("1", &said("hello")).await;
    assert_eq!(world.pushed().await, [Pushed::Closed]);
    world.stop().await;
}

#[tokio::test]
async fn an_answer_that_fits_no_frame_says_where_it_is() {
    let world = World::start().await;
    world.guide().await;
    world.open(Some(ROOT_KEY), "/agents/guide/i").await;
    world.say("1", &said(&"x".repeat(131_000))).await;
    let pushed = world.pushed().await;
    assert_eq!(pushed.iter().map(told).collect::<Vec<_>>(), ["answer_too_large"]);
    world.stop().await;
}

#[tokio::test]
async fn the_socket_of_a_workflow_tells_its_run_and_is_closed() {
    let world = World::start().await;
    let project = world.guide().await;
    let cell = |id: &str, kind: &str, config: Value| json!({"id": id, "type": "agent", "agent_type": kind, "config": config});
    let cells = json!([
        cell("start", "manual", json!({})),
        cell("result", "event_formatting", json!({"instructions": {"twice": "{{ text }}{{ text }}"}})),
        {"id": "l", "type": "link", "source": {"id": "start"}, "target": {"id": "result"}},
    ]);
    let made =
        world.api(Method::POST, &format!("{project}/workflows"), json!({"name": "double", "options": {"cells": cells}})).await;
    let workflow = format!("{project}/workflows/{}", made["data"]["id"].as_str().unwrap());
    world.api(Method::POST, &format!("{workflow}/start"), json!({})).await;
    assert_eq!(world.open(Some(ROOT_KEY), "/workflows/double").await, 200);
    world.say("1", &json!({"text": "ab"}).to_string()).await;
    world.say("2", &json!({"text": "cd"}).to_string()).await;
    let pushed = world.pushed().await;
    let frames: Vec<&Value> =
        pushed.iter().filter_map(|pushed| if let Pushed::Frame(frame) = pushed { Some(frame) } else { None }).collect();
    let results: Vec<&&Value> = frames.iter().filter(|frame| frame["type"] == "result").collect();
    assert!(frames.len() > 2 && results.len() == 1 && results[0]["result"] == json!({"twice": "abab"}), "{pushed:?}");
    assert_eq!(pushed.last(), Some(&Pushed::Closed), "{pushed:?}");
    world.stop().await;
}
