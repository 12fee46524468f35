//! Where runs come from that a task began: an item of the run says over which connection the task came, and who waits for the reply.

use crate::expression::Expr;
use crate::item::Item;
use crate::keys;
use crate::sdk::Store;
use rookery_domain::{ConnectionId, EventId, Result, RunId, Time, WorkflowRef, hashed_uuid};

/// The task that began a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskOrigin {
    /// The connection that the task came over.
    pub connection: ConnectionId,
    /// The sender's id of the task; none if the sender gave it none, and so cannot be told what answers it.
    pub task: Option<String>,
    /// Until when the sender waits for a reply.
    pub deadline: Option<Time>,
}

impl Store {
    /// Notes which task begins a run, before the run's event is accepted. The first one counts: the same task may come again.
    pub async fn put_task_origin(&self, workflow: &WorkflowRef, run: RunId, origin: &TaskOrigin, until: Time) -> Result<()> {
        let item = Item::new(&keys::event(workflow, place(run)))
            .s("conn", origin.connection)
            .maybe(origin.task.as_ref(), |item, task| item.s("task", task))
            .maybe(origin.deadline, |item, deadline| item.n("deadline", deadline.0))
            .n("expires_at", until.ttl_seconds());
        self.put(item, Some(Expr::new("attribute_not_exists(pk)"))).await.map(drop)
    }

    /// The task that began a run; none if the run began otherwise.
    pub async fn task_origin(&self, workflow: &WorkflowRef, run: RunId) -> Result<Option<TaskOrigin>> {
        let item = self.get(keys::event(workflow, place(run))).await?;
        item.map(|item| {
            Ok(TaskOrigin {
                connection: item.parse("conn")?,
                task: item.opt_str("task").map(str::to_owned),
                deadline: item.opt_num("deadline").map(Time),
            })
        })
        .transpose()
    }
}

/// The place of this item among those of the run.
fn place(run: RunId) -> EventId {
    EventId { run, own: hashed_uuid(&[b"task origin", run.0.as_bytes()]) }
}
