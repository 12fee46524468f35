//! The promises under faults: every request to the table and the queues may fail before, fail after it was done, be throttled,
//! collide or be done twice, and every message comes up to three times, in any order. Afterwards everything is there, once.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod faulty;

use aws_sdk_sqs::types::QueueAttributeName as Name;
use faulty::{FAULTS, Faults, faulty};
use rookery_domain::{CellId, Payload, RunId};
use rookery_egress::{Egress, Policy};
use rookery_engine::{Dispatcher, Engine, Incoming, Router};
use rookery_queue::{Handler, Message, Producer, Queue, QueueUrls, create_queues};
use rookery_standins::{Standins, dynamodb_config, sqs_config};
use rookery_store::{Store, Workflow};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const EVENTS: usize = 40;
const OPTIONS: &str = r#"{"cells":[
    {"id":"in","type":"agent","agent_type":"manual"},
    {"id":"a","type":"agent","agent_type":"event_formatting","config":{"instructions":{"n":"{{ n }}","by":"a"}}},
    {"id":"b","type":"agent","agent_type":"event_formatting","config":{"instructions":{"n":"{{ n }}","by":"b"}}},
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

struct World {
    _folder: tempfile::TempDir,
    _standins: Standins,
    sqs: aws_sdk_sqs::Client,
    urls: QueueUrls,
    /// Without faults: to set up and to judge.
    calm: Arc<Engine>,
    /// With faults: what is tested.
    tested: Arc<Engine>,
    faults: Arc<Faults>,
}

async fn world(seed: u64) -> World {
    let folder = tempfile::tempdir().unwrap();
    let standins = Standins::start(folder.path()).await.unwrap();
    let faults = Faults::new(seed, 30);
    let retry = || {
        aws_sdk_dynamodb::config::retry::RetryConfig::standard()
            .with_max_attempts(2)
            .with_initial_backoff(Duration::from_millis(1))
    };
    let dynamodb = dynamodb_config(standins.dynamodb_url()).build();
    let queue = sqs_config(standins.sqs_url()).build();
    let store = Store::new(aws_sdk_dynamodb::Client::from_conf(dynamodb.clone()), "rookery");
    store.create_table().await.unwrap();
    let sqs = aws_sdk_sqs::Client::from_conf(queue.clone());
    let urls = create_queues(&sqs).await.unwrap();
    let egress = || Egress::new(Policy::default());
    let calm = Engine::new(store, Producer::start(sqs.clone(), &urls), egress());
    let failing = |inner| faulty(inner, faults.clone());
    let dynamodb = dynamodb.to_builder().http_client(failing(dynamodb.http_client().unwrap())).retry_config(retry()).build();
    let queue = queue.to_builder().http_client(failing(queue.http_client().unwrap())).retry_config(retry()).build();
    let producer = Producer::start(aws_sdk_sqs::Client::from_conf(queue), &urls);
    let tested = Engine::new(Store::new(aws_sdk_dynamodb::Client::from_conf(dynamodb), "rookery"), producer, egress());
    World { _folder: folder, _standins: standins, sqs, urls, calm, tested, faults }
}

/// Puts the events in, as a client does: again with the same key until it gets an answer.
async fn put_in(world: &World, workflow: &Workflow) -> Vec<RunId> {
    let mut runs = Vec::new();
    for n in 0..EVENTS {
        let payload = Payload::parse(format!("{{\"n\":\"{n}\"}}").as_bytes()).unwrap();
        let incoming = Incoming { payload, groups: Vec::new(), key: Some(format!("key-{n}")), copy_of: None };
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

/// Handles messages until the queues are empty: each up to three times, a batch in reverse, deleted only when it went well.
async fn handle_all(world: &World) {
    let (dispatcher, router) = (Dispatcher(world.tested.clone()), Router(world.tested.clone()));
    let deadline = Instant::now() + Duration::from_secs(120);
    while left(world).await > 0 {
        assert!(Instant::now() < deadline, "the queues do not become empty");
        for queue in Queue::ALL {
            let url = &world.urls.of(queue).queue;
            let receive =
                world.sqs.receive_message().queue_url(url).max_number_of_messages(10).visibility_timeout(1).wait_time_seconds(0);
            let mut messages = receive.send().await.unwrap().messages.unwrap_or_default();
            messages.reverse();
            for message in messages {
                let decoded = Message::decode(message.body().unwrap()).unwrap();
                let mut well = true;
                for _ in 0..1 + world.faults.random() % 3 {
                    well = match queue {
                        Queue::Route => router.handle(decoded.clone()).await.is_ok(),
                        Queue::Deliver => dispatcher.handle(decoded.clone()).await.is_ok(),
                    };
                }
                if well {
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

async fn left(world: &World) -> u64 {
    let mut left = 0;
    for queue in Queue::ALL {
        for url in [&world.urls.of(queue).queue, &world.urls.of(queue).dead] {
            let asked = world.sqs.get_queue_attributes().queue_url(url).attribute_names(Name::All).send().await.unwrap();
            let attributes = asked.attributes.unwrap();
            let names = [
                Name::ApproximateNumberOfMessages,
                Name::ApproximateNumberOfMessagesNotVisible,
                Name::ApproximateNumberOfMessagesDelayed,
            ];
            left += names.iter().map(|name| attributes[name].parse::<u64>().unwrap()).sum::<u64>();
        }
    }
    left
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_there_once_whatever_fails() {
    let world = world(20_261_120).await;
    let project = world.calm.store.create_project("faults").await.unwrap();
    let (workflow, _) = world.calm.create_workflow(&project.id, "faults", OPTIONS).await.unwrap();
    let (workflow, _) = world.calm.build(&workflow, true).await.unwrap();

    let runs = put_in(&world, &workflow).await;
    handle_all(&world).await;

    for run in &runs {
        let items = world.calm.store.list_run(&project.id, &workflow.id, *run, 100, None).await.unwrap().items;
        let mut events: BTreeMap<String, usize> = BTreeMap::new();
        let mut commits: BTreeMap<String, usize> = BTreeMap::new();
        for item in &items {
            assert!(item.parked.is_none(), "a delivery still waits: {item:?}");
            if let Some(event) = &item.event {
                *events.entry(event.cell.to_string()).or_default() += 1;
            }
            if let Some(commit) = &item.commit {
                assert_eq!(commit.outcome, "done", "{item:?}");
                *commits.entry(commit.cell.to_string()).or_default() += 1;
            }
        }
        let expected = |counts: &[(&str, usize)]| {
            counts.iter().map(|(cell, count)| ((*cell).to_owned(), *count)).collect::<BTreeMap<_, _>>()
        };
        assert_eq!(events, expected(&[("a", 1), ("b", 1), ("both", 1), ("changed", 1), ("in", 1)]));
        // The merge is woken twice: once for each branch.
        assert_eq!(commits, expected(&[("a", 1), ("b", 1), ("both", 2), ("changed", 1), ("out", 1)]));
    }
    let built = world.calm.built(&project.id, &workflow.id, workflow.built).await.unwrap();
    let (out, _) = built.agent(&CellId("out".into())).unwrap();
    let published = world.calm.store.list_published(&project.id, &workflow.id, &out.id, out.incarnation, 200).await.unwrap();
    assert_eq!(published.len(), EVENTS, "each event came out once");
    let fired: Vec<_> =
        FAULTS.iter().zip(&world.faults.fired).map(|(fault, count)| (fault, count.load(Ordering::Relaxed))).collect();
    assert!(fired.iter().all(|(_, count)| *count > 0), "a run in which no fault fired shows nothing: {fired:?}");
}
