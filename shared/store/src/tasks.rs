//! Tasks that a project has sent over its connections, as replies: what became of each.

use crate::item::{Item, malformed};
use crate::keys::{self, Key, Prefix};
use crate::page::{Cursor, Page};
use crate::sdk::Store;
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
    /// What became of it.
    pub state: TaskState,
    /// Why it was not delivered.
    pub problem: Option<String>,
    /// When it was made.
    pub created_at: Time,
}

impl Store {
    /// Notes what became of a task.
    pub async fn put_task(&self, project: &ProjectId, task: &SentTask) -> Result<()> {
        self.put(item(project, task), None).await.map(drop)
    }

    /// A page of the tasks that a project has sent, newest first.
    pub async fn tasks(&self, project: &ProjectId, limit: usize, cursor: Option<&Cursor>) -> Result<Page<SentTask>> {
        let page = self.newest_page(&keys::tasks(project), &Prefix::Task.start(), limit, cursor).await?;
        let now = Time::now();
        let items = page.items.iter().filter(|item| !item.is_expired(now));
        Ok(Page { items: items.map(read).collect::<Result<_>>()?, next: page.next })
    }
}

fn key(project: &ProjectId, id: TaskId) -> Key {
    keys::task(project, id)
}

fn item(project: &ProjectId, task: &SentTask) -> Item {
    Item::new(&key(project, task.id))
        .s("conn", task.connection)
        .s("kind", &task.task_type)
        .packed("payload", task.payload.as_str())
        .maybe(task.answers.as_ref(), |item, answers| item.s("task", answers))
        .s("state", name(task.state))
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
        state: state.ok_or_else(|| malformed("state"))?,
        problem: item.opt_str("why").map(str::to_owned),
        created_at: item.time("at")?,
    })
}
