//! A project sends a task over connections of its own: what is asked for becomes one task for each connection. Each is stored before
//! anything is answered, and is sent, and sent again, by the queues.

use super::new_task::NewTask;
use super::reply::undelivered;
use crate::Engine;
use crate::delivery::backoff::random_share;
use crate::delivery::plan::{Plan, plan};
use crate::external::host::Stopped;
use crate::routing::DIRECT;
use rookery_agents::AgentError;
use rookery_domain::{ConnectionState, Error, Kind, ProjectId, Result, TaskId, TaskState, Time, limits};
use rookery_queue::{Message, Outgoing, Send, SendAll, Task};
use rookery_store::{Sending, SentTask};

/// How long after it was stored a task is sent again if nobody has sent it, in milliseconds.
const GUARD_MS: i64 = 120_000;

/// The longest time until its message is sent again. It doubles until then: where messages wait for long, there shall not be many more.
const AGAIN_MS: i64 = 3_600_000;

impl Engine {
    /// Sends a task over each of its connections. Once this is answered, each will be delivered, or end as failed. The same id again is
    /// the same tasks; with another body, it is refused.
    pub async fn send_tasks(&self, project: &ProjectId, new: &NewTask) -> Result<Vec<SentTask>> {
        let known = match new.id {
            Some(id) => self.store.sending(project, id).await?,
            None => None,
        };
        let sending = match known {
            Some(known) => known,
            None => self.store_sending(project, new).await?,
        };
        if sending.asked != new.asked()? {
            let message = "This key came before, with another body.";
            let remedy = "Use a new Idempotency-Key for a new task.";
            return Err(Error::new(Kind::Conflict, "idempotency_conflict", message, remedy));
        }
        if sending.connections.len() <= DIRECT {
            return self.begin(project, sending.tasks(&sending.connections)).await;
        }
        self.producer.send(vec![send_all(&sending).of_project(project).into()]).await?;
        let mut tasks = sending.tasks(&sending.connections);
        for part in tasks.chunks_mut(DIRECT) {
            let there = self.store.tasks_by_id(project, &ids(part)).await?;
            for (task, there) in part.iter_mut().zip(there) {
                task.state = there.map_or(TaskState::Pending, |there| there.state);
            }
        }
        Ok(tasks)
    }

    /// Finds and judges the connections. What may be asked for again, and what is sent by way of the `route` queue, is stored.
    async fn store_sending(&self, project: &ProjectId, new: &NewTask) -> Result<Sending> {
        let connections = self.recipients(project, &new.to).await?;
        self.judge_replies(&connections, &new.payload).await?;
        let sending = new.sending(&connections)?;
        let guard = || (guard_of(sending.created_at), send_all(&sending).of_project(project).encode());
        match sending.connections.len() > DIRECT {
            true => self.store.put_sending(project, &sending, Some(guard())).await,
            false if new.id.is_some() => self.store.put_sending(project, &sending, None).await,
            false => Ok(sending),
        }
    }

    /// Stores those tasks that are not there, and sends a message for each that waits. Gives them as they are.
    async fn begin(&self, project: &ProjectId, tasks: Vec<SentTask>) -> Result<Vec<SentTask>> {
        let there = self.store.tasks_by_id(project, &ids(&tasks)).await?;
        let message = |task: &SentTask| send(task, task.failed).of_project(project);
        let missing = tasks.iter().zip(&there).filter(|(_, there)| there.is_none());
        let missing: Vec<_> = missing.map(|(task, _)| (task.clone(), guard_of(Time::now()), message(task).encode())).collect();
        self.store.put_waiting_tasks(project, &missing).await?;
        let tasks: Vec<SentTask> = tasks.into_iter().zip(there).map(|(task, there)| there.unwrap_or(task)).collect();
        let waiting = tasks.iter().filter(|task| task.state == TaskState::Pending);
        self.producer.send(waiting.map(|task| message(task).into()).collect()).await?;
        Ok(tasks)
    }

    /// Makes a task for many into one for each connection; the `route` queue's handler.
    pub(crate) async fn begin_all(&self, project: &ProjectId, all: &SendAll) -> Result<()> {
        let Some(sending) = self.store.sending(project, all.sending).await? else { return Ok(()) };
        for part in sending.connections.chunks(DIRECT) {
            self.begin(project, sending.tasks(part)).await?;
        }
        self.store.sending_begun(project, sending.id).await
    }

    /// Sends a task; the `deliver` queue's handler. An attempt is counted before the next one is sent (rule 7).
    pub(crate) async fn send_task(&self, project: &ProjectId, message: &Send) -> Result<()> {
        let Some(task) = self.store.task(project, message.task).await? else { return Ok(()) };
        if task.state != TaskState::Pending || task.failed != message.attempt {
            return Ok(());
        }
        let told = match self.hand_over(project, &task).await {
            Ok(()) => return self.store.end_task(project, task.id, None).await,
            Err(Stopped::Store(error)) => return Err(error),
            Err(Stopped::Agent(told)) => told,
        };
        let (now, retries) = (Time::now(), limits::RETRY_MS.len() as u32);
        match plan(Err(told), task.failed, retries, random_share(), now) {
            Plan::Wait(wait, failure) => {
                let problem = failure.map(|failure| failure.message).unwrap_or_default();
                let next = send(&task, task.failed + 1).of_project(project);
                let by_message = wait.until.0 - now.0 <= limits::DELAYED_MESSAGE_MS;
                let due = if by_message { guard_of(wait.until) } else { wait.until };
                let is_counted = self.store.put_off_task(project, &task, &problem, due, &next.encode()).await?;
                match is_counted && by_message {
                    true => self.producer.send(vec![Outgoing::at(next, wait.until)]).await,
                    false => Ok(()),
                }
            }
            Plan::Fail(failure) => {
                tracing::info!(task = %task.id, code = failure.code, "a task is not delivered");
                self.store.end_task(project, task.id, Some(&failure.message)).await
            }
            Plan::Commit(_) => Ok(()),
        }
    }

    async fn hand_over(&self, project: &ProjectId, task: &SentTask) -> Result<(), Stopped> {
        let connection = self.store.connection(project, task.connection).await?;
        let Some(connection) = connection.filter(|connection| connection.state == ConnectionState::Active) else {
            return Err(AgentError::fail("not_connected", "The connection has ended, or was taken back.").into());
        };
        self.itself()?.deliver_task(&connection, task).await.map_err(undelivered)
    }

    /// Ends the tasks whose messages crashed their handlers.
    pub(crate) async fn end_dead_tasks(&self, project: &ProjectId, task: &Task, why: &str) -> Result<()> {
        match task {
            Task::Leave(leave) => self.store.forget_left(project, leave.connection).await,
            Task::Send(send) => self.store.end_task(project, send.task, Some(why)).await,
            Task::SendAll(all) => {
                let Some(sending) = self.store.sending(project, all.sending).await? else { return Ok(()) };
                for part in sending.connections.chunks(DIRECT) {
                    let tasks = sending.tasks(part);
                    let there = self.store.tasks_by_id(project, &ids(&tasks)).await?;
                    for task in tasks.into_iter().zip(there).filter_map(|(task, there)| there.is_none().then_some(task)) {
                        let failed = SentTask { state: TaskState::Failed, problem: Some(why.to_owned()), ..task };
                        self.store.put_task(project, &failed).await?;
                    }
                }
                self.store.sending_begun(project, sending.id).await
            }
            _ => Ok(()),
        }
    }
}

fn ids(tasks: &[SentTask]) -> Vec<TaskId> {
    tasks.iter().map(|task| task.id).collect()
}

fn send(task: &SentTask, attempt: u32) -> Task {
    Task::Send(Send { task: task.id, attempt })
}

fn send_all(sending: &Sending) -> Task {
    Task::SendAll(SendAll { sending: sending.id })
}

/// When a due message is sent again that is sent at this time: if what it is about is not over by then, the message is lost, or waits for
/// long. None for messages that are sent once.
pub(crate) fn again(message: &Message, sent: Time) -> Option<Time> {
    let made = match &message.task {
        Task::Send(send) => send.task.time(),
        Task::SendAll(all) => all.sending.time(),
        Task::Leave(leave) => leave.at,
        // They are not over as long as they are due.
        Task::Tell(_) | Task::Fill(_) | Task::Sweep(_) | Task::Existing(_) => return Some(guard_of(sent)),
        _ => return None,
    };
    Some(sent.plus((sent.0 - made.0).clamp(GUARD_MS, AGAIN_MS)))
}

/// When somebody looks whether what is stored or waited for at this time was sent.
pub(crate) fn guard_of(at: Time) -> Time {
    at.plus(GUARD_MS)
}
