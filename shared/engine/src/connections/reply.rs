//! A reply is sent over a connection of the project: by a cell that answers, or because the workflow has failed.

use super::new_task::{Answers, NewTask, Recipients};
use super::replied::told;
use super::take::CONTEXT_ID;
use super::versions::fits_output;
use super::{ReplyIn, not_connected, rests};
use crate::connections::publish::published;
use crate::delivery::work::Work;
use crate::external::host::{EngineHost, Purpose, Stopped};
use crate::{Built, Engine};
use rookery_agents::{AgentError, ReplyTo, Retry, SendReply, TaskError};
use rookery_domain::{ClientName, ConnectionState, Error, Kind, Payload, ProjectId, Result, TaskId, TaskState, Time};
use rookery_store::{Commit, Connection, Failure, SentTask, TaskOrigin};
use serde_json::Value;
use std::sync::Arc;

impl EngineHost<'_> {
    pub(crate) async fn reply(&self, reply: SendReply<'_>) -> Result<Vec<TaskId>, Stopped> {
        match reply.to {
            ReplyTo::Connection(name) => Ok(vec![self.reply_over(name, reply).await?]),
            ReplyTo::Client(client) => self.reply_to_client(client, reply).await,
        }
    }

    /// Sends a reply over one connection. Whoever is at the other end has it when this is answered.
    async fn reply_over(&self, name: &str, reply: SendReply<'_>) -> Result<TaskId, Stopped> {
        let engine = self.engine.itself()?;
        let origin = engine.store.task_origin(&self.agent.workflow, self.work.run()).await?;
        // An event that lost the name on its way is still of the run that the task began.
        let of_run = origin.as_ref().map(|origin| origin.connection.to_string()).unwrap_or_default();
        let name = if name.is_empty() { &of_run } else { name };
        let connection = match engine.provided(self.project(), name).await {
            Err(error) if error.kind == Kind::NotFound => {
                let message = format!(
                    "This project has no active connection `{name}`: let `connection_token` give what the task came with."
                );
                return Err(AgentError::fail("not_connected", message).into());
            }
            found => found?,
        };
        let payload = without_context(reply.payload, origin.as_ref())?;
        let reply = SendReply { payload: &payload, ..reply };
        engine.judge_reply(&connection, reply.payload).await?.map_err(|(field, message)| {
            AgentError::fail("invalid_reply", format!("`{field}` {message}, by the `output_schema` of the entry point."))
        })?;
        if self.purpose != Purpose::Commit {
            self.refuse(format!("would reply over the connection {name}: {}", reply.payload.as_str()));
            return Err(AgentError::fail("reply_sent", "A dry run sends no replies.").into());
        }
        let task = self.task(&connection, &reply, origin);
        match engine.deliver_task(&connection, &task).await {
            Ok(()) => {
                engine.store.put_task(self.project(), &task).await?;
                Ok(task.id)
            }
            Err(error) => Err(undelivered(error)),
        }
    }

    /// Sends a reply over all active connections of a client, which the queues do. Every attempt sends the same.
    async fn reply_to_client(&self, client: &ClientName, reply: SendReply<'_>) -> Result<Vec<TaskId>, Stopped> {
        if self.purpose != Purpose::Commit {
            self.refuse(format!("would reply to the project {client}: {}", reply.payload.as_str()));
            return Err(AgentError::fail("reply_sent", "A dry run sends no replies.").into());
        }
        let origin = self.engine.store.task_origin(&self.agent.workflow, self.work.run()).await?;
        let parts = [b"replies", self.work.delivery.0.as_bytes().as_slice(), &self.work.arm.to_be_bytes()];
        let new = NewTask {
            id: Some(TaskId::of(reply.at, &parts)),
            to: Recipients::Client(client.clone()),
            task_type: reply.task_type.to_owned(),
            payload: reply.payload.clone(),
            answers: origin.and_then(|origin| Some(Answers::Over(origin.connection, origin.task?))),
            hop: reply.hop + 1,
            created_at: reply.at,
        };
        let sent = self.engine.send_tasks(self.project(), &new).await.map_err(undelivered)?;
        Ok(sent.into_iter().map(|task| task.id).collect())
    }

    /// The task that the reply is: the same in every attempt.
    fn task(&self, connection: &Connection, reply: &SendReply<'_>, origin: Option<TaskOrigin>) -> SentTask {
        let (work, id) = (self.work, connection.id());
        let answers = origin.filter(|origin| origin.connection == id).and_then(|origin| origin.task);
        SentTask {
            id: TaskId::of(reply.at, &[b"reply", work.delivery.0.as_bytes(), &work.arm.to_be_bytes(), id.0.as_bytes()]),
            connection: id,
            task_type: reply.task_type.to_owned(),
            payload: reply.payload.clone(),
            answers,
            hop: reply.hop + 1,
            state: TaskState::Delivered,
            failed: 0,
            problem: None,
            created_at: reply.at,
        }
    }
}

/// A payload without the conversation that the task's payload has got here: callers are told it by their protocol, and no schema knows it.
fn without_context(payload: &Payload, origin: Option<&TaskOrigin>) -> Result<Payload> {
    let context = origin.and_then(|origin| origin.context.as_deref());
    match (context, payload.value()) {
        (Some(context), Value::Object(fields)) if fields.get(CONTEXT_ID).is_some_and(|given| given == context) => {
            let mut fields = fields.clone();
            fields.shift_remove(CONTEXT_ID);
            Payload::of(Value::Object(fields))
        }
        _ => Ok(payload.clone()),
    }
}

/// What a cell is told whose reply was not taken.
pub(super) fn undelivered(error: Error) -> Stopped {
    match error.kind {
        Kind::Unavailable | Kind::Internal | Kind::StorageFull => Stopped::Store(error),
        Kind::Conflict if rests(error.code) => {
            Stopped::Agent(AgentError::retry("client_away", "The client's workflow does not run."))
        }
        Kind::Conflict if error.code == "away" => Stopped::Agent(AgentError::retry("client_away", error.message)),
        Kind::TooMany => {
            let after = Retry::After(error.retry_after_seconds().unwrap_or(60) as i64 * 1000);
            Stopped::Agent(AgentError { retry: after, ..AgentError::fail(error.code, error.message) })
        }
        Kind::NotFound => Stopped::Agent(AgentError::fail("not_connected", "The client's stage is not there any more.")),
        _ => Stopped::Agent(AgentError::from(error)),
    }
}

impl Engine {
    /// The active connection of a provider that has this public name.
    pub(crate) async fn provided(&self, provider: &ProjectId, name: &str) -> Result<Connection> {
        let id = name.parse().map_err(|_| not_connected())?;
        let connection = self.store.connection(provider, id).await?;
        connection.filter(|connection| connection.state == ConnectionState::Active).ok_or_else(not_connected)
    }

    /// Checks what a reply says; or gives the field and what is wrong with it.
    pub(crate) async fn judge_reply(&self, connection: &Connection, payload: &Payload) -> Result<Result<(), (String, String)>> {
        let ends = &connection.ends;
        let entry = self.store.entry_point(ends.project(), ends.entry).await?;
        Ok(entry.map_or(Ok(()), |entry| fits_output(&entry, payload)))
    }

    /// Gives a task to the stage at the other end.
    pub(crate) async fn deliver_task(self: &Arc<Self>, connection: &Connection, task: &SentTask) -> Result<()> {
        let reply = ReplyIn {
            id: task.id.to_string(),
            task_type: task.task_type.clone(),
            payload: task.payload.clone(),
            answers: task.answers.clone(),
            error: None,
            hop: task.hop,
        };
        self.deliver_reply(connection, reply).await
    }

    async fn deliver_reply(self: &Arc<Self>, connection: &Connection, reply: ReplyIn) -> Result<()> {
        match &connection.ends.agent {
            Some(stage) => self.take_reply(stage, connection.id(), reply).await,
            None if connection.is_of_callers() => self.keep_reply(connection, reply.answers.as_deref(), told(&reply)).await,
            None => self.send_reply(connection, &reply).await,
        }
    }

    /// Tells whoever sent the task that a run is of that the run has failed: at a failure that no cell handles.
    pub(crate) async fn tell_failure(&self, work: &Work, built: &Built, commit: &Commit) -> Result<()> {
        let Some(failure) = &commit.failure else { return Ok(()) };
        let is_handled = !built.graph.route(&work.cell, &["on_error".to_owned()]).is_empty();
        if is_handled || published(built).next().is_none() {
            return Ok(());
        }
        let Some(origin) = self.store.task_origin(&work.workflow, work.run()).await? else { return Ok(()) };
        let Some(connection) = self.store.connection(&work.workflow.project, origin.connection).await? else { return Ok(()) };
        let reply = ReplyIn {
            id: TaskId::of(Time(0), &[b"failure", commit.id.own.as_bytes()]).to_string(),
            task_type: String::new(),
            payload: Payload::stored("{}".to_owned()),
            answers: origin.task,
            error: Some(TaskError { code: failure.code.clone(), message: message_for(&connection, failure) }),
            hop: 0,
        };
        match self.itself()?.deliver_reply(&connection, reply).await {
            Err(error) if matches!(error.kind, Kind::Unavailable | Kind::Internal | Kind::StorageFull) => Err(error),
            Err(error) => {
                tracing::info!(%error, "nobody is told of a failure");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }
}

/// What a client is told of a failure. Messages may have addresses and more, so only a stage of the provider's own project is told all, and
/// a caller with a key sees it in the run.
fn message_for(connection: &Connection, failure: &Failure) -> String {
    match connection.ends.is_own() && !connection.is_of_callers() {
        true => failure.message.clone(),
        false => message_for_others(&failure.code, &failure.message),
    }
}

/// What others are told of a failure: of what both sides have agreed on, all; else only the code.
pub(super) fn message_for_others(code: &str, message: &str) -> String {
    match code {
        "invalid_reply" => message.to_owned(),
        _ => format!("The provider's workflow failed (`{code}`). Who may read its runs sees why."),
    }
}
