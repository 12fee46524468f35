//! A workflow under test: short forms of cells, and its routes by name.

use crate::{Api, Call, wait_until};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;

/// An agent cell.
pub fn agent(id: &str, agent_type: &str, config: Value) -> Value {
    json!({"id": id, "type": "agent", "agent_type": agent_type, "config": config})
}

/// A link cell that takes all events; its id is `SOURCE>TARGET`.
pub fn link(source: &str, target: &str) -> Value {
    json!({"id": format!("{source}>{target}"), "type": "link", "source": {"id": source}, "target": {"id": target}})
}

/// A link cell that takes the events of a group; its id is `SOURCE>TARGET:GROUP`.
pub fn link_of(group: &str, source: &str, target: &str) -> Value {
    let mut link = link(source, target);
    (link["id"], link["group_id"]) = (json!(format!("{source}>{target}:{group}")), json!(group));
    link
}

/// A workflow's options.
pub fn cells(cells: impl IntoIterator<Item = Value>) -> Value {
    json!({"cells": cells.into_iter().collect::<Vec<_>>()})
}

/// The events of a run's tree, each with its deliveries.
pub fn events(run: &Value) -> Vec<&Value> {
    let (mut found, mut open) = (Vec::new(), Vec::new());
    open.extend(run["events"].as_array().into_iter().flatten());
    open.extend(run["checks"].as_array().into_iter().flatten().flat_map(|check| check["events"].as_array()).flatten());
    while let Some(event) = open.pop() {
        found.push(event);
        let deliveries = event["deliveries"].as_array().into_iter().flatten();
        open.extend(deliveries.flat_map(|delivery| delivery["events"].as_array()).flatten());
    }
    found
}

/// The deliveries of a run's tree.
pub fn deliveries(run: &Value) -> Vec<&Value> {
    let of_events = events(run).into_iter().flat_map(|event| event["deliveries"].as_array());
    of_events.chain(run["deliveries"].as_array()).flatten().collect()
}

/// A workflow.
#[derive(Clone)]
pub struct Workflow {
    /// The client that calls it.
    pub api: Api,
    /// The id of the workflow's project.
    pub project: String,
    /// The workflow's id.
    pub id: String,
}

impl Workflow {
    /// Creates a workflow.
    pub async fn create(api: &Api, project: &str, options: &Value) -> Workflow {
        let path = format!("/projects/{project}/workflows");
        let made = api.post(&path, &json!({"name": "Journey", "options": options})).await.expect(201);
        Workflow { api: api.clone(), project: project.into(), id: made["data"]["id"].as_str().unwrap().into() }
    }

    /// A path below the workflow, like `/runs`.
    pub fn path(&self, rest: &str) -> String {
        format!("/projects/{}/workflows/{}{rest}", self.project, self.id)
    }

    /// GET of a path below the workflow.
    pub async fn get(&self, rest: &str) -> Value {
        self.api.get(&self.path(rest)).await.expect(200)
    }

    /// The list at a path below the workflow, page by page.
    pub async fn list(&self, rest: &str) -> Vec<Value> {
        self.api.list(&self.path(rest)).await
    }

    /// POST to a path below the workflow.
    pub async fn post(&self, rest: &str, body: &Value) -> crate::Answer {
        self.api.post(&self.path(rest), body).await
    }

    /// Saves options as a new version, whatever the last one is.
    pub async fn save(&self, options: &Value) -> Value {
        self.api.put(&self.path(""), &json!({"options": options})).await.expect(200)
    }

    /// Starts the workflow: builds the last version and sets it active.
    pub async fn start(&self) -> Value {
        self.post("/start", &json!({})).await.expect(200)
    }

    /// Saves options and starts that version.
    pub async fn restart_with(&self, options: &Value) {
        self.save(options).await;
        self.start().await;
    }

    /// Stops the workflow.
    pub async fn stop(&self) -> Value {
        self.post("/stop", &json!({})).await.expect(200)
    }

    /// A request that puts an event in at a trigger.
    pub fn event_call(&self, cell: &str, payload: &Value) -> Call {
        self.api.call(Method::POST, &self.path(&format!("/agents/{cell}/events"))).json(&json!({"payload": payload}))
    }

    /// Puts an event in at a trigger, and gives the run's id.
    pub async fn emit(&self, cell: &str, payload: Value) -> String {
        let accepted = self.event_call(cell, &payload).send().await.expect(202);
        accepted["data"]["run_id"].as_str().unwrap().to_owned()
    }

    /// What the API says of an agent.
    pub async fn agent(&self, cell: &str) -> Value {
        self.get(&format!("/agents/{cell}")).await["data"].clone()
    }

    /// The URL of an agent's hook.
    pub async fn hook_url(&self, cell: &str) -> String {
        self.agent(cell).await["hook_url"].as_str().unwrap().to_owned()
    }

    /// A run as it is now.
    pub async fn run(&self, run: &str) -> Value {
        self.get(&format!("/runs/{run}")).await["data"].clone()
    }

    /// A run, once all its deliveries are over and its events are in the workflow's list, which may be written later than they. The events of
    /// a run that is shown in parts are not looked for.
    pub async fn finished(&self, run: &str) -> Value {
        wait_until(&format!("the end of run {run}"), async || {
            let shown = self.get(&format!("/runs/{run}")).await;
            let tree = &shown["data"];
            let is_over = tree["state"] != "running" && (shown["meta"]["truncated"] == true || self.lists_all_of(tree).await);
            is_over.then(|| tree.clone())
        })
        .await
    }

    /// Whether each event of a run's tree is in the workflow's list of events.
    async fn lists_all_of(&self, tree: &Value) -> bool {
        let listed = self.list("/events?payloads=false").await;
        let listed: HashSet<&str> = listed.iter().filter_map(|event| event["id"].as_str()).collect();
        events(tree).iter().all(|event| event["id"].as_str().is_some_and(|id| listed.contains(id)))
    }

    /// A run, once one of its deliveries, to this agent, waits for its next attempt.
    pub async fn waiting(&self, run: &str, cell: &str) -> Value {
        wait_until(&format!("run {run} waits in {cell}"), async || {
            let tree = self.run(run).await;
            let waits = deliveries(&tree).iter().any(|delivery| delivery["cell_id"] == cell && delivery["state"] == "waiting");
            waits.then_some(tree)
        })
        .await
    }

    /// Waits until `says` is true of the agent, and gives the agent as the API shows it.
    pub async fn agent_when(&self, cell: &str, what: &str, says: impl Fn(&Value) -> bool) -> Value {
        wait_until(&format!("{cell}: {what}"), async || Some(self.agent(cell).await).filter(&says)).await
    }

    /// The payloads of an agent's events, newest first.
    pub async fn payloads(&self, cell: &str) -> Vec<Value> {
        self.list(&format!("/events?agent={cell}")).await.into_iter().map(|event| event["payload"].clone()).collect()
    }

    /// Waits until an agent has emitted this many events, and gives their payloads, newest first.
    pub async fn emitted(&self, cell: &str, count: usize) -> Vec<Value> {
        wait_until(&format!("{count} events of {cell}"), async || {
            Some(self.payloads(cell).await).filter(|payloads| payloads.len() >= count)
        })
        .await
    }

    /// Waits until there are this many failures, and gives them, newest first.
    pub async fn failures(&self, count: usize) -> Vec<Value> {
        wait_until(&format!("{count} failures"), async || {
            Some(self.list("/failures").await).filter(|failures| failures.len() >= count)
        })
        .await
    }
}
