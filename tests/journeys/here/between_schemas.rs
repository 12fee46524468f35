//! Between two deployments, both sides check payloads by the schemas that the provider lists.

use super::between::{Deployment, answer, ask};
use reqwest::Method;
use rookery_tests::{agent, cells, link};
use serde_json::{Value, json};

fn number(name: &str) -> Value {
    json!({"type": "object", "properties": {name: {"type": "number"}}, "required": [name]})
}

/// How many tasks went to a deployment.
fn tasks(deployment: &Deployment) -> usize {
    deployment.tokens("/_tasks/agent").len()
}

#[tokio::test]
async fn a_task_that_does_not_fit_is_not_sent_and_a_schema_that_has_changed_is_asked_for() {
    let (mut one, mut other) = (Deployment::start(false).await, Deployment::start(false).await);
    let (provider, entry) = one.provides(json!({"access": "open", "input_schema": number("seconds")})).await;
    let consumer = other.uses(&entry).await;
    let run = consumer.emit("start", json!({"seconds": "soon"})).await;
    assert_eq!(consumer.finished(&run).await["state"], "failed");
    let failure = consumer.failures(1).await.remove(0);
    assert_eq!(failure["code"], "invalid_task");
    assert!(failure["message"].as_str().unwrap().contains("`payload.seconds` must be a number"), "{failure}");
    assert_eq!(tasks(&one), 0, "nothing was sent");
    let run = consumer.emit("start", json!({"seconds": 1})).await;
    assert_eq!(answer(&consumer, &run).await, json!({"seconds": 1}));
    // The stage learns that more is taken now.
    let config = json!({"access": "open"});
    let echo = cells([agent("in", "client", config), agent("back", "reply", json!({})), link("in", "back")]);
    provider.restart_with(&echo).await;
    let run = consumer.emit("start", json!({"seconds": "soon"})).await;
    assert_eq!(answer(&consumer, &run).await, json!({"seconds": "soon"}));
    // It does not ask again for what it has learned.
    let asked = one.tokens("/agent/entrypoints").len();
    let run = consumer.emit("start", json!({"seconds": "later"})).await;
    assert_eq!(answer(&consumer, &run).await, json!({"seconds": "later"}));
    assert_eq!(one.tokens("/agent/entrypoints").len(), asked);
}

#[tokio::test]
async fn a_reply_that_does_not_fit_is_refused_and_ends_the_wait_as_a_failure() {
    let (mut one, mut other) = (Deployment::start(false).await, Deployment::start(false).await);
    let silent = cells([agent("in", "client", json!({"access": "open", "output_schema": number("took")}))]);
    let provider = one.rookery.started(&silent).await;
    let entry = one.rookery.api.list(&format!("/catalog?q={}", provider.project)).await.remove(0);
    let consumer = other.uses(&entry).await;
    let run = consumer.emit("start", json!({})).await;
    consumer.waiting(&run, "ask").await;
    let (token, url) = (one.tokens("/_tasks/agent").remove(0), format!("/p/{}/_tasks/client", consumer.project));
    let reply = |id: &str, payload: Value| json!({"id": id, "type": "reply", "payload": payload});
    let (status, told) = ask(&other.rookery.api, Method::POST, &url, &token, &reply("1", json!({"took": "long"}))).await;
    assert_eq!((status, &told["error"]["type"]), (422, &json!("invalid_reply")), "{told}");
    assert_eq!(told["error"]["meta"]["field"], "payload.took");
    assert_eq!(consumer.finished(&run).await["state"], "failed");
    let failure = consumer.failures(1).await.remove(0);
    assert!(failure["code"] == "invalid_reply" && failure["message"].as_str().unwrap().contains("`payload.took`"), "{failure}");
    let (status, _) = ask(&other.rookery.api, Method::POST, &url, &token, &reply("2", json!({"took": 1}))).await;
    assert_eq!(status, 200, "what fits is an event of its own");
    assert_eq!(consumer.emitted("ask", 1).await[0], json!({"took": 1}));
    // A reply that does not say what it answers is for the oldest task; the same one again answers no other task.
    let runs = [consumer.emit("start", json!({})).await, consumer.emit("start", json!({})).await];
    for run in &runs {
        consumer.waiting(run, "ask").await;
    }
    for (id, took) in [("3", 3), ("3", 3), ("4", 4)] {
        let (status, _) = ask(&other.rookery.api, Method::POST, &url, &token, &reply(id, json!({"took": took}))).await;
        assert_eq!(status, 200);
    }
    let mut answers = [answer(&consumer, &runs[0]).await["took"].clone(), answer(&consumer, &runs[1]).await["took"].clone()];
    answers.sort_by_key(|took| took.as_u64());
    assert_eq!(answers, [json!(3), json!(4)]);
}
