//! What follows from stored events: one delivery for each agent that a matching link leads to, and the timers' messages.
//!
//! Routing is a pure function of the event and its pinned graph, so whoever stores an event routes it, and sends again when it
//! comes again. Only an event with more targets than one batch of messages goes by way of the `route` queue.

use crate::{Built, Engine};
use rookery_domain::{CellId, DeliveryId, Event, EventId, Result, Time, WorkflowRef, limits};
use rookery_queue::{Deliver, Handler, Message, Outgoing, Queue, Route, Task};
use std::sync::Arc;

/// Targets that are messaged at once; more go by way of the `route` queue.
const DIRECT: usize = 10;

/// The deliveries of an event, in the order of the workflow's links.
pub(crate) fn deliveries(workflow: &WorkflowRef, built: &Built, event: &Event) -> Vec<Outgoing> {
    let targets = built.graph.route(&event.cell, &event.groups);
    targets.iter().map(|target| deliver(workflow, event.id, &target.cell.id).into()).collect()
}

/// The message of a delivery's first attempt.
pub(crate) fn deliver(workflow: &WorkflowRef, event: EventId, cell: &CellId) -> Message {
    Task::Deliver(Deliver { event, cell: cell.clone(), arm: 0, attempt: 0, reply: false }).of(workflow)
}

impl Engine {
    /// The messages that follow from stored events of one version.
    pub(crate) fn following(&self, workflow: &WorkflowRef, built: &Built, events: &[Event]) -> Vec<Outgoing> {
        let each = events.iter().map(|event| {
            let deliveries = deliveries(workflow, built, event);
            match deliveries.len() <= DIRECT {
                true => deliveries,
                false => vec![route(workflow, event.id).into()],
            }
        });
        each.flatten().collect()
    }

    /// Sends the deliveries of one event, whatever their number: the `route` queue's handler.
    async fn route(&self, workflow: &WorkflowRef, route: &Route) -> Result<()> {
        let Some(event) = self.store.run_item(workflow, route.event).await?.and_then(|item| item.event) else {
            tracing::warn!(%workflow, "an event is gone before it was routed");
            return Ok(());
        };
        let built = self.built(workflow, event.version).await?;
        self.producer.send(deliveries(workflow, &built, &event)).await
    }

    /// The messages of the timers of a commit that are near; far ones are due items.
    pub(crate) fn near_timers(
        &self,
        workflow: &WorkflowRef,
        cell: &CellId,
        event: EventId,
        began: Time,
        timers: &[rookery_store::Timer],
    ) -> Vec<Outgoing> {
        let near = timers.iter().filter(|timer| is_near(began, timer.at));
        near.map(|timer| Outgoing { message: timer_message(workflow, cell, event, timer), not_before: Some(timer.at) }).collect()
    }
}

/// Whether a wait is a delayed message; a longer one is a due item (rule 10).
pub(crate) fn is_near(from: Time, at: Time) -> bool {
    at.0 - from.0 <= limits::DELAYED_MESSAGE_MS
}

pub(crate) fn timer_message(workflow: &WorkflowRef, cell: &CellId, event: EventId, timer: &rookery_store::Timer) -> Message {
    let (timer, at, scope) = (timer.delivery, timer.at, timer.scope);
    Task::Timer(rookery_queue::Timer { event, cell: cell.clone(), timer, at, scope, arm: 0, attempt: 0 }).of(workflow)
}

fn route(workflow: &WorkflowRef, event: EventId) -> Message {
    Task::Route(Route { event }).of(workflow)
}

/// The delivery under which a failure to route an event is recorded.
pub(crate) fn routing_delivery(event: EventId) -> DeliveryId {
    event.delivery(&CellId("\u{0}route".into()))
}

/// Handles the `route` queue.
pub struct Router(pub Arc<Engine>);

impl Handler for Router {
    const QUEUE: Queue = Queue::Route;

    async fn handle(&self, message: Message) -> Result<()> {
        match &message.task {
            Task::Route(route) => self.0.route(&message.workflow, route).await,
            _ => self.0.producer.send(vec![message.into()]).await, // Strayed: to its own queue.
        }
    }

    async fn after_batch(&self) {}
}
