//! Agents that control others: what is wrong with their links, and what they do.

use crate::support::{World, agent, link};
use serde_json::{Value, json};

fn control(id: &str, source: &str, target: &str) -> Value {
    let mut cell = link(id, source, target);
    cell["type"] = json!("control_link");
    cell
}

struct Flow {
    world: World,
    path: String,
}

impl Flow {
    async fn start(cells: Value) -> Flow {
        let world = World::open().await;
        let path = world.started(cells).await;
        Flow { world, path }
    }

    /// Puts an event in, and gives its run when all that comes of it is done.
    async fn send(&self, payload: Value) -> String {
        let sent = self.world.post(&format!("{}/agents/hand/events", self.path), json!({"payload": payload})).await.ok(202);
        self.world.drain().await;
        sent["data"]["run_id"].as_str().unwrap().to_owned()
    }

    async fn get(&self, rest: &str) -> Value {
        self.world.get(&format!("{}{rest}", self.path)).await.ok(200)["data"].clone()
    }

    /// The latest lines that an agent logged.
    async fn logged(&self, cell: &str) -> Value {
        self.get(&format!("/agents/{cell}/logs")).await[0]["lines"].clone()
    }

    /// The payloads of an agent's events, newest first.
    async fn payloads(&self, cell: &str) -> Vec<Value> {
        let events = self.get(&format!("/events?agent={cell}")).await;
        events.as_array().unwrap().iter().map(|event| event["payload"].clone()).collect()
    }

    async fn version(&self) -> u64 {
        self.get("").await["version"].as_u64().unwrap()
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_control_link_is_blamed_at_it() {
    let world = World::open().await;
    let project = world.project().await;
    let cells = json!([
        agent("hand", "manual", json!({})),
        agent("clock", "scheduler", json!({"schedule": "@hourly"})),
        agent("switch", "commander", json!({"action": "{{ do }}"})),
        agent("idle", "commander", json!({})),
        agent("rule", "trigger", json!({"rules": ["true"], "keep_event": true})),
        control("good", "clock", "hand"),
        control("twice", "clock", "hand"),
        control("waits", "clock", "rule"),
        control("by-template", "switch", "rule"),
        control("no-controller", "hand", "rule"),
        control("nowhere", "clock", "gone"),
        json!({"id": "no-end", "type": "control_link", "source": {"id": "clock"}, "target": {"x": 1, "y": 2}}),
        control("hand", "switch", "hand"),
    ]);
    let made = world.post(&format!("{project}/workflows"), json!({"name": "w", "options": {"cells": cells}})).await.ok(201);
    let blamed = |list: &str| -> Vec<String> {
        let found = made["meta"][list].as_array().unwrap().iter();
        found.map(|one| format!("{} {}", one["cell_id"].as_str().unwrap(), one["field"].as_str().unwrap())).collect()
    };
    let expected = ["no-end target", "hand id", "twice target", "nowhere target", "waits target", "no-controller source"];
    assert_eq!(blamed("errors"), expected, "{made:#}");
    assert_eq!(blamed("warnings"), ["idle agent_type"]);
    assert_eq!(made["data"]["options"]["cells"], cells, "all is kept as it came");
    world.stop().await;
}

#[tokio::test]
async fn a_commander_does_what_an_event_says() {
    let mut rests = agent("rests", "manual", json!({"payload": {"n": 0}}));
    rests["disabled"] = json!(true);
    let flow = Flow::start(json!([
        agent("hand", "manual", json!({})),
        agent(
            "cmd",
            "commander",
            json!({"action": "{{ do }}", "configure_options": {"payload": {"n": "{{ n }}", "by": "{{ target.name }}"}}})
        ),
        agent("target", "manual", json!({"payload": {"n": 1.10, "keep": [1]}})),
        rests,
        link("l", "hand", "cmd"),
        control("c1", "cmd", "target"),
        control("c2", "cmd", "rests"),
    ]))
    .await;
    let run = flow.send(json!({"do": "run"})).await;
    assert_eq!(flow.logged("cmd").await, json!(["`rests` is disabled, and was passed over", "`target` is checked"]));
    let events = flow.get(&format!("/events?run={run}&agent=target")).await;
    assert_eq!(events[0]["payload"], json!({"n": 1.10, "keep": [1]}), "in the run of the event");
    assert_eq!(flow.payloads("target").await.len(), 1);
    flow.send(json!({"do": ""})).await;
    assert_eq!((flow.payloads("target").await.len(), flow.version().await), (1, 1), "nothing is to be done");

    flow.send(json!({"do": "disable"})).await;
    let lines = json!(["`target` is disabled", "did not disable `rests`: it is so already"]);
    assert_eq!((flow.logged("cmd").await, flow.version().await), (lines, 2));
    assert_eq!(flow.get("/agents/target").await["disabled"], true);
    flow.send(json!({"do": "disable"})).await;
    assert_eq!(flow.version().await, 2, "it is so already");
    flow.send(json!({"do": "enable"})).await;
    assert_eq!((&flow.get("/agents/target").await["disabled"], flow.version().await), (&json!(false), 3));
    flow.send(json!({"do": "run"})).await;
    assert_eq!((flow.payloads("target").await.len(), flow.payloads("rests").await.len()), (2, 1));

    for _ in 0..2 {
        flow.send(json!({"do": "configure", "n": 7})).await;
        assert_eq!(flow.version().await, 4, "the same twice is one version");
    }
    let workflow = flow.get("").await;
    assert_eq!((&workflow["state"], &workflow["built_version"]), (&json!("active"), &json!(4)), "{workflow:#}");
    flow.send(json!({"do": "run"})).await;
    assert_eq!(flow.payloads("target").await[0], json!({"n": "7", "keep": [1], "by": "target"}));

    // A version that a person has saved and not started is left alone, until it is started.
    let saved = json!({"options": workflow["options"], "name": "draft"});
    flow.world.json("PUT", &flow.path, &saved.to_string()).await.ok(200);
    flow.send(json!({"do": "disable"})).await;
    assert_eq!((flow.version().await, &flow.get("/agents/target").await["disabled"]), (5, &json!(false)));
    flow.world.stop().await;
}

#[tokio::test]
async fn what_would_not_be_valid_is_not_saved_and_is_told() {
    let flow = Flow::start(json!([
        agent("hand", "manual", json!({})),
        agent("cmd", "commander", json!({"action": "{{ do }}", "configure_options": {"schedule": "{{ at }}"}})),
        agent("target", "manual", json!({})),
        agent("waits", "trigger", json!({"rules": ["true"], "keep_event": true})),
        link("l", "hand", "cmd"),
        control("c1", "cmd", "target"),
        control("c2", "cmd", "waits"),
    ]))
    .await;
    flow.send(json!({"do": "configure", "at": "sometimes"})).await;
    let error = &flow.payloads("cmd").await[0];
    assert_eq!((&error["code"], flow.version().await), (&json!("workflow_invalid"), 1), "{error}");
    assert_eq!(error["details"]["errors"][0]["field"], "config.schedule");
    for (action, code) in [("run", "target_failed"), ("restart", "target_failed")] {
        flow.send(json!({"do": action})).await;
        assert_eq!(flow.payloads("cmd").await[0]["code"], code);
    }
    assert_eq!(flow.payloads("target").await.len(), 1, "what fails at one target does not keep the others from it");

    let dry = format!("{}/agents/cmd/dry_run", flow.path);
    let tried = flow.world.post(&dry, json!({"event": {"payload": {"do": "disable"}}})).await.ok(200);
    assert_eq!(tried["data"]["logs"], json!(["would disable `target`", "would disable `waits`"]));
    let cell = json!({"cell": agent("cmd", "commander", json!({"action": "enable"})), "event": {"payload": {}}});
    let project = flow.path.split("/workflows/").next().unwrap();
    let workflow = flow.path.rsplit('/').next().unwrap();
    let mut body = cell.clone();
    body["workflow_id"] = json!(workflow);
    let tried = flow.world.post(&format!("{project}/workflows/dry_run"), body).await;
    assert!(tried.text().contains("would enable `target`"), "{}", tried.text());
    assert_eq!(flow.version().await, 1);
    flow.world.stop().await;
}

#[tokio::test]
async fn agents_that_control_each_other_come_to_an_end() {
    let flow = Flow::start(json!([
        agent("hand", "manual", json!({})),
        agent("a", "commander", json!({})),
        agent("b", "commander", json!({})),
        agent("target", "manual", json!({})),
        link("l1", "hand", "a"),
        control("c1", "a", "a"),
        control("c2", "a", "b"),
        control("c3", "b", "a"),
        control("c4", "b", "target"),
    ]))
    .await;
    flow.send(json!({})).await;
    assert_eq!(flow.payloads("target").await.len(), 1, "an event has each agent checked once");
    let counts = |agent: Value| agent["counts"]["checks"].clone();
    assert_eq!((counts(flow.get("/agents/a").await), counts(flow.get("/agents/b").await)), (json!(1), json!(1)));

    let flow = Flow::start(json!([
        agent("hand", "manual", json!({})),
        agent("a", "commander", json!({})),
        agent("one", "manual", json!({})),
        agent("other", "manual", json!({})),
        link("l1", "hand", "a"),
        link("l2", "one", "a"),
        control("c1", "a", "one"),
    ]))
    .await;
    flow.send(json!({})).await;
    let failures = flow.get("/failures").await;
    assert_eq!(failures[0]["code"], "hop_limit", "a loop by links has the hops of its run: {failures}");
    flow.world.stop().await;
}

#[tokio::test]
async fn a_scheduler_does_it_at_its_times_and_by_hand() {
    let flow = Flow::start(json!([
        agent("clock", "scheduler", json!({"schedule": "0 22 * * 1-5 Europe/Paris"})),
        agent("hand", "manual", json!({"payload": {"n": 1}})),
        control("c", "clock", "hand"),
    ]))
    .await;
    assert_eq!(flow.get("/agents/clock").await["schedule"]["spec"], "TZ=Europe/Paris 0 22 * * 1-5");
    for times in 1..3 {
        let checked = flow.world.post(&format!("{}/agents/clock/check", flow.path), json!({})).await.ok(200);
        assert_eq!(checked["data"]["logs"], json!(["`hand` is checked"]));
        flow.world.drain().await;
        assert_eq!(flow.payloads("hand").await.len(), times, "each check by hand is another one");
    }
    flow.world.stop().await;
}
