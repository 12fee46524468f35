//! Stages that are gone whose providers elsewhere do not know it yet: what each stage used, with the message that is due when its provider is to be
//! told again.

use crate::item::Item;
use crate::keys::{self, Key, Prefix};
use crate::sdk::Store;
use crate::tasks::with_due;
use crate::used_entry_points::UsedEntryPoint;
use rookery_domain::{ConnectionId, Error, ProjectId, Result, Time};

impl Store {
    /// Notes that a provider is to be told that a stage is gone, by a message that is due at a time, and until when.
    pub async fn put_left(&self, used: &UsedEntryPoint, due: Time, message: &str, until: Time) -> Result<()> {
        let key = key(&used.agent.workflow.project, used.connection);
        let text = serde_json::to_string(used).map_err(Error::internal)?;
        let item = Item::new(&key).packed("text", &text).n("expires_at", until.ttl_seconds());
        self.put(with_due(item, &key, due, message), None).await.map(drop)
    }

    /// What a stage used that is gone, if its provider is still to be told.
    pub async fn left(&self, project: &ProjectId, connection: ConnectionId) -> Result<Option<UsedEntryPoint>> {
        let item = self.get(key(project, connection)).await?;
        item.map(|item| serde_json::from_str(&item.unpacked("text")?).map_err(Error::internal)).transpose()
    }

    /// Notes that a provider is told, or not to be told again.
    pub async fn forget_left(&self, project: &ProjectId, connection: ConnectionId) -> Result<()> {
        self.delete(&key(project, connection)).await
    }
}

fn key(project: &ProjectId, connection: ConnectionId) -> Key {
    keys::of_connections(project, Prefix::LeftStage, &connection.to_string())
}
