//! What deliveries ask of entry points: pending records that are answered by a reply.

use crate::item::Item;
use crate::pending::{Opened, Pending};
use crate::sdk::Store;
use rookery_domain::{ConnectionId, DeliveryId, EventId, Result, RunId, WorkflowId};

/// The task that a delivery sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedTask {
    /// The connection that it goes over.
    pub connection: ConnectionId,
    /// The project that provides the entry point.
    pub project: String,
    /// The run that it begins, if the provider is of this deployment.
    pub run: Option<RunId>,
    /// The workflow of that run, if it is of the same project.
    pub workflow: Option<WorkflowId>,
}

/// The task that an arm of a delivery sends, as an item of its run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskAsk {
    /// The record's id, of which the task's is made.
    pub id: EventId,
    /// The delivery.
    pub delivery: DeliveryId,
    /// The delivery's arm.
    pub arm: u32,
    /// The task.
    pub task: AskedTask,
}

impl AskedTask {
    pub(crate) fn read(item: &Item) -> Result<Option<Self>> {
        let Some(project) = item.opt_str("peer") else { return Ok(None) };
        Ok(Some(AskedTask {
            connection: item.parse("conn")?,
            project: project.to_owned(),
            run: item.opt_str("run").map(|_| item.parse("run")).transpose()?,
            workflow: item.opt_str("workflow").map(|_| item.parse("workflow")).transpose()?,
        }))
    }
}

impl TaskAsk {
    /// Reads an item of a run, if it is such a record.
    pub(crate) fn read(id: EventId, item: &Item) -> Result<Option<Self>> {
        let task = item.opt_str("rq").map_or(Ok(None), |_| AskedTask::read(item))?;
        task.map(|task| Ok(TaskAsk { id, delivery: item.parse("dl")?, arm: item.num("arm")?, task })).transpose()
    }
}

impl Store {
    /// Stores the record before a task is sent, unless its agent has `most` of them outstanding.
    pub async fn open_task_ask(&self, pending: &Pending, task: &AskedTask, most: u32) -> Result<Opened> {
        let add = |item: Item| {
            item.s("conn", task.connection)
                .s("peer", &task.project)
                .maybe(task.run, |item, run| item.s("run", run))
                .maybe(task.workflow.as_ref(), |item, workflow| item.s("workflow", workflow))
        };
        self.open_pending(pending, add, most).await
    }
}
