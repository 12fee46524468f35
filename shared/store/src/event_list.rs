//! The list of a workflow's events, newest first, whole or filtered. The events of a chain stand in it as all others.

use crate::expression::Expr;
use crate::keys::{self, Prefix};
use crate::page::{Cursor, Page};
use crate::recent::Recent;
use crate::sdk::Store;
use rookery_domain::{CellId, Event, Result, Time, WorkflowRef};

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
            let events: Vec<&Event> = items.iter().flatten().flat_map(|item| item.events().rev()).collect();
            let shown = events.iter().position(|event| after.as_ref().is_some_and(|after| after.0 == event_place(event)));
            let events = events.into_iter().skip(shown.map_or(0, |shown| shown + 1)).filter(|event| filter.selects(event));
            page = Page { items: events.cloned().collect(), next: ids.next };
            if page.items.len() > limit {
                page.items.truncate(limit);
                page.next = page.items.last().map(|last| Cursor(event_place(last)));
            }
            if !page.items.is_empty() || page.next.is_none() {
                break;
            }
        }
        Ok(page)
    }
}

/// An event's place in the list of all events. The events of a chain stand in the place of their item, the later ones first.
pub fn event_place(event: &Event) -> String {
    let place = keys::recent_sort(event.created_at, event.item);
    if event.id == event.item { place } else { keys::place_in_chain(&place, event.id) }
}
