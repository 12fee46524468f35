//! Definitions of persistent agents: a head for each name, which says what runs, and versions with their texts, none of which changes.
//!
//! | Change | The head then | The versions |
//! |---|---|---|
//! | save, restore | has one version more, which runs if nothing is wrong with it | one more |
//! | stop | is stopped: nobody finds the agent | stay |
//! | delete | is deleted: nobody finds the agent or its versions | are removed |
//!
//! Saving again brings back what was stopped or deleted. Numbers go on, so no two texts of a name ever have the same number.

mod records;

pub use records::{DefinitionHead, DefinitionSource, DefinitionState, DefinitionVersion, SavedDefinition};

use crate::expression::Expr;
use crate::item::{Item, pack};
use crate::keys::{self, Key, Prefix};
use crate::loader::Found;
use crate::page::{Cursor, Page};
use crate::sdk::{Store, Transacted};
use crate::unconditional::BATCH;
use crate::versions::version_conflict;
use records::{ACTIVE, DELETED, STOPPED, read, read_version};
use rookery_domain::{AgentName, Error, Kind, ProjectId, Result, Time};
use std::sync::Arc;

/// The most bytes of a version's packed text: one item has it (DynamoDB: 400 KB).
const TEXT: usize = 350 * 1024;

impl Store {
    /// The head of a definition, as it is now, also when it is stopped or deleted.
    pub async fn find_definition(&self, project: &ProjectId, name: &AgentName) -> Result<Option<DefinitionHead>> {
        self.get(keys::definition(project, name)).await?.map(|item| read(&item)).transpose()
    }

    /// The head of a definition that runs, perhaps as it was a moment ago (see `shared`). What was just saved is never missing. `None`
    /// also where the project is deleted.
    pub async fn running_definition(&self, project: &ProjectId, name: &AgentName) -> Result<Option<DefinitionHead>> {
        match of_items(self.get_shared(keys(project, name)).await?)? {
            Some(known) => Ok(Some(known)),
            None => of_items(self.get_found(keys(project, name)).await?),
        }
    }

    /// A page of a project's definitions by name, without the deleted ones: it may have fewer than asked for.
    pub async fn list_definitions(
        &self,
        project: &ProjectId,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<DefinitionHead>> {
        let page = self.page(project.as_str(), &Prefix::Definition.start(), limit, cursor).await?.try_map(|item| read(&item))?;
        let alive = |head: &DefinitionHead| head.state != DefinitionState::Deleted;
        Ok(Page { items: page.items.into_iter().filter(alive).collect(), next: page.next })
    }

    /// Saves the next version after `expected`, which is 0 for a name that never was. If `expected` is not the last version: 409
    /// `version_conflict`, with the number of the last one.
    pub async fn save_definition(
        &self,
        project: &ProjectId,
        name: &AgentName,
        expected: u64,
        saved: &SavedDefinition<'_>,
    ) -> Result<DefinitionHead> {
        let (key, now, version) = (keys::definition(project, name), Time::now(), expected.saturating_add(1));
        let text = pack(saved.text);
        if text.len() > TEXT {
            return Err(too_large(text.len()));
        }
        let mut update = Expr::new(
            "SET ver = :ver, #state = :active, #source = :source, created = if_not_exists(created, :now), updated = :now",
        )
        .name("#state", "state")
        .name("#source", "source")
        .n(":ver", version)
        .s(":active", ACTIVE)
        .s(":source", saved.source.as_str())
        .n(":now", now.0);
        if saved.error_count == 0 {
            update.text += ", built = :ver, webhook = :webhook, #title = :title";
            update = update
                .name("#title", "title")
                .n(":webhook", u8::from(saved.webhook))
                .s(":title", saved.description.unwrap_or_default());
        }
        let condition = match expected {
            0 => Expr::new("attribute_not_exists(pk)"),
            _ => Expr::new("ver = :expected").n(":expected", expected),
        };
        let item = Item::new(&keys::definition_version(project, name, version))
            .bytes("text", text)
            .n("at", now.0)
            .n("errors", saved.error_count)
            .maybe(saved.restored_from, |item, from| item.n("restored", from));
        let items = vec![self.update_in_transaction(&key, update, condition), self.put_in_transaction(item, None)];
        let done = self.transact_calmly(items).await?;
        let current = self.find_definition(project, name).await?;
        match (done, current) {
            (Transacted::Done, Some(head)) => {
                self.until_noticed().await;
                Ok(head)
            }
            (_, current) => Err(version_conflict(expected, current.map_or(0, |head| head.version))),
        }
    }

    /// A version, and its text; 404 when there is none.
    pub async fn definition_version(
        &self,
        project: &ProjectId,
        name: &AgentName,
        version: u64,
    ) -> Result<(DefinitionVersion, String)> {
        let item = self.get(keys::definition_version(project, name, version)).await?;
        let item = item.ok_or_else(|| Error::not_found("version"))?;
        Ok((read_version(&item)?, item.unpacked("text")?))
    }

    /// A page of a definition's versions, newest first.
    pub async fn list_definition_versions(
        &self,
        project: &ProjectId,
        name: &AgentName,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<DefinitionVersion>> {
        let partition = keys::definition_versions(project);
        self.newest_page(&partition, &keys::versions_of(name), limit, cursor).await?.try_map(|item| read_version(&item))
    }

    /// Stops a definition. 404 when it is not there.
    pub async fn stop_definition(&self, project: &ProjectId, name: &AgentName) -> Result<()> {
        let update = Expr::new("SET #state = :stopped, updated = :now")
            .name("#state", "state")
            .s(":stopped", STOPPED)
            .n(":now", Time::now().0);
        self.end_definition(project, name, update).await.map(drop)
    }

    /// Deletes a definition with its versions. 404 when it is not there.
    pub async fn delete_definition(&self, project: &ProjectId, name: &AgentName) -> Result<()> {
        let update = Expr::new("SET #state = :deleted, built = :none, updated = :now REMOVE created")
            .name("#state", "state")
            .s(":deleted", DELETED)
            .n(":none", 0)
            .n(":now", Time::now().0);
        let last = self.end_definition(project, name, update).await?;
        // Somebody may save a version meanwhile: it stays.
        let (partition, mut cursor) = (keys::definition_versions(project), None);
        loop {
            let page = self.page(&partition, &keys::versions_of(name), BATCH, cursor.as_ref()).await?;
            let mut old = Vec::new();
            for item in &page.items {
                if read_version(item)?.version <= last {
                    old.push(Key { pk: partition.clone(), sk: item.str("sk")?.to_owned() });
                }
            }
            if !old.is_empty() {
                self.delete_many(old).await?;
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    /// Makes this change of a head that is not deleted, waits until nobody acts on what was before, and gives the last version's number.
    async fn end_definition(&self, project: &ProjectId, name: &AgentName, update: Expr) -> Result<u64> {
        let condition = Expr::new("attribute_exists(pk) AND #state <> :gone").s(":gone", DELETED);
        let item = self.update(&keys::definition(project, name), update, Some(condition)).await?;
        self.until_noticed().await;
        item.ok_or_else(|| Error::not_found("agent"))?.num("ver")
    }
}

/// The keys of what says whether an agent is there: its project, and its head.
fn keys(project: &ProjectId, name: &AgentName) -> Vec<Key> {
    vec![keys::project(project), keys::definition(project, name)]
}

fn of_items(mut items: Vec<Option<Arc<Found>>>) -> Result<Option<DefinitionHead>> {
    let head = items.pop().flatten().map(|item| read(&item)).transpose()?;
    let is_there = items.pop().flatten().is_some_and(|project| project.opt_num::<i64>("deleted").is_none());
    Ok(head.filter(|head| is_there && head.is_running()))
}

fn too_large(bytes: usize) -> Error {
    Error::new(
        Kind::TooLarge,
        "definition_too_large",
        format!("The definition has {bytes} bytes when it is packed; at most {TEXT} are kept."),
        "Shorten its text, or those of its profiles.",
    )
}
