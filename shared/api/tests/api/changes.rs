//! What changed in a workflow since a cursor: nothing is passed over, however late it is listed, and nothing comes twice.

use crate::support::{World, agent, link};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rookery_domain::{CellId, Event, EventId, Payload, Time, WorkflowRef};
use rookery_store::{Chain, Entry};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Whoever follows a workflow, with their cursor.
struct Follower<'w> {
    world: &'w World,
    workflow: String,
    cursor: String,
}

impl<'w> Follower<'w> {
    async fn begin(world: &'w World, workflow: &str) -> Follower<'w> {
        let mut follower = Follower { world, workflow: workflow.to_owned(), cursor: String::new() };
        let begun = follower.ask("").await;
        assert_eq!((&begun["events"], &begun["truncated"]), (&json!([]), &json!(false)), "nothing but the cursor of now");
        follower
    }

    async fn ask(&mut self, query: &str) -> Value {
        let answer = self.world.get(&format!("{}/changes?{query}", self.workflow)).await.ok(200);
        self.cursor = answer["meta"]["next_cursor"].as_str().unwrap().to_owned();
        answer["data"].clone()
    }

    async fn next(&mut self, limit: usize) -> Value {
        self.ask(&format!("after={}&limit={limit}", self.cursor)).await
    }

    /// The ids of all that is new, by answers with about so many events.
    async fn new_ids(&mut self, limit: usize) -> Vec<String> {
        let mut all = Vec::new();
        loop {
            let data = self.next(limit).await;
            all.extend(ids(&data));
            if data["truncated"] == false {
                return all;
            }
        }
    }
}

fn ids(data: &Value) -> Vec<String> {
    data["events"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

fn reference(workflow: &str) -> WorkflowRef {
    let ids: Vec<&str> = workflow.split('/').collect();
    WorkflowRef { project: ids[4].parse().unwrap(), workflow: ids[6].parse().unwrap() }
}

/// Stores an event of so long ago, and does not list it yet.
async fn stored(world: &World, workflow: &str, ago_ms: i64) -> Event {
    let (id, at) = (EventId::fresh(), Time::now().plus(-ago_ms));
    let event = Event {
        id,
        item: id,
        version: 1,
        cell: CellId("hand".into()),
        incarnation: 1,
        groups: vec!["on_trigger".into()],
        payload: Payload::parse(b"{}").unwrap(),
        created_at: at,
        hop: 0,
        cause: None,
        keep_until: at.plus(3_600_000),
        last: false,
    };
    world.engine.store.accept(&reference(workflow), &event, &Chain::default()).await.unwrap();
    event
}

async fn list(world: &World, workflow: &str, events: &[&Event], is_spread: bool) {
    let entries = events.iter().filter_map(|event| Entry::of([*event])).collect();
    world.engine.store.put_entries(&reference(workflow), entries, is_spread).await.unwrap();
}

#[tokio::test]
async fn each_event_is_told_once_with_the_links_that_it_came_by() {
    let world = World::open().await;
    let workflow = world
        .started(json!([
            agent("hand", "manual", json!({})),
            agent("other", "manual", json!({})),
            agent("watch", "change_detector", json!({"property": "n"})),
            agent("again", "change_detector", json!({"property": "n"})),
            link("l1", "hand", "watch"),
            link("l2", "other", "watch"),
            link("l3", "watch", "again"),
        ]))
        .await;
    world.post(&format!("{workflow}/agents/hand/events"), json!({"payload": {"n": 1}})).await.ok(202);
    world.drain().await;
    let mut follower = Follower::begin(&world, &workflow).await;
    assert_eq!(follower.new_ids(50).await, [""; 0], "what was there before is not told");

    let accepted = world.post(&format!("{workflow}/agents/hand/events"), json!({"payload": {"n": 2}})).await.ok(202);
    world.drain().await;
    let data = follower.next(50).await;
    assert_eq!((&data["version"], &data["built_version"], &data["state"]), (&json!(1), &json!(1), &json!("active")));
    let events = data["events"].as_array().unwrap();
    let cells: Vec<&Value> = events.iter().map(|event| &event["cell_id"]).collect();
    assert_eq!(cells, ["hand", "watch", "again"]);
    assert_eq!((&events[0]["id"], &events[0]["groups"]), (&accepted["data"]["event_id"], &json!(["on_trigger"])));
    assert!(events[0].get("cause").is_none() && events.iter().all(|event| event.get("payload").is_none()));
    assert_eq!(events[1]["cause"], json!({"event_id": events[0]["id"], "cell_id": "hand", "links": ["l1"]}));
    assert_eq!(events[2]["cause"], json!({"event_id": events[1]["id"], "cell_id": "watch", "links": ["l3"]}));
    assert_eq!(follower.new_ids(50).await, [""; 0]);

    // Each answer has one event, and its cause is none of the answer.
    world.post(&format!("{workflow}/agents/other/events"), json!({"payload": {"n": 3}})).await.ok(202);
    world.drain().await;
    let mut causes = Vec::new();
    while causes.len() < 3 {
        let data = follower.next(1).await;
        causes.extend(data["events"].as_array().unwrap().iter().map(|event| event["cause"]["links"].clone()));
    }
    assert_eq!(causes, [Value::Null, json!(["l2"]), json!(["l3"])]);
    world.stop().await;
}

#[tokio::test]
async fn no_event_is_passed_over_however_late_it_is_listed() {
    let world = World::open().await;
    for is_spread in [false, true] {
        let workflow = world.started(json!([agent("hand", "manual", json!({}))])).await;
        if is_spread {
            world.engine.store.spread(&reference(&workflow)).await.unwrap();
        }
        let mut follower = Follower::begin(&world, &workflow).await;
        let mut expected = BTreeSet::new();
        // Older and newer ones in turn, and each of them is older than what was told before it.
        for ago_ms in [0, 1, 4_000, 9_000, 12_000, 14_900, 20_000, 600_000, 0, 3_000_000] {
            let (first, second) = (stored(&world, &workflow, ago_ms).await, stored(&world, &workflow, ago_ms + 500).await);
            list(&world, &workflow, &[&first, &second], is_spread).await;
            expected.extend([first.id.to_string(), second.id.to_string()]);
            let told = follower.new_ids(50).await;
            assert_eq!(told.len(), 2, "{ago_ms} ms, told twice or not: {told:?}");
            assert!([first, second].iter().all(|event| told.contains(&event.id.to_string())), "{ago_ms} ms");
        }
        assert_eq!(follower.new_ids(50).await, [""; 0]);
        let listed = world.get(&format!("{workflow}/events?limit=200")).await.ok(200);
        let listed: Vec<&str> = listed["data"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap()).collect();
        assert_eq!(listed.len(), expected.len(), "the list itself has each once");
    }
    world.stop().await;
}

#[tokio::test]
async fn whoever_was_away_is_told_all_in_parts() {
    let world = World::open().await;
    for is_spread in [false, true] {
        let workflow = world.started(json!([agent("hand", "manual", json!({}))])).await;
        if is_spread {
            world.engine.store.spread(&reference(&workflow)).await.unwrap();
        }
        let mut follower = Follower::begin(&world, &workflow).await;
        follower.cursor = URL_SAFE_NO_PAD.encode(format!("{:013}|", Time::now().plus(-3_600_000).0));
        let mut expected = BTreeSet::new();
        // More pages than an answer looks at.
        for number in 0..300 {
            let event = stored(&world, &workflow, 1_800_000 - number * 1_000).await;
            list(&world, &workflow, &[&event], is_spread).await;
            expected.insert(event.id.to_string());
        }
        let first = follower.next(20).await;
        assert_eq!((ids(&first).len(), &first["truncated"]), (20, &json!(true)));
        let mut told: BTreeSet<String> = ids(&first).into_iter().collect();
        told.extend(follower.new_ids(200).await);
        assert!(told == expected, "{} of {}", told.len(), expected.len());
    }
    world.stop().await;
}

#[tokio::test]
async fn a_cursor_that_is_none_is_refused_by_name() {
    let world = World::open().await;
    let workflow = world.started(json!([agent("hand", "manual", json!({}))])).await;
    let long = "A".repeat(5000);
    for query in ["after=", "after=x", "after=Zm9yZWlnbg", "after=MTcwMDAwMDAwMDAwMHxh", &format!("after={long}"), "after=_w"] {
        let message = world.get(&format!("{workflow}/changes?{query}")).await.error(400, "invalid_request");
        assert!(message.contains("`after`"), "{query}: {message}");
    }
    world.get(&format!("{workflow}/changes?limit=0")).await.error(400, "invalid_request");
    world.get(&format!("{workflow}/changes?cursor=x")).await.error(400, "invalid_request");
    world.stop().await;
}
