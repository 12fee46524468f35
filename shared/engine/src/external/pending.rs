//! What deliveries wait for: a record that is stored before something is asked of somebody, is answered once, and is ended by its
//! deadline, a failure or a person. Requests to external agents are the first kind; which kind it is matters to nobody here.

use crate::Engine;
use crate::delivery::work::Work;
use rookery_domain::{EventId, PendingState, Result, Time};
use rookery_queue::{Deliver, Message, Task};
use rookery_store::{Failure, Pending};

/// How far an attempt came with what it asked of others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The agent did not ask.
    #[default]
    No,
    /// It asked, and was told nothing that ends the wait.
    Waiting,
    /// It was told how that ended.
    Told,
}

/// The pending record of a delivery's arm.
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

    /// Ends the open pending record of a delivery that fails for good, so that no answer is taken for nothing. `false` when it has an
    /// end that the agent was to be told, and was not: then the agent is to run again.
    pub(crate) async fn fail_pending(&self, work: &Work, failure: &Failure, asked: Asked) -> Result<bool> {
        let Some(pending) = self.pending_of(work).await? else { return Ok(true) };
        if pending.state == PendingState::Open {
            return self.store.close_pending(&pending, PendingState::Failed, Some(failure), Time::now()).await;
        }
        Ok(asked != Asked::Waiting || pending.state == PendingState::Failed)
    }

    /// Whether what a delivery waits for has ended, so that the delivery need not wait.
    pub(crate) async fn is_replied(&self, work: &Work) -> Result<bool> {
        Ok(self.pending_of(work).await?.is_some_and(|pending| pending.state != PendingState::Open))
    }

    /// Wakes the delivery that waits for the end of a pending record.
    pub(crate) async fn wake(&self, pending: &Pending) -> Result<()> {
        // It goes on in the trace of the run, not in that of who answers.
        let trace = pending.trace.as_deref().and_then(rookery_trace::Context::parse);
        rookery_trace::within(trace, self.producer.send(vec![delivery_of(pending).as_reply().into()])).await
    }
}
