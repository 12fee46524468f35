//! Sessions worked on by messages of their queue: each operation is done once and in order, whoever dies.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use rookery_domain::{AgentRef, CellId, EventId, PendingState, Time};
use rookery_operations::Operator;
use rookery_queue::{Handler, Message};
use rookery_sessions::ports::{OpErrorKind, Prompts};
use rookery_store::{Aside, AskedSession, Ended, Pending};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use support::{World, seen};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_dispatched_is_answered_in_order_and_noted_in_the_inbox() {
    let world = World::start().await;
    let (first, failing, third) = (world.dispatch("one").await, world.dispatch("fail").await, world.dispatch("three").await);
    let operator = Operator::new(world.operations());
    // The message of the last one does the work of all.
    operator.handle(Message::wake(&third)).await.unwrap();
    assert_eq!(world.conversation().await, ["one", "one at 1", "three", "three at 3"]);
    let (one, two, three) =
        (world.ended(&first).await.unwrap(), world.ended(&failing).await.unwrap(), world.ended(&third).await.unwrap());
    assert_eq!((one.state.as_str(), one.entries), ("succeeded", (1, 2)));
    assert_eq!((two.state.as_str(), two.entries), ("failed", (3, 4)));
    assert_eq!((three.state.as_str(), three.entries), ("succeeded", (5, 6)));
    assert!(one.outcome.contains(r#""total_tokens":3"#) && one.outcome.contains("demo/echo"), "{}", one.outcome);
    assert!(two.outcome.contains("provider_refused"), "{}", two.outcome);
    for operation in [&first, &failing, &third] {
        operator.handle(Message::guard(operation)).await.unwrap();
    }
    assert_eq!(*world.asked.lock().unwrap(), ["one", "fail", "three"], "nothing is done twice");
    assert_eq!(world.queued().await, (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_one_works_messages_are_acknowledged_and_the_guard_comes_again_later() {
    let world = World::start().await;
    let (first, second) = (world.dispatch("one").await, world.dispatch("two").await);
    world.stuck.store(1, Ordering::SeqCst);
    let worker = Arc::new(Operator::new(world.operations()));
    let (working, wake) = (worker.clone(), Message::wake(&first));
    let work = tokio::spawn(async move { working.handle(wake).await });
    while world.asked.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let other = Operator::new(world.operations());
    for operator in [&*worker, &other] {
        operator.handle(Message::wake(&first)).await.unwrap();
        operator.handle(Message::wake(&second)).await.unwrap();
        operator.handle(Message::guard(&second)).await.unwrap();
        operator.handle(Message::guard(&first)).await.unwrap();
    }
    assert_eq!(world.queued().await, (0, 1), "the guard of what is at work elsewhere");
    assert_eq!(*world.asked.lock().unwrap(), ["one"]);
    work.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_admitted_is_done_although_no_message_was_sent_for_it() {
    let world = World::start().await;
    let (first, second) = (world.dispatch("one").await, world.dispatch("two").await);
    let (engine, operator) = (world.booted().engine, Operator::new(world.operations()));
    assert_eq!(engine.tick(Time::now()).await.unwrap(), 0, "not yet: whoever admitted them sends a message");
    assert_eq!(engine.tick(Time::now().plus(120_000)).await.unwrap(), 2);
    assert_eq!(world.queued().await, (0, 2));
    operator.handle(Message::guard(&first)).await.unwrap();
    assert_eq!(world.conversation().await, ["one", "one at 1", "two", "two at 3"]);
    operator.handle(Message::guard(&second)).await.unwrap();
    // Once that is noted, nobody looks again.
    let third = world.dispatch("three").await;
    operator.handle(Message::wake(&third)).await.unwrap();
    assert_eq!(engine.tick(Time::now().plus(240_000)).await.unwrap(), 0);
}

/// A worker dies at any moment; another process goes on once its lease is over. Here all have one name, as lives of one machine do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_dies_each_operation_is_done_once_and_in_order() {
    const DISPATCHES: usize = 30;
    let world = World::start().await;
    let mut operations = Vec::new();
    for number in 0..DISPATCHES {
        operations.push(world.dispatch(&number.to_string()).await);
    }
    let shared = world.operations();
    let mut lives = 0;
    loop {
        let operator = Operator::new(shared.clone());
        lives += 1;
        let alive = Duration::from_micros(fastrand::u64(500..30_000));
        if let Ok(done) = tokio::time::timeout(alive, operator.handle(Message::wake(&operations[0]))).await {
            done.unwrap();
            break;
        }
    }
    let numbers: Vec<String> = (0..DISPATCHES).map(|number| number.to_string()).collect();
    let questions: Vec<String> = world.conversation().await.into_iter().step_by(2).collect();
    assert_eq!(questions, numbers);
    let mut asked = world.asked.lock().unwrap().clone();
    asked.dedup();
    assert_eq!(asked, numbers, "what was answered is not asked again; {lives} lives");
    for operation in &operations {
        // Whoever died between the end and the note left the note to the message of the operation.
        Operator::new(shared.clone()).handle(Message::guard(operation)).await.unwrap();
        assert_eq!(world.ended(operation).await.unwrap().state, "succeeded");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_done_ends_with_the_reason() {
    let world = World::start().await;
    let operations = world.operations();
    let operator = Operator::new(operations.clone());
    let mut unknown = World::start().await;
    unknown.names.agent = "nobody".into();
    let operation = unknown.dispatch("hello").await;
    Operator::new(unknown.operations()).handle(Message::wake(&operation)).await.unwrap();
    let ended = unknown.ended(&operation).await.unwrap();
    assert!(ended.state == "failed" && ended.outcome.contains("agent_not_found") && ended.entries == (1, 1), "{ended:?}");
    for (text, code) in [
        ("---\nmodel: false\n---\n", "no_model"),
        ("---\nmodel: demo/none\n---\n", "model_unknown"),
        ("---\nmodel: demo/echo\n---\n{{ payload.none | divided_by: 0 }}", "instructions_failed"),
    ] {
        world.define(operations.definitions(), text).await;
        let operation = world.dispatch("hello").await;
        operator.handle(Message::wake(&operation)).await.unwrap();
        let ended = world.ended(&operation).await.unwrap();
        assert!(ended.state == "failed" && ended.outcome.contains(code), "{code}: {ended:?}");
    }
    // What belongs to a deleted project is nobody's.
    let operation = world.dispatch("late").await;
    world.store.delete_project(&world.project).await.unwrap();
    Operator::new(world.operations()).handle(Message::wake(&operation)).await.unwrap();
    assert_eq!(world.ended(&operation).await, None::<Ended>);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_provider_is_down_a_dispatch_is_put_aside_and_a_prompt_fails() {
    let world = World::start().await;
    let (operations, operator) = (world.operations(), Operator::new(world.operations()));
    world.down.store(1, Ordering::SeqCst);
    let error = seen(operations.prompt(world.prompt("now")).await.unwrap()).await.1.unwrap_err();
    assert_eq!((error.kind, error.retry_after_s), (OpErrorKind::ModelUnavailable, Some(40)));
    assert_eq!(error.dev.as_deref(), Some("The provider said: status 529, code overloaded, Busy."));

    world.down.store(100, Ordering::SeqCst);
    let (first, second) = (world.dispatch("one").await, world.dispatch("two").await);
    let asked = || world.asked.lock().unwrap().len();
    let before = asked();
    for tries in 1..=3 {
        operator.handle(Message::wake(&second)).await.unwrap();
        assert_eq!((world.queued().await, asked()), ((0, tries), before + tries as usize));
        let aside = world.store.operation(&first).await.unwrap().unwrap().aside.unwrap();
        assert!(aside.tries == tries && aside.until > Time::now());
        // Nobody tries it too early, not even another process.
        for operator in [&operator, &Operator::new(world.operations())] {
            operator.handle(Message::guard(&first)).await.unwrap();
        }
        assert_eq!((world.queued().await, asked()), ((0, tries), before + tries as usize));
        world.store.put_aside(&first, Aside { until: Time(0), ..aside }).await.unwrap();
        if tries == 2 {
            world.down.store(1, Ordering::SeqCst);
        }
    }
    // Whoever comes then goes on, although the lease of the first one is not over.
    Operator::new(world.operations()).handle(Message::wake(&first)).await.unwrap();
    assert_eq!(world.conversation().await, ["one", "one at 1", "two", "two at 3"]);

    world.down.store(4, Ordering::SeqCst);
    let third = world.dispatch("three").await;
    for _ in 0..4 {
        operator.handle(Message::wake(&third)).await.unwrap();
        let aside = world.store.operation(&third).await.unwrap().unwrap().aside.unwrap();
        world.store.put_aside(&third, Aside { until: Time(0), ..aside }).await.unwrap();
    }
    let ended = world.ended(&third).await.unwrap();
    assert!(ended.state == "failed" && ended.outcome.contains("provider_unavailable"), "{ended:?}");
}

/// A cell of a workflow asked, and its delivery ended before the answer: whoever goes on with the operation finds that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_waits_for_any_more_is_not_gone_on_with() {
    let world = World::start().await;
    let engine = world.booted().engine;
    let (workflow, _) = engine.create_workflow(&world.project, "asks", r#"{"cells": []}"#).await.unwrap();
    let (event, cell, now) = (EventId::fresh(), CellId("ask".into()), Time::now());
    let delivery = event.delivery(&cell);
    let pending = Pending {
        id: EventId::request(event.run, delivery, 0),
        agent: AgentRef { workflow: workflow.id.clone(), cell, incarnation: 1 },
        event: event.into(),
        delivery,
        arm: 0,
        state: PendingState::Open,
        token: String::new(),
        trace: None,
        created_at: now,
        ended_at: None,
        deadline: now.plus(60_000),
        answer: None,
        failure: None,
        late_at: None,
        session: Some(AskedSession { names: world.names.clone(), n: None }),
        task: None,
    };
    world.store.open_session_ask(&pending, &world.names, 1).await.unwrap();
    let n = engine.sessions.ask_for(&pending, "hello", None).await.unwrap();
    assert_eq!(engine.sessions.ask_for(&pending, "again", None).await.unwrap(), n, "it is asked once");
    let operation = world.at().operation(n);

    world.stuck.store(1, Ordering::SeqCst);
    let shared = world.operations();
    let (operator, wake) = (Operator::new(shared.clone()), Message::wake(&operation));
    let worker = tokio::spawn(async move { operator.handle(wake).await });
    world.was_asked("hello").await;
    worker.abort();
    worker.await.unwrap_err();
    assert!(world.store.close_pending(&pending, PendingState::Failed, None, now).await.unwrap());
    Operator::new(shared).handle(Message::guard(&operation)).await.unwrap();
    assert_eq!(world.ended(&operation).await.unwrap().state, "aborted");
    assert_eq!(*world.asked.lock().unwrap(), ["hello"], "no model is asked for nobody");
}

/// Whoever starts after an end that was not orderly need not wait until guards are due.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_crash_guards_are_sent_at_once() {
    let world = World::start().await;
    let first = world.dispatch("one").await;
    let engine = world.booted().engine;
    assert_eq!(engine.send_unsent(Time::now()).await.unwrap(), 1);
    assert_eq!(world.queued().await, (1, 0));
    let operator = Operator::new(world.operations());
    operator.handle(Message::guard(&first)).await.unwrap();
    assert_eq!(engine.send_unsent(Time::now()).await.unwrap(), 0);
}

/// Whoever deletes a session may die; the guard of the deletion has it done, before what is asked after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_that_was_cut_short_is_done_in_its_place() {
    let world = World::start().await;
    let (operations, operator) = (world.operations(), Operator::new(world.operations()));
    let first = world.dispatch("one").await;
    operator.handle(Message::wake(&first)).await.unwrap();
    let at = world.at();
    let deletion = loop {
        // The deletion gets its place, and no further, or not even that.
        tokio::time::timeout(Duration::from_micros(fastrand::u64(100..10_000)), operations.sessions().delete(&at)).await.ok();
        let last = world.store.last_operation(&at).await.unwrap().unwrap();
        if last.n > first.n {
            break at.operation(last.n);
        }
    };
    let second = world.dispatch("two").await;
    operator.handle(Message::guard(&deletion)).await.unwrap();
    assert_eq!(world.conversation().await, ["two", "two at 1"]);
    assert_eq!(
        (world.ended(&deletion).await.unwrap().state.as_str(), world.ended(&second).await.unwrap().state.as_str()),
        ("deleted", "succeeded")
    );
    assert_eq!(world.store.operation(&first).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_deleted_when_it_was_not_used_for_as_long_as_it_is_kept() {
    const HOUR: i64 = 3_600_000;
    let world = World::start().await;
    let (operations, now) = (world.operations(), Time::now());
    // Each time another process, since a clock that is set back is noticed.
    let tick = async |hours| world.booted().engine.tick(now.plus(hours * HOUR)).await.unwrap();
    let (operator, at) = (Operator::new(operations.clone()), world.at());
    let ask = async |message| {
        let operation = world.dispatch(message).await;
        operator.handle(Message::wake(&operation)).await.unwrap();
    };
    ask("kept").await;
    operations.expire(&at, now.plus(24 * HOUR)).await.unwrap();
    assert_eq!(world.conversation().await.len(), 2, "for ever");
    assert_eq!(tick(24).await, 0);

    world.define(operations.definitions(), "---\nmodel: demo/echo\npersist: 2h\n---\nYou are {{ id }}.").await;
    ask("two").await;
    ask("three").await;
    assert_eq!(tick(1).await, 0);
    assert_eq!(tick(2).await, 1, "somebody looks once");
    // What comes is no operation, and finds the session in use until just now.
    operator.handle(Message::guard(&at.whole())).await.unwrap();
    assert_eq!(world.conversation().await.len(), 6);
    assert_eq!(tick(4).await, 1, "and again");

    let waiting = world.dispatch("waits").await;
    operations.expire(&at, now.plus(9 * HOUR)).await.unwrap();
    assert_eq!(world.conversation().await.len(), 6, "in use");
    operator.handle(Message::wake(&waiting)).await.unwrap();
    operations.expire(&at, now.plus(9 * HOUR)).await.unwrap();
    assert_eq!((world.conversation().await.len(), world.store.session(&at).await.unwrap()), (0, None));
    operations.expire(&at, now.plus(9 * HOUR)).await.unwrap();
}
