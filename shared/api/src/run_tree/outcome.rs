//! What became of each delivery of a run: made of its commits, or of the record that it waits; a replay is one more arm.

use rookery_domain::{CellId, ConnectionId, DeliveryId, EventId, RunId, Time, WorkflowId};
use rookery_store::{AskedSession, Commit, Failure, Parked, SessionNames, TaskAsk, TaskOrigin};
use schemars::JsonSchema;
use serde::Serialize;

/// What became of a delivery, or of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RunState {
    /// The run has deliveries that are not handled yet.
    Running,
    /// The delivery is not handled yet.
    Pending,
    /// The delivery waits for its next attempt.
    Waiting,
    /// The timer is set, and not due yet.
    Scheduled,
    /// The delivery was handled, or the run is over.
    Done,
    /// The delivery failed for good.
    Failed,
    /// The delivery is in another part of a run that is too large for one answer.
    Unknown,
    /// The outcome that the agent gave, like `late`; or `limit`, `cancelled`.
    #[serde(untagged)]
    Other(String),
}

/// A delivery, a timer or a check.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "RunDelivery")]
pub(super) struct Outcome {
    /// The delivery's id.
    pub(super) id: DeliveryId,
    /// The agent that gets the event.
    pub(super) cell_id: CellId,
    /// What became of the delivery.
    pub(super) state: RunState,
    /// The links by which the event came; none for timers and checks.
    pub(super) links: Vec<CellId>,
    /// The arm: 0, and one more for each replay.
    pub(super) arm: u32,
    /// The number of the last attempt, from 0; while the delivery waits, that of the next one.
    pub(super) attempt: u32,
    /// When the last attempt began. Deliveries that were stored together with their event began with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) began_at: Option<Time>,
    /// How long the last attempt took, in whole milliseconds: 0 is less than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) took_ms: Option<i64>,
    /// When the next attempt, or the timer, is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) waits_until: Option<Time>,
    /// What the agent waits for, in its own words: a result, or its turn to ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) waits_for: Option<String>,
    /// The session of a persistent agent that the delivery asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) asked: Option<AskedView>,
    /// The task that the delivery sent to an entry point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) task: Option<TaskView>,
    /// Why the delivery failed, for good or until its next attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Failure>,
    /// The id of the failure, by which it is replayed (`failures/{failure}/replay`); only of a delivery that failed for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failure_id: Option<EventId>,
    /// When the delivery was replayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) replayed_at: Option<Time>,
    /// The event as which the delivery was replayed in another version, in a run of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) replayed_as: Option<EventId>,
    /// The events that the delivery emitted.
    pub(super) event_ids: Vec<EventId>,
}

/// A session of a persistent agent that was asked.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "RunAsked")]
pub(super) struct AskedView {
    /// The agent's name.
    agent: String,
    /// The id of the agent's instance.
    instance: String,
    /// The session's name.
    session: String,
    /// The run of the operation that answers, once it has its place in the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<String>,
}

impl From<AskedSession> for AskedView {
    fn from(asked: AskedSession) -> Self {
        let run_id = asked.n.map(|n| asked.key().run_id(n));
        let SessionNames { agent, instance, session } = asked.names;
        AskedView { agent, instance, session, run_id }
    }
}

/// A task that was sent to an entry point.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "RunTask")]
pub(super) struct TaskView {
    /// The task's id.
    id: String,
    /// The connection that it went over.
    connection_token: ConnectionId,
    /// The project that provides the entry point.
    project_id: String,
    /// The workflow that provides it, if it is of the same project.
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_id: Option<WorkflowId>,
    /// The run that the task begins, if it is of this deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<RunId>,
}

impl From<TaskAsk> for TaskView {
    fn from(asked: TaskAsk) -> Self {
        TaskView {
            id: asked.id.parts(),
            connection_token: asked.task.connection,
            project_id: asked.task.project,
            workflow_id: asked.task.workflow,
            run_id: asked.task.run,
        }
    }
}

/// The task that began a run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "RunOrigin")]
pub(super) struct OriginView {
    /// The connection that the task came over.
    connection_token: ConnectionId,
    /// The task's id, with which a reply says what it answers; null if its sender gave it none.
    task_id: Option<String>,
    /// The project that sent it.
    client_project_id: String,
    /// The deployment of that project; null for this one.
    client_deployment: Option<String>,
    /// The workflow that sent it, if it is of the same project.
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_id: Option<WorkflowId>,
    /// The run that sent it, if it is of the same project.
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<RunId>,
    /// Until when its sender waits for a reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<Time>,
}

impl From<TaskOrigin> for OriginView {
    fn from(origin: TaskOrigin) -> Self {
        // A task of this deployment has the id of a record of the run that sent it.
        let sent = origin.workflow.as_ref().and(origin.task.as_deref()).and_then(EventId::of_parts);
        OriginView {
            connection_token: origin.connection,
            task_id: origin.task,
            client_project_id: origin.client.project,
            client_deployment: origin.client.deployment,
            workflow_id: origin.workflow,
            run_id: sent.map(|record| record.run),
            deadline: origin.deadline,
        }
    }
}

/// The arms of deliveries, in order. A replay that is not handled yet is one more arm.
pub(super) fn arms(mut outcomes: Vec<Outcome>) -> Vec<Outcome> {
    outcomes.sort_by_key(|outcome| (outcome.began_at.is_none(), outcome.began_at, outcome.id, outcome.arm));
    let is_last = |outcome: &Outcome| !outcomes.iter().any(|later| later.id == outcome.id && later.arm > outcome.arm);
    let replays =
        outcomes.iter().filter(|outcome| outcome.replayed_at.is_some() && outcome.replayed_as.is_none() && is_last(outcome));
    let replays: Vec<Outcome> =
        replays.map(|outcome| Outcome { arm: outcome.arm + 1, ..blank(outcome.id, outcome.cell_id.clone()) }).collect();
    outcomes.extend(replays);
    outcomes
}

pub(super) fn blank(id: DeliveryId, cell_id: CellId) -> Outcome {
    Outcome {
        id,
        cell_id,
        state: RunState::Pending,
        links: Vec::new(),
        arm: 0,
        attempt: 0,
        began_at: None,
        took_ms: None,
        waits_until: None,
        waits_for: None,
        asked: None,
        task: None,
        error: None,
        failure_id: None,
        replayed_at: None,
        replayed_as: None,
        event_ids: Vec::new(),
    }
}

pub(super) fn handled(commit: Commit) -> Outcome {
    let event_ids = commit.child_ids();
    Outcome {
        state: match commit.outcome.as_str() {
            "done" => RunState::Done,
            "failed" => RunState::Failed,
            _ => RunState::Other(commit.outcome),
        },
        arm: commit.arm,
        attempt: commit.attempt,
        began_at: Some(commit.began),
        took_ms: Some(commit.took_ms),
        error: commit.failure,
        failure_id: commit.message.is_some().then_some(commit.id),
        replayed_at: commit.replayed_at,
        replayed_as: commit.replayed_as,
        event_ids,
        ..blank(commit.delivery, commit.cell)
    }
}

pub(super) fn waits(parked: Parked, arm: u32) -> Outcome {
    Outcome {
        state: RunState::Waiting,
        arm,
        attempt: parked.attempt,
        waits_until: Some(parked.until),
        waits_for: parked.why,
        error: parked.failure,
        ..blank(parked.delivery, parked.cell)
    }
}

pub(super) fn scheduled(commit: &Commit) -> Vec<Outcome> {
    let timer = |timer: &rookery_store::Timer| Outcome {
        state: RunState::Scheduled,
        waits_until: Some(timer.at),
        ..blank(timer.delivery, commit.cell.clone())
    };
    commit.timers.iter().map(timer).collect()
}
