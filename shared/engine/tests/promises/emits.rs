//! Agents put events on the workflows that ask them: each call once, in the same run, and never after the answer.

use crate::asking::{Asking, handle_all};
use crate::handle;
use rookery_domain::{Cause, Event, EventId, Payload, Time, limits};
use rookery_engine::Router;
use rookery_queue::{Queue, Route, Task};
use rookery_sessions::ask::CellAsk;
use rookery_sessions::ports::Workflows;
use rookery_store::{Emitted, EventFilter};
use serde_json::json;

const EMITS: &str = "---\nmodel: demo/guide\ntools: [emit]\n---\nYou help.";

/// Who waits for the first operation of a session.
async fn cell_of(asking: &Asking, customer: &str) -> CellAsk {
    let waiting = asking.world.calm.sessions.unfinished(&asking.session(customer), 0, 100).await.unwrap().0;
    waiting[0].ask.cell().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_puts_an_event_on_the_workflow_before_its_answer() {
    let asking = Asking::start(101, EMITS, json!({})).await;
    let text = r#"call: emit {"payload": {"n": 1.10}}"#;
    let run = asking.put(json!({"customer": 7, "text": text})).await;
    asking.deliver().await;
    asking.work().await;
    asking.deliver().await;
    let emitted = asking.emitted(run).await;
    let groups: Vec<&str> = emitted.iter().map(|(group, _)| group.as_str()).collect();
    assert_eq!(groups, ["on_emit", "on_reply"]);
    assert_eq!(emitted[0].1.to_string(), r#"{"n":1.10}"#);
    let items = asking.items(run).await;
    let noticed = items.iter().flat_map(|item| item.events()).find(|event| event.cell.0 == "noticed").unwrap();
    assert_eq!(noticed.payload.as_str(), r#"{"n":"1.10"}"#, "it went on to who takes it");
    let filter = EventFilter { cell: Some(rookery_domain::CellId("ask".into())), ..EventFilter::default() };
    let listed = asking.world.calm.list_events(&asking.workflow, &filter, 10, None).await.unwrap().items;
    assert_eq!(listed.len(), 2, "both are in the list");
    assert_eq!(asking.world.messages_left().await, 0);
    assert_eq!(asking.world.calm.tick(Time::now().plus(150_000)).await.unwrap(), 0, "nothing is left to be done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_puts_one_event_there_whatever_fails() {
    const EVENTS: usize = 12;
    let asking = Asking::start(20_261_127, EMITS, json!({})).await;
    let mut runs = Vec::new();
    for n in 0..EVENTS {
        let text = format!(r#"call: emit {{"payload": {{"n": {n}}}}}"#);
        runs.push(asking.put(json!({"customer": n % 3, "text": text})).await);
    }
    handle_all(&asking).await;
    for (n, run) in runs.iter().enumerate() {
        let groups: Vec<String> = asking.emitted(*run).await.into_iter().map(|(group, _)| group).collect();
        assert_eq!(groups, ["on_emit", "on_reply"], "{n}");
        let items = asking.items(*run).await;
        let noticed = items.iter().flat_map(|item| item.events()).filter(|event| event.cell.0 == "noticed").count();
        assert_eq!(noticed, 1, "{n}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_whose_sender_died_goes_on() {
    let asking = Asking::start(102, EMITS, json!({})).await;
    let run = asking.put(json!({"customer": 7, "text": "Hello"})).await;
    asking.deliver().await;
    let (calm, asked) = (&asking.world.calm, cell_of(&asking, "7").await);
    let pending = calm.store.pending(&asked.workflow, asked.pending).await.unwrap().unwrap();
    let (id, now) = (EventId::emitted(pending.id, "call"), Time::now());
    let event = Event {
        id,
        item: id,
        version: asking.workflow.built,
        cell: asked.cell.clone(),
        incarnation: 1,
        groups: vec!["on_emit".into()],
        payload: Payload::of(json!({"n": 1})).unwrap(),
        created_at: now,
        hop: 1,
        cause: Some(Cause { event: asked.event.id, delivery: Some(pending.delivery), receiver: None }),
        keep_until: now.plus(600_000),
        last: false,
    };
    let route = Task::Route(Route { event: event.at() }).of(&asked.workflow).encode();
    let stored = calm.store.emit_while_open(&pending, &event, (now, &route), 1).await.unwrap();
    assert_eq!(stored, Emitted::New);
    assert_eq!(asking.messages(Queue::Deliver).await, [], "whoever stored it sent nothing");
    assert_eq!(calm.tick(now).await.unwrap(), 1);
    for message in asking.messages(Queue::Route).await {
        handle(&Router(calm.clone()), message).await.unwrap();
    }
    asking.deliver().await;
    let items = asking.items(run).await;
    assert!(items.iter().flat_map(|item| item.events()).any(|event| event.cell.0 == "noticed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_bounded_in_number_and_none_comes_after_the_answer() {
    let asking = Asking::start(103, EMITS, json!({})).await;
    let payload = || Payload::of(json!({"n": 1})).unwrap();
    let run = asking.put(json!({"customer": 8, "text": "Hello"})).await;
    asking.deliver().await;
    let (calm, asked) = (&asking.world.calm, cell_of(&asking, "8").await);
    let first = calm.emit(&asked, "first", payload()).await.unwrap();
    asking.work().await;
    // There is room, and yet none is stored.
    assert_eq!(calm.emit(&asked, "late", payload()).await.unwrap_err().code, "not_awaited");
    asking.deliver().await;
    let items = asking.items(run).await;
    let emitted = items.iter().flat_map(|item| item.events()).filter(|event| event.groups == ["on_emit"]);
    assert_eq!(emitted.map(|event| event.id).collect::<Vec<_>>(), [first]);

    let run = asking.put(json!({"customer": 7, "text": "Hello"})).await;
    asking.deliver().await;
    let asked = cell_of(&asking, "7").await;
    let mut ids = Vec::new();
    for number in 0..limits::EMITTED {
        ids.push(calm.emit(&asked, &number.to_string(), payload()).await.unwrap());
    }
    assert_eq!(calm.emit(&asked, "one more", payload()).await.unwrap_err().code, "too_many_events");
    let counted = async || asking.items(run).await.iter().map(|item| item.run_events).max();
    let before = counted().await;
    for (number, id) in ids.iter().enumerate() {
        assert_eq!(calm.emit(&asked, &number.to_string(), payload()).await.unwrap(), *id, "the same call is the same event");
    }
    assert_eq!(counted().await, before, "it is counted once");
    let count = async || asking.emitted(run).await.into_iter().filter(|(group, _)| group == "on_emit").count();
    assert_eq!(count().await, ids.len());
}
