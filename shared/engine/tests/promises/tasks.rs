//! Tasks that go over connections: each is delivered once, or ends as failed, whatever fails and whoever dies.

use crate::faults::handle_all;
use crate::faulty::Fault;
use crate::waits::receive_from;
use crate::{World, handle};
use rookery_domain::{CellId, EntryPointId, Error, Kind, Payload, ProjectId, RunId, TaskId, TaskState, Time};
use rookery_engine::{Dispatcher, Incoming, NewTask, Recipients, Router};
use rookery_queue::{Message, Queue, Send, SendAll, Task};
use rookery_store::{Page, RunItem, SentTask, Workflow};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const PROVIDER: &str = r#"{"cells":[
    {"id":"in","type":"agent","agent_type":"client","config":{"access":"open"}},
    {"id":"back","type":"agent","agent_type":"reply"},
    {"id":"more","type":"agent","agent_type":"reply","config":{"task_type":"more"}},
    {"id":"1","type":"link","source":{"id":"in"},"target":{"id":"back"}},
    {"id":"2","type":"link","source":{"id":"in"},"target":{"id":"more"}}
]}"#;

/// In milliseconds.
const HOUR: i64 = 3_600_000;

/// A provider, and a consumer with so many stages, the first of which is asked by `start`.
async fn connected(world: &World, stages: usize) -> (Workflow, Workflow) {
    let provider = world.started(PROVIDER).await;
    let entry = EntryPointId::of(&provider.id, &CellId("in".into()));
    let config = json!({"project_id": provider.id.project, "client_stage_id": entry});
    let mut cells: Vec<Value> =
        (0..stages).map(|n| json!({"id": format!("s{n}"), "type": "agent", "agent_type": "agent", "config": config})).collect();
    cells.push(json!({"id": "start", "type": "agent", "agent_type": "manual"}));
    cells.push(json!({"id": "link", "type": "link", "source": {"id": "start"}, "target": {"id": "s0"}}));
    let consumer = world.started(&json!({"cells": cells}).to_string()).await;
    (provider, consumer)
}

fn news(id: Option<TaskId>) -> NewTask {
    NewTask {
        id,
        to: Recipients::All,
        task_type: "news".into(),
        payload: Payload::of(json!({"n": 1})).unwrap(),
        answers: None,
        hop: 0,
        created_at: Time::now(),
    }
}

/// Does it again until there is an answer, as a client does.
async fn until_answered<T>(call: impl AsyncFn() -> Result<T, Error>) -> T {
    loop {
        match call().await {
            Ok(done) => return done,
            Err(error) => assert_eq!(error.kind, Kind::Unavailable, "{error}"),
        }
    }
}

async fn tasks(world: &World, project: &ProjectId) -> Vec<SentTask> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let Page { items, next } = world.calm.store.tasks(project, 200, cursor.as_ref()).await.unwrap();
        all.extend(items);
        cursor = next;
        if cursor.is_none() {
            return all;
        }
    }
}

/// How many events each cell of a workflow has, of those in its list.
async fn emitted(world: &World, workflow: &Workflow) -> BTreeMap<String, usize> {
    let (mut counts, mut cursor) = (BTreeMap::new(), None);
    loop {
        let page = world.calm.store.list_events(workflow, &Default::default(), 200, cursor.as_ref()).await.unwrap();
        for event in page.items {
            *counts.entry(event.cell.to_string()).or_default() += 1;
        }
        cursor = page.next;
        if cursor.is_none() {
            return counts;
        }
    }
}

/// Checks that faults of every kind came; but for those of transactions, which not everything needs.
fn all_fired(world: &World) {
    let silent = world.faults.silent();
    assert!(silent.iter().all(|fault| *fault == Fault::Conflict), "faults that never came: {silent:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_task_and_each_of_its_replies_are_there_once_whatever_fails() {
    const EVENTS: usize = 24;
    let world = World::start(20_261_127).await;
    let (provider, consumer) = connected(&world, 1).await;
    let mut runs: Vec<RunId> = Vec::new();
    for n in 0..EVENTS {
        let incoming = Incoming::new(Payload::of(json!({"n": n})).unwrap(), Vec::new(), Some(format!("key-{n}")));
        let start = CellId("start".into());
        runs.push(until_answered(async || world.tested.accept_at_trigger(&consumer, &start, incoming.clone()).await).await.run);
    }
    handle_all(&world).await;
    for (n, run) in runs.iter().enumerate() {
        let items = world.calm.store.list_run(&consumer.id, *run, 100, None).await.unwrap().items;
        assert!(items.iter().all(|item| item.parked.is_none()), "{n}: it still waits");
        let replies: Vec<_> = items.iter().flat_map(RunItem::events).filter(|event| event.cell.as_str() == "s0").collect();
        let [reply] = replies.as_slice() else { panic!("{n}: {replies:?}") };
        assert_eq!((reply.groups[0].as_str(), reply.payload.value()), ("on_reply", &json!({"n": n})));
    }
    // Each task was done once, and answered twice: one reply ends the wait, and the other is an event of its own.
    assert_eq!(emitted(&world, &provider).await, BTreeMap::from([("in", EVENTS), ("back", EVENTS), ("more", EVENTS)].map(owned)));
    assert_eq!(emitted(&world, &consumer).await, BTreeMap::from([("start", EVENTS), ("s0", 2 * EVENTS)].map(owned)));
    let sent = tasks(&world, &provider.id.project).await;
    assert_eq!(sent.iter().filter(|task| task.state == TaskState::Delivered).count(), 2 * EVENTS);
    all_fired(&world);
    // Among what is stored now, there are tasks: who looks for lost messages finds none.
    assert_eq!(world.calm.send_unsent(Time(0)).await.unwrap(), 0);
    assert_eq!(world.calm.send_unfinished().await.unwrap(), 0);
}

fn owned((cell, count): (&str, usize)) -> (String, usize) {
    (cell.to_owned(), count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_for_many_reaches_each_once_whatever_fails() {
    const STAGES: usize = 130;
    let world = World::start(20_261_128).await;
    let (provider, consumer) = connected(&world, STAGES).await;
    let project = &provider.id.project;
    let new = news(Some(NewTask::id_of_key(project, "k")));
    let sent = until_answered(async || world.tested.send_tasks(project, &new).await).await;
    handle_all(&world).await;
    let there = tasks(&world, project).await;
    assert_eq!((sent.len(), there.len()), (STAGES, STAGES));
    for task in &sent {
        assert!(there.iter().any(|there| there.id == task.id && there.state == TaskState::Delivered), "{task:?}");
    }
    let expected: BTreeMap<String, usize> = (0..STAGES).map(|n| (format!("s{n}"), 1)).collect();
    assert_eq!(emitted(&world, &consumer).await, expected);
    all_fired(&world);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_in_vain_is_counted_and_sent_again_and_ends() {
    let world = World::start(131).await;
    let (provider, consumer) = connected(&world, 1).await;
    let (calm, project) = (&world.calm, &provider.id.project);
    let dispatcher = Dispatcher(calm.clone());
    let id = calm.send_tasks(project, &news(None)).await.unwrap()[0].id;
    calm.stop(&consumer).await.unwrap();
    let send =
        async |attempt: u32| handle(&dispatcher, Task::Send(Send { task: id, attempt }).of_project(project)).await.unwrap();
    let task = async || calm.store.task(project, id).await.unwrap().unwrap();
    for (attempt, failed) in [(0, 1), (0, 1), (2, 1), (1, 2)] {
        send(attempt).await;
        assert_eq!((task().await.state, task().await.failed), (TaskState::Pending, failed), "attempt {attempt}");
        assert_eq!(task().await.problem.as_deref(), Some("The client's workflow does not run."));
    }
    calm.start(&calm.store.workflow(&consumer.id).await.unwrap()).await.unwrap();
    for _ in 0..2 {
        send(2).await;
        assert_eq!((task().await.state, task().await.problem), (TaskState::Delivered, None));
    }
    assert_eq!(emitted(&world, &consumer).await, BTreeMap::from([owned(("s0", 1))]));

    let id = calm.send_tasks(project, &news(None)).await.unwrap()[0].id;
    calm.stop(&calm.store.workflow(&consumer.id).await.unwrap()).await.unwrap();
    for attempt in 0..=5 {
        assert_eq!(calm.store.task(project, id).await.unwrap().unwrap().state, TaskState::Pending);
        handle(&dispatcher, Task::Send(Send { task: id, attempt }).of_project(project)).await.unwrap();
    }
    let failed = calm.store.task(project, id).await.unwrap().unwrap();
    assert_eq!((failed.state, failed.problem.as_deref()), (TaskState::Failed, Some("The client's workflow does not run.")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_whose_sender_died_is_sent_and_one_that_crashes_its_handlers_fails() {
    let world = World::start(132).await;
    let (provider, consumer) = connected(&world, 120).await;
    let (calm, project) = (&world.calm, &provider.id.project);
    let (dispatcher, router) = (Dispatcher(calm.clone()), Router(calm.clone()));
    let lost = async |queue: Queue| receive_from(&world.sqs, &world.urls.of(queue).queue).await;
    // The messages are lost; what is stored is a due item.
    let names = calm.store.connections(project, 2, None).await.unwrap().items;
    let to = Recipients::Connections(names.iter().map(|connection| connection.id().to_string()).collect());
    calm.send_tasks(project, &NewTask { to, ..news(None) }).await.unwrap();
    calm.send_tasks(project, &news(None)).await.unwrap();
    assert_eq!((lost(Queue::Deliver).await.len(), lost(Queue::Route).await.len()), (2, 1));
    assert_eq!(calm.send_unsent(Time::now()).await.unwrap(), 3);
    let guards = lost(Queue::Route).await;
    let again = lost(Queue::Deliver).await;
    assert_eq!((guards.len(), again.len()), (1, 2));
    let crashing = |message: &Message| calm.record_dead(message.clone());
    handle(&dispatcher, again[0].clone()).await.unwrap();
    crashing(&again[1]).await.unwrap();
    for guard in guards {
        handle(&router, guard).await.unwrap();
    }
    loop {
        let messages = lost(Queue::Deliver).await;
        if messages.is_empty() {
            break;
        }
        for message in messages {
            handle(&dispatcher, message).await.unwrap();
        }
    }
    let there = tasks(&world, project).await;
    let count = |state| there.iter().filter(|task| task.state == state).count();
    assert_eq!((count(TaskState::Delivered), count(TaskState::Failed), count(TaskState::Pending)), (121, 1, 0));
    assert_eq!(emitted(&world, &consumer).await.values().sum::<usize>(), 121);
    let crashed = there.iter().find(|task| task.state == TaskState::Failed).unwrap();
    assert!(crashed.problem.as_ref().unwrap().contains("crashed"), "{crashed:?}");
    assert_eq!(calm.send_unsent(Time::now()).await.unwrap(), 0, "nothing is due any more");

    assert_eq!(calm.tick(Time::now().plus(2 * HOUR)).await.unwrap(), 0, "nor later");

    let sending = NewTask::id_of_key(project, "dead");
    calm.send_tasks(project, &news(Some(sending))).await.unwrap();
    crashing(&Task::SendAll(SendAll { sending }).of_project(project)).await.unwrap();
    let failed = tasks(&world, project).await.iter().filter(|task| task.state == TaskState::Failed).count();
    assert_eq!(failed, 121);
    assert_eq!(calm.tick(Time::now().plus(4 * HOUR)).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_over_is_sent_again_although_its_message_was_lost_twice() {
    let world = World::start(133).await;
    let (provider, _) = connected(&world, 101).await;
    let (calm, project) = (&world.calm, &provider.id.project);
    let names = calm.store.connections(project, 1, None).await.unwrap().items;
    let to = Recipients::Connections(vec![names[0].id().to_string()]);
    let task = calm.send_tasks(project, &NewTask { to, ..news(None) }).await.unwrap().remove(0);
    calm.send_tasks(project, &news(None)).await.unwrap();
    for queue in [Queue::Deliver, Queue::Route] {
        assert_eq!(receive_from(&world.sqs, &world.urls.of(queue).queue).await.len(), 1);
    }
    // What a tick sends is for later, so nobody receives it here.
    let (at, tick) = (|minutes: i64| task.created_at.plus(minutes * 60_000 + 30_000), async |at| calm.tick(at).await.unwrap());
    for (minutes, sent) in [(0, 0), (1, 2), (2, 0), (3, 2), (6, 0), (7, 2), (8, 0)] {
        assert_eq!(tick(at(minutes)).await, sent, "at {minutes} minutes");
    }
    assert_eq!(world.messages_left().await, 6);
    handle(&Dispatcher(calm.clone()), Task::Send(Send { task: task.id, attempt: 0 }).of_project(project)).await.unwrap();
    assert_eq!(tick(at(15)).await, 1, "what is over is not sent again");
    tick(at(200)).await;
    assert_eq!(tick(at(258)).await, 0);
    assert_eq!(tick(at(261)).await, 1, "at least once an hour");
}
