//! Logs of agents: lines that agents wrote while they worked, for the owner of their workflow.

use crate::item::Item;
use crate::keys::{self, Prefix};
use crate::page::{Cursor, Page};
use crate::sdk::Store;
use rookery_domain::{AgentRef, EventId, Result, Time};
use serde::Serialize;

/// How long log lines are kept.
const KEEP_MS: i64 = 14 * 24 * 3600 * 1000;

/// How many entries are removed at once: it takes some seconds.
const CLEARED: usize = 10_000;

/// The lines of one delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct LogEntry {
    /// When the lines were written.
    pub at: Time,
    /// The event that was being handled; none for a check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<EventId>,
    /// The lines.
    pub lines: Vec<String>,
}

impl Store {
    /// Stores the lines of a commit; storing them again changes nothing.
    pub async fn put_log(&self, agent: &AgentRef, commit: EventId, entry: &LogEntry) -> Result<()> {
        let item = Item::new(&keys::log(agent, entry.at, commit))
            .n("at", entry.at.0)
            .list("lines", &entry.lines)
            .n("expires_at", entry.at.plus(KEEP_MS).ttl_seconds())
            .maybe(entry.event_id, |item, event| item.s("event", event));
        self.put(item, None).await.map(drop)
    }

    /// Removes what an agent has logged, up to 10,000 entries; `false` if there is more.
    pub async fn clear_logs(&self, agent: &AgentRef) -> Result<bool> {
        let mut most = CLEARED;
        self.delete_prefix(&keys::of_workflow(&agent.workflow, Prefix::Logs), &keys::of_agent(agent), &mut most).await
    }

    /// A page of an agent's log, newest first.
    pub async fn list_logs(&self, agent: &AgentRef, limit: usize, cursor: Option<&Cursor>) -> Result<Page<LogEntry>> {
        let page =
            self.newest_page(&keys::of_workflow(&agent.workflow, Prefix::Logs), &keys::of_agent(agent), limit, cursor).await?;
        page.try_map(|item| {
            let event_id = item.opt_str("event").map(|_| item.parse("event")).transpose()?;
            Ok(LogEntry { at: item.time("at")?, event_id, lines: item.strings("lines") })
        })
    }
}
