//! One attempt of a delivery, check or timer: what it works with, and the run of its agent. What happens with the outcome is in
//! `commit`, `park` and `run_limits`, as methods of the same [`Attempt`].

use crate::delivery::slow_lane::{Entrant, busy_during};
use crate::delivery::work::{Wake, Work};
use crate::external::host::{EngineHost, Purpose, Told};
use crate::external::outside_call::OutsideCall;
use crate::external::pending::Asked;
use crate::workflow::built::Pace;
use crate::{Built, Engine};
use futures::future::try_join_all;
use rookery_agents::{Agent, AgentError, Context, Effects, MemoryUse};
use rookery_domain::{AgentRef, Cell, Error, Event, Result, ScopeId, Time, limits};
use rookery_queue::Outgoing;
use rookery_store::{MemoryItem, RunItem, ScheduleAdvance};
use serde_json::{Value, json};
use std::sync::Arc;

/// How an attempt ended.
pub(crate) enum Step {
    /// All that comes of it is stored. This is left to send, before the message is acknowledged.
    Done(Follows),
    /// A race was lost: read again, and run again.
    Again,
}

/// What follows from a commit.
#[derive(Default)]
pub(crate) struct Follows {
    /// The messages.
    pub(crate) outgoing: Vec<Outgoing>,
    /// The events that they are about.
    pub(crate) events: Vec<Event>,
    /// The first item of the run, if it was just changed.
    pub(crate) root: Option<Arc<RunItem>>,
}

/// What is needed to run the agent of a piece of work.
pub(crate) struct Ready {
    pub(crate) built: Arc<Built>,
    pub(crate) event: Option<Event>,
    /// The first item of the run.
    pub(crate) root: Option<Arc<RunItem>>,
    /// The time until which the agent itself asked to wait.
    pub(crate) waited_until: Option<Time>,
    /// How many attempts failed before this one.
    pub(crate) failed: u32,
    /// For a check of a schedule: how its commit advances the schedule.
    pub(crate) schedule: Option<ScheduleAdvance>,
    /// For a dry run: the memory that the agent is given in place of the stored one.
    pub(crate) memory: Option<Value>,
}

impl Ready {
    /// What a first attempt needs: one with this event, or a check that no schedule waits for.
    pub(crate) fn first(built: Arc<Built>, event: Option<Event>) -> Self {
        Ready { built, event, root: None, waited_until: None, failed: 0, schedule: None, memory: None }
    }
}

/// The memory that was read for an agent.
#[derive(Default)]
pub(crate) struct Remembered {
    pub(crate) scope: Option<String>,
    pub(crate) scope_id: Option<ScopeId>,
    pub(crate) item: Option<MemoryItem>,
}

/// What a run of an agent gave.
pub(crate) struct Ran {
    pub(crate) result: Result<Effects, AgentError>,
    pub(crate) remembered: Remembered,
    /// How far the agent got with what it asked of others.
    pub(crate) asked: Asked,
    /// For a dry run: the outside calls that the agent made, or would make.
    pub(crate) calls: Vec<OutsideCall>,
}

impl Ran {
    /// An attempt that did not come to its agent.
    fn failed(error: AgentError) -> Self {
        Ran { result: Err(error), remembered: Remembered::default(), asked: Asked::No, calls: Vec::new() }
    }
}

/// One attempt.
pub(crate) struct Attempt<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) work: &'a Work,
    pub(crate) ready: &'a Ready,
    /// The agent; none when the version that the run is pinned to does not have it, or its type is no longer known.
    pub(crate) agent: Option<(&'a Cell, &'a dyn Agent)>,
    pub(crate) began: Time,
}

impl<'a> Attempt<'a> {
    /// Begins an attempt now.
    pub(crate) fn new(engine: &'a Engine, work: &'a Work, ready: &'a Ready) -> Self {
        Attempt { engine, work, ready, agent: ready.built.agent(&work.cell).ok(), began: Time::now() }
    }

    /// Whether its agent asks others, so that a pending record may stand.
    pub(crate) fn asks(&self) -> bool {
        self.agent.is_none_or(|(_, agent)| agent.facts().asks())
    }

    /// The incarnation of the agent; 0 when the version does not have the agent.
    pub(crate) fn incarnation(&self) -> u64 {
        self.ready.built.graph.cell(&self.work.cell).map_or(0, |cell| cell.incarnation)
    }

    /// How long the agent's events are kept, in milliseconds.
    pub(crate) fn keep_events_ms(&self) -> i64 {
        self.agent.map_or(limits::KEEP_EVENTS_SECONDS * 1000, |(_, agent)| agent.facts().keep_events_ms)
    }

    /// How often the delivery is tried again after a failure.
    pub(crate) fn retries(&self) -> u32 {
        self.agent.map_or(0, |(_, agent)| agent.facts().retries)
    }

    /// The handle of the agent.
    pub(crate) fn agent_ref(&self) -> AgentRef {
        let (workflow, cell) = (self.work.workflow.clone(), self.work.cell.clone());
        AgentRef { workflow, cell, incarnation: self.incarnation() }
    }

    /// Runs the agent with its memory. Nothing is committed here. What the agent asks of others is stored before it is asked,
    /// when the purpose is a commit. An agent that is not known to be quick does
    /// not hold up others.
    pub(crate) async fn run(&self, purpose: Purpose) -> Result<Ran> {
        let (built, cell) = (&self.ready.built, &self.work.cell);
        let (ran, took) = match built.pace(cell, self.began) {
            Pace::Quick => busy_during(self.run_agent(purpose)).await,
            Pace::Unknown | Pace::Slow => {
                let pace = || built.pace(cell, Time::now());
                let of = Entrant { turn: built.turn(cell), pace: &pace, may_wait_elsewhere: purpose == Purpose::Commit };
                Box::pin(self.engine.slow_lane.run(of, busy_during(self.run_agent(purpose)))).await?
            }
        };
        built.note(cell, took, self.engine.chains().quick, self.began);
        ran
    }

    async fn run_agent(&self, purpose: Purpose) -> Result<Ran> {
        let Some((cell, agent)) = self.agent else {
            let message = "The agent is not in the workflow version that the run is pinned to, it is disabled there, or its type is no longer known.";
            return Ok(Ran::failed(AgentError::fail("agent_missing", message)));
        };
        let name = self.agent_ref();
        let host = EngineHost::new(self.engine, &name, self.work, purpose);
        let mut cx = self.context(cell, &host);
        let held = self.ready.built.stores_of(&cell.id).map(async |(store, variable)| {
            let held = self.engine.store.memory(&self.work.workflow.agent(store), None).await?;
            Ok::<_, Error>((variable.to_owned(), held.map_or_else(|| json!({}), |item| item.value)))
        });
        cx.stores = try_join_all(held).await?;
        let remembered = match self.remember(&name, agent, &cx).await? {
            Ok(remembered) => remembered,
            Err(error) => return Ok(Ran::failed(error)),
        };
        cx.memory = remembered.item.as_ref().map(|item| item.value.clone()).unwrap_or_default();
        let result = match &self.work.wake {
            Wake::Event(_) => agent.receive(&cx).await,
            Wake::Timer { .. } => agent.timer(&cx).await,
            Wake::Check { .. } => agent.check(&cx).await,
        };
        drop(cx);
        let Told { result, asked, calls } = host.told(result)?;
        Ok(Ran { result, remembered, asked, calls })
    }

    fn context<'c>(&'c self, cell: &'c Cell, host: &'c EngineHost<'_>) -> Context<'c> {
        let (work, ready) = (self.work, self.ready);
        let mut cx = Context::new(cell, work.delivery, host);
        cx.event = ready.event.as_ref().filter(|_| !work.is_check());
        cx.workflow = work.workflow.workflow.as_str();
        cx.attempt = work.attempt;
        cx.waited_until = ready.waited_until;
        if let Wake::Check { due, .. } = work.wake {
            cx.due = Some(due);
        }
        cx.controlled = ready.built.graph.controlled(&cell.id).collect();
        for link in ready.built.graph.incoming(&cell.id) {
            cx.incoming.push(link.id.to_string());
            if cx.event.is_some_and(|event| link.source == event.cell && link.takes(&event.groups)) {
                cx.links.push(link.id.to_string());
            }
        }
        cx
    }

    async fn remember(&self, name: &AgentRef, agent: &dyn Agent, cx: &Context<'_>) -> Result<Result<Remembered, AgentError>> {
        let scope = match &self.work.wake {
            Wake::Timer { scope: Some(id), .. } => Some((*id, None)),
            _ => match agent.memory(cx) {
                Ok(MemoryUse::None) => return Ok(Ok(Remembered::default())),
                Ok(MemoryUse::Agent) => None,
                Ok(MemoryUse::Scope(text)) => Some((ScopeId::of(&text), Some(text))),
                Err(error) => return Ok(Err(error)),
            },
        };
        let scope_id = scope.as_ref().map(|(id, _)| *id);
        let item = match &self.ready.memory {
            Some(given) => Some(MemoryItem { value: given.clone(), ..MemoryItem::default() }),
            None => self.engine.store.memory(name, scope_id).await?,
        };
        // A timer knows only the id of its scope; the memory has the scope's text.
        let text = scope.and_then(|(_, text)| text.or_else(|| item.as_ref().map(|item| item.scope.clone())));
        Ok(Ok(Remembered { scope: text, scope_id, item }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::dispatch::Dispatcher;
    use crate::routing::deliver;
    use crate::{Settings, Tried, TriedEvent};
    use rookery_boot::{Clients, TABLE};
    use rookery_domain::{CellId, Event, EventId, Payload};
    use rookery_egress::{Egress, Policy};
    use rookery_queue::{Handler, Producer};
    use rookery_standins::Standins;
    use rookery_store::{Chain, Store};
    use std::time::Duration;

    const OPTIONS: &str = r#"{"cells":[
        {"id":"unknown","type":"agent","agent_type":"event_formatting","config":{"instructions":{"a":"{{ b }}"}}},
        {"id":"quick","type":"agent","agent_type":"event_formatting","config":{"instructions":{"a":"{{ b }}"}}}
    ]}"#;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn only_an_agent_that_was_seen_to_be_quick_takes_no_place_in_the_slow_lane() {
        let folder = tempfile::tempdir().unwrap();
        let standins = Standins::start(folder.path()).unwrap();
        let clients = Clients::new(standins.dynamodb_config().build(), standins.sqs_config().build());
        let queues = rookery_boot::create(&clients).await.unwrap();
        let (store, producer) = (Store::new(clients.dynamodb, TABLE), Producer::start(clients.sqs, &queues));
        let engine = Engine::new(store, producer, Egress::new(Policy::default()), Settings::default());
        let project = engine.store.create_project("p").await.unwrap();
        let (workflow, _) = engine.create_workflow(&project.id, "w", OPTIONS).await.unwrap();
        let workflow = engine.start(&workflow).await.unwrap().0;
        let run = |cell: &str| {
            let (engine, workflow, cell) = (engine.clone(), workflow.clone(), CellId(cell.to_owned()));
            let event = TriedEvent { payload: Payload::stored("{}".to_owned()), groups: Vec::new(), source: None };
            let tried = Tried { event: Some(event), ..Tried::default() };
            async move { engine.dry_run(&workflow, &cell, tried).await.unwrap() }
        };
        let built = engine.built(&workflow.id, workflow.built).await.unwrap();
        let note = |cell: &str, took| built.note(&CellId(cell.to_owned()), took, Duration::from_secs(1), Time::now());
        note("quick", Duration::ZERO);
        let places = engine.slow_lane.take_all().await;
        let waits = tokio::spawn(run("unknown"));
        for _ in 0..5 {
            run("quick").await;
        }
        assert!(!waits.is_finished(), "no place is free");
        drop(places);
        waits.await.unwrap();
        let _places = engine.slow_lane.take_all().await;
        run("unknown").await; // It was quick.

        // With much in line, a message of a slow agent is put off, and one of a quick agent is not.
        engine.slow_lane.lengthen();
        note("unknown", Duration::from_secs(60));
        for cell in ["quick", "unknown"] {
            let (id, cell) = (EventId::fresh(), CellId(cell.to_owned()));
            let event = Event {
                id,
                item: id,
                version: workflow.built,
                cell: cell.clone(),
                incarnation: 1,
                groups: Vec::new(),
                payload: Payload::stored("{}".to_owned()),
                created_at: Time::now(),
                hop: 0,
                cause: None,
                keep_until: Time::now().plus(60_000),
                last: false,
            };
            engine.store.accept_fresh(&workflow.id, &event, &Chain::default()).await.unwrap();
            let message = deliver(&workflow.id, event.at(), &cell);
            let commit = Work::of(&message).unwrap().commit;
            Dispatcher(engine.clone()).handle(message).await.unwrap();
            let done = engine.store.run_item(&workflow.id, commit).await.unwrap();
            assert_eq!(done.is_some(), cell.0 == "quick", "{cell}");
        }
        standins.stop().await;
    }
}
