//! Workflows that are called by their name: which one answers, and what is told of its runs, whoever looks and when.

use crate::{World, handle};
use rookery_domain::{Payload, ProjectId, Time};
use rookery_engine::{Call, Dispatcher, Engine, Progress};
use rookery_queue::{Message, Queue};
use rookery_store::{Called, Workflow};
use std::sync::Arc;

/// One agent computes alone, the others remember: each of their deliveries is a message of its own.
const WIDE: &str = r#"{"cells":[
    {"id":"start","type":"agent","agent_type":"manual"},
    {"id":"result","type":"agent","agent_type":"event_formatting","config":{"instructions":{"n":"{{ n }}"}}},
    {"id":"a","type":"agent","agent_type":"change_detector","config":{"property":"n"}},
    {"id":"b","type":"agent","agent_type":"change_detector","config":{"property":"n"}},
    {"id":"c","type":"agent","agent_type":"change_detector","config":{"property":"n"}},
    {"id":"l1","type":"link","source":{"id":"start"},"target":{"id":"a"}},
    {"id":"l2","type":"link","source":{"id":"start"},"target":{"id":"b"}},
    {"id":"l3","type":"link","source":{"id":"start"},"target":{"id":"c"}},
    {"id":"l4","type":"link","source":{"id":"b"},"target":{"id":"a"}},
    {"id":"l5","type":"link","source":{"id":"c"},"target":{"id":"result"}}
]}"#;

fn call(payload: &str) -> Call {
    Call { payload: Payload::parse(payload.as_bytes()).unwrap(), instance: None, key: None }
}

async fn started(world: &World, project: &ProjectId, name: &str, options: &str) -> Workflow {
    let (workflow, result) = world.calm.create_workflow(project, name, options).await.unwrap();
    assert_eq!(result.errors, []);
    world.calm.start(&workflow).await.unwrap().0
}

/// Handles one message of the queue `deliver`; `false` if there is none.
async fn step(world: &World) -> bool {
    let url = &world.urls.of(Queue::Deliver).queue;
    let received =
        world.sqs.receive_message().queue_url(url).wait_time_seconds(0).max_number_of_messages(1).send().await.unwrap();
    let Some(message) = received.messages.unwrap_or_default().pop() else { return false };
    handle(&Dispatcher(world.calm.clone()), Message::decode(message.body().unwrap()).unwrap()).await.unwrap();
    world.sqs.delete_message().queue_url(url).receipt_handle(message.receipt_handle.unwrap()).send().await.unwrap();
    true
}

async fn told(engine: &Arc<Engine>, called: &Called) -> Progress {
    engine.progress(called).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_is_told_in_one_order_whoever_looks_and_when() {
    let world = World::start(71).await;
    let project = world.calm.store.create_project("called").await.unwrap().id;
    started(&world, &project, "wide", WIDE).await;
    let called = world.calm.call_workflow(&project, "wide", call(r#"{"n": 7}"#)).await.unwrap().unwrap();
    let other = world.counted().0;
    let mut last = told(&world.calm, &called).await;
    assert!(last.end.is_none() && last.deliveries.is_empty(), "{last:?}");
    loop {
        let is_new = step(&world).await;
        // Several look at once, in different processes.
        let looks = (0..6).map(|number| {
            let (engine, called) = (if number % 2 == 0 { world.calm.clone() } else { other.clone() }, called.clone());
            tokio::spawn(async move { told(&engine, &called).await })
        });
        let mut seen = Vec::new();
        for look in looks.collect::<Vec<_>>() {
            seen.push(look.await.unwrap());
        }
        for progress in &seen {
            assert_eq!(progress, &seen[0], "all are told the same");
            assert_eq!(progress.deliveries[..last.deliveries.len()], last.deliveries, "what was told stays as it was");
        }
        last = seen.swap_remove(0);
        if !is_new {
            break;
        }
        assert!(!last.deliveries.is_empty());
    }
    let cells: Vec<&str> = last.deliveries.iter().map(|told| told.cell.as_str()).collect();
    assert_eq!(cells.len(), 5, "{cells:?}");
    let end = last.end.clone().expect("it is over");
    assert_eq!(end.error, None);
    assert_eq!(world.calm.result_of(&called, &end).await.unwrap().unwrap().as_str(), r#"{"n":"7"}"#);
    assert_eq!(told(&other, &called).await, last);
    world.standins.stop().await;
}

#[tokio::test]
async fn whoever_waits_for_a_run_hears_of_it_and_of_its_end() {
    let world = World::start(72).await;
    let project = world.calm.store.create_project("called").await.unwrap().id;
    started(&world, &project, "wide", WIDE).await;
    let called = world.calm.call_workflow(&project, "wide", call(r#"{"n": 7}"#)).await.unwrap().unwrap();
    let mut follow = world.calm.follow_called(called.clone());
    let work = async { while step(&world).await {} };
    let follow = async {
        let mut seen = 0;
        loop {
            let progress = follow.next().await.unwrap().unwrap();
            assert!(progress.end.is_some() || progress.deliveries.len() > seen, "it is told only what is new");
            seen = progress.deliveries.len();
            if progress.end.is_some() {
                return seen;
            }
        }
    };
    assert_eq!(tokio::join!(work, follow).1, 5);
    assert!(world.calm.follow_called(called).end().await.unwrap().is_some(), "also whoever comes later");
    world.standins.stop().await;
}

/// The id of the workflow that answers to the name now.
async fn answers(world: &World, project: &ProjectId, name: &str) -> Option<String> {
    let found = world.calm.workflow_by_name(project, name).await.unwrap();
    found.map(|(workflow, _)| workflow.id.workflow.to_string())
}

#[tokio::test]
async fn a_name_leads_to_the_workflow_that_was_started_last_while_it_runs_and_has_it() {
    let world = World::start(73).await;
    let project = world.calm.store.create_project("called").await.unwrap().id;
    let id = |workflow: &Workflow| Some(workflow.id.workflow.to_string());
    let first = started(&world, &project, "日本 a/b", WIDE).await;
    let second = started(&world, &project, "日本 a/b", WIDE).await;
    assert_eq!(answers(&world, &project, "日本 a/b").await, id(&second));
    assert_eq!(world.calm.callable_names(&project).await.unwrap(), ["日本 a/b"]);
    let called = world.calm.call_workflow(&project, "日本 a/b", call("{}")).await.unwrap().unwrap();
    assert_eq!(called.workflow, second.id);

    let (renamed, _) = world.calm.save(&second, None, Some("other"), None, None).await.unwrap();
    assert_eq!(answers(&world, &project, "日本 a/b").await, id(&first));
    assert_eq!(answers(&world, &project, "other").await, id(&second), "a running workflow is found by its new name");
    assert_eq!(world.calm.find_called(&project, &called.name, called.run).await.unwrap(), Some(called.clone()));
    assert_eq!(
        world.calm.find_called(&project, "other", called.run).await.unwrap(),
        None,
        "a run keeps the name that was called"
    );

    world.calm.stop(&first).await.unwrap();
    assert_eq!(answers(&world, &project, "日本 a/b").await, None);
    world.calm.start(&first).await.unwrap();
    assert_eq!(answers(&world, &project, "日本 a/b").await, id(&first));
    world.calm.delete_workflow(&renamed.id).await.unwrap();
    assert_eq!(answers(&world, &project, "other").await, None);
    assert_eq!(world.calm.find_called(&project, &called.name, called.run).await.unwrap(), None, "its runs went with it");

    let no_trigger = r#"{"cells":[{"id":"a","type":"agent","agent_type":"schedule","config":{"schedule":"every_1d"}}]}"#;
    started(&world, &project, "timer", no_trigger).await;
    assert_eq!(answers(&world, &project, "timer").await, None);
    let first = world.calm.store.workflow(&first.id).await.unwrap();
    let (first, _) = world.calm.save(&first, None, None, Some(no_trigger), None).await.unwrap();
    assert_eq!(world.calm.callable_names(&project).await.unwrap(), ["日本 a/b"], "what is saved only is not built");
    world.calm.build(&first).await.unwrap();
    assert_eq!(answers(&world, &project, "日本 a/b").await, None);
    assert_eq!(world.calm.callable_names(&project).await.unwrap(), [""; 0], "what cannot be called is not listed");
    let others = world.calm.store.create_project("others").await.unwrap().id;
    assert_eq!(answers(&world, &others, "日本 a/b").await, None);
    world.standins.stop().await;
}

#[tokio::test]
async fn lists_of_who_had_runs_have_no_calls_that_were_refused_and_none_that_are_too_old() {
    let world = World::start(74).await;
    let project = world.calm.store.create_project("called").await.unwrap().id;
    for name in ["old", "refused", "wide"] {
        started(&world, &project, name, WIDE).await;
    }
    let mut random = fastrand::Rng::with_seed(7);
    let digits: String = (0..1_000_000).map(|_| random.digit(16)).collect();
    let no_room = Call { payload: Payload::stored(format!("\"{digits}\"")), ..call("{}") };
    world.calm.call_workflow(&project, "refused", no_room).await.unwrap_err();
    let instance = |id: &str| Call { instance: Some(id.to_owned()), ..call("{}") };
    for (name, id) in [("old", "a"), ("old", "b"), ("wide", "a"), ("wide", "b")] {
        let called = world.calm.call_workflow(&project, name, instance(id)).await.unwrap().unwrap();
        if (name, id) != ("wide", "b") {
            world.calm.store.list_called(&called, Time(1)).await.unwrap();
        }
    }
    let store = &world.calm.store;
    let mut agents = store.list_run_agents(&project, 1, None).await.unwrap();
    assert_eq!(agents.items, ["wide"]);
    while let Some(next) = agents.next {
        agents = store.list_run_agents(&project, 1, Some(&next)).await.unwrap();
        assert_eq!(agents.items, Vec::<String>::new());
    }
    for (name, instances) in [("old", None), ("refused", None), ("wide", Some(vec!["b".to_owned()]))] {
        assert_eq!(store.has_runs(&project, name).await.unwrap(), instances.is_some(), "{name}");
        let listed = store.list_run_instances(&project, name, 10, None).await.unwrap();
        assert_eq!(listed.map(|page| page.items), instances, "{name}");
    }
    for (id, is_there) in [("a", false), ("b", true)] {
        assert_eq!(store.has_instance(&project, "wide", id).await.unwrap(), is_there, "{id}");
    }
    world.standins.stop().await;
}
