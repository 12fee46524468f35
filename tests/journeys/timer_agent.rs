//! The timer agent of the examples: a workflow to import, whose entry points other projects use.

use super::connections::using;
use rookery_tests::{Rookery, Workflow};
use serde_json::{Value, json};

/// Imports a file of the examples, and starts its workflow.
async fn imported(rookery: &mut Rookery, file: &str) -> Workflow {
    let text = std::fs::read_to_string(format!("{}/../examples/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (project, file) = (rookery.project().await, serde_json::from_str::<Value>(&text).unwrap());
    let made = rookery.api.post(&format!("/projects/{project}/workflows/import"), &file).await.expect(201);
    assert_eq!(made["meta"]["errors"], json!([]));
    let workflow = Workflow { api: rookery.api.clone(), project, id: made["data"]["id"].as_str().unwrap().to_owned() };
    workflow.start().await;
    workflow
}

#[tokio::test]
async fn the_timer_agent_sends_tasks_back_in_time_as_they_were() {
    let mut rookery = super::rookery().leaves_failures("invalid_task").start().await;
    let timer = imported(&mut rookery, "timer-agent.json").await;
    for (title, task) in [
        ("Delay", json!({"n": 7, "seconds": 0.2, "more": {"a": [1.50]}})),
        ("Schedule", json!({"n": 8, "at": "2026-01-01T00:00:00+01:00", "more": "x"})),
    ] {
        let found = rookery.api.list(&format!("/catalog?q={}%20{title}", timer.project)).await;
        let entry = found[0]["client_stage_id"].as_str().unwrap().to_owned();
        let client = rookery.started(&using(&timer.project, &entry, json!({}))).await;
        let run = client.emit("start", task.clone()).await;
        assert_eq!(client.finished(&run).await["state"], "done");
        assert_eq!(client.payloads("ask").await, [task]);
        // What it cannot do, it says.
        let run = client.emit("start", json!({"n": 9})).await;
        assert_eq!(client.finished(&run).await["state"], "failed");
        assert_eq!(client.failures(1).await[0]["code"], "invalid_task");
    }
}
