//! What deliveries wait for: a record that is stored before something is asked of somebody. It is answered once, or ended by its
//! deadline, a failure or a person. Requests to external agents are its first kind; this file is the same for all kinds.

use crate::Engine;
use crate::delivery::work::Work;
use rookery_domain::{EventId, PendingState, Result, Time};
use rookery_queue::{Deliver, Message, Task};
use rookery_store::{Failure, Pending};

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

/// The message of the delivery that waits for a pending record.
pub(crate) fn delivery_of(pending: &Pending) -> Message {
    let (event, cell) = (pending.event, pending.agent.cell.clone());
    Task::Deliver(Deliver { event, cell, arm: pending.arm, attempt: 0, reply: false }).of(&pending.agent.workflow)
}

impl Engine {
    /// The pending record of a delivery's arm, if it has one.
    pub(crate) async fn pending_of(&self, work: &Work) -> Result<Option<Pending>> {
        self.store.pending(&work.workflow, pending_id(work)).await
    }

    /// Ends the open pending record of a delivery that fails for good, so that no answer is accepted that nobody reads. `false`
    /// when the record has already ended and the agent was not told: then the agent must run again.
    pub(crate) async fn fail_pending(&self, work: &Work, failure: &Failure, asked: Asked) -> Result<bool> {
        let Some(pending) = self.pending_of(work).await? else { return Ok(true) };
        if pending.state == PendingState::Open {
            return self.store.close_pending(&pending, PendingState::Failed, Some(failure), Time::now()).await;
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
