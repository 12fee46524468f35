//! What follows from stored events: one delivery for each agent that a matching link leads to.
//!
//! Routing is a pure function of the event and its pinned graph. So whoever stores an event routes it, and sends its deliveries
//! again when the event comes again. Only an event with more than ten targets goes by way of the `route` queue.

use crate::{Built, Engine};
use rookery_domain::{CellId, DeliveryId, Event, EventId, Result, WorkflowRef};
use rookery_queue::{Deliver, Handler, Message, Outgoing, Queue, Route, Task};
use std::sync::Arc;

/// The most targets whose messages are sent at once; an event with more goes by way of the `route` queue.
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
}

fn route(workflow: &WorkflowRef, event: EventId) -> Message {
    Task::Route(Route { event }).of(workflow)
}

/// The delivery id under which it is recorded that an event could not be routed.
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
            _ => self.0.producer.send(vec![message.into()]).await, // The message strayed: it goes to its own queue.
        }
    }

    async fn after_batch(&self) {}
}
