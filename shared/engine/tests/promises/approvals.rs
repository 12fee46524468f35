//! Questions to persons: each event is asked about once, told of once and decided once, whatever fails and whoever answers at once.

use crate::faults::handle_all;
use crate::faulty::Fault;
use crate::requests::request;
use crate::waits::receive_from;
use crate::{World, handle};
use futures::future::join;
use rookery_agents::Decision;
use rookery_domain::{CallbackAuth, CellId, Error, Event, EventId, Kind, Payload, RequestState, RunId};
use rookery_engine::{Dispatcher, Engine, Incoming, Settings};
use rookery_queue::{Message, Queue};
use rookery_store::{Question, Request, Workflow};
use serde_json::json;

const EVENTS: usize = 24;
const OPTIONS: &str = r#"{"cells":[
    {"id":"in","type":"agent","agent_type":"manual"},
    {"id":"ask","type":"agent","agent_type":"approval","config":{"question":"{{ n }}?"}},
    {"id":"told","type":"agent","agent_type":"event_formatting","config":{"instructions":{"url":"{{ url }}"}}},
    {"id":"yes","type":"agent","agent_type":"event_formatting","config":{"instructions":{"n":"{{ n }}"}}},
    {"id":"no","type":"agent","agent_type":"event_formatting","config":{"instructions":{"n":"{{ n }}"}}},
    {"id":"1","type":"link","source":{"id":"in"},"target":{"id":"ask"}},
    {"id":"2","type":"link","source":{"id":"ask"},"target":{"id":"told"},"group_id":"on_request"},
    {"id":"3","type":"link","source":{"id":"ask"},"target":{"id":"yes"},"group_id":"on_approved"},
    {"id":"4","type":"link","source":{"id":"ask"},"target":{"id":"no"},"group_id":"on_rejected"}
]}"#;

async fn world(seed: u64) -> World {
    let settings = Settings { public_url: Some("https://rookery.example.com".parse().unwrap()), ..Settings::default() };
    World::on(tempfile::tempdir().unwrap(), seed, settings).await
}

/// Puts an event in, until there is an answer.
async fn put(world: &World, workflow: &Workflow, n: usize) -> RunId {
    let payload = Payload::of(json!({"n": n})).unwrap();
    let incoming = Incoming::new(payload, Vec::new(), Some(format!("key-{n}")));
    until_answered(async || world.tested.accept_at_trigger(workflow, &CellId("in".into()), incoming.clone()).await)
        .await
        .unwrap()
        .run
}

/// Does it again as long as it cannot be done now, as a client does.
async fn until_answered<T>(call: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    loop {
        match call().await {
            Err(error) if error.kind == Kind::Unavailable => {}
            answered => return answered,
        }
    }
}

/// Answers by the link.
async fn answer(engine: &Engine, token: &str, approved: bool) -> Result<Request, Error> {
    let decision = Decision::new(approved, "link".to_owned(), None)?;
    until_answered(async || engine.decide(&engine.question(token).await?, &decision).await).await
}

/// The events of a run that an agent has emitted.
async fn emitted(world: &World, workflow: &Workflow, run: RunId, cell: &str) -> Vec<Event> {
    let items = world.calm.store.list_run(&workflow.id, run, 100, None).await.unwrap().items;
    items.iter().flat_map(|item| item.events()).filter(|event| event.cell.as_str() == cell).cloned().collect()
}

/// The token of the one question of a run.
async fn token(world: &World, workflow: &Workflow, run: RunId) -> String {
    let asked = emitted(world, workflow, run, "ask").await;
    let [told] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(told.groups, ["on_request"]);
    assert_eq!(emitted(world, workflow, run, "told").await.len(), 1, "it went on to who tells of it");
    let url = told.payload.value()["url"].as_str().unwrap().to_owned();
    url.strip_prefix("https://rookery.example.com/approvals/").unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_question_is_told_of_once_and_decided_once_whatever_fails() {
    let world = world(20_261_128).await;
    let workflow = world.started(OPTIONS).await;
    let mut runs = Vec::new();
    for n in 0..EVENTS {
        runs.push(put(&world, &workflow, n).await);
    }
    handle_all(&world).await;
    let mut questions = Vec::new();
    for run in runs {
        let token = token(&world, &workflow, run).await;
        // Whoever answers is told by the answer whether it counts: a yes and a no at once are one of the two.
        let (yes, no) = join(answer(&world.tested, &token, true), answer(&world.tested, &token, false)).await;
        let approved = yes.is_ok();
        for (answered, is_it) in [(yes, approved), (no, !approved)] {
            match answered {
                Ok(question) => assert!(is_it && question.state() == RequestState::Answered),
                Err(error) => assert!(!is_it && error.code == "decided_differently", "{error}"),
            }
        }
        questions.push((run, token, approved));
    }
    handle_all(&world).await;
    for (run, token, approved) in questions {
        let group = if approved { "on_approved" } else { "on_rejected" };
        let mut groups: Vec<String> =
            emitted(&world, &workflow, run, "ask").await.into_iter().map(|event| event.groups.join(",")).collect();
        groups.sort();
        let mut expected = ["on_request", group];
        expected.sort_unstable();
        assert_eq!(groups, expected);
        let ends = (emitted(&world, &workflow, run, "yes").await.len(), emitted(&world, &workflow, run, "no").await.len());
        assert_eq!(ends, if approved { (1, 0) } else { (0, 1) });
        assert!(answer(&world.calm, &token, approved).await.is_ok(), "the same again");
        assert_eq!(answer(&world.calm, &token, !approved).await.unwrap_err().code, "decided_differently");
    }
    handle_all(&world).await;
    let built = world.calm.built(&workflow.id, workflow.built).await.unwrap();
    let (ask, _) = built.agent(&CellId("ask".into())).unwrap();
    assert_eq!(world.calm.store.outstanding(&workflow.id.agent(ask)).await.unwrap(), 0);
    let silent = world.faults.silent();
    assert!(silent.iter().all(|fault| *fault == Fault::Conflict), "faults that never came: {silent:?}");
}

/// A delivery whose attempt died when it had stored its question, and nothing else; and the token of the question.
async fn asked_and_died(world: &World, workflow: &Workflow) -> (RunId, Message, String) {
    let run = put(world, workflow, 1).await;
    let message = receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await.remove(0);
    let event = emitted(world, workflow, run, "in").await.remove(0);
    let delivery = event.id.delivery(&CellId("ask".into()));
    let mut question = request(workflow, CallbackAuth::CallbackToken);
    question.question = Some(Question { text: "1?".into(), details: None });
    question.pending.id = EventId::request(run, delivery, 0);
    (question.pending.delivery, question.pending.event) = (delivery, event.at());
    world.calm.store.open_request(&question, 10).await.unwrap();
    let (of, pending) = (&workflow.id, &question.pending);
    (run, message, format!("{}{}{}{}", of.project, of.workflow, pending.id.parts(), pending.token))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_whose_asker_died_is_told_of_by_the_next_attempt_with_the_same_link() {
    let world = world(104).await;
    let workflow = world.started(OPTIONS).await;
    let (run, message, stored) = asked_and_died(&world, &workflow).await;
    handle(&Dispatcher(world.calm.clone()), message).await.unwrap();
    for told in receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await {
        handle(&Dispatcher(world.calm.clone()), told).await.unwrap();
    }
    assert_eq!(token(&world, &workflow, run).await, stored);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_that_crashes_for_good_takes_its_question_with_it() {
    let world = world(105).await;
    let workflow = world.started(OPTIONS).await;
    let (_, message, stored) = asked_and_died(&world, &workflow).await;
    world.calm.record_dead(message).await.unwrap();
    assert_eq!(world.calm.question(&stored).await.unwrap().state(), RequestState::Failed);
    assert_eq!(answer(&world.calm, &stored, true).await.unwrap_err().code, "request_over");
}
