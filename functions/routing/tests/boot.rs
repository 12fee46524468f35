//! The binary boots as Lambda starts it, and answers a batch of its queue.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use rookery_tests::lambda::invoke;
use serde_json::json;

#[tokio::test]
async fn a_batch_names_exactly_the_message_that_cannot_be_read() {
    let batch = include_str!("../../../events/sqs-route.json");
    let answer = invoke(env!("CARGO_BIN_EXE_rookery-routing"), batch).await;
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "5f2b7c1d-0a9e-4d3b-9c8f-1e6a7b5d4c3a"}]}));
}
