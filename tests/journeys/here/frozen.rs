//! A process that was frozen, as a laptop sleeps or a debugger stops it: what it had in work comes again soon after.

use rookery_tests::{Reply, Sink, agent, cells, deliveries, link, wait_up_to};
use serde_json::json;
use std::time::Duration;

const RUNS: usize = 5;
/// The budget of a message is 38 s, and it is hidden for 30 s: so long after its time it has failed, too.
const BEYOND: Duration = Duration::from_secs(10);
/// Much less than the time for which AWS hides a message (240 s), and more than it is hidden here.
const SOON: Duration = Duration::from_secs(90);

#[tokio::test]
async fn messages_in_work_come_again_soon_after_a_freeze_and_nothing_is_lost_or_doubled() {
    let sink = Sink::start();
    sink.script((0..RUNS).map(|_| Reply::status(200).after(Duration::from_secs(3))));
    let mut rookery = super::rookery().calls(&sink).here().start().await;
    let workflow = rookery
        .started(&cells([
            agent("in", "manual", json!({})),
            agent("call", "http_request", json!({"url": sink.url()})),
            agent("end", "event_formatting", json!({"instructions": {"status": "{{ status }}"}})),
            link("in", "call"),
            link("call", "end"),
        ]))
        .await;
    let mut runs = Vec::new();
    for n in 0..RUNS {
        runs.push(workflow.emit("in", json!({"n": n})).await);
    }
    sink.wait_for(RUNS).await;
    rookery.freeze();
    rookery.received_messages_are_visible_for(BEYOND).await;
    assert_eq!(sink.requests().len(), RUNS, "it is frozen");
    rookery.go_on();

    wait_up_to(SOON, "all that was in work is done", async || (workflow.payloads("end").await.len() >= RUNS).then_some(())).await;
    for run in &runs {
        assert_eq!(deliveries(&workflow.finished(run).await).len(), 2);
    }
    assert_eq!(workflow.payloads("end").await.len(), RUNS, "each once");
    assert_eq!(sink.keys().len(), RUNS, "a call that is repeated is known by its key");
    assert!(rookery.log().contains("it took too long"), "the freeze was too short to matter: {}", rookery.log());
}
