//! The binary boots as Lambda starts it, and answers a batch of its queue.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use rookery_tests::lambda::invoke;
use serde_json::json;

#[tokio::test]
async fn a_batch_names_exactly_the_message_that_cannot_be_read() {
    let batch = include_str!("../../../events/sqs-wake.json");
    let answer = invoke(env!("CARGO_BIN_EXE_rookery-operator"), batch).await;
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "9d1e2f30-4a5b-4c6d-8e7f-0a1b2c3d4e5f"}]}));
}
