//! The binary boots as Lambda starts it, and takes an event of API Gateway and a batch of its queue.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use rookery_tests::lambda::invoke;
use serde_json::json;

const BINARY: &str = env!("CARGO_BIN_EXE_rookery-socket");

#[tokio::test]
async fn a_handshake_with_an_unknown_key_is_refused() {
    let handshake = include_str!("../../../events/apigw-socket-connect.json");
    assert_eq!(invoke(BINARY, handshake).await, json!({"statusCode": 401}));
}

#[tokio::test]
async fn a_message_on_a_connection_that_has_ended_is_dropped() {
    let batch = include_str!("../../../events/sqs-socket-message.json");
    assert_eq!(invoke(BINARY, batch).await, json!({"batchItemFailures": []}));
}
