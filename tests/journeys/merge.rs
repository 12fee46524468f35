//! Merge: branches joined again, in time or not.

use rookery_tests::{Workflow, agent, cells, deliveries, link};
use serde_json::{Value, json};

/// Two branches that are joined by `config`; the slow one takes `seconds`.
fn branches(config: Value, seconds: u32) -> Value {
    cells([
        agent("start", "manual", json!({})),
        agent("fast", "event_formatting", json!({"instructions": {"by": "fast"}})),
        agent("slow", "delay", json!({"seconds": seconds})),
        agent("join", "merge", config),
        link("start", "fast"),
        link("start", "slow"),
        link("fast", "join"),
        link("slow", "join"),
    ])
}

async fn joined(workflow: &Workflow, run: &str) -> Vec<Value> {
    workflow.list(&format!("/events?agent=join&run={run}")).await
}

#[tokio::test]
async fn any_passes_each_event_once() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery.started(&branches(json!({}), 1)).await;
    let run = workflow.emit("start", json!({"n": 1})).await;
    workflow.finished(&run).await;
    let events = joined(&workflow, &run).await;
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event["groups"] == json!(["on_merge"])));
}

#[tokio::test]
async fn all_waits_for_one_event_from_every_link() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery.started(&branches(json!({"mode": "all", "timeout": 3600}), 1)).await;
    let (one, two) = (workflow.emit("start", json!({"n": 1})).await, workflow.emit("start", json!({"n": 2})).await);
    for (run, n) in [(&one, 1), (&two, 2)] {
        workflow.finished(run).await;
        let events = joined(&workflow, run).await;
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["payload"], json!({"fast": {"by": "fast"}, "slow": {"n": n}}));
    }
}

#[tokio::test]
async fn what_comes_too_late_ends_as_late() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery.started(&branches(json!({"mode": "all", "timeout": 1}), 5)).await;
    let run = workflow.emit("start", json!({"n": 1})).await;
    let tree = workflow.finished(&run).await;
    let events = joined(&workflow, &run).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["groups"], json!(["on_timeout"]));
    assert_eq!(events[0]["payload"], json!({"arrived": {"fast": {"by": "fast"}}, "missing": ["slow>join"]}));
    assert!(deliveries(&tree).iter().any(|delivery| delivery["cell_id"] == "join" && delivery["state"] == "late"), "{tree}");
}
