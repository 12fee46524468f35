//! Runs as trees, and failures with their replay.

use crate::support::{World, agent, link};
use rookery_domain::{Event, EventId, Time, WorkflowRef, hashed_uuid};
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn start_run(world: &World, workflow: &str, payload: Value) -> String {
    let accepted = world.post(&format!("{workflow}/agents/hand/events"), json!({"payload": payload})).await.ok(202);
    accepted["data"]["run_id"].as_str().unwrap().to_owned()
}

async fn run(world: &World, workflow: &str, id: &str) -> Value {
    let shown = world.get(&format!("{workflow}/runs/{id}")).await.ok(200);
    assert_eq!(shown["meta"], json!({"truncated": false, "next_cursor": null}));
    shown["data"].clone()
}

#[tokio::test]
async fn a_run_is_a_tree_of_events_and_deliveries() {
    let world = World::open().await;
    let workflow = world
        .started(json!([
            agent("hand", "manual", json!({})),
            agent("watch", "change_detector", json!({"property": "n"})),
            agent("form", "event_formatting", json!({"instructions": {"m": "{{ n }}"}})),
            agent("join", "merge", json!({"mode": "all", "timeout": 3600})),
            link("l1", "hand", "watch"),
            link("l2", "hand", "watch"),
            link("l3", "watch", "form"),
            link("l4", "form", "join"),
            link("l5", "watch", "join"),
        ]))
        .await;
    let id = start_run(&world, &workflow, json!({"n": 1})).await;
    let before = run(&world, &workflow, &id).await;
    assert_eq!((&before["state"], &before["event_count"], &before["version"]), (&json!("running"), &json!(1), &json!(1)));
    let pending = &before["events"][0]["deliveries"];
    assert_eq!(pending.as_array().unwrap().len(), 1, "one delivery for each agent");
    assert_eq!(
        (&pending[0]["state"], &pending[0]["cell_id"], &pending[0]["links"]),
        (&json!("pending"), &json!("watch"), &json!(["l1", "l2"]))
    );

    world.drain().await;
    let after = run(&world, &workflow, &id).await;
    assert_eq!((&after["state"], &after["id"]), (&json!("done"), &json!(id)));
    assert_eq!(after["events"].as_array().unwrap().len(), 1, "everything hangs on the root: {after}");
    let watch = &after["events"][0]["deliveries"][0];
    assert_eq!((&watch["state"], &watch["arm"], &watch["attempt"]), (&json!("done"), &json!(0), &json!(0)));
    assert!(watch["began_at"].is_string() && watch["took_ms"].is_number());
    assert_eq!(watch["event_ids"][0], watch["events"][0]["id"]);
    assert_eq!(watch["events"][0]["cause"], json!({"event": after["events"][0]["id"], "delivery": watch["id"]}));
    let receivers: Vec<_> =
        watch["events"][0]["deliveries"].as_array().unwrap().iter().map(|delivery| &delivery["cell_id"]).collect();
    assert!(receivers.starts_with(&[&json!("form"), &json!("join")]), "{receivers:?}");
    assert!(after.to_string().contains("\"scheduled\""), "the join's timer is still to come, and keeps the run from nothing");

    let runs = world.get(&format!("{workflow}/runs")).await.ok(200);
    assert_eq!(runs["data"].as_array().unwrap().len(), 1);
    assert_eq!((&runs["data"][0]["id"], &runs["data"][0]["cell_id"]), (&json!(id), &json!("hand")));
    world.stop().await;
}

#[tokio::test]
async fn a_long_run_is_shown_whole_and_not_too_deep() {
    let world = World::open().await;
    let mut cells = vec![agent("hand", "manual", json!({}))];
    let name = |index: usize| if index == 0 { "hand".to_owned() } else { format!("m{index}") };
    for index in 1..=30 {
        cells.push(agent(&name(index), "merge", json!({})));
        cells.push(link(&format!("l{index}"), &name(index - 1), &name(index)));
    }
    let workflow = world.started(json!(cells)).await;
    let id = start_run(&world, &workflow, json!({})).await;
    world.drain().await;
    let shown = run(&world, &workflow, &id).await;
    assert_eq!((&shown["event_count"], &shown["state"]), (&json!(31), &json!("done")));
    let tops = shown["events"].as_array().unwrap();
    assert_eq!(tops.len(), 3, "twelve in each");
    assert_eq!(shown.to_string().matches("\"payload\"").count(), 31);
    world.stop().await;
}

#[tokio::test]
async fn a_filtered_page_is_empty_only_at_the_end_and_a_page_with_all_of_a_run_is_newest_first() {
    let world = World::open().await;
    let watches: Vec<String> = (0..6).map(|number| format!("watch{number}")).collect();
    let mut cells = vec![agent("hand", "manual", json!({}))];
    for id in &watches {
        cells.extend([agent(id, "change_detector", json!({"property": "n"})), link(&format!("to-{id}"), "hand", id)]);
    }
    let workflow = world.started(json!(cells)).await;
    let id = start_run(&world, &workflow, json!({"n": 1})).await;
    world.drain().await;
    for watch in &watches {
        let page = world.get(&format!("{workflow}/events?run={id}&agent={watch}&limit=1")).await.ok(200);
        assert_eq!(page["data"][0]["cell_id"], json!(watch), "{page}");
        let page = world.get(&format!("{workflow}/metrics?agent={watch}&limit=1")).await.ok(200);
        assert_eq!(page["data"][0]["cell_id"], json!(watch), "{page}");
    }
    let all = world.get(&format!("{workflow}/events?run={id}")).await.ok(200)["data"].clone();
    let at: Vec<(&str, u64)> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (event["created_at"].as_str().unwrap(), event["hop"].as_u64().unwrap()))
        .collect();
    assert!(at.len() == 7 && at.is_sorted_by(|later, earlier| later >= earlier), "newest first: {all}");
    world.stop().await;
}

#[tokio::test]
async fn a_failure_is_listed_and_replayed() {
    let world = World::open().await;
    let workflow = world
        .started(json!([
            agent("hand", "manual", json!({})),
            agent("watch", "change_detector", json!({"property": "n", "key": "{{ id }}"})),
            link("l1", "hand", "watch"),
        ]))
        .await;
    let id = start_run(&world, &workflow, json!({"n": 1})).await;
    world.drain().await;
    let failures = world.get(&format!("{workflow}/failures")).await.ok(200);
    let failure = failures["data"][0].clone();
    assert_eq!((&failure["code"], &failure["cell_id"], &failure["run_id"]), (&json!("empty_key"), &json!("watch"), &json!(id)));
    assert_eq!((&failure["event_id"], &failure["attempts"]), (&json!(id), &json!(1)));
    assert_eq!(failure["version"], json!(1));
    assert!(failure["failed_at"].is_string() && failure.get("replayed_at").is_none());
    let failed = run(&world, &workflow, &id).await;
    assert_eq!(failed["state"], "failed");
    let delivery = &failed["events"][0]["deliveries"][0];
    assert_eq!((&delivery["state"], &delivery["error"]["code"]), (&json!("failed"), &json!("empty_key")));
    assert_eq!(delivery["events"][0]["groups"], json!(["on_error"]));
    assert_eq!(delivery["failure_id"], failure["id"]);

    let path = format!("{workflow}/failures/{}/replay", failure["id"].as_str().unwrap());
    world.post(&path, json!({})).await.ok(202);
    let running = run(&world, &workflow, &id).await;
    let arms = running["events"][0]["deliveries"].as_array().unwrap();
    assert_eq!((&running["state"], &arms[1]["arm"], &arms[1]["state"]), (&json!("running"), &json!(1), &json!("pending")));
    assert_eq!((&arms[0]["failure_id"], arms[1].get("failure_id")), (&failure["id"], None), "each arm has its own");
    world.post(&path, json!({})).await.error(409, "replay_under_way");
    world.drain().await;
    assert_eq!(run(&world, &workflow, &id).await["state"], "failed", "it failed again");
    let listed = world.get(&format!("{workflow}/failures")).await.ok(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    let arms = run(&world, &workflow, &id).await["events"][0]["deliveries"].clone();
    assert_eq!(arms[1]["failure_id"], listed["data"][0]["id"]);
    let all = world.post(&format!("{workflow}/failures/replay"), json!({})).await.ok(202);
    assert_eq!(all["data"], json!({"replayed": 1, "more": false}));
    world.drain().await;

    // The first failure stands for the newest one.
    assert_eq!(world.post(&path, json!({})).await.ok(202)["data"], json!({"replayed": 1, "more": false}));
    let arms = run(&world, &workflow, &id).await["events"][0]["deliveries"].clone();
    assert_eq!((&arms[3]["arm"], &arms[3]["state"]), (&json!(3), &json!("pending")));
    world.stop().await;
}

#[tokio::test]
async fn a_large_run_is_read_in_parts_with_its_first_event_first() {
    let world = World::open().await;
    let workflow = world.started(json!([agent("hand", "manual", json!({}))])).await;
    let id = start_run(&world, &workflow, json!({"text": "x".repeat(1000)})).await;
    let ids: Vec<&str> = workflow.split('/').collect();
    let at = WorkflowRef { project: ids[4].parse().unwrap(), workflow: ids[6].parse().unwrap() };
    let root: EventId = id.parse().unwrap();
    let root = world.engine.store.run_item(&at, root).await.unwrap().unwrap().event.unwrap();
    let below = |_| {
        let id = EventId { run: root.id.run, ..EventId::fresh() };
        // Ids of events that agents emit are hashes, so the first event may stand anywhere among them.
        let id = EventId { own: hashed_uuid(&[id.own.as_bytes()]), ..id };
        Event { id, item: id, hop: 1, created_at: Time::now(), ..root.clone() }
    };
    for events in (0..2500).map(below).collect::<Vec<_>>().chunks(100) {
        let alone = rookery_store::Chain::default();
        let stored = events.iter().map(|event| world.engine.store.accept(&at, event, &alone));
        futures::future::try_join_all(stored).await.unwrap();
    }
    let (mut seen, mut cursor, mut parts) = (BTreeSet::new(), String::new(), 0);
    loop {
        let part = world.get(&format!("{workflow}/runs/{id}?payloads=false{cursor}")).await.ok(200);
        let events = part["data"]["events"].as_array().unwrap();
        assert!(parts > 0 || events[0]["id"] == json!(id), "the first event is first");
        assert!(
            events.len() <= 1001 && events.iter().all(|event| event["payload_omitted"] == true && event.get("payload").is_none())
        );
        seen.extend(events.iter().map(|event| event["id"].as_str().unwrap().to_owned()));
        parts += 1;
        match part["meta"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!((seen.len(), parts), (2501, 3));
    let listed = world.get(&format!("{workflow}/runs")).await.ok(200)["data"][0].clone();
    assert_eq!((&listed["id"], &listed["state"], &listed["failure_count"]), (&json!(id), &Value::Null, &Value::Null), "{listed}");
    world.get(&format!("{workflow}/runs/{id}?payloads=no")).await.error(400, "invalid_request");
    world.stop().await;
}
