//! The binary boots as Lambda starts it, and streams its answer to a request of a function URL.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use rookery_tests::lambda::invoke_streaming;
use serde_json::{Value, json};

const REQUEST: &str = include_str!("../../../events/apigw-health.json");

#[tokio::test]
async fn health_is_answered_without_a_key() {
    let (head, body) = invoke_streaming(env!("CARGO_BIN_EXE_rookery-prompts"), REQUEST).await;
    assert_eq!((&head["statusCode"], &head["headers"]["content-type"]), (&json!(200), &json!("application/json")), "{head}");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["ok"], true, "{body}");
}

#[tokio::test]
async fn what_is_not_about_asking_agents_is_at_the_other_address() {
    let request = REQUEST.replace("\"/health\"", "\"/api/v1/projects\"");
    let (head, body) = invoke_streaming(env!("CARGO_BIN_EXE_rookery-prompts"), &request).await;
    assert_eq!(head["statusCode"], 404, "{body}");
}
