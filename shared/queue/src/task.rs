//! What a message asks for: one type for each kind of work, which carries ids only.

use crate::{Message, ProjectAt, Queue, Subject};
use rookery_domain::{
    CellId, Collection, ConnectionId, DeliveryId, EventAt, EventId, ProjectId, ScopeId, SegmentId, TaskId, Time, WorkflowRef,
};
use serde::{Deserialize, Serialize};

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
    /// Who asked for the check, if an agent did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asker: Option<Box<Asker>>,
}

/// The agent that asked for a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asker {
    /// The commit key of the arm that asked. Where it was itself a check that an agent asked for, that of the first one: each checks an agent once.
    pub key: EventId,
    /// The event that the first one was about. The check belongs to the event's run, and has its hops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventAt>,
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

/// A provider of another deployment is to be told that a stage is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    /// The connection that the stage had.
    pub connection: ConnectionId,
    /// When the stage went.
    pub at: Time,
}

/// Triggers are to be told of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tell {
    /// The write that they are told of.
    pub tag: String,
}

/// A segment is to be filled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The segment.
    pub segment: SegmentId,
    /// Which condition it is filled by.
    pub generation: String,
}

/// Who was in a segment or list that is deleted is to be removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sweep {
    /// The segment or list.
    pub of: Collection,
}

/// A trigger that has just started is to be told of what is in its segment already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Existing {
    /// The segment.
    pub segment: SegmentId,
    /// The trigger.
    pub cell: CellId,
    /// The trigger's incarnation.
    pub incarnation: u64,
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
    /// A provider is to be told that a stage is gone; on `deliver`.
    Leave(Leave),
    /// Triggers are to be told of a record; on `route`.
    Tell(Tell),
    /// A segment is to be filled; on `route`.
    Fill(Fill),
    /// Who was in a segment or list is to be removed; on `route`.
    Sweep(Sweep),
    /// A trigger is to be told of what is in its segment already; on `route`.
    Existing(Existing),
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
    pub(crate) fn is_about(&self, of: &Subject) -> bool {
        match self {
            Task::Route(_) | Task::Deliver(_) | Task::Timer(_) | Task::Check(_) | Task::Existing(_) => {
                matches!(of, Subject::Workflow(_))
            }
            Task::Wake(_) => matches!(of, Subject::Session(_)),
            Task::Send(_) | Task::SendAll(_) | Task::Leave(_) | Task::Tell(_) | Task::Fill(_) | Task::Sweep(_) => {
                matches!(of, Subject::Project(_))
            }
        }
    }

    /// The queue that the task goes to.
    pub fn queue(&self) -> Queue {
        match self {
            Task::Route(_) | Task::SendAll(_) | Task::Tell(_) | Task::Fill(_) | Task::Sweep(_) | Task::Existing(_) => {
                Queue::Route
            }
            Task::Deliver(_) | Task::Timer(_) | Task::Check(_) | Task::Send(_) | Task::Leave(_) => Queue::Deliver,
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
            Task::Leave(_) => "leave",
            Task::Tell(_) => "tell",
            Task::Fill(_) => "fill",
            Task::Sweep(_) => "sweep",
            Task::Existing(_) => "existing",
        }
    }

    /// What the task is about, for logs and traces: the agent, the event, the attempt.
    pub fn about(&self) -> (Option<&CellId>, Option<EventId>, u32) {
        match self {
            Task::Route(route) => (None, Some(route.event.id), 0),
            Task::Deliver(deliver) => (Some(&deliver.cell), Some(deliver.event.id), deliver.attempt),
            Task::Timer(timer) => (Some(&timer.cell), Some(timer.event.id), timer.attempt),
            Task::Check(check) => (Some(&check.cell), None, check.attempt),
            Task::Wake(_) | Task::SendAll(_) | Task::Leave(_) | Task::Tell(_) | Task::Fill(_) | Task::Sweep(_) => (None, None, 0),
            Task::Existing(existing) => (Some(&existing.cell), None, 0),
            Task::Send(send) => (None, None, send.attempt),
        }
    }
}
