//! Waits that are too long for a delayed message: they are in the due index, and the tick finds them.

use crate::{World, handle};
use rookery_domain::{CellId, Event, Payload, Time};
use rookery_engine::{Dispatcher, Incoming};
use rookery_queue::{Message, Queue};
use rookery_store::{RunItem, Workflow};

const OPTIONS: &str = r#"{"cells":[
    {"id":"in","type":"agent","agent_type":"manual"},
    {"id":"later","type":"agent","agent_type":"delay","config":{"hours":2}},
    {"id":"l","type":"link","source":{"id":"in"},"target":{"id":"later"}}
]}"#;
const MINUTE: i64 = 60_000;

async fn receive(world: &World) -> Vec<Message> {
    receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await
}

pub(crate) async fn receive_from(sqs: &aws_sdk_sqs::Client, queue: &str) -> Vec<Message> {
    let receive = sqs.receive_message().queue_url(queue).max_number_of_messages(10).wait_time_seconds(0);
    let received = receive.send().await.unwrap().messages.unwrap_or_default();
    for message in &received {
        let delete = sqs.delete_message().queue_url(queue);
        delete.receipt_handle(message.receipt_handle().unwrap()).send().await.unwrap();
    }
    received.iter().map(|message| Message::decode(message.body().unwrap()).unwrap()).collect()
}

async fn items(world: &World, workflow: &Workflow, run: rookery_domain::RunId) -> Vec<RunItem> {
    world.calm.store.list_run(&workflow.id, run, 100, None).await.unwrap().items
}

fn emitted(items: &[RunItem]) -> Vec<&Event> {
    items.iter().filter_map(|item| item.event.as_ref()).filter(|event| event.cell.as_str() == "later").collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_of_hours_is_a_due_item_that_the_tick_finds_and_no_early_message_ends() {
    let world = World::start(7).await;
    let workflow = world.started(OPTIONS).await;
    let incoming = Incoming::new(Payload::parse(b"{}").unwrap(), Vec::new(), None);
    let run = world.calm.accept_at_trigger(&workflow, &CellId("in".into()), incoming).await.unwrap().run;
    let dispatcher = Dispatcher(world.calm.clone());

    let first = receive(&world).await.remove(0);
    // The second round is a redelivery: it finds the wait, and changes nothing.
    for _ in 0..2 {
        handle(&dispatcher, first.clone()).await.unwrap();
    }
    assert_eq!(world.messages_left().await, 0, "so long a wait is no delayed message");
    let parked = items(&world, &workflow, run).await.into_iter().find_map(|item| item.parked).unwrap();
    assert_eq!(parked.attempt, 1);

    // The wait is not due more than a minute before its time. Within that minute it is, and its message is sent once.
    let tick = |before: i64| world.calm.tick(Time(parked.until.0 - before));
    assert_eq!(tick(2 * MINUTE).await.unwrap(), 0);
    assert_eq!(tick(MINUTE / 2).await.unwrap(), 1);
    assert_eq!(tick(MINUTE / 2).await.unwrap(), 0);
    assert_eq!(world.messages_left().await, 1);

    // This is the message of the next attempt, too early by our clock: it is sent again, and nothing is emitted.
    handle(&dispatcher, first.with_attempt(1)).await.unwrap();
    assert!(emitted(&items(&world, &workflow, run).await).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_of_a_second_ends_and_passes_the_event_on_once() {
    let world = World::start(8).await;
    let workflow = world.started(&OPTIONS.replace("\"hours\":2", "\"seconds\":1")).await;
    let payload = Payload::parse(br#"{"n":1.10}"#).unwrap();
    let incoming = Incoming::new(payload.clone(), Vec::new(), None);
    let run = world.calm.accept_at_trigger(&workflow, &CellId("in".into()), incoming).await.unwrap().run;
    let dispatcher = Dispatcher(world.calm.clone());
    let first = receive(&world).await.remove(0);
    handle(&dispatcher, first.clone()).await.unwrap();

    let long_poll = world.sqs.receive_message().queue_url(&world.urls.of(Queue::Deliver).queue).wait_time_seconds(10);
    let woken = long_poll.send().await.unwrap().messages.unwrap().remove(0);
    let woken = Message::decode(woken.body().unwrap()).unwrap();
    assert_eq!(woken, first.clone().with_attempt(1));
    for message in [woken.clone(), first, woken] {
        handle(&dispatcher, message).await.unwrap();
    }
    let items = items(&world, &workflow, run).await;
    let emitted = emitted(&items);
    assert_eq!(emitted.len(), 1);
    assert_eq!(emitted[0].payload, payload);
}
