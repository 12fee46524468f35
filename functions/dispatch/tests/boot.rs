//! The binary boots as Lambda starts it, and answers a batch of its queue.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use rookery_tests::lambda::{invoke, invoke_logged};
use serde_json::json;

#[tokio::test]
async fn a_batch_names_exactly_the_message_that_cannot_be_read() {
    let batch = include_str!("../../../events/sqs-deliver.json");
    let answer = invoke(env!("CARGO_BIN_EXE_rookery-dispatch"), batch).await;
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "c0ffee00-1b2c-4d3e-8f4a-5b6c7d8e9f00"}]}));
}

#[tokio::test]
async fn what_is_logged_of_a_message_has_its_ids_and_the_trace_that_it_came_with() {
    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    let mut batch: serde_json::Value = serde_json::from_str(include_str!("../../../events/sqs-deliver.json")).unwrap();
    let body = batch["Records"][0]["body"].as_str().unwrap();
    let mut message: serde_json::Value = serde_json::from_str(body).unwrap();
    message["traceparent"] = json!(format!("00-{TRACE}-00f067aa0ba902b7-01"));
    batch["Records"][0]["body"] = json!(message.to_string());
    let (_, log) = invoke_logged(env!("CARGO_BIN_EXE_rookery-dispatch"), &batch.to_string()).await;
    let line = log.iter().find(|line| line["agent"] == message["cell"]).unwrap_or_else(|| panic!("{log:?}"));
    for field in ["project", "workflow"] {
        assert_eq!(line[field], message[field], "{line}");
    }
    let event = message["event"].as_str().unwrap();
    let (run, own) = event.split_once('-').map_or((event, None), |(run, own)| (run, Some(own)));
    assert_eq!((&line["run"], line["event"].as_str()), (&json!(run), own), "{line}");
    assert_eq!(line["trace"], TRACE, "{line}");
    assert_eq!((&line["level"], &line["message"]), (&json!("INFO"), &json!("delivery dropped")));
}
