//! Events: what agents emit.

use crate::{CellId, DeliveryId, Error, EventId, Payload, Result, RunId, Time};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Why an event exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Cause {
    /// The event that led to the new one.
    pub event: EventId,
    /// The delivery that emitted the new event; none for a copy that a person made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    /// The one agent that a copy goes to, because it failed on the event before; none for all that links lead to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receiver: Option<CellId>,
}

/// Where an event is stored: its id, and the key of the item that holds it. The two differ for an event of a chain, which is stored with
/// the event that began the chain. It is written like the id, and in a chain as `ID@ITEM`, where `ITEM` is the key's own part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventAt {
    /// The event's id.
    pub id: EventId,
    /// The key of the item, in the same run.
    pub item: EventId,
}

impl From<EventId> for EventAt {
    /// An event with an item of its own.
    fn from(id: EventId) -> Self {
        EventAt { id, item: id }
    }
}

impl fmt::Display for EventAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id == self.item {
            true => write!(f, "{}", self.id),
            false => write!(f, "{}@{}", self.id, RunId(self.item.own)),
        }
    }
}

impl FromStr for EventAt {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let Some((id, own)) = text.split_once('@') else { return Ok(text.parse::<EventId>()?.into()) };
        let id: EventId = id.parse()?;
        Ok(EventAt { id, item: EventId { run: id.run, own: own.parse::<RunId>()?.0 } })
    }
}

impl Serialize for EventAt {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventAt {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(|_| serde::de::Error::custom("not the place of an event"))
    }
}

/// What an agent emitted: immutable once it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The event's id, which contains the id of its run.
    pub id: EventId,
    /// The key of the item that holds the event: the event's id, or in a chain that of another item.
    pub item: EventId,
    /// The workflow version that its run is pinned to.
    pub version: u64,
    /// The agent that emitted it.
    pub cell: CellId,
    /// The incarnation of that agent.
    pub incarnation: u64,
    /// The groups that links choose by.
    pub groups: Vec<String>,
    /// The content.
    pub payload: Payload,
    /// About when the event was committed.
    pub created_at: Time,
    /// Deliveries between it and the root of its run.
    pub hop: u16,
    /// What the event came of; none for a root.
    pub cause: Option<Cause>,
    /// From when on lists no longer show the event.
    pub keep_until: Time,
    /// The run hit a limit here: agents that receive this event emit nothing.
    pub last: bool,
}

impl Event {
    /// Where the event is stored.
    pub fn at(&self) -> EventAt {
        EventAt { id: self.id, item: self.item }
    }

    /// The one agent that the event goes to, if it is a copy for that one alone.
    pub fn receiver(&self) -> Option<&CellId> {
        self.cause.as_ref()?.receiver.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_and_read_and_an_id_of_before_is_a_place() {
        let id = EventId::child(EventId::fresh().run, DeliveryId(uuid::Uuid::from_u128(7)), 0, 0);
        let of_chain = EventAt { id, item: EventId::root(id.run) };
        for place in [of_chain, id.into(), of_chain.item.into()] {
            assert_eq!(place.to_string().parse::<EventAt>().unwrap(), place);
        }
        assert_eq!(EventAt::from(id).to_string(), id.to_string());
        for text in ["", "@", &format!("{id}@"), &format!("{id}@x"), &format!("@{}", id.run)] {
            assert!(text.parse::<EventAt>().is_err(), "{text}");
        }
    }
}
