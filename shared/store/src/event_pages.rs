//! Pages of the list of events: each is an item with entries, which whoever stored the events writes for many of them at once. An entry in an
//! index would cost a write unit for each event.
//!
//! A page stands at the place of its newest entry, and its oldest entry is at most [`SPAN_MS`] older. So whoever reads pages from the newest
//! on knows how far the list is complete. An entry may stand in several pages. What is written late stands a second time, apart, in a page at the
//! time of its writing, so that whoever follows the list finds it (`changes.rs`).

use crate::expression::{Expr, Query};
use crate::item::{Item, malformed};
use crate::keys::{self, Key, Prefix};
use crate::sdk::Store;
use futures::future::try_join_all;
use rookery_domain::{CellId, Event, EventId, Result, RunId, Time, WorkflowRef};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// How much older than the newest entry of a page its oldest one may be.
pub(crate) const SPAN_MS: i64 = 1000;
/// The most entries of a page, and the bytes at which it ends, before they are packed: a page costs one or two write units.
const ENTRIES: usize = 40;
const BYTES: usize = 32 * 1024;
/// A page is late when it is there so much later than its place says. Most calls of agents are over by then.
pub(crate) const LATE_MS: i64 = 10_000;

/// An item of a run with an event, and perhaps its chain, as the list of events has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The item.
    pub(crate) item: EventId,
    /// When its events were made.
    pub(crate) at: Time,
    /// Until when the last of its events is kept.
    pub(crate) keep_until: Time,
    /// The links from the root of the run to its first event.
    pub(crate) hop: u16,
    /// The agents that emitted its events.
    pub(crate) cells: Vec<CellId>,
    /// The groups of its events.
    pub(crate) groups: Vec<String>,
    /// The version that its run is pinned to; none in entries that were written before this was noted.
    pub(crate) version: Option<u64>,
}

/// An entry as JSON.
#[derive(Serialize, Deserialize)]
struct Written(i64, EventId, i64, u16, Vec<CellId>, Vec<String>, #[serde(default)] Option<u64>);

impl Entry {
    /// The entry of an item, by all of its events; none if it has none.
    pub fn of<'e>(events: impl IntoIterator<Item = &'e Event>) -> Option<Self> {
        let mut events = events.into_iter();
        let Event { id, created_at, keep_until, hop, cell, groups, version, .. } = events.next()?.clone();
        let mut entry = Entry { item: id, at: created_at, keep_until, hop, cells: vec![cell], groups, version: Some(version) };
        for event in events {
            entry.keep_until = entry.keep_until.max(event.keep_until);
            if !entry.cells.contains(&event.cell) {
                entry.cells.push(event.cell.clone());
            }
            entry.groups.extend(event.groups.iter().cloned());
        }
        entry.groups.sort_unstable();
        entry.groups.dedup();
        Some(entry)
    }

    /// The entry's place in the list.
    pub fn place(&self) -> String {
        keys::recent_sort(self.at, self.item)
    }

    fn written(&self) -> Result<String> {
        let kept = self.keep_until.0 - self.at.0;
        let written = Written(self.at.0, self.item, kept, self.hop, self.cells.clone(), self.groups.clone(), self.version);
        serde_json::to_string(&written).map_err(rookery_domain::Error::internal)
    }
}

/// The entries of a page.
pub(crate) fn read_page(page: &Item) -> Result<Vec<Entry>> {
    let written: Vec<Written> = serde_json::from_str(&page.unpacked("list")?).map_err(|_| malformed("list"))?;
    let read = |Written(at, item, kept, hop, cells, groups, version)| {
        let at = Time(at);
        Entry { item, at, keep_until: at.plus(kept), hop, cells, groups, version }
    };
    Ok(written.into_iter().map(read).collect())
}

/// The entries of a page; none of one that cannot be read, so that one bad page does not take the list away.
pub(crate) fn readable(page: &Item) -> Vec<Entry> {
    read_page(page).unwrap_or_else(|error| {
        tracing::error!(%error, "a page of a list of events cannot be read");
        Vec::new()
    })
}

/// The entries of pages that are to be written: the newest first, in each page, and none older than the first of its page by more than `span`.
fn pages(mut entries: Vec<Entry>, span: i64) -> Vec<Vec<Entry>> {
    entries.sort_by_cached_key(|entry| std::cmp::Reverse(entry.place()));
    let mut pages: Vec<Vec<Entry>> = Vec::new();
    let mut bytes = 0;
    for entry in entries {
        let size: usize = entry.cells.iter().map(|cell| cell.as_str().len()).sum::<usize>() + entry.groups.concat().len();
        bytes += size;
        match pages.last_mut() {
            Some(page) if page.len() < ENTRIES && bytes < BYTES && page[0].at.0 - entry.at.0 <= span => page.push(entry),
            _ => {
                bytes = size;
                pages.push(vec![entry]);
            }
        }
    }
    pages
}

impl Store {
    /// Writes entries into the list of a workflow's events; `is_spread` as the workflow's head says. Returns how many pages they took.
    pub async fn put_entries(&self, workflow: &WorkflowRef, entries: Vec<Entry>, is_spread: bool) -> Result<usize> {
        let mut written = 0;
        let mut pages: Vec<(Option<Time>, Vec<Entry>)> = pages(entries, SPAN_MS).into_iter().map(|page| (None, page)).collect();
        // What is late is known when it is there, and then stands again at that time; this may be late, too.
        while !pages.is_empty() {
            let puts =
                pages.iter().map(|(again, page)| async { self.put(page_item(workflow, page, *again, is_spread)?, None).await });
            written += try_join_all(puts).await?.len();
            let now = Time::now();
            let is_late = |(again, page): &(Option<Time>, Vec<Entry>)| {
                again.or(page.first().map(|newest| newest.at)).is_some_and(|place| now.0 - place.0 > LATE_MS)
            };
            let late = pages.into_iter().filter(is_late).flat_map(|(_, page)| page).collect();
            pages = self::pages(late, i64::MAX).into_iter().map(|page| (Some(now), page)).collect();
        }
        Ok(written)
    }

    /// Removes a part of the runs that are in the list, and of the list; `true` when all is gone.
    pub(crate) async fn purge_event_pages(&self, workflow: &WorkflowRef, budget: &mut usize) -> Result<bool> {
        for shard in 0..keys::LIST_SHARDS {
            let partition = keys::event_pages(workflow, shard);
            loop {
                if *budget == 0 {
                    return Ok(false);
                }
                let page = self.page(&partition, "", ENTRIES, None).await?;
                *budget -= 1;
                for item in &page.items {
                    let runs: HashSet<RunId> = readable(item).iter().map(|entry| entry.item.run).collect();
                    for run in runs {
                        if !self.delete_prefix(&keys::run(workflow, run), "", budget).await? {
                            return Ok(false);
                        }
                    }
                    self.delete(&Key { pk: partition.clone(), sk: item.str("sk")?.to_owned() }).await?;
                    *budget = budget.saturating_sub(1);
                }
                if page.next.is_none() {
                    break;
                }
            }
        }
        Ok(true)
    }
}

/// The item of a page at the place of its newest entry, or of a late one at the time of its writing.
fn page_item(workflow: &WorkflowRef, page: &[Entry], again: Option<Time>, is_spread: bool) -> Result<Item> {
    let text = format!("[{}]", page.iter().map(Entry::written).collect::<Result<Vec<_>>>()?.join(","));
    let newest = page.first().ok_or_else(|| malformed("list"))?;
    let shard = if is_spread { newest.item.own.as_bytes()[15] % keys::LIST_SHARDS } else { 0 };
    let sk = match again {
        None => keys::event_page_sort(&newest.place(), &text),
        Some(at) => keys::late_page_sort(at, newest.item, &text),
    };
    let key = Key { pk: keys::event_pages(workflow, shard), sk };
    let keep = page.iter().map(|entry| entry.keep_until).max().unwrap_or(newest.keep_until);
    Ok(Item::new(&key).packed("list", &text).n("expires_at", keep.ttl_seconds()))
}

/// One of the partitions that make up a list, while it is read: pages, or the index in which earlier versions have their entries.
pub(crate) struct Source {
    partition: String,
    is_index: bool,
    /// How many items the next query reads.
    at_once: usize,
    /// Only entries before this are wanted.
    range: Option<Expr>,
    after: Option<Item>,
    /// No entry that is left is newer; none when nothing is left.
    pub(crate) left: Option<Time>,
}

/// The most pages that a query reads; each reads twice as many as the one before.
const MOST: usize = 128;

impl Source {
    /// Everything that a workflow's list is read from, from a time on.
    pub(crate) fn all(workflow: &WorkflowRef, is_spread: bool, limit: usize, from: Option<Time>) -> Vec<Source> {
        // Pages of a busy list are full, and there are some of each partition; those of a quiet one may have an entry each.
        let (shards, at_once) = if is_spread { (keys::LIST_SHARDS, 2) } else { (1, MOST.min(limit + 1)) };
        let source = |partition, is_index| {
            let newest = from.map(|from| from.plus(if is_index { 0 } else { SPAN_MS }));
            let newest = newest.map_or_else(keys::before_late_pages, keys::after_time);
            let range = Some(Expr::new("#sk < :newest").s(":newest", newest));
            Source { partition, is_index, at_once, range, after: None, left: Some(Time(i64::MAX)) }
        };
        let pages = (0..shards).map(|shard| source(keys::event_pages(workflow, shard), false));
        pages.chain([source(keys::recent(workflow, Prefix::RecentEvents), true)]).collect()
    }
}

impl Store {
    /// Reads on in a source.
    pub(crate) async fn read_on(&self, source: &mut Source) -> Result<Vec<Entry>> {
        let query = Query {
            index: source.is_index.then_some(keys::RECENT),
            partition: source.partition.clone(),
            range: source.range.clone(),
            filter: None,
            newest_first: true,
            is_consistent: true,
            limit: source.at_once,
            after: source.after.take().map(|item| item.0),
        };
        source.at_once = MOST.min(source.at_once * 2);
        let (items, stopped) = self.query(query).await?;
        let place = if source.is_index { "rs" } else { "sk" };
        source.left = stopped
            .as_ref()
            .map(|stopped| keys::time_of_place(stopped.str(place)?).ok_or_else(|| malformed(place)))
            .transpose()?;
        source.after = stopped;
        if source.is_index {
            return items.iter().map(read_index).collect();
        }
        Ok(items.iter().flat_map(readable).collect())
    }
}

/// An entry of the index.
fn read_index(item: &Item) -> Result<Entry> {
    let place = item.str("rs")?;
    Ok(Entry {
        item: keys::recent_id(place).ok_or_else(|| malformed("rs"))?,
        at: keys::time_of_place(place).ok_or_else(|| malformed("rs"))?,
        keep_until: item.time("keep")?,
        hop: item.num("hop")?,
        cells: vec![CellId(item.str("cell")?.to_owned())],
        groups: item.strings("groups"),
        version: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_from_before_versions_were_noted_is_read() {
        let id = EventId::fresh();
        let old = format!(r#"[[1,"{id}",2,0,["a"],["g"]],[1,"{id}",2,0,["a"],["g"],7]]"#);
        let written: Vec<Written> = serde_json::from_str(&old).unwrap();
        assert_eq!(written.iter().map(|entry| entry.6).collect::<Vec<_>>(), [None, Some(7)]);
    }
}
