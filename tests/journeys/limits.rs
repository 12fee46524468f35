//! Loops: a run stops at its limits and reports that once.

use rookery_tests::{agent, cells, deliveries, link, wait_until, wait_up_to};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_loop_ends_at_the_hop_limit_with_one_error() {
    let mut rookery = super::rookery().leaves_failures("hop_limit").start().await;
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("round", "event_formatting", json!({"instructions": {"n": "{{ n }}"}})),
            link("start", "round"),
            link("round", "round"),
        ]))
        .await;
    let run = workflow.emit("start", json!({"n": 1})).await;
    let failures = workflow.failures(1).await;
    assert_eq!(failures[0]["code"], "hop_limit");
    workflow.finished(&run).await;
    let events = workflow.list(&format!("/events?run={run}")).await;
    let errors: Vec<_> = events.iter().filter(|event| event["groups"] == json!(["on_error"])).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0]["payload"]["code"], "hop_limit");
    assert_eq!(events.len(), 1 + 64 + 1, "the first event, 64 hops, the error");
    // The error went round once more, and nothing came of it.
    let tree = workflow.run(&run).await;
    assert_eq!(deliveries(&tree).iter().filter(|delivery| delivery["state"] == "limit").count(), 1, "{tree}");
    assert_eq!(workflow.failures(1).await.len(), 1);
}

#[tokio::test]
async fn a_doubling_loop_ends_at_the_event_budget() {
    let mut rookery = super::rookery().here().leaves_failures("event_budget").checks_runs_itself().start().await;
    let say = |id: &str| agent(id, "event_formatting", json!({"instructions": {"by": id}}));
    let both = [link("a", "a"), link("a", "b"), link("b", "a"), link("b", "b")];
    let options = cells([agent("start", "manual", json!({})), say("a"), say("b"), link("start", "a")].into_iter().chain(both));
    let workflow = rookery.started(&options).await;
    let run = workflow.emit("start", json!({})).await;
    let failures = wait_up_to(Duration::from_secs(300), "10,000 events", async || {
        Some(workflow.list("/failures").await).filter(|failures| !failures.is_empty())
    })
    .await;
    assert_eq!(failures[0]["code"], "event_budget", "{}", failures[0]);
    rookery.queues_are_empty().await;
    // The budget of 10,000 is counted by samples, so it is not exact.
    let emitted = wait_until("counted events", async || {
        let agents = workflow.list("/agents").await;
        let sum: u64 = agents.iter().map(|agent| agent["counts"]["emitted"].as_u64().unwrap()).sum();
        (sum > 8_000).then_some(sum)
    })
    .await;
    assert!(emitted < 13_000, "{emitted} events in run {run}");
    assert_eq!(workflow.failures(1).await.len(), 1, "it is said once");
}
