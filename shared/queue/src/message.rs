//! The messages on the queues: they have a version, and carry ids only.

use crate::{ProjectAt, Queue, Subject};
use rookery_domain::{
    CellId, DeliveryId, Error, EventAt, EventId, OperationAt, ProjectId, Result, ScopeId, TaskId, Time, WorkflowRef,
};
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

/// Somebody is to look at a session: its first operation that is not over may be nobody's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wake {
    /// The operation for which the message was sent; 0 to look whether the session has expired.
    pub n: u64,
    /// The message guards the operation: while somebody works on it, the message comes again later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guard: bool,
}

/// A task of a project is to be sent over its connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Send {
    /// The task.
    pub task: TaskId,
    /// The number of the attempt, from 0.
    #[serde(default)]
    pub attempt: u32,
}

/// One task for many connections is to become one for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendAll {
    /// The id under which it is stored.
    pub sending: TaskId,
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
    /// A session is to be looked at; on `agents`.
    Wake(Wake),
    /// A task is to be sent; on `deliver`.
    Send(Send),
    /// A task is to be sent to many; on `route`.
    SendAll(SendAll),
}

impl Task {
    /// The message that asks for this task in a workflow.
    pub fn of(self, workflow: &WorkflowRef) -> Message {
        Message { of: Subject::Workflow(workflow.clone()), task: self }
    }

    /// The message that asks for this task in a project.
    pub fn of_project(self, project: &ProjectId) -> Message {
        Message { of: Subject::Project(ProjectAt { project: project.clone() }), task: self }
    }

    /// Whether the task can be about this.
    fn is_about(&self, of: &Subject) -> bool {
        match self {
            Task::Route(_) | Task::Deliver(_) | Task::Timer(_) | Task::Check(_) => matches!(of, Subject::Workflow(_)),
            Task::Wake(_) => matches!(of, Subject::Session(_)),
            Task::Send(_) | Task::SendAll(_) => matches!(of, Subject::Project(_)),
        }
    }

    /// The queue that the task goes to.
    pub fn queue(&self) -> Queue {
        match self {
            Task::Route(_) | Task::SendAll(_) => Queue::Route,
            Task::Deliver(_) | Task::Timer(_) | Task::Check(_) | Task::Send(_) => Queue::Deliver,
            Task::Wake(_) => Queue::Agents,
        }
    }

    /// The name of the task's kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Task::Route(_) => "route",
            Task::Deliver(_) => "deliver",
            Task::Timer(_) => "timer",
            Task::Check(_) => "check",
            Task::Wake(_) => "wake",
            Task::Send(_) => "send",
            Task::SendAll(_) => "send_all",
        }
    }

    /// What the task is about, for logs and traces: the agent, the event, the attempt.
    pub fn about(&self) -> (Option<&CellId>, Option<EventId>, u32) {
        match self {
            Task::Route(route) => (None, Some(route.event.id), 0),
            Task::Deliver(deliver) => (Some(&deliver.cell), Some(deliver.event.id), deliver.attempt),
            Task::Timer(timer) => (Some(&timer.cell), Some(timer.event.id), timer.attempt),
            Task::Check(check) => (Some(&check.cell), None, check.attempt),
            Task::Wake(_) | Task::SendAll(_) => (None, None, 0),
            Task::Send(send) => (None, None, send.attempt),
        }
    }
}

/// A message of one of the queues: what is to be done, and in which workflow, session or project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The workflow, the session or the project. Only a [`Wake`] is of a session, and tasks that are sent are of a project.
    pub of: Subject,
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
    of: Subject,
    #[serde(flatten)]
    task: Task,
}

impl Message {
    /// The message that has somebody look at an operation's session.
    pub fn wake(operation: &OperationAt) -> Self {
        Message { of: Subject::Session(operation.session.clone()), task: Task::Wake(Wake { n: operation.n, guard: false }) }
    }

    /// The message that guards an operation.
    pub fn guard(operation: &OperationAt) -> Self {
        Message { of: Subject::Session(operation.session.clone()), task: Task::Wake(Wake { n: operation.n, guard: true }) }
    }

    /// The workflow, if the message is of one.
    pub fn workflow(&self) -> Option<&WorkflowRef> {
        match &self.of {
            Subject::Workflow(workflow) => Some(workflow),
            Subject::Session(_) | Subject::Project(_) => None,
        }
    }

    /// The operation that the message wakes or guards.
    pub fn operation(&self) -> Option<OperationAt> {
        match (&self.of, &self.task) {
            (Subject::Session(session), Task::Wake(wake)) => Some(session.operation(wake.n)),
            _ => None,
        }
    }

    /// The project.
    pub fn project(&self) -> &ProjectId {
        match &self.of {
            Subject::Workflow(workflow) => &workflow.project,
            Subject::Session(session) => &session.project,
            Subject::Project(at) => &at.project,
        }
    }

    /// The same message for the next arm, from its first attempt: a replay.
    pub fn replay(mut self) -> Self {
        match &mut self.task {
            Task::Route(_) | Task::Wake(_) | Task::Send(_) | Task::SendAll(_) => {}
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
            Task::Route(_) | Task::Wake(_) | Task::SendAll(_) => {}
            Task::Deliver(Deliver { attempt, reply, .. }) => (*attempt, *reply) = (number, false),
            Task::Timer(Timer { attempt, .. }) | Task::Check(Check { attempt, .. }) | Task::Send(Send { attempt, .. }) => {
                *attempt = number;
            }
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
        let envelope = Envelope { v: VERSION, traceparent, of: self.of.clone(), task: self.task.clone() };
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
        let Envelope { traceparent, of, task, .. } = serde_json::from_value(value).map_err(Error::internal)?;
        if !task.is_about(&of) {
            return Err(Error::internal(format!("a `{}` of another subject is not read here", task.kind())));
        }
        Ok((Message { of, task }, traceparent.as_deref().and_then(Context::parse)))
    }
}

#[cfg(test)]
mod tests;
