//! Queues that lost their messages: what is not done is sent again, what is done is not.

use crate::waits::receive_from;
use crate::{World, handle};
use rookery_domain::{CellId, Payload, TaskId, TaskState, Time};
use rookery_engine::{Change, DirectTask, Dispatcher, Incoming, Protocol, RunVersion, TaskIn};
use rookery_queue::{Queue, Task};
use rookery_store::SentTask;

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

const TAKING: &str = r#"{"cells":[
    {"id":"in","type":"agent","agent_type":"client"},
    {"id":"form","type":"agent","agent_type":"change_detector","config":{"property":"{{ a }}"}},
    {"id":"l","type":"link","source":{"id":"in"},"target":{"id":"form"}}
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
async fn whatever_began_a_run_is_sent_and_what_is_no_event_is_passed_over() {
    let world = World::start(14).await;
    let workflow = world.started(TAKING).await;
    let (store, project, now) = (&world.calm.store, &workflow.id.project, Time::now());
    // A task that was sent has a payload and a time, as events have.
    let sent = SentTask {
        id: TaskId::of(now, &[b"sent"]),
        connection: "7".repeat(32).parse().unwrap(),
        task_type: "reply".to_owned(),
        payload: Payload::parse(b"{}").unwrap(),
        answers: None,
        hop: 0,
        state: TaskState::Delivered,
        failed: 0,
        problem: None,
        created_at: now,
    };
    store.put_task(project, &sent).await.unwrap();
    let lose = async || world.sqs.purge_queue().queue_url(&world.urls.of(Queue::Deliver).queue).send().await.unwrap();
    let payload = || Payload::parse(b"{}").unwrap();
    let entry = world.calm.offered(project).await.unwrap().remove(0);
    let task = DirectTask { key: None, context: None, payload: payload() };
    world.calm.call_entry_point(&entry, Protocol::Mcp, task).await.unwrap();
    // Links and connections lie behind a stage's task.
    let connection = store.connections(project, 1, None).await.unwrap().items.remove(0);
    let (id, task_type) = (Some("task".to_owned()), "task".to_owned());
    let task = TaskIn { id, task_type, payload: payload(), hop: 3, deadline: None, context: None };
    let id = world.calm.take_task(&connection, task).await.unwrap();
    lose().await;
    assert_eq!(world.calm.send_unsent(now.plus(-60_000)).await.unwrap(), 2);
    // An event that is emitted again comes of the first one.
    let event = store.run_item(&workflow.id, id).await.unwrap().unwrap().event.unwrap();
    world.calm.emit_again(&workflow, &event, Change::default()).await.unwrap();
    lose().await;
    assert_eq!(world.calm.send_unsent(now.plus(-60_000)).await.unwrap(), 3);
    lose().await;
    assert_eq!(world.calm.send_unfinished().await.unwrap(), 3);
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
    assert_eq!(world.calm.replay_all(&workflow, RunVersion::Run).await.unwrap().replayed, 1);
    world.sqs.purge_queue().queue_url(queue).send().await.unwrap();
    assert_eq!(world.calm.send_unfinished().await.unwrap(), 1);
    let again = receive_from(&world.sqs, queue).await.remove(0);
    assert!(matches!(again.task, Task::Deliver(deliver) if deliver.arm == 1));
}
