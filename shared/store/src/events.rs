//! Items of a run: events, and what became of deliveries. Here they are accepted, read and listed.

use crate::commit::record::{Commit, Parked};
use crate::expression::Expr;
use crate::item::Item;
use crate::keys::{self, Key, Prefix};
use crate::page::{Cursor, Page};
use crate::recent::Recent;
use crate::sdk::Store;
use crate::workflows::{self, Workflow};
use rookery_domain::{Cause, CellId, Error, Event, EventId, Kind, Payload, Result, RunId, Time, WorkflowRef, limits};
use serde_json::json;

/// How many index entries one query of a filtered page looks at, however few of them match.
const LOOKED_AT: usize = 1000;
/// How many queries a page makes that has found nothing yet: enough to pass the largest run (`limits::RUN_EVENTS`, which may be
/// exceeded a little).
const QUERIES: usize = 12;

/// An item of a run. It is an event, a delivery's commit, both of these (the first event that a delivery emitted is its commit),
/// or a delivery that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct RunItem {
    /// The item's id in the run.
    pub id: EventId,
    /// The event.
    pub event: Option<Event>,
    /// What became of a delivery.
    pub commit: Option<Commit>,
    /// A delivery that waits for its next attempt.
    pub parked: Option<Parked>,
    /// On the run's first item: how many events the run has, about.
    pub run_events: u64,
    /// On the run's first item: the delivery that hit the run's limit.
    pub limit_hit: Option<String>,
    /// What the delivery published in its agent's feed.
    pub published: Option<Payload>,
}

/// What became of an event that came from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Accepted {
    /// The event is new, and stored.
    New,
    /// The same event was there already.
    Same(Box<Event>),
}

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
            expr.text += " AND #cell = :cell";
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

    fn selects(&self) -> bool {
        self.cell.is_some() || self.group.is_some() || self.roots
    }
}

impl Store {
    /// Stores an event that came from outside, under its id. The same id with other content: 409 `idempotency_conflict`.
    pub async fn accept(&self, workflow: &WorkflowRef, event: &Event) -> Result<Accepted> {
        let item = event_item(workflow, event);
        // An expired event that TTL has not removed yet is still the same event: its deliveries may also still be there.
        if self.put(item, Some(Expr::new("attribute_not_exists(pk)"))).await? {
            return Ok(Accepted::New);
        }
        let there = self.get(keys::event(workflow, event.id)).await?;
        let there = there.map(|item| read_item(event.id, &item)).transpose()?.and_then(|item| item.event);
        match there {
            Some(there) if there.payload == event.payload && there.groups == event.groups => Ok(Accepted::Same(Box::new(there))),
            Some(there) => Err(Error::new(
                Kind::Conflict,
                "idempotency_conflict",
                "This key came before, with another body.",
                "Use a new Idempotency-Key for a new event.",
            )
            .with_meta(json!({"event_id": there.id}))),
            None => Err(Error::unavailable("an item with the event's id is there, but it is not an event")),
        }
    }

    /// Reads one item of a run, consistently.
    pub async fn run_item(&self, workflow: &WorkflowRef, id: EventId) -> Result<Option<RunItem>> {
        Ok(self.run_items(workflow, &[id]).await?.pop().flatten())
    }

    /// Reads items of runs, consistently, in the order of the ids.
    pub async fn run_items(&self, workflow: &WorkflowRef, ids: &[EventId]) -> Result<Vec<Option<RunItem>>> {
        let keys = ids.iter().map(|id| keys::event(workflow, *id)).collect();
        read_items(ids, self.get_many(keys).await?)
    }

    /// Reads items of one workflow's runs and the workflow's head, in one request.
    pub async fn run_items_and_head(
        &self,
        workflow: &WorkflowRef,
        ids: &[EventId],
    ) -> Result<(Vec<Option<RunItem>>, Option<Workflow>)> {
        let mut wanted: Vec<Key> = ids.iter().map(|id| keys::event(workflow, *id)).collect();
        wanted.push(keys::head(workflow));
        let mut items = self.get_many(wanted).await?;
        let head = items.pop().flatten().map(|item| workflows::read(&workflow.project, &item)).transpose()?;
        Ok((read_items(ids, items)?, head))
    }

    /// A page of events, newest first; the index may lag by a moment. A page without events has a cursor only where none of the
    /// 12,000 entries that were looked at matches.
    pub async fn list_events(
        &self,
        workflow: &WorkflowRef,
        filter: &EventFilter,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Event>> {
        let looked_at = if filter.selects() { LOOKED_AT } else { limit };
        let all = Recent::of(workflow, keys::recent(workflow, Prefix::RecentEvents), limit);
        let recent = Recent { filter: Some(filter.expr(Time::now())), looked_at, ..all };
        let mut page = Page { items: Vec::new(), next: cursor.cloned() };
        for _ in 0..QUERIES {
            let ids = self.list_recent(&recent, page.next.as_ref()).await?;
            let items = self.run_items(workflow, &ids.items).await?;
            page = Page { items: items.into_iter().flatten().filter_map(|item| item.event).collect(), next: ids.next };
            if !page.items.is_empty() || page.next.is_none() {
                break;
            }
        }
        Ok(page)
    }

    /// A page of a run's items, in no particular order.
    pub async fn list_run(
        &self,
        workflow: &WorkflowRef,
        run: RunId,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<RunItem>> {
        let page = self.page(&keys::run(workflow, run), "", limit, cursor).await?;
        page.try_map(|item| {
            let own = item.parse("sk")?;
            read_item(EventId { run, own }, &item)
        })
    }

    /// Counts events of a run, by a sample of them, on the run's first item.
    pub async fn count_run_events(&self, workflow: &WorkflowRef, run: RunId, events: u64) -> Result<()> {
        let key = keys::event(workflow, EventId::root(run));
        self.update(&key, Expr::new("ADD run_events :n").n(":n", events), Some(Expr::new("attribute_exists(pk)"))).await.map(drop)
    }

    /// Marks a run as over its limit for this delivery. `false` when another delivery was the first.
    pub async fn hit_run_limit(&self, workflow: &WorkflowRef, run: RunId, delivery: &str) -> Result<bool> {
        let key = keys::event(workflow, EventId::root(run));
        let condition = Expr::new("attribute_exists(pk) AND (attribute_not_exists(limit_hit) OR limit_hit = :d)");
        let update = Expr::new("SET limit_hit = :d").s(":d", delivery);
        Ok(self.update(&key, update, Some(condition)).await?.is_some())
    }

    /// Keeps an event at least until this time, because something waits for it.
    pub async fn keep_event(&self, workflow: &WorkflowRef, id: EventId, until: Time) -> Result<()> {
        let update = Expr::new("SET expires_at = :at").n(":at", until.ttl_seconds());
        let condition = Expr::new("attribute_exists(pk) AND expires_at < :at");
        self.update(&keys::event(workflow, id), update, Some(condition)).await.map(drop)
    }
}

/// Until when a commit may be asked for.
pub(crate) fn remembered_until(at: Time, keep: Time) -> Time {
    keep.max(at.plus(limits::COMMIT_MS))
}

/// An event as an item of its run.
pub(crate) fn event_item(workflow: &WorkflowRef, event: &Event) -> Item {
    let key: Key = keys::event(workflow, event.id);
    let item = Item::new(&key)
        .s("cell", &event.cell)
        .n("inc", event.incarnation)
        .n("ver", event.version)
        .n("at", event.created_at.0)
        .n("hop", event.hop)
        .n("keep", event.keep_until.0)
        .packed("payload", event.payload.as_str())
        .s("rp", keys::recent(workflow, Prefix::RecentEvents))
        .s("rs", keys::recent_sort(event.created_at, event.id))
        .n("expires_at", remembered_until(event.created_at, event.keep_until).ttl_seconds());
    let item = if event.groups.is_empty() { item } else { item.list("groups", &event.groups) };
    let item = if event.last { item.n("last", 1) } else { item };
    item.maybe(event.cause.as_ref(), |item, cause| {
        item.s("from", cause.event).maybe(cause.delivery, |item, delivery| item.s("dl", delivery))
    })
}

/// Reads items. An expired item counts as gone, although DynamoDB may not have removed it yet (rule 11).
fn read_items(ids: &[EventId], items: Vec<Option<Item>>) -> Result<Vec<Option<RunItem>>> {
    let now = Time::now();
    let alive = items.into_iter().map(|item| item.filter(|item| !item.is_expired(now)));
    ids.iter().zip(alive).map(|(id, item)| item.map(|item| read_item(*id, &item)).transpose()).collect()
}

pub(crate) fn read_item(id: EventId, item: &Item) -> Result<RunItem> {
    Ok(RunItem {
        id,
        event: item.raw("payload").map(|_| read_event(id, item)).transpose()?,
        commit: item.opt_str("out").map(|outcome| Commit::read(id, outcome, item)).transpose()?,
        parked: item.opt_num("parked").map(|attempt| Parked::read(attempt, item)).transpose()?,
        run_events: item.opt_num("run_events").unwrap_or(0),
        limit_hit: item.opt_str("limit_hit").map(str::to_owned),
        published: item.raw("published").map(|_| item.unpacked("published").map(Payload::stored)).transpose()?,
    })
}

fn read_event(id: EventId, item: &Item) -> Result<Event> {
    Ok(Event {
        id,
        version: item.num("ver")?,
        cell: CellId(item.str("cell")?.to_owned()),
        incarnation: item.num("inc")?,
        groups: item.strings("groups"),
        payload: Payload::stored(item.unpacked("payload")?),
        created_at: item.time("at")?,
        hop: item.num("hop")?,
        cause: item.opt_str("from").map(|_| read_cause(item)).transpose()?,
        keep_until: item.time("keep")?,
        last: item.opt_num::<u8>("last").is_some(),
    })
}

fn read_cause(item: &Item) -> Result<Cause> {
    Ok(Cause { event: item.parse("from")?, delivery: item.opt_str("dl").map(|_| item.parse("dl")).transpose()? })
}
