//! A client of MCP, by hand.

use crate::support::{Answer, World, request};
use axum::body::Body;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A client of one project's server.
pub(crate) struct Client<'a> {
    pub(crate) world: &'a World,
    pub(crate) path: String,
    pub(crate) key: Option<String>,
}

impl<'a> Client<'a> {
    pub(crate) async fn open(world: &'a World) -> Client<'a> {
        let project = world.project().await;
        Client { world, path: format!("/p/{}/mcp", project.rsplit('/').next().unwrap()), key: None }
    }

    pub(crate) async fn send(&self, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut sent = request("POST", &self.path);
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            sent = sent.header("content-type", "application/json");
        }
        if let Some(key) = &self.key {
            sent = sent.header("authorization", format!("Bearer {key}"));
        }
        for (name, value) in headers {
            sent = sent.header(*name, *value);
        }
        self.world.send(sent.body(body.into()).unwrap()).await
    }

    /// Sends a request as clients of 2025-11-25 do after their handshake.
    pub(crate) async fn ask(&self, method: &str, params: Value) -> Value {
        let message = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        let answer = self.send(&[("mcp-protocol-version", "2025-11-25")], message.to_string()).await;
        assert_eq!(answer.headers["content-type"], "application/json", "{}", answer.text());
        let answer = answer.ok(200);
        assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!(7)), "{answer}");
        answer
    }

    /// What a tool says.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Value {
        let result = self.ask("tools/call", json!({"name": tool, "arguments": arguments})).await["result"].take();
        let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        // An error of a tool that promises a schema is only text.
        let is_same = text == result["structuredContent"] || result["isError"] == true && result["structuredContent"].is_null();
        assert!(is_same, "the text and the JSON are the same: {result}");
        assert_eq!(result["isError"] == true, text.get("error").is_some(), "{text}");
        text
    }

    pub(crate) async fn tools(&self) -> BTreeSet<String> {
        let listed = self.ask("tools/list", json!({})).await;
        listed["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    }
}

/// What a client of 2026-07-28 says with each request.
pub(crate) fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "by hand", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}
