//! What was accepted is there after a crash, and the work goes on.

use rookery_tests::{agent, cells, link};
use serde_json::json;

#[tokio::test]
async fn waits_memories_and_runs_survive_a_kill() {
    let mut rookery = super::rookery().here().start().await;
    let workflow = rookery
        .started(&cells([
            agent("hook", "webhook", json!({})),
            agent("watch", "change_detector", json!({"property": "n"})),
            agent("wait", "delay", json!({"seconds": 5})),
            agent("end", "event_formatting", json!({"instructions": {"n": "{{ n }}"}})),
            link("hook", "watch"),
            link("watch", "wait"),
            link("wait", "end"),
        ]))
        .await;
    let hook = workflow.hook_url("hook").await;
    let run = workflow.emit("hook", json!({"n": 1})).await;
    workflow.waiting(&run, "wait").await;
    rookery.kill();
    rookery.start_again().await;
    assert_eq!(workflow.hook_url("hook").await, hook);
    let again = workflow.api.post(&hook, &json!({"n": 1})).await.expect(202)["data"]["run_id"].as_str().unwrap().to_owned();
    workflow.finished(&again).await;
    workflow.finished(&run).await;
    assert_eq!(workflow.payloads("end").await, [json!({"n": "1"})], "it remembers, and the wait came to its end once");
}
