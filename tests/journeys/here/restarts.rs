//! What was accepted is there after a crash, and the work goes on.

use rookery_tests::{Sink, agent, cells, link};
use serde_json::json;

#[tokio::test]
async fn waits_memories_and_runs_survive_a_kill() {
    // The kill may come before the delivery's message is acknowledged: then the message comes again, and the wait has two timers, of which the
    // second is waited for at the end.
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

#[tokio::test]
async fn an_event_that_was_stored_at_a_kill_and_has_no_message_comes_to_its_end() {
    let sink = Sink::start();
    let mut rookery = super::rookery().here().calls(&sink).start().await;
    let workflow = rookery
        .started(&cells([
            agent("in", "manual", json!({})),
            agent("call", "http_request", json!({"url": sink.url()})),
            link("in", "call"),
        ]))
        .await;
    sink.hold();
    let run = workflow.emit("in", json!({})).await;
    sink.wait_for(1).await;
    rookery.kill();
    // Nothing was answered and nothing committed for it: it stands as if it had just been stored.
    let queues = rusqlite::Connection::open(rookery.data().join("sqs.db")).unwrap();
    assert!(queues.execute("DELETE FROM messages", []).unwrap() > 0);
    drop(queues);
    sink.release();
    rookery.start_again().await;
    workflow.finished(&run).await;
    assert_eq!(sink.keys().len(), 1);
    assert!(rookery.data().join("running").exists());
    let process: u32 = std::fs::read_to_string(rookery.data().join("rookery.pid")).unwrap().trim().parse().unwrap();
    assert_eq!(process, rookery.process_id());
    rookery.stop();
    for file in ["running", "rookery.pid"] {
        assert!(!rookery.data().join(file).exists(), "{file}: the end was orderly");
    }
}
