//! What an arm of a delivery did, as it is stored on the commit key: the types, and their attributes.

use crate::item::{Item, malformed};
use crate::keys::{self, Prefix};
use rookery_domain::{AgentRef, CellId, DeliveryId, EventId, Result, ScopeId, Time, WorkflowRef};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why a delivery failed, as its owner may see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Failure {
    /// The stable code, in snake case.
    pub code: String,
    /// What went wrong, and the remedy.
    pub message: String,
    /// Further details, like the answer of an outside call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

/// A timer that a delivery set.
#[derive(Clone, Debug, PartialEq)]
pub struct Timer {
    /// The timer's own delivery id.
    pub delivery: DeliveryId,
    /// When the timer is due.
    pub at: Time,
    /// The scope of the memory that the agent wakes with.
    pub scope: Option<ScopeId>,
}

/// What an arm of a delivery did, stored on its commit key. Checks and timers are deliveries, too.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// The commit key.
    pub id: EventId,
    /// The delivery.
    pub delivery: DeliveryId,
    /// The arm: 0, and one more for each replay.
    pub arm: u32,
    /// The event that was delivered; none for a check.
    pub event: Option<EventId>,
    /// The agent that handled it.
    pub cell: CellId,
    /// The incarnation of that agent.
    pub incarnation: u64,
    /// `done`, `failed`, `cancelled`, `limit`, or the agent's own word, like `late`.
    pub outcome: String,
    /// The ordinal of the first event that the arm emitted: 0 if the commit key itself is an event, else 1.
    pub first_child: u32,
    /// How many events the arm emitted.
    pub children: u32,
    /// The numbers of the events with which its items begin; none if each event has an item of its own.
    pub items: Vec<u32>,
    /// The timers that the arm set.
    pub timers: Vec<Timer>,
    /// When the last attempt began.
    pub began: Time,
    /// How long that attempt took, in milliseconds.
    pub took_ms: i64,
    /// The number of that attempt, from 0.
    pub attempt: u32,
    /// Why the delivery failed.
    pub failure: Option<Failure>,
    /// For a failure: the version whose agent failed; none where an earlier program stored it.
    pub version: Option<u64>,
    /// For a failure: the message that replays it, as JSON.
    pub message: Option<String>,
    /// For a failure: when it was replayed.
    pub replayed_at: Option<Time>,
    /// For a failure that was replayed in another version: the event with which the new run begins.
    pub replayed_as: Option<EventId>,
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
    /// The number of the next attempt.
    pub attempt: u32,
    /// When the next attempt begins.
    pub until: Time,
    /// Why the last attempt failed; none when the agent asked to wait.
    pub failure: Option<Failure>,
    /// What the agent waits for, in its own words.
    pub why: Option<String>,
    /// How many attempts failed so far: the others only waited.
    pub failed: u32,
    /// The delivery waits for a reply, which may come before `until`.
    pub for_reply: bool,
}

impl Commit {
    /// The commit of the first arm of a delivery that failed before anything came of it. `message` replays it.
    pub fn failed(
        event: EventId,
        delivery: DeliveryId,
        cell: CellId,
        incarnation: u64,
        failure: Failure,
        message: String,
    ) -> Self {
        Commit {
            id: EventId::child(event.run, delivery, 0, 0),
            delivery,
            arm: 0,
            event: Some(event),
            cell,
            incarnation,
            outcome: "failed".into(),
            first_child: 1,
            children: 0,
            items: Vec::new(),
            timers: Vec::new(),
            began: Time::now(),
            took_ms: 0,
            attempt: 0,
            failure: Some(failure),
            version: None,
            message: Some(message),
            replayed_at: None,
            replayed_as: None,
        }
    }

    /// Adds the commit to its item: to that of the first event that was emitted, or to an item of its own.
    pub(crate) fn write(&self, workflow: &WorkflowRef, item: Item) -> Item {
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
        let items: Vec<String> = self.items.iter().map(u32::to_string).collect();
        let item = if items.is_empty() { item } else { item.list("items", &items) };
        let item = if self.arm == 0 { item } else { item.n("arm", self.arm) };
        let item = if self.attempt == 0 { item } else { item.n("att", self.attempt) };
        let item = if timers.is_empty() { item } else { item.list("timers", &timers) };
        let item = item.maybe(self.failure.as_ref(), write_failure);
        let item = item.maybe(self.version, |item, version| item.n("ver", version));
        // An arm that failed is listed among the failures.
        item.maybe(self.message.as_ref(), |item, message| {
            item.s("msg", message)
                .s("rp", keys::recent(workflow, Prefix::RecentFailures))
                .s("rs", keys::recent_sort(self.began, self.id))
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
            items: item.strings("items").iter().map(|n| n.parse().map_err(|_| malformed("items"))).collect::<Result<_>>()?,
            timers: item
                .strings("timers")
                .iter()
                .map(|text| read_timer(text).ok_or_else(|| malformed("timers")))
                .collect::<Result<_>>()?,
            began: item.time("began")?,
            took_ms: item.num("took")?,
            attempt: item.opt_num("att").unwrap_or(0),
            failure: read_failure(item)?,
            // On an item that is an event as well, `ver` is the event's.
            version: item.opt_str("msg").and_then(|_| item.opt_num("ver")),
            message: item.opt_str("msg").map(str::to_owned),
            replayed_at: item.opt_num("replayed").map(Time),
            replayed_as: item.opt_str("anew").map(|_| item.parse("anew")).transpose()?,
        })
    }

    /// The agent that handled the delivery.
    pub fn agent(&self, workflow: &WorkflowRef) -> AgentRef {
        AgentRef { workflow: workflow.clone(), cell: self.cell.clone(), incarnation: self.incarnation }
    }

    /// The ids of the items that hold these events.
    pub fn item_ids(&self) -> Vec<EventId> {
        if self.items.is_empty() {
            return self.child_ids();
        }
        self.items.iter().map(|ordinal| child_id(self.id, self.delivery, self.arm, *ordinal)).collect()
    }

    /// The ids of the events that the arm emitted, in order.
    pub fn child_ids(&self) -> Vec<EventId> {
        let ordinals = self.first_child..self.first_child + self.children;
        ordinals.map(|ordinal| child_id(self.id, self.delivery, self.arm, ordinal)).collect()
    }
}

/// The id of the event number `ordinal` of an arm. Number 0 is the commit key, which for a check is the run's root.
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
            why: item.opt_str("why").map(str::to_owned),
            failed: item.opt_num("failed").unwrap_or(0),
            for_reply: item.opt_num::<u8>("reply").is_some(),
        })
    }
}

pub(crate) fn write_failure(item: Item, failure: &Failure) -> Item {
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
