//! Replays of many failures: those that were replayed are not read again.

use crate::World;
use futures::future::join_all;
use rookery_domain::{CellId, EventId, RunId};
use rookery_queue::{Deliver, Task};
use rookery_store::{Commit, Committed, Failure, Workflow, Writes};
use uuid::Uuid;

async fn fail(world: &World, workflow: &Workflow) {
    let (run, cell) = (RunId(Uuid::now_v7()), CellId("start".into()));
    let event = EventId::root(run);
    let delivery = event.delivery(&cell);
    let message =
        Task::Deliver(Deliver { event: event.into(), cell: cell.clone(), arm: 0, attempt: 0, reply: false }).of(&workflow.id);
    let failure = Failure { code: "test".into(), message: "It failed.".into(), details: None };
    let commit = Commit::failed(event, delivery, cell, 1, failure, message.encode());
    assert_eq!(world.calm.store.commit(&workflow.id, &commit, Writes::default()).await.unwrap(), Committed::Won);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_of_all_does_not_walk_what_was_replayed() {
    const FAILURES: usize = 620;
    let world = World::start(14).await;
    let workflow = world.started(r#"{"cells": [{"id": "start", "type": "agent", "agent_type": "manual"}]}"#).await;
    for _ in 0..FAILURES / 31 {
        join_all((0..31).map(|_| fail(&world, &workflow))).await;
    }
    let replayed = world.calm.replay_all(&workflow.id).await.unwrap();
    assert_eq!((replayed.replayed, replayed.more), (500, true));
    let (engine, requests) = world.counted();
    let replayed = engine.replay_all(&workflow.id).await.unwrap();
    assert_eq!((replayed.replayed, replayed.more), (FAILURES - 500, false));
    let queries = requests.of("Query");
    assert!(queries <= 2, "{queries} queries for {} failures", FAILURES - 500);

    // The list has all of them, each once, newest first.
    fail(&world, &workflow).await;
    let (mut listed, mut cursor) = (Vec::new(), None);
    loop {
        let page = world.calm.store.list_failures(&workflow.id, 100, cursor.as_ref()).await.unwrap();
        listed.extend(page.items.into_iter().map(|item| item.commit.unwrap()));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(listed.iter().filter(|commit| commit.replayed_at.is_some()).count(), FAILURES);
    assert_eq!((listed.len(), listed[0].replayed_at), (FAILURES + 1, None));
    assert!(listed.windows(2).all(|pair| pair[0].began >= pair[1].began), "newest first");
}
