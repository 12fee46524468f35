//! Where a chain ends makes no difference: random graphs are run with chains of all sizes, and give what they give without chains.

use crate::{World, handle};
use rookery_domain::{CellId, Event, Payload};
use rookery_engine::{ChainBounds, Dispatcher, Incoming, Router, Settings};
use rookery_queue::Queue;
use rookery_store::{Cursor, EventFilter, Page, RunItem, Workflow};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub(crate) const ALONE: ChainBounds = ChainBounds { deliveries: 0, bytes: 0, time: Duration::ZERO, quick: Duration::ZERO };
const EVENTS: usize = 3;

/// A workflow of a trigger and some agents, each linked from one of those before it. Only what passes on each event that it gets has
/// several links, since what `merge` joins depends on the order in which messages come.
fn graph(random: &mut fastrand::Rng) -> String {
    let agents = random.usize(2..8);
    let mut cells = vec![json!({"id": "0", "type": "agent", "agent_type": "manual"})];
    for id in 1..=agents {
        let (agent_type, config, groups): (_, _, &[&str]) = match random.u8(0..8) {
            0 => (
                "condition",
                json!({"condition": {"path": "n", "operator": "lt", "value": random.u8(0..4)}, "emit_on_no_match": true}),
                &["on_match", "on_no_match"],
            ),
            1 => ("condition", json!({"condition": {"path": "n", "operator": "gt", "value": random.u8(0..3)}}), &["on_match"]),
            2 => ("split", json!({"groups": [{"name": "x"}, {"name": "y"}]}), &["x", "y"]),
            3 => ("merge", json!({"mode": "any"}), &[]),
            4 => ("merge", json!({"mode": "all"}), &["on_merge"]),
            5 => ("http_request", json!({"url": "http://127.0.0.1:9/{{ n }}", "retries": 0}), &["on_error"]),
            6 => ("event_formatting", json!({"instructions": {"n": "{{ n | divided_by: 0 }}"}}), &["on_error"]),
            _ => (
                "event_formatting",
                json!({"instructions": {"n": {"_": "{{ n }}"}, "by": format!("{id}{}", "x".repeat(random.usize(0..60)))}}),
                &[],
            ),
        };
        cells.push(json!({"id": id.to_string(), "type": "agent", "agent_type": agent_type, "config": config, "groups": groups}));
    }
    let mut links = Vec::new();
    // The agents that may get more than one event of a run. What `merge` joins must not come after them.
    let mut several = vec![false];
    for target in 1..=agents {
        let mode = &cells[target]["config"]["mode"];
        let (passes_all, joins) = (mode == "any", mode == "all");
        let count = if passes_all { random.usize(1..4) } else { 1 };
        several.push(count > 1);
        for _ in 0..count {
            let sources: Vec<usize> = (0..target).filter(|source| !(joins && several[*source])).collect();
            let source = sources[random.usize(0..sources.len())];
            several[target] |= several[source];
            let groups = cells[source]["groups"].as_array().cloned().unwrap_or_default();
            let mut link = json!({"id": format!("l{}", links.len()), "type": "link", "source": {"id": source.to_string()}, "target": {"id": target.to_string()}});
            if !groups.is_empty() && random.bool() {
                link["group_id"] = groups[random.usize(0..groups.len())].clone();
            }
            links.push(link);
        }
    }
    for cell in &mut cells {
        cell.as_object_mut().unwrap().remove("groups");
    }
    let cells = [cells, links].concat();
    json!({"cells": cells}).to_string()
}

/// Handles all messages, in the order in which they come.
async fn handle_all(world: &World) {
    let (dispatcher, router) = (Dispatcher(world.calm.clone()), Router(world.calm.clone()));
    while world.messages_left().await > 0 {
        for queue in Queue::ALL {
            for message in crate::waits::receive_from(&world.sqs, &world.urls.of(queue).queue).await {
                let handled = match queue {
                    Queue::Route => handle(&router, message).await,
                    Queue::Deliver => handle(&dispatcher, message).await,
                    Queue::Agents => panic!("no session was asked for anything"),
                };
                handled.unwrap();
            }
        }
    }
}

/// All that a client can read of the runs, with nothing of where and when it was stored.
async fn outcome(world: &World, workflow: &Workflow, bounds: &ChainBounds) -> (BTreeMap<String, Value>, usize) {
    for n in 0..EVENTS {
        let payload = Payload::of(json!({"n": n})).unwrap();
        let incoming = Incoming::new(payload, Vec::new(), Some(format!("key-{n}")));
        world.calm.accept_at_trigger(workflow, &CellId("0".into()), incoming).await.unwrap();
    }
    handle_all(world).await;
    let (mut all, store) = (BTreeMap::new(), &world.calm.store);
    let listed: Page<_> = store.list_events(workflow, &Default::default(), 1000, None).await.unwrap();
    let runs: BTreeSet<_> = listed.items.iter().map(|event| event.id.run).collect();
    let listed: BTreeSet<_> = listed.items.iter().map(|event| event.id).collect();
    let mut chained = 0;
    for run in runs {
        let items: Vec<RunItem> = store.list_run(&workflow.id, run, 1000, None).await.unwrap().items;
        for item in items {
            assert!(item.parked.is_none(), "{item:?}");
            assert!(item.chain.commits.len() <= bounds.deliveries, "{item:?}");
            chained += item.chain.commits.len();
            for event in item.events() {
                assert!(listed.contains(&event.id), "{event:?} is not listed");
                assert_eq!(store.find_event(&workflow.id, event.id).await.unwrap().as_ref(), Some(event));
                assert_eq!(store.event(&workflow.id, event.at()).await.unwrap().as_ref(), Some(event));
                let kept = event.keep_until.0 - event.created_at.0;
                let seen = json!([
                    event.cell,
                    event.incarnation,
                    event.groups,
                    event.payload,
                    event.hop,
                    event.version,
                    event.cause,
                    event.last,
                    kept
                ]);
                assert_eq!(all.insert(format!("event {}", event.id), seen), None, "{event:?} is there twice");
            }
            for commit in item.commits() {
                let seen = json!([
                    commit.cell,
                    commit.incarnation,
                    commit.outcome,
                    commit.event,
                    commit.child_ids(),
                    commit.id,
                    commit.failure
                ]);
                assert_eq!(
                    all.insert(format!("delivery {} {}", commit.delivery, commit.arm), seen),
                    None,
                    "{commit:?} is there twice"
                );
            }
        }
    }
    let built = world.calm.built(&workflow.id, workflow.built).await.unwrap();
    for cell in built.graph.cells() {
        let memories = store.list_memories(&workflow.id.agent(cell), 100, None).await.unwrap().items;
        for memory in memories {
            let value = memory.value.to_string();
            // Where an event is stored follows its id, after an `@`.
            let parts = value.split('@').enumerate().map(|(index, part)| if index == 0 { part } else { &part[32..] });
            all.insert(format!("memory {} {:?}", cell.id, memory.scope), json!(parts.collect::<String>()));
        }
    }
    (all, chained)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_chain_ends_makes_no_difference() {
    let first = fastrand::u64(..);
    let mut chained = 0;
    for seed in first..first + 12 {
        let mut random = fastrand::Rng::with_seed(seed);
        let options = graph(&mut random);
        let empty = World::start(seed).await;
        let workflow = empty.started(&options).await;
        let alone = empty.copy(ALONE).await;
        let (expected, none) = outcome(&alone, &workflow, &ALONE).await;
        assert_eq!(none, 0);
        for _ in 0..3 {
            let bounds = ChainBounds {
                deliveries: random.usize(1..8),
                bytes: [8, 60, 200, 32_000][random.usize(0..4)],
                quick: Duration::from_secs(60),
                time: if random.u8(0..5) == 0 { Duration::ZERO } else { Duration::from_secs(60) },
            };
            let world = empty.copy(bounds).await;
            let (found, count) = outcome(&world, &workflow, &bounds).await;
            chained += count;
            let differs = found.iter().find(|(id, seen)| expected.get(*id) != Some(seen));
            assert_eq!(differs, None, "seed {seed}, {bounds:?}, {options}");
            assert_eq!(found.len(), expected.len(), "seed {seed}, {bounds:?}, {options}");
        }
    }
    assert!(chained > 50, "chains were hardly tried: {chained}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_may_end_inside_a_chain() {
    const OPTIONS: &str = r#"{"cells":[
        {"id":"in","type":"agent","agent_type":"manual"},
        {"id":"a","type":"agent","agent_type":"event_formatting","config":{"instructions":{"n":"{{ n }}"}}},
        {"id":"aa","type":"agent","agent_type":"split","config":{"groups":[{"name":"x"},{"name":"y"}]}},
        {"id":"b","type":"agent","agent_type":"merge"},
        {"id":"l1","type":"link","source":{"id":"in"},"target":{"id":"a"}},
        {"id":"l2","type":"link","source":{"id":"a"},"target":{"id":"aa"}},
        {"id":"l3","type":"link","source":{"id":"aa"},"target":{"id":"b"}}
    ]}"#;
    let chains = ChainBounds { quick: Duration::from_secs(60), time: Duration::from_secs(60), ..ChainBounds::default() };
    let world = World::on(tempfile::tempdir().unwrap(), 31, Settings { chains, ..Settings::default() }).await;
    let workflow = world.started(OPTIONS).await;
    for n in 0..EVENTS {
        let payload = Payload::of(json!({"n": n})).unwrap();
        world
            .calm
            .accept_at_trigger(&workflow, &CellId("in".into()), Incoming::new(payload, vec!["g".into()], None))
            .await
            .unwrap();
    }
    assert_eq!(world.messages_left().await, 0, "all was done at accept");
    let cell = |cell: &str| EventFilter { cell: Some(CellId(cell.into())), ..EventFilter::default() };
    let group = |group: &str| EventFilter { group: Some(group.into()), ..EventFilter::default() };
    let all = listed(&world, &workflow, &EventFilter::default(), 100).await;
    assert_eq!(all.len(), EVENTS * 4);
    assert!(all.windows(2).all(|two| two[0].created_at >= two[1].created_at), "newest first");
    let cells: Vec<&str> = all.iter().map(|event| event.cell.as_str()).collect();
    assert_eq!(cells, ["b", "aa", "a", "in"].repeat(EVENTS));
    let chosen = [listed(&world, &workflow, &group("x"), 100).await, listed(&world, &workflow, &group("y"), 100).await].concat();
    assert_eq!(chosen.len(), EVENTS, "each event went one way");
    let runs: BTreeSet<_> = all.iter().map(|event| event.id.run).collect();
    for limit in 1..6 {
        for run in &runs {
            let (mut of_run, mut cursor) = (Vec::new(), None);
            loop {
                let page = world
                    .calm
                    .store
                    .list_run_events(&workflow.id, *run, &Default::default(), limit, cursor.as_ref())
                    .await
                    .unwrap();
                of_run.extend(page.items.into_iter().map(|event| event.cell.to_string()));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(of_run, ["in", "a", "aa", "b"], "pages of {limit}");
        }
        assert_eq!(listed(&world, &workflow, &EventFilter::default(), limit).await, all, "pages of {limit}");
        let a: Vec<_> = all.iter().filter(|event| event.cell.as_str() == "a").cloned().collect();
        assert_eq!(listed(&world, &workflow, &cell("a"), limit).await, a, "pages of {limit}");
        assert_eq!(listed(&world, &workflow, &group("on_merge"), limit).await.len(), EVENTS);
        let roots = EventFilter { roots: true, ..EventFilter::default() };
        assert_eq!(listed(&world, &workflow, &roots, limit).await.len(), EVENTS);
    }
}

/// All events of a list, page by page.
async fn listed(world: &World, workflow: &Workflow, filter: &EventFilter, limit: usize) -> Vec<Event> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = world.calm.store.list_events(workflow, filter, limit, cursor.as_ref()).await.unwrap();
        assert!(page.items.len() <= limit);
        all.extend(page.items);
        // A client sends the cursor back as text.
        cursor = page.next.map(|cursor| Cursor::decode(&cursor.encode()).unwrap());
        if cursor.is_none() {
            return all;
        }
    }
}
