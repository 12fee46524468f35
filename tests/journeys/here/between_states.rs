//! What becomes of a connection between two deployments: it waits for its provider, who stops, publishes something else, or is away when
//! the stage goes.

use super::between::{Deployment, answer, ask, using};
use reqwest::Method;
use rookery_tests::{Workflow, agent, cells, deliveries, link};
use serde_json::{Value, json};

/// A stage of one deployment that uses an entry point of another one.
struct Pair {
    one: Deployment,
    other: Deployment,
    provider: Workflow,
    entry: Value,
    consumer: Workflow,
}

impl Pair {
    async fn start(config: Value) -> Pair {
        let (mut one, mut other) = (Deployment::start(false).await, Deployment::start(false).await);
        let (provider, entry) = one.provides(config).await;
        let consumer = other.uses(&entry).await;
        Pair { one, other, provider, entry, consumer }
    }

    /// Sends a task over the wire, with the token of the stage.
    async fn task(&self) -> (u16, Value) {
        let (url, token) = (self.entry["tasks_url"].as_str().unwrap(), self.one.tokens("/agent").remove(0));
        let task = json!({"type": "task", "payload": {"n": 9}});
        let body = json!({"task_data": task, "target_stage_id": self.entry["client_stage_id"], "execution_id": null});
        ask(&self.one.rookery.api, Method::POST, &format!("{url}/agent"), &token, &body).await
    }

    async fn connections(&self) -> Vec<Value> {
        self.one.rookery.api.list(&format!("/projects/{}/connections?role=agent", self.provider.project)).await
    }

    /// What the stage waits for in a run.
    async fn waits_for(&self, run: &str) -> String {
        let tree = self.consumer.waiting(run, "ask").await;
        deliveries(&tree)[0]["waits_for"].as_str().unwrap_or_default().to_owned()
    }
}

#[tokio::test]
async fn a_task_from_elsewhere_waits_until_the_provider_accepts_and_the_wire_says_so() {
    let pair = Pair::start(json!({})).await;
    let run = pair.consumer.emit("start", json!({"n": 1})).await;
    assert!(pair.waits_for(&run).await.contains("not accepted"));
    let (status, told) = pair.task().await;
    assert_eq!((status, &told["error"]["type"]), (403, &json!("connection_pending")));
    assert_eq!(pair.provider.payloads("in").await.len(), 0);
    let connection = pair.connections().await.remove(0);
    assert_eq!(connection["state"], "pending");
    let accept = format!("/projects/{}/connections/{}/accept", pair.provider.project, connection["id"].as_str().unwrap());
    pair.one.rookery.api.post(&accept, &json!({})).await.expect(200);
    assert_eq!(answer(&pair.consumer, &run).await, json!({"n": 1}));
    assert_eq!(pair.task().await.0, 200);
    assert_eq!(pair.provider.emitted("in", 2).await.len(), 2);
}

#[tokio::test]
async fn a_task_from_elsewhere_waits_while_the_workflow_is_stopped_and_the_wire_says_so() {
    let pair = Pair::start(json!({"access": "open"})).await;
    let first = pair.consumer.emit("start", json!({"n": 1})).await;
    assert_eq!(answer(&pair.consumer, &first).await, json!({"n": 1}));
    pair.provider.stop().await;
    let run = pair.consumer.emit("start", json!({"n": 2})).await;
    pair.consumer.waiting(&run, "ask").await;
    let (status, told) = pair.task().await;
    assert_eq!((status, &told["error"]["type"]), (409, &json!("workflow_stopped")));
    pair.provider.start().await;
    assert_eq!(answer(&pair.consumer, &run).await, json!({"n": 2}));
    assert_eq!(pair.provider.emitted("in", 2).await.len(), 2);
}

#[tokio::test]
async fn a_stage_is_warned_of_what_breaks_soon_at_a_provider_elsewhere() {
    let schema = |name: &str| json!({"access": "open", "input_schema": {"required": [name]}});
    let mut pair = Pair::start(schema("seconds")).await;
    assert_eq!(pair.consumer.post("/build", &json!({})).await.expect(200)["meta"]["warnings"], json!([]));
    let echo = cells([agent("in", "client", schema("delay")), agent("back", "reply", json!({})), link("in", "back")]);
    pair.provider.save(&echo).await;
    let until = format!("{:.3}", jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1));
    pair.provider.post(&format!("/start?break_consumers_at={until}"), &json!({})).await.expect(200);
    let warned = pair.consumer.post("/build", &json!({})).await.expect(200)["meta"]["warnings"].clone();
    let message = warned[0]["message"].as_str().unwrap();
    assert_eq!((&warned[0]["cell_id"], &warned[0]["field"]), (&json!("ask"), &json!("config.client_stage_id")));
    assert!(message.contains("version 2") && message.contains(&until) && message.contains("`delay` must be there"), "{message}");
    // The list on the wire is what others read of it.
    let url = format!("{}/agent/entrypoints", pair.entry["tasks_url"].as_str().unwrap());
    let (_, listed) = ask(&pair.one.rookery.api, Method::GET, &url, "", &json!({})).await;
    assert_eq!((&listed[0]["version"], &listed[0]["deprecated"][0]["version"]), (&json!(2), &json!(1)));
    // An entry point that is not in it is blamed.
    let mut unlisted = pair.entry.clone();
    unlisted["client_stage_id"] = json!("0".repeat(32));
    let wrong = pair.other.rookery.workflow(&using(&unlisted)).await;
    let refused = wrong.post("/build", &json!({})).await.error(422, "workflow_invalid");
    assert_eq!(refused["meta"]["errors"][0]["field"], "config.client_stage_id");
    // Until then, the stage sends what fits either, also once it knows the new schema.
    for task in [json!({"delay": 1}), json!({"seconds": 1})] {
        let run = pair.consumer.emit("start", task.clone()).await;
        assert_eq!(answer(&pair.consumer, &run).await, task);
    }
}
