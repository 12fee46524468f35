//! Deleting with events in flight: nothing of the workflow is left, and no other notices.

use rookery_tests::{agent, cells, link, wait_until};
use serde_json::json;

#[tokio::test]
async fn a_workflow_is_deleted_with_events_in_flight() {
    let mut rookery = super::rookery().leaves_timers().start().await;
    let options = cells([
        agent("hook", "webhook", json!({})),
        agent("wait", "delay", json!({"seconds": 2})),
        agent("end", "data_output", json!({"template": {"title": "Gone"}})),
        link("hook", "wait"),
        link("wait", "end"),
        link("hook", "end"),
    ]);
    let (doomed, other) = (rookery.started(&options).await, rookery.started(&options).await);
    let (hook, feed) = (doomed.hook_url("hook").await, doomed.agent("end").await["feed_url"].as_str().unwrap().to_owned());
    let posts = (0..50).map(|n| doomed.event_call("hook", &json!({"n": n})).send());
    let posts = tokio::spawn(futures::future::join_all(posts.collect::<Vec<_>>()));
    wait_until("the first event", async || (!doomed.list("/events").await.is_empty()).then_some(())).await;
    assert_eq!(rookery.api.delete(&doomed.path("")).await.status, 204);
    for answer in posts.await.unwrap() {
        // Requests after the deletion find nothing.
        assert!([202, 404].contains(&answer.status), "{}", answer.text);
    }
    for path in ["", "/events", "/runs", "/agents", "/failures", "/metrics", "/versions"] {
        rookery.api.get(&doomed.path(path)).await.error(404, "not_found");
    }
    rookery.api.delete(&doomed.path("")).await.error(404, "not_found");
    doomed.api.post(&hook, &json!({})).await.error(404, "not_found");
    rookery.api.get(&feed).await.error(404, "not_found");
    assert!(
        !rookery.api.list(&format!("/projects/{}/workflows", doomed.project)).await.iter().any(|left| left["id"] == doomed.id)
    );

    let run = other.emit("hook", json!({"n": 1})).await;
    other.finished(&run).await;
    assert_eq!(other.payloads("wait").await, [json!({"n": 1})]);
}

#[tokio::test]
async fn a_project_is_deleted_with_all_that_it_has() {
    let mut rookery = super::rookery().leaves_timers().start().await;
    let workflow = rookery.started(&cells([agent("hook", "webhook", json!({}))])).await;
    let hook = workflow.hook_url("hook").await;
    workflow.api.post(&hook, &json!({"n": 1})).await.expect(202);
    assert_eq!(rookery.api.delete(&format!("/projects/{}", workflow.project)).await.status, 204);
    for path in
        [format!("/projects/{}", workflow.project), format!("/projects/{}/workflows", workflow.project), workflow.path("")]
    {
        rookery.api.get(&path).await.error(404, "not_found");
    }
    rookery.api.post(&hook, &json!({})).await.error(404, "not_found");
    assert!(!rookery.api.list("/projects").await.iter().any(|left| left["id"] == *workflow.project));
}
