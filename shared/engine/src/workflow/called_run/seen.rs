//! What was read of a run that was called, and what follows from that: the deliveries to tell of, and whether the run is over. Nothing is
//! read here.

use super::{CalledEnd, CalledError, Progress, ToldDelivery};
use rookery_domain::{CellId, DeliveryId, Event, EventAt, EventId, Graph, Time};
use rookery_store::{Commit, Failure, RunItem};
use std::collections::{BTreeMap, HashSet};

/// The most deliveries that are told of a run; its tree has them all.
const TOLD: usize = 1000;
/// The cell whose event is the result.
const RESULT: &str = "result";
/// The group of events that tell of a failure.
const ON_ERROR: &str = "on_error";

/// What was read of a run.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) version: Option<u64>,
    /// The events, in about the order in which they came.
    events: BTreeMap<(u16, Time, EventId), SeenEvent>,
    handled: HashSet<DeliveryId>,
    /// Whether a delivery waits for its next attempt.
    waits: bool,
    commits: BTreeMap<(Time, EventId), ToldDelivery>,
}

struct SeenEvent {
    at: EventAt,
    cell: CellId,
    groups: Vec<String>,
    /// What failed, if the event tells of that.
    error: Option<CalledError>,
}

impl Seen {
    pub(crate) fn add(&mut self, item: &RunItem) {
        for event in item.events() {
            let is_error = event.groups.iter().any(|group| group == ON_ERROR);
            let seen = SeenEvent {
                at: event.at(),
                cell: event.cell.clone(),
                groups: event.groups.clone(),
                error: is_error.then(|| failure_in(event)),
            };
            self.version = self.version.or(Some(event.version));
            self.events.insert((event.hop, event.created_at, event.id), seen);
        }
        for commit in item.commits() {
            self.handled.insert(commit.delivery);
            self.commits.insert((commit.began, commit.id), told(commit));
        }
        self.waits |= item.parked.is_some();
    }

    /// When the run began.
    pub(crate) fn began(&self) -> Option<Time> {
        self.events.keys().map(|(_, at, _)| *at).min()
    }

    /// Whether another reading saw the same.
    pub(crate) fn is_as(&self, other: &Seen) -> bool {
        self.events.keys().eq(other.events.keys()) && self.commits.keys().eq(other.commits.keys()) && self.waits == other.waits
    }

    /// Adds what was not told yet; `false` if there is nothing.
    pub(crate) fn go_on(self, progress: &mut Progress, graph: &Graph) -> bool {
        progress.end = self.end(graph);
        let before = progress.deliveries.len();
        let known: HashSet<EventId> = progress.deliveries.iter().map(|told| told.commit).collect();
        let new = self.commits.into_values().filter(|delivery| !known.contains(&delivery.commit));
        progress.deliveries.extend(new.take(TOLD.saturating_sub(before)));
        progress.end.is_some() || progress.deliveries.len() > before
    }

    /// The end, if nothing is to be handled any more.
    pub(crate) fn end(&self, graph: &Graph) -> Option<CalledEnd> {
        if self.waits {
            return None;
        }
        let mut unhandled = None;
        for seen in self.events.values() {
            let targets = graph.route(&seen.cell, &seen.groups);
            if !targets.iter().all(|target| self.handled.contains(&seen.at.id.delivery(&target.cell.id))) {
                return None;
            }
            if targets.is_empty() {
                unhandled = unhandled.or(seen.error.as_ref());
            }
        }
        // What fails in a run that is over its limit emits no event.
        let silent = || self.commits.values().filter(|told| told.events == 0).find_map(|told| told.error.as_ref());
        let result = self.events.values().find(|seen| seen.cell.as_str() == RESULT && seen.error.is_none());
        Some(CalledEnd {
            at: self.commits.values().map(|told| told.at).max().unwrap_or_else(Time::now),
            error: unhandled.or_else(silent).cloned(),
            result: result.map(|seen| seen.at),
        })
    }
}

fn told(commit: &Commit) -> ToldDelivery {
    ToldDelivery {
        commit: commit.id,
        at: commit.began.plus(commit.took_ms),
        cell: commit.cell.clone(),
        outcome: commit.outcome.clone(),
        took_ms: commit.took_ms,
        events: commit.children,
        error: commit.failure.as_ref().map(|Failure { code, message, .. }| CalledError {
            cell: commit.cell.clone(),
            code: code.clone(),
            message: message.clone(),
        }),
    }
}

/// What an `on_error` event says.
fn failure_in(event: &Event) -> CalledError {
    let text = |name: &str| event.payload.value()[name].as_str().unwrap_or_default().to_owned();
    CalledError { cell: event.cell.clone(), code: text("code"), message: text("message") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::{Cell, Link, Payload};

    fn event(id: EventId, cell: &str, hop: u16) -> Event {
        Event {
            id,
            item: id,
            version: 1,
            cell: CellId(cell.into()),
            incarnation: 1,
            groups: Vec::new(),
            payload: Payload::parse(b"{}").unwrap(),
            created_at: Time(1),
            hop,
            cause: None,
            keep_until: Time(2),
            last: false,
        }
    }

    fn item(event: Option<Event>, commit: Option<Commit>) -> RunItem {
        let id = event.as_ref().map(|event| event.id).or(commit.as_ref().map(|commit| commit.id)).unwrap();
        let (others, chain, parked, asked, sent, origin, kept, limit_hit, published) = Default::default();
        RunItem { id, event, others, commit, chain, parked, asked, sent, origin, kept, run_events: 0, limit_hit, published }
    }

    fn seen<'a>(items: impl IntoIterator<Item = &'a RunItem>) -> Seen {
        let mut seen = Seen::default();
        items.into_iter().for_each(|item| seen.add(item));
        seen
    }

    #[test]
    fn an_event_that_came_between_two_pages_is_missed_once_and_not_twice() {
        let id = |text: &str| CellId(text.into());
        let cell = |name: &str| Cell {
            id: id(name),
            agent_type: String::new(),
            name: name.to_owned(),
            config: serde_json::Map::new(),
            incarnation: 1,
            token: None,
            disabled: false,
        };
        let link = |from: &str, to: &str| Link { id: id(&format!("{from}-{to}")), source: id(from), target: id(to), group: None };
        let graph = Graph::new(["start", "a", "result"].map(cell).into(), vec![link("start", "a"), link("a", "result")]);
        let root = EventId::fresh();
        let delivery = root.delivery(&id("a"));
        let failure = Failure { code: String::new(), message: String::new(), details: None };
        let commit = Commit::failed(root, delivery, id("a"), 1, failure, String::new());
        let commit = Commit { failure: None, children: 1, ..commit };
        let child = event(EventId::child(root.run, delivery, 0, 1), "a", 1);
        let items = [item(Some(event(root, "start", 0)), None), item(None, Some(commit)), item(Some(child), None)];

        let first = seen(&items[..2]);
        assert!(first.end(&graph).is_some(), "without the event, all seems to be handled");
        let second = seen(&items);
        assert!(!first.is_as(&second) && second.end(&graph).is_none());
        assert!(second.is_as(&seen(&items)));
    }
}
