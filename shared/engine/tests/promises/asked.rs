//! A cell asks a persistent agent: one event, one question, one answer, whatever fails and whoever ends it.

use crate::asking::{Asking, GUIDE, handle_all};
use crate::faulty::Fault;
use crate::handle;
use rookery_domain::{CellId, Payload};
use rookery_engine::{Dispatcher, RunVersion, Tried, TriedEvent};
use rookery_queue::{Message, Queue};
use rookery_sessions::stop::Stopped;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_becomes_a_question_and_its_answer_goes_on() {
    let asking = Asking::start(91, GUIDE, json!({})).await;
    let run = asking.put(json!({"customer": 7, "text": "Hello"})).await;
    asking.deliver().await;

    let operation = asking.session("7").operation(1);
    let items = asking.items(run).await;
    let asked = items.iter().find_map(|item| item.asked.as_ref()).unwrap();
    assert_eq!((asked.session.names.instance.as_str(), asked.session.n), ("customer-7", Some(1)));
    let parked = items.iter().find_map(|item| item.parked.as_ref()).unwrap();
    assert!(parked.for_reply && parked.why.as_deref() == Some("The answer of `guide`."), "{parked:?}");
    let waiting = asking.world.calm.sessions.unfinished(&operation.session, 0, 100).await.unwrap().0;
    let cell = waiting[0].ask.cell().unwrap();
    assert_eq!((&cell.workflow, cell.cell.as_str(), cell.event.id.run), (&asking.workflow.id, "ask", run));

    asking.work().await;
    asking.deliver().await;
    let emitted = asking.emitted(run).await;
    let [(group, payload)] = emitted.as_slice() else { panic!("{emitted:?}") };
    assert_eq!(group, "on_reply");
    assert!(payload["text"].as_str().unwrap().contains("You said: \"Hello\""), "{payload}");
    let ids = json!({"agent": "guide", "instance": "customer-7", "session": "default", "run_id": operation.run_id()});
    for (name, id) in ids.as_object().unwrap() {
        assert_eq!(&payload[name], id);
    }
    assert_eq!(payload["model"], "demo/guide");
    assert!(payload["usage"]["total_tokens"].as_u64().unwrap() > 0);
    let said = asking.items(run).await.iter().flat_map(|item| item.events().cloned().collect::<Vec<_>>()).count();
    assert_eq!(said, 3, "the answer went on to who takes it");
    assert_eq!(asking.world.messages_left().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_asks_once_and_is_answered_once_whatever_fails() {
    const EVENTS: usize = 24;
    let asking = Asking::start(20_261_126, GUIDE, json!({})).await;
    let mut runs = Vec::new();
    for n in 0..EVENTS {
        runs.push(asking.put(json!({"customer": n % 3, "text": format!("question {n}")})).await);
    }
    handle_all(&asking).await;
    for (n, run) in runs.iter().enumerate() {
        let emitted = asking.emitted(*run).await;
        let [(group, payload)] = emitted.as_slice() else { panic!("{n}: {emitted:?}") };
        assert_eq!(group, "on_reply");
        assert!(payload["text"].as_str().unwrap().contains(&format!("You said: \"question {n}\"")), "{n}: {payload}");
    }
    for customer in 0..3 {
        let questions = asking.questions(&asking.session(&customer.to_string())).await;
        let once: BTreeSet<&String> = questions.iter().collect();
        assert_eq!((questions.len(), once.len()), (EVENTS / 3, EVENTS / 3), "{questions:?}");
    }
    // Few of these requests are transactions, so none may collide.
    let silent = asking.world.faults.silent();
    assert!(silent.iter().all(|fault| *fault == Fault::Conflict), "faults that never came: {silent:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_an_operation_ends_the_cell_is_told() {
    let asking = Asking::start(92, GUIDE, json!({})).await;
    let sessions = &asking.world.calm.sessions;
    let mut runs = Vec::new();
    for customer in ["cancelled", "crashed", "deleted", "unnoted"] {
        runs.push(asking.put(json!({"customer": customer, "text": "Hello"})).await);
        asking.deliver().await;
    }
    let [cancelled, crashed, deleted, unnoted] = runs[..] else { panic!() };
    assert_eq!(sessions.end(&asking.session("cancelled").operation(1)).await.unwrap(), Stopped::Cancelled);
    asking.world.calm.record_dead(Message::wake(&asking.session("crashed").operation(1))).await.unwrap();
    // Whoever answered died before the end was noted, and then the session was deleted.
    let at = asking.session("unnoted");
    let mut loaded = sessions.load(&at).await.unwrap();
    let (state, error) = rookery_sessions::entry::EndError::not_awaited(false);
    let end = rookery_sessions::entry::What::End { n: 1, state, error: Some(error) };
    sessions.append(&mut loaded, end).await.unwrap();
    sessions.delete(&at).await.unwrap();
    // The agent's definition is gone before its turn comes.
    asking.definitions().delete(asking.project(), &"guide".parse().unwrap()).await.unwrap();
    asking.work().await;
    asking.deliver().await;
    let told = |code: &str| ("on_error".to_owned(), code.to_owned());
    assert_eq!(asking.outcome(cancelled).await, told("cancelled"));
    assert_eq!(asking.outcome(crashed).await, told("crashed"));
    assert_eq!(asking.outcome(deleted).await, told("agent_not_found"));
    assert_eq!(asking.outcome(unnoted).await, told("cancelled"));
    let details = &asking.emitted(cancelled).await[0].1["details"];
    assert_eq!(details["run_id"], asking.session("cancelled").operation(1).run_id());
    // Who asks now is told at once.
    let run = asking.put(json!({"customer": "8", "text": "Hello"})).await;
    asking.deliver().await;
    assert_eq!(asking.outcome(run).await, told("agent_not_found"));
    assert_eq!(asking.world.messages_left().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_fits_no_item_fails_at_once() {
    let asking = Asking::start(97, GUIDE, json!({})).await;
    // The text is in the event and in the question, and chance can hardly be packed.
    let text: String = std::iter::repeat_with(|| char::from(fastrand::u8(b'#'..=b'~'))).take(250_000).collect();
    let run = asking.put(json!({"customer": 7, "text": text})).await;
    asking.deliver().await;
    assert_eq!(asking.outcome(run).await, ("on_error".into(), "question_too_large".into()));
    assert!(asking.world.calm.store.last_operation(&asking.session("7")).await.unwrap().is_none());
    assert_eq!(asking.world.messages_left().await, 0, "no other attempt is made");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadline_that_passes_ends_the_question() {
    let asking = Asking::start(93, GUIDE, json!({"deadline_seconds": 1})).await;
    let run = asking.put(json!({"customer": 7, "text": "Hello"})).await;
    asking.deliver().await;
    let url = &asking.world.urls.of(Queue::Deliver).queue;
    let due = asking.world.sqs.receive_message().queue_url(url).wait_time_seconds(10).send().await.unwrap();
    let due = Message::decode(due.messages.unwrap()[0].body().unwrap()).unwrap();
    handle(&Dispatcher(asking.world.calm.clone()), due).await.unwrap();
    assert_eq!(asking.outcome(run).await, ("on_error".into(), "timeout".into()));
    let operation = asking.session("7").operation(1);
    assert_eq!(asking.state(&operation).await.as_deref(), Some("cancelled"));
    // Whoever is woken for it finds nothing to do.
    asking.work().await;
    let loaded = asking.world.calm.sessions.load(&operation.session).await.unwrap();
    assert_eq!(loaded.progress.history, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_workflow_takes_back_what_it_asked_and_a_stopped_one_is_answered() {
    let asking = Asking::start(94, GUIDE, json!({})).await;
    let run = asking.put(json!({"customer": "stopped", "text": "Hello"})).await;
    asking.deliver().await;
    let stopped = asking.world.calm.stop(&asking.workflow).await.unwrap();
    drop(stopped);
    asking.work().await;
    asking.deliver().await;
    assert_eq!(asking.outcome(run).await.0, "on_reply");

    let (workflow, _) =
        asking.world.calm.start(&asking.world.calm.store.workflow(&asking.workflow.id).await.unwrap()).await.unwrap();
    let asking = Asking { workflow, ..asking };
    asking.put(json!({"customer": "deleted", "text": "Hello"})).await;
    asking.deliver().await;
    asking.world.calm.delete_workflow(&asking.workflow.id).await.unwrap();
    asking.work().await;
    let operation = asking.session("deleted").operation(1);
    assert_eq!(asking.state(&operation).await.as_deref(), Some("cancelled"), "no model is asked for nobody");
    assert_eq!(asking.messages(Queue::Deliver).await, [], "the record belongs to the purge, and nobody is woken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_asks_anew() {
    let asking = Asking::start(95, GUIDE, json!({})).await;
    let run = asking.put(json!({"customer": 7, "text": "Hello"})).await;
    asking.deliver().await;
    let (calm, at) = (&asking.world.calm, asking.session("7"));
    calm.sessions.end(&at.operation(1)).await.unwrap();
    asking.deliver().await;
    asking.work().await;
    let failed = calm.store.list_open_failures(&asking.workflow.id, 10, None).await.unwrap().items.remove(0);
    calm.replay(&asking.workflow, failed.id, RunVersion::Run).await.unwrap();
    asking.deliver().await;
    asking.work().await;
    asking.deliver().await;
    assert_eq!(asking.questions(&at).await, ["Hello", "Hello"]);
    let groups: Vec<String> = asking.emitted(run).await.into_iter().map(|(group, _)| group).collect();
    assert_eq!(groups, ["on_error", "on_reply"]);
    let asked: BTreeSet<_> = asking
        .items(run)
        .await
        .iter()
        .filter_map(|item| Some((item.asked.as_ref()?.arm, item.asked.as_ref()?.session.n)))
        .collect();
    assert_eq!(asked, BTreeSet::from([(0, Some(1)), (1, Some(2))]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_asks_nobody_and_an_agent_that_is_not_defined_is_a_warning() {
    let asking = Asking::start(96, GUIDE, json!({})).await;
    let calm = &asking.world.calm;
    let payload = Payload::of(json!({"customer": 7, "text": "Hello"})).unwrap();
    for calls in [false, true] {
        let event = TriedEvent { payload: payload.clone(), groups: Vec::new(), source: None };
        let tried = Tried { event: Some(event), outside_calls: calls, memory: None };
        let report = calm.dry_run(&asking.workflow, &CellId("ask".into()), tried).await.unwrap();
        let error = report.error.unwrap();
        assert!(error.code == "agent_asked" && error.message.contains("would ask the agent guide: Hello"), "{error:?}");
    }
    assert!(calm.store.last_operation(&asking.session("7")).await.unwrap().is_none());
    let options = json!({"cells": [{"id": "ask", "type": "agent", "agent_type": "persistent_agent",
        "config": {"agent": "nobody", "instance": "7"}}]});
    let draft = calm.draft(asking.project(), &options.to_string()).await.unwrap().result(0);
    assert_eq!(draft.errors, []);
    assert_eq!(draft.warnings.len(), 1);
    assert!(format!("{:?}", draft.warnings[0]).contains("config.agent"), "{:?}", draft.warnings);
}
