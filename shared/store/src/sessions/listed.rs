//! The instances of a persistent agent that have sessions, and the sessions of an instance: read from the entries of who had runs.

use crate::item::Item;
use crate::keys;
use crate::page::{Cursor, Page};
use crate::sdk::Store;
use rookery_domain::{AgentName, ProjectId, Result, Time};

/// A session in the list of its instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSession {
    /// The session's name.
    pub session: String,
    /// When something was first asked in it.
    pub at: Time,
}

impl Store {
    /// A page of the instances of an agent that have sessions, by id. An instance with thousands of sessions may stand on two pages.
    pub async fn list_instances(
        &self,
        project: &ProjectId,
        agent: &AgentName,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<String>> {
        // A called workflow may have the name of the agent; its entries have no session.
        let has_session = |item: &Item| item.opt_str("sess").is_some();
        let page = self.instances_whose(project, agent.as_str(), has_session, limit, cursor).await?;
        Ok(page.unwrap_or(Page { items: Vec::new(), next: None }))
    }

    /// A page of the sessions of an instance, in the order of their keys. It may have fewer than asked for although the list goes on.
    pub async fn list_sessions(
        &self,
        project: &ProjectId,
        agent: &AgentName,
        instance: &str,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<ListedSession>> {
        let prefix = keys::entries_of_instance(agent.as_str(), instance);
        let page = self.page(&keys::instances(project), &prefix, limit, cursor).await?;
        let now = Time::now();
        // Other instances may begin alike, since ids are any text.
        let is_its = |item: &&Item| item.opt_str("inst") == Some(instance) && !item.is_expired(now);
        let session = |item: &Item| {
            let session = item.opt_str("sess").map(str::to_owned);
            session.map(|session| Ok(ListedSession { session, at: item.time("at")? })).transpose()
        };
        let sessions = page.items.iter().filter(is_its).filter_map(|item| session(item).transpose());
        Ok(Page { items: sessions.collect::<Result<_>>()?, next: page.next })
    }
}
