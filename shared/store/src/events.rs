//! Items of a run: events, and what became of deliveries. Here they are accepted, read and listed.

use crate::chain::Chain;
use crate::commit::record::{Commit, Parked};
use crate::expression::Expr;
use crate::item::Item;
use crate::kept_replies::KeptReply;
use crate::keys::{self, Key};
use crate::packs;
use crate::page::{Cursor, Page};
use crate::sdk::Store;
use crate::session_asks::SessionAsk;
use crate::task_asks::TaskAsk;
use crate::task_origins::TaskOrigin;
use crate::workflows::{self, Workflow};
use rookery_domain::{Cause, CellId, Error, Event, EventAt, EventId, Kind, Payload, Result, RunId, Time, WorkflowRef, limits};
use serde_json::json;
use std::sync::Arc;

/// How many items of a run are read at once when an event is sought.
const READ: usize = 1000;

/// An item of a run. It is an event, a delivery's commit, both of these (the first event that a delivery emitted is its commit),
/// a delivery that waits, or what it waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct RunItem {
    /// The item's id in the run.
    pub id: EventId,
    /// The event.
    pub event: Option<Event>,
    /// The other events that the delivery emitted and that share the item, in order.
    pub others: Vec<Event>,
    /// What became of a delivery.
    pub commit: Option<Commit>,
    /// What came of the event and is stored with it.
    pub chain: Chain,
    /// A delivery that waits for its next attempt.
    pub parked: Option<Parked>,
    /// What a delivery asks of a persistent agent.
    pub asked: Option<SessionAsk>,
    /// The task that a delivery sends to an entry point.
    pub sent: Option<TaskAsk>,
    /// The task that began the run.
    pub origin: Option<TaskOrigin>,
    /// A reply to whoever began the run, who is no stage.
    pub kept: Option<KeptReply>,
    /// On the run's first item: how many events the run has, about.
    pub run_events: u64,
    /// On the run's first item: the delivery that hit the run's limit.
    pub limit_hit: Option<String>,
    /// What the delivery published in its agent's feed.
    pub published: Option<Payload>,
}

impl RunItem {
    /// The events in the item, each after what it came of.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.event.iter().chain(&self.others).chain(&self.chain.events)
    }

    /// The same, taken out of the item.
    pub fn into_events(self) -> impl Iterator<Item = Event> {
        self.event.into_iter().chain(self.others).chain(self.chain.events)
    }

    /// What became of deliveries, by this item.
    pub fn commits(&self) -> impl Iterator<Item = &Commit> {
        self.commit.iter().chain(&self.chain.commits)
    }

    /// The event with this id, if it is in the item.
    pub fn find_event(&self, id: EventId) -> Option<&Event> {
        self.events().find(|event| event.id == id)
    }

    /// The event with this id, taken out of the item.
    pub fn into_event(self, id: EventId) -> Option<Event> {
        self.into_events().find(|event| event.id == id)
    }
}

/// What became of an event that came from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Accepted {
    /// The event is new, and stored.
    New,
    /// The event was there already: its item.
    Same(Box<RunItem>),
}

impl Store {
    /// Stores an event that came from outside under a fresh id, with its chain. Nothing can have this id, so nothing is looked for; and
    /// nothing ever changes the item, so that a request which is sent again writes the same.
    pub async fn accept_fresh(&self, workflow: &WorkflowRef, event: &Event, chain: &Chain) -> Result<()> {
        self.put_fresh(&|| event_item(workflow, event, chain)).await
    }

    /// Stores an event that came from outside, under an id that it may have had before, with its chain. The same id with other content:
    /// 409 `idempotency_conflict`.
    pub async fn accept(&self, workflow: &WorkflowRef, event: &Event, chain: &Chain) -> Result<Accepted> {
        let is_same = |there: &RunItem| {
            there.event.as_ref().is_some_and(|there| there.payload == event.payload && there.groups == event.groups)
        };
        match self.accept_first(workflow, event, chain).await? {
            Accepted::Same(there) if !is_same(&there) => Err(Error::new(
                Kind::Conflict,
                "idempotency_conflict",
                "This key came before, with another body.",
                "Use a new Idempotency-Key for a new event.",
            )
            .with_meta(json!({"event_id": there.id}))),
            accepted => Ok(accepted),
        }
    }

    /// Stores an event that came from outside, with its chain, unless its id came before: then the first stays, whatever it holds.
    pub async fn accept_first(&self, workflow: &WorkflowRef, event: &Event, chain: &Chain) -> Result<Accepted> {
        let item = || event_item(workflow, event, chain);
        // An expired event that TTL has not removed yet is still the same event: its deliveries may also still be there.
        if self.put_made(&item, Some(Expr::new("attribute_not_exists(pk)"))).await? {
            return Ok(Accepted::New);
        }
        let there = self.get(keys::event(workflow, event.id)).await?;
        let there = there.map(|item| read_item(event.id, &item)).transpose()?.filter(|item| item.event.is_some());
        let is_no_event = || Error::unavailable("an item with the event's id is there, but it is not an event");
        there.map(|there| Accepted::Same(Box::new(there))).ok_or_else(is_no_event)
    }

    /// Reads one item of a run, consistently.
    pub async fn run_item(&self, workflow: &WorkflowRef, id: EventId) -> Result<Option<RunItem>> {
        Ok(self.run_items(workflow, &[id]).await?.pop().flatten())
    }

    /// Reads an event, consistently, at the place where it is stored.
    pub async fn event(&self, workflow: &WorkflowRef, place: EventAt) -> Result<Option<Event>> {
        Ok(self.events(workflow, &[place]).await?.pop())
    }

    /// Reads events, consistently, at the places where they are stored; those that are no longer there are missing in the answer.
    pub async fn events(&self, workflow: &WorkflowRef, places: &[EventAt]) -> Result<Vec<Event>> {
        let keys: Vec<EventId> = places.iter().map(|place| place.item).collect();
        let items = self.run_items(workflow, &keys).await?;
        Ok(places.iter().zip(items).filter_map(|(place, item)| item?.into_event(place.id)).collect())
    }

    /// Reads an event by its id alone, wherever it is stored. If it has no item of its own, all items of its run are looked at.
    pub async fn find_event(&self, workflow: &WorkflowRef, id: EventId) -> Result<Option<Event>> {
        if let Some(event) = self.run_item(workflow, id).await?.and_then(|item| item.into_event(id)) {
            return Ok(Some(event));
        }
        let mut cursor = None;
        loop {
            let page = self.list_run(workflow, id.run, READ, cursor.as_ref()).await?;
            if let Some(event) = page.items.into_iter().find_map(|item| item.into_event(id)) {
                return Ok(Some(event));
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(None);
            }
        }
    }

    /// Reads items of runs, consistently, in the order of the ids.
    pub async fn run_items(&self, workflow: &WorkflowRef, ids: &[EventId]) -> Result<Vec<Option<RunItem>>> {
        let keys = ids.iter().map(|id| keys::event(workflow, *id)).collect();
        read_items(ids, self.get_many(keys).await?)
    }

    /// Reads items of one workflow's runs, consistently, and the workflow's head, perhaps as it was a moment ago (see `shared`), in one
    /// request. Concurrent callers share the items.
    pub async fn run_items_and_head(
        &self,
        workflow: &WorkflowRef,
        ids: &[EventId],
    ) -> Result<(Vec<Option<Arc<RunItem>>>, Option<Workflow>)> {
        let mut wanted: Vec<Key> = ids.iter().map(|id| keys::event(workflow, *id)).collect();
        wanted.push(keys::head(workflow));
        let mut found = self.get_shared(wanted).await?;
        let head = found.pop().flatten().map(|head| workflows::read(&workflow.project, &head)).transpose()?;
        let now = Time::now();
        let alive = found.into_iter().map(|found| found.filter(|found| !found.is_expired(now)));
        let items = ids.iter().zip(alive).map(|(id, found)| found.map(|found| found.run_item(*id)).transpose());
        Ok((items.collect::<Result<_>>()?, head))
    }

    /// A page of a run's items, in no particular order.
    pub async fn list_run(
        &self,
        workflow: &WorkflowRef,
        run: RunId,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<RunItem>> {
        read_run(run, self.page(&keys::run(workflow, run), "", limit, cursor).await?)
    }

    /// Removes a run.
    pub async fn delete_run(&self, workflow: &WorkflowRef, run: RunId) -> Result<()> {
        let mut all = usize::MAX;
        self.delete_prefix(&keys::run(workflow, run), "", &mut all).await.map(drop)
    }

    /// Counts events of a run, by a sample of them, on the run's first item, and gives that item as it is then.
    pub async fn count_run_events(&self, workflow: &WorkflowRef, run: RunId, events: u64) -> Result<Option<RunItem>> {
        let id = EventId::root(run);
        let update = Expr::new("ADD run_events :n").n(":n", events);
        let item = self.update(&keys::event(workflow, id), update, Some(Expr::new("attribute_exists(pk)"))).await?;
        item.map(|item| read_item(id, &item)).transpose()
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

/// An event, with its chain, as an item of its run.
pub(crate) fn event_item(workflow: &WorkflowRef, event: &Event, chain: &Chain) -> Result<Item> {
    let key: Key = keys::event(workflow, event.id);
    let mut item = Item::new(&key)
        .s("cell", &event.cell)
        .n("inc", event.incarnation)
        .n("ver", event.version)
        .n("at", event.created_at.0)
        .n("hop", event.hop)
        .n("keep", event.keep_until.0)
        .n("expires_at", chain.remembered_until(event).ttl_seconds());
    item = if event.groups.is_empty() { item } else { item.list("groups", &event.groups) };
    let item = chain.write(event, item)?;
    let item = if event.last { item.n("last", 1) } else { item };
    Ok(item.maybe(event.cause.as_ref(), |item, cause| {
        item.s("from", cause.event)
            .maybe(cause.delivery, |item, delivery| item.s("dl", delivery))
            .maybe(cause.receiver.as_ref(), |item, receiver| item.s("only", receiver))
    }))
}

/// Reads a page of a run's items.
pub(crate) fn read_run(run: RunId, page: Page<Item>) -> Result<Page<RunItem>> {
    page.try_map(|item| read_item(EventId { run, own: item.parse("sk")? }, &item))
}

/// Reads items. An expired item counts as gone, although DynamoDB may not have removed it yet (rule 11).
fn read_items(ids: &[EventId], items: Vec<Option<Item>>) -> Result<Vec<Option<RunItem>>> {
    let now = Time::now();
    let alive = items.into_iter().map(|item| item.filter(|item| !item.is_expired(now)));
    ids.iter().zip(alive).map(|(id, item)| item.map(|item| read_item(*id, &item)).transpose()).collect()
}

pub(crate) fn read_item(id: EventId, item: &Item) -> Result<RunItem> {
    let mut event = item.raw("payload").map(|_| read_event(id, item)).transpose()?;
    let chain = event.as_mut().map(|event| Chain::read(event, item)).transpose()?.unwrap_or_default();
    let others = event.as_mut().map(|event| packs::read(event, item)).transpose()?.unwrap_or_default();
    Ok(RunItem {
        id,
        event,
        others,
        chain,
        commit: item.opt_str("out").map(|outcome| Commit::read(id, outcome, item)).transpose()?,
        parked: item.opt_num("parked").map(|attempt| Parked::read(attempt, item)).transpose()?,
        asked: SessionAsk::read(item)?,
        sent: TaskAsk::read(id, item)?,
        origin: TaskOrigin::read(item)?,
        kept: KeptReply::read(item)?,
        run_events: item.opt_num("run_events").unwrap_or(0),
        limit_hit: item.opt_str("limit_hit").map(str::to_owned),
        published: item.raw("published").map(|_| item.unpacked("published").map(Payload::stored)).transpose()?,
    })
}

fn read_event(id: EventId, item: &Item) -> Result<Event> {
    Ok(Event {
        id,
        item: id,
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
    Ok(Cause {
        event: item.parse("from")?,
        delivery: item.opt_str("dl").map(|_| item.parse("dl")).transpose()?,
        receiver: item.opt_str("only").map(|cell| CellId(cell.to_owned())),
    })
}
