//! Groups and links: one delivery for each agent that a matching link leads to.

use rookery_tests::{Workflow, agent, cells, deliveries, link, link_of, wait_until};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn say(id: &str) -> Value {
    agent(id, "event_formatting", json!({"instructions": {"by": id, "n": "{{ n }}"}}))
}

#[tokio::test]
async fn an_event_goes_once_to_every_agent_that_a_matching_link_leads_to() {
    let mut rookery = super::rookery().start().await;
    let condition = json!({"condition": {"path": "n", "operator": "gt", "value": 5}, "emit_on_no_match": true});
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("large", "condition", condition),
            say("all"),
            say("match"),
            say("no_match"),
            say("twice"),
            say("other"),
            link("start", "large"),
            link("large", "all"),
            link_of("on_match", "large", "match"),
            link_of("on_no_match", "large", "no_match"),
            link("large", "twice"),
            link_of("on_match", "large", "twice"),
            link_of("on_error", "large", "other"),
        ]))
        .await;
    for (n, expected) in [(9, vec!["all", "match", "twice"]), (1, vec!["all", "no_match", "twice"])] {
        let run = workflow.emit("start", json!({"n": n})).await;
        workflow.finished(&run).await;
        let events = workflow.list(&format!("/events?run={run}&group=on_format")).await;
        let mut by: Vec<&str> = events.iter().map(|event| event["cell_id"].as_str().unwrap()).collect();
        by.sort_unstable();
        assert_eq!(by, expected, "n = {n}");
    }
    // Groups that a person gives are followed, too.
    let named = json!({"payload": {"n": 7}, "groups": ["on_trigger", "urgent"]});
    let accepted = workflow.post("/agents/start/events", &named).await.expect(202);
    let event = workflow.get(&format!("/events/{}", accepted["data"]["event_id"].as_str().unwrap())).await;
    assert_eq!(event["data"]["groups"], json!(["on_trigger", "urgent"]));
}

#[tokio::test]
async fn one_event_goes_to_a_thousand_agents() {
    let mut rookery = super::rookery().checks_runs_itself().start().await;
    let count = if rookery.is_deployed() { 100 } else { 1000 };
    // Nothing passes these filters: what counts is which of them were asked.
    let config = json!({"condition": {"path": "n", "operator": "eq", "value": 0}});
    let targets = (0..count).flat_map(|n| {
        let id = format!("a{n}");
        [agent(&id, "condition", config.clone()), link("start", &id)]
    });
    let workflow = rookery.started(&cells([agent("start", "manual", json!({}))].into_iter().chain(targets))).await;
    let run = workflow.emit("start", json!({"n": 1})).await;
    let done = wait_until("all agents are asked", async || {
        let done = done_in(&workflow, &run).await;
        (done.len() >= count).then_some(done)
    })
    .await;
    assert_eq!(done.len(), count, "each is asked once");
    assert_eq!(done.into_iter().collect::<BTreeSet<_>>().len(), count);
}

/// The cells whose deliveries of this run are done. A run of very many is shown in parts, which together have each delivery.
async fn done_in(workflow: &Workflow, run: &str) -> Vec<String> {
    let (mut done, mut cursor) = (Vec::new(), String::new());
    loop {
        let part = workflow.get(&format!("/runs/{run}{cursor}")).await;
        let handled = deliveries(&part["data"]).into_iter().filter(|delivery| delivery["state"] == "done");
        done.extend(handled.map(|delivery| delivery["cell_id"].as_str().unwrap().to_owned()));
        match part["meta"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("?cursor={next}"),
            None => return done,
        }
    }
}
