//! The promises under faults: every request to the table and the queues may fail before, fail after it was done, be throttled,
//! collide or be done twice, and every message comes up to three times, in any order. Afterwards everything is there, once.

use crate::{World, handle};
use rookery_domain::{CellId, Payload, RunId};
use rookery_engine::{Dispatcher, Incoming, Router};
use rookery_queue::{Message, Queue};
use rookery_store::Workflow;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const EVENTS: usize = 40;
const OPTIONS: &str = r#"{"cells":[
    {"id":"in","type":"agent","agent_type":"manual"},
    {"id":"a","type":"agent","agent_type":"event_formatting","config":{"instructions":{"n":"{{ n }}","at":"{{ now }}"}}},
    {"id":"b","type":"agent","agent_type":"event_formatting","config":{"instructions":{"n":"{{ n }}","at":"{{ now }}"}}},
    {"id":"both","type":"agent","agent_type":"merge","config":{"mode":"all"}},
    {"id":"changed","type":"agent","agent_type":"change_detector","config":{"property":"{{ a.n }}"}},
    {"id":"out","type":"agent","agent_type":"data_output"},
    {"id":"1","type":"link","source":{"id":"in"},"target":{"id":"a"}},
    {"id":"2","type":"link","source":{"id":"in"},"target":{"id":"b"}},
    {"id":"3","type":"link","source":{"id":"a"},"target":{"id":"both"}},
    {"id":"4","type":"link","source":{"id":"b"},"target":{"id":"both"}},
    {"id":"5","type":"link","source":{"id":"both"},"target":{"id":"changed"},"group_id":"on_merge"},
    {"id":"6","type":"link","source":{"id":"changed"},"target":{"id":"out"}}
]}"#;

/// Posts the events as a client does: again with the same key until there is an answer.
async fn put_in(world: &World, workflow: &Workflow) -> Vec<RunId> {
    let mut runs = Vec::new();
    for n in 0..EVENTS {
        let payload = Payload::parse(format!("{{\"n\":\"{n}\"}}").as_bytes()).unwrap();
        let incoming = Incoming::new(payload, Vec::new(), Some(format!("key-{n}")));
        let accepted = loop {
            match world.tested.accept_at_trigger(workflow, &CellId("in".into()), incoming.clone()).await {
                Ok(id) => break id,
                Err(error) => assert_eq!(error.kind, rookery_domain::Kind::Unavailable, "{error}"),
            }
        };
        runs.push(accepted.run);
    }
    runs
}

/// Handles messages until the queues are empty: each up to three times at once, a batch in reverse order. A message is deleted
/// only when all went well.
pub(crate) async fn handle_all(world: &World) {
    let (dispatcher, router) = (Dispatcher(world.tested.clone()), Router(world.tested.clone()));
    let deadline = Instant::now() + Duration::from_secs(120);
    while world.messages_left().await > 0 {
        assert!(Instant::now() < deadline, "the queues do not become empty");
        for queue in Queue::ALL {
            let url = &world.urls.of(queue).queue;
            let receive =
                world.sqs.receive_message().queue_url(url).max_number_of_messages(10).visibility_timeout(1).wait_time_seconds(0);
            let mut messages = receive.send().await.unwrap().messages.unwrap_or_default();
            messages.reverse();
            for message in messages {
                let decoded = Message::decode(message.body().unwrap()).unwrap();
                let copies = (0..1 + world.faults.random() % 3).map(|_| async {
                    match queue {
                        Queue::Route => handle(&router, decoded.clone()).await.is_ok(),
                        Queue::Deliver => handle(&dispatcher, decoded.clone()).await.is_ok(),
                        Queue::Agents => panic!("no session was asked for anything"),
                    }
                });
                if futures::future::join_all(copies).await.into_iter().all(|well| well) {
                    world
                        .sqs
                        .delete_message()
                        .queue_url(url)
                        .receipt_handle(message.receipt_handle().unwrap())
                        .send()
                        .await
                        .unwrap();
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_there_once_whatever_fails() {
    let world = World::start(20_261_120).await;
    let workflow = world.started(OPTIONS).await;

    let runs = put_in(&world, &workflow).await;
    handle_all(&world).await;

    for run in &runs {
        let items = world.calm.store.list_run(&workflow.id, *run, 100, None).await.unwrap().items;
        let mut events: BTreeMap<String, usize> = BTreeMap::new();
        let mut commits: BTreeMap<String, usize> = BTreeMap::new();
        for item in &items {
            assert!(item.parked.is_none(), "a delivery still waits: {item:?}");
            for event in item.events() {
                *events.entry(event.cell.to_string()).or_default() += 1;
            }
            for commit in item.commits() {
                assert_eq!(commit.outcome, "done", "{item:?}");
                *commits.entry(commit.cell.to_string()).or_default() += 1;
            }
        }
        let expected = |counts: &[(&str, usize)]| {
            counts.iter().map(|(cell, count)| ((*cell).to_owned(), *count)).collect::<BTreeMap<_, _>>()
        };
        assert_eq!(events, expected(&[("a", 1), ("b", 1), ("both", 1), ("changed", 1), ("in", 1)]));
        // What was joined equals what is stored: no event changed after it was sent.
        let payload = |cell: &str| {
            items.iter().flat_map(|item| item.events()).find(|event| event.cell.as_str() == cell).unwrap().payload.value().clone()
        };
        assert_eq!(payload("both"), serde_json::json!({"a": payload("a"), "b": payload("b")}));
        // The merge is woken twice, once for each branch.
        assert_eq!(commits, expected(&[("a", 1), ("b", 1), ("both", 2), ("changed", 1), ("out", 1)]));
    }
    let built = world.calm.built(&workflow.id, workflow.built).await.unwrap();
    let (out, _) = built.agent(&CellId("out".into())).unwrap();
    let published = world.calm.store.list_published(&workflow.id.agent(out), 200).await.unwrap();
    assert_eq!(published.len(), EVENTS, "each event came out once");
    assert_eq!(world.faults.silent(), [], "faults that never came");
}
