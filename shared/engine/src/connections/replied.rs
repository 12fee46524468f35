//! A reply comes to a stage: the first one that answers an outstanding task ends the wait of its delivery, and each other one is an event
//! of the stage, in a run of its own.

use super::{ReplyIn, not_connected};
use crate::{Engine, Incoming};
use rookery_agents::{TaskReply, task_groups};
use rookery_domain::{AgentRef, ConnectionId, Error, EventId, Result, Time};
use rookery_store::{Pending, Workflow};
use std::sync::Arc;

impl Engine {
    /// Takes a reply that came over the connection of a stage. The same reply again changes nothing.
    pub(super) async fn take_reply(self: &Arc<Self>, stage: &AgentRef, connection: ConnectionId, reply: ReplyIn) -> Result<()> {
        let workflow = self.store.known_workflow(&stage.workflow).await?.filter(|workflow| !workflow.deleted);
        let workflow = workflow.ok_or_else(not_connected)?;
        if let Some(pending) = self.answered_by(stage, connection, &reply).await?
            && self.answer_task(&pending, &reply).await?
        {
            return Ok(());
        }
        match reply.error {
            Some(_) => Ok(()), // Nobody waits for what went wrong.
            None => self.accept_reply(&workflow, stage, reply).await,
        }
    }

    /// Takes a reply of a provider that does not say what it answers: the oldest outstanding task of the stage, if there is one.
    pub(super) async fn take_plain_reply(
        self: &Arc<Self>,
        stage: &AgentRef,
        connection: ConnectionId,
        reply: ReplyIn,
    ) -> Result<()> {
        while let Some(pending) = self.oldest_outstanding(stage, &reply.id).await? {
            if self.answer_task(&pending, &reply).await? {
                return Ok(());
            }
        }
        self.take_reply(stage, connection, reply).await
    }

    /// The record of the task that a reply answers, if the stage sent that task over this connection.
    async fn answered_by(&self, stage: &AgentRef, connection: ConnectionId, reply: &ReplyIn) -> Result<Option<Pending>> {
        let Some(id) = reply.answers.as_deref().and_then(EventId::of_parts) else { return Ok(None) };
        let pending = self.store.pending(&stage.workflow, id).await?;
        // A connection is of one stage.
        Ok(pending.filter(|pending| pending.task.as_ref().is_some_and(|task| task.connection == connection)))
    }

    /// Answers the record, and wakes its delivery: `false` if another reply has answered it, or nobody waits any more.
    async fn answer_task(&self, pending: &Pending, reply: &ReplyIn) -> Result<bool> {
        let now = Time::now();
        let told = serde_json::to_string(&told(reply)).map_err(Error::internal)?;
        if !self.store.answer_pending(pending, &told, now).await? {
            let ended = self.store.pending(&pending.agent.workflow, pending.id).await?;
            let Some(answer) = ended.and_then(|ended| ended.answer) else {
                self.store.note_late_answer(pending, now).await?;
                return Ok(false);
            };
            let answer: TaskReply = serde_json::from_str(&answer).map_err(Error::internal)?;
            if answer.id != reply.id {
                return Ok(false);
            }
        }
        // The delivery is woken for a repeated reply, too: the first may have been stored without its message being sent (rule 3).
        self.wake(pending).await?;
        Ok(true)
    }

    /// Makes an event of a reply.
    async fn accept_reply(self: &Arc<Self>, workflow: &Workflow, stage: &AgentRef, reply: ReplyIn) -> Result<()> {
        let built = self.active(workflow).await?;
        let is_gone = |error: &Error| error.code == "not_found";
        let (cell, agent) = built.agent(&stage.cell).map_err(|error| if is_gone(&error) { not_connected() } else { error })?;
        if cell.incarnation != stage.incarnation {
            return Err(not_connected());
        }
        let id = EventId::keyed(stage, &format!("reply {}", reply.id));
        let groups = task_groups("on_reply", &reply.task_type);
        let incoming = Incoming { id: Some(id), hop: reply.hop, ..Incoming::new(reply.payload, groups, None) };
        self.accept(workflow, &built, cell, agent, incoming).await.map(drop)
    }
}

/// What is stored of a reply.
pub(super) fn told(reply: &ReplyIn) -> TaskReply {
    TaskReply {
        id: reply.id.clone(),
        task_type: reply.task_type.clone(),
        payload: reply.payload.clone(),
        error: reply.error.clone(),
    }
}
