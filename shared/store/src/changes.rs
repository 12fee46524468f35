//! What came into a workflow's list of events since a cursor, in the order of the list, for whoever follows the workflow: two queries where the
//! list is not spread, of half a read unit each while nothing is new.
//!
//! Pages are written a little later than their places say, so a new page may stand before one that was read already. A cursor therefore has a
//! place before which nothing comes any more, and what was read behind it. Nothing comes at a place that is older than [`SETTLED_MS`]: what is
//! written later than [`LATE_MS`] stands again at the time of its writing (`event_pages.rs`). The difference is for clocks that differ.

use crate::event_list::event_place;
use crate::event_pages::{Entry, LATE_MS, readable};
use crate::events::RunItem;
use crate::expression::{Expr, Query};
use crate::item::Item;
use crate::keys;
use crate::page::Cursor;
use crate::sdk::Store;
use crate::workflows::Workflow;
use futures::future::try_join_all;
use rookery_domain::{Error, Result, Time};
use std::collections::{BTreeMap, HashSet};

/// After how long nothing comes at a place any more.
const SETTLED_MS: i64 = LATE_MS + 5_000;
/// The most pages that are looked at. A cursor has the names of as many.
const PAGES: usize = 128;
/// How many pages are read of each partition of a list that is spread.
const PAGES_OF_SHARD: usize = 8;
/// The characters of a page's name in a cursor, and the most of a place.
const NAME: usize = 12;
const PLACE: usize = 200;
/// Separates the place of a cursor from the names of pages.
const THEN: char = '|';

/// The longest cursor, in characters.
const CURSOR_CHARS: usize = 4096;

/// What came into a list since a cursor.
#[derive(Debug)]
pub struct Changes {
    /// The items whose events came, in the order of the list.
    pub items: Vec<RunItem>,
    /// Where what comes next begins.
    pub next: Cursor,
    /// There is more already.
    pub truncated: bool,
}

/// Where somebody who follows a list stands.
struct Place {
    /// All pages up to here are read, and no other comes.
    since: String,
    /// The pages behind it that are read.
    seen: HashSet<String>,
}

impl Place {
    fn read(cursor: &str) -> Option<Self> {
        let Cursor(text) =
            Some(cursor).filter(|cursor| cursor.len() <= CURSOR_CHARS).and_then(|cursor| Cursor::decode(cursor).ok())?;
        let (since, names) = text.split_once(THEN).filter(|(since, _)| since.len() <= PLACE)?;
        keys::time_of_place(since)?;
        let names = (0..names.len()).step_by(NAME).map(|at| names.get(at..at + NAME).map(str::to_owned));
        Some(Place { since: since.to_owned(), seen: names.collect::<Option<_>>()? })
    }

    fn cursor(&self) -> Cursor {
        Cursor(self.seen.iter().fold(format!("{}{THEN}", self.since), |cursor, name| cursor + name))
    }
}

/// The pages behind a place, in order, and whether there are more.
struct Read {
    pages: Vec<Item>,
    more: bool,
}

impl Store {
    /// What came into the list of a workflow's events after a cursor, oldest first: the items that were written at about the same time together, so
    /// there may be some more than `limit`. Without a cursor, nothing: only the cursor of now. An item may come again, though seldom.
    pub async fn list_changes(&self, workflow: &Workflow, after: Option<&str>, limit: usize) -> Result<Changes> {
        let settled = keys::after_time(Time::now().plus(-SETTLED_MS));
        let place = match after {
            Some(cursor) => Place::read(cursor).ok_or_else(bad_cursor)?,
            None => Place { since: settled.clone(), seen: HashSet::new() },
        };
        let Read { pages, more } = self.pages_behind(workflow, &place.since).await?;
        let (mut found, mut read, mut left) = (BTreeMap::new(), Vec::new(), false);
        for page in &pages {
            let sort = keys::page_place(page.str("sk")?);
            let is_new = after.is_some() && !place.seen.contains(name(sort));
            if is_new && found.len() >= limit {
                left = true;
                break;
            }
            if is_new {
                let is_again = sort != page.str("sk")?;
                // What stands behind the cursor was read where it first stood, or will be.
                let entries = readable(page).into_iter().filter(|entry| !is_again || entry.place() < place.since);
                found.extend(entries.map(|entry| (entry.place(), entry)));
            }
            read.push(sort);
        }
        let last = read.last().map_or(&*place.since, |last| *last);
        let since = if left || more { last.min(&*settled) } else { &*settled }.max(&*place.since);
        // A full window of pages that are all read is waited for: with time, it moves on.
        let truncated = left || (more && last <= &*settled);
        let seen = read.iter().filter(|sort| **sort > since).map(|sort| name(sort).to_owned()).collect();
        let next = Place { since: since.to_owned(), seen }.cursor();
        Ok(Changes { items: self.listed_items(workflow, found).await?, next, truncated })
    }

    /// The first pages behind a place.
    async fn pages_behind(&self, workflow: &Workflow, since: &str) -> Result<Read> {
        let (shards, limit) = if workflow.is_spread { (keys::LIST_SHARDS, PAGES_OF_SHARD) } else { (1, PAGES) };
        let query = |shard, (from, to): (String, String)| {
            let range = Expr::new("#sk BETWEEN :from AND :to").s(":from", from).s(":to", to);
            let partition = keys::event_pages(&workflow.id, shard);
            // What is read a moment late is read in time all the same.
            self.query(Query { range: Some(range), is_consistent: false, ..Query::prefix(partition, "", limit) })
        };
        let queries = (0..shards).flat_map(|shard| keys::pages_behind(since).map(|range| query(shard, range)));
        let (mut pages, mut edge): (_, Option<String>) = (BTreeMap::new(), None);
        for (items, stopped) in try_join_all(queries).await? {
            if let Some(stopped) = stopped {
                let end = keys::page_place(stopped.str("sk")?);
                edge = Some(edge.filter(|edge| edge.as_str() < end).unwrap_or_else(|| end.to_owned()));
            }
            for item in items {
                pages.insert((keys::page_place(item.str("sk")?).to_owned(), item.str("sk")?.to_owned()), item);
            }
        }
        // Behind the end of one partition's pages, there may be others of it.
        let known = pages.into_iter().filter(|((place, _), _)| edge.as_ref().is_none_or(|edge| place <= edge));
        let mut pages: Vec<Item> = known.map(|(_, item)| item).collect();
        let more = edge.is_some() || pages.len() > PAGES;
        pages.truncate(PAGES);
        Ok(Read { pages, more })
    }

    /// The items of entries, by the entries' places.
    async fn listed_items(&self, workflow: &Workflow, entries: BTreeMap<String, Entry>) -> Result<Vec<RunItem>> {
        let now = Time::now();
        let entries: Vec<(String, Entry)> = entries.into_iter().filter(|(_, entry)| entry.keep_until > now).collect();
        let ids: Vec<_> = entries.iter().map(|(_, entry)| entry.item).collect();
        let items = self.run_items(&workflow.id, &ids).await?;
        // An entry may be of an event that was not stored, or that was stored at another time by whoever came first.
        let is_there = |item: &RunItem, place: &str| item.event.as_ref().is_some_and(|event| event_place(event) == place);
        let there = items.into_iter().zip(&entries).filter_map(|(item, (place, _))| item.filter(|item| is_there(item, place)));
        Ok(there.collect())
    }
}

/// What a cursor has of a page: the end of its sort key, which is a hash.
fn name(sort: &str) -> &str {
    sort.get(sort.len().saturating_sub(NAME)..).unwrap_or(sort)
}

fn bad_cursor() -> Error {
    let details = "Use `meta.next_cursor` of the answer before, or leave it out for the cursor of now.";
    Error::invalid("`after` is not a cursor of this list.", details)
}
