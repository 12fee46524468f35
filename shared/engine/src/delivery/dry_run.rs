//! Trying an agent: what it would emit, remember and log. A dry run commits nothing. A check by hand commits, like any other check.

use crate::delivery::attempt::{Attempt, Ready, Step};
use crate::delivery::commit::memory_value;
use crate::delivery::plan::{Plan, plan};
use crate::delivery::work::Work;
use crate::external::host::Purpose;
use crate::external::outside_call::OutsideCall;
use crate::routing::deliver;
use crate::{Built, Engine};
use rookery_agents::{AgentError, Effects, Kind as AgentKind};
use rookery_domain::{Cell, CellId, Error, Event, EventId, Kind, Payload, Result, Time, WorkflowRef};
use rookery_store::{Failure, Workflow};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// How often a check by hand runs, while other events change the agent's memory.
const ROUNDS: u32 = 5;

/// What an agent is tried with.
#[derive(Clone, Debug, Default)]
pub struct Tried {
    /// The event that the agent gets; without one, the agent is checked.
    pub event: Option<TriedEvent>,
    /// The memory that the agent begins with; without one, what is stored.
    pub memory: Option<Value>,
    /// Whether outside calls are made.
    pub outside_calls: bool,
}

/// An event that an agent is tried with. It gets an id of its own, so that nobody outside takes it for another.
#[derive(Clone, Debug)]
pub struct TriedEvent {
    /// The payload.
    pub payload: Payload,
    /// The groups.
    pub groups: Vec<String>,
    /// The agent that emitted the event. Without one, the event looks as if it came by the first link that leads to the agent.
    pub source: Option<CellId>,
}

/// An event that was emitted, or would be.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ReportedEvent {
    /// The event's id, if it was emitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<EventId>,
    /// The event's groups.
    pub groups: Vec<String>,
    /// The event's payload.
    pub payload: Payload,
}

/// What an agent did, or would do.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct Report {
    /// The version that ran: the last built one; 0 where an unsaved cell was tried.
    pub version: u64,
    /// A newer version that was saved and is not built yet: build it to try it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newer_version: Option<u64>,
    /// The events.
    pub events: Vec<ReportedEvent>,
    /// The memory afterwards; null when there is none.
    pub memory: Value,
    /// Log lines.
    pub logs: Vec<String>,
    /// For a dry run: the outside calls that the agent made, or would make. An agent whose call is not made is told so as an error.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<OutsideCall>,
    /// What became of the delivery, when it is not simply done: like `late`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The agent waits until then before it does anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_until: Option<Time>,
    /// The item for the agent's feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<Payload>,
    /// Why the agent failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

impl Report {
    /// With the version that ran.
    fn of(self, workflow: &Workflow) -> Self {
        let newer_version = (workflow.version > workflow.built).then_some(workflow.version);
        Report { version: workflow.built, newer_version, ..self }
    }
}

impl Engine {
    /// Runs an agent of the last built version with an event (or its `check()` without one) and commits nothing. Outside calls are
    /// made only if the caller asks for them.
    pub async fn dry_run(&self, workflow: &Workflow, cell: &CellId, tried: Tried) -> Result<Report> {
        let built = self.built(&workflow.id, workflow.built).await?;
        Ok(self.try_agent(&workflow.id, built, cell, tried).await?.of(workflow))
    }

    /// Runs an agent, and commits nothing.
    pub(crate) async fn try_agent(
        &self,
        workflow: &WorkflowRef,
        built: Arc<Built>,
        cell: &CellId,
        tried: Tried,
    ) -> Result<Report> {
        let (agent, now) = (built.any_agent(cell)?, Time::now());
        let found = agent.0;
        if tried.event.is_none() && !checks(found) {
            return Err(cannot_check(found, r#"Send the event to try it with: {"event": {"payload": {...}}}."#));
        }
        let first_source = || built.graph.incoming(cell).next().map_or_else(|| cell.clone(), |link| link.source.clone());
        let id = EventId::fresh();
        let event = tried.event.map(|event| Event {
            id,
            item: id,
            version: built.version,
            cell: event.source.unwrap_or_else(first_source),
            incarnation: 0,
            groups: event.groups,
            payload: event.payload,
            created_at: now,
            hop: 0,
            cause: None,
            keep_until: now,
            last: false,
        });
        let work = match &event {
            Some(event) => Work::of(&deliver(workflow, event.at(), cell)),
            None => Some(Work::check_by_hand(&workflow.agent(found), now)),
        };
        let work = work.ok_or_else(|| Error::internal("a dry run is not a route"))?;
        let ready = Ready { memory: tried.memory, ..Ready::first(built.clone(), event) };
        let attempt = Attempt { agent: Some(agent), ..Attempt::new(self, &work, &ready) };
        let ran = attempt.run(Purpose::DryRun { calls: tried.outside_calls }).await?;
        let before = ran.remembered.item.map(|item| item.value).unwrap_or_default();
        Ok(Report { calls: ran.calls, ..report(once(ran.result), before, |_| None) })
    }

    /// Checks an agent now, whatever its schedule, and says what it did. A failure is reported, and nothing is committed.
    pub async fn check_now(&self, workflow: &Workflow, cell: &CellId) -> Result<Report> {
        let built: Arc<Built> = self.built(&workflow.id, workflow.built).await?;
        let found = built.agent(cell)?.0;
        if !checks(found) {
            return Err(cannot_check(found, r#"Use /dry_run to try it with an event: {"event": {"payload": {...}}}."#));
        }
        let work = Work::check_by_hand(&workflow.id.agent(found), Time::now());
        let ready = Ready::first(built.clone(), None);
        let attempt = Attempt::new(self, &work, &ready);
        let mut round = 1;
        let (plan, before) = loop {
            let ran = attempt.run(Purpose::Commit).await?;
            let before = ran.remembered.item.as_ref().map(|item| item.value.clone()).unwrap_or_default();
            let plan = once(ran.result);
            let Plan::Commit(effects) = &plan else { break (plan, before) };
            match attempt.commit_effects(ran.remembered, effects.clone()).await? {
                Step::Done(follows) => {
                    self.producer.send(follows.outgoing).await?;
                    self.write_lists_of(&work.workflow).await?;
                    break (plan, before);
                }
                // It is the same check that runs again: what it sent is not sent again.
                Step::Again if round < ROUNDS => round += 1,
                Step::Again => {
                    return Err(Error::new(
                        Kind::Conflict,
                        "memory_changed",
                        "Another event changed the agent's memory meanwhile.",
                        "Check again.",
                    ));
                }
            }
        };
        self.flush_metrics().await;
        Ok(report(plan, before, |ordinal| Some(work.child(ordinal))).of(workflow))
    }
}

fn checks(cell: &Cell) -> bool {
    rookery_agents::find(&cell.agent_type).is_some_and(|info| info.checks)
}

/// Why an agent that has nothing to check is not run without an event; `with_event` says how it is run with one.
fn cannot_check(cell: &Cell, with_event: &str) -> Error {
    let is_trigger = rookery_agents::find(&cell.agent_type).is_some_and(|info| info.kind == AgentKind::Trigger);
    let remedy = if is_trigger { "It starts a flow with what comes in: put an event in by POST .../events." } else { with_event };
    let message = format!("`{}` is of type `{}`, which has nothing to check without an event.", cell.id, cell.agent_type);
    Error::new(Kind::Unprocessable, "cannot_check", message, remedy)
}

/// The plan for an attempt that is made only once. The rules are those of all other attempts.
fn once(result: Result<Effects, AgentError>) -> Plan {
    plan(result, 0, 0, 0.0, Time::now())
}

fn report(plan: Plan, before: Value, id: impl Fn(u32) -> Option<EventId>) -> Report {
    match plan {
        Plan::Commit(effects) => {
            let memory = memory_value(&effects).unwrap_or(before);
            let first = u32::from(effects.publish.is_some());
            let events = (first..).zip(effects.emit);
            Report {
                events: events
                    .map(|(ordinal, emit)| ReportedEvent { id: id(ordinal), groups: emit.groups, payload: emit.payload })
                    .collect(),
                memory,
                logs: effects.logs,
                outcome: effects.outcome.map(str::to_owned),
                published: effects.publish,
                ..Report::default()
            }
        }
        Plan::Wait(wait, error) => Report { memory: before, waits_until: Some(wait.until), error, ..Report::default() },
        Plan::Fail(failure) => Report { memory: before, error: Some(failure), ..Report::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::limits;

    #[test]
    fn what_is_tried_once_is_bounded_as_every_attempt_is() {
        let payload = Payload::of(Value::Null).unwrap();
        let many = |count| Effects { emit: vec![Effects::emit("g", payload.clone()).emit[0].clone(); count], ..Effects::none() };
        assert!(matches!(once(Ok(many(limits::CHILDREN))), Plan::Commit(_)));
        assert!(matches!(once(Ok(many(limits::CHILDREN + 1))), Plan::Fail(failure) if failure.code == "too_many_events"));
        assert!(matches!(once(Err(AgentError::retry("http_503", "not now"))), Plan::Fail(_)), "nobody comes again");
    }
}
