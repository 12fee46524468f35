//! Purges: what belonged to a deleted project or workflow is removed later, part by part. A due item asks for each purge. Which
//! keys a purge removes is read from the table of prefixes.
//!
//! Each part has a budget: every request takes one from it, and so does every item. So a part ends, even if it finds nothing to remove.

use crate::expression::Expr;
use crate::item::Item;
use crate::keys::{self, Key, Place, Prefix, Removal};
use crate::page::Cursor;
use crate::recent::Recent;
use crate::sdk::Store;
use rookery_domain::{ProjectId, Result, RunId, SessionAt, Time, WorkflowId, WorkflowRef};
use std::collections::HashSet;

/// How many heads one query of a project's workflows reads; those that are alive are deleted before the next query.
const WALKED_AT_ONCE: usize = 200;
/// What the deletion of a workflow takes from a budget: one for the tombstone, one for the purge.
const DELETION: usize = 2;

/// The key of the item that asks for a purge: of a workflow, or of the whole project where none is named.
fn purge_key(project: &ProjectId, workflow: Option<&WorkflowId>) -> Key {
    keys::of_project(project, Prefix::Purge, workflow.map_or("", WorkflowId::as_str))
}

/// The item that asks the next ticks to remove what belonged to a deleted project or workflow.
pub(crate) fn purge_item(project: &ProjectId, workflow: Option<&WorkflowId>) -> Item {
    let key = purge_key(project, workflow);
    let item = Item::new(&key).s("project", project).n("purge", 1).s("dp", keys::due_shard(&key)).n("da", Time::now().0);
    item.maybe(workflow, |item, workflow| item.s("workflow", workflow))
}

impl Store {
    /// Removes a part of what belonged to a deleted workflow; `true` when all is gone.
    pub async fn purge_workflow(&self, workflow: &WorkflowRef, budget: &mut usize) -> Result<bool> {
        for prefix in Prefix::removed(Removal::WithWorkflow) {
            if !self.delete_prefix(&keys::of_workflow(workflow, prefix), "", budget).await? {
                return Ok(false);
            }
        }
        for prefix in Prefix::removed(Removal::WithRuns) {
            let is_done = match prefix.place() {
                Place::Recent => self.purge_runs(workflow, keys::recent(workflow, prefix), budget).await?,
                _ => self.purge_event_pages(workflow, budget).await?,
            };
            if !is_done {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Removes the runs that have items in a partition of the `recent` index.
    async fn purge_runs(&self, workflow: &WorkflowRef, partition: String, budget: &mut usize) -> Result<bool> {
        let (recent, mut cursor) = (Recent::of(workflow, partition, 100), None);
        while *budget > 0 {
            let page = self.list_recent(&recent, cursor.as_ref()).await?;
            *budget -= 1;
            let runs: HashSet<RunId> = page.items.iter().map(|item| item.run).collect();
            for run in runs {
                if !self.delete_prefix(&keys::run(workflow, run), "", budget).await? {
                    return Ok(false);
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Removes a part of what belonged to a deleted project: its workflows (each then has a purge of its own), and what belongs
    /// to the project itself. `true` when all is gone.
    pub async fn purge_project(&self, project: &ProjectId, budget: &mut usize) -> Result<bool> {
        if !self.delete_workflows(project, budget).await? {
            return Ok(false);
        }
        for prefix in Prefix::removed(Removal::WithProject) {
            let (partition, start) = keys::below_project(project, prefix);
            if !self.delete_prefix(&partition, &start, budget).await? {
                return Ok(false);
            }
        }
        self.purge_sessions(project, budget).await
    }

    /// Removes the sessions of a deleted project, each with its entry in the list.
    async fn purge_sessions(&self, project: &ProjectId, budget: &mut usize) -> Result<bool> {
        while *budget > 0 {
            let page = self.page(&keys::sessions(project), "", WALKED_AT_ONCE, None).await?;
            *budget -= 1;
            if page.items.is_empty() {
                return Ok(true);
            }
            for item in &page.items {
                let sort = item.str("sk")?;
                if let Some(key) = keys::listed_session(sort) {
                    let session = keys::session(&SessionAt { project: project.clone(), key });
                    if !self.delete_prefix(&session, "", budget).await? {
                        return Ok(false);
                    }
                }
                self.delete(&Key { pk: keys::sessions(project), sk: sort.to_owned() }).await?;
                *budget = budget.saturating_sub(1);
            }
        }
        Ok(false)
    }

    /// Deletes workflows of a project, page by page; the purge's item remembers where the next part goes on. `true` when one walk
    /// over all heads found none alive: so no workflow is missed that was made while the project was being deleted.
    async fn delete_workflows(&self, project: &ProjectId, budget: &mut usize) -> Result<bool> {
        let key = purge_key(project, None);
        let asked = self.get(key.clone()).await?;
        let mut cursor = asked.and_then(|item| item.opt_str("next").map(|next| Cursor(next.to_owned())));
        let mut none_alive = cursor.is_none();
        while *budget > 0 {
            let page = self.list_workflows(project, WALKED_AT_ONCE, cursor.as_ref()).await?;
            *budget = budget.saturating_sub(1 + DELETION * page.items.len());
            none_alive &= page.items.is_empty();
            for workflow in &page.items {
                self.delete_workflow(&workflow.id).await?;
            }
            cursor = page.next;
            if cursor.is_none() {
                if none_alive {
                    return Ok(true);
                }
                none_alive = true;
            }
        }
        let update = match &cursor {
            Some(cursor) => Expr::new("SET #next = :next").name("#next", "next").s(":next", &cursor.0),
            None => Expr::new("REMOVE #next").name("#next", "next"),
        };
        self.update(&key, update, Some(Expr::new("attribute_exists(pk)"))).await?;
        Ok(false)
    }

    /// Ends a purge: all that belonged to the deleted project or workflow is removed.
    pub async fn purged(&self, project: &ProjectId, workflow: Option<&WorkflowId>) -> Result<()> {
        self.delete(&purge_key(project, workflow)).await
    }
}
