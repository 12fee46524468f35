//! An event as answers show it, and how many payloads an answer has.

use crate::error::Result;
use crate::list::{Query, cursor_at};
use rookery_domain::{Cause, CellId, Error, Event, EventId, Payload, RunId, Time};
use rookery_store::Page;
use schemars::JsonSchema;
use serde::Serialize;

/// How many bytes of payloads end a page early: an answer of Lambda has at most 6 MB.
pub(crate) const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// How many bytes a short payload has at most.
const SHORT_BYTES: usize = 10_000;
/// The parameter that says which payloads are shown.
pub(crate) const PAYLOADS: &str = "payloads";

/// An event.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Event")]
pub(crate) struct EventView {
    /// The event's id.
    pub(crate) id: EventId,
    /// The event's run.
    run_id: RunId,
    /// The workflow version that its run is pinned to.
    version: u64,
    /// The agent that emitted the event.
    cell_id: CellId,
    /// The groups that links choose by.
    groups: Vec<String>,
    /// The payload, as it came. It is left out, with `payload_omitted`, where `payloads` says so, and in an answer that would be too large: read the event by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payload: Option<Payload>,
    /// The payload is left out here.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) payload_omitted: bool,
    /// When the event was committed.
    pub(crate) created_at: Time,
    /// How many deliveries lie between the beginning of the run and the event.
    hop: u16,
    /// What the event came of; none for the first event of a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
}

/// Which payloads an answer with many events has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payloads {
    /// As many as one answer may have.
    Shown,
    /// The short ones.
    Short,
    /// None.
    LeftOut,
}

impl Payloads {
    pub(crate) const HELP: &str = "`false` leaves payloads out, and `short` those of more than 10,000 bytes, which makes lists and large runs quick to read: an event shows its own by its id.";

    /// Which payloads a query asks for; all where it does not say.
    pub(crate) fn asked(query: &Query) -> Result<Self> {
        Ok(Payloads::named(query)?.unwrap_or(Payloads::Shown))
    }

    /// Which payloads a query asks for, if it says so.
    pub(crate) fn named(query: &Query) -> Result<Option<Self>> {
        match query.get(PAYLOADS) {
            None => Ok(None),
            Some("true") => Ok(Some(Payloads::Shown)),
            Some("short") => Ok(Some(Payloads::Short)),
            Some("false") => Ok(Some(Payloads::LeftOut)),
            Some(_) => {
                Err(Error::invalid("`payloads` is none of `true`, `short` and `false`.", "Give one, or leave it out.").into())
            }
        }
    }

    /// Whether the payload of an event is one of them.
    pub(crate) fn have(self, event: &Event) -> bool {
        match self {
            Payloads::Shown => true,
            Payloads::Short => event.payload.as_str().len() <= SHORT_BYTES,
            Payloads::LeftOut => false,
        }
    }
}

impl EventView {
    /// An event whose payload is left out.
    pub(crate) fn without_payload(event: Event) -> Self {
        EventView { payload: None, payload_omitted: true, ..EventView::from(event) }
    }
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        EventView {
            id: event.id,
            run_id: event.id.run,
            version: event.version,
            cell_id: event.cell,
            groups: event.groups,
            payload: Some(event.payload),
            payload_omitted: false,
            created_at: event.created_at,
            hop: event.hop,
            cause: event.cause,
        }
    }
}

/// Whether an event is still shown. It may be stored for longer, while something waits for it.
pub(crate) fn is_kept(event: &Event) -> bool {
    event.keep_until > Time::now()
}

/// Ends a page before its payloads become too much for one answer. `size` is how many bytes of them an item has, `place` is its place in the list.
pub(crate) fn cut<T>(mut page: Page<T>, size: impl Fn(&T) -> usize, place: impl Fn(&T) -> String) -> Result<Page<T>> {
    let mut bytes = 0;
    let fit = page.items.iter().take_while(|item| {
        bytes += size(item);
        bytes <= PAGE_BYTES
    });
    let fit = fit.count();
    if let Some(last) = page.items.get(fit.wrapping_sub(1)).filter(|_| fit < page.items.len()) {
        page.next = Some(cursor_at(&place(last))?);
        page.items.truncate(fit);
    }
    Ok(page)
}
