//! Lists of events: of a workflow, newest first, and of a run. The events of a chain stand in them as all others, at the place of their
//! item; so a page may end inside of an item, and the next one begins there.

use crate::events::{RunItem, read_run};
use crate::expression::Expr;
use crate::keys::{self, Prefix};
use crate::page::{Cursor, Page};
use crate::recent::Recent;
use crate::sdk::Store;
use rookery_domain::{CellId, Event, Result, RunId, Time, WorkflowRef};

/// How many index entries one query of a filtered page looks at, however few of them match.
const LOOKED_AT: usize = 1000;
/// How many queries a page makes that has found nothing yet: enough to pass the largest run (`limits::RUN_EVENTS`, which may be
/// exceeded a little).
const QUERIES: usize = 12;

/// Which events a list shows.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Only the events of this agent.
    pub cell: Option<CellId>,
    /// Only the events with this group.
    pub group: Option<String>,
    /// Only the roots of runs.
    pub roots: bool,
}

impl EventFilter {
    /// The filter expression; it also hides events whose time to be kept is over.
    fn expr(&self, now: Time) -> Expr {
        let mut expr = Expr::new("#keep > :now").name("#keep", "keep").n(":now", now.0);
        if let Some(cell) = &self.cell {
            expr = expr.name("#cell", "cell").s(":cell", cell);
            // An item with a chain has a list of agents. In a text, `contains` may find too much; what is read is looked at again.
            expr.text += " AND contains(#cell, :cell)";
        }
        if let Some(group) = &self.group {
            expr = expr.name("#groups", "groups").s(":group", group);
            expr.text += " AND contains(#groups, :group)";
        }
        if self.roots {
            expr = expr.name("#hop", "hop").n(":zero", 0);
            expr.text += " AND #hop = :zero";
        }
        expr
    }

    fn is_all(&self) -> bool {
        self.cell.is_none() && self.group.is_none() && !self.roots
    }

    /// Whether an event is shown.
    pub fn selects(&self, event: &Event) -> bool {
        self.cell.as_ref().is_none_or(|cell| *cell == event.cell)
            && self.group.as_ref().is_none_or(|group| event.groups.contains(group))
            && !(self.roots && event.hop > 0)
            && event.keep_until > Time::now()
    }
}

impl Store {
    /// A page of events, newest first; the index may lag by a moment. A page without events has a cursor only where none of the
    /// 12,000 entries that were looked at matches.
    pub async fn list_events(
        &self,
        workflow: &WorkflowRef,
        filter: &EventFilter,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Event>> {
        let looked_at = if filter.is_all() { limit } else { LOOKED_AT };
        let all = Recent::of(workflow, keys::recent(workflow, Prefix::RecentEvents), limit);
        let recent = Recent { filter: Some(filter.expr(Time::now())), looked_at, ..all };
        let mut page = Page { items: Vec::new(), next: cursor.cloned() };
        for _ in 0..QUERIES {
            let after = page.next.take();
            let ids = self.list_recent(&recent, after.as_ref()).await?;
            let items = self.run_items(workflow, &ids.items).await?;
            let events = items.iter().flatten().flat_map(|item| item.events().rev());
            page = shown(events, filter, limit, after.as_ref(), ids.next, event_place);
            if !page.items.is_empty() || page.next.is_none() {
                break;
            }
        }
        Ok(page)
    }

    /// A page of a run's events, each after what it came of in its item, the items in no particular order.
    pub async fn list_run_events(
        &self,
        workflow: &WorkflowRef,
        run: RunId,
        filter: &EventFilter,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Event>> {
        let page = match cursor.map(|cursor| keys::item_place(&cursor.0)) {
            Some((item, true)) => self.page_from(&keys::run(workflow, run), item, limit).await?,
            _ => self.page(&keys::run(workflow, run), "", limit, cursor).await?,
        };
        let page = read_run(run, page)?;
        Ok(shown(page.items.iter().flat_map(RunItem::events), filter, limit, cursor, page.next, place_in_run))
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
    let events: Vec<&Event> = events.collect();
    let last = events.iter().position(|event| after.is_some_and(|after| after.0 == place(event)));
    let events = events.into_iter().skip(last.map_or(0, |last| last + 1)).filter(|event| filter.selects(event));
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
