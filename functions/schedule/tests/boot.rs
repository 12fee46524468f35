//! The binary boots as Lambda starts it, and answers a tick.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use rookery_tests::lambda::invoke;
use serde_json::json;

#[tokio::test]
async fn a_tick_finds_nothing_due_in_an_empty_table() {
    let tick = include_str!("../../../events/eventbridge-tick.json");
    assert_eq!(invoke(env!("CARGO_BIN_EXE_rookery-schedule"), tick).await, json!(null));
}
