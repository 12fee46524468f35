//! A stage that waits for a reply looks after a while whether its provider is still there: who goes tells nobody.

use crate::waits::receive_from;
use crate::{World, handle};
use aws_sdk_dynamodb::types::AttributeValue;
use rookery_boot::TABLE;
use rookery_domain::{CellId, EntryPointId, Payload, RunId, Time};
use rookery_engine::{Dispatcher, Incoming};
use rookery_queue::{Message, Queue};
use rookery_store::{RunItem, Workflow, keys};
use serde_json::json;

/// A provider that never replies.
const PROVIDER: &str = r#"{"cells":[{"id":"in","type":"agent","agent_type":"client","config":{"access":"open"}}]}"#;
/// In milliseconds.
const MINUTE: i64 = 60_000;

async fn items(world: &World, workflow: &Workflow, run: RunId) -> Vec<RunItem> {
    world.calm.store.list_run(&workflow.id, run, 100, None).await.unwrap().items
}

/// The item of the delivery that waits.
async fn waiting(world: &World, workflow: &Workflow, run: RunId) -> RunItem {
    items(world, workflow, run).await.into_iter().find(|item| item.parked.is_some()).unwrap()
}

/// Lets the time come that a delivery waits for, and the message that wakes it.
async fn wake(world: &World, workflow: &Workflow, run: RunId, first: &Message) {
    let item = waiting(world, workflow, run).await;
    let key = keys::event(&workflow.id, item.id);
    let client = aws_sdk_dynamodb::Client::from_conf(world.standins.dynamodb_config().build());
    let update = client.update_item().table_name(TABLE).key("pk", AttributeValue::S(key.pk)).key("sk", AttributeValue::S(key.sk));
    let update = update.update_expression("SET #until = :now").expression_attribute_names("#until", "until");
    let now = AttributeValue::N(Time::now().0.to_string());
    update.expression_attribute_values(":now", now).send().await.unwrap();
    let message = first.clone().with_attempt(item.parked.unwrap().attempt);
    handle(&Dispatcher(world.calm.clone()), message).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stage_whose_provider_is_gone_learns_it_while_it_waits() {
    let world = World::start(95).await;
    let provider = world.started(PROVIDER).await;
    let entry = EntryPointId::of(&provider.id, &CellId("in".into()));
    let config = json!({"project_id": provider.id.project, "client_stage_id": entry});
    let consumer = world
        .started(
            &json!({"cells": [
                {"id": "start", "type": "agent", "agent_type": "manual"},
                {"id": "ask", "type": "agent", "agent_type": "agent", "config": config},
                {"id": "l", "type": "link", "source": {"id": "start"}, "target": {"id": "ask"}},
            ]})
            .to_string(),
        )
        .await;
    let incoming = Incoming::new(Payload::parse(b"{}").unwrap(), Vec::new(), None);
    let run = world.calm.accept_at_trigger(&consumer, &CellId("start".into()), incoming).await.unwrap().run;
    let queue = &world.urls.of(Queue::Deliver).queue;
    let first = receive_from(&world.sqs, queue).await.remove(0);
    handle(&Dispatcher(world.calm.clone()), first.clone()).await.unwrap();
    assert_eq!(world.messages_left().await, 0, "so long a wait is no delayed message");
    let waits = waiting(&world, &consumer, run).await.parked.unwrap();
    let minutes = (waits.until.0 - Time::now().0) / MINUTE;
    assert!((15..=60).contains(&minutes), "it looks in {minutes} minutes");

    // The task is under way: it is the same, also while the workflow is stopped, and the stage waits on.
    wake(&world, &consumer, run, &first).await;
    world.calm.stop(&world.calm.store.workflow(&provider.id).await.unwrap()).await.unwrap();
    wake(&world, &consumer, run, &first).await;
    let waits = waiting(&world, &consumer, run).await.parked.unwrap();
    assert!(waits.attempt == 3 && waits.failure.is_none(), "{waits:?}");

    world.calm.delete_workflow(&provider.id).await.unwrap();
    wake(&world, &consumer, run, &first).await;
    let items = items(&world, &consumer, run).await;
    let failure = items.iter().find_map(|item| item.commit.as_ref()?.failure.clone()).unwrap();
    assert_eq!(failure.code, "entry_point_gone");
}
