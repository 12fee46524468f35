//! With AWS's beat of 60 s, everything that waits for less than that is on time all the same.

use rookery_tests::{Program, Reply, Sink, agent, cells, link};
use serde_json::json;

fn slow() -> Program {
    super::rookery().env("ROOKERY_TICK_SECONDS", "60")
}

#[tokio::test]
async fn a_delay_a_retry_and_a_time_out_need_no_tick() {
    let sink = Sink::start();
    sink.script([Reply::status(503).retry_after(1)]);
    let mut rookery = slow().calls(&sink).start().await;
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("wait", "delay", json!({"seconds": 1})),
            agent("call", "http_request", json!({"url": sink.url()})),
            agent("never", "condition", json!({"condition": {"path": "no", "operator": "exists"}})),
            agent("join", "merge", json!({"mode": "all", "timeout": 3})),
            link("start", "wait"),
            link("wait", "call"),
            link("start", "never"),
            link("never", "join"),
            link("start", "join"),
        ]))
        .await;
    let run = workflow.emit("start", json!({"n": 1})).await;
    let timed_out = workflow.emitted("join", 1).await;
    assert_eq!(timed_out, [json!({"arrived": {"start": {"n": 1}}, "missing": ["never>join"]})]);
    assert_eq!(workflow.finished(&run).await["state"], "done");
    assert_eq!(sink.requests().len(), 2);
}

#[tokio::test]
async fn a_schedule_within_the_minute_needs_no_tick_of_its_own() {
    let mut rookery = slow().leaves_timers().start().await;
    let options = cells([agent("clock", "schedule", json!({"schedule": "every_2s"}))]);
    let workflow = rookery.started(&options).await;
    // The first tick came before the schedule was there; a new start ticks again.
    rookery.stop();
    rookery.start_again().await;
    workflow.emitted("clock", 3).await;
}
