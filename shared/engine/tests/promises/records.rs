//! Records in segments and lists: whatever fails and in whatever order it is written, segments are what a look at all records would give, and
//! triggers are told once of each that enters.

use crate::World;
use crate::faults::handle_all;
use crate::faulty::Fault;
use rookery_domain::{CellId, Error, Kind, ProjectId, RecordAt, Result, Time};
use rookery_engine::{Engine, EntryChange, Mode, RecordInput, What};
use rookery_store::{EventFilter, Record, RecordFilter, Segment, SegmentState, Workflow};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How long after their writes guards are due at the latest, in milliseconds.
const GUARDS_MS: i64 = 300_000;

fn at(id: &str) -> RecordAt {
    RecordAt::new("person", id).unwrap()
}

fn input(id: &str, attributes: Value, mode: Mode) -> RecordInput {
    let Value::Object(attributes) = attributes else { panic!("no object") };
    RecordInput { at: at(id), attributes, mode, must_exist: false, hop: 0 }
}

fn in_city(city: &str) -> Value {
    json!({"path": "city", "operator": "eq", "value": city})
}

/// Does something until there is an answer, as a client does.
async fn insist<T>(mut what: impl AsyncFnMut() -> Result<T>) -> T {
    loop {
        match what().await {
            Ok(done) => return done,
            Err(error) => assert_eq!(error.kind, Kind::Unavailable, "{error}"),
        }
    }
}

/// A started workflow with these cells.
async fn started(engine: &Arc<Engine>, project: &ProjectId, cells: Value) -> Workflow {
    let options = json!({"cells": cells}).to_string();
    let (workflow, result) = engine.create_workflow(project, "records", &options).await.unwrap();
    assert_eq!(result.errors, []);
    engine.start(&workflow).await.unwrap().0
}

fn trigger(agent_type: &str, config: Value) -> Value {
    json!([{"id": "in", "type": "agent", "agent_type": agent_type, "config": config}])
}

/// Handles all messages, and what ticks find that is due because a message was lost.
async fn settle(world: &World) {
    let mut now = Time::now();
    loop {
        handle_all(world).await;
        now = now.plus(GUARDS_MS);
        if world.calm.tick(now).await.unwrap() == 0 {
            return;
        }
    }
}

/// How often a trigger was told of each record.
async fn told(world: &World, workflow: &Workflow) -> BTreeMap<String, usize> {
    let filter = EventFilter { cell: Some(CellId("in".into())), ..EventFilter::default() };
    let (mut told, mut cursor) = (BTreeMap::new(), None);
    loop {
        let page = world.calm.list_events(workflow, &filter, 100, cursor.as_ref()).await.unwrap();
        for event in page.items {
            *told.entry(event.payload.value()["id"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        cursor = page.next;
        if cursor.is_none() {
            return told;
        }
    }
}

async fn all_records(engine: &Engine, project: &ProjectId, filter: &RecordFilter) -> Vec<Record> {
    let (mut records, mut cursor) = (Vec::new(), None);
    loop {
        let page = engine.store.list_records(project, filter, 100, cursor.as_ref()).await.unwrap();
        records.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return records;
        }
    }
}

/// Compares a segment with a look at all records.
async fn is_what_a_scan_gives(engine: &Engine, project: &ProjectId, segment: &Segment, city: &str) {
    let now = engine.segment(project, &segment.id).await.unwrap();
    assert_eq!(now.state, SegmentState::Ready);
    assert_eq!(now.done, now.total);
    let all = all_records(engine, project, &RecordFilter::default()).await;
    let wanted: Vec<&RecordAt> =
        all.iter().filter(|record| record.attributes.value()["city"] == city).map(|record| &record.at).collect();
    let filter = RecordFilter { segment: Some(segment.id.clone()), ..RecordFilter::default() };
    let found = all_records(engine, project, &filter).await;
    assert_eq!(found.iter().map(|record| &record.at).collect::<Vec<_>>(), wanted, "{}", segment.id);
    let counts = engine.record_counts(project).await.unwrap();
    assert_eq!(counts.segments.get(segment.id.as_str()).copied().unwrap_or(0), wanted.len() as u64);
    assert_eq!(counts.kinds.values().sum::<u64>(), all.len() as u64);
    let says = |record: &&Record| record.segments.contains(&segment.id);
    assert_eq!(all.iter().filter(says).count(), wanted.len(), "each record says the same of itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_any_order_of_writes_segments_equal_a_scan_and_each_entering_is_told_once() {
    for seed in [1, 2, 3] {
        let world = World::start(seed).await;
        let project = world.calm.store.create_project("records").await.unwrap().id;
        let watched = world.calm.create_segment(&project, "watched", "person", &in_city("a")).await.unwrap();
        let list = world.calm.create_record_list(&project, "list", vec!["x".into(), "y".into()]).await.unwrap();
        let enters = started(&world.calm, &project, trigger("person_segment", json!({"segment_id": watched.id}))).await;
        let moves = started(&world.calm, &project, trigger("list_entry", json!({"list_id": list.id, "stage": "y"}))).await;
        let mut segments = BTreeMap::from([(watched.id.to_string(), (watched.clone(), "a"))]);
        let (mut entered, mut moved) = (BTreeMap::<String, usize>::new(), BTreeMap::<String, usize>::new());
        let mut model = BTreeMap::<String, (Map<String, Value>, Option<&str>)>::new();
        let random = {
            let faults = world.faults.clone();
            move |most: u64| faults.random() % most
        };
        for _ in 0..120 {
            let id = format!("r{}", random(8));
            let city = ["a", "b", "c"][random(3) as usize];
            match random(12) {
                0..6 => {
                    let watches = segments[watched.id.as_str()].1;
                    let (attributes, _) = model.entry(id.clone()).or_default();
                    let matched = attributes.get("city") == Some(&json!(watches));
                    let given = if random(5) == 0 { json!({"city": null}) } else { json!({"city": city, "n": random(3)}) };
                    for (name, value) in given.as_object().unwrap() {
                        match value {
                            Value::Null => drop(attributes.shift_remove(name)),
                            value => drop(attributes.insert(name.clone(), value.clone())),
                        }
                    }
                    if !matched && attributes.get("city") == Some(&json!(watches)) {
                        *entered.entry(id.clone()).or_default() += 1;
                    }
                    let inputs = [input(&id, given, Mode::Merge)];
                    insist(async || world.tested.write_records(&project, &inputs, None).await).await;
                }
                6 => {
                    model.remove(&id);
                    insist(async || world.tested.delete_record(&project, &at(&id)).await).await;
                }
                7 | 8 => {
                    let Some((_, stage)) = model.get_mut(&id) else { continue };
                    let to = ["x", "y"][random(2) as usize];
                    if to == "y" && *stage != Some("y") {
                        *moved.entry(id.clone()).or_default() += 1;
                    }
                    *stage = Some(to);
                    let change = [(at(&id), EntryChange::To(Some(to.into())))];
                    insist(async || world.tested.change_entries(&project, &list, &change, None, 0).await).await;
                }
                9 => {
                    let segment = world.calm.create_segment(&project, "another", "person", &in_city(city)).await.unwrap();
                    segments.insert(segment.id.to_string(), (segment, city));
                }
                10 => {
                    let (key, (segment, _)) = segments.iter().nth(random(segments.len() as u64) as usize).unwrap();
                    let (key, before) = (key.clone(), world.calm.segment(&project, &segment.id).await.unwrap());
                    let changed = world.calm.change_segment(&project, &before, "changed", &in_city(city)).await.unwrap();
                    segments.insert(key, (changed, city));
                }
                _ => handle_all(&world).await,
            }
        }
        settle(&world).await;
        for (segment, city) in segments.values() {
            is_what_a_scan_gives(&world.calm, &project, segment, city).await;
        }
        let records = all_records(&world.calm, &project, &RecordFilter::default()).await;
        assert_eq!(records.len(), model.len());
        for record in &records {
            let (attributes, stage) = &model[&record.at.id];
            assert_eq!(record.attributes.value(), &Value::Object(attributes.clone()));
            assert_eq!(record.stages.get(&list.id).map(String::as_str), *stage);
        }
        for stage in ["x", "y"] {
            let filter = RecordFilter { list: Some(list.id.clone()), stage: Some(stage.into()), ..RecordFilter::default() };
            let there = all_records(&world.calm, &project, &filter).await.len();
            assert_eq!(there, model.values().filter(|(_, at)| *at == Some(stage)).count());
        }
        assert_eq!(told(&world, &enters).await, entered, "seed {seed}");
        assert_eq!(told(&world, &moves).await, moved, "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_records_of_one_request_are_there_once_with_one_answer_whatever_fails() {
    let world = World::start(20_261_128).await;
    let project = world.calm.store.create_project("records").await.unwrap().id;
    let segment = world.calm.create_segment(&project, "a", "person", &in_city("a")).await.unwrap();
    let workflow = started(&world.calm, &project, trigger("person_segment", json!({"segment_id": segment.id}))).await;
    let inputs: Vec<RecordInput> = (0..500)
        .map(|n| input(&n.to_string(), json!({"n": n, "city": if n % 5 == 0 { "a" } else { "b" }}), Mode::Merge))
        .collect();
    let write = async || world.tested.write_records(&project, &inputs, Some("request/k")).await;
    let outcomes = insist(write).await;
    assert!(outcomes.iter().all(|outcome| outcome.what == What::Created), "each was created by this request");
    world.calm.write_records(&project, &[input("7", json!({"n": "another"}), Mode::Merge)], None).await.unwrap();
    assert_eq!(insist(write).await, outcomes, "the same again has the same answer");
    settle(&world).await;
    is_what_a_scan_gives(&world.calm, &project, &segment, "a").await;
    let records = all_records(&world.calm, &project, &RecordFilter::default()).await;
    assert_eq!(records.len(), 500);
    let seventh = records.iter().find(|record| record.at.id == "7").unwrap();
    assert_eq!(seventh.attributes.value()["n"], "another", "and writes nothing twice");
    let wanted: BTreeMap<String, usize> = (0..500).step_by(5).map(|n| (n.to_string(), 1)).collect();
    assert_eq!(told(&world, &workflow).await, wanted);
    // There are few transactions, so that none may have collided.
    let silent = world.faults.silent();
    assert!(silent.iter().all(|fault| *fault == Fault::Conflict), "faults that never came: {silent:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fill_finds_each_record_once_whatever_fails_and_is_no_news() {
    let world = World::start(20_261_129).await;
    let project = world.calm.store.create_project("records").await.unwrap().id;
    for part in 0..3 {
        let inputs: Vec<RecordInput> = (part * 400..(part + 1) * 400)
            .map(|n| input(&format!("{n:04}"), json!({"city": if n % 3 == 0 { "a" } else { "b" }}), Mode::Merge))
            .collect();
        world.calm.write_records(&project, &inputs, None).await.unwrap();
    }
    let segment = world.calm.create_segment(&project, "a", "person", &in_city("a")).await.unwrap();
    assert_eq!((segment.state, segment.done, segment.total), (SegmentState::Filling, 0, 1200));
    let config = json!({"segment_id": segment.id});
    let silent = started(&world.calm, &project, trigger("person_segment", config.clone())).await;
    let existing = json!({"segment_id": segment.id, "existing": true});
    let told_all = started(&world.calm, &project, trigger("person_segment", existing)).await;
    // Some are written while it is filled: they enter, leave, or are gone.
    let write = async |id: &str, city: &str| {
        let inputs = [input(id, json!({"city": city}), Mode::Merge)];
        insist(async || world.tested.write_records(&project, &inputs, None).await).await;
    };
    let meanwhile = async {
        write("0001", "a").await;
        write("0000", "b").await;
        write("new", "a").await;
        insist(async || world.tested.delete_record(&project, &at("0003")).await).await;
    };
    tokio::join!(settle(&world), meanwhile);
    settle(&world).await;
    is_what_a_scan_gives(&world.calm, &project, &segment, "a").await;
    let entered = BTreeMap::from([("0001".to_owned(), 1), ("new".to_owned(), 1)]);
    assert_eq!(told(&world, &silent).await, entered);
    let filter = RecordFilter { segment: Some(segment.id.clone()), ..RecordFilter::default() };
    let there: BTreeSet<String> =
        all_records(&world.calm, &project, &filter).await.into_iter().map(|record| record.at.id).collect();
    let told_all = told(&world, &told_all).await;
    assert!(told_all.values().all(|count| *count == 1), "each once: {told_all:?}");
    assert!(there.iter().all(|id| told_all.contains_key(id)), "whoever is there was told");

    world.calm.delete_segment(&project, &segment.id).await.unwrap();
    settle(&world).await;
    let record = world.calm.record(&project, &at("0006")).await.unwrap().unwrap();
    assert!(record.segments.is_empty());
    assert_eq!(world.calm.record_counts(&project).await.unwrap().segments.get(segment.id.as_str()), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_write_costs_does_not_grow_with_records_and_segments() {
    let world = World::start(31).await;
    let project = world.calm.store.create_project("records").await.unwrap().id;
    for n in 0..90 {
        let condition = json!({"path": "n", "operator": "gte", "value": n * 10});
        world.calm.create_segment(&project, "s", "person", &condition).await.unwrap();
    }
    let mut costs = BTreeSet::new();
    for many in [0, 500] {
        let inputs: Vec<RecordInput> = (0..many).map(|n| input(&format!("x{n}"), json!({"n": -1}), Mode::Merge)).collect();
        if !inputs.is_empty() {
            world.calm.write_records(&project, &inputs, None).await.unwrap();
        }
        let (engine, requests) = world.counted();
        let write = async |id: &str, n: i64| {
            let before = ["BatchGetItem", "TransactWriteItems", "Query"].map(|operation| requests.of(operation));
            engine.write_records(&project, &[input(id, json!({"n": n}), Mode::Merge)], None).await.unwrap();
            let after = ["BatchGetItem", "TransactWriteItems", "Query"].map(|operation| requests.of(operation));
            (after[0] - before[0], after[1] - before[1], after[2] - before[2])
        };
        assert_eq!(write(&format!("first{many}"), -1).await, (1, 1, 1), "the segments are read once");
        costs.insert(write(&format!("a{many}"), -1).await);
        costs.insert(write(&format!("a{many}"), 10_000).await);
        assert_eq!(write(&format!("a{many}"), 10_000).await, (1, 0, 0), "what changes nothing writes nothing");
    }
    assert_eq!(costs, BTreeSet::from([(1, 1, 0)]), "one read and one transaction, whatever there is and whatever is entered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_write_one_record_at_once_both_have_written() {
    let world = World::start(32).await;
    let project = world.calm.store.create_project("records").await.unwrap().id;
    let write = |n: usize| {
        let (engine, project) = (world.calm.clone(), project.clone());
        async move {
            let inputs = [input("one", json!({format!("a{n}"): n}), Mode::Merge)];
            engine.write_records(&project, &inputs, None).await.map_err(|error: Error| error.to_string())
        }
    };
    for written in futures::future::join_all((0..12).map(write)).await {
        written.unwrap();
    }
    let record = world.calm.record(&project, &at("one")).await.unwrap().unwrap();
    assert_eq!(record.attributes.value().as_object().unwrap().len(), 12);
}
