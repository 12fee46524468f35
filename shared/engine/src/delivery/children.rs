//! The events that come of an attempt: those that its agent emitted, and the one that tells of a failure. Pure.

use crate::delivery::attempt::Attempt;
use rookery_agents::Emit;
use rookery_domain::{Cause, Event, Payload};
use rookery_store::Failure;
use serde_json::{Value, json};

impl Attempt<'_> {
    /// Makes event number `ordinal` of the attempt; number 0 is on the commit key.
    pub(crate) fn child(&self, ordinal: u32, emit: Emit) -> Event {
        let (work, from) = (self.work, self.ready.event.as_ref());
        let id = work.child(ordinal);
        Event {
            id,
            item: id,
            version: self.ready.built.version,
            cell: work.cell.clone(),
            incarnation: self.incarnation(),
            groups: emit.groups,
            payload: emit.payload,
            created_at: self.began,
            hop: from.map_or(0, |event| event.hop + 1),
            cause: from.map(|event| Cause { event: event.id, delivery: Some(work.delivery), receiver: None }),
            keep_until: self.began.plus(self.keep_events_ms()),
            last: from.is_some_and(|event| event.last),
        }
    }

    /// Makes the `on_error` event that tells of a failure.
    pub(crate) fn error_child(&self, failure: &Failure) -> Event {
        self.child(1, Emit { groups: vec!["on_error".into()], payload: error_payload(self.ready.event.as_ref(), failure) })
    }
}

/// The payload of an `on_error` event: code, message, details, and the event that the agent failed on.
fn error_payload(event: Option<&Event>, failure: &Failure) -> Payload {
    let mut error = json!({"code": failure.code, "message": failure.message});
    if let Some(details) = &failure.details {
        error["details"] = details.clone();
    }
    let Some(event) = event else { return fitting(error) };
    error["failed_event"] = json!({"id": event.id, "cell_id": event.cell, "groups": event.groups});
    let mut whole = error.clone();
    whole["failed_event"]["payload"] = event.payload.value().clone();
    Payload::of(whole).unwrap_or_else(|_| {
        error["failed_event"]["payload_omitted"] = Value::Bool(true);
        fitting(error)
    })
}

fn fitting(error: Value) -> Payload {
    let code = json!({"code": error["code"]});
    Payload::of(error).unwrap_or_else(|_| Payload::stored(code.to_string()))
}
