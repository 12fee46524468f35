//! What follows from stored events: one delivery for each agent that a matching link leads to.
//!
//! Routing is a pure function of the event and its pinned graph. So whoever stores an event routes it, and sends its deliveries
//! again when the event comes again. Only an event with more than a hundred targets goes by way of the `route` queue.

use crate::{Built, Engine};
use rookery_domain::{CellId, DeliveryId, Event, EventAt, EventId, Result, WorkflowRef};
use rookery_queue::{Deliver, Handler, Message, Outgoing, Queue, Route, Subject, Task};
use rookery_store::Chain;
use std::collections::HashSet;
use std::sync::Arc;

/// The most targets whose messages are sent at once; an event with more goes by way of the `route` queue.
pub(crate) const DIRECT: usize = 100;

/// The deliveries of an event that its chain does not hold, in the order of the workflow's links.
pub(crate) fn open_deliveries(workflow: &WorkflowRef, built: &Built, event: &Event, chain: &Chain) -> Vec<Message> {
    let targets = built.graph.targets(event).into_iter().map(|target| &target.cell.id);
    targets.filter(|cell| !is_handled(chain, event, cell)).map(|cell| deliver(workflow, event.at(), cell)).collect()
}

/// The agent of the first of these deliveries, which is found without a walk over all of them.
pub(crate) fn first_open<'a>(built: &'a Built, event: &Event, chain: &Chain) -> Option<&'a CellId> {
    if let Some(receiver) = event.receiver() {
        return built.graph.cell(receiver).map(|cell| &cell.id).filter(|cell| !is_handled(chain, event, cell));
    }
    let mut targets = built.graph.taking(&event.cell, &event.groups).map(|(_, cell)| &cell.id);
    targets.find(|cell| !is_handled(chain, event, cell))
}

fn is_handled(chain: &Chain, event: &Event, cell: &CellId) -> bool {
    chain.commits.iter().any(|commit| commit.event == Some(event.id) && commit.cell == *cell)
}

/// The message of a delivery's first attempt.
pub(crate) fn deliver(workflow: &WorkflowRef, event: EventAt, cell: &CellId) -> Message {
    Task::Deliver(Deliver { event, cell: cell.clone(), arm: 0, attempt: 0, reply: false }).of(workflow)
}

impl Engine {
    /// The messages that follow from stored events of one version, and from their chain.
    pub(crate) fn following(&self, workflow: &WorkflowRef, built: &Built, events: &[Event], chain: &Chain) -> Vec<Outgoing> {
        // What follows from an event of the chain belongs to the delivery of the chain that emitted it.
        let chained = chain.events.iter().map(|event| (event, span_before(event)));
        let each = events.iter().map(|event| (event, None)).chain(chained).map(|(event, span)| {
            let mut messages = open_deliveries(workflow, built, event, chain);
            if messages.len() > DIRECT {
                messages = vec![route(workflow, event.at())];
            }
            messages.into_iter().map(move |message| Outgoing { span, ..message.into() })
        });
        each.flatten().collect()
    }

    /// Sends the deliveries of one event, whatever their number: the `route` queue's handler.
    async fn route(&self, workflow: &WorkflowRef, route: &Route) -> Result<()> {
        let item = self.store.run_item(workflow, route.event.item).await?;
        let found = item.as_ref().and_then(|item| Some((item.events().find(|event| event.id == route.event.id)?, &item.chain)));
        let Some((event, chain)) = found else {
            tracing::warn!("an event is gone before it was routed");
            return Ok(());
        };
        let built = self.built(workflow, event.version).await?;
        let deliveries = open_deliveries(workflow, &built, event, chain);
        self.producer.send(deliveries.into_iter().map(Outgoing::from).collect()).await
    }
}

/// The span of a delivery of a chain. It follows from the delivery, since whoever sends what comes of the delivery may not have run it.
pub(crate) fn span_in_chain(delivery: DeliveryId) -> u64 {
    delivery.0.as_u64_pair().1
}

/// The span of the delivery that emitted an event of a chain: what follows from the event belongs to it.
pub(crate) fn span_before(event: &Event) -> Option<u64> {
    event.cause.as_ref()?.delivery.filter(|_| event.id != event.item).map(span_in_chain)
}

fn route(workflow: &WorkflowRef, event: EventAt) -> Message {
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
        match (&message.of, &message.task) {
            (Subject::Workflow(workflow), Task::Route(route)) => self.0.route(workflow, route).await,
            (Subject::Project(of), Task::SendAll(all)) => self.0.begin_all(&of.project, all).await,
            (Subject::Project(of), Task::Tell(tell)) => self.0.tell(&of.project, tell).await,
            (Subject::Project(of), Task::Fill(fill)) => self.0.fill(&of.project, fill).await,
            (Subject::Project(of), Task::Sweep(sweep)) => self.0.sweep(&of.project, sweep).await,
            (Subject::Workflow(workflow), Task::Existing(existing)) => self.0.tell_existing(workflow, existing).await,
            _ => self.0.producer.send(vec![message.into()]).await, // The message strayed: it goes to its own queue.
        }
    }

    async fn write_gathered(&self) -> HashSet<WorkflowRef> {
        HashSet::new()
    }
}
