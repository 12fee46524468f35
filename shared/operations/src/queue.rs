//! Behind the queue `agents`: whoever is woken for a session does what is asked of it, in order, until nothing is left.
//!
//! No operation is forgotten: whoever works on a session has a message that is not acknowledged. A message is acknowledged only when
//! nothing is open or waiting any more, or while somebody else works, whose own message comes again if they die.

use crate::Operations;
use crate::at_work::Busy;
use crate::runner::{Scope, Worked};
use rookery_domain::{Kind, OperationAt, Result, Time, WorkflowRef};
use rookery_queue::{Handler, Message, Outgoing, Queue, Task};
use std::collections::HashSet;
use tokio::time::Instant;

/// How long a guard rests that finds somebody at work, in milliseconds.
const REST_MS: i64 = 60_000;

/// Handles the `agents` queue.
pub struct Operator {
    operations: Operations,
}

impl Operator {
    /// The handler that does these operations.
    pub fn new(operations: Operations) -> Self {
        Operator { operations }
    }

    /// Looks at the session of an operation.
    async fn wake(&self, operation: &OperationAt, message: &Message) -> Result<()> {
        match self.operations.store.known_project(&operation.session.project).await {
            Err(error) if error.kind == Kind::NotFound => return Ok(()), // The project is deleted, and its sessions with it.
            known => drop(known?),
        }
        if operation.is_whole() {
            return self.operations.expire(&operation.session, Time::now()).await;
        }
        let ends = Instant::now() + Queue::Agents.budget();
        let mut turn = match self.operations.at_work.begin(&operation.session) {
            Ok(turn) => turn,
            // A prompt that is done for a caller has no other message than this.
            Err(Busy { inline: Some(n) }) if is_guard_of(message, n) => return self.rest(message).await,
            // Whoever works on the session in this process looks at it once more.
            Err(_) => return Ok(()),
        };
        let worked = loop {
            let worked = self.operations.work(&operation.session, Scope::All(ends)).await?;
            match turn.end() {
                Some(again) => turn = again,
                None => break worked,
            }
        };
        // Whoever ended it may have died before that was noted in the inbox.
        self.operations.sessions.finish(operation, None).await?;
        match worked {
            Worked::Elsewhere { n } if is_guard_of(message, n) => self.rest(message).await,
            Worked::Elsewhere { .. } | Worked::Done => Ok(()),
        }
    }

    /// Has a guard come again later.
    async fn rest(&self, message: &Message) -> Result<()> {
        let later = Outgoing::at(message.clone(), Time::now().plus(REST_MS));
        self.operations.producer.send(vec![later]).await
    }
}

fn is_guard_of(message: &Message, n: u64) -> bool {
    matches!(&message.task, Task::Wake(wake) if wake.guard && wake.n == n)
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
