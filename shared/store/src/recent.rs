//! Pages of the index `recent`: the ids of what a workflow has of a kind, newest first. What is read of them lives with its noun.

use crate::expression::{Expr, Query};
use crate::item::{Item, key_attributes, malformed};
use crate::keys;
use crate::page::{Cursor, Page, bad_cursor};
use crate::sdk::Store;
use rookery_domain::{EventId, Result, WorkflowRef};

/// What of the index is listed.
#[derive(Clone)]
pub(crate) struct Recent<'w> {
    pub(crate) workflow: &'w WorkflowRef,
    pub(crate) partition: String,
    pub(crate) filter: Option<Expr>,
    /// Entries that one query looks at, however few of them pass the filter.
    pub(crate) looked_at: usize,
    /// Entries of a page.
    pub(crate) limit: usize,
}

impl<'w> Recent<'w> {
    /// All of a partition.
    pub(crate) fn of(workflow: &'w WorkflowRef, partition: String, limit: usize) -> Self {
        Recent { workflow, partition, filter: None, looked_at: limit, limit }
    }
}

impl Store {
    /// A page of the ids, newest first.
    pub(crate) async fn list_recent(&self, recent: &Recent<'_>, cursor: Option<&Cursor>) -> Result<Page<EventId>> {
        let places = self.list_places(recent, cursor).await?;
        places.try_map(|place| keys::recent_id(&place).ok_or_else(|| malformed("rs")))
    }

    /// A page, newest first, as the sort keys of the index.
    pub(crate) async fn list_places(&self, recent: &Recent<'_>, cursor: Option<&Cursor>) -> Result<Page<String>> {
        let (mut after, mut range) = (None, None);
        if let Some(cursor) = cursor {
            let (place, is_inside) = keys::item_place(&cursor.0);
            let id = keys::recent_id(place).ok_or_else(bad_cursor)?;
            if is_inside {
                // The rest of the item's chain is still to be shown.
                range = Some(Expr::new("#sk <= :place").s(":place", place));
            } else {
                after = Some(Item(key_attributes(&keys::event(recent.workflow, id))).s("rp", &recent.partition).s("rs", place).0);
            }
        }
        let query = Query {
            index: Some(keys::RECENT),
            partition: recent.partition.clone(),
            range,
            filter: recent.filter.clone(),
            newest_first: true,
            limit: recent.looked_at,
            after,
        };
        let (items, stopped) = self.query(query).await?;
        let mut next = stopped.map(|key| key.str("rs").map(|rs| Cursor(rs.to_owned()))).transpose()?;
        if items.len() > recent.limit {
            next = Some(Cursor(items[recent.limit - 1].str("rs")?.to_owned()));
        }
        let places = items.iter().take(recent.limit).map(|item| item.str("rs").map(str::to_owned));
        Ok(Page { items: places.collect::<Result<_>>()?, next })
    }
}
