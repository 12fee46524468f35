//! Due items: however many there are, they are sent in full requests; however late they are, each is sent once.

use crate::waits::receive_from;
use crate::{World, handle};
use futures::future::join_all;
use rookery_domain::{CellId, EventId, RunId, Time};
use rookery_engine::{Dispatcher, RunVersion};
use rookery_queue::{Check, Deliver, Message, Queue, Task};
use rookery_store::keys::{DUE_SHARDS, WAIT_SHARDS, due_partition};
use rookery_store::{EventFilter, Parked, ScheduleItem, Workflow};
use std::time::Duration;
use uuid::Uuid;

const WEEK: i64 = 7 * 24 * 3_600_000;
const WEEKLY: &str =
    r#"{"cells": [{"id": "clock", "type": "agent", "agent_type": "schedule", "config": {"schedule": "every_7d"}}]}"#;

/// Stores a delivery that waits until this time, in the due index.
async fn wait(world: &World, workflow: &Workflow, until: Time) {
    let run = RunId(Uuid::now_v7());
    let (event, cell) = (EventId::root(run), CellId("clock".into()));
    let delivery = event.delivery(&cell);
    let message =
        Task::Deliver(Deliver { event: event.into(), cell: cell.clone(), arm: 0, attempt: 1, reply: false }).of(&workflow.id);
    let (failure, why) = (None, None);
    let parked = Parked { delivery, cell, event: Some(event), attempt: 1, until, failure, why, failed: 0, for_reply: false };
    let id = EventId::child(run, delivery, 0, 0);
    assert!(world.calm.store.park(&workflow.id, id, &parked, Some(&message.encode())).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_due_at_once_is_sent_in_full_requests() {
    // 20,000 are sent in the same way: pages of a hundred, of all shards side by side.
    const DUE: usize = 2_000;
    let world = World::start(11).await;
    let workflow = world.started(WEEKLY).await;
    let now = Time::now();
    for _ in 0..DUE / 50 {
        join_all((0..50).map(|_| wait(&world, &workflow, now))).await;
    }
    let (engine, requests) = world.counted();
    requests.hold_until_together("Query", usize::from(DUE_SHARDS + WAIT_SHARDS));
    let ticked = tokio::time::timeout(Duration::from_secs(60), engine.tick(now)).await;
    assert_eq!(ticked.expect("the shards are looked at side by side").unwrap(), DUE);
    assert_eq!(world.messages_left().await, DUE as u64);
    let (sends, reads) = (requests.of("SendMessageBatch"), requests.of("BatchGetItem"));
    assert!((DUE / 10..=DUE / 6).contains(&sends), "{sends} requests for {DUE} messages");
    assert!(reads <= DUE / 25, "{reads} reads");
    let looked = requests.of("Query");
    assert_eq!(engine.tick(now).await.unwrap(), 0);
    assert_eq!(requests.of("Query") - looked, usize::from(DUE_SHARDS), "not each tick looks at the waits");
}

/// Before waits had partitions of their own, they were in those of schedules.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_of_before_is_found() {
    let world = World::start(14).await;
    let workflow = world.started(WEEKLY).await;
    let now = Time::now();
    wait(&world, &workflow, now).await;
    let client = aws_sdk_dynamodb::Client::from_conf(world.standins.dynamodb_config().build());
    let waits = client.scan().table_name(rookery_boot::TABLE).filter_expression("attribute_exists(parked)").send().await.unwrap();
    let item = waits.items().first().unwrap();
    let old = aws_sdk_dynamodb::types::AttributeValue::S(due_partition(1));
    let update = client.update_item().table_name(rookery_boot::TABLE).update_expression("SET dp = :old");
    let update = update.key("pk", item["pk"].clone()).key("sk", item["sk"].clone()).expression_attribute_values(":old", old);
    update.send().await.unwrap();
    assert_eq!(world.calm.tick(now).await.unwrap(), 1);
}

/// The schedule of a workflow, and the message of its check at a due time.
async fn schedule(world: &World, workflow: &Workflow) -> (ScheduleItem, impl Fn(Time) -> Message) {
    let item = world.calm.store.schedule(&workflow.id, &CellId("clock".into())).await.unwrap().unwrap();
    let (agent, generation) = (item.agent.clone(), item.generation.clone());
    let check = move |due| {
        let (cell, incarnation) = (agent.cell.clone(), agent.incarnation);
        Task::Check(Check { cell, incarnation, generation: generation.clone(), due, arm: 0, attempt: 0, asker: None })
            .of(&agent.workflow)
    };
    (item, check)
}

async fn emitted(world: &World, workflow: &Workflow) -> Vec<serde_json::Value> {
    let events = world.calm.store.list_events(workflow, &EventFilter::default(), 100, None).await.unwrap().items;
    events.iter().map(|event| event.payload.value()["due_at"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checks_that_stood_in_the_queue_while_nobody_worked_collapse_into_the_latest() {
    const MISSED: i64 = 15;
    let world = World::start(12).await;
    let workflow = world.started(WEEKLY).await;
    let (_, check) = schedule(&world, &workflow).await;
    let latest = Time(Time::now().0 / WEEK * WEEK);
    let dispatcher = Dispatcher(world.calm.clone());
    // The messages come as SQS gives them: some at once, in no order, and one twice.
    let message = |back: i64| check(latest.plus(-back * WEEK));
    for backs in [vec![7, 14, 3, 9], vec![0, 1, 2, 4, 5, 6], vec![8, 10, 11, 12, 13, 14]] {
        for handled in join_all(backs.into_iter().map(|back| handle(&dispatcher, message(back)))).await {
            handled.unwrap();
        }
    }
    assert_eq!(emitted(&world, &workflow).await, [serde_json::json!(latest)], "one event, of the latest");
    let (item, _) = schedule(&world, &workflow).await;
    assert_eq!((item.skipped, item.last_due), (MISSED as u64 - 1, Some(latest)));
}

#[tokio::test]
async fn a_check_that_crashed_is_recorded_though_its_schedule_was_stopped() {
    let world = World::start(13).await;
    let workflow = world.started(WEEKLY).await;
    let (_, check) = schedule(&world, &workflow).await;
    let due = Time(Time::now().0 / WEEK * WEEK);
    world.calm.stop(&workflow).await.unwrap();
    world.calm.record_dead(check(due)).await.unwrap();
    // After a new start, the workflow has another schedule.
    let workflow = world.calm.start(&workflow).await.unwrap().0;
    world.calm.record_dead(check(due.plus(-WEEK))).await.unwrap();
    let failures = world.calm.store.list_open_failures(&workflow.id, 10, None).await.unwrap().items;
    let codes: Vec<_> =
        failures.iter().map(|item| item.commit.as_ref().unwrap().failure.as_ref().unwrap().code.as_str()).collect();
    assert_eq!(codes, ["crashed", "crashed"]);
    // A check that a person replays runs, whatever the schedule is now.
    assert_eq!(world.calm.replay_all(&workflow, RunVersion::Run).await.unwrap().replayed, 2);
    let dispatcher = Dispatcher(world.calm.clone());
    for message in receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await {
        handle(&dispatcher, message).await.unwrap();
    }
    assert!(emitted(&world, &workflow).await.contains(&serde_json::json!(due)));
}
