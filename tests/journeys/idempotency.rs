//! The same key means the same event, however often and however fast it is sent.

use futures::future::join_all;
use rookery_tests::{agent, cells, link};
use serde_json::json;
use std::collections::HashSet;

#[tokio::test]
async fn the_same_key_gives_the_same_answer_and_another_body_is_refused() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("end", "event_formatting", json!({"instructions": {"n": "{{ n }}"}})),
            link("start", "end"),
        ]))
        .await;
    let post = |key: &str, n: u32| workflow.event_call("start", &json!({"n": n})).header("idempotency-key", key).send();
    let first = post("order-1", 1).await.expect(202);
    assert_eq!(post("order-1", 1).await.expect(202), first);
    let refused = post("order-1", 2).await.error(409, "idempotency_conflict");
    assert_eq!(refused["meta"]["event_id"], first["data"]["event_id"]);
    assert_ne!(post("order-2", 2).await.expect(202), first);
    for bad in ["", &"k".repeat(256)] {
        post(bad, 3).await.error(400, "invalid_request");
    }
    workflow.finished(first["data"]["run_id"].as_str().unwrap()).await;
    assert_eq!(workflow.emitted("start", 2).await.len(), 2);
    assert_eq!(workflow.emitted("end", 2).await.len(), 2);
}

#[tokio::test]
async fn twenty_posts_of_one_key_at_once_make_one_event() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery
        .started(&cells([
            agent("hook", "webhook", json!({})),
            agent("end", "event_formatting", json!({"instructions": {"n": "{{ n }}"}})),
            link("hook", "end"),
        ]))
        .await;
    let post = || workflow.event_call("hook", &json!({"n": 1})).header("idempotency-key", "one").send();
    let answers = join_all((0..20).map(|_| post())).await;
    let events: HashSet<String> = answers.iter().map(|answer| answer.expect(202)["data"]["event_id"].to_string()).collect();
    assert_eq!(events.len(), 1);
    let run = answers[0].expect(202)["data"]["run_id"].as_str().unwrap().to_owned();
    workflow.finished(&run).await;
    assert_eq!((workflow.payloads("hook").await.len(), workflow.payloads("end").await.len()), (1, 1));
}
