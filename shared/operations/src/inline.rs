//! A prompt that is done in the process of its caller: a task does it, and nobody who leaves stops it. No message is held for it; if the
//! process dies, the guard of the prompt has it done behind the queue.

use crate::Operations;
use crate::runner::Scope;
use rookery_domain::{OperationAt, Result};
use rookery_queue::Message;
use tokio::task::JoinHandle;

impl Operations {
    /// Does an operation that was just admitted, in a task of its own.
    pub(crate) fn spawn(&self, operation: &OperationAt) -> JoinHandle<()> {
        let (operations, operation) = (self.clone(), operation.clone());
        self.tasks.spawn(async move {
            if let Err(error) = operations.work_inline(&operation).await {
                tracing::error!(%error, run = operation.run_id(), "a prompt goes on behind the queue");
                operations.wake(&operation).await;
            }
        })
    }

    async fn work_inline(&self, operation: &OperationAt) -> Result<()> {
        let mut turn = self.at_work.begin_inline(&operation.session, operation.n).await;
        loop {
            self.work(&operation.session, Scope::One(operation.n)).await?;
            match turn.end() {
                Some(again) => turn = again,
                None => return Ok(()),
            }
        }
    }

    /// Sends the message that has an operation done. If that fails, its guard is sent when it is due.
    pub(crate) async fn wake(&self, operation: &OperationAt) {
        if let Err(error) = self.producer.send(vec![Message::wake(operation).into()]).await {
            tracing::warn!(%error, run = operation.run_id(), "an operation waits for its guard");
        }
    }

    /// Waits for the prompts that are done in this process.
    pub async fn drain(&self) {
        self.tasks.close();
        self.tasks.wait().await;
        self.tasks.reopen();
    }
}
