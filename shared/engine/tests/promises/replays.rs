//! Replays of many failures: those that were replayed are not read again.

use crate::World;
use futures::future::join_all;
use rookery_domain::{CellId, Event, EventId, Payload, RunId, Time};
use rookery_engine::RunVersion;
use rookery_queue::{Deliver, Task};
use rookery_store::{Chain, Commit, Committed, Failure, Workflow, Writes};
use uuid::Uuid;

/// Stores an event.
async fn event(world: &World, workflow: &Workflow) -> EventId {
    let (now, cell) = (Time::now(), CellId("start".into()));
    let event = EventId::root(RunId(Uuid::now_v7()));
    let stored = Event {
        id: event,
        item: event,
        version: 1,
        cell,
        incarnation: 1,
        groups: Vec::new(),
        payload: Payload::stored("{}".into()),
        created_at: now,
        hop: 0,
        cause: None,
        keep_until: now.plus(60_000),
        last: false,
    };
    world.calm.store.accept_fresh(&workflow.id, &stored, &Chain::default()).await.unwrap();
    event
}

/// Stores an event, and the failure of its delivery.
async fn fail(world: &World, workflow: &Workflow) -> EventId {
    fail_on(world, workflow, event(world, workflow).await).await
}

async fn fail_on(world: &World, workflow: &Workflow, event: EventId) -> EventId {
    let cell = CellId("start".into());
    let delivery = event.delivery(&cell);
    let message =
        Task::Deliver(Deliver { event: event.into(), cell: cell.clone(), arm: 0, attempt: 0, reply: false }).of(&workflow.id);
    let failure = Failure { code: "test".into(), message: "It failed.".into(), details: None };
    let commit = Commit::failed(event, delivery, cell, 1, failure, message.encode());
    assert_eq!(world.calm.store.commit(&workflow.id, &commit, Writes::default()).await.unwrap(), Committed::Won);
    commit.id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_replayed_is_not_said_to_be() {
    let world = World::start(15).await;
    let workflow = world.started(r#"{"cells": [{"id": "start", "type": "agent", "agent_type": "manual"}]}"#).await;
    let (engine, id) = (&world.calm, fail(&world, &workflow).await);
    let refused = async |id| engine.replay(&workflow, id, RunVersion::Run).await.unwrap_err().code;

    // A request that broke off before it noted the replay left the failure among the open ones.
    let noted = async |id| engine.store.run_item(&workflow.id, id).await.unwrap().unwrap().commit.unwrap().replayed_at;
    let failed = engine.store.run_item(&workflow.id, id).await.unwrap().unwrap().commit.unwrap();
    let arm = EventId::child(id.run, failed.delivery, 1, 0);
    let over = Commit { id: arm, arm: 1, outcome: "done".into(), failure: None, message: None, ..failed };
    engine.store.commit(&workflow.id, &over, Writes::default()).await.unwrap();
    assert_eq!((refused(id).await, noted(id).await), ("already_replayed", None));
    assert_eq!(engine.replay_all(&workflow, RunVersion::Run).await.unwrap().replayed, 0);
    assert!(noted(id).await.is_some(), "it is no longer among the open ones");

    // An event is kept as long as its agent says, and a failure of it for longer.
    let id = fail_on(&world, &workflow, EventId::root(RunId(Uuid::now_v7()))).await;
    assert_eq!(refused(id).await, "event_gone");
    assert_eq!(engine.replay_all(&workflow, RunVersion::Run).await.unwrap().replayed, 0);

    let id = fail(&world, &workflow).await;
    engine.replay(&workflow, id, RunVersion::Run).await.unwrap();
    assert_eq!(refused(id).await, "replay_under_way");
    assert_eq!(world.messages_left().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_that_many_replay_at_once_is_sent_once() {
    let world = World::start(16).await;
    let workflow = world.started(r#"{"cells": [{"id": "start", "type": "agent", "agent_type": "manual"}]}"#).await;
    let (engine, id) = (&world.calm, fail(&world, &workflow).await);
    let said = join_all((0..20).map(async |at| match at % 2 {
        0 => engine.replay(&workflow, id, RunVersion::Run).await.map_err(|error| error.code),
        _ => match engine.replay_all(&workflow, RunVersion::Run).await.unwrap().replayed {
            0 => Err("replay_under_way"),
            _ => Ok(()),
        },
    }));
    let said = said.await;
    assert_eq!(said.iter().filter(|said| said.is_ok()).count(), 1, "{said:?}");
    assert!(said.iter().all(|said| matches!(said, Ok(()) | Err("replay_under_way"))), "{said:?}");
    assert_eq!(world.messages_left().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_that_broke_off_is_made_by_the_next() {
    let world = World::start(17).await;
    let workflow = world.started(r#"{"cells": [{"id": "start", "type": "agent", "agent_type": "manual"}]}"#).await;
    let (engine, id) = (&world.calm, fail(&world, &workflow).await);
    let take = async |at| engine.store.take_for_replay(&workflow.id, id, None, at).await.unwrap();
    let now = Time::now();
    assert!(take(now.plus(-50_000)).await);
    assert!(!take(now).await, "the first may still be at work");
    assert_eq!(engine.replay(&workflow, id, RunVersion::Run).await.unwrap_err().code, "replay_under_way");
    assert_eq!(engine.replay_all(&workflow, RunVersion::Run).await.unwrap().replayed, 0);
    assert!(take(now.plus(20_000)).await, "the first has broken off");
    // The first comes back, and does not mark what is another's.
    engine.store.mark_replayed(&workflow.id, id, now.plus(-50_000), None).await.unwrap();
    let item = engine.store.run_item(&workflow.id, id).await.unwrap().unwrap();
    assert_eq!(item.commit.unwrap().replayed_at, None);
    engine.store.mark_replayed(&workflow.id, id, now.plus(20_000), None).await.unwrap();
    assert_eq!(
        engine.store.run_item(&workflow.id, id).await.unwrap().unwrap().commit.unwrap().replayed_at,
        Some(now.plus(20_000))
    );
    assert!(!take(now.plus(90_000)).await, "it was replayed meanwhile");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_in_the_newest_version_begins_one_run_whoever_asks_and_breaks_off() {
    let world = World::start(18).await;
    let workflow = world.started(r#"{"cells": [{"id": "start", "type": "agent", "agent_type": "manual"}]}"#).await;
    let (engine, id) = (&world.calm, fail(&world, &workflow).await);
    let anew = EventId::replayed(id);
    let begun = async || engine.store.run_item(&workflow.id, anew).await.unwrap().unwrap().event.unwrap();
    let at_once = join_all((0..20).map(async |_| engine.replay(&workflow, id, RunVersion::Newest).await)).await;
    assert_eq!(at_once.iter().filter(|said| said.is_ok()).count(), 1, "{at_once:?}");
    let first = begun().await;
    assert_eq!(first.receiver(), Some(&CellId("start".into())));

    // Whoever broke off before the failure was marked leaves it to the next, who finds the run.
    engine.store.mark_failed_again(&workflow.id, id).await.unwrap();
    engine.replay(&workflow, id, RunVersion::Newest).await.unwrap();
    assert_eq!(begun().await.created_at, first.created_at);
    let marked = engine.store.run_item(&workflow.id, id).await.unwrap().unwrap().commit.unwrap();
    assert_eq!(marked.replayed_as, Some(anew));
    assert_eq!(engine.replay(&workflow, id, RunVersion::Run).await.unwrap_err().code, "already_replayed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_of_all_does_not_walk_what_was_replayed() {
    const FAILURES: usize = 620;
    let world = World::start(14).await;
    let workflow = world.started(r#"{"cells": [{"id": "start", "type": "agent", "agent_type": "manual"}]}"#).await;
    for _ in 0..FAILURES / 31 {
        join_all((0..31).map(|_| fail(&world, &workflow))).await;
    }
    let replayed = world.calm.replay_all(&workflow, RunVersion::Run).await.unwrap();
    assert_eq!((replayed.replayed, replayed.more), (500, true));
    let (engine, requests) = world.counted();
    let replayed = engine.replay_all(&workflow, RunVersion::Run).await.unwrap();
    assert_eq!((replayed.replayed, replayed.more), (FAILURES - 500, false));
    let queries = requests.of("Query");
    assert!(queries <= 2, "{queries} queries for {} failures", FAILURES - 500);

    // The list has all of them, each once, newest first.
    fail(&world, &workflow).await;
    let (mut listed, mut cursor) = (Vec::new(), None);
    loop {
        let page = world.calm.store.list_failure_places(&workflow.id, None, 100, cursor.as_ref()).await.unwrap();
        let ids: Vec<_> = page.items.iter().map(|failure| failure.id).collect();
        let items = world.calm.store.run_items(&workflow.id, &ids).await.unwrap();
        listed.extend(items.into_iter().map(|item| item.unwrap().commit.unwrap()));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(listed.iter().filter(|commit| commit.replayed_at.is_some()).count(), FAILURES);
    assert_eq!((listed.len(), listed[0].replayed_at), (FAILURES + 1, None));
    assert!(listed.windows(2).all(|pair| pair[0].began >= pair[1].began), "newest first");
}
