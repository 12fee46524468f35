//! Which triggers are told of what is no event of their workflow: those of started workflows are noted at their segments and lists, and for errors.
//! Whoever tells them looks whether they still run. What they are told is not decided here.

use crate::connections::sending::guard_of;
use crate::{Built, Engine, Incoming};
use rookery_agents::Listens;
use rookery_domain::{AgentRef, Cell, Collection, Error, Kind, Payload, Result, SegmentId, Time, Told};
use rookery_queue::{Existing, Message, Task};
use rookery_store::{Listener, Workflow};
use std::sync::Arc;

/// The triggers of a built version that are told of something.
fn listening<'b>(built: &'b Built) -> impl Iterator<Item = (&'b Cell, &'b Listens)> {
    let of = |cell: &'b Cell| Some((cell, built.any_agent(&cell.id).ok()?.1.facts().listens.as_ref()?));
    built.graph.cells().iter().filter_map(of)
}

impl Engine {
    /// Notes the triggers of an active workflow. One that wants it is told of what is there already, when the workflow starts or the trigger is
    /// new.
    pub(crate) async fn register_listeners(
        &self,
        workflow: &Workflow,
        built: &Built,
        before: Option<&Built>,
        starts: bool,
    ) -> Result<()> {
        let mut messages = Vec::new();
        for (cell, listens) in listening(built).filter(|(cell, _)| !cell.disabled) {
            let Some(of) = listens.told() else { continue };
            let agent = workflow.id.agent(cell);
            let was_there = before.is_some_and(|before| {
                listening(before).any(|(old, had)| old.id == cell.id && old.incarnation == cell.incarnation && had == listens)
            });
            if was_there && !starts {
                continue;
            }
            let existing = match (&of, listens) {
                (Told::Records(Collection::Segment(segment)), Listens::Segment { existing: true, .. }) => {
                    Some(existing(&agent, segment))
                }
                _ => None,
            };
            let due = existing.as_ref().map(|message| (guard_of(Time::now()), message.encode()));
            self.store.put_listener(&of, &agent, due).await?;
            messages.extend(existing.map(Into::into));
        }
        self.producer.send(messages).await
    }

    /// Forgets the triggers of a version that listen no more in `now`; all of them, without one.
    pub(crate) async fn forget_listeners(&self, workflow: &Workflow, before: &Built, now: Option<&Built>) -> Result<()> {
        for (cell, listens) in listening(before) {
            let Some(of) = listens.told() else { continue };
            let stays =
                now.is_some_and(|now| listening(now).any(|(new, has)| new.id == cell.id && has.told().as_ref() == Some(&of)));
            if !stays {
                self.store.forget_listener(&of, &workflow.id.agent(cell)).await?;
            }
        }
        Ok(())
    }

    /// Puts an event in at a trigger, if it runs and still listens.
    pub(crate) async fn put_in(
        &self,
        listener: &Listener,
        of: &Told,
        part: Option<&str>,
        payload: Payload,
        (group, key): (&str, String),
        hop: u16,
    ) -> Result<()> {
        let engine: Arc<Engine> = self.itself()?;
        let agent = &listener.agent;
        let Some(workflow) = engine.running(&agent.workflow).await? else { return Ok(()) };
        let built = engine.built(&workflow.id, workflow.built).await?;
        let Ok((cell, found)) = built.agent(&agent.cell) else { return Ok(()) };
        let listens = found.facts().listens.as_ref().filter(|_| cell.incarnation == agent.incarnation);
        if !listens.is_some_and(|listens| listens.takes(of, part)) {
            return Ok(());
        }
        let incoming = Incoming { key_suffices: true, hop, ..Incoming::new(payload, vec![group.to_owned()], Some(key)) };
        match engine.accept_at_trigger(&workflow, &agent.cell, incoming).await {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.kind, Kind::Unavailable | Kind::Internal | Kind::StorageFull) => Err(error),
            Err(error) => {
                not_told(&error, agent);
                Ok(())
            }
        }
    }

    /// Forgets the triggers of a workflow that is to be deleted.
    pub(crate) async fn forget_listeners_of(&self, workflow: &Workflow) -> Result<()> {
        match self.last_built(workflow).await? {
            Some(built) => self.forget_listeners(workflow, &built, None).await,
            None => Ok(()),
        }
    }
}

fn existing(agent: &AgentRef, segment: &SegmentId) -> Message {
    let (cell, incarnation) = (agent.cell.clone(), agent.incarnation);
    Task::Existing(Existing { segment: segment.clone(), cell, incarnation }).of(&agent.workflow)
}

fn not_told(error: &Error, agent: &AgentRef) {
    tracing::info!(%error, workflow = %agent.workflow.workflow, cell = %agent.cell, "a trigger takes nothing now");
}
