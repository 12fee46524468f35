//! Tasks of a stage that a provider of another deployment has, oldest first: a reply that does not say which task it answers finds the
//! oldest here.

use crate::item::{Item, malformed};
use crate::keys::{self, Key, Prefix};
use crate::pending::Pending;
use crate::sdk::Store;
use rookery_domain::{EventId, ProjectId, Result, StageId, Time, limits};

impl Store {
    /// Notes a task before it is sent.
    pub async fn put_outstanding_task(&self, project: &ProjectId, stage: StageId, pending: &Pending) -> Result<()> {
        let name = format!("{stage}#{:015}#{}", pending.created_at.0, pending.id.parts());
        let item = Item::new(&keys::of_connections(project, Prefix::OutstandingTask, &name));
        self.put(item.n("expires_at", pending.deadline.plus(limits::COMMIT_MS).ttl_seconds()), None).await.map(drop)
    }

    /// The tasks of a stage, oldest first.
    pub async fn outstanding_tasks(&self, project: &ProjectId, stage: StageId, limit: usize) -> Result<Vec<(Key, EventId)>> {
        let start = Prefix::OutstandingTask.sort(format!("{stage}#"));
        let (partition, now) = (keys::connections(project), Time::now());
        let page = self.page(&partition, &start, limit, None).await?;
        let alive = page.items.iter().filter(|item| !item.is_expired(now));
        alive
            .map(|item| {
                let sk = item.str("sk")?.to_owned();
                let id = sk.rsplit('#').next().and_then(EventId::of_parts).ok_or_else(|| malformed("sk"))?;
                Ok((Key { pk: partition.clone(), sk }, id))
            })
            .collect()
    }

    /// Forgets a task.
    pub async fn forget_outstanding_task(&self, key: &Key) -> Result<()> {
        self.delete(key).await
    }
}
