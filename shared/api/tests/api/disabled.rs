//! Agents that are disabled: nothing reaches them, nothing comes of them, and they keep what they have.

use crate::support::{World, agent, link};
use serde_json::{Value, json};

struct Flow {
    world: World,
    path: String,
}

impl Flow {
    /// Saves the canvas with these agents disabled, and starts it.
    async fn disable(&self, cells: &Value, ids: &[&str]) -> Value {
        let mut cells = cells.clone();
        for cell in cells.as_array_mut().unwrap() {
            if ids.contains(&cell["id"].as_str().unwrap()) {
                cell["disabled"] = json!(true);
            }
        }
        self.world.json("PUT", &self.path, &json!({"options": {"cells": cells}}).to_string()).await.ok(200);
        self.world.post(&format!("{}/start", self.path), json!({})).await.ok(200)
    }

    async fn send(&self, payload: Value) -> String {
        let sent = self.world.post(&format!("{}/agents/hand/events", self.path), json!({"payload": payload})).await.ok(202);
        self.world.drain().await;
        sent["data"]["run_id"].as_str().unwrap().to_owned()
    }

    async fn agent(&self, cell: &str) -> Value {
        self.world.get(&format!("{}/agents/{cell}", self.path)).await.ok(200)["data"].clone()
    }

    async fn emitted(&self, run: &str) -> Vec<String> {
        let events = self.world.get(&format!("{}/events?run={run}", self.path)).await.ok(200);
        let mut cells: Vec<String> =
            events["data"].as_array().unwrap().iter().map(|event| event["cell_id"].as_str().unwrap().to_owned()).collect();
        cells.sort();
        cells
    }
}

#[tokio::test]
async fn a_disabled_agent_receives_and_emits_nothing_and_nobody_waits_for_it() {
    let cells = json!([
        agent("hand", "manual", json!({})),
        agent("watch", "change_detector", json!({"property": "n"})),
        agent("says", "event_formatting", json!({"instructions": {"n": "{{ n }}"}})),
        agent("both", "merge", json!({"mode": "all"})),
        link("l1", "hand", "watch"),
        link("l2", "watch", "both"),
        link("l3", "hand", "says"),
        link("l4", "says", "both"),
    ]);
    let world = World::open().await;
    let path = world.started(cells.clone()).await;
    let flow = Flow { world, path };
    let run = flow.send(json!({"n": 1})).await;
    assert_eq!(flow.emitted(&run).await, ["both", "hand", "says", "watch"]);
    let before = flow.agent("watch").await;
    assert_eq!((&before["disabled"], &before["memory"]), (&json!(false), &json!({"last_property": 1})));

    flow.disable(&cells, &["watch"]).await;
    let run = flow.send(json!({"n": 2})).await;
    assert_eq!(flow.emitted(&run).await, ["both", "hand", "says"], "the merge does not wait for `watch`");
    let now = flow.agent("watch").await;
    assert_eq!((&now["disabled"], &now["counts"], &now["memory"]), (&json!(true), &before["counts"], &before["memory"]));
    let dry = flow.world.post(&format!("{}/agents/watch/dry_run", flow.path), json!({"event": {"payload": {"n": 3}}})).await;
    assert_eq!(dry.ok(200)["data"]["events"][0]["payload"], json!({"n": 3}), "it can be tried");
    // In its own version, a run that is made again goes as it went.
    let events = flow.world.get(&format!("{}/events?agent=watch", flow.path)).await.ok(200);
    let event = format!("{}/events/{}/emit", flow.path, events["data"][0]["id"].as_str().unwrap());
    flow.world.post(&event, json!({})).await.error(409, "agent_disabled");
    flow.world.post(&event, json!({"version": "run"})).await.ok(202);
    flow.world.drain().await;

    flow.disable(&cells, &[]).await;
    let again = flow.agent("watch").await;
    assert_eq!((&again["memory"], &again["incarnation"]), (&before["memory"], &before["incarnation"]), "the same agent");
    let run = flow.send(json!({"n": 1})).await;
    assert_eq!(flow.emitted(&run).await, ["hand", "says"], "`watch` remembers, so the merge waits");
    flow.world.stop().await;
}

#[tokio::test]
async fn disabled_triggers_rest_and_what_is_wrong_with_them_stops_nobody() {
    let cells = json!([
        agent("hook", "webhook", json!({})),
        agent("clock", "schedule", json!({"schedule": "every_1h"})),
        agent("hand", "manual", json!({})),
        agent("verified", "webhook", json!({"verify": {"scheme": "github", "credential": "nothing"}})),
    ]);
    let world = World::open().await;
    let project = world.project().await;
    let made = world.post(&format!("{project}/workflows"), json!({"name": "w", "options": {"cells": cells}})).await.ok(201);
    let path = format!("{project}/workflows/{}", made["data"]["id"].as_str().unwrap());
    let flow = Flow { world, path };
    flow.disable(&cells, &["verified"]).await;
    let hook = flow.agent("hook").await["hook_url"].as_str().unwrap().to_owned();
    assert!(flow.agent("clock").await["schedule"]["next_due"].is_string());
    flow.world.post(&hook, json!({})).await.ok(202);

    let broken = json!([cells[0], cells[1], cells[2], agent("verified", "telepathy", json!({"x": 1}))]);
    let started = flow.disable(&broken, &["hook", "clock", "hand", "verified"]).await;
    let warned = &started["meta"]["warnings"][0];
    assert_eq!((&warned["cell_id"], &warned["field"]), (&json!("verified"), &json!("agent_type")), "{started}");
    assert!(flow.agent("clock").await["schedule"].is_null());
    assert_eq!(flow.agent("hook").await["hook_url"], json!(hook), "the address stays");
    let refused = flow.world.post(&hook, json!({})).await;
    assert!(refused.error(409, "agent_disabled").contains("`hook`"));
    let hand = format!("{}/agents/hand", flow.path);
    flow.world.post(&format!("{hand}/events"), json!({"payload": {}})).await.error(409, "agent_disabled");
    flow.world.post(&format!("{hand}/check"), json!({})).await.error(409, "agent_disabled");

    flow.disable(&cells, &["verified"]).await;
    flow.world.post(&hook, json!({})).await.ok(202);
    assert!(flow.agent("clock").await["schedule"]["next_due"].is_string());
    flow.world.stop().await;
}

#[tokio::test]
async fn an_agent_is_disabled_and_enabled_in_new_versions_that_run_at_once() {
    let cells = json!([
        agent("hand", "manual", json!({})),
        agent("says", "event_formatting", json!({"instructions": {"n": "1"}})),
        link("l", "hand", "says")
    ]);
    let world = World::open().await;
    let path = world.started(cells).await;
    let flow = Flow { world, path };
    let says = format!("{}/agents/says", flow.path);
    let version = async || flow.world.get(&flow.path).await.ok(200)["data"]["version"].as_u64().unwrap();
    let first = version().await;

    let disabled = flow.world.post(&format!("{says}/disable"), json!({"drop_pending_events": true})).await.ok(200);
    assert_eq!((&disabled["data"]["disabled"], &disabled["data"]["cell_id"]), (&json!(true), &json!("says")));
    let run = flow.send(json!({})).await;
    assert_eq!((flow.emitted(&run).await, version().await), (vec!["hand".to_owned()], first + 1));

    let enabled = flow.world.post(&format!("{says}/enable"), json!({})).await.ok(200);
    assert_eq!(enabled["data"]["disabled"], false);
    let run = flow.send(json!({})).await;
    assert_eq!((flow.emitted(&run).await, version().await), (vec!["hand".to_owned(), "says".to_owned()], first + 2));
    flow.world.post(&format!("{says}/enable"), json!({})).await.ok(200);
    assert_eq!(version().await, first + 2, "it is so already");

    let nobody = format!("{}/agents/nobody/disable", flow.path);
    flow.world.post(&nobody, json!({})).await.error(404, "not_found");
    let unknown = flow.world.post(&format!("{says}/disable"), json!({"drop": true})).await;
    assert!(unknown.error(400, "invalid_request").contains("drop"));
    let name = json!({"name": "renamed", "options": {"cells": []}}).to_string();
    flow.world.json("PUT", &flow.path, &name).await.ok(200);
    let refused = flow.world.post(&format!("{says}/disable"), json!({})).await;
    assert!(refused.error(409, "newer_version").contains(&(first + 3).to_string()), "what is saved and not built is not lost");
    flow.world.stop().await;
}
