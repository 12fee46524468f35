//! Queues that lost their messages: what is not done is sent again, what is done is not.

use crate::waits::receive_from;
use crate::{World, handle};
use rookery_domain::{CellId, Payload, Time};
use rookery_engine::{Dispatcher, Incoming};
use rookery_queue::{Queue, Task};

const OPTIONS: &str = r#"{"cells":[
    {"id":"in","type":"agent","agent_type":"manual"},
    {"id":"wait","type":"agent","agent_type":"delay","config":{"seconds":60}},
    {"id":"far","type":"agent","agent_type":"delay","config":{"hours":2}},
    {"id":"form","type":"agent","agent_type":"change_detector","config":{"property":"{{ a }}"}},
    {"id":"next","type":"agent","agent_type":"data_output"},
    {"id":"last","type":"agent","agent_type":"data_output"},
    {"id":"l1","type":"link","source":{"id":"in"},"target":{"id":"wait"}},
    {"id":"l2","type":"link","source":{"id":"in"},"target":{"id":"far"}},
    {"id":"l3","type":"link","source":{"id":"in"},"target":{"id":"form"}},
    {"id":"l4","type":"link","source":{"id":"form"},"target":{"id":"next"}},
    {"id":"l5","type":"link","source":{"id":"form"},"target":{"id":"last"}}
]}"#;

/// Takes all messages out of the queue that are not delayed, and gives their agents.
async fn cells(world: &World) -> Vec<String> {
    let mut cells = Vec::new();
    loop {
        let messages = receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await;
        if messages.is_empty() {
            cells.sort();
            return cells;
        }
        cells.extend(messages.iter().filter_map(|message| match &message.task {
            Task::Deliver(deliver) => Some(deliver.cell.to_string()),
            _ => None,
        }));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_done_is_sent_again_after_the_queue_lost_it() {
    let world = World::start(11).await;
    let workflow = world.started(OPTIONS).await;
    let incoming = || Incoming::new(Payload::parse(b"{}").unwrap(), Vec::new(), None);
    world.calm.accept_at_trigger(&workflow, &CellId("in".into()), incoming()).await.unwrap();
    assert_eq!(cells(&world).await, ["far", "form", "wait"]);

    // The messages are lost as they came.
    assert_eq!(world.calm.send_unfinished().await.unwrap(), 3);
    let messages = receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await;
    for message in &messages {
        handle(&Dispatcher(world.calm.clone()), message.clone()).await.unwrap();
    }
    // `form` and `next` are done, and the rest of what follows is lost; so is the message that ends the short wait. The long wait is found by the tick.
    let queue = &world.urls.of(Queue::Deliver).queue;
    world.sqs.purge_queue().queue_url(queue).send().await.unwrap();
    assert_eq!(world.calm.send_unfinished().await.unwrap(), 2);
    assert_eq!(world.messages_left().await, 2);
    assert_eq!(cells(&world).await, ["last"], "the other's time has not come");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_of_a_moment_ago_whose_messages_were_never_sent_is_sent_and_what_was_begun_is_not() {
    let world = World::start(13).await;
    let workflow = world.started(OPTIONS).await;
    let incoming = || Incoming::new(Payload::parse(b"{}").unwrap(), Vec::new(), None);
    let queue = &world.urls.of(Queue::Deliver).queue;
    world.calm.accept_at_trigger(&workflow, &CellId("in".into()), incoming()).await.unwrap();
    world.sqs.purge_queue().queue_url(queue).send().await.unwrap();
    let now = Time::now();
    assert_eq!(world.calm.send_unsent(now.plus(60_000)).await.unwrap(), 0, "the event is older");
    assert_eq!(world.calm.send_unsent(now.plus(-60_000)).await.unwrap(), 3);
    for message in receive_from(&world.sqs, queue).await {
        handle(&Dispatcher(world.calm.clone()), message).await.unwrap();
    }
    // The short wait has its message, and so has what follows from `form`.
    assert_eq!(world.calm.send_unsent(now.plus(-60_000)).await.unwrap(), 0);
    assert_eq!(cells(&world).await, ["last"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_that_was_lost_is_sent_again() {
    let world = World::start(12).await;
    let refused = r#"{"cells":[
        {"id":"in","type":"agent","agent_type":"manual"},
        {"id":"call","type":"agent","agent_type":"http_request","config":{"url":"http://127.0.0.1:9/","retries":0}},
        {"id":"l","type":"link","source":{"id":"in"},"target":{"id":"call"}}
    ]}"#;
    let workflow = world.started(refused).await;
    let incoming = Incoming::new(Payload::parse(b"{}").unwrap(), Vec::new(), None);
    world.calm.accept_at_trigger(&workflow, &CellId("in".into()), incoming).await.unwrap();
    let queue = &world.urls.of(Queue::Deliver).queue;
    let message = receive_from(&world.sqs, queue).await.remove(0);
    handle(&Dispatcher(world.calm.clone()), message).await.unwrap();
    assert_eq!(world.calm.send_unfinished().await.unwrap(), 0, "it failed, which is done");
    assert_eq!(world.calm.replay_all(&workflow.id).await.unwrap().replayed, 1);
    world.sqs.purge_queue().queue_url(queue).send().await.unwrap();
    assert_eq!(world.calm.send_unfinished().await.unwrap(), 1);
    let again = receive_from(&world.sqs, queue).await.remove(0);
    assert!(matches!(again.task, Task::Deliver(deliver) if deliver.arm == 1));
}
