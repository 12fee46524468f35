//! What agents remember: one memory for each agent, or one for each scope. Only commits write memories; a person may clear them.

use crate::expression::{Expr, absent};
use crate::item::Item;
use crate::keys::{self, Prefix};
use crate::page::{Cursor, Page};
use crate::sdk::Store;
use aws_sdk_dynamodb::types::TransactWriteItem;
use rookery_domain::{AgentRef, Error, Kind, Result, ScopeId, Time};
use serde_json::Value;

/// The largest memory with its scope, in bytes: it fits an item (DynamoDB: 400 KB) with room to spare.
const LARGEST: usize = 300 * 1024;

/// A memory as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemoryItem {
    /// The scope's text, for people; empty for the agent's one memory.
    pub scope: String,
    /// The value.
    pub value: Value,
    /// The tag of the write that stored it.
    pub tag: String,
}

/// A memory to write.
#[derive(Clone, Debug, PartialEq)]
pub struct MemoryWrite {
    /// The agent.
    pub agent: AgentRef,
    /// The scope; none for the agent's one memory.
    pub scope_id: Option<ScopeId>,
    /// The scope's text, for people.
    pub scope: Option<String>,
    /// The value.
    pub value: Value,
    /// The tag of the write that was read before; none if there was no memory.
    pub read_tag: Option<String>,
    /// The tag of this write.
    pub tag: String,
    /// The memory may be removed after this time.
    pub until: Option<Time>,
}

impl MemoryWrite {
    /// Refuses a memory that does not fit an item.
    pub fn check_size(&self) -> Result<()> {
        match self.value.to_string().len() + self.scope.as_ref().map_or(0, String::len) <= LARGEST {
            true => Ok(()),
            false => Err(Error::new(
                Kind::Unprocessable,
                "memory_too_large",
                format!("The agent's memory would exceed {LARGEST} bytes."),
                "Remember less: use a `key` to spread it over scopes, or clear the memory.",
            )),
        }
    }
}

impl Store {
    /// Reads a memory, consistently.
    pub async fn memory(&self, agent: &AgentRef, scope: Option<ScopeId>) -> Result<Option<MemoryItem>> {
        let item = self.get(keys::memory(agent, scope)).await?;
        item.filter(|item| !item.is_expired(Time::now())).map(|item| read(&item)).transpose()
    }

    /// A page of an agent's memories.
    pub async fn list_memories(&self, agent: &AgentRef, limit: usize, cursor: Option<&Cursor>) -> Result<Page<MemoryItem>> {
        let partition = keys::of_workflow(&agent.workflow, Prefix::Memories);
        self.page(&partition, &keys::of_agent(agent), limit, cursor).await?.try_map(|item| read(&item))
    }

    /// Forgets all that an agent remembers.
    pub async fn clear_memories(&self, agent: &AgentRef) -> Result<()> {
        let mut all = usize::MAX;
        self.delete_prefix(&keys::of_workflow(&agent.workflow, Prefix::Memories), &keys::of_agent(agent), &mut all)
            .await
            .map(drop)
    }

    /// Lets the memories of an ended incarnation expire once its runs are over.
    pub async fn expire_memories(&self, agent: &AgentRef, at: Time) -> Result<()> {
        let (partition, prefix) = (keys::of_workflow(&agent.workflow, Prefix::Memories), keys::of_agent(agent));
        let mut cursor = None;
        loop {
            let page = self.page(&partition, &prefix, 100, cursor.as_ref()).await?;
            for item in &page.items {
                let key = keys::Key { pk: partition.clone(), sk: item.str("sk")?.to_owned() };
                let update = Expr::new("SET expires_at = :at").n(":at", at.ttl_seconds());
                self.update(&key, update, Some(Expr::new("attribute_exists(pk)"))).await?;
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    pub(crate) fn memory_in_transaction(&self, write: MemoryWrite) -> TransactWriteItem {
        let scope = write.scope.as_deref();
        let key = keys::memory(&write.agent, write.scope_id);
        let item = Item::new(&key)
            .packed("value", &write.value.to_string())
            .s("tag", &write.tag)
            .maybe(scope, |item, scope| item.s("scope", scope))
            .maybe(write.until, |item, until| item.n("expires_at", until.ttl_seconds()));
        let condition = match &write.read_tag {
            Some(tag) => Expr::new("tag = :tag").s(":tag", tag),
            None => absent(Time::now()),
        };
        self.put_in_transaction(item, Some(condition))
    }
}

fn read(item: &Item) -> Result<MemoryItem> {
    Ok(MemoryItem {
        scope: item.opt_str("scope").unwrap_or_default().to_owned(),
        value: serde_json::from_str(&item.unpacked("value")?).map_err(Error::internal)?,
        tag: item.str("tag")?.to_owned(),
    })
}
