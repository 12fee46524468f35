//! What deliveries and reads cost in requests, where that is not the hop that the bench counts.

use crate::waits::receive_from;
use crate::{World, handle};
use rookery_domain::{CellId, Payload};
use rookery_engine::{Dispatcher, Incoming};
use rookery_queue::Queue;

const OPTIONS: &str = r#"{"cells":[
    {"id":"in","type":"agent","agent_type":"manual"},
    {"id":"bad","type":"agent","agent_type":"event_formatting","config":{"instructions":{"n":"{{ 1 | divided_by: 0 }}"}}},
    {"id":"l","type":"link","source":{"id":"in"},"target":{"id":"bad"}}
]}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_that_fails_reads_once() {
    let world = World::start(28).await;
    let workflow = world.started(OPTIONS).await;
    let incoming = Incoming::new(Payload::parse(b"{}").unwrap(), Vec::new(), None);
    world.calm.accept_at_trigger(&workflow, &CellId("in".into()), incoming).await.unwrap();
    let message = receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await.remove(0);
    let (engine, requests) = world.counted();
    handle(&Dispatcher(engine), message).await.unwrap();
    let failures = world.calm.store.list_open_failures(&workflow.id, 10, None).await.unwrap();
    assert_eq!(failures.items.len(), 1);
    assert_eq!(requests.of("BatchGetItem"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_follows_a_workflow_makes_two_queries_while_nothing_is_new() {
    let world = World::start(29).await;
    let workflow = world.started(OPTIONS).await;
    let (engine, requests) = world.counted();
    let mut after = engine.list_changes(&workflow, None, 50).await.unwrap().next.encode();
    for _ in 0..3 {
        after = engine.list_changes(&workflow, Some(&after), 50).await.unwrap().next.encode();
    }
    assert_eq!((requests.of("Query"), requests.of("BatchGetItem")), (8, 0));
}
