//! The handshake of WebSockets: who may open one, and where nothing can be asked.

use crate::support::{ROOT_KEY, World, request};
use axum::body::Body;
use axum::http::Request;
use rookery_api::Socket;
use serde_json::{Value, json};
use tower::ServiceExt;

const MODEL: &str = "model: demo/test";

/// What is said on a socket that was opened; or the status of the answer.
async fn open(world: &World, key: Option<&str>, path: &str) -> Result<Socket, u16> {
    let handshake = request("GET", path).header("upgrade", "WebSocket");
    let handshake = key.into_iter().fold(handshake, |handshake, key| handshake.header("authorization", format!("Bearer {key}")));
    let answer = world.router.clone().oneshot(handshake.body(Body::empty()).unwrap()).await.unwrap();
    let socket = answer.extensions().get::<Socket>().cloned();
    assert_eq!(socket.is_some(), answer.status() == 101);
    socket.ok_or(answer.status().as_u16())
}

fn refusal(socket: &Socket) -> Value {
    serde_json::from_str(socket.refusal().unwrap()).unwrap()
}

#[tokio::test]
async fn an_agent_that_cannot_be_asked_is_told_by_the_only_frame() {
    let world = World::open().await;
    world.persistent("helper", MODEL).await;
    let project = world.persistent("inner", &format!("{MODEL}\ntriggers: {{webhook: false}}")).await;
    for root in ["", &format!("/p/{project}")] {
        assert!(open(&world, None, &format!("{root}/agents/helper/a%2Fb")).await.unwrap().refusal().is_none());
        let unknown = refusal(&open(&world, None, &format!("{root}/agents/nobody/i")).await.unwrap());
        let error = json!({"type": "not_found", "message": "There is no agent `nobody`."});
        assert_eq!(unknown, json!({"type": "error", "error": error}));
        let closed = refusal(&open(&world, None, &format!("{root}/agents/inner/i")).await.unwrap());
        assert_eq!(closed["error"]["type"], "agent_not_webhook");
        let too_long = format!("{root}/agents/helper/{}", "x".repeat(513));
        assert_eq!(open(&world, None, &too_long).await.unwrap_err(), 400);
    }
    // A page of another origin could open a socket otherwise.
    let foreign = request("GET", "/agents/helper/i").header("upgrade", "websocket").header("origin", "https://evil.example");
    world.send(foreign.body(Body::empty()).unwrap()).await.error(403, "origin_not_allowed");
    world.stop().await;
}

#[tokio::test]
async fn a_socket_is_opened_with_a_key_of_the_project_that_may_ask() {
    let world = World::locked().await;
    let project = world.persistent("helper", MODEL).await;
    let other = world.engine.store.create_project("other").await.unwrap().id.to_string();
    let key = async |project: &str, role: &str| {
        let path = format!("/api/v1/projects/{project}/api_keys");
        let made = world.keyed(ROOT_KEY, "POST", &path, Some(json!({"name": role, "role": role}))).await;
        made.ok(201)["data"]["key"].as_str().unwrap().to_owned()
    };
    let (mine, others, viewer) = (key(&project, "ingest").await, key(&other, "owner").await, key(&project, "viewer").await);
    for path in ["/agents/helper/i".to_owned(), format!("/p/{project}/agents/helper/i")] {
        assert_eq!(open(&world, None, &path).await.unwrap_err(), 401);
        assert_eq!(open(&world, Some("rk_wrong"), &path).await.unwrap_err(), 401);
        assert_eq!(open(&world, Some(&viewer), &path).await.unwrap_err(), 403);
        assert!(open(&world, Some(&mine), &path).await.unwrap().refusal().is_none());
    }
    // Another project's agent is as one that does not exist.
    assert_eq!(open(&world, Some(&others), &format!("/p/{project}/agents/helper/i")).await.unwrap_err(), 404);
    let foreign = open(&world, Some(&others), "/agents/helper/i").await.unwrap();
    assert_eq!(refusal(&foreign)["error"]["type"], "not_found");
    world.stop().await;
}

#[tokio::test]
async fn a_message_is_asked_with_the_key_of_the_handshake() {
    let world = World::open().await;
    world.persistent("helper", MODEL).await;
    let socket = open(&world, None, "/agents/helper/i").await.unwrap();
    let handshake = [("authorization", "Basic a"), ("host", "h"), ("upgrade", "websocket"), ("content-length", "9")];
    let handshake =
        handshake.iter().fold(Request::get("/agents/helper/i"), |request, (name, value)| request.header(*name, *value));
    let asked = socket.request(&handshake.body(()).unwrap().into_parts().0);
    assert_eq!((asked.method.as_str(), asked.uri.path()), ("POST", "/agents/helper/i"));
    assert_eq!((&asked.headers["authorization"], &asked.headers["host"]), (&"Basic a".parse().unwrap(), &"h".parse().unwrap()));
    assert_eq!((&asked.headers["content-type"], asked.headers.len()), (&"application/json".parse().unwrap(), 3));
    world.stop().await;
}

#[tokio::test]
async fn a_workflow_that_cannot_be_called_is_told_by_the_only_frame() {
    let world = World::open().await;
    let socket = open(&world, None, "/workflows/nothing").await.unwrap();
    assert_eq!(refusal(&socket)["error"]["type"], "not_found");
    world.stop().await;
}
