//! A client of agents of A2A: calls by hand, over the API's router.

use crate::support::{Answer, World, agent, link, request};
use axum::body::{Body, to_bytes};
use serde_json::{Value, json};
use tower::ServiceExt;

/// A client of one agent.
pub(crate) struct Client<'a> {
    pub(crate) world: &'a World,
    pub(crate) path: String,
    pub(crate) key: Option<String>,
}

impl Client<'_> {
    fn request(&self, version: Option<&str>, body: String) -> axum::http::Request<Body> {
        let mut sent = request("POST", &self.path).header("content-type", "application/json");
        if let Some(key) = &self.key {
            sent = sent.header("authorization", format!("Bearer {key}"));
        }
        if let Some(version) = version {
            sent = sent.header("a2a-version", version);
        }
        sent.body(Body::from(body)).unwrap()
    }

    pub(crate) async fn send(&self, version: Option<&str>, body: String) -> Answer {
        self.world.send(self.request(version, body)).await
    }

    /// The answer to a call.
    pub(crate) async fn ask(&self, method: &str, params: Value) -> Value {
        let answer = self.send(Some("1.0"), call(method, params)).await.ok(200);
        assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!(7)), "{answer}");
        answer
    }

    pub(crate) async fn result(&self, method: &str, params: Value) -> Value {
        let mut answer = self.ask(method, params).await;
        assert!(answer["error"].is_null(), "{answer}");
        answer["result"].take()
    }

    /// The code of an error, and what the API says of it.
    pub(crate) async fn error(&self, method: &str, params: Value) -> (i64, Value) {
        let answer = self.ask(method, params).await;
        let error = &answer["error"];
        assert!(!error["message"].as_str().unwrap().is_empty(), "{answer}");
        let says = &error["data"][0]["metadata"];
        assert!(!says["type"].as_str().unwrap().is_empty() && !says["details"].as_str().unwrap().is_empty(), "{answer}");
        (error["code"].as_i64().unwrap(), says.clone())
    }

    /// Opens a stream. What is told on it is there once it is read.
    pub(crate) async fn open(&self, method: &str, params: Value) -> Body {
        let response = self.world.router.clone().oneshot(self.request(Some("1.0"), call(method, params))).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        response.into_body()
    }

    pub(crate) async fn task(&self, params: Value) -> Value {
        self.result("SendMessage", params).await["task"].take()
    }
}

/// All that is told on a stream, to its end.
pub(crate) async fn told(stream: Body) -> Vec<Value> {
    let text = String::from_utf8(to_bytes(stream, usize::MAX).await.unwrap().to_vec()).unwrap();
    let frames = text.split_terminator("\n\n").map(|frame| frame.strip_prefix("data: ").unwrap());
    let answers = frames.map(|frame| serde_json::from_str::<Value>(frame).unwrap());
    answers
        .map(|mut answer| {
            assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!(7)), "{answer}");
            answer["result"].take()
        })
        .collect()
}

pub(crate) fn call(method: &str, params: Value) -> String {
    json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).to_string()
}

/// The parameters that send a message, whose task is not waited for.
pub(crate) fn message(id: &str, parts: Value) -> Value {
    let message = json!({"messageId": id, "role": "ROLE_USER", "parts": parts});
    json!({"message": message, "configuration": {"returnImmediately": true}})
}

pub(crate) fn data(id: &str, data: Value) -> Value {
    message(id, json!([{"data": data}]))
}

/// The cells of an entry point that says what it was told.
pub(crate) fn echo(id: &str, config: Value) -> Vec<Value> {
    let reply = json!({"payload": {"said": "{{ question }}"}});
    let (back, between) = (format!("{id}-back"), format!("{id}-link"));
    vec![agent(id, "client", config), agent(&back, "reply", reply), link(&between, id, &back)]
}

pub(crate) fn question() -> Value {
    json!({"type": "object", "properties": {"question": {"type": "string"}}, "required": ["question"]})
}

/// The path of the project of a workflow as an agent.
pub(crate) fn agent_of(workflow: &str) -> String {
    let project = workflow.strip_prefix("/api/v1/projects/").unwrap().split('/').next().unwrap();
    format!("/p/{project}/a2a")
}

/// A client of a project whose only entry point says what it was told.
pub(crate) async fn started(world: &World) -> Client<'_> {
    let config = json!({"title": "Echo", "description": "Says it again.", "input_schema": question()});
    let workflow = world.started(Value::from(echo("in", config))).await;
    Client { world, path: agent_of(&workflow), key: None }
}

pub(crate) fn state(task: &Value) -> &str {
    task["status"]["state"].as_str().unwrap()
}
