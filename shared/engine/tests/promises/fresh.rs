//! Events with fresh ids: those of concurrent callers share requests, and each caller learns what became of its own.

use crate::World;
use crate::lists::event;
use futures::future::join_all;
use rookery_domain::{Event, Payload, Time};
use rookery_store::Chain;

const OPTIONS: &str = r#"{"cells":[{"id":"in","type":"agent","agent_type":"manual"}]}"#;

// On one thread, all callers have asked before the first request is made.
#[tokio::test]
async fn callers_share_requests_and_one_that_cannot_be_stored_fails_alone() {
    let world = World::start(44).await;
    let workflow = world.started(OPTIONS).await.id;
    let (engine, requests) = world.counted();
    let mut random = fastrand::Rng::with_seed(7);
    let mut events: Vec<Event> = (0..50).map(|_| event(&mut random, Time::now())).collect();
    let alone = Chain::default();
    let stored =
        async |events: &[Event]| join_all(events.iter().map(|event| engine.store.accept_fresh(&workflow, event, &alone))).await;

    assert!(stored(&events).await.iter().all(Result::is_ok));
    assert_eq!(["PutItem", "BatchWriteItem"].map(|operation| requests.of(operation)), [0, 2]);

    let digits: String = (0..1_000_000).map(|_| random.digit(16)).collect();
    let too_large = Event { payload: Payload::stored(format!("\"{digits}\"")), ..event(&mut random, Time::now()) };
    let others: Vec<Event> = (0..20).map(|_| event(&mut random, Time::now())).collect();
    let mixed = [&others[..10], &[too_large], &others[10..]].concat();
    let failed: Vec<usize> =
        stored(&mixed).await.iter().enumerate().filter(|(_, stored)| stored.is_err()).map(|(number, _)| number).collect();
    assert_eq!(failed, [10]);

    events.extend(others);
    for event in &events {
        let found = world.calm.store.find_event(&workflow, event.id).await.unwrap();
        assert_eq!(found.as_ref().map(|found| &found.payload), Some(&event.payload));
    }
}
