//! Events: what agents emit.

use crate::{CellId, DeliveryId, EventId, Payload, Time};
use serde::Serialize;

/// Why an event exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Cause {
    /// The event that led to it.
    pub event: EventId,
    /// The delivery that emitted it; none for a copy that a person made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
}

/// What an agent emitted: immutable once it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id, which says its run.
    pub id: EventId,
    /// The workflow version that its run is pinned to.
    pub version: u64,
    /// The agent that emitted it.
    pub cell: CellId,
    /// The life of that agent.
    pub incarnation: u64,
    /// What it is, for the links that take only some events.
    pub groups: Vec<String>,
    /// What it says.
    pub payload: Payload,
    /// When it was committed, about.
    pub created_at: Time,
    /// Deliveries between it and the root of its run.
    pub hop: u16,
    /// What it came of; none for a root.
    pub cause: Option<Cause>,
    /// When it stops being shown.
    pub keep_until: Time,
    /// Its descendants emit nothing: it says that the run hit a limit.
    pub last: bool,
}
