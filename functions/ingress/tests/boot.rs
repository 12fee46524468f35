//! The binary boots as Lambda starts it, and answers a request of API Gateway's HTTP API.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use rookery_tests::lambda::invoke;
use serde_json::json;

#[tokio::test]
async fn health_is_answered_without_a_key() {
    let request = include_str!("../../../events/apigw-health.json");
    let answer = invoke(env!("CARGO_BIN_EXE_rookery-ingress"), request).await;
    assert_eq!((&answer["statusCode"], &answer["isBase64Encoded"]), (&json!(200), &json!(false)), "{answer}");
    assert_eq!(answer["headers"]["content-type"], "application/json", "{answer}");
}

#[tokio::test]
async fn other_routes_need_a_key() {
    let request = include_str!("../../../events/apigw-health.json").replace("\"/health\"", "\"/api/v1/projects\"");
    let answer = invoke(env!("CARGO_BIN_EXE_rookery-ingress"), &request).await;
    assert_eq!(answer["statusCode"], 401, "{answer}");
}

#[test]
fn a_root_key_that_can_be_guessed_is_refused_at_start() {
    for key in ["", "   ", "0123456789abcdef"] {
        let mut function = std::process::Command::new(env!("CARGO_BIN_EXE_rookery-ingress"));
        let ended = function.env("ROOKERY_ROOT_KEY", key).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success() && said.contains("at least 32 characters"), "{key:?}: {said}");
    }
}
