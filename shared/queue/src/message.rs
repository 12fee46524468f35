//! What is said on the queues: versioned, ids only.

use crate::Queue;
use rookery_domain::{AgentRef, CellId, DeliveryId, Error, EventId, ProjectId, Result, ScopeId, Time, WorkflowRef};
use rookery_trace::Context;
use serde::{Deserialize, Serialize};

/// The version of the messages that are written.
const VERSION: u8 = 1;
/// The field of the trace's context: W3C's name of it.
const TRACE: &str = "traceparent";

/// An event is to be routed: for events with more targets than fit one batch of messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The workflow.
    #[serde(flatten)]
    pub workflow: WorkflowRef,
    /// The event.
    pub event: EventId,
}

/// An event is to be delivered to an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliver {
    /// The workflow.
    #[serde(flatten)]
    pub workflow: WorkflowRef,
    /// The event.
    pub event: EventId,
    /// The agent.
    pub cell: CellId,
    /// 0, and one more for each replay.
    #[serde(default)]
    pub arm: u32,
    /// The number of the attempt, from 0.
    #[serde(default)]
    pub attempt: u32,
    /// What the delivery waits for has come: it goes on with the attempt that it waits for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reply: bool,
}

/// A timer of an agent is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// The workflow.
    #[serde(flatten)]
    pub workflow: WorkflowRef,
    /// The event of the delivery that set it.
    pub event: EventId,
    /// The agent.
    pub cell: CellId,
    /// The timer, as a delivery.
    pub timer: DeliveryId,
    /// When it is due.
    pub at: Time,
    /// The memory that it wakes with.
    #[serde(default)]
    pub scope: Option<ScopeId>,
    /// 0, and one more for each replay.
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
    #[serde(flatten)]
    pub agent: AgentRef,
    /// The generation of its schedule; a check of another one is dropped.
    pub generation: String,
    /// When it was due.
    pub due: Time,
    /// 0, and one more for each replay.
    #[serde(default)]
    pub arm: u32,
    /// The number of the attempt, from 0.
    #[serde(default)]
    pub attempt: u32,
}

/// A message of one of the queues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// On `route`.
    Route(Route),
    /// On `deliver`.
    Deliver(Deliver),
    /// On `deliver`.
    Timer(Timer),
    /// On `deliver`.
    Check(Check),
}

impl Message {
    /// The queue that it goes to.
    pub fn queue(&self) -> Queue {
        match self {
            Message::Route(_) => Queue::Route,
            _ => Queue::Deliver,
        }
    }

    /// The tenant, for fair queues.
    pub fn project(&self) -> &ProjectId {
        &self.workflow().project
    }

    /// The workflow.
    pub fn workflow(&self) -> &WorkflowRef {
        match self {
            Message::Route(route) => &route.workflow,
            Message::Deliver(deliver) => &deliver.workflow,
            Message::Timer(timer) => &timer.workflow,
            Message::Check(check) => &check.agent.workflow,
        }
    }

    /// What it is about, for logs and traces: the agent, the event, the attempt.
    pub fn about(&self) -> (Option<&CellId>, Option<EventId>, u32) {
        match self {
            Message::Route(route) => (None, Some(route.event), 0),
            Message::Deliver(deliver) => (Some(&deliver.cell), Some(deliver.event), deliver.attempt),
            Message::Timer(timer) => (Some(&timer.cell), Some(timer.event), timer.attempt),
            Message::Check(check) => (Some(&check.agent.cell), None, check.attempt),
        }
    }

    /// The name of its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Message::Route(_) => "route",
            Message::Deliver(_) => "deliver",
            Message::Timer(_) => "timer",
            Message::Check(_) => "check",
        }
    }

    /// The same for the next arm, from its first attempt: a replay.
    pub fn replay(mut self) -> Self {
        match &mut self {
            Message::Route(_) => {}
            Message::Deliver(Deliver { arm, attempt, reply, .. }) => (*arm, *attempt, *reply) = (*arm + 1, 0, false),
            Message::Timer(Timer { arm, attempt, .. }) | Message::Check(Check { arm, attempt, .. }) => {
                (*arm, *attempt) = (*arm + 1, 0);
            }
        }
        self
    }

    /// The same, as what tells that its delivery waits no more.
    pub fn as_reply(mut self) -> Self {
        if let Message::Deliver(deliver) = &mut self {
            deliver.reply = true;
        }
        self
    }

    /// The same with another attempt number.
    pub fn with_attempt(mut self, number: u32) -> Self {
        match &mut self {
            Message::Route(_) => {}
            Message::Deliver(Deliver { attempt, reply, .. }) => (*attempt, *reply) = (number, false),
            Message::Timer(Timer { attempt, .. }) | Message::Check(Check { attempt, .. }) => *attempt = number,
        }
        self
    }

    /// As the body of an SQS message. What is handled because of it belongs to the trace of whoever writes it.
    pub fn encode(&self) -> String {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        value["v"] = VERSION.into();
        if let Some(trace) = rookery_trace::current() {
            value[TRACE] = trace.to_string().into();
        }
        value.to_string()
    }

    /// Reads the body of an SQS message. An unknown version is an error: the message is left for a newer program.
    pub fn decode(body: &str) -> Result<Self> {
        Self::decode_traced(body).map(|(message, _)| message)
    }

    /// The same, and the trace that it belongs to.
    pub fn decode_traced(body: &str) -> Result<(Self, Option<Context>)> {
        // By way of a value: with exact numbers, tagged enums do not read from text.
        let mut value: serde_json::Value = serde_json::from_str(body).map_err(Error::internal)?;
        let mut take = |name: &str| value.as_object_mut().and_then(|object| object.remove(name));
        let trace = take(TRACE).and_then(|trace| Context::parse(trace.as_str()?));
        match take("v") {
            Some(version) if version == VERSION => Ok((serde_json::from_value(value).map_err(Error::internal)?, trace)),
            Some(version) => Err(Error::internal(format!("a message of version {version} is not read here"))),
            None => Err(Error::internal("a message without a version is not read here")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::WorkflowId;
    use serde_json::{Value, json};

    fn workflow() -> WorkflowRef {
        WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() }
    }

    /// Messages wait for days: what the program wrote before must be read, and written so that a program of before reads it.
    #[test]
    fn the_ids_of_a_message_stand_flat_in_its_body() {
        let (project, workflow, event) = ("0123456789ab", "abcdefghjkmn", EventId::fresh());
        let ids = json!({"v": 1, "project": project, "workflow": workflow, "cell": "c"});
        for (kind, more) in [
            ("route", json!({"event": event})),
            ("deliver", json!({"event": event, "arm": 1, "attempt": 2})),
            ("timer", json!({"event": event, "timer": event.run, "at": Time(7), "scope": null, "arm": 0, "attempt": 0})),
            ("check", json!({"incarnation": 3, "generation": "g", "due": Time(60_000), "arm": 0, "attempt": 1})),
        ] {
            let mut body = ids.clone();
            body["kind"] = kind.into();
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let message = Message::decode(&body.to_string()).unwrap();
            assert_eq!(message.workflow().to_string(), format!("{project}/{workflow}"));
            if kind == "route" {
                body.as_object_mut().unwrap().remove("cell");
            }
            assert_eq!(serde_json::from_str::<Value>(&message.encode()).unwrap(), body);
        }
    }

    #[test]
    fn messages_come_back_and_replays_open_the_next_arm() {
        let event = EventId::fresh();
        let deliver = Message::Deliver(Deliver {
            workflow: workflow(),
            event,
            cell: CellId("a \"quoted\" cell".into()),
            arm: 1,
            attempt: 3,
            reply: true,
        });
        assert_eq!(Message::decode(&deliver.encode()).unwrap(), deliver);
        let Message::Deliver(replayed) = deliver.replay() else { panic!("a replay is of the same kind") };
        assert_eq!((replayed.arm, replayed.attempt), (2, 0));
    }

    #[tokio::test]
    async fn a_message_belongs_to_the_trace_of_whoever_wrote_it() {
        let message = Message::Route(Route { workflow: workflow(), event: EventId::fresh() });
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
