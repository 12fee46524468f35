//! Prompts that are done in the process of their callers: what callers see, whoever else asks, ends, leaves or dies.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod ends;
#[path = "../support/mod.rs"]
mod support;

use futures::StreamExt;
use futures::future::join_all;
use rookery_domain::{Cost, Time, Usage};
use rookery_operations::Operator;
use rookery_queue::{Handler, Message};
use rookery_sessions::definition::OnBusy;
use rookery_sessions::ports::{DispatchAsk, Frame, OpErrorKind, PromptAsk, Prompts};
use rookery_store::SessionNames;
use std::time::Duration;
use support::{World, answer, seen};

fn queued(ask: PromptAsk) -> PromptAsk {
    PromptAsk { on_busy: Some(OnBusy::Queue), ..ask }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prompt_is_answered_while_it_comes_and_over_when_its_end_is_seen() {
    let world = World::start().await;
    let (operations, engine) = (world.operations(), world.booted().engine);
    let running = operations.prompt(world.prompt("one")).await.unwrap();
    let operation = running.operation.clone();
    let (texts, end) = seen(running).await;
    let reply = end.unwrap();
    assert_eq!(texts, ["one ", "at ", "1"]);
    assert_eq!((reply.text.as_str(), reply.model.as_str()), ("one at 1", "demo/echo"));
    assert_eq!(
        (reply.usage, reply.cost),
        (Usage { input: 1, output: 2, total_tokens: 3, ..Usage::default() }, Some(Cost::default()))
    );
    assert_eq!(world.ended(&operation).await.unwrap().state, "succeeded");
    assert_eq!(answer(operations.prompt(world.prompt("two")).await.unwrap()).await, "two at 3");
    assert_eq!((world.queued().await, engine.tick(Time::now().plus(240_000)).await.unwrap()), ((0, 0), 0), "nobody looks again");

    let (texts, end) = seen(operations.prompt(world.prompt("fail")).await.unwrap()).await;
    let error = end.unwrap_err();
    assert_eq!((texts.len(), error.kind, error.code.as_str()), (0, OpErrorKind::Model, "provider_refused"));
    assert_eq!(answer(operations.prompt(world.prompt("three")).await.unwrap()).await, "three at 5");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_asked_is_refused_before_it_has_a_place() {
    let world = World::start().await;
    let operations = world.operations();
    let nobody =
        |agent: &str| PromptAsk { names: SessionNames { agent: agent.into(), ..world.names.clone() }, ..world.prompt("hello") };
    let long = "x".repeat(rookery_domain::limits::MESSAGE_BYTES + 1);
    for (ask, kind, code) in [
        (world.prompt(" \n"), OpErrorKind::Invalid, "invalid_request"),
        (world.prompt(&long), OpErrorKind::Invalid, "too_large"),
        (nobody("nobody"), OpErrorKind::NotFound, "agent_not_found"),
        (nobody("no name"), OpErrorKind::NotFound, "agent_not_found"),
    ] {
        let error = operations.prompt(ask).await.err().unwrap();
        assert_eq!((error.kind, error.code.as_str()), (kind, code));
    }
    world.define(operations.definitions(), "---\nmodel: false\n---\n").await;
    assert_eq!(operations.prompt(world.prompt("hello")).await.err().unwrap().kind, OpErrorKind::Invalid);
    assert_eq!(operations.sessions().unfinished(&world.at(), 0, 100).await.unwrap().0, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_session_refuses_a_prompt_or_has_it_wait() {
    let world = World::start().await;
    let (operations, elsewhere) = (world.operations(), world.operations());
    let first = operations.prompt(world.prompt("hold 1")).await.unwrap();
    world.was_asked("hold 1").await;
    for operations in [&operations, &elsewhere] {
        let busy = operations.prompt(world.prompt("no")).await.err().unwrap();
        assert!(busy.kind == OpErrorKind::Busy && busy.retry_after_s >= Some(1), "{busy:?}");
    }
    let (second, third) = (world.prompt("two"), world.prompt("three"));
    let second = operations.prompt(queued(second)).await.unwrap();
    let third = elsewhere.prompt(queued(third)).await.unwrap();
    let unfinished = elsewhere.sessions().unfinished(&world.at(), 0, 100).await.unwrap().0;
    let told: Vec<_> = unfinished.iter().map(|one| (one.operation.n, one.ask.message.as_str(), one.is_open)).collect();
    assert_eq!(told, [(1, "hold 1", true), (2, "two", false), (3, "three", false)]);
    // Their messages come while the first one is at work, so whoever is done with that has to send another.
    for message in world.take_messages().await {
        Operator::new(world.operations()).handle(message).await.unwrap();
    }
    let worker = world.work(world.operations());
    world.go.add_permits(1);
    assert_eq!(answer(first).await, "held hold 1");
    assert_eq!(answer(second).await, "two at 3");
    assert_eq!(answer(third).await, "three at 5");
    worker.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prompt_may_interrupt_a_prompt_but_waits_behind_a_dispatch() {
    let world = World::start().await;
    let operations = world.operations();
    let worker = world.work(world.operations());
    let interrupt = |message: &str| PromptAsk { on_busy: Some(OnBusy::Interrupt), ..world.prompt(message) };
    let first = operations.prompt(interrupt("hold 1")).await.unwrap();
    world.was_asked("hold 1").await;
    let second = operations.prompt(interrupt("two")).await.unwrap();
    assert_eq!(seen(first).await.1.unwrap_err().kind, OpErrorKind::Aborted);
    assert_eq!(answer(second).await, "two at 1");
    let dispatched = operations.dispatch(dispatch(&world, "hold 3")).await.unwrap();
    world.was_asked("hold 3").await;
    let fourth = operations.prompt(interrupt("four")).await.unwrap();
    world.go.add_permits(1);
    assert_eq!(answer(fourth).await, "four at 5");
    assert_eq!(world.ended(&dispatched.operation).await.unwrap().state, "succeeded");
    worker.abort();
}

fn dispatch(world: &World, message: &str) -> DispatchAsk {
    let PromptAsk { project, names, message, .. } = world.prompt(message);
    DispatchAsk { project, names, message, payload: None, key: None }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_prompts_at_once_to_one_session_are_answered_in_one_order() {
    const PROMPTS: usize = 50;
    let world = World::start().await;
    let processes = [world.operations(), world.operations()];
    let worker = world.work(world.operations());
    let asks = (0..PROMPTS).map(|number| {
        let (operations, ask) = (processes[number % 2].clone(), queued(world.prompt(&format!("number {number}"))));
        async move {
            let running = operations.prompt(ask).await.unwrap();
            (running.operation.n, answer(running).await)
        }
    });
    let mut answers = join_all(asks).await;
    answers.sort();
    for (index, (n, text)) in answers.iter().enumerate() {
        assert!(*n == index as u64 + 1 && text.ends_with(&format!(" at {}", 2 * index + 1)), "{n}: {text}");
    }
    assert_eq!(world.conversation().await.len(), 2 * PROMPTS);
    assert_eq!(world.asked.lock().unwrap().len(), PROMPTS, "nobody was asked twice");
    worker.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_prompts_at_once_those_that_are_not_refused_are_answered() {
    let world = World::start().await;
    let processes = [world.operations(), world.operations()];
    let prompts = (0..50).map(|number| {
        let (operations, ask) = (processes[number % 2].clone(), world.prompt(&format!("number {number}")));
        async move {
            match operations.prompt(ask).await {
                Ok(running) => Some(answer(running).await),
                Err(error) => {
                    assert_eq!(error.kind, OpErrorKind::Busy);
                    None
                }
            }
        }
    });
    let mut answers: Vec<String> = join_all(prompts).await.into_iter().flatten().collect();
    assert!(!answers.is_empty());
    let mut conversation = world.conversation().await.into_iter().skip(1).step_by(2).collect::<Vec<_>>();
    conversation.sort();
    answers.sort();
    assert_eq!(conversation, answers);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_prompts_at_once_to_as_many_sessions_are_answered() {
    let world = World::start().await;
    let operations = world.operations();
    let prompts = (0..500).map(|number| {
        let names = SessionNames { session: number.to_string(), ..world.names.clone() };
        let ask = PromptAsk { names, ..world.prompt(&number.to_string()) };
        let operations = &operations;
        async move { answer(operations.prompt(ask).await.unwrap()).await }
    });
    let answers = join_all(prompts).await;
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(*answer, format!("{number} at 1"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_hangs_up_does_not_stop_the_operation() {
    let world = World::start().await;
    let operations = world.operations();
    let running = operations.prompt(world.prompt("hold 1")).await.unwrap();
    let operation = running.operation.clone();
    let mut frames = running.frames;
    while frames.next().await != Some(Frame::Delta("held ".into())) {}
    drop(frames);
    world.go.add_permits(1);
    operations.drain().await;
    assert_eq!(world.ended(&operation).await.unwrap().state, "succeeded");
    // Even whoever leaves before they have an answer: the first poll begins the work.
    assert!(futures::poll!(operations.prompt(world.prompt("two"))).is_pending());
    operations.drain().await;
    assert_eq!(world.conversation().await, ["hold 1", "held hold 1", "two", "two at 3"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_the_same_with_the_same_key_gets_the_same_answer() {
    let world = World::start().await;
    let (operations, elsewhere) = (world.operations(), world.operations());
    let keyed = |message: &str| PromptAsk { key: Some("k".into()), ..world.prompt(message) };
    let first = operations.prompt(keyed("hold 1")).await.unwrap();
    world.was_asked("hold 1").await;
    let again = [operations.prompt(keyed("hold 1")).await.unwrap(), elsewhere.prompt(keyed("hold 1")).await.unwrap()];
    assert_eq!(operations.prompt(keyed("other")).await.err().unwrap().kind, OpErrorKind::Conflict);
    world.go.add_permits(1);
    assert_eq!(answer(first).await, "held hold 1");
    for running in again {
        assert_eq!(answer(running).await, "held hold 1");
    }
    // A dispatch is told the same, too.
    let keyed = || DispatchAsk { key: Some("d".into()), ..dispatch(&world, "two") };
    let dispatched = operations.dispatch(keyed()).await.unwrap();
    assert_eq!(elsewhere.dispatch(keyed()).await.unwrap(), dispatched);
    assert!(dispatched.id.strip_prefix("dispatch_").is_some_and(|hex| hex.len() == 32));
    assert_eq!(world.queued().await, (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_guard_of_a_prompt_at_work_comes_again_later_and_an_early_wake_is_no_harm() {
    let world = World::start().await;
    let operations = world.operations();
    let running = operations.prompt(world.prompt("hold 1")).await.unwrap();
    world.was_asked("hold 1").await;
    let (here, elsewhere) = (Operator::new(operations.clone()), Operator::new(world.operations()));
    for operator in [&here, &elsewhere] {
        operator.handle(Message::wake(&running.operation)).await.unwrap();
    }
    assert_eq!(world.queued().await, (0, 0));
    for (index, operator) in [&here, &elsewhere].into_iter().enumerate() {
        operator.handle(Message::guard(&running.operation)).await.unwrap();
        assert_eq!(world.queued().await, (0, index as u32 + 1));
    }
    world.go.add_permits(1);
    answer(running).await;
}

/// Processes die at any moment, with all of their tasks. What was being asked is then done by another process, or was never taken.
#[test]
fn a_prompt_whose_process_dies_is_answered_or_was_never_asked() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let outer = runtime();
    let world = outer.block_on(World::start());
    let (mut told, mut cut) = (Vec::new(), 0);
    for life in 0.. {
        if cut >= 10 {
            break;
        }
        let process = runtime();
        let ask = queued(world.prompt(&format!("life {life}")));
        let lives = Duration::from_micros(fastrand::u64(500..40_000 + 1000 * life));
        let answered = process.block_on(async {
            let operations = world.operations().alone();
            let answered = async { answer(operations.prompt(ask).await.unwrap()).await };
            tokio::time::timeout(lives, answered).await
        });
        process.shutdown_background();
        told.extend(answered);
        // Another process goes on while the tasks of the dead one may still be at work.
        outer.block_on(async {
            let operations = world.operations().alone();
            let operator = Operator::new(operations.clone());
            for unfinished in operations.sessions().unfinished(&world.at(), 0, 100).await.unwrap().0 {
                cut += 1;
                operator.handle(Message::guard(&unfinished.operation)).await.unwrap();
            }
        });
    }
    outer.block_on(async {
        let operator = Operator::new(world.operations().alone());
        let stored = world.store.operations(&world.at(), 1, 100).await.unwrap();
        for operation in &stored {
            operator.handle(Message::guard(&world.at().operation(operation.n))).await.unwrap();
            assert_eq!(world.ended(&world.at().operation(operation.n)).await.unwrap().state, "succeeded");
        }
        let conversation = world.conversation().await;
        assert_eq!(conversation.len(), 2 * stored.len(), "each question has one answer");
        let questions: Vec<&String> = conversation.iter().step_by(2).collect();
        let mut once = questions.clone();
        once.dedup();
        assert_eq!(questions, once);
        assert!(told.iter().all(|text| conversation.contains(text)), "{told:?}, {conversation:?}");
    });
}
