//! What users can see: events by agent, group and run, pages, a run's tree, metrics that add up; and no events that are no longer kept.

use rookery_tests::{agent, cells, deliveries, events, link, link_of, wait_up_to};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

#[tokio::test]
async fn metrics_add_up_and_lists_are_complete() {
    const COUNT: usize = 45;
    let mut rookery = super::rookery().start().await;
    let even = json!({"condition": {"path": "even", "operator": "eq", "value": true}});
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("even", "condition", even),
            agent("say", "event_formatting", json!({"instructions": {"n": "{{ n }}"}})),
            link("start", "even"),
            link_of("on_match", "even", "say"),
        ]))
        .await;
    let posts = (0..COUNT).map(|n| workflow.emit("start", json!({"n": n, "even": n % 2 == 0})));
    for run in futures::future::join_all(posts).await {
        workflow.finished(&run).await;
    }
    let passed = COUNT.div_ceil(2);
    let expected = [("start", 0, COUNT), ("even", COUNT, passed), ("say", passed, passed)];
    for (cell, received, emitted) in expected {
        // Metrics are written after a batch, so the test waits.
        let what = format!("received {received} and emitted {emitted}");
        let agent = workflow
            .agent_when(cell, &what, |agent| agent["counts"]["received"] == received && agent["counts"]["emitted"] == emitted)
            .await;
        assert_eq!(agent["counts"]["errors"], 0);
        let hours = workflow.list(&format!("/metrics?agent={cell}")).await;
        assert_eq!(hours.iter().map(|hour| hour["emitted"].as_u64().unwrap()).sum::<u64>(), emitted as u64);
        assert_eq!(workflow.list(&format!("/events?agent={cell}")).await.len(), emitted);
    }
    assert_eq!(workflow.list("/events?group=on_match").await.len(), passed);
    assert_eq!(workflow.list("/runs").await.len(), COUNT);

    // Small pages give the same events, each once.
    let (mut seen, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let page = workflow.get(&format!("/events?limit=7{cursor}")).await;
        let ids = page["data"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned());
        let before = seen.len();
        seen.extend(ids);
        assert!(seen.len() - before == page["data"].as_array().unwrap().len(), "no event comes twice");
        match page["meta"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), COUNT + 2 * passed);
}

#[tokio::test]
async fn what_waits_keeps_nothing_from_being_counted() {
    let mut rookery = super::rookery().leaves_timers().start().await;
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("wait", "delay", json!({"hours": 1})),
            agent("any", "condition", json!({"condition": {"path": "n", "operator": "gte", "value": 0}})),
            link("start", "wait"),
            link("start", "any"),
        ]))
        .await;
    for n in 0..3 {
        let run = workflow.emit("start", json!({"n": n})).await;
        workflow.waiting(&run, "wait").await;
    }
    for (cell, received, emitted) in [("start", 0, 3), ("any", 3, 3)] {
        let what = format!("received {received} and emitted {emitted}");
        workflow
            .agent_when(cell, &what, |agent| agent["counts"]["received"] == received && agent["counts"]["emitted"] == emitted)
            .await;
    }
    // Nobody waits for the hour.
    assert_eq!(rookery.api.delete(&workflow.path("")).await.status, 204);
}

#[tokio::test]
async fn a_run_is_shown_as_the_tree_that_it_is() {
    let mut rookery = super::rookery().start().await;
    let say = |id: &str| agent(id, "event_formatting", json!({"instructions": {"by": id}}));
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            say("a"),
            say("b"),
            say("c"),
            link("start", "a"),
            link("start", "b"),
            link("b", "c"),
        ]))
        .await;
    let run = workflow.emit("start", json!({})).await;
    let tree = workflow.finished(&run).await;
    assert_eq!((&tree["state"], &tree["event_count"], &tree["version"]), (&json!("done"), &json!(4), &json!(1)));
    let root = &tree["events"][0];
    assert_eq!((&root["cell_id"], &root["id"]), (&json!("start"), &json!(run)));
    let to = |event: &serde_json::Value| -> Vec<String> {
        event["deliveries"].as_array().unwrap().iter().map(|delivery| delivery["cell_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(to(root), ["a", "b"]);
    assert_eq!(to(&root["deliveries"][1]["events"][0]), ["c"]);
    assert_eq!((events(&tree).len(), deliveries(&tree).len()), (4, 3));
    for delivery in deliveries(&tree) {
        assert!(delivery["began_at"].is_string() && delivery["took_ms"].is_number() && delivery["state"] == "done", "{delivery}");
        assert_eq!(delivery["links"].as_array().unwrap().len(), 1);
    }
    for event in events(&tree) {
        let shown = workflow.get(&format!("/events/{}", event["id"].as_str().unwrap())).await["data"].clone();
        assert_eq!((&shown["payload"], &shown["cause"]), (&event["payload"], &event["cause"]));
    }
}

#[tokio::test]
async fn events_are_shown_as_long_as_their_agent_keeps_them() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("brief", "event_formatting", json!({"instructions": {"n": 1}, "keep_events_for": 60})),
            agent("end", "event_formatting", json!({"instructions": {"n": 2}})),
            link("start", "brief"),
            link("brief", "end"),
        ]))
        .await;
    let run = workflow.emit("start", json!({})).await;
    workflow.finished(&run).await;
    let brief = wait_up_to(Duration::from_secs(120), "the event is over", async || {
        let events = workflow.list(&format!("/events?run={run}")).await;
        events.iter().all(|event| event["cell_id"] != "brief").then_some(events)
    })
    .await;
    let left: BTreeSet<&str> = brief.iter().map(|event| event["cell_id"].as_str().unwrap()).collect();
    assert_eq!(left, BTreeSet::from(["start", "end"]), "the others' are kept");
    assert_eq!(workflow.payloads("brief").await.len(), 0);
}
