//! Behind the queue `agents`: whoever is woken for a session does what is asked of it, in order, until nothing is left.
//!
//! No operation is forgotten: whoever works on a session has a message that is not acknowledged. A message is acknowledged only when
//! nothing is open or waiting any more, or while somebody else works, whose own message comes again if they die.

use crate::Operations;
use crate::at_work::AtWork;
use crate::runner::Worked;
use rookery_domain::{Kind, OperationAt, Result, Time, WorkflowRef};
use rookery_queue::{Handler, Message, Outgoing, Queue, Task};
use std::collections::HashSet;
use tokio::time::Instant;

/// How long a guard rests that finds somebody at work, in milliseconds.
const REST_MS: i64 = 60_000;

/// Handles the `agents` queue.
pub struct Operator {
    operations: Operations,
    at_work: AtWork,
}

impl Operator {
    /// The handler that does these operations.
    pub fn new(operations: Operations) -> Self {
        Operator { operations, at_work: AtWork::default() }
    }

    /// Looks at the session of an operation.
    async fn wake(&self, operation: &OperationAt, message: &Message) -> Result<()> {
        match self.operations.store.known_project(&operation.session.project).await {
            Err(error) if error.kind == Kind::NotFound => return Ok(()), // The project is deleted, and its sessions with it.
            known => drop(known?),
        }
        let ends = Instant::now() + Queue::Agents.budget();
        // Whoever works on the session in this process has a message, and looks at the session once more.
        let Some(mut turn) = self.at_work.begin(&operation.session) else { return Ok(()) };
        let worked = loop {
            let worked = self.operations.work(&operation.session, ends).await?;
            match turn.end() {
                Some(again) => turn = again,
                None => break worked,
            }
        };
        // Whoever ended it may have died before that was noted in the inbox.
        self.operations.sessions.finish(operation, None).await?;
        match (worked, &message.task) {
            (Worked::Elsewhere { n }, Task::Wake(wake)) if wake.guard && n == wake.n => {
                let later = Outgoing::at(message.clone(), Time::now().plus(REST_MS));
                self.operations.producer.send(vec![later]).await
            }
            _ => Ok(()),
        }
    }
}

impl Handler for Operator {
    const QUEUE: Queue = Queue::Agents;

    async fn handle(&self, message: Message) -> Result<()> {
        match message.operation() {
            Some(operation) => self.wake(&operation, &message).await,
            None => self.operations.producer.send(vec![message.into()]).await, // The message strayed: it goes to its own queue.
        }
    }

    async fn write_gathered(&self) -> HashSet<WorkflowRef> {
        HashSet::new()
    }
}
