//! Start and stop: a stopped workflow accepts nothing, and finishes what it has.

use rookery_tests::{agent, cells, events, link};
use serde_json::json;

#[tokio::test]
async fn a_stopped_workflow_stores_nothing_and_its_timers_still_fire() {
    let mut rookery = super::rookery().start().await;
    let options = cells([
        agent("hook", "webhook", json!({})),
        agent("wait", "delay", json!({"seconds": 5})),
        agent("end", "event_formatting", json!({"instructions": {"n": "{{ n }}"}})),
        link("hook", "wait"),
        link("wait", "end"),
    ]);
    let workflow = rookery.workflow(&options).await;
    workflow.post("/build", &json!({})).await.expect(200);
    let hook = workflow.hook_url("hook").await;
    workflow.api.post(&hook, &json!({"n": 0})).await.error(409, "workflow_stopped");
    workflow.start().await;
    let run = workflow.api.post(&hook, &json!({"n": 1})).await.expect(202)["data"]["run_id"].as_str().unwrap().to_owned();
    let waits = workflow.waiting(&run, "wait").await;
    assert_eq!(workflow.stop().await["data"]["state"], "paused");
    let event = events(&waits)[0]["id"].as_str().unwrap();
    workflow.api.post(&hook, &json!({"n": 2})).await.error(409, "workflow_stopped");
    workflow.event_call("hook", &json!({"n": 3})).send().await.error(409, "workflow_stopped");
    workflow.post(&format!("/events/{event}/emit"), &json!({})).await.error(409, "workflow_stopped");
    workflow.finished(&run).await;
    assert_eq!(workflow.payloads("end").await, [json!({"n": "1"})]);
    assert_eq!(workflow.payloads("hook").await, [json!({"n": 1})], "what was refused is not stored");
    workflow.start().await;
    workflow.api.post(&hook, &json!({"n": 4})).await.expect(202);
    workflow.emitted("end", 2).await;
}
