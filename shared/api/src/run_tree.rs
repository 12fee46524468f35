//! A run as a tree, made of its items and its pinned graph: each event with its deliveries, each delivery with the events that it
//! emitted. No I/O.
//!
//! The graph says which deliveries there must be, so a delivery that was not handled yet is shown, too. Events deeper than
//! [`DEPTH`] stand at the top of the tree again, since readers of JSON do not accept any depth.

mod outcome;

use crate::event_view::{EventView, PAGE_BYTES, Payloads, is_kept};
use outcome::{OriginView, Outcome, arms, blank, handled, scheduled, waits};
use rookery_domain::{CellId, DeliveryId, Event, EventId, RunId, Time};
use rookery_engine::{Built, question_event};
use rookery_store::{RunItem, SessionAsk};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub(crate) use outcome::RunState;

/// The most levels of events in one tree; each takes four levels of JSON.
const DEPTH: usize = 12;

/// A run.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Run")]
pub(crate) struct RunView {
    /// The run's id.
    id: RunId,
    /// The workflow version that the run is pinned to.
    version: Option<u64>,
    /// When the run's first event was committed.
    started_at: Option<Time>,
    /// `running` while a delivery is to be handled; then `failed` if one failed and was not replayed with success, else `done`. A
    /// run can be done while a timer is still to come.
    pub(crate) state: RunState,
    /// How many events the run has; when it is shown in parts, how many this part has.
    pub(crate) event_count: usize,
    /// How many of its deliveries failed for good and were not replayed since; when it is shown in parts, how many of this part.
    pub(crate) failure_count: usize,
    /// When its last event was committed; when it is shown in parts, the last one of this part.
    pub(crate) last_event_at: Option<Time>,
    /// Whether it runs only because something waits.
    #[serde(skip)]
    pub(crate) only_waits: bool,
    /// The delivery that hit the limit of hops or events.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_hit: Option<String>,
    /// The task that began the run, if somebody sent it to an entry point.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<OriginView>,
    /// The check that began the run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<DeliveryView>,
    /// The first event. Events whose cause is not shown in this tree, or too deep in it, stand here, too.
    events: Vec<EventNode>,
    /// Deliveries whose event is not shown, because it is no longer kept or in another part of a very large run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deliveries: Vec<DeliveryView>,
}

/// An event of a run, with its deliveries.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunEvent")]
struct EventNode {
    #[serde(flatten)]
    event: EventView,
    /// The deliveries: one for each agent that a matching link leads to, and for each of its replays; then the timers.
    deliveries: Vec<DeliveryView>,
}

/// A delivery, with the events that it emitted.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct DeliveryView {
    #[serde(flatten)]
    outcome: Outcome,
    /// The events that the delivery emitted. Events that are too deep stand at the top instead.
    events: Vec<EventNode>,
}

/// A tree in the making, from the items of a run.
pub(crate) struct RunTree<'a> {
    built: &'a HashMap<u64, Arc<Built>>,
    /// The state of a delivery without an item.
    missing: RunState,
    /// Events that are not in the tree yet, in the order in which they may begin a tree.
    left: BTreeMap<(u16, Time, EventId), Event>,
    places: HashMap<EventId, (u16, Time, EventId)>,
    /// The outcomes of deliveries, by their event.
    outcomes: HashMap<Option<EventId>, Vec<Outcome>>,
    /// The timers, by their event.
    timers: HashMap<EventId, Vec<Outcome>>,
    limit_hit: Option<String>,
    origin: Option<OriginView>,
    pending: bool,
    waiting: bool,
    failures: usize,
    payloads: Payloads,
    payload_bytes: usize,
}

impl<'a> RunTree<'a> {
    /// Begins a tree, from a run's items and the versions of its events.
    pub(crate) fn new(items: Vec<RunItem>, built: &'a HashMap<u64, Arc<Built>>, missing: RunState, payloads: Payloads) -> Self {
        let mut tree = RunTree {
            built,
            missing,
            left: BTreeMap::new(),
            places: HashMap::new(),
            outcomes: HashMap::new(),
            timers: HashMap::new(),
            limit_hit: None,
            origin: None,
            pending: false,
            waiting: false,
            failures: 0,
            payloads,
            payload_bytes: 0,
        };
        let (mut waiting, mut asked, mut sent) = (Vec::new(), Vec::new(), Vec::new());
        for item in items {
            asked.extend(item.asked);
            sent.extend(item.sent);
            tree.origin = tree.origin.or(item.origin.map(OriginView::from));
            tree.limit_hit = tree.limit_hit.or(item.limit_hit);
            for event in item.event.into_iter().chain(item.others).chain(item.chain.events).filter(is_kept) {
                let place = (event.hop, event.created_at, event.id);
                tree.places.insert(event.id, place);
                tree.left.insert(place, event);
            }
            for commit in item.commit.into_iter().chain(item.chain.commits) {
                if let Some(event) = commit.event {
                    tree.timers.entry(event).or_default().extend(scheduled(&commit));
                }
                tree.outcomes.entry(commit.event).or_default().push(handled(commit));
            }
            waiting.extend(item.parked);
        }
        for parked in waiting {
            let outcomes = tree.outcomes.entry(parked.event).or_default();
            // The delivery waits in the arm after the last one that ended.
            let arm = outcomes.iter().filter(|ended| ended.id == parked.delivery).map(|ended| ended.arm + 1).max();
            outcomes.push(waits(parked, arm.unwrap_or(0)));
        }
        for SessionAsk { delivery, arm, session } in asked {
            if let Some(outcome) = tree.outcome(delivery, arm) {
                outcome.asked = Some(session.into());
            }
        }
        for asked in sent {
            if let Some(outcome) = tree.outcome(asked.delivery, asked.arm) {
                outcome.task = Some(asked.into());
            }
        }
        tree.place_emitted();
        tree.place_questions();
        tree
    }

    /// What became of an arm of a delivery.
    fn outcome(&mut self, delivery: DeliveryId, arm: u32) -> Option<&mut Outcome> {
        self.outcomes.values_mut().flatten().find(|outcome| outcome.id == delivery && outcome.arm == arm)
    }

    /// Gives the events that a persistent agent emitted while a delivery waited for it to the arm of that delivery.
    fn place_emitted(&mut self) {
        let mut deliveries: HashMap<DeliveryId, Vec<&mut Outcome>> = HashMap::new();
        for outcome in self.outcomes.values_mut().flatten().filter(|outcome| outcome.asked.is_some()) {
            deliveries.entry(outcome.id).or_default().push(outcome);
        }
        for arms in deliveries.values_mut() {
            arms.sort_by_key(|outcome| outcome.arm);
        }
        for event in self.left.values() {
            let delivery = event.cause.as_ref().and_then(|cause| cause.delivery);
            let Some(arms) = delivery.and_then(|delivery| deliveries.get_mut(&delivery)) else { continue };
            if arms.iter().any(|arm| arm.event_ids.contains(&event.id)) {
                continue; // The commit has it.
            }
            // The arm waited until its last attempt began.
            if let Some(arm) = arms.iter_mut().find(|arm| arm.began_at.is_none_or(|began| began >= event.created_at)) {
                arm.event_ids.insert(0, event.id);
            }
        }
    }

    /// Gives the events that tell of questions to persons to the arms that asked.
    fn place_questions(&mut self) {
        let Some(run) = self.places.keys().next().map(|id| id.run) else { return };
        for arm in self.outcomes.values_mut().flatten() {
            let told = question_event(run, arm.id, arm.arm);
            if self.places.contains_key(&told) {
                arm.event_ids.insert(0, told);
            }
        }
    }

    /// Makes the tree.
    pub(crate) fn view(mut self, run: RunId) -> RunView {
        let first = self.left.values().next();
        let (version, started_at, event_count) =
            (first.map(|event| event.version), first.map(|event| event.created_at), self.left.len());
        let last_event_at = self.left.values().map(|event| event.created_at).max();
        let mut checks = Vec::new();
        for check in arms(self.outcomes.remove(&None).unwrap_or_default()) {
            checks.push(self.delivery(check, DEPTH));
        }
        let mut events = Vec::new();
        while let Some((_, event)) = self.left.pop_first() {
            events.push(self.node(event, 1));
        }
        let mut deliveries = Vec::new();
        for outcome in arms(std::mem::take(&mut self.outcomes).into_values().flatten().collect()) {
            deliveries.push(self.delivery(outcome, DEPTH));
        }
        let state = match self.failures {
            _ if self.pending || self.waiting => RunState::Running,
            0 => RunState::Done,
            _ => RunState::Failed,
        };
        RunView {
            id: run,
            version,
            started_at,
            state,
            event_count,
            failure_count: self.failures,
            last_event_at,
            only_waits: self.waiting && !self.pending,
            limit_hit: self.limit_hit,
            origin: self.origin,
            checks,
            events,
            deliveries,
        }
    }

    fn node(&mut self, event: Event, depth: usize) -> EventNode {
        let mut all = self.outcomes.remove(&Some(event.id)).unwrap_or_default();
        let timers = self.timers.remove(&event.id).unwrap_or_default();
        let mut ordered = Vec::new();
        let built = self.built.get(&event.version);
        for target in built.map(|built| built.graph.targets(&event)).unwrap_or_default() {
            let id = event.id.delivery(&target.cell.id);
            let (mut mine, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|outcome| outcome.id == id);
            all = others;
            if mine.is_empty() {
                mine.push(Outcome { state: self.missing.clone(), ..blank(id, target.cell.id.clone()) });
            }
            let links: Vec<CellId> = target.links.iter().map(|link| link.id.clone()).collect();
            ordered.extend(arms(mine).into_iter().map(|outcome| Outcome { links: links.clone(), ..outcome }));
        }
        let to_come = timers.into_iter().filter(|timer| !all.iter().any(|fired| fired.id == timer.id)).collect::<Vec<_>>();
        ordered.extend(arms(all));
        ordered.extend(to_come);
        let deliveries = ordered.into_iter().map(|outcome| self.delivery(outcome, depth)).collect();
        EventNode { event: self.shown(event), deliveries }
    }

    /// Makes the view of a delivery. This is called once for each arm, in order: only the last arm says what became of the delivery.
    fn delivery(&mut self, outcome: Outcome, depth: usize) -> DeliveryView {
        match outcome.state {
            RunState::Pending => self.pending = true,
            RunState::Waiting => self.waiting = true,
            RunState::Failed if outcome.replayed_at.is_none() => self.failures += 1,
            _ => {}
        }
        let mut events = Vec::new();
        for id in outcome.event_ids.iter().filter(|_| depth < DEPTH) {
            if let Some(child) = self.places.get(id).and_then(|place| self.left.remove(place)) {
                events.push(self.node(child, depth + 1));
            }
        }
        DeliveryView { outcome, events }
    }

    /// The view of an event, without its payload when the answer becomes too large or is to have none.
    fn shown(&mut self, event: Event) -> EventView {
        if !self.payloads.have(&event) {
            return EventView::without_payload(event);
        }
        self.payload_bytes += event.payload.as_str().len();
        if self.payload_bytes > PAGE_BYTES { EventView::without_payload(event) } else { EventView::from(event) }
    }
}
