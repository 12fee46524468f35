//! The events that come of a delivery: what an agent emitted, and what tells that it failed. Pure.

use crate::delivery::dispatch::Ready;
use crate::delivery::work::Work;
use rookery_domain::{Cause, Event, Payload, Time};
use rookery_store::Failure;
use serde_json::{Value, json};

/// An event that a delivery emits.
#[allow(clippy::too_many_arguments)] // An event has these parts.
pub(crate) fn child_event(
    work: &Work,
    ready: &Ready,
    incarnation: u64,
    keep_ms: i64,
    ordinal: u32,
    groups: Vec<String>,
    payload: Payload,
    now: Time,
) -> Event {
    let from = ready.event.as_ref();
    Event {
        id: work.child(ordinal),
        version: ready.built.version,
        cell: work.cell.clone(),
        incarnation,
        groups,
        payload,
        created_at: now,
        hop: from.map_or(0, |event| event.hop + 1),
        cause: from.map(|event| Cause { event: event.id, delivery: Some(work.delivery) }),
        keep_until: now.plus(keep_ms),
        last: from.is_some_and(|event| event.last),
    }
}

/// What an `on_error` event says: code, message, and the event that it failed on.
pub(crate) fn error_payload(event: Option<&Event>, failure: &Failure) -> Payload {
    let mut error = json!({"code": failure.code, "message": failure.message});
    if let Some(details) = &failure.details {
        error["details"] = details.clone();
    }
    let Some(event) = event else { return fitting(error) };
    error["failed_event"] = json!({"id": event.id, "cell_id": event.cell, "groups": event.groups});
    let mut whole = error.clone();
    whole["failed_event"]["payload"] = event.payload.value();
    Payload::of(&whole).unwrap_or_else(|_| {
        error["failed_event"]["payload_omitted"] = Value::Bool(true);
        fitting(error)
    })
}

fn fitting(error: Value) -> Payload {
    Payload::of(&error).unwrap_or_else(|_| Payload::stored(json!({"code": error["code"]}).to_string()))
}
