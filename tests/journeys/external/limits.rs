//! Limits: how many requests of an agent are outstanding at once, and when an endpoint is left alone.

use super::{ask, started};
use rookery_tests::{Acknowledge, ExternalAgent, finish, wait_up_to};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn no_more_requests_are_outstanding_than_the_agent_may_have() {
    let external = ExternalAgent::start();
    let mut rookery = super::rookery().asks(&external).start().await;
    let workflow = started(&mut rookery, &external, json!({"max_outstanding": 2})).await;
    let mut runs = Vec::new();
    for _ in 0..5 {
        runs.push(ask(&workflow).await);
    }
    for answered in 0..5 {
        let asked = external.wait_for(answered + 1).await;
        assert!(asked.len() <= answered + 2, "{} are outstanding", asked.len() - answered);
        assert!(workflow.agent("ask").await["external"]["outstanding"].as_u64().unwrap() <= 2);
        let asked = &asked[answered];
        assert_eq!(external.post(asked, &finish(&asked.request_id, "done")).await.0, 200);
    }
    for run in &runs {
        assert_eq!(workflow.finished(run).await["state"], "done");
    }
    assert_eq!(workflow.payloads("finished").await.len(), 5);
    let agent = workflow.agent_when("ask", "nothing is outstanding", |agent| agent["external"]["outstanding"] == 0).await;
    assert_eq!(agent["external"]["circuit"], "closed");
}

#[tokio::test]
async fn an_endpoint_that_fails_is_left_alone_and_then_probed() {
    let external = ExternalAgent::start();
    external.otherwise(Acknowledge::Status(500, "".into()));
    let mut rookery = super::rookery().asks(&external).leaves_failures("http_error").start().await;
    let workflow = started(&mut rookery, &external, json!({"retries": 0})).await;
    // All calls must be in one minute, because the count begins anew in the next.
    let (mut asked, open) = (0, |agent: &serde_json::Value| agent["external"]["circuit"] == "open");
    while !open(&workflow.agent("ask").await) {
        let run = ask(&workflow).await;
        workflow.finished(&run).await;
        asked += 1;
        assert!(asked < 50, "the breaker does not open");
    }
    assert!(external.asked().len() >= 20, "{} calls are too few to judge", external.asked().len());

    external.otherwise(Acknowledge::Fresh);
    let before = external.asked().len();
    let (one, two) = (ask(&workflow).await, ask(&workflow).await);
    let waits = workflow.waiting(&one, "ask").await;
    assert!(waits.to_string().contains("\"waits_for\":\"The circuit breaker of"), "{waits}");
    workflow.waiting(&two, "ask").await;
    assert_eq!(external.asked().len(), before, "it is not called");
    assert!(workflow.agent("ask").await["external"]["next_probe_at"].is_string());

    // The first call after 30 s is the probe; it closes the breaker for all.
    let asked = wait_up_to(Duration::from_secs(150), "a probe, and the other", async || {
        Some(external.asked()).filter(|asked| asked.len() >= before + 2)
    })
    .await;
    assert_eq!(workflow.agent("ask").await["external"]["circuit"], "closed");
    for asked in &asked[before..] {
        assert_eq!(external.post(asked, &finish(&asked.request_id, "back")).await.0, 200);
    }
    for run in [&one, &two] {
        assert_eq!(workflow.finished(run).await["state"], "done");
    }
}
