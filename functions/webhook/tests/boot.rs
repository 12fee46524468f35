//! The binary boots as Lambda starts it, and answers a request of API Gateway's HTTP API.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use rookery_tests::lambda::invoke;
use serde_json::Value;

#[tokio::test]
async fn an_unknown_hook_gets_the_envelope_of_a_404() {
    let request = include_str!("../../../events/apigw-hook.json");
    let answer = invoke(env!("CARGO_BIN_EXE_rookery-webhook"), request).await;
    assert_eq!(answer["statusCode"], 404, "{answer}");
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["error"]["type"], "not_found", "{body}");
}
