//! Pages of the index `recent`: the ids of what a workflow has of a kind, newest first. What is read of them lives with its noun.

use crate::expression::Query;
use crate::item::{Item, key_attributes, malformed};
use crate::keys;
use crate::page::{Cursor, Page, Placed, bad_cursor};
use crate::sdk::Store;
use rookery_domain::{EventId, Result, WorkflowRef};

/// What of the index is listed.
#[derive(Clone)]
pub(crate) struct Recent<'w> {
    pub(crate) workflow: &'w WorkflowRef,
    pub(crate) partition: String,
    /// Entries of a page.
    pub(crate) limit: usize,
}

impl<'w> Recent<'w> {
    /// All of a partition.
    pub(crate) fn of(workflow: &'w WorkflowRef, partition: String, limit: usize) -> Self {
        Recent { workflow, partition, limit }
    }
}

impl Store {
    /// A page of the ids, newest first.
    pub(crate) async fn list_recent(&self, recent: &Recent<'_>, cursor: Option<&Cursor>) -> Result<Page<EventId>> {
        let places = self.list_places(recent, cursor).await?;
        places.try_map(|place| keys::recent_id(&place).ok_or_else(|| malformed("rs")))
    }

    /// A page, newest first, with the places.
    pub(crate) async fn list_placed(&self, recent: &Recent<'_>, cursor: Option<&Cursor>) -> Result<Page<Placed>> {
        self.list_places(recent, cursor).await?.try_map(Placed::read)
    }

    /// A page, newest first, as the sort keys of the index.
    async fn list_places(&self, recent: &Recent<'_>, cursor: Option<&Cursor>) -> Result<Page<String>> {
        let mut after = None;
        if let Some(Cursor(place)) = cursor {
            let id = keys::recent_id(place).ok_or_else(bad_cursor)?;
            after = Some(Item(key_attributes(&keys::event(recent.workflow, id))).s("rp", &recent.partition).s("rs", place).0);
        }
        let query = Query {
            index: Some(keys::RECENT),
            partition: recent.partition.clone(),
            range: None,
            filter: None,
            newest_first: true,
            is_consistent: true,
            limit: recent.limit,
            after,
        };
        let (items, stopped) = self.query(query).await?;
        let next = stopped.map(|key| key.str("rs").map(|rs| Cursor(rs.to_owned()))).transpose()?;
        let places = items.iter().map(|item| item.str("rs").map(str::to_owned));
        Ok(Page { items: places.collect::<Result<_>>()?, next })
    }
}
