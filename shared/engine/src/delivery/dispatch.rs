//! Dispatch: one delivery, check or timer, from its message to its acknowledgement.

use crate::delivery::park::is_its_turn;
use crate::delivery::plan::{Plan, muted, plan};
use crate::delivery::work::{Wake, Work};
use crate::external::ask::Asked;
use crate::external::host::EngineHost;
use crate::{Built, Engine};
use rookery_agents::{Agent, AgentError, Context, Effects, MemoryUse};
use rookery_domain::{Cell, Event, Kind, Result, ScopeId, Time};
use rookery_queue::{Handler, Message, Outgoing, Queue};
use rookery_store::{Failure, MemoryItem, RunItem, State, Workflow};
use std::sync::Arc;
use std::time::Duration;

/// Lost races after which a message is left to come again.
const ROUNDS: u32 = 40;
/// Times that a store that does not answer is asked again at once: a timeout is unknown, so read and decide (rule 8).
const UNKNOWN: u32 = 2;
/// How long a message is put off that could not be handled now, in milliseconds, and as much again by chance.
const LATER_MS: i64 = 2000;

/// Handles the `deliver` queue.
pub struct Dispatcher(pub Arc<Engine>);

impl Handler for Dispatcher {
    const QUEUE: Queue = Queue::Deliver;

    async fn handle(&self, message: Message) -> Result<()> {
        self.0.dispatch(message).await
    }

    async fn after_batch(&self) {
        self.0.flush_metrics_soon().await;
    }
}

/// What an attempt came to.
pub(crate) enum Step {
    /// All that follows is stored and sent.
    Done,
    /// A race was lost: read again, run again.
    Again,
}

/// What is needed to run the agent of a piece of work.
pub(crate) struct Ready {
    pub(crate) built: Arc<Built>,
    pub(crate) event: Option<Event>,
    /// The first item of the run.
    pub(crate) root: Option<RunItem>,
    pub(crate) waited_until: Option<Time>,
    /// Attempts that failed before this one.
    pub(crate) failed: u32,
}

/// The memory that was read for an agent, and how far it came with its request.
#[derive(Default)]
pub(crate) struct Remembered {
    pub(crate) scope: Option<String>,
    pub(crate) scope_id: Option<ScopeId>,
    pub(crate) item: Option<MemoryItem>,
    pub(crate) asked: Asked,
}

impl Engine {
    async fn dispatch(&self, message: Message) -> Result<()> {
        let Some(work) = Work::of(&message) else {
            return self.producer.send(vec![message.into()]).await; // Strayed: to its own queue.
        };
        let mut unknown = 0;
        for round in 0..ROUNDS {
            match self.attempt(&work).await {
                Ok(Step::Done) => return Ok(()),
                Ok(Step::Again) => tokio::time::sleep(Duration::from_millis(jitter(round * 10))).await,
                Err(error) if error.kind == Kind::Unavailable && unknown < UNKNOWN => {
                    tracing::warn!(%error, "not known whether it was done: reading again");
                    unknown += 1;
                }
                Err(error) if error.kind == Kind::Unavailable => return self.later(message, &error.to_string()).await,
                Err(error) => return Err(error),
            }
        }
        self.later(message, "too many others write the same memory").await
    }

    /// Lets a message that could not be handled now come again soon, as a new one: receives count crashes only (rule 7).
    async fn later(&self, message: Message, why: &str) -> Result<()> {
        tracing::warn!(why, "a message is put off");
        let not_before = Some(Time::now().plus(LATER_MS + jitter(LATER_MS as u32) as i64));
        self.producer.send(vec![Outgoing { message, not_before }]).await
    }

    async fn attempt(&self, work: &Work) -> Result<Step> {
        let mut work = work.clone();
        let Some(ready) = self.prepare(&mut work).await? else { return Ok(Step::Done) };
        let work = &work;
        let began = Time::now();
        let (cell, agent) = match ready.built.agent(&work.cell) {
            Ok(found) => found,
            Err(_) => {
                let message =
                    "The agent is not in the workflow version that the run is pinned to, or its type is no longer known.";
                let failure = Failure { code: "agent_missing".into(), message: message.into(), details: None };
                self.fail_request(work, &failure, Asked::No).await?;
                return self.commit_failure(work, &ready, None, failure, began, false).await;
            }
        };
        if let Some(step) = self.stop_at_limit(work, &ready, cell, agent, began).await? {
            return Ok(step);
        }
        let (result, remembered) = self.run_agent(work, &ready, cell, agent, true, true).await?;
        let asked = remembered.asked;
        let plan = plan(result, ready.failed, agent.facts().retries, f64::from(jitter_permille()) / 1000.0, Time::now());
        match plan {
            Plan::Commit(effects) => {
                let last = ready.event.as_ref().is_some_and(|event| event.last);
                let effects = if last { muted(effects) } else { effects };
                self.commit_effects(work, &ready, cell, agent, remembered, effects, began).await
            }
            Plan::Wait(at, failure) if agent.facts().endpoint.is_some() => self.wait_for_reply(work, &ready, at, failure).await,
            Plan::Wait(at, failure) => self.wait(work, &ready, at, failure, false).await,
            Plan::Fail(failure) if agent.facts().endpoint.is_some() && !self.fail_request(work, &failure, asked).await? => {
                Ok(Step::Again)
            }
            Plan::Fail(failure) => self.commit_failure(work, &ready, Some(agent), failure, began, false).await,
        }
    }

    /// Reads, consistently, all that decides whether the agent is to run. `None`: what was to do is done.
    async fn prepare(&self, work: &mut Work) -> Result<Option<Ready>> {
        let root = rookery_domain::EventId::root(work.run());
        let mut ids = vec![work.commit, root];
        ids.extend(work.event());
        let (mut items, head) = self.store.run_items_and_head(&work.workflow, &ids).await?;
        let event = work.event().and_then(|_| items.pop().flatten()).and_then(|item| item.event);
        let root = items.pop().flatten();
        let there = items.pop().flatten();
        let (mut waited_until, mut failed) = (None, 0);
        if let Some(commit) = there.as_ref().and_then(|item| item.commit.as_ref()) {
            self.resend(work, commit).await?;
            return Ok(None);
        }
        match there.and_then(|item| item.parked) {
            Some(parked) if !work.reply && !is_its_turn(work, &parked) => {
                self.send_wait(work, &parked).await?;
                return Ok(None);
            }
            Some(parked) => {
                work.attempt = parked.attempt;
                waited_until = parked.failure.is_none().then_some(parked.until);
                failed = parked.failed;
            }
            // It is not parked yet: who parks it looks whether the reply is there.
            None if work.reply => return dropped(work, "it does not wait yet"),
            None if work.attempt > 0 => return dropped(work, "its wait is not stored any more"),
            None => {}
        }
        let Some(head) = head.filter(|head| !head.deleted) else { return dropped(work, "its workflow is deleted") };
        let version = match (&work.wake, &event) {
            (Wake::Check { .. }, _) if !self.check_is_wanted(work, &head).await? => {
                self.cancel_waiting_check(work).await?;
                return dropped(work, "its schedule has changed");
            }
            (Wake::Check { .. }, _) => head.built,
            (_, Some(event)) => event.version,
            (_, None) => return dropped(work, "its event is not kept any more"),
        };
        let built = self.built(&work.workflow, version).await?;
        Ok(Some(Ready { built, event, root, waited_until, failed }))
    }

    /// A check of a schedule runs only while its workflow is active and its schedule is the same.
    async fn check_is_wanted(&self, work: &Work, head: &Workflow) -> Result<bool> {
        let Wake::Check { generation: Some(generation), .. } = &work.wake else { return Ok(true) };
        if work.arm > 0 {
            return Ok(true); // A person replays it.
        }
        if head.state != State::Active {
            return Ok(false);
        }
        let schedule = self.store.schedule(&work.workflow, &work.cell).await?;
        Ok(schedule.is_some_and(|schedule| schedule.generation == *generation))
    }

    /// Runs the agent, with the memory that it asks for. Commits nothing; but what is asked of external agents is recorded, if what
    /// comes of it is to be committed.
    #[allow(clippy::too_many_arguments)] // All of one attempt.
    pub(crate) async fn run_agent(
        &self,
        work: &Work,
        ready: &Ready,
        cell: &Cell,
        agent: &dyn Agent,
        calls: bool,
        commits: bool,
    ) -> Result<(Result<Effects, AgentError>, Remembered)> {
        let agent_ref = work.workflow.agent(cell);
        let host = EngineHost {
            engine: self,
            agent: &agent_ref,
            work: commits.then_some(work),
            calls,
            refused: Default::default(),
            asked: Default::default(),
            broken: Default::default(),
        };
        let mut cx = self.context(work, ready, cell, &host);
        let remembered = match self.remember(work, cell, agent, &cx).await? {
            Ok(remembered) => remembered,
            Err(error) => return Ok((Err(error), Remembered::default())),
        };
        cx.memory = remembered.item.as_ref().map(|item| item.value.clone()).unwrap_or_default();
        let mut result = match &work.wake {
            Wake::Event(_) => agent.receive(&cx).await,
            Wake::Timer { .. } => agent.timer(&cx).await,
            Wake::Check { .. } => agent.check(&cx).await,
        };
        let refused = std::mem::take(&mut *host.refused.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
        match &mut result {
            Ok(effects) => effects.logs.extend(refused),
            Err(error) if !refused.is_empty() => error.message = format!("{} It {}.", error.message, refused.join("; ")),
            Err(_) => {}
        }
        if let Some(error) = host.broken.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take() {
            return Err(error);
        }
        let asked = *host.asked.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        Ok((result, Remembered { asked, ..remembered }))
    }

    fn context<'a>(&self, work: &'a Work, ready: &'a Ready, cell: &'a Cell, host: &'a EngineHost<'_>) -> Context<'a> {
        let mut cx = Context::new(cell, work.delivery, host);
        cx.event = ready.event.as_ref();
        cx.workflow = work.workflow.workflow.as_str();
        cx.attempt = work.attempt;
        cx.waited_until = ready.waited_until;
        if let Wake::Check { due, .. } = work.wake {
            cx.due = Some(due);
        }
        for link in ready.built.graph.incoming(&cell.id) {
            cx.incoming.push(link.id.to_string());
            if cx.event.is_some_and(|event| link.source == event.cell && link.takes(&event.groups)) {
                cx.links.push(link.id.to_string());
            }
        }
        cx
    }

    async fn remember(
        &self,
        work: &Work,
        cell: &Cell,
        agent: &dyn Agent,
        cx: &Context<'_>,
    ) -> Result<Result<Remembered, AgentError>> {
        let scope = match &work.wake {
            Wake::Timer { scope: Some(id), .. } => Some((*id, None)),
            _ => match agent.memory(cx) {
                Ok(MemoryUse::None) => return Ok(Ok(Remembered::default())),
                Ok(MemoryUse::Agent) => None,
                Ok(MemoryUse::Scope(text)) => Some((ScopeId::of(&text), Some(text))),
                Err(error) => return Ok(Err(error)),
            },
        };
        let scope_id = scope.as_ref().map(|(id, _)| *id);
        let item = self.store.memory(&work.workflow.agent(cell), scope_id).await?;
        // A timer knows only its scope's id; the memory has the text.
        let text = scope.and_then(|(_, text)| text.or_else(|| item.as_ref().map(|item| item.scope.clone())));
        Ok(Ok(Remembered { scope: text, scope_id, item, asked: Asked::No }))
    }
}

fn dropped(work: &Work, why: &str) -> Result<Option<Ready>> {
    tracing::info!(workflow = %work.workflow, cell = %work.cell, delivery = %work.delivery, why, "delivery dropped");
    Ok(None)
}

/// A random number of `0..=most`.
pub(crate) fn jitter(most: u32) -> u64 {
    u64::from(most) * u64::from(jitter_permille()) / 1000
}

fn jitter_permille() -> u32 {
    let random = uuid::Uuid::new_v4().into_bytes();
    u32::from(u16::from_be_bytes([random[14], random[15]])) % 1001
}
