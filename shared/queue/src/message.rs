//! The messages on the queues: they have a version, and carry ids only.

use crate::Queue;
use rookery_domain::{CellId, DeliveryId, Error, EventAt, EventId, Result, ScopeId, Time, WorkflowRef};
use rookery_trace::Context;
use serde::{Deserialize, Serialize};

/// The version of the messages that are written.
const VERSION: u8 = 1;

/// An event is to be routed: for events with more targets than fit one batch of messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The event.
    pub event: EventAt,
}

/// An event is to be delivered to an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliver {
    /// The event.
    pub event: EventAt,
    /// The agent.
    pub cell: CellId,
    /// The arm: 0, and one more for each replay.
    #[serde(default)]
    pub arm: u32,
    /// The number of the attempt, from 0.
    #[serde(default)]
    pub attempt: u32,
    /// The reply that the delivery waits for has come: the delivery goes on with its next attempt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reply: bool,
}

/// A timer of an agent is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// The event of the delivery that set the timer.
    pub event: EventAt,
    /// The agent.
    pub cell: CellId,
    /// The timer, as a delivery.
    pub timer: DeliveryId,
    /// When it is due.
    pub at: Time,
    /// The scope of the memory that the agent wakes with.
    #[serde(default)]
    pub scope: Option<ScopeId>,
    /// The arm: 0, and one more for each replay.
    #[serde(default)]
    pub arm: u32,
    /// The number of the attempt, from 0.
    #[serde(default)]
    pub attempt: u32,
}

/// An agent is to be checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The agent.
    pub cell: CellId,
    /// The agent's incarnation.
    pub incarnation: u64,
    /// The generation of the schedule; a check of another generation is dropped.
    pub generation: String,
    /// When it was due.
    pub due: Time,
    /// The arm: 0, and one more for each replay.
    #[serde(default)]
    pub arm: u32,
    /// The number of the attempt, from 0.
    #[serde(default)]
    pub attempt: u32,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Task {
    /// An event is to be routed; on `route`.
    Route(Route),
    /// An event is to be delivered; on `deliver`.
    Deliver(Deliver),
    /// A timer is due; on `deliver`.
    Timer(Timer),
    /// A check is due; on `deliver`.
    Check(Check),
}

impl Task {
    /// The message that asks for this task in a workflow.
    pub fn of(self, workflow: &WorkflowRef) -> Message {
        Message { workflow: workflow.clone(), task: self }
    }

    /// The queue that the task goes to.
    pub fn queue(&self) -> Queue {
        match self {
            Task::Route(_) => Queue::Route,
            Task::Deliver(_) | Task::Timer(_) | Task::Check(_) => Queue::Deliver,
        }
    }

    /// The name of the task's kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Task::Route(_) => "route",
            Task::Deliver(_) => "deliver",
            Task::Timer(_) => "timer",
            Task::Check(_) => "check",
        }
    }

    /// What the task is about, for logs and traces: the agent, the event, the attempt.
    pub fn about(&self) -> (Option<&CellId>, Option<EventId>, u32) {
        match self {
            Task::Route(route) => (None, Some(route.event.id), 0),
            Task::Deliver(deliver) => (Some(&deliver.cell), Some(deliver.event.id), deliver.attempt),
            Task::Timer(timer) => (Some(&timer.cell), Some(timer.event.id), timer.attempt),
            Task::Check(check) => (Some(&check.cell), None, check.attempt),
        }
    }
}

/// A message of one of the queues: what is to be done, and in which workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The workflow.
    pub workflow: WorkflowRef,
    /// What is to be done.
    pub task: Task,
}

/// The body of a message: the fields of the task stand beside those of the envelope.
#[derive(Serialize, Deserialize)]
struct Envelope {
    v: u8,
    /// The context of the trace, under the name that W3C gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
    #[serde(flatten)]
    workflow: WorkflowRef,
    #[serde(flatten)]
    task: Task,
}

impl Message {
    /// The same message for the next arm, from its first attempt: a replay.
    pub fn replay(mut self) -> Self {
        match &mut self.task {
            Task::Route(_) => {}
            Task::Deliver(Deliver { arm, attempt, reply, .. }) => (*arm, *attempt, *reply) = (*arm + 1, 0, false),
            Task::Timer(Timer { arm, attempt, .. }) | Task::Check(Check { arm, attempt, .. }) => {
                (*arm, *attempt) = (*arm + 1, 0);
            }
        }
        self
    }

    /// The same message, as the one that ends the delivery's wait because the reply has come.
    pub fn as_reply(mut self) -> Self {
        if let Task::Deliver(deliver) = &mut self.task {
            deliver.reply = true;
        }
        self
    }

    /// The same message with another attempt number.
    pub fn with_attempt(mut self, number: u32) -> Self {
        match &mut self.task {
            Task::Route(_) => {}
            Task::Deliver(Deliver { attempt, reply, .. }) => (*attempt, *reply) = (number, false),
            Task::Timer(Timer { attempt, .. }) | Task::Check(Check { attempt, .. }) => *attempt = number,
        }
        self
    }

    /// Writes the body of an SQS message. Whatever handles the message works in the trace of its writer.
    pub fn encode(&self) -> String {
        self.encode_in(rookery_trace::current())
    }

    /// Writes the body of an SQS message that belongs to this trace.
    pub(crate) fn encode_in(&self, trace: Option<Context>) -> String {
        let traceparent = trace.map(|trace| trace.to_string());
        let envelope = Envelope { v: VERSION, traceparent, workflow: self.workflow.clone(), task: self.task.clone() };
        serde_json::to_string(&envelope).unwrap_or_default()
    }

    /// Reads the body of an SQS message. An unknown version is an error, so that the message is left for a newer program.
    pub fn decode(body: &str) -> Result<Self> {
        Self::decode_traced(body).map(|(message, _)| message)
    }

    /// Reads the body of an SQS message, and the trace that it belongs to.
    pub fn decode_traced(body: &str) -> Result<(Self, Option<Context>)> {
        // The body is read as a value first: with exact numbers, serde cannot read tagged enums directly from text.
        let value: serde_json::Value = serde_json::from_str(body).map_err(Error::internal)?;
        match value.get("v") {
            Some(version) if *version == VERSION => {}
            Some(version) => return Err(Error::internal(format!("a message of version {version} is not read here"))),
            None => return Err(Error::internal("a message without a version is not read here")),
        }
        let Envelope { traceparent, workflow, task, .. } = serde_json::from_value(value).map_err(Error::internal)?;
        Ok((Message { workflow, task }, traceparent.as_deref().and_then(Context::parse)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::{ProjectId, WorkflowId};
    use serde_json::Value;

    fn workflow() -> WorkflowRef {
        WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() }
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
            assert_eq!(message.workflow.to_string(), "0123456789ab/abcdefghjkmn");
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
        for body in ["", "{}", "[]", "{\"v\":2,\"kind\":\"route\"}", "{\"v\":1,\"kind\":\"dance\"}"] {
            assert!(Message::decode(body).is_err(), "{body}");
        }
    }
}
