//! Events that are put on a workflow while a delivery of it waits for an answer: by the persistent agent that it asked, or to tell of a question to
//! a person. They are no outcome of the delivery, so its one commit is left alone: each is an event of its own in the run, whose id follows from
//! the call, and which is stored only while the delivery's record is open.

use crate::Engine;
use async_trait::async_trait;
use rookery_domain::{Cause, Error, Event, EventId, Kind, Payload, PendingState, Result, Time, WorkflowRef, limits};
use rookery_queue::{Route, Task};
use rookery_sessions::ask::CellAsk;
use rookery_sessions::ports::Workflows;
use rookery_store::{Chain, Counts, Emitted, Pending};
use std::collections::BTreeMap;

/// The group of the events of persistent agents, as the cell's type says.
const GROUP: &str = "on_emit";
/// The code of the error when the delivery waits no more.
pub(crate) const NOT_AWAITED: &str = "not_awaited";
/// The write units of an event and its place in the due index, and of the count on its record, in one transaction.
const EMIT_UNITS: u64 = 6;
/// How long after an event its deliveries are sent at the latest, in milliseconds: whoever stored it may be gone.
const GUARD_MS: i64 = 120_000;

#[async_trait]
impl Workflows for Engine {
    async fn emit(&self, asked: &CellAsk, call: &str, payload: Payload) -> Result<EventId> {
        let pending = self.store.pending(&asked.workflow, asked.pending).await?.ok_or_else(over)?;
        self.emit_while_open(&pending, GROUP, call, payload).await
    }
}

impl Engine {
    /// Puts an event on the workflow of a delivery that waits for this record: one for each call, whoever makes it again.
    pub(crate) async fn emit_while_open(&self, pending: &Pending, group: &str, call: &str, payload: Payload) -> Result<EventId> {
        let workflow = &pending.agent.workflow;
        let head = self.store.known_workflow(workflow).await?.filter(|head| !head.deleted).ok_or_else(over)?;
        self.lists.learn(workflow, head.is_spread);
        let event = self.event_of(pending, group, call, payload).await?;
        // It is in the list before it is stored: an entry of an event that is not stored after all is passed over.
        self.list(workflow, std::slice::from_ref(&event), &Chain::default());
        self.write_lists_of(workflow).await?;
        let route = Task::Route(Route { event: event.at() }).of(workflow).encode();
        let stored = match self.store.emit_while_open(pending, &event, (guard_of(&event), &route), limits::EMITTED).await? {
            Emitted::New => {
                let by_group = BTreeMap::from([(group.to_owned(), 1)]);
                let counts = Counts { emitted: 1, emitted_by_group: by_group, writes: EMIT_UNITS, ..Counts::default() };
                self.meter.add(workflow, &event.cell, event.version, counts);
                self.count_in_run(workflow, event.id.run, std::iter::once(&event)).await;
                event
            }
            Emitted::There => self.store.event(workflow, event.at()).await?.ok_or_else(over)?,
            Emitted::Refused => return Err(self.refused(pending).await?),
        };
        self.follow_emitted(workflow, &stored).await?;
        Ok(stored.id)
    }

    /// The event that a call puts on the workflow.
    async fn event_of(&self, pending: &Pending, group: &str, call: &str, payload: Payload) -> Result<Event> {
        let (workflow, cell) = (&pending.agent.workflow, &pending.agent.cell);
        let from = self.store.event(workflow, pending.event).await?.filter(|from| !from.last).ok_or_else(over)?;
        let built = self.built(workflow, from.version).await?;
        let (_, agent) = built.agent(cell)?;
        let (id, now) = (EventId::emitted(pending.id, call), Time::now());
        Ok(Event {
            id,
            item: id,
            version: from.version,
            cell: cell.clone(),
            incarnation: pending.agent.incarnation,
            groups: vec![group.to_owned()],
            payload,
            created_at: now,
            hop: from.hop + 1,
            cause: Some(Cause { event: from.id, delivery: Some(pending.delivery), receiver: None }),
            keep_until: now.plus(agent.facts().keep_events_ms),
            last: false,
        })
    }

    /// Sends what follows from an event.
    async fn follow_emitted(&self, workflow: &WorkflowRef, event: &Event) -> Result<()> {
        let events = std::slice::from_ref(event);
        let built = self.built(workflow, event.version).await?;
        self.producer.send(self.following(workflow, &built, events, &Chain::default())).await?;
        self.store.emitted_sent(workflow, event, guard_of(event)).await?;
        self.flush_metrics().await;
        Ok(())
    }

    /// Why an event was not stored.
    async fn refused(&self, pending: &Pending) -> Result<Error> {
        let now = self.store.pending(&pending.agent.workflow, pending.id).await?;
        let waits = now.is_some_and(|now| now.state == PendingState::Open && Time::now() < now.deadline);
        if !waits {
            return Ok(over());
        }
        let message = format!("There are {} events of this question already, and no more may be put there.", limits::EMITTED);
        Ok(Error::new(Kind::Conflict, "too_many_events", message, "Say the rest in the answer."))
    }
}

/// When an event's deliveries are sent at the latest.
fn guard_of(event: &Event) -> Time {
    event.created_at.plus(GUARD_MS)
}

fn over() -> Error {
    Error::new(Kind::Conflict, NOT_AWAITED, "The workflow that asked waits no more.", "Nothing is to be done.")
}
