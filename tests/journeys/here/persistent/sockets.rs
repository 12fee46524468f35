//! WebSockets: one frame for each message, in their order, whatever else happens on the connection.

use super::start;
use rookery_tests::{Agents, Came, Socket, wait_until};
use serde_json::{Value, json};

async fn open(agents: &Agents, path: &str) -> Socket {
    Socket::open(&agents.rookery.api, path, None).await.unwrap()
}

fn text(frame: &Value) -> &str {
    assert_eq!(frame["type"], "result", "{frame}");
    frame["result"]["text"].as_str().unwrap()
}

fn error(frame: &Value) -> &str {
    assert_eq!((&frame["type"], frame.as_object().unwrap().len()), (&json!("error"), 2), "{frame}");
    frame["error"]["type"].as_str().unwrap()
}

#[tokio::test]
async fn messages_sent_at_once_are_answered_in_their_order_by_one_frame_each() {
    let agents = start(&[("helper", ""), ("broken", "model: demo/nothing")]).await;
    for path in ["/agents/helper/i".to_owned(), format!("/p/{}/agents/helper/j", agents.project)] {
        let mut socket = open(&agents, &path).await;
        agents.provider.hold();
        socket.say(r#"{"message": "hold", "session": "first"}"#).await;
        for message in
            ["{", r#"{"message": "1"}"#, "[]", r#"{"prompt": "fail"}"#, r#"{"type": 7, "payload": {"prompt": "2"}}"#, "{}"]
        {
            socket.say(message).await;
        }
        socket.ping().await;
        assert_eq!(socket.next().await, Came::Pong, "all that was sent before is read, too");
        agents.provider.release();
        assert_eq!(text(&socket.frame().await), "one two");
        assert_eq!(error(&socket.frame().await), "invalid_json");
        assert_eq!(text(&socket.frame().await), "Heard: 1");
        assert_eq!(error(&socket.frame().await), "invalid_request");
        assert_eq!(error(&socket.frame().await), "model_error");
        assert_eq!(text(&socket.frame().await), "Heard: 2");
        assert_eq!(error(&socket.frame().await), "invalid_request");
        socket.say(r#"{"message": "Again", "session": "s"}"#).await;
        let frame = socket.frame().await;
        assert_eq!((text(&frame), &frame["result"]["model"]["id"]), ("Heard: Again", &json!("openai/test")));
    }
    assert_eq!(agents.said("helper", "i", "s").await.len(), 2);
    assert_eq!(agents.said("helper", "j", "default").await.len(), 5);
}

#[tokio::test]
async fn pings_are_answered_while_the_model_works_and_who_hangs_up_stops_nothing() {
    let agents = start(&[("helper", "")]).await;
    let mut socket = open(&agents, "/agents/helper/i").await;
    socket.say(r#"{"message": "hold"}"#).await;
    for _ in 0..3 {
        socket.ping().await;
        assert_eq!(socket.next().await, Came::Pong);
    }
    agents.provider.release();
    assert_eq!(text(&socket.frame().await), "one two");

    agents.provider.hold();
    let mut other = open(&agents, "/agents/helper/i").await;
    socket.say(r#"{"message": "hold"}"#).await;
    wait_until("a model at work", async || (agents.provider.heard().len() == 2).then_some(())).await;
    // Another socket meets a session that is busy, as a request would.
    other.say(r#"{"message": "Hi"}"#).await;
    let busy = other.frame().await;
    assert_eq!(error(&busy), "session_busy");
    assert!(busy["error"]["meta"]["retry_after_seconds"].as_u64().unwrap() >= 1, "{busy}");
    drop(socket);
    agents.provider.release();
    agents.is_done(&agents.session("helper", "i", "default")).await;
    assert_eq!(agents.said("helper", "i", "default").await.last().unwrap().1, "one two");
}

#[tokio::test]
async fn where_nothing_can_be_asked_one_frame_says_so_before_the_end() {
    let agents = start(&[("inner", "triggers: {webhook: false}")]).await;
    for (path, kind) in [("/agents/nobody/i", "not_found"), ("/agents/inner/i", "agent_not_webhook")] {
        // After the first message; and to those who wait for a word, without one.
        for sends in [true, false] {
            let mut socket = open(&agents, path).await;
            if sends {
                socket.say(r#"{"message": "Hi"}"#).await;
            }
            assert_eq!(error(&socket.frame().await), kind);
            assert_eq!(socket.next().await, Came::Close(1000));
            assert_eq!(socket.next().await, Came::Gone);
        }
    }
    assert!(agents.provider.heard().is_empty());
    agents.rookery.api.get("/agents/inner/i").await.error(405, "method_not_allowed");
}

#[tokio::test]
async fn a_socket_needs_a_key_of_the_project_at_each_message() {
    let agents = Agents::start(crate::rookery().arg("--auth").arg("required"), &[("helper", "")]).await;
    let api = &agents.rookery.api;
    let key = async |project: &str| {
        let made = api.post(&format!("/projects/{project}/api_keys"), &json!({"name": "k", "role": "editor"})).await.expect(201);
        (made["data"]["id"].as_str().unwrap().to_owned(), made["data"]["key"].as_str().unwrap().to_owned())
    };
    let other = api.post("/projects", &json!({"name": "other"})).await.expect(201)["data"]["id"].as_str().unwrap().to_owned();
    let ((id, mine), (_, others)) = (key(&agents.project).await, key(&other).await);
    let below = format!("/p/{}/agents/helper/i", agents.project);
    let refused = async |path: &str, authorization: Option<&str>| Socket::open(api, path, authorization).await.err();
    assert_eq!(refused("/agents/helper/i", None).await, Some(401));
    assert_eq!(refused(&below, Some("Bearer rk_wrong")).await, Some(401));
    assert_eq!(refused(&below, Some(&format!("Bearer {others}"))).await, Some(404));
    use base64::Engine as _;
    let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{mine}:@")));
    let mut sockets = Vec::new();
    for (path, authorization) in [("/agents/helper/i", format!("Bearer {mine}")), (below.as_str(), basic)] {
        let mut socket = Socket::open(api, path, Some(&authorization)).await.unwrap_or_else(|status| panic!("{path}: {status}"));
        socket.say(r#"{"message": "Hi"}"#).await;
        assert_eq!(text(&socket.frame().await), "Heard: Hi");
        sockets.push(socket);
    }
    // A key that is revoked opens nothing, not even what is open.
    assert!(api.delete(&format!("/projects/{}/api_keys/{id}", agents.project)).await.status < 300);
    for socket in &mut sockets {
        socket.say(r#"{"message": "Hi"}"#).await;
        assert_eq!(error(&socket.frame().await), "unauthenticated");
    }
}

#[tokio::test]
async fn a_socket_is_closed_on_who_sends_too_much_and_when_the_program_ends() {
    let mut agents = start(&[("helper", "")]).await;
    let mut socket = open(&agents, "/agents/helper/i").await;
    // What the API does not take is told; more than that is not read.
    socket.say(&format!(r#"{{"message": "{}"}}"#, "x".repeat(300_000))).await;
    assert_eq!(error(&socket.frame().await), "body_too_large");
    socket.say(&" ".repeat(1024 * 1024 + 1)).await;
    assert_eq!(socket.next().await, Came::Close(1009));

    let mut socket = open(&agents, "/agents/helper/i").await;
    socket.say(r#"{"message": "hold"}"#).await;
    for _ in 0..66 {
        socket.say(r#"{"message": "Hi"}"#).await;
    }
    assert_eq!(socket.next().await, Came::Close(1008));
    agents.provider.release();
    agents.is_done(&agents.session("helper", "i", "default")).await;

    let mut idle = open(&agents, "/agents/helper/i").await;
    agents.rookery.stop();
    assert_eq!(idle.next().await, Came::Close(1001));
}
