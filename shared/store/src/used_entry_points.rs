//! What a client keeps of the entry points that its stages use: one item for each stage.

use crate::expression::Expr;
use crate::item::Item;
use crate::keys::{self, Key, Prefix};
use crate::page::{Cursor, Page};
use crate::sdk::Store;
use rookery_domain::{
    AgentRef, ConnectionId, ConnectionState, EntryPointId, Error, ProjectId, Result, StageId, Time, hashed_uuid,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

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
    /// In a project of another deployment.
    Elsewhere(Box<Elsewhere>),
}

/// An entry point of another deployment, as a stage of this one is connected with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// The address of tasks of its project.
    pub tasks_url: String,
    /// The project.
    pub project: String,
    /// The entry point.
    pub entry_point: String,
    /// The token of the connection.
    pub token: WireToken,
    /// Where replies go, as the provider was told.
    pub task_url: String,
    /// How it stands with the connection, as the provider said last.
    pub state: ConnectionState,
    /// What the provider listed last of its payloads.
    #[serde(default)]
    pub schemas: Schemas,
}

/// The JSON Schemas of an entry point, if it has some.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schemas {
    /// Of the payloads of tasks.
    pub input: Option<Value>,
    /// Of the payloads of replies.
    pub output: Option<Value>,
}

/// A token that a provider of another deployment gave: a secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WireToken(String);

impl WireToken {
    /// A token.
    pub fn new(text: String) -> Self {
        WireToken(text)
    }

    /// The token itself, to be sent to its provider.
    pub fn shown(&self) -> &str {
        &self.0
    }

    /// By what a stage is found that has this token: not the token itself.
    fn hash(text: &str) -> String {
        hashed_uuid(&[b"token", text.as_bytes()]).simple().to_string()
    }
}

impl fmt::Debug for WireToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WireToken")
    }
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
        if let Provider::Elsewhere(there) = &used.provider {
            let project = &used.agent.workflow.project;
            let found = keys::of_connections(project, Prefix::TokenOfStage, &WireToken::hash(&there.token.0));
            self.put(Item::new(&found).s("task", used.stage()), None).await?;
        }
        let item = Item::new(&key(&used.agent.workflow.project, used.stage()));
        let text = serde_json::to_string(used).map_err(Error::internal)?;
        self.put(item.packed("text", &text), None).await.map(drop)
    }

    /// Keeps what is known now of the entry point that a stage uses, unless the stage uses another one by now, with another token, or none: then
    /// nothing is kept.
    pub async fn renew_used_entry_point(&self, before: &UsedEntryPoint, now: &UsedEntryPoint) -> Result<()> {
        let text = |used: &UsedEntryPoint| serde_json::to_string(used).map_err(Error::internal);
        let item = Item::new(&key(&before.agent.workflow.project, before.stage())).packed("text", &text(now)?);
        let is_as_before = Expr::new("#text = :before").name("#text", "text").packed(":before", &text(before)?);
        self.put(item, Some(is_as_before)).await.map(drop)
    }

    /// What a stage uses.
    pub async fn used_entry_point(&self, project: &ProjectId, stage: StageId) -> Result<Option<UsedEntryPoint>> {
        self.get(key(project, stage)).await?.map(|item| read(&item)).transpose()
    }

    /// What the stage uses that a provider of another deployment has given this token. The token before it finds the stage, too: the provider
    /// may still send with it.
    pub async fn stage_of_token(&self, project: &ProjectId, token: &str) -> Result<Option<UsedEntryPoint>> {
        let key = keys::of_connections(project, Prefix::TokenOfStage, &WireToken::hash(token));
        let Some(found) = self.get(key).await? else { return Ok(None) };
        let used = self.used_entry_point(project, found.parse("task")?).await?;
        Ok(used.filter(|used| matches!(used.provider, Provider::Elsewhere(_))))
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
        if let Provider::Elsewhere(there) = &used.provider {
            let project = &used.agent.workflow.project;
            let found = keys::of_connections(project, Prefix::TokenOfStage, &WireToken::hash(&there.token.0));
            self.delete(&found).await?;
        }
        self.delete(&key(&used.agent.workflow.project, used.stage())).await
    }
}

fn key(project: &ProjectId, stage: StageId) -> Key {
    keys::of_connections(project, Prefix::Used, &stage.to_string())
}

fn read(item: &Item) -> Result<UsedEntryPoint> {
    serde_json::from_str(&item.unpacked("text")?).map_err(Error::internal)
}
