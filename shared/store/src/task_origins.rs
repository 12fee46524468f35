//! Where runs come from that a task began: an item of the run says over which connection the task came, and who waits for the reply.

use crate::expression::Expr;
use crate::item::Item;
use crate::keys;
use crate::sdk::Store;
use rookery_domain::{ClientName, ConnectionId, EventId, Result, RunId, Time, WorkflowId, WorkflowRef, hashed_uuid};

/// The task that began a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskOrigin {
    /// The connection that the task came over.
    pub connection: ConnectionId,
    /// Whose it was.
    pub client: ClientName,
    /// The workflow that sent it, if it is of the same project.
    pub workflow: Option<WorkflowId>,
    /// The sender's id of the task; none if the sender gave it none, and so cannot be told what answers it.
    pub task: Option<String>,
    /// Until when the sender waits for a reply.
    pub deadline: Option<Time>,
    /// The conversation that the sender says the task belongs to, if it is no stage.
    pub context: Option<String>,
    /// When the sender gave up waiting.
    pub ended: Option<Time>,
}

impl TaskOrigin {
    /// Reads an item of a run, if it is such an item.
    pub(crate) fn read(item: &Item) -> Result<Option<Self>> {
        let Some(_) = item.opt_str("client") else { return Ok(None) };
        Ok(Some(TaskOrigin {
            connection: item.parse("conn")?,
            client: item.parse("client")?,
            workflow: item.opt_str("workflow").map(|_| item.parse("workflow")).transpose()?,
            task: item.opt_str("task").map(str::to_owned),
            deadline: item.opt_num("deadline").map(Time),
            context: item.opt_str("context").map(str::to_owned),
            ended: item.opt_num("ended").map(Time),
        }))
    }
}

impl Store {
    /// Notes which task begins a run, before the run's event is accepted. `false` if that is noted: the same task may come again.
    pub async fn put_task_origin(&self, workflow: &WorkflowRef, run: RunId, origin: &TaskOrigin, until: Time) -> Result<bool> {
        let item = Item::new(&keys::event(workflow, place(run)))
            .s("conn", origin.connection)
            .s("client", &origin.client)
            .maybe(origin.workflow.as_ref(), |item, workflow| item.s("workflow", workflow))
            .maybe(origin.task.as_ref(), |item, task| item.s("task", task))
            .maybe(origin.deadline, |item, deadline| item.n("deadline", deadline.0))
            .maybe(origin.context.as_ref(), |item, context| item.s("context", context))
            .n("expires_at", until.ttl_seconds());
        self.put(item, Some(Expr::new("attribute_not_exists(pk)"))).await
    }

    /// Notes that whoever sent the task that began a run waits no more. The first time counts.
    pub async fn end_task_origin(&self, workflow: &WorkflowRef, run: RunId, now: Time) -> Result<()> {
        let update = Expr::new("SET ended = :now").n(":now", now.0);
        let waits = Expr::new("attribute_exists(pk) AND attribute_not_exists(ended)");
        self.update(&keys::event(workflow, place(run)), update, Some(waits)).await.map(drop)
    }

    /// The task that began a run; none if the run began otherwise.
    pub async fn task_origin(&self, workflow: &WorkflowRef, run: RunId) -> Result<Option<TaskOrigin>> {
        let item = self.get(keys::event(workflow, place(run))).await?;
        Ok(item.map(|item| TaskOrigin::read(&item)).transpose()?.flatten())
    }
}

/// The place of this item among those of the run.
fn place(run: RunId) -> EventId {
    EventId { run, own: hashed_uuid(&[b"task origin", run.0.as_bytes()]) }
}
