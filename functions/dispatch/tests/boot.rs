//! The binary boots as Lambda starts it, and answers a batch of its queue.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use rookery_tests::lambda::invoke;
use serde_json::json;

#[tokio::test]
async fn a_batch_names_exactly_the_message_that_cannot_be_read() {
    let batch = include_str!("../../../events/sqs-deliver.json");
    let answer = invoke(env!("CARGO_BIN_EXE_rookery-dispatch"), batch).await;
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "c0ffee00-1b2c-4d3e-8f4a-5b6c7d8e9f00"}]}));
}
