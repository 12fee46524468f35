//! The stored forms of messages, which wait for days in queues and as due items.

use super::*;
use crate::{Queue, Route};
use rookery_domain::{CellId, EventId, SessionAt, SessionKey, TaskId, Time, WorkflowId};
use serde_json::Value;

fn workflow() -> WorkflowRef {
    WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() }
}

fn operation() -> OperationAt {
    SessionAt { project: ProjectId::random(), key: SessionKey::of("a", "b", "c") }.operation(7)
}

fn sent() -> Message {
    let (project, task) = (ProjectId::random(), TaskId::of(Time(1), &[b"a"]));
    Task::Send(Send { task, attempt: 2 }).of_project(&project)
}

#[test]
fn what_goes_to_other_projects_is_sent_in_this_form() {
    let body = r#"{"v":1,"project":"0123456789ab","kind":"send","task":"01a1f825e35870ebae8563fef487eba1","attempt":3}"#;
    let send = Message::decode(body).unwrap();
    assert_eq!((send.encode().as_str(), send.project().as_str(), send.workflow()), (body, "0123456789ab", None));
    assert_eq!((send.task.queue(), Message::decode(&sent().encode()).unwrap().task.about().2), (Queue::Deliver, 2));
    let body = r#"{"v":1,"project":"0123456789ab","kind":"send_all","sending":"01a1f825e35870ebae8563fef487eba1"}"#;
    let all = Message::decode(body).unwrap();
    assert_eq!((all.encode().as_str(), all.task.queue()), (body, Queue::Route));
    let body = r#"{"v":1,"project":"0123456789ab","kind":"leave","connection":"01a1f825e35870ebae8563fef487eba1","at":"2025-11-13T02:13:20.000Z"}"#;
    let leave = Message::decode(body).unwrap();
    assert_eq!((leave.encode().as_str(), leave.task.queue()), (body, Queue::Deliver));
}

#[test]
fn what_is_done_with_records_is_sent_in_this_form() {
    for body in [
        r#"{"v":1,"project":"0123456789ab","kind":"tell","tag":"t"}"#,
        r#"{"v":1,"project":"0123456789ab","kind":"fill","segment":"abcdefghjkmn","generation":"g"}"#,
        r#"{"v":1,"project":"0123456789ab","kind":"sweep","of":{"list":"abcdefghjkmn"}}"#,
        r#"{"v":1,"project":"0123456789ab","workflow":"abcdefghjkmn","kind":"existing","segment":"abcdefghjkmn","cell":"c","incarnation":2}"#,
    ] {
        let message = Message::decode(body).unwrap();
        assert_eq!((message.encode().as_str(), message.task.queue()), (body, Queue::Route));
    }
}

#[test]
fn a_session_is_woken_and_guarded_in_this_form() {
    let body = r#"{"v":1,"project":"0123456789ab","session":"7ZZZZZZZZZZZZZZZZZZZZZZZZZ","kind":"wake","n":7}"#;
    let wake = Message::decode(body).unwrap();
    let operation = wake.operation().unwrap();
    assert_eq!((wake.encode().as_str(), wake.project().as_str(), operation.n), (body, "0123456789ab", 7));
    assert_eq!((wake.task.queue(), wake.workflow()), (Queue::Agents, None));
    let guard = Message::guard(&operation);
    assert_eq!(guard.encode(), body.replace("}", r#","guard":true}"#));
    assert_eq!((Message::decode(&guard.encode()).unwrap(), Message::wake(&operation)), (guard, wake));
}

/// Messages wait for days, in queues and as due items. These bodies were written by the program before there was an envelope.
/// They must be read, and that program must be able to read what is written now.
#[test]
fn bodies_that_were_written_before_are_read_and_written_as_before() {
    const TRACED: &str = r#""traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01""#;
    let old = [
        r#"{"kind":"route","project":"0123456789ab","workflow":"abcdefghjkmn","event":"01a1f825e35870ebae8563fef487eba1","v":1}"#,
        r#"{"kind":"deliver","project":"0123456789ab","workflow":"abcdefghjkmn","event":"01a1f825e35870ebae8563fef487eba1-326a194a75e18cfdbb43fae319a79c9b","cell":"on main #1","arm":1,"attempt":2,"v":1}"#,
        r#"{"kind":"deliver","project":"0123456789ab","workflow":"abcdefghjkmn","event":"01a1f825e35870ebae8563fef487eba1","cell":"c","arm":0,"attempt":0,"reply":true,"v":1}"#,
        r#"{"kind":"timer","project":"0123456789ab","workflow":"abcdefghjkmn","event":"01a1f825e35870ebae8563fef487eba1","cell":"c","timer":"961d1a431e2b8800a301b3d19f2e0005","at":"2025-11-13T02:13:20.000Z","scope":"961d1a431e2b8800a301b3d19f2e0006","arm":0,"attempt":0,"v":1}"#,
        r#"{"kind":"timer","project":"0123456789ab","workflow":"abcdefghjkmn","event":"01a1f825e35870ebae8563fef487eba1","cell":"c","timer":"961d1a431e2b8800a301b3d19f2e0005","at":"2025-11-13T02:13:20.000Z","scope":null,"arm":0,"attempt":0,"v":1}"#,
        r#"{"kind":"check","project":"0123456789ab","workflow":"abcdefghjkmn","cell":"c","incarnation":3,"generation":"g","due":"2025-11-13T02:13:20.000Z","arm":0,"attempt":1,"v":1}"#,
    ];
    for body in old {
        let message = Message::decode(body).unwrap();
        assert_eq!(message.workflow().unwrap().to_string(), "0123456789ab/abcdefghjkmn");
        let value: Value = serde_json::from_str(body).unwrap();
        assert_eq!(message.task.kind(), value["kind"]);
        assert_eq!(serde_json::from_str::<Value>(&message.encode()).unwrap(), value);

        let traced = body.replace(r#""v":1"#, &format!(r#""v":1,{TRACED}"#));
        let (read, trace) = Message::decode_traced(&traced).unwrap();
        assert_eq!((read, trace.map(|trace| TRACED.contains(&trace.to_string()))), (message, Some(true)));
    }
    // Fields that were left out get their first value, and a malformed context counts as none.
    let short = r#"{"v":1,"kind":"deliver","project":"0123456789ab","workflow":"abcdefghjkmn","event":"01a1f825e35870ebae8563fef487eba1","cell":"c","traceparent":"?"}"#;
    let (message, trace) = Message::decode_traced(short).unwrap();
    let Task::Deliver(Deliver { arm, attempt, reply, .. }) = message.task else { panic!("a delivery") };
    assert_eq!((arm, attempt, reply, trace), (0, 0, false, None));
}

#[test]
fn messages_come_back_and_replays_open_the_next_arm() {
    let event = EventId::fresh();
    let cell = CellId("a \"quoted\" cell".into());
    let deliver = Task::Deliver(Deliver { event: event.into(), cell, arm: 1, attempt: 3, reply: true }).of(&workflow());
    assert_eq!(Message::decode(&deliver.encode()).unwrap(), deliver);
    let Task::Deliver(replayed) = deliver.replay().task else { panic!("a replay is of the same kind") };
    assert_eq!((replayed.arm, replayed.attempt), (2, 0));
}

#[tokio::test]
async fn a_message_belongs_to_the_trace_of_whoever_wrote_it() {
    let message = Task::Route(Route { event: EventId::fresh().into() }).of(&workflow());
    assert_eq!(Message::decode_traced(&message.encode()).unwrap(), (message.clone(), None));
    let parent = Context::fresh();
    let span = rookery_trace::Span {
        name: "test".into(),
        kind: rookery_trace::Kind::Consumer,
        parent: Some(parent),
        attributes: Vec::new(),
    };
    let written = span.run(tracing::Span::none(), async { (message.encode(), rookery_trace::current()) }, |_| None).await;
    let (read, trace) = Message::decode_traced(&written.0).unwrap();
    assert_eq!((read, trace), (message, written.1));
    assert_eq!(trace.unwrap().trace, parent.trace);
    assert_ne!(trace.unwrap().span, parent.span);
}

#[test]
fn other_versions_and_rubbish_are_errors() {
    let mixed =
        Message { of: Message::wake(&operation()).of, ..Task::Route(Route { event: EventId::fresh().into() }).of(&workflow()) };
    let other = Message { of: Subject::Workflow(workflow()), ..Message::wake(&operation()) };
    let sent = Message { of: Subject::Workflow(workflow()), ..sent() };
    let bodies = [mixed, other, sent].map(|message| message.encode());
    let rubbish = ["", "{}", "[]", r#"{"v":2,"kind":"route"}"#, r#"{"v":1,"kind":"dance"}"#];
    for body in rubbish.into_iter().chain(bodies.iter().map(String::as_str)) {
        assert!(Message::decode(body).is_err(), "{body}");
    }
}
