//! Lists of events: of a workflow, newest first, and of a run. The events of a chain stand in them as all others, at the place of their
//! item; so a page may end inside of an item, and the next one begins there.

use crate::event_pages::{Entry, Source};
use crate::events::{RunItem, read_run};
use crate::item::malformed;
use crate::keys;
use crate::page::{Cursor, Page, Placed, bad_cursor};
use crate::sdk::Store;
use crate::workflows::Workflow;
use futures::future::try_join_all;
use rookery_domain::{CellId, Event, EventId, Result, RunId, Time, Words, WorkflowRef};
use std::collections::BTreeSet;

/// After how many entries a page looks no further, however few of them match: enough to pass the largest run (`limits::RUN_EVENTS`, which may be exceeded
/// a little).
const LOOKED_AT: usize = 12_000;
/// After how many items a page ends whose events are sought by their words: their payloads are read for that.
const READ: usize = 1_000;

/// Which events a list shows.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Only the events of this agent.
    pub cell: Option<CellId>,
    /// Only the events with this group.
    pub group: Option<String>,
    /// Only the events of runs that are pinned to this version.
    pub version: Option<u64>,
    /// Only the roots of runs.
    pub roots: bool,
    /// Only events that are not older.
    pub since: Option<Time>,
    /// Only events that are not newer.
    pub until: Option<Time>,
    /// Only events with these words in the JSON of their payloads.
    pub words: Words,
}

impl EventFilter {
    /// Whether an event is shown.
    fn selects(&self, event: &Event, now: Time) -> bool {
        self.cell.as_ref().is_none_or(|cell| *cell == event.cell)
            && self.group.as_ref().is_none_or(|group| event.groups.contains(group))
            && self.version.is_none_or(|version| version == event.version)
            && (!self.roots || begins_run(event.id, event.hop))
            && self.since.is_none_or(|since| event.created_at >= since)
            && self.until.is_none_or(|until| event.created_at <= until)
            && event.keep_until > now
            && self.words.are_in(event.payload.as_str())
    }

    /// Whether an item may have events that are shown.
    fn may_select(&self, entry: &Entry, now: Time) -> bool {
        self.cell.as_ref().is_none_or(|cell| entry.cells.contains(cell))
            && self.group.as_ref().is_none_or(|group| entry.groups.contains(group))
            && self.version.is_none_or(|version| entry.version.is_none_or(|noted| noted == version))
            && (!self.roots || begins_run(entry.item, entry.hop))
            && self.since.is_none_or(|since| entry.at >= since)
            && self.until.is_none_or(|until| entry.at <= until)
            && entry.keep_until > now
    }
}

/// Whether an event began its run: also that of a task, before which lie hops of its sender; or is one of several that a check emitted.
fn begins_run(id: EventId, hop: u16) -> bool {
    hop == 0 || id.is_root()
}

/// The place at which a run is listed, by its events: that of the last one that began it.
pub fn run_place<'e>(events: impl Iterator<Item = &'e Event>) -> Option<String> {
    events.filter(|event| begins_run(event.id, event.hop)).map(event_place).max()
}

impl Store {
    /// A page of events, newest first. An event that came from outside is in the list when its first delivery has begun, any other when it is
    /// stored, give or take a moment. A page without events has a cursor only where none of the 12,000 items that were looked at has an event
    /// that is shown; of 1,000 that were read, where words are sought.
    pub async fn list_events(
        &self,
        workflow: &Workflow,
        filter: &EventFilter,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Event>> {
        let mut found = Page { items: Vec::new(), next: cursor.cloned() };
        let (mut looked_at, mut read) = (0, 0);
        loop {
            let after = found.next.take();
            let (places, is_last) = self.list_places_of_events(workflow, filter, limit, after.as_ref(), &mut looked_at).await?;
            let ids = places.items.iter().map(|place| keys::recent_id(place).ok_or_else(|| malformed("list")));
            let items = self.run_items(&workflow.id, &ids.collect::<Result<Vec<_>>>()?).await?;
            read += items.len();
            // An entry may be of an event that was not stored, or that was stored at another time by whoever came first.
            let is_there =
                |(item, place): &(&RunItem, &String)| item.event.as_ref().is_some_and(|event| event_place(event) == **place);
            let there =
                items.iter().zip(&places.items).filter_map(|(item, place)| Some((item.as_ref()?, place))).filter(is_there);
            let events = there.flat_map(|(item, _)| item.events().rev());
            let page = shown(events, filter, limit - found.items.len(), after.as_ref(), places.next, event_place);
            found.items.extend(page.items);
            found.next = page.next;
            let is_enough = match filter.words.is_empty() {
                true => !found.items.is_empty(),
                false => found.items.len() == limit || read >= READ,
            };
            if is_last || is_enough || found.next.is_none() {
                return Ok(found);
            }
        }
    }

    /// A page of items that may have events which are shown, newest first, for whoever reads them in another way. An item may be gone, or have
    /// another place by now.
    pub async fn list_event_places(
        &self,
        workflow: &Workflow,
        filter: &EventFilter,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Placed>> {
        let (page, _) = self.list_places_of_events(workflow, filter, limit, cursor, &mut 0).await?;
        page.try_map(Placed::read)
    }

    /// A page of the places of items that may have events which are shown, newest first; and whether enough was looked at. A page without places
    /// has a cursor only then.
    async fn list_places_of_events(
        &self,
        workflow: &Workflow,
        filter: &EventFilter,
        limit: usize,
        cursor: Option<&Cursor>,
        looked_at: &mut usize,
    ) -> Result<(Page<String>, bool)> {
        let mut after = cursor.cloned();
        loop {
            let (page, is_last) = self.look_for_places(workflow, filter, limit, after.as_ref(), looked_at).await?;
            let is_last = is_last || *looked_at >= LOOKED_AT;
            if is_last || !page.items.is_empty() || page.next.is_none() {
                return Ok((page, is_last));
            }
            after = page.next;
        }
    }

    /// One look for such places, which may find none; and whether it ends because enough was looked at.
    async fn look_for_places(
        &self,
        workflow: &Workflow,
        filter: &EventFilter,
        limit: usize,
        cursor: Option<&Cursor>,
        looked_at: &mut usize,
    ) -> Result<(Page<String>, bool)> {
        let after = cursor.map(|cursor| keys::item_place(&cursor.0));
        let from = after.map(|(place, _)| keys::time_of_place(place).ok_or_else(bad_cursor)).transpose()?.or(filter.until);
        let is_after = |place: &str| after.is_none_or(|(after, is_inside)| place < after || is_inside && place == after);
        let mut sources = Source::all(&workflow.id, workflow.is_spread, limit, from);
        let (mut found, now) = (BTreeSet::new(), Time::now());
        // Entries of the page are certain where no source has newer ones left.
        let is_wanted = |left: Time| filter.since.is_none_or(|since| left >= since);
        let certain = loop {
            let last: Option<Time> = found.iter().rev().nth(limit - 1).and_then(|place: &String| keys::time_of_place(place));
            let is_behind = |left: Time| is_wanted(left) && last.is_none_or(|last| left >= last);
            let behind = sources.iter_mut().filter(|source| source.left.is_some_and(is_behind));
            let behind: Vec<&mut Source> = behind.collect();
            if behind.is_empty() {
                break None;
            }
            if *looked_at >= LOOKED_AT {
                break behind.iter().filter_map(|source| source.left).max();
            }
            for entry in try_join_all(behind.into_iter().map(|source| self.read_on(source))).await?.concat() {
                *looked_at += 1;
                let place = entry.place();
                if is_after(&place) && filter.may_select(&entry, now) {
                    found.insert(place);
                }
            }
        };
        let is_certain = |place: &str| certain.is_none_or(|left| keys::time_of_place(place).is_some_and(|at| at > left));
        let more = found.len() > limit || sources.iter().any(|source| source.left.is_some_and(is_wanted));
        let items: Vec<String> = found.into_iter().rev().take(limit).filter(|place| is_certain(place)).collect();
        let next = match certain {
            Some(left) if items.len() < limit => Some(Cursor(keys::after_time(left))),
            _ => items.last().filter(|_| more).map(|last| Cursor(last.clone())),
        };
        Ok((Page { items, next }, certain.is_some()))
    }

    /// A page of a run's events, each after what it came of in its item, the items in no particular order. Pages without events that are
    /// shown are passed over, up to 12,000 items.
    pub async fn list_run_events(
        &self,
        workflow: &WorkflowRef,
        run: RunId,
        filter: &EventFilter,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Event>> {
        let (mut after, mut looked_at) = (cursor.cloned(), 0);
        loop {
            let items = match after.as_ref().map(|cursor| keys::item_place(&cursor.0)) {
                Some(("", _)) => return Err(bad_cursor()),
                Some((item, true)) => self.page_from(&keys::run(workflow, run), item, limit).await?,
                _ => self.page(&keys::run(workflow, run), "", limit, after.as_ref()).await?,
            };
            looked_at += items.items.len();
            let items = read_run(run, items)?;
            let events = items.items.iter().flat_map(RunItem::events);
            let page = shown(events, filter, limit, after.as_ref(), items.next, place_in_run);
            if looked_at >= LOOKED_AT || !page.items.is_empty() || page.next.is_none() {
                return Ok(page);
            }
            after = page.next;
        }
    }
}

/// The events of a page: those after the one at which the page before ended, as many as it may have.
fn shown<'e>(
    events: impl Iterator<Item = &'e Event>,
    filter: &EventFilter,
    limit: usize,
    after: Option<&Cursor>,
    next: Option<Cursor>,
    place: fn(&Event) -> String,
) -> Page<Event> {
    let (events, now): (Vec<&Event>, Time) = (events.collect(), Time::now());
    let last = events.iter().position(|event| after.is_some_and(|after| after.0 == place(event)));
    let events = events.into_iter().skip(last.map_or(0, |last| last + 1)).filter(|event| filter.selects(event, now));
    let mut page = Page { items: events.take(limit + 1).cloned().collect(), next };
    if page.items.len() > limit {
        page.items.truncate(limit);
        page.next = page.items.last().map(|last| Cursor(place(last)));
    }
    page
}

/// An event's place in the list of all events.
pub fn event_place(event: &Event) -> String {
    keys::place_of_event(&keys::recent_sort(event.created_at, event.item), event)
}

/// An event's place in the list of its run. It is always inside of the item, since the first event's chain comes after that event.
pub fn place_in_run(event: &Event) -> String {
    keys::place_in_item(&event.item.own.simple().to_string(), event)
}
