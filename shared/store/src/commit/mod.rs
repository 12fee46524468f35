//! Commits: what an arm of a delivery did is written once, on one commit key (rule 4). Deliveries that wait, and failures, are here too.

pub(crate) mod record;

use crate::RunItem;
use crate::chain::Chain;
use crate::commit::record::{Commit, Parked, Timer, write_failure};
use crate::events::{event_item, remembered_until};
use crate::expression::{Expr, absent};
use crate::item::Item;
use crate::keys::{self, Prefix};
use crate::memory::MemoryWrite;
use crate::packs;
use crate::page::{Cursor, Page, Placed};
use crate::recent::Recent;
use crate::schedules::ScheduleAdvance;
use crate::sdk::{Store, Transacted};
use rookery_domain::{AgentRef, Error, Event, EventId, Payload, Result, Time, WorkflowRef};

/// How long a replay has for sending its message, in milliseconds: whoever takes longer has broken off.
const REPLAY_MS: i64 = 60_000;

/// What is written together with a commit, in the same transaction.
#[derive(Default)]
pub struct Writes {
    /// The events that the arm emitted, in order; those that share an item stand one after the other.
    pub events: Vec<Event>,
    /// What came of the first event and is stored with it.
    pub chain: Chain,
    /// The item for the agent's feed.
    pub published: Option<Payload>,
    /// The memory to write.
    pub memory: Option<MemoryWrite>,
    /// The messages of timers that are too far away for a delayed message: `(timer, message JSON)`.
    pub due: Vec<(Timer, String)>,
    /// For a check: how its schedule advances.
    pub schedule: Option<ScheduleAdvance>,
    /// The commit is kept at least until this time, because something waits for what it says.
    pub keep_until: Option<Time>,
}

/// About how many bytes of payloads take a write unit more: a kilobyte when they are packed.
const UNIT_BYTES: usize = 3 * 1024;

impl Writes {
    /// About how many write units a commit with these takes: one for each item and each entry in an index, and for each kilobyte; twice as much in a
    /// transaction.
    pub fn units(&self, commit: &Commit) -> u64 {
        let marker = usize::from(commit.first_child != 0);
        let items = marker + self.events.chunk_by(shares_item).count() + self.due.len();
        let items = items + usize::from(self.memory.is_some()) + usize::from(self.schedule.is_some());
        let entries = self.due.len() + usize::from(self.published.is_some()) + usize::from(commit.message.is_some());
        let payloads = self.events.iter().chain(&self.chain.events).map(|event| &event.payload).chain(&self.published);
        let bytes: usize = payloads.map(|payload| payload.as_str().len()).sum();
        let units = items + entries + bytes / UNIT_BYTES;
        (if items > 1 { 2 * units } else { units }) as u64
    }
}

fn shares_item(before: &Event, event: &Event) -> bool {
    before.item == event.item
}

/// About how many write units an event that comes in takes, with its chain.
pub fn accept_units(event: &Event, chain: &Chain) -> u64 {
    let bytes: usize = std::iter::once(event).chain(&chain.events).map(|event| event.payload.as_str().len()).sum();
    1 + (bytes / UNIT_BYTES) as u64
}

/// What became of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// It is stored.
    Won,
    /// Somebody committed this arm before. Read that commit and send again what follows from it; this is a success.
    LostKey,
    /// The schedule has changed: this check is no longer needed.
    LostSchedule,
    /// The memory changed, or transactions collided: read again, and run the agent again.
    Lost,
}

/// What the commit key must hold so that a commit or a wait may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// Nothing: this is the first attempt.
    Absent,
    /// The wait for the attempt with this number.
    Parked(u32),
}

impl Expected {
    /// What the attempt with this number expects to find.
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
    /// Writes what an arm of a delivery did: in one conditional put, or in one transaction where several items change.
    pub async fn commit(&self, workflow: &WorkflowRef, commit: &Commit, writes: Writes) -> Result<Committed> {
        let condition = Expected::before(commit.attempt).condition();
        let mut ordinal = commit.first_child;
        let mut packs = writes.events.chunk_by(shares_item).map(|pack| {
            let begins = ordinal;
            ordinal += pack.len() as u32;
            (begins, pack)
        });
        let child = match commit.first_child {
            0 => Some(packs.next().ok_or_else(|| Error::internal("a commit on a child has no child"))?),
            _ => None,
        };
        let pack_item = |ordinal, pack: &[Event], chain: &Chain| -> Result<Item> {
            let first = pack.first().ok_or_else(|| Error::internal("a pack is empty"))?;
            packs::write(pack, commit, ordinal, event_item(workflow, first, chain)?)
        };
        let mut keep = remembered_until(commit.began, writes.keep_until.unwrap_or(commit.began));
        if let Some((_, [first, ..])) = child {
            keep = keep.max(writes.chain.remembered_until(first));
        }
        let marker = || -> Result<Item> {
            let item = match child {
                Some((ordinal, pack)) => pack_item(ordinal, pack, &writes.chain)?,
                None => Item::new(&keys::event(workflow, commit.id)),
            };
            let item = commit.write(workflow, item).n("expires_at", keep.ttl_seconds());
            Ok(item.maybe(writes.published.as_ref(), |item, payload| {
                item.packed("published", payload.as_str())
                    .s("rp", keys::published(&commit.agent(workflow)))
                    .s("rs", keys::recent_sort(commit.began, commit.id))
            }))
        };
        let packs: Vec<(u32, &[Event])> = packs.collect();
        if packs.is_empty() && writes.memory.is_none() && writes.due.is_empty() && writes.schedule.is_none() {
            let won = self.put_made(&marker, Some(condition)).await?;
            return Ok(if won { Committed::Won } else { Committed::LostKey });
        }
        let mut items = vec![self.put_in_transaction(marker()?, Some(condition))];
        items.extend(writes.schedule.iter().map(|advance| self.advance_in_transaction(workflow, advance)));
        let has_schedule = writes.schedule.is_some();
        for (ordinal, pack) in packs {
            items.push(self.put_in_transaction(pack_item(ordinal, pack, &Chain::default())?, None));
        }
        items.extend(writes.memory.into_iter().map(|memory| self.memory_in_transaction(memory)));
        for (timer, message) in &writes.due {
            let key = keys::event(workflow, EventId { run: commit.id.run, own: timer.delivery.0 });
            let item = Item::new(&key).s("dp", keys::wait_shard(&key)).n("da", timer.at.0).s("msg", message);
            items.push(self.put_in_transaction(item.n("expires_at", remembered_until(timer.at, timer.at).ttl_seconds()), None));
        }
        Ok(match self.transact(items).await? {
            Transacted::Done => Committed::Won,
            Transacted::Refused(0) => Committed::LostKey,
            Transacted::Refused(1) if has_schedule => Committed::LostSchedule,
            Transacted::Refused(_) | Transacted::Contended => Committed::Lost,
        })
    }

    /// Parks a delivery until its next attempt. `due_message` is the message that wakes it, stored as a due item when the wait is
    /// long. `false` when the commit key no longer holds what attempt `parked.attempt - 1` expects.
    pub async fn park(&self, workflow: &WorkflowRef, id: EventId, parked: &Parked, due_message: Option<&str>) -> Result<bool> {
        let key = keys::event(workflow, id);
        let item = Item::new(&key)
            .s("dl", parked.delivery)
            .s("to", &parked.cell)
            .n("parked", parked.attempt)
            .n("until", parked.until.0)
            .n("expires_at", remembered_until(parked.until, parked.until).ttl_seconds())
            .maybe(parked.event, |item, event| item.s("from", event))
            .maybe(parked.failure.as_ref(), write_failure)
            .maybe(parked.why.as_ref(), |item, why| item.s("why", why))
            .maybe((parked.failed > 0).then_some(parked.failed), |item, failed| item.n("failed", failed))
            .maybe(parked.for_reply.then_some(1), |item, one| item.n("reply", one))
            .maybe(due_message, |item, message| item.s("msg", message).s("dp", keys::wait_shard(&key)).n("da", parked.until.0));
        self.put(item, Some(Expected::before(parked.attempt - 1).condition())).await
    }

    /// A page of a workflow's failures, newest first: those that were replayed, those that were not, or both.
    pub async fn list_failure_places(
        &self,
        workflow: &WorkflowRef,
        replayed: Option<bool>,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Placed>> {
        let list = async |prefix| self.list_placed(&Recent::of(workflow, keys::recent(workflow, prefix), limit), cursor).await;
        match replayed {
            Some(false) => list(Prefix::RecentFailures).await,
            Some(true) => list(Prefix::RecentReplayed).await,
            None => {
                let (open, replayed) = tokio::try_join!(list(Prefix::RecentFailures), list(Prefix::RecentReplayed))?;
                Ok(Page::merged([open, replayed], limit, |failure| failure.place.clone()))
            }
        }
    }

    /// A page of the failures that were not replayed, newest first. The index may lag: a failure that was just replayed may still
    /// be listed.
    pub async fn list_open_failures(
        &self,
        workflow: &WorkflowRef,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<RunItem>> {
        self.list_marked(&Recent::of(workflow, keys::recent(workflow, Prefix::RecentFailures), limit), cursor).await
    }

    /// The latest items that an agent published, newest first.
    pub async fn list_published(&self, agent: &AgentRef, limit: usize) -> Result<Vec<RunItem>> {
        let published = Recent::of(&agent.workflow, keys::published(agent), limit);
        Ok(self.list_marked(&published, None).await?.items)
    }

    async fn list_marked(&self, recent: &Recent<'_>, cursor: Option<&Cursor>) -> Result<Page<RunItem>> {
        let ids = self.list_recent(recent, cursor).await?;
        let items = self.run_items(recent.workflow, &ids.items).await?;
        Ok(Page { items: items.into_iter().flatten().collect(), next: ids.next })
    }

    /// Notes that a replayed failure has failed again, on the same commit key.
    pub async fn mark_failed_again(&self, workflow: &WorkflowRef, id: EventId) -> Result<()> {
        let update =
            Expr::new("SET rp = :open REMOVE replayed, replaying").s(":open", keys::recent(workflow, Prefix::RecentFailures));
        let is_failure = Expr::new("attribute_exists(msg)");
        self.update(&keys::event(workflow, id), update, Some(is_failure)).await.map(drop)
    }

    /// Takes a failure that was last replayed at `last` for a replay at `at`, before its message is sent. It is for one caller only:
    /// `false` for all others, until it is marked as replayed, or until the caller has had its time and must have broken off.
    pub async fn take_for_replay(&self, workflow: &WorkflowRef, id: EventId, last: Option<Time>, at: Time) -> Result<bool> {
        let update = Expr::new("SET replaying = :at").n(":at", at.0);
        let free = "attribute_exists(msg) AND (attribute_not_exists(replaying) OR replaying < :gone)";
        let condition = match last {
            None => Expr::new(format!("{free} AND attribute_not_exists(replayed)")),
            Some(last) => Expr::new(format!("{free} AND replayed = :last")).n(":last", last.0),
        };
        let condition = condition.n(":gone", at.0 - REPLAY_MS);
        Ok(self.update(&keys::event(workflow, id), update, Some(condition)).await?.is_some())
    }

    /// Notes that a failure was replayed by who took it at `at`, in its run or as this event, which takes it off the list of open
    /// failures. A failure that has failed again since then stays on the list.
    pub async fn mark_replayed(&self, workflow: &WorkflowRef, id: EventId, at: Time, anew: Option<EventId>) -> Result<()> {
        let update = match anew {
            None => Expr::new("SET replayed = :at, rp = :replayed REMOVE replaying"),
            Some(anew) => Expr::new("SET replayed = :at, rp = :replayed, anew = :anew REMOVE replaying").s(":anew", anew),
        };
        let update = update.n(":at", at.0).s(":replayed", keys::recent(workflow, Prefix::RecentReplayed));
        let taken = Expr::new("replaying = :at");
        self.update(&keys::event(workflow, id), update, Some(taken)).await.map(drop)
    }
}
