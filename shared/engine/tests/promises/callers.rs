//! Callers that are no stages: the same task again is the same run, and counts once.

use crate::World;
use futures::future::join_all;
use rookery_domain::{Error, Payload, RunId, Time};
use rookery_engine::{CallState, DirectTask, Protocol};
use rookery_store::{EntryPoint, Window};

const OPTIONS: &str = r#"{"cells": [
    {"id": "in", "type": "agent", "agent_type": "client", "config": {"access": "open", "tasks_per_minute": 2}}
]}"#;

async fn call(world: &World, entry: &EntryPoint, key: &str) -> Result<RunId, Error> {
    let payload = Payload::parse(b"{}").unwrap();
    let task = DirectTask { key: Some(key.to_owned()), context: None, payload };
    world.calm.call_entry_point(entry, Protocol::A2a, task).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_comes_again_is_the_same_and_counts_once() {
    let world = World::start(93).await;
    let workflow = world.started(OPTIONS).await;
    let entry = world.calm.offered(&workflow.id.project).await.unwrap().remove(0);
    // Counts are of a minute: what passes from one to the next is tried again.
    for attempt in 0.. {
        let (minute, key) = (Time::now().0 / 60_000, |name: &str| format!("{name} {attempt}"));
        let first = call(&world, &entry, &key("a")).await.unwrap();
        for _ in 0..5 {
            assert_eq!(call(&world, &entry, &key("a")).await.unwrap(), first);
        }
        let second = call(&world, &entry, &key("b")).await;
        let (third, again) = (call(&world, &entry, &key("c")).await, call(&world, &entry, &key("a")).await);
        if Time::now().0 / 60_000 == minute {
            assert_ne!(second.unwrap(), first);
            assert_eq!(third.unwrap_err().code, "too_many_tasks");
            assert_eq!(again.unwrap(), first, "what is known is known also where no more may come");
            let known = world.calm.call_progress(&entry, Protocol::A2a, first).await.unwrap().unwrap();
            assert_eq!(known.state, CallState::Ended, "nothing takes its event");
            let cancelled = world.calm.cancel_call(&entry, Protocol::A2a, first).await.unwrap().unwrap();
            assert_eq!(cancelled.state, CallState::Ended, "nobody waits any more");
            let known = world.calm.call_progress(&entry, Protocol::A2a, first).await.unwrap().unwrap();
            assert_eq!(known.state, CallState::Ended);
            assert!(world.calm.call_progress(&entry, Protocol::Mcp, first).await.unwrap().is_none(), "it is of another protocol");
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_that_ask_about_one_run_read_it_together() {
    const ASKERS: usize = 20;
    let world = World::start(94).await;
    let workflow = world.started(OPTIONS).await;
    let entry = world.calm.offered(&workflow.id.project).await.unwrap().remove(0);
    let run = call(&world, &entry, "a").await.unwrap();
    let (engine, requests) = world.counted();
    let asked = join_all((0..ASKERS).map(|_| engine.call_progress(&entry, Protocol::A2a, run))).await;
    assert!(asked.iter().all(|found| found.as_ref().unwrap().as_ref().unwrap().state == CallState::Ended));
    // Who finds a run at its end reads it twice. The first asker's reading began before the others asked; the second is for all others. The
    // workflow is read once.
    assert!(requests.of("Query") <= 2 * 2 + 1, "{}", requests.of("Query"));
    // Who asks afterwards is told what is so then.
    let before = requests.of("Query");
    engine.call_progress(&entry, Protocol::A2a, run).await.unwrap();
    assert!(requests.of("Query") > before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_brings_as_many_tasks_in_a_day_as_it_may() {
    const DAY: u64 = 24 * 3600;
    let world = World::start(96).await;
    let workflow = world.started(&OPTIONS.replace("_minute\": 2", "_minute\": 4, \"tasks_per_day\": 2")).await;
    let entry = world.calm.offered(&workflow.id.project).await.unwrap().remove(0);
    // Counts are of a day: what passes from one to the next is tried again.
    for attempt in 0.. {
        let (day, key) = (Time::now().0 / 1000 / DAY as i64, |name: &str| format!("{name} {attempt}"));
        for name in ["a", "a", "b", "b"] {
            call(&world, &entry, &key(name)).await.unwrap();
        }
        // What the day has no room for does not count in the minute.
        for name in ["c", "d", "e"] {
            let _ = call(&world, &entry, &key(name)).await;
        }
        let left = || DAY - Time::now().0 as u64 / 1000 % DAY;
        let most = left();
        let refused = call(&world, &entry, &key("f")).await;
        let least = left();
        if Time::now().0 / 1000 / DAY as i64 == day {
            let refused = refused.unwrap_err();
            assert!(refused.code == "too_many_tasks" && refused.message.contains("2 tasks in this day"), "{refused}");
            assert!(refused.retry_after_seconds().is_some_and(|seconds| (least..=most).contains(&seconds)), "{refused:?}");
            call(&world, &entry, &key("a")).await.unwrap();
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_count_begins_anew_with_its_minute_or_day() {
    let world = World::start(98).await;
    let workflow = world.started(OPTIONS).await;
    let entry = world.calm.offered(&workflow.id.project).await.unwrap().remove(0);
    call(&world, &entry, "a").await.unwrap();
    let store = &world.calm.store;
    let ends = store.connections(&workflow.id.project, 1, None).await.unwrap().items.remove(0).ends;
    let day = Time(Time::now().0 / 86_400_000 * 86_400_000 + 10 * 86_400_000);
    for (window, ms) in [(Window::Minute, 60_000), (Window::Day, 86_400_000)] {
        for (at, has_room) in [(0, true), (ms - 1, false), (ms, true), (2 * ms - 1, false)] {
            assert_eq!(store.count_task(&ends, window, day.plus(at), 1).await.unwrap(), has_room, "{window:?}: {at}");
        }
        store.uncount_task(&ends, window, day).await.unwrap();
        assert!(store.count_task(&ends, window, day, 1).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_was_taken_is_still_known_while_the_workflow_is_stopped() {
    let world = World::start(97).await;
    let workflow = world.started(&OPTIONS.replace("\"tasks_per_minute\": 2", "\"tasks_per_minute\": 60")).await;
    let entry = world.calm.offered(&workflow.id.project).await.unwrap().remove(0);
    let run = call(&world, &entry, "a").await.unwrap();
    world.calm.stop(&workflow).await.unwrap();
    assert_eq!(call(&world, &entry, "a").await.unwrap(), run);
    for _ in 0..2 {
        assert_eq!(call(&world, &entry, "b").await.unwrap_err().code, "workflow_stopped");
    }
}
