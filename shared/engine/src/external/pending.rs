//! What deliveries wait for: a record that is stored before something is asked of somebody. It is answered once, or ended by its
//! deadline, a failure or a person. Requests to external agents are one kind, questions to persistent agents another, questions to persons a
//! third; this file is the same for all kinds.

use crate::delivery::work::Work;
use crate::external::host::{EngineHost, Stopped};
use crate::{Engine, PublicUrl};
use rookery_agents::{AgentError, Reply};
use rookery_domain::{Error, EventId, PendingState, ProjectId, Result, Time, WorkflowId, WorkflowRef, random_token};
use rookery_queue::{Deliver, Message, Task};
use rookery_store::{Failure, Pending};

/// Characters of the secret by which an answer is believed.
const SECRET_CHARS: usize = 40;

/// How far an attempt got with what it asked of others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The agent did not ask.
    #[default]
    No,
    /// The agent asked, and the answer has not come.
    Waiting,
    /// The agent was told the answer, or how the wait ended.
    Told,
}

/// The id of the pending record of a delivery's arm.
pub(crate) fn pending_id(work: &Work) -> EventId {
    EventId::request(work.run(), work.delivery, work.arm)
}

/// By this text an answer finds its record and is believed: twelve characters of project, twelve of workflow, sixty-four of the record, and the
/// secret.
pub(crate) fn token_of(pending: &Pending) -> String {
    let workflow = &pending.agent.workflow;
    format!("{}{}{}{}", workflow.project, workflow.workflow, pending.id.parts(), pending.token)
}

/// Reads what [`token_of`] wrote: the workflow, the record, and the secret, which is still to be compared.
pub(crate) fn split_token(token: &str) -> Option<(WorkflowRef, EventId, &str)> {
    let (project, rest) = token.split_at_checked(ProjectId::LENGTH)?;
    let (workflow, rest) = rest.split_at_checked(WorkflowId::LENGTH)?;
    let (id, secret) = rest.split_at_checked(64)?;
    let workflow = WorkflowRef { project: project.parse().ok()?, workflow: workflow.parse().ok()? };
    Some((workflow, EventId::of_parts(id)?, secret))
}

/// The message of the delivery that waits for a pending record.
pub(crate) fn delivery_of(pending: &Pending) -> Message {
    let (event, cell) = (pending.event, pending.agent.cell.clone());
    Task::Deliver(Deliver { event, cell, arm: pending.arm, attempt: 0, reply: false }).of(&pending.agent.workflow)
}

impl EngineHost<'_> {
    /// The address at which answers come in.
    pub(crate) fn address(&self) -> Result<&PublicUrl, AgentError> {
        self.engine.public_url().ok_or_else(|| {
            let message = "Rookery does not know its own address: set ROOKERY_PUBLIC_URL, so that results find it.";
            AgentError::fail("no_base_url", message)
        })
    }

    /// A record that is not stored yet.
    pub(crate) fn new_pending(&self, deadline_ms: i64) -> Result<Pending> {
        let (work, now) = (self.work, Time::now());
        Ok(Pending {
            id: pending_id(work),
            agent: self.agent.clone(),
            event: work.event_at().ok_or_else(|| Error::internal("a request is made for an event"))?,
            delivery: work.delivery,
            arm: work.arm,
            state: PendingState::Open,
            token: random_token(SECRET_CHARS),
            trace: rookery_trace::current().map(|trace| trace.to_string()),
            created_at: now,
            ended_at: None,
            deadline: now.plus(deadline_ms),
            answer: None,
            failure: None,
            late_at: None,
            session: None,
            task: None,
        })
    }

    /// What the agent is told of a record that has ended, or whose deadline has passed; none while it waits.
    pub(crate) async fn ended(&self, pending: &Pending) -> Result<Option<Reply>, Stopped> {
        Ok(Some(match (pending.state, &pending.answer) {
            (PendingState::Answered, Some(answer)) => Reply::Result(answer.clone()),
            (PendingState::Answered, None) => return Err(Error::internal("an answered request has no answer").into()),
            (PendingState::Cancelled, _) => Reply::Cancelled,
            (PendingState::Expired, _) => Reply::Expired,
            (PendingState::Failed, _) => {
                let unknown = || Failure { code: "failed".into(), message: "The call failed.".into(), details: None };
                let failure = pending.failure.clone().unwrap_or_else(unknown);
                let error = AgentError::fail(&failure.code, failure.message);
                return Err(AgentError { details: failure.details, ..error }.into());
            }
            (PendingState::Open, _) if Time::now() >= pending.deadline => self.expire(pending).await?,
            (PendingState::Open, _) => return Ok(None),
        }))
    }

    /// Ends a record whose deadline has passed, unless its answer came just now.
    async fn expire(&self, pending: &Pending) -> Result<Reply> {
        if self.engine.close_pending(pending, PendingState::Expired, None).await? {
            return Ok(Reply::Expired);
        }
        let ended = self.engine.store.pending(&self.agent.workflow, pending.id).await?;
        Ok(match ended {
            Some(Pending { answer: Some(answer), .. }) => Reply::Result(answer),
            Some(Pending { state: PendingState::Cancelled, .. }) => Reply::Cancelled,
            _ => Reply::Expired,
        })
    }
}

impl Engine {
    /// Ends a record without an answer, and what was asked with it: `false` when it had ended before.
    pub(crate) async fn close_pending(&self, pending: &Pending, state: PendingState, failure: Option<&Failure>) -> Result<bool> {
        let is_closed = self.store.close_pending(pending, state, failure, Time::now()).await?;
        // If this is not done, whoever works on the operation finds that nobody waits for it.
        if is_closed && pending.session.is_some() {
            self.sessions.end_asked(pending, "The workflow that asked does not wait for the answer any more.").await?;
        }
        Ok(is_closed)
    }

    /// The pending record of a delivery's arm, if it has one.
    pub(crate) async fn pending_of(&self, work: &Work) -> Result<Option<Pending>> {
        self.store.pending(&work.workflow, pending_id(work)).await
    }

    /// Ends the open pending record of a delivery that fails for good, so that no answer is accepted that nobody reads. `false`
    /// when the record has already ended and the agent was not told: then the agent must run again.
    pub(crate) async fn fail_pending(&self, work: &Work, failure: &Failure, asked: Asked) -> Result<bool> {
        let Some(pending) = self.pending_of(work).await? else { return Ok(true) };
        if pending.state == PendingState::Open {
            return self.close_pending(&pending, PendingState::Failed, Some(failure)).await;
        }
        Ok(asked != Asked::Waiting || pending.state == PendingState::Failed)
    }

    /// Whether the pending record of a delivery has ended, so that the delivery need not wait.
    pub(crate) async fn is_replied(&self, work: &Work) -> Result<bool> {
        Ok(self.pending_of(work).await?.is_some_and(|pending| pending.state != PendingState::Open))
    }

    /// Wakes the delivery that waits for the end of a pending record.
    pub(crate) async fn wake(&self, pending: &Pending) -> Result<()> {
        // The delivery goes on in the trace of its run, not in that of whoever answers.
        let trace = pending.trace.as_deref().and_then(rookery_trace::Context::parse);
        rookery_trace::within(trace, self.producer.send(vec![delivery_of(pending).as_reply().into()])).await
    }
}
