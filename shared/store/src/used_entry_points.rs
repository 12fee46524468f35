//! What a client keeps of the entry points that its stages use: one item for each stage.

use crate::item::Item;
use crate::keys::{self, Key, Prefix};
use crate::page::{Cursor, Page};
use crate::sdk::Store;
use rookery_domain::{AgentRef, ConnectionId, EntryPointId, Error, ProjectId, Result, StageId, Time};
use serde::{Deserialize, Serialize};

/// The entry point that a stage uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedEntryPoint {
    /// The stage's agent.
    pub agent: AgentRef,
    /// Where the entry point is.
    pub provider: Provider,
    /// The public name of the connection.
    pub connection: ConnectionId,
    /// When they were connected.
    pub created_at: Time,
}

/// Where an entry point is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Provider {
    /// In a project of this deployment.
    Here {
        /// The project.
        project: ProjectId,
        /// The entry point.
        entry: EntryPointId,
    },
}

impl UsedEntryPoint {
    /// The stage's id.
    pub fn stage(&self) -> StageId {
        StageId::of(&self.agent)
    }
}

impl Store {
    /// Notes what a stage uses.
    pub async fn put_used_entry_point(&self, used: &UsedEntryPoint) -> Result<()> {
        let item = Item::new(&key(&used.agent.workflow.project, used.stage()));
        let text = serde_json::to_string(used).map_err(Error::internal)?;
        self.put(item.packed("text", &text), None).await.map(drop)
    }

    /// What a stage uses.
    pub async fn used_entry_point(&self, project: &ProjectId, stage: StageId) -> Result<Option<UsedEntryPoint>> {
        self.get(key(project, stage)).await?.map(|item| read(&item)).transpose()
    }

    /// A page of what the stages of a project use.
    pub async fn used_entry_points(
        &self,
        project: &ProjectId,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<UsedEntryPoint>> {
        self.page(&keys::connections(project), &Prefix::Used.start(), limit, cursor).await?.try_map(|item| read(&item))
    }

    /// Forgets what a stage uses.
    pub async fn forget_used_entry_point(&self, used: &UsedEntryPoint) -> Result<()> {
        self.delete(&key(&used.agent.workflow.project, used.stage())).await
    }
}

fn key(project: &ProjectId, stage: StageId) -> Key {
    keys::of_connections(project, Prefix::Used, &stage.to_string())
}

fn read(item: &Item) -> Result<UsedEntryPoint> {
    serde_json::from_str(&item.unpacked("text")?).map_err(Error::internal)
}
