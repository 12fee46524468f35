//! Commits: what a delivery's arm did, written once, on one commit key (rule 4). Also deliveries that wait, and failures.

use crate::RunItem;
use crate::events::{absent, event_item, remembered_until};
use crate::item::{Item, malformed};
use crate::keys;
use crate::memory::MemoryWrite;
use crate::page::{Cursor, Page};
use crate::schedules::ScheduleAdvance;
use crate::sdk::{Expr, Store, Transacted};
use rookery_domain::{CellId, DeliveryId, Error, Event, EventId, Payload, ProjectId, Result, ScopeId, Time, WorkflowId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why a delivery failed, as its owner may see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Failure {
    /// Stable, in snake case.
    pub code: String,
    /// What went wrong, and the remedy.
    pub message: String,
    /// More, like the answer of an outside call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

/// A timer that a delivery set.
#[derive(Clone, Debug, PartialEq)]
pub struct Timer {
    /// Its own delivery id.
    pub delivery: DeliveryId,
    /// When it is due.
    pub at: Time,
    /// The memory that it wakes with.
    pub scope: Option<ScopeId>,
}

/// What an arm of a delivery (a check, a timer) did: on its commit key.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// The commit key.
    pub id: EventId,
    /// The delivery.
    pub delivery: DeliveryId,
    /// 0, and one more for each replay.
    pub arm: u32,
    /// The event that was delivered; none for a check.
    pub event: Option<EventId>,
    /// The agent that handled it.
    pub cell: CellId,
    /// The life of that agent.
    pub incarnation: u64,
    /// `done`, `failed`, `cancelled`, `limit`, or the agent's own word, like `late`.
    pub outcome: String,
    /// The ordinal of the first event that it emitted: 0 if that is the commit key itself, else 1.
    pub first_child: u32,
    /// How many events it emitted.
    pub children: u32,
    /// The timers that it set.
    pub timers: Vec<Timer>,
    /// When its last attempt began.
    pub began: Time,
    /// How long that took, in milliseconds.
    pub took_ms: i64,
    /// The number of that attempt, from 0.
    pub attempt: u32,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// For a failure: the message that replays it, as JSON.
    pub message: Option<String>,
    /// For a failure: when it was replayed.
    pub replayed_at: Option<Time>,
}

/// A delivery that waits for its next attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Parked {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The agent.
    pub cell: CellId,
    /// The event that was delivered.
    pub event: Option<EventId>,
    /// The number of the attempt that comes.
    pub attempt: u32,
    /// When it comes.
    pub until: Time,
    /// Why the last one failed; none when the agent asked to wait.
    pub failure: Option<Failure>,
}

/// What else is written with a commit, in the same transaction.
#[derive(Default)]
pub struct Writes {
    /// The events that it emitted, in order. If there is just one item to write, it is the first of these.
    pub events: Vec<Event>,
    /// What goes into the agent's feed.
    pub published: Option<Payload>,
    /// The memory.
    pub memory: Option<MemoryWrite>,
    /// The messages of timers that are too late for a delayed message: `(timer, message JSON)`.
    pub due: Vec<(Timer, String)>,
    /// For a check: the schedule that it advances.
    pub schedule: Option<ScheduleAdvance>,
    /// Keep the commit at least until then: something waits for what it says.
    pub keep_until: Option<Time>,
}

/// What became of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// It is stored.
    Won,
    /// Somebody committed this arm before: read what won and send it again. A success.
    LostKey,
    /// The schedule has moved on: this check is of no more use.
    LostSchedule,
    /// The memory changed, or transactions collided: read again and run again.
    Lost,
}

/// What an arm's commit key must hold for a commit or a wait to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// Nothing: it is the first attempt.
    Absent,
    /// The wait before this attempt.
    Parked(u32),
}

impl Expected {
    /// What an attempt with this number expects.
    fn before(attempt: u32) -> Self {
        if attempt == 0 { Expected::Absent } else { Expected::Parked(attempt) }
    }

    fn condition(self) -> Expr {
        match self {
            Expected::Absent => absent(Time::now()),
            Expected::Parked(attempt) => Expr::new("parked = :parked").n(":parked", attempt),
        }
    }
}

impl Store {
    /// Writes what an arm of a delivery did: one conditional put, or one transaction where several items change.
    pub async fn commit(&self, project: &ProjectId, workflow: &WorkflowId, commit: &Commit, writes: Writes) -> Result<Committed> {
        let condition = Expected::before(commit.attempt).condition();
        let mut events = writes.events.iter();
        let marker = match commit.first_child {
            0 => event_item(project, workflow, events.next().ok_or_else(|| Error::internal("a commit on a child has no child"))?),
            _ => Item::new(&keys::event(project, workflow, commit.id)),
        };
        let mut keep = remembered_until(commit.began, writes.keep_until.unwrap_or(commit.began));
        if commit.first_child == 0
            && let Some(child) = writes.events.first()
        {
            keep = keep.max(remembered_until(child.created_at, child.keep_until));
        }
        let marker = commit.write(project, workflow, marker).n("expires_at", keep.ttl_seconds()).maybe(
            writes.published.as_ref(),
            |item, payload| {
                item.packed("published", payload.as_str())
                    .s("rp", keys::published(project, workflow, &commit.cell, commit.incarnation))
                    .s("rs", keys::recent_sort(commit.began, commit.id))
            },
        );
        let events: Vec<&Event> = events.collect();
        if events.is_empty() && writes.memory.is_none() && writes.due.is_empty() && writes.schedule.is_none() {
            let won = self.put(marker, Some(condition)).await?;
            return Ok(if won { Committed::Won } else { Committed::LostKey });
        }
        let mut items = vec![self.put_in_transaction(marker, Some(condition))];
        items.extend(writes.schedule.iter().map(|advance| self.advance_in_transaction(project, workflow, advance)));
        let has_schedule = writes.schedule.is_some();
        items.extend(events.iter().map(|event| self.put_in_transaction(event_item(project, workflow, event), None)));
        items.extend(writes.memory.into_iter().map(|memory| self.memory_in_transaction(project, workflow, memory)));
        for (timer, message) in &writes.due {
            let key = keys::event(project, workflow, EventId { run: commit.id.run, own: timer.delivery.0 });
            let item = Item::new(&key).s("dp", keys::due_shard(&key)).n("da", timer.at.0).s("msg", message);
            items.push(self.put_in_transaction(item.n("expires_at", remembered_until(timer.at, timer.at).ttl_seconds()), None));
        }
        Ok(match self.transact(items).await? {
            Transacted::Done => Committed::Won,
            Transacted::Refused(0) => Committed::LostKey,
            Transacted::Refused(1) if has_schedule => Committed::LostSchedule,
            Transacted::Refused(_) | Transacted::Contended => Committed::Lost,
        })
    }

    /// Lets a delivery wait for its next attempt; `message` is what wakes it, kept as a due item when the wait is long.
    /// `false` when the commit key no longer holds what attempt `parked.attempt - 1` expects.
    pub async fn park(
        &self,
        project: &ProjectId,
        workflow: &WorkflowId,
        id: EventId,
        parked: &Parked,
        due_message: Option<&str>,
    ) -> Result<bool> {
        let key = keys::event(project, workflow, id);
        let item = Item::new(&key)
            .s("dl", parked.delivery)
            .s("to", &parked.cell)
            .n("parked", parked.attempt)
            .n("until", parked.until.0)
            .n("expires_at", remembered_until(parked.until, parked.until).ttl_seconds())
            .maybe(parked.event, |item, event| item.s("from", event))
            .maybe(parked.failure.as_ref(), write_failure)
            .maybe(due_message, |item, message| item.s("msg", message).s("dp", keys::due_shard(&key)).n("da", parked.until.0));
        self.put(item, Some(Expected::before(parked.attempt - 1).condition())).await
    }

    /// A page of a workflow's failures, newest first.
    pub async fn list_failures(
        &self,
        project: &ProjectId,
        workflow: &WorkflowId,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<RunItem>> {
        self.list_marked(project, workflow, keys::recent(project, workflow, 'f'), limit, cursor).await
    }

    /// The latest items that an agent published, newest first.
    pub async fn list_published(
        &self,
        project: &ProjectId,
        workflow: &WorkflowId,
        cell: &CellId,
        incarnation: u64,
        limit: usize,
    ) -> Result<Vec<RunItem>> {
        let partition = keys::published(project, workflow, cell, incarnation);
        Ok(self.list_marked(project, workflow, partition, limit, None).await?.items)
    }

    async fn list_marked(
        &self,
        project: &ProjectId,
        workflow: &WorkflowId,
        partition: String,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<RunItem>> {
        let ids = self.list_recent(project, workflow, partition, None, limit, limit, cursor).await?;
        let items = self.run_items(project, workflow, &ids.items).await?;
        Ok(Page { items: items.into_iter().flatten().collect(), next: ids.next })
    }

    /// Notes that a failure is being replayed.
    pub async fn mark_replayed(&self, project: &ProjectId, workflow: &WorkflowId, id: EventId, at: Time) -> Result<()> {
        let update = Expr::new("SET replayed = :at").n(":at", at.0);
        let condition = Expr::new("attribute_exists(msg)");
        self.update(&keys::event(project, workflow, id), update, Some(condition)).await.map(drop)
    }
}

impl Commit {
    /// Writes itself into its item: an event that it emitted, or one of its own.
    fn write(&self, project: &ProjectId, workflow: &WorkflowId, item: Item) -> Item {
        let timers: Vec<String> = self.timers.iter().map(write_timer).collect();
        let item = item
            .s("dl", self.delivery)
            .s("to", &self.cell)
            .n("to_inc", self.incarnation)
            .s("out", &self.outcome)
            .n("kids", self.children)
            .n("began", self.began.0)
            .n("took", self.took_ms)
            .maybe(self.event, |item, event| item.s("from", event));
        let item = if self.first_child == 0 { item } else { item.n("kid0", self.first_child) };
        let item = if self.arm == 0 { item } else { item.n("arm", self.arm) };
        let item = if self.attempt == 0 { item } else { item.n("att", self.attempt) };
        let item = if timers.is_empty() { item } else { item.list("timers", &timers) };
        let item = item.maybe(self.failure.as_ref(), write_failure);
        // A failure is listed, and kept until its events are.
        item.maybe(self.message.as_ref(), |item, message| {
            item.s("msg", message).s("rp", keys::recent(project, workflow, 'f')).s("rs", keys::recent_sort(self.began, self.id))
        })
    }

    pub(crate) fn read(id: EventId, outcome: &str, item: &Item) -> Result<Self> {
        Ok(Commit {
            id,
            delivery: item.parse("dl")?,
            arm: item.opt_num("arm").unwrap_or(0),
            event: item.opt_str("from").map(|_| item.parse("from")).transpose()?,
            cell: CellId(item.str("to")?.to_owned()),
            incarnation: item.num("to_inc")?,
            outcome: outcome.to_owned(),
            first_child: item.opt_num("kid0").unwrap_or(0),
            children: item.num("kids")?,
            timers: item
                .strings("timers")
                .iter()
                .map(|text| read_timer(text).ok_or_else(|| malformed("timers")))
                .collect::<Result<_>>()?,
            began: item.time("began")?,
            took_ms: item.num("took")?,
            attempt: item.opt_num("att").unwrap_or(0),
            failure: read_failure(item)?,
            message: item.opt_str("msg").map(str::to_owned),
            replayed_at: item.opt_num("replayed").map(Time),
        })
    }

    /// The ids of the events that it emitted, in order.
    pub fn child_ids(&self) -> Vec<EventId> {
        let ordinals = self.first_child..self.first_child + self.children;
        ordinals.map(|ordinal| child_id(self.id, self.delivery, self.arm, ordinal)).collect()
    }
}

/// Child `ordinal` of an arm: 0 is the commit key, which for a check is the run's root.
pub(crate) fn child_id(commit: EventId, delivery: DeliveryId, arm: u32, ordinal: u32) -> EventId {
    if ordinal == 0 { commit } else { EventId::child(commit.run, delivery, arm, ordinal) }
}

impl Parked {
    pub(crate) fn read(attempt: u32, item: &Item) -> Result<Self> {
        Ok(Parked {
            delivery: item.parse("dl")?,
            cell: CellId(item.str("to")?.to_owned()),
            event: item.opt_str("from").map(|_| item.parse("from")).transpose()?,
            attempt,
            until: item.time("until")?,
            failure: read_failure(item)?,
        })
    }
}

fn write_failure(item: Item, failure: &Failure) -> Item {
    item.packed("err", &serde_json::to_string(failure).unwrap_or_default())
}

fn read_failure(item: &Item) -> Result<Option<Failure>> {
    item.raw("err").map(|_| serde_json::from_str(&item.unpacked("err")?).map_err(|_| malformed("err"))).transpose()
}

fn write_timer(timer: &Timer) -> String {
    format!("{} {} {}", timer.delivery, timer.at.0, timer.scope.map(|scope| scope.to_string()).unwrap_or_default())
}

fn read_timer(text: &str) -> Option<Timer> {
    let mut parts = text.split(' ');
    Some(Timer {
        delivery: parts.next()?.parse().ok()?,
        at: Time(parts.next()?.parse().ok()?),
        scope: parts.next().filter(|scope| !scope.is_empty()).map(str::parse).transpose().ok()?,
    })
}
