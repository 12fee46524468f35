//! What a person does to a request to an external agent, or to a question to somebody else: finding it, cancelling it, sending it again. A task that waits for its reply is
//! cancelled in the same way.

use crate::Engine;
use crate::external::pending::delivery_of;
use rookery_domain::{Error, EventId, Kind, PendingState, Result, WorkflowRef};
use rookery_store::{Pending, Request};

impl Engine {
    /// Cancels a request: no result is accepted any more, and its delivery ends.
    pub async fn cancel_request(&self, workflow: &WorkflowRef, id: EventId) -> Result<Request> {
        let request = self.find_request(workflow, id).await?;
        let closed = self.close_pending(&request.pending, PendingState::Cancelled, None).await?;
        let request = self.find_request(workflow, id).await?;
        if !closed && request.pending.state != PendingState::Cancelled {
            let message = format!("The request is {} already.", request.state().as_str());
            return Err(Error::new(
                Kind::Conflict,
                "request_over",
                message,
                "Only a request that is outstanding can be cancelled.",
            ));
        }
        self.wake(&request.pending).await?;
        Ok(request)
    }

    /// Ends the wait for the reply to a task that a stage has sent: a reply is an event of its own from now on, and the delivery ends.
    pub async fn cancel_task(&self, workflow: &WorkflowRef, task: &str) -> Result<Pending> {
        let unknown = || Error::not_found("task");
        let id = EventId::of_parts(task).filter(|id| id.parts() == task).ok_or_else(unknown)?;
        let find = async || self.store.pending(workflow, id).await?.filter(|pending| pending.task.is_some()).ok_or_else(unknown);
        let closed = self.close_pending(&find().await?, PendingState::Cancelled, None).await?;
        let pending = find().await?;
        if !closed && pending.state != PendingState::Cancelled {
            let message = format!("The task is {} already.", pending.state.as_str());
            return Err(Error::new(
                Kind::Conflict,
                "task_over",
                message,
                "Only a task that waits for its reply can be cancelled.",
            ));
        }
        self.wake(&pending).await?;
        Ok(pending)
    }

    /// Makes a request again that has ended, as a new one in the next arm of the same delivery. Repeating this makes no further request.
    pub async fn retry_request(&self, workflow: &WorkflowRef, id: EventId) -> Result<EventId> {
        let request = self.find_request(workflow, id).await?;
        if request.pending.state == PendingState::Open {
            let remedy = "Cancel it first, or wait for its deadline.";
            return Err(Error::new(Kind::Conflict, "request_open", "The request is still outstanding.", remedy));
        }
        self.producer.send(vec![delivery_of(&request.pending).replay().into()]).await?;
        Ok(EventId::request(id.run, request.pending.delivery, request.pending.arm + 1))
    }

    /// Reads a request of a workflow.
    pub async fn find_request(&self, workflow: &WorkflowRef, id: EventId) -> Result<Request> {
        self.store.request(workflow, id).await?.ok_or_else(|| Error::not_found("request"))
    }
}
