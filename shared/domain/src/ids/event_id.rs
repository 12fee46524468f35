//! The id of an event, and the rules by which it is derived.

use super::{CellId, DeliveryId, RunId, hashed_uuid};
use crate::{AgentRef, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// The id of an event, or of another item of a run. It contains the run's id, so that one read finds the item. It is written
/// `RUN` for the root and `RUN-OWN` for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(inline, from = "String", into = "String")]
pub struct EventId {
    /// The run that the item belongs to.
    pub run: RunId,
    /// The item's own part; for the root, the run's id.
    pub own: Uuid,
}

impl EventId {
    /// The root event of a run.
    pub fn root(run: RunId) -> Self {
        EventId { run, own: run.0 }
    }

    /// Makes a root for an event that came without a key: ordered by time (UUIDv7).
    pub fn fresh() -> Self {
        EventId::root(RunId(Uuid::now_v7()))
    }

    /// The root for this agent and key: always the same, whatever the body.
    pub fn keyed(agent: &AgentRef, key: &str) -> Self {
        EventId::derived(b"key", agent, key.as_bytes())
    }

    /// The root of what an agent's `check()` emits for one due time.
    pub fn tick(agent: &AgentRef, due_ms: i64) -> Self {
        EventId::derived(b"tick", agent, &due_ms.to_be_bytes())
    }

    /// The root of a check that an agent asks for: an agent is checked once for each `asker`, which is the commit key of an arm.
    pub fn asked_check(agent: &AgentRef, asker: EventId) -> Self {
        EventId::derived(b"asked check", agent, asker.parts().as_bytes())
    }

    /// The root of the run in which a failure is replayed in another version.
    pub fn replayed(failure: EventId) -> Self {
        EventId::root(RunId(hashed_uuid(&[b"replayed", failure.run.0.as_bytes(), failure.own.as_bytes()])))
    }

    fn derived(what: &[u8], agent: &AgentRef, last: &[u8]) -> Self {
        EventId::root(RunId(hashed_uuid(&[
            what,
            agent.workflow.project.as_str().as_bytes(),
            agent.workflow.workflow.as_str().as_bytes(),
            agent.cell.as_str().as_bytes(),
            &agent.incarnation.to_be_bytes(),
            last,
        ])))
    }

    /// Whether this event started its run.
    pub fn is_root(&self) -> bool {
        self.own == self.run.0
    }

    /// The delivery of this event to an agent.
    pub fn delivery(&self, target: &CellId) -> DeliveryId {
        DeliveryId(hashed_uuid(&[b"delivery", self.run.0.as_bytes(), self.own.as_bytes(), target.as_str().as_bytes()]))
    }

    /// The event number `ordinal` that comes of a delivery's arm, in this run. Number 0 is the arm's commit key.
    pub fn child(run: RunId, delivery: DeliveryId, arm: u32, ordinal: u32) -> Self {
        EventId { run, own: hashed_uuid(&[b"child", delivery.0.as_bytes(), &arm.to_be_bytes(), &ordinal.to_be_bytes()]) }
    }

    /// The request to an external agent that an arm of a delivery makes.
    pub fn request(run: RunId, delivery: DeliveryId, arm: u32) -> Self {
        EventId { run, own: hashed_uuid(&[b"request", delivery.0.as_bytes(), &arm.to_be_bytes()]) }
    }

    /// The event that a persistent agent puts on the workflow that asked it: one for each call of its tool. `pending` is the record of the
    /// delivery that waits for the agent.
    pub fn emitted(pending: EventId, call: &str) -> Self {
        EventId { run: pending.run, own: hashed_uuid(&[b"emitted", pending.own.as_bytes(), call.as_bytes()]) }
    }

    /// Both parts in 64 hexadecimal digits: all ids have the same length.
    pub fn parts(&self) -> String {
        format!("{}{}", self.run.0.simple(), self.own.simple())
    }

    /// Reads what [`EventId::parts`] wrote.
    pub fn of_parts(parts: &str) -> Option<Self> {
        let (run, own) = parts.split_at_checked(32)?;
        Some(EventId { run: RunId(Uuid::try_parse(run).ok()?), own: Uuid::try_parse(own).ok()? })
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_root() {
            true => write!(f, "{}", self.run),
            false => write!(f, "{}-{}", self.run, self.own.simple()),
        }
    }
}

impl FromStr for EventId {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let unknown = || Error::not_found("event");
        let (run, own) = text.split_once('-').unwrap_or((text, text));
        let id = EventId { run: run.parse().map_err(|_| unknown())?, own: own.parse::<RunId>().map_err(|_| unknown())?.0 };
        // Each id has one spelling.
        if id.to_string() == text { Ok(id) } else { Err(unknown()) }
    }
}

impl Serialize for EventId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(|_| serde::de::Error::custom("not the id of an event"))
    }
}
