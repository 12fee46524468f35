//! Runs that were asked for by a name, of a whole project: all of them, newest first, and who had some. Each run is in the list by the item
//! that says what was asked, so it leaves the list with that item.

use crate::expression::Query;
use crate::item::{Item, key_attributes, malformed};
use crate::keys;
use crate::page::{Cursor, Page, bad_cursor};
use crate::sdk::Store;
use crate::sessions::SessionNames;
use rookery_domain::{NamedRun, ProjectId, Result, SessionAt, Time};

/// How many entries one query reads, if not all of them are listed.
const READ: usize = 1000;
/// How many entries are looked at for one page.
const LOOKED_AT: usize = 12_000;

/// Which runs are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunFilter<'a> {
    /// Those of this agent.
    pub agent: Option<&'a str>,
    /// Those of this instance.
    pub instance: Option<&'a str>,
}

/// Puts an operation into the list of its project's runs.
pub(crate) fn listed(item: Item, at: Time, names: &SessionNames, run: &NamedRun, project: &ProjectId) -> Item {
    item.s("rp", keys::named_runs(project)).s("rs", keys::place_of_run(at, &names.agent, &names.instance, run))
}

/// The entry of a session among those who had runs.
pub(crate) fn entry_of_session(at: &SessionAt, names: &SessionNames) -> keys::Key {
    keys::instance_entry(&at.project, &names.agent, &names.instance, &at.key.to_string())
}

impl Store {
    /// A page of a project's runs, newest first. It may have fewer than asked for, or none, although the list goes on: names are
    /// compared by a hash first, and a run of another name that is found nevertheless is for the caller to leave out.
    pub async fn list_named_runs(
        &self,
        project: &ProjectId,
        filter: &RunFilter<'_>,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<NamedRun>> {
        let (agent, instance) = (filter.agent.map(keys::name_hash), filter.instance.map(keys::name_hash));
        let (mut items, mut looked_at) = (Vec::new(), 0);
        let mut place = cursor.map(|cursor| cursor.0.clone());
        let read = if agent.is_none() && instance.is_none() { limit + 1 } else { READ };
        loop {
            let after = place.as_deref().map(|place| start(project, place)).transpose()?;
            let query = Query {
                index: Some(keys::RECENT),
                newest_first: true,
                is_consistent: true,
                after,
                ..Query::prefix(keys::named_runs(project), "", read)
            };
            let (found, stopped) = self.query(query).await?;
            looked_at += found.len();
            for item in &found {
                let sort = item.str("rs")?;
                let (of_agent, of_instance, run) = keys::run_of_place(project, sort).ok_or_else(|| malformed("rs"))?;
                if agent.as_ref().is_none_or(|agent| agent == of_agent)
                    && instance.as_ref().is_none_or(|instance| instance == of_instance)
                {
                    if items.len() == limit {
                        return Ok(Page { items, next: place.map(Cursor) });
                    }
                    items.push(run);
                }
                place = Some(sort.to_owned());
            }
            if stopped.is_none() {
                return Ok(Page { items, next: None });
            }
            if looked_at >= LOOKED_AT {
                return Ok(Page { items, next: place.map(Cursor) });
            }
        }
    }

    /// A page of the agents of a project that had runs, by name. It may have fewer than asked for, or none, although the list goes on.
    pub async fn list_run_agents(&self, project: &ProjectId, limit: usize, cursor: Option<&Cursor>) -> Result<Page<String>> {
        let after = cursor.map(|cursor| keys::is_place_of_agent(&cursor.0).then(|| cursor.clone()).ok_or_else(bad_cursor));
        let (partition, mut after) = (keys::instances(project), after.transpose()?);
        let (mut agents, mut read, mut looked_at) = (Vec::<String>::new(), 1, 0);
        // Each agent may have very many entries, so each is passed over by a query.
        while looked_at < LOOKED_AT {
            let page = self.page(&partition, "", read, after.as_ref()).await?;
            looked_at += page.items.len();
            let now = Time::now();
            match (page.items.iter().find(|item| !item.is_expired(now)), page.next) {
                (Some(_), _) if agents.len() == limit => return Ok(Page { items: agents, next: after }),
                (Some(item), _) => {
                    let (agent, _) = keys::of_instance_entry(item.str("sk")?).ok_or_else(|| malformed("sk"))?;
                    (after, read) = (Some(Cursor(keys::after_agent(agent))), 1);
                    agents.push(agent.to_owned());
                }
                (None, Some(next)) => (after, read) = (Some(next), READ),
                (None, None) => return Ok(Page { items: agents, next: None }),
            }
        }
        Ok(Page { items: agents, next: after })
    }

    /// A page of the instances of an agent that had runs, by id. None for an agent without runs. An
    /// instance with thousands of sessions may stand on two pages.
    pub async fn list_run_instances(
        &self,
        project: &ProjectId,
        agent: &str,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Option<Page<String>>> {
        self.instances_whose(project, agent, |_| true, limit, cursor).await
    }

    /// A page of the instances of an agent that have such an entry.
    pub(crate) async fn instances_whose(
        &self,
        project: &ProjectId,
        agent: &str,
        is_such: impl Fn(&Item) -> bool,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Option<Page<String>>> {
        let (partition, prefix) = (keys::instances(project), keys::entries_of_agent(agent));
        let mut after = cursor.map(|cursor| cursor.within(&prefix).map(Cursor)).transpose()?;
        let (mut instances, mut looked_at) = (Vec::<String>::new(), 0);
        loop {
            let page = self.page(&partition, &prefix, READ, after.as_ref()).await?;
            looked_at += page.items.len();
            for item in &page.items {
                let sort = item.str("sk")?;
                let (_, listed) = keys::of_instance_entry(sort).ok_or_else(|| malformed("sk"))?;
                let instance = item.opt_str("inst").unwrap_or(listed);
                let is_new = instances.last().is_none_or(|last| last != instance);
                if is_new && is_such(item) && !item.is_expired(Time::now()) {
                    if instances.len() == limit {
                        return Ok(Some(Page { items: instances, next: after }));
                    }
                    instances.push(instance.to_owned());
                }
                after = Some(Cursor(sort.to_owned()));
            }
            match page.next {
                None if instances.is_empty() && cursor.is_none() => return Ok(None),
                None => return Ok(Some(Page { items: instances, next: None })),
                Some(next) if looked_at >= LOOKED_AT => return Ok(Some(Page { items: instances, next: Some(next) })),
                Some(next) => after = Some(next),
            }
        }
    }

    /// Whether an agent had runs.
    pub async fn has_runs(&self, project: &ProjectId, agent: &str) -> Result<bool> {
        self.has_entry(project, &keys::entries_of_agent(agent), |_| true).await
    }

    /// Whether an instance of an agent had runs.
    pub async fn has_instance(&self, project: &ProjectId, agent: &str, instance: &str) -> Result<bool> {
        let prefix = keys::entries_of_instance(agent, instance);
        self.has_entry(project, &prefix, |sort| sort.len() == prefix.len() + keys::OWN_CHARS).await
    }

    async fn has_entry(&self, project: &ProjectId, prefix: &str, is_its: impl Fn(&str) -> bool) -> Result<bool> {
        let (mut read, mut cursor) = (1, None);
        loop {
            let page = self.page(&keys::instances(project), prefix, read, cursor.as_ref()).await?;
            let now = Time::now();
            let found = page.items.iter().any(|item| !item.is_expired(now) && item.opt_str("sk").is_some_and(&is_its));
            (read, cursor) = (READ, page.next);
            if found || cursor.is_none() {
                return Ok(found);
            }
        }
    }
}

/// Where a query of the list goes on.
fn start(project: &ProjectId, place: &str) -> Result<crate::item::Attributes> {
    let (.., run) = keys::run_of_place(project, place).ok_or_else(bad_cursor)?;
    Ok(Item(key_attributes(&keys::asked_run(&run))).s("rp", keys::named_runs(project)).s("rs", place).0)
}
