//! Events: what agents emit.

use crate::{CellId, DeliveryId, EventId, Payload, Time};
use serde::Serialize;

/// Why an event exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Cause {
    /// The event that led to the new one.
    pub event: EventId,
    /// The delivery that emitted the new event; none for a copy that a person made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
}

/// What an agent emitted: immutable once it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The event's id, which contains the id of its run.
    pub id: EventId,
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
