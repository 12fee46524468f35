//! Tasks that a project has sent over its connections, as replies: what became of each. A task that is still to be sent is a due item, too:
//! its message comes again if whoever was to send it is gone.

use crate::expression::Expr;
use crate::item::{Item, malformed};
use crate::keys::{self, Key, Prefix};
use crate::page::{Cursor, Page};
use crate::sdk::Store;
use futures::future::try_join_all;
use rookery_domain::{ConnectionId, Payload, ProjectId, Result, TaskId, TaskState, Time, limits};

/// A task that was sent, or is still to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct SentTask {
    /// Its id.
    pub id: TaskId,
    /// The connection that it goes over.
    pub connection: ConnectionId,
    /// Its type.
    pub task_type: String,
    /// What it says.
    pub payload: Payload,
    /// The task of the other side that it answers.
    pub answers: Option<String>,
    /// How many links and connections lie behind it.
    pub hop: u16,
    /// What became of it.
    pub state: TaskState,
    /// How often it was sent in vain.
    pub failed: u32,
    /// Why it was not delivered, or not yet.
    pub problem: Option<String>,
    /// When it was made.
    pub created_at: Time,
}

impl Store {
    /// Notes what became of a task.
    pub async fn put_task(&self, project: &ProjectId, task: &SentTask) -> Result<()> {
        self.put(item(project, task), None).await.map(drop)
    }

    /// Stores tasks that are to be sent, each with the message that is due at a time if nobody has sent the task by then.
    pub async fn put_waiting_tasks(&self, project: &ProjectId, tasks: &[(SentTask, Time, String)]) -> Result<()> {
        let put = async |(task, due, message): &(SentTask, Time, String)| {
            self.put_fresh(&|| Ok(with_due(item(project, task), &key(project, task.id), *due, message))).await
        };
        try_join_all(tasks.iter().map(put)).await.map(drop)
    }

    /// Reads a task, consistently.
    pub async fn task(&self, project: &ProjectId, id: TaskId) -> Result<Option<SentTask>> {
        Ok(self.tasks_by_id(project, &[id]).await?.pop().flatten())
    }

    /// Reads tasks, consistently, in this order.
    pub async fn tasks_by_id(&self, project: &ProjectId, ids: &[TaskId]) -> Result<Vec<Option<SentTask>>> {
        let items = self.get_many(ids.iter().map(|id| key(project, *id)).collect()).await?;
        let now = Time::now();
        items.iter().map(|item| item.as_ref().filter(|item| !item.is_expired(now)).map(read).transpose()).collect()
    }

    /// Notes how a task ended that was still to be sent.
    pub async fn end_task(&self, project: &ProjectId, id: TaskId, problem: Option<&str>) -> Result<()> {
        let state = if problem.is_some() { TaskState::Failed } else { TaskState::Delivered };
        let update = match problem {
            Some(problem) => Expr::new("SET #state = :state, why = :why REMOVE dp, da, msg").s(":why", problem),
            None => Expr::new("SET #state = :state REMOVE dp, da, msg, why"),
        };
        let update = update.name("#state", "state").s(":state", name(state));
        self.update(&key(project, id), update, Some(waits())).await.map(drop)
    }

    /// Notes that a task was sent in vain, and when its next message is due: `false` if somebody else has noted that.
    pub async fn put_off_task(
        &self,
        project: &ProjectId,
        task: &SentTask,
        problem: &str,
        due: Time,
        message: &str,
    ) -> Result<bool> {
        let key = key(project, task.id);
        let update = Expr::new("SET failed = :next, why = :why, dp = :dp, da = :due, msg = :msg")
            .n(":next", task.failed + 1)
            .s(":why", problem)
            .s(":dp", keys::wait_shard(&key))
            .n(":due", due.0)
            .s(":msg", message);
        let mut condition = waits().n(":failed", task.failed);
        condition.text += " AND failed = :failed";
        Ok(self.update(&key, update, Some(condition)).await?.is_some())
    }

    /// A page of the tasks that a project has sent, newest first.
    pub async fn tasks(&self, project: &ProjectId, limit: usize, cursor: Option<&Cursor>) -> Result<Page<SentTask>> {
        let page = self.newest_page(&keys::tasks(project), &Prefix::Task.start(), limit, cursor).await?;
        let now = Time::now();
        let items = page.items.iter().filter(|item| !item.is_expired(now));
        Ok(Page { items: items.map(read).collect::<Result<_>>()?, next: page.next })
    }
}

/// The place of a task in the list of its project's tasks, for a page that ends there.
pub fn task_place(task: &SentTask) -> String {
    Prefix::Task.sort(task.id)
}

fn key(project: &ProjectId, id: TaskId) -> Key {
    keys::task(project, id)
}

/// The condition that a task is still to be sent.
fn waits() -> Expr {
    Expr::new("#state = :waits").name("#state", "state").s(":waits", name(TaskState::Pending))
}

/// The same item, with a message that is due.
pub(crate) fn with_due(item: Item, key: &Key, due: Time, message: &str) -> Item {
    item.s("dp", keys::wait_shard(key)).n("da", due.0).s("msg", message)
}

fn item(project: &ProjectId, task: &SentTask) -> Item {
    Item::new(&key(project, task.id))
        .s("conn", task.connection)
        .s("kind", &task.task_type)
        .packed("payload", task.payload.as_str())
        .maybe(task.answers.as_ref(), |item, answers| item.s("task", answers))
        .n("hop", task.hop)
        .s("state", name(task.state))
        .n("failed", task.failed)
        .maybe(task.problem.as_ref(), |item, problem| item.s("why", problem))
        .n("at", task.created_at.0)
        .n("expires_at", task.created_at.plus(limits::TASK_MS).ttl_seconds())
}

/// The state's name, as it is stored.
fn name(state: TaskState) -> &'static str {
    match state {
        TaskState::Pending => "pending",
        TaskState::Delivered => "delivered",
        TaskState::Failed => "failed",
    }
}

fn read(item: &Item) -> Result<SentTask> {
    let stored = item.str("state")?;
    let state = [TaskState::Pending, TaskState::Delivered, TaskState::Failed].into_iter().find(|state| name(*state) == stored);
    let id = Prefix::Task.name(item.str("sk")?).and_then(|id| id.parse().ok());
    Ok(SentTask {
        id: id.ok_or_else(|| malformed("sk"))?,
        connection: item.parse("conn")?,
        task_type: item.str("kind")?.to_owned(),
        payload: Payload::stored(item.unpacked("payload")?),
        answers: item.opt_str("task").map(str::to_owned),
        hop: item.num("hop")?,
        state: state.ok_or_else(|| malformed("state"))?,
        failed: item.num("failed")?,
        problem: item.opt_str("why").map(str::to_owned),
        created_at: item.time("at")?,
    })
}
