//! Connections between two deployments: two programs, each with data of its own, each behind an address of its own.

use crate::connections::plain;
use reqwest::Method;
use rookery_tests::{Api, Network, Rookery, Workflow, agent, cells, events, link};
use serde_json::{Value, json};

/// The setting that says by which address a deployment is known.
const PUBLIC_URL: &str = "ROOKERY_PUBLIC_URL";

/// The failures that tests of two deployments leave.
const EXPECTED: [&str; 3] = ["entry_point_gone", "invalid_task", "invalid_reply"];

/// A Rookery, and the network in front of it.
pub(super) struct Deployment {
    pub(super) rookery: Rookery,
    pub(super) network: Network,
}

impl Deployment {
    pub(super) async fn start(is_bad: bool) -> Deployment {
        let network = Network::new(is_bad);
        let program = super::rookery().arg("--egress-allow").arg("127.0.0.1/32").env(PUBLIC_URL, network.url());
        let rookery = EXPECTED.iter().fold(program.leaves_timers(), |program, code| program.leaves_failures(code)).start().await;
        network.leads_to(rookery.api.base().trim_end_matches("/api/v1"));
        Deployment { rookery, network }
    }

    /// An entry point that sends tasks back.
    pub(super) async fn provides(&mut self, config: Value) -> (Workflow, Value) {
        let provider = self.rookery.started(&plain(config)).await;
        let entry = self.rookery.api.list(&format!("/catalog?q={}", provider.project)).await.remove(0);
        assert!(entry["tasks_url"].as_str().unwrap().starts_with(self.network.url()), "{entry}");
        (provider, entry)
    }

    /// A stage that uses an entry point of another deployment.
    pub(super) async fn uses(&mut self, entry: &Value) -> Workflow {
        self.rookery.started(&using(entry)).await
    }

    pub(super) fn tokens(&self, path: &str) -> Vec<String> {
        self.network
            .passed()
            .into_iter()
            .filter(|passed| passed.path.ends_with(path))
            .map(|passed| passed.authorization)
            .collect()
    }
}

pub(super) fn using(entry: &Value) -> Value {
    let config = json!({
        "project_id": entry["project_id"], "client_stage_id": entry["client_stage_id"], "tasks_url": entry["tasks_url"]
    });
    cells([agent("start", "manual", json!({})), agent("ask", "agent", config), link("start", "ask")])
}

/// What the stage told of a run.
pub(super) async fn answer(consumer: &Workflow, run: &str) -> Value {
    let tree = consumer.finished(run).await;
    assert_eq!(tree["state"], "done", "{tree}");
    events(&tree).into_iter().find(|event| event["cell_id"] == "ask").unwrap()["payload"].clone()
}

/// Neither what the API shows nor the log has this secret.
async fn is_secret(deployment: &Deployment, workflow: &Workflow, secret: &str) {
    assert!(secret.len() > 60);
    assert!(!deployment.rookery.log().contains(secret));
    for path in ["/events", "/failures"] {
        assert!(!json!(workflow.list(path).await).to_string().contains(secret), "{path}");
    }
    for role in ["agent", "client"] {
        let listed = deployment.rookery.api.list(&format!("/projects/{}/connections?role={role}", workflow.project)).await;
        assert!(!json!(listed).to_string().contains(secret), "{role}");
    }
}

#[tokio::test]
async fn tasks_go_both_ways_between_two_deployments_and_over_a_restart() {
    let (mut one, mut other) = (Deployment::start(false).await, Deployment::start(false).await);
    let (provider, entry) = one.provides(json!({"access": "open"})).await;
    let consumer = other.uses(&entry).await;
    let (_, back) = other.provides(json!({"access": "open"})).await;
    let backwards = one.uses(&back).await;
    let run = consumer.emit("start", json!({"n": 1.10})).await;
    assert_eq!(answer(&consumer, &run).await, json!({"n": 1.10}));
    let run = backwards.emit("start", json!({"n": 2})).await;
    assert_eq!(answer(&backwards, &run).await, json!({"n": 2}));
    let event = provider.list("/events?agent=in").await.remove(0);
    assert_eq!(event["hop"], 1);
    let run = provider.run(event["run_id"].as_str().unwrap()).await;
    assert!(run["origin"]["deadline"].is_string(), "the deadline of the stage goes along: {run}");
    let task = &event["payload"];
    let known = one.rookery.api.list(&format!("/projects/{}/connections?role=agent", provider.project)).await.remove(0);
    assert_eq!(task["connection_token"], known["connection_token"]);
    assert_eq!(
        (&known["client_deployment"], &known["client_project_id"]),
        (&json!(other.network.url()), &json!(consumer.project))
    );
    // A client that has not heard of its next token is known by the one before, and knows its provider by it.
    let rotate = format!("/projects/{}/connections/{}/rotate", provider.project, known["id"].as_str().unwrap());
    one.rookery.api.post(&rotate, &json!({})).await.expect(200);
    let run = consumer.emit("start", json!({"n": 4})).await;
    assert_eq!(answer(&consumer, &run).await, json!({"n": 4}));
    // Where an entry point was taken out and put back, its connections are gone. A task makes a new one.
    provider.restart_with(&cells([agent("other", "manual", json!({}))])).await;
    provider.restart_with(&plain(json!({"access": "open"}))).await;
    let run = consumer.emit("start", json!({"n": 5})).await;
    assert_eq!(answer(&consumer, &run).await, json!({"n": 5}));
    for secret in [one.tokens("/agent").remove(0), one.tokens("/agent/connection").remove(0)] {
        is_secret(&one, &provider, &secret).await;
        is_secret(&other, &consumer, &secret).await;
    }

    one.rookery.kill();
    let run = consumer.emit("start", json!({"n": 3})).await;
    consumer.waiting(&run, "ask").await;
    one.rookery.start_again().await;
    assert_eq!(answer(&consumer, &run).await, json!({"n": 3}));
    assert_eq!(provider.payloads("in").await.len(), 4);

    // A stage that goes ends its connection.
    consumer.restart_with(&cells([agent("start", "manual", json!({}))])).await;
    assert!(one.rookery.api.list(&format!("/projects/{}/connections?role=agent", provider.project)).await.is_empty());
}

#[tokio::test]
async fn a_client_that_moves_is_connected_anew() {
    let (mut one, mut other) = (Deployment::start(false).await, Deployment::start(false).await);
    let (provider, entry) = one.provides(json!({"access": "open"})).await;
    let consumer = other.uses(&entry).await;
    let run = consumer.emit("start", json!({"n": 1})).await;
    assert_eq!(answer(&consumer, &run).await, json!({"n": 1}));
    let moved = Network::new(false);
    moved.leads_to(other.rookery.api.base().trim_end_matches("/api/v1"));
    other.rookery.kill();
    other.rookery.start_again_with(PUBLIC_URL, moved.url()).await;
    let run = consumer.emit("start", json!({"n": 2})).await;
    assert_eq!(answer(&consumer, &run).await, json!({"n": 2}));
    let listed = one.rookery.api.list(&format!("/projects/{}/connections?role=agent", provider.project)).await;
    let names: Vec<&Value> = listed.iter().map(|connection| &connection["client_deployment"]).collect();
    assert_eq!(names, [&json!(moved.url())], "what it was called before has ended");
}

#[tokio::test]
async fn a_client_whose_keys_cannot_be_read_at_first_is_believed_later() {
    let (mut one, mut other) = (Deployment::start(false).await, Deployment::start(false).await);
    let (_, entry) = one.provides(json!({"access": "open"})).await;
    let back = other.rookery.api.base().trim_end_matches("/api/v1").to_owned();
    other.network.leads_to("http://127.0.0.1:9");
    let consumer = other.rookery.workflow(&using(&entry)).await;
    let told = consumer.start().await["meta"]["warnings"].take();
    assert!(told[0]["message"].as_str().is_some_and(|message| message.contains("does not believe the proof")), "{told}");
    let run = consumer.emit("start", json!({"n": 1})).await;
    consumer.waiting(&run, "ask").await;
    other.network.leads_to(&back);
    assert_eq!(answer(&consumer, &run).await, json!({"n": 1}));
}

#[tokio::test]
async fn a_network_that_doubles_and_loses_changes_nothing() {
    let (mut one, mut other) = (Deployment::start(true).await, Deployment::start(true).await);
    let (provider, entry) = one.provides(json!({"access": "open"})).await;
    let consumer = other.uses(&entry).await;
    for n in 0..3 {
        let run = consumer.emit("start", json!({"n": n})).await;
        assert_eq!(answer(&consumer, &run).await, json!({"n": n}));
    }
    // A reply whose answer was lost is sent again, while the client is there.
    for run in provider.list("/runs").await {
        provider.finished(run["id"].as_str().unwrap()).await;
    }
    assert_eq!(provider.payloads("in").await.len(), 3, "each task was done once");
    assert_eq!(consumer.list("/events?agent=ask").await.len(), 3, "each reply came once");
}

/// Asks a deployment as another one does.
pub(super) async fn ask(api: &Api, method: Method, url: &str, authorization: &str, body: &Value) -> (u16, Value) {
    let call = api.without_key().call(method, url).header("authorization", authorization).json(body).send().await;
    (call.status, serde_json::from_str(&call.text).unwrap())
}

#[tokio::test]
async fn whoever_has_no_good_token_and_no_good_proof_is_refused_alike() {
    let (mut one, mut other) = (Deployment::start(false).await, Deployment::start(false).await);
    let (provider, entry) = one.provides(json!({"access": "open"})).await;
    let (second, other_entry) = one.provides(json!({"access": "open"})).await;
    let consumer = other.uses(&entry).await;
    let run = consumer.emit("start", json!({"n": 1})).await;
    answer(&consumer, &run).await;
    let token = one.tokens("/agent").remove(0);
    let proof = one.tokens("/agent/connection").remove(0);
    let known = one.rookery.api.list(&format!("/projects/{}/connections?role=agent", provider.project)).await.remove(0);
    let (url, name) = (entry["tasks_url"].as_str().unwrap(), known["connection_token"].as_str().unwrap());
    let task = |stage: &Value| json!({"task_data": {"type": "task", "payload": {"n": 7}}, "target_stage_id": stage, "execution_id": null});
    let (here, there) = (&entry["client_stage_id"], &other_entry["client_stage_id"]);
    let unknown: String = token.chars().rev().collect();
    let elsewhere = other_entry["tasks_url"].as_str().unwrap();
    let api = &one.rookery.api;
    let mut answers = Vec::new();
    for (url, token, stage) in [
        (url, "", here),
        (url, &*unknown, here),
        (url, name, here),
        (url, &*token, there),
        (url, &*token, &json!("nothing")),
        (elsewhere, &*token, here),
        (elsewhere, &*token, there),
    ] {
        answers.push(ask(api, Method::POST, &format!("{url}/agent"), token, &task(stage)).await);
    }
    let moved = json!({"client_tasks_url": format!("{}/_tasks/client", other.network.url())});
    for token in [&*unknown, name] {
        answers.push(ask(api, Method::PATCH, &format!("{url}/agent/connection"), token, &moved).await);
        answers.push(ask(api, Method::DELETE, &format!("{url}/agent/connection"), token, &json!({})).await);
        answers
            .push(ask(api, Method::POST, &format!("{url}/client"), token, &json!({"id": "1", "type": "t", "payload": {}})).await);
    }
    let connect = json!({
        "client_tasks_url": moved["client_tasks_url"], "client_stage_id": "s", "agent_stage_id": here, "more": true
    });
    let mut proofs = Vec::new();
    for proof in [&*proof, "Bearer no.proof.here", "Bearer ", &*token] {
        proofs.push(ask(api, Method::POST, &format!("{url}/agent/connection"), proof, &connect).await);
        proofs.push(ask(api, Method::POST, &format!("{elsewhere}/agent/connection"), proof, &connect).await);
    }
    // What is good is taken, with and without a last slash; a field that is wrong is named.
    let (status, told) = ask(api, Method::PATCH, &format!("{url}/agent/connection/"), &token, &moved).await;
    assert_eq!((status, &told["token"], &told["agent_stage_id"]), (200, &json!(token), here));
    let astray = json!({"client_tasks_url": "http://169.254.169.254/latest"});
    let (status, told) = ask(api, Method::PATCH, &format!("{url}/agent/connection"), &token, &astray).await;
    assert_eq!((status, &told["error"]["meta"]["field"]), (422, &json!("client_tasks_url")));
    let (status, told) = ask(api, Method::POST, &format!("{url}/agent/"), &token, &json!({"task_data": {"type": "t"}})).await;
    assert_eq!((status, &told["error"]["meta"]["field"]), (422, &json!("task_data.payload")));
    one.rookery.api.post(&format!("/projects/{}/connections/{}/revoke", provider.project, name), &json!({})).await.expect(200);
    answers.push(ask(api, Method::POST, &format!("{url}/agent"), &token, &task(here)).await);
    assert!(answers.iter().all(|answer| answer.0 == 404 && *answer == answers[0]), "{answers:?}");
    assert!(proofs.iter().all(|answer| answer.0 == 401 && *answer == proofs[0]), "{proofs:?}");
    assert_eq!((provider.payloads("in").await.len(), second.payloads("in").await.len()), (1, 0));
    for secret in [&token, &proof, &unknown] {
        assert!(!one.rookery.log().contains(secret.trim_start_matches("Bearer ")));
    }
}
