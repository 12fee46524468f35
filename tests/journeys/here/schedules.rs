//! Schedules: each due time has one effect, and times that were missed while the program was off collapse into one.

use rookery_tests::{agent, cells, link, wait_until};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::SystemTime;

const EVERY_MS: u128 = 2000;

fn due(events: &[Value]) -> Vec<String> {
    events.iter().map(|payload| payload["due_at"].as_str().unwrap().to_owned()).collect()
}

fn now_ms() -> u128 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis()
}

#[tokio::test]
async fn a_schedule_fires_once_for_each_due_time_also_over_a_restart() {
    let mut rookery = super::rookery().here().leaves_timers().start().await;
    let workflow = rookery
        .started(&cells([
            agent("clock", "schedule", json!({"schedule": "every_2s"})),
            agent("end", "event_formatting", json!({"instructions": {"due": "{{ due_at }}"}})),
            link("clock", "end"),
        ]))
        .await;
    workflow.emitted("clock", 2).await;
    rookery.kill();
    // Checks are sent up to a minute ahead: each waits in the queue for its own time.
    let until = now_ms() + 3 * EVERY_MS;
    wait_until("some due times pass", async || (now_ms() > until).then_some(())).await;
    rookery.start_again().await;
    let before = workflow.payloads("clock").await.len();
    let times = due(&workflow.emitted("clock", before + 2).await);
    let distinct: HashSet<&String> = times.iter().collect();
    assert_eq!(distinct.len(), times.len(), "once for each due time: {times:?}");
    assert!(
        times.iter().all(|time| time.ends_with("0.000Z")
            || time.ends_with("2.000Z")
            || time.ends_with("4.000Z")
            || time.ends_with("6.000Z")
            || time.ends_with("8.000Z")),
        "{times:?}"
    );

    workflow.stop().await;
    let stopped = workflow.payloads("clock").await.len();
    let until = now_ms() + 2 * EVERY_MS;
    wait_until("more due times pass", async || (now_ms() > until).then_some(())).await;
    let left = workflow.payloads("clock").await.len();
    assert!(left <= stopped + 1, "a stopped schedule rests: {left} after {stopped}");
}

#[tokio::test]
async fn due_times_that_were_missed_collapse_into_one_and_are_counted() {
    // The only tick is the one at each start.
    let program = super::rookery().env("ROOKERY_TICK_SECONDS", "3600").leaves_timers();
    let mut rookery = program.start().await;
    let options = cells([agent("clock", "schedule", json!({"schedule": "every_1s"}))]);
    let workflow = rookery.started(&options).await;
    let first_due = seconds(&workflow.agent("clock").await["schedule"]["next_due"]);
    rookery.kill();
    let until = now_ms() + 5000;
    wait_until("due times pass while it is off", async || (now_ms() > until).then_some(())).await;
    rookery.start_again().await;
    let agent = workflow.agent_when("clock", "has skipped", |agent| agent["schedule"]["skipped"] != 0).await;
    let skipped = agent["schedule"]["skipped"].as_i64().unwrap();
    assert!(skipped >= 3, "{agent}");
    let fired = workflow.emitted("clock", 2).await;
    let earliest = fired.iter().map(|payload| seconds(&payload["due_at"])).min().unwrap();
    assert_eq!(earliest, first_due + skipped, "the latest of those that were missed, and none before it");
}

/// The seconds since 1970 of an RFC 3339 time.
fn seconds(time: &Value) -> i64 {
    time.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second()
}
