//! Reads the client's log, the API and the sink's ledger, and compares them with the reference.

use crate::Accepted;
use crate::reference::{events_of_a_run, route};
use futures::{StreamExt, stream};
use rookery_tests::{Sink, Workflow, events};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// How many runs are read at once.
const AT_ONCE: usize = 8;

pub(crate) async fn check(workflow: &Workflow, options: &Value, accepted: &Accepted, sink: &Sink, pass: usize) {
    let runs: BTreeSet<String> = workflow.list("/runs").await.iter().map(|run| run["id"].as_str().unwrap().to_owned()).collect();
    let logged: BTreeSet<String> = accepted.values().cloned().collect();
    assert_eq!(logged.len(), accepted.len(), "each event has a run of its own");
    assert_eq!(runs, logged, "what is stored is what was accepted");

    let mut trees = stream::iter(accepted).map(async |(n, run)| (*n, workflow.run(run).await)).buffer_unordered(AT_ONCE);
    let mut ended = HashMap::new();
    while let Some((n, run)) = trees.next().await {
        if let Some(delivery) = check_run(options, n, &run) {
            ended.insert(delivery, n);
        }
    }
    assert_eq!(ended.len(), pass, "as many came out as passed the filter");
    check_ledger(sink, &ended);
    assert_eq!(workflow.list("/failures").await, Vec::<Value>::new());
    assert_eq!(workflow.list("/events?agent=sink").await.len(), pass, "one final event for each");
}

/// Checks one run, and gives the delivery that called the sink.
fn check_run(options: &Value, n: usize, run: &Value) -> Option<String> {
    let events = events(run);
    let ids: HashSet<&str> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), events.len(), "event {n}: no event twice: {run}");
    let (mut handled, mut emitted) = (HashSet::new(), HashMap::new());
    for event in &events {
        let mut reached: BTreeMap<String, Vec<String>> = BTreeMap::new();
        // The merge's time-out is still to come, and is no delivery of the event.
        let deliveries = event["deliveries"].as_array().unwrap().iter().filter(|delivery| delivery["state"] != "scheduled");
        for delivery in deliveries {
            assert_eq!((&delivery["state"], &delivery["arm"]), (&json!("done"), &json!(0)), "event {n}: {delivery}");
            assert!(handled.insert(delivery["id"].as_str().unwrap()), "event {n}: a delivery twice: {run}");
            let links = delivery["links"].as_array().unwrap().iter().map(|link| link.as_str().unwrap().to_owned());
            let before = reached.insert(delivery["cell_id"].as_str().unwrap().to_owned(), links.collect());
            assert_eq!(before, None, "event {n}: two deliveries to one agent: {run}");
            for child in delivery["event_ids"].as_array().unwrap() {
                emitted.insert(child.as_str().unwrap(), (delivery, *event));
            }
        }
        assert_eq!(reached, route(options, event), "event {n}: deliveries of {event}");
    }
    for event in &events {
        match emitted.get(event["id"].as_str().unwrap()) {
            None => {
                assert_eq!((&event["id"], &event["cell_id"]), (&run["id"], &json!("start")), "event {n}: came of nothing: {run}")
            }
            Some((delivery, cause)) => {
                assert_eq!(event["cell_id"], delivery["cell_id"], "event {n}: {run}");
                assert_eq!(event["cause"], json!({"event": cause["id"], "delivery": delivery["id"]}), "event {n}: {run}");
            }
        }
    }
    assert_eq!(emitted.len() + 1, events.len(), "event {n}: a child is missing: {run}");
    check_shape(n, &events, run)
}

/// Checks that each agent did its work, once.
fn check_shape(n: usize, events: &[&Value], run: &Value) -> Option<String> {
    let find = |cell: &str| events.iter().find(|event| event["cell_id"] == cell).copied();
    let root = find("start").unwrap();
    assert_eq!(root["payload"]["n"], n, "event {n}: {run}");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for event in events {
        *counts.entry(event["cell_id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let way = find("ways").map_or("", |event| event["groups"][0].as_str().unwrap());
    assert_eq!(counts, events_of_a_run(root["payload"]["pass"] == true, way), "event {n}: {run}");
    let joined = &find("join")?["payload"];
    for branch in ["one", "two"] {
        assert_eq!(joined[branch], json!({"n": n, "pass": true, "way": way, "branch": branch}), "event {n}");
    }
    let end = find("sink").unwrap();
    assert_eq!(end["payload"]["status"], 200, "event {n}: {end}");
    Some(end["cause"]["delivery"].as_str().unwrap().to_owned())
}

/// Checks the calls: a call may have been repeated, but only with the same key and body.
fn check_ledger(sink: &Sink, ended: &HashMap<String, usize>) {
    let requests = sink.requests();
    let mut bodies: HashMap<&str, &[u8]> = HashMap::new();
    for request in &requests {
        let key = request.header("idempotency-key");
        let n = ended.get(key).unwrap_or_else(|| panic!("a call of no delivery that came to an end: {key}"));
        assert_eq!(request.json()["n"], n.to_string(), "the key {key}");
        let body = bodies.entry(key).or_insert(&request.body);
        assert_eq!(*body, &request.body[..], "one key, one body: {key}");
    }
    assert_eq!(bodies.len(), ended.len(), "each was called");
    println!("{} calls for {} deliveries", requests.len(), bodies.len());
}
