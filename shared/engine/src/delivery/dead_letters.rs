//! Dead letters: messages that crashed their handler too often become failure records, and operations of sessions end. No agent is run
//! here.

use crate::Engine;
use crate::delivery::attempt::{Attempt, Ready, Step};
use crate::delivery::park::is_its_turn;
use crate::delivery::work::Work;
use crate::external::pending::Asked;
use crate::routing::routing_delivery;
use rookery_domain::{Error, OperationAt, Result, WorkflowRef};
use rookery_queue::{MAX_RECEIVES, Message, Route, Subject, Task};
use rookery_store::{Commit, Committed, Failure, Writes};

/// How many races may be lost before a dead letter is left for the next tick.
const ROUNDS: usize = 10;
/// Who ends operations whose messages are dead.
const DEAD_LETTERS: &str = "dead letters";

impl Engine {
    /// Records a message of a dead-letter queue as a failure that can be seen and replayed.
    pub async fn record_dead(&self, message: Message) -> Result<()> {
        if let Some(operation) = message.operation() {
            if operation.is_whole() {
                return Ok(()); // Whoever begins something in the session has it looked at again.
            }
            return self.end_dead_operation(&operation).await;
        }
        let failure = Failure {
            code: "crashed".into(),
            message: format!(
                "Its handler crashed or timed out {MAX_RECEIVES} times. Look at the function's log, then replay it."
            ),
            details: None,
        };
        if let Subject::Project(of) = &message.of {
            return self.end_dead_tasks(&of.project, &message.task, &failure.message).await;
        }
        if let (Some(workflow), Task::Route(route)) = (message.workflow(), &message.task) {
            return self.record_dead_route(workflow, route, &message, failure).await;
        }
        let Some(mut work) = Work::of(&message) else { return Ok(()) };
        for _ in 0..ROUNDS {
            let seen = self.see(&work).await?;
            if let Some(commit) = &seen.commit {
                self.resend(&work, commit, seen.root.as_deref()).await?;
                return self.write_lists_of(&work.workflow).await;
            }
            work.attempt = match &seen.parked {
                // The delivery waits for another attempt: this message did no harm.
                Some(parked) if !is_its_turn(&work, parked) => {
                    self.list_accepted_again(&work, seen.root.as_deref()).await?;
                    self.send_wait(&work, parked).await?;
                    return self.write_lists_of(&work.workflow).await;
                }
                Some(parked) => parked.attempt,
                None => 0,
            };
            // A deleted workflow, or an event that is no longer kept, leaves nothing to replay.
            let (Some(_), Some(version)) = (&seen.head, seen.version(&work)) else { return Ok(()) };
            let built = self.built(&work.workflow, version).await?;
            // A check is recorded whatever became of its schedule, and does not advance the schedule.
            let ready = Ready { root: seen.root, ..Ready::first(built, seen.event) };
            self.fail_pending(&work, &failure, Asked::No).await?;
            if let Step::Done(follows) = Attempt::new(self, &work, &ready).commit_failure(failure.clone()).await? {
                self.list_accepted(&work, &ready.built, ready.root.as_deref());
                self.producer.send(follows.outgoing).await?;
                self.flush_metrics().await;
                return self.write_lists_of(&work.workflow).await;
            }
        }
        Err(Error::unavailable("a dead letter's delivery is still being handled"))
    }

    /// Ends the operation that its session's workers crashed on, and has somebody look at what comes after.
    async fn end_dead_operation(&self, operation: &OperationAt) -> Result<()> {
        match self.sessions.end_crashed(&operation.session, DEAD_LETTERS).await? {
            Some(ended) => self.producer.send(vec![Message::wake(&ended.session.operation(ended.n + 1)).into()]).await,
            None => Ok(()),
        }
    }

    async fn record_dead_route(&self, workflow: &WorkflowRef, route: &Route, message: &Message, failure: Failure) -> Result<()> {
        let Some(item) = self.store.run_item(workflow, route.event.item).await? else { return Ok(()) };
        let Some(event) = item.events().find(|event| event.id == route.event.id) else { return Ok(()) };
        let delivery = routing_delivery(event.id);
        let commit = Commit::failed(event.id, delivery, event.cell.clone(), event.incarnation, failure, message.encode());
        let commit = Commit { version: Some(event.version), ..commit };
        if self.store.commit(workflow, &commit, Writes::default()).await? == Committed::LostKey {
            // The failure was replayed, and the replay's message died, too.
            self.store.mark_failed_again(workflow, commit.id).await?;
        }
        self.list_item(workflow, &item);
        self.write_lists_of(workflow).await
    }
}
