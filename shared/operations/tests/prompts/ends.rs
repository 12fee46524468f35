//! Prompts that end before their answer: aborted, cancelled, at their deadline.

use crate::queued;
use crate::support::{World, answer, seen};
use futures::StreamExt;
use rookery_domain::Time;
use rookery_sessions::ports::{Frame, OpErrorKind, Prompts};
use rookery_sessions::stop::Stopped;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_aborted_while_it_streams_ends_at_once_and_leaves_no_answer() {
    let world = World::start().await;
    let operations = world.operations();
    assert!(!operations.sessions().abort(&world.at()).await.unwrap());
    let running = operations.prompt(world.prompt("hold 1")).await.unwrap();
    let operation = running.operation.clone();
    let mut frames = running.frames;
    while frames.next().await != Some(Frame::Delta("held ".into())) {}
    assert!(operations.sessions().abort(&world.at()).await.unwrap());
    let rest: Vec<Frame> = frames.collect().await;
    let [Frame::Error(error)] = &rest[..] else { panic!("{rest:?}") };
    assert_eq!((error.kind, error.code.as_str()), (OpErrorKind::Aborted, "aborted"));
    assert_eq!(world.ended(&operation).await.unwrap().state, "aborted");
    assert_eq!(operations.sessions().end(&operation).await.unwrap(), Stopped::Over);
    assert!(!operations.sessions().abort(&world.at()).await.unwrap());
    assert_eq!(answer(operations.prompt(world.prompt("two")).await.unwrap()).await, "two at 1");
    assert_eq!(operations.sessions().end(&world.at().operation(9)).await.unwrap_err().code, "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_cancelled_and_what_is_at_work_does_not_notice() {
    let world = World::start().await;
    let (operations, elsewhere) = (world.operations(), world.operations());
    let first = operations.prompt(world.prompt("hold 1")).await.unwrap();
    world.was_asked("hold 1").await;
    let second = operations.prompt(queued(world.prompt("two"))).await.unwrap();
    let third = operations.prompt(queued(world.prompt("three"))).await.unwrap();
    // One end comes from this process, one from another.
    assert_eq!(operations.sessions().end(&second.operation).await.unwrap(), Stopped::Cancelled);
    assert_eq!(elsewhere.sessions().end(&third.operation).await.unwrap(), Stopped::Cancelled);
    for cancelled in [second, third] {
        let error = seen(cancelled).await.1.unwrap_err();
        assert_eq!((error.kind, error.code.as_str()), (OpErrorKind::Aborted, "cancelled"));
    }
    world.go.add_permits(1);
    assert_eq!(answer(first).await, "held hold 1");
    assert_eq!(*world.asked.lock().unwrap(), ["hold 1"], "the model was asked once");
    assert_eq!(operations.sessions().unfinished(&world.at(), 0, 100).await.unwrap().0, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prompt_ends_at_its_deadline() {
    let world = World::start().await;
    let operations = world.operations();
    world.define(operations.definitions(), "---\nmodel: demo/echo\ndeadline_seconds: 1\n---\nYou are {{ id }}.").await;
    let running = operations.prompt(world.prompt("hold 1")).await.unwrap();
    let error = seen(running).await.1.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (OpErrorKind::Expired, "deadline"));
}

/// Whoever works looks every two seconds; a lease that was not renewed says that less than twenty have passed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_aborted_in_another_process_ends_before_its_lease_is_renewed() {
    let world = World::start().await;
    let (operations, elsewhere) = (world.operations(), world.operations());
    let running = operations.prompt(world.prompt("hold 1")).await.unwrap();
    world.was_asked("hold 1").await;
    assert!(elsewhere.sessions().abort(&world.at()).await.unwrap());
    assert_eq!(seen(running).await.1.unwrap_err().kind, OpErrorKind::Aborted);
    let now = Time::now();
    assert!(world.store.take_session(&world.at(), "other", now, now).await.unwrap(), "the lease was renewed");
}
