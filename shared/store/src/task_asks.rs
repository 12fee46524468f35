//! What deliveries ask of entry points: pending records that are answered by a reply.

use crate::item::Item;
use crate::pending::{Opened, Pending};
use crate::sdk::Store;
use rookery_domain::{ConnectionId, Result, RunId};

/// The task that a delivery sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedTask {
    /// The connection that it goes over.
    pub connection: ConnectionId,
    /// The run that it begins, if the provider is of this deployment.
    pub run: Option<RunId>,
}

impl AskedTask {
    pub(crate) fn read(item: &Item) -> Result<Option<Self>> {
        let Some(_) = item.opt_str("conn") else { return Ok(None) };
        let run = item.opt_str("run").and_then(|run| run.parse().ok());
        Ok(Some(AskedTask { connection: item.parse("conn")?, run }))
    }
}

impl Store {
    /// Stores the record before a task is sent, unless its agent has `most` of them outstanding.
    pub async fn open_task_ask(&self, pending: &Pending, task: &AskedTask, most: u32) -> Result<Opened> {
        let add = |item: Item| item.s("conn", task.connection).maybe(task.run, |item, run| item.s("run", run));
        self.open_pending(pending, add, most).await
    }
}
