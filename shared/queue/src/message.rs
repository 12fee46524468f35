//! The messages on the queues: what is to be done, and about what. A body has a version. What there is to be done is in [`crate::task`].

use crate::{Check, Deliver, Send, Subject, Task, Timer, Wake};
use rookery_domain::{Error, OperationAt, ProjectId, Result, WorkflowRef};
use rookery_trace::Context;
use serde::{Deserialize, Serialize};

/// The version of the messages that are written.
const VERSION: u8 = 1;

/// A message of one of the queues: what is to be done, and in which workflow, session or project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The workflow, the session or the project. Only a [`Wake`] is of a session; tasks that are sent, and what is done with records, are of a project.
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
            Task::Route(_) | Task::Wake(_) | Task::Send(_) | Task::SendAll(_) | Task::Leave(_) => {}
            Task::Tell(_) | Task::Fill(_) | Task::Sweep(_) | Task::Existing(_) => {}
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
            Task::Route(_) | Task::Wake(_) | Task::SendAll(_) | Task::Leave(_) => {}
            Task::Tell(_) | Task::Fill(_) | Task::Sweep(_) | Task::Existing(_) => {}
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
