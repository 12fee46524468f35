//! Committing what an attempt came to, and sending what follows: the first time and again.

use crate::Engine;
use crate::delivery::children::{child_event, error_payload};
use crate::delivery::dispatch::{Ready, Remembered, Step};
use crate::delivery::work::{Wake, Work};
use crate::routing::{is_near, timer_message};
use rookery_agents::{Agent, Effects, Memory};
use rookery_domain::{Cell, Event, Result, Time, limits};
use rookery_store::{Commit, Committed, Counts, Failure, LogEntry, MemoryWrite, ScheduleAdvance, Timer, Writes};
use serde_json::Value;

/// One event of this many is counted, for as many: a run's budget costs little to keep.
const SAMPLE: u64 = 16;

impl Engine {
    /// Commits the effects of an agent, and sends what follows.
    #[allow(clippy::too_many_arguments)] // All of one attempt.
    pub(crate) async fn commit_effects(
        &self,
        work: &Work,
        ready: &Ready,
        cell: &Cell,
        agent: &dyn Agent,
        remembered: Remembered,
        effects: Effects,
        began: Time,
    ) -> Result<Step> {
        let memory = memory_write(work, cell, &remembered, &effects);
        if let Some(Err(error)) = memory.as_ref().map(MemoryWrite::check_size) {
            let failure =
                Failure { code: error.code.into(), message: format!("{} {}", error.message, error.details), details: None };
            return self.commit_failure(work, ready, Some(agent), failure, began, false).await;
        }
        // What is published has its own place in the index, so that its item can be no event.
        let first_child = u32::from(effects.emit.is_empty() || effects.publish.is_some());
        let emitted = effects.emit.into_iter().zip(first_child..);
        let events = emitted.map(|(emit, ordinal)| {
            child_event(work, ready, cell.incarnation, agent.facts().keep_events_ms, ordinal, emit.groups, emit.payload, began)
        });
        let timer = |(ordinal, at): (u32, &Time)| {
            let delivery = work.delivery.timer(work.arm, ordinal);
            Timer { delivery, at: *at, scope: remembered.scope_id }
        };
        let timers: Vec<Timer> = (0..).zip(&effects.wake).map(timer).collect();
        let far = |timer: &&Timer| !is_near(began, timer.at);
        let due = work.event().map(|event| {
            let message = |timer: &Timer| timer_message(&work.workflow, &work.cell, event, timer).encode();
            timers.iter().filter(far).map(|timer| (timer.clone(), message(timer))).collect()
        });
        let is_published = effects.publish.is_some();
        let writes = Writes {
            events: events.collect(),
            published: effects.publish,
            memory,
            due: due.unwrap_or_default(),
            schedule: advance(work),
            keep_until: latest([
                timers.iter().map(|timer| timer.at.plus(limits::COMMIT_MS)).max(),
                kept_with(ready),
                is_published.then(|| began.plus(agent.facts().keep_events_ms)),
            ]),
        };
        let outcome = effects.outcome.unwrap_or("done");
        let commit = self.commit_of(work, cell.incarnation, outcome, first_child, writes.events.len() as u32, timers, began);
        self.keep_for_timers(work, ready, &commit).await?;
        self.write(work, ready, commit, writes, effects.logs).await
    }

    /// Commits that a delivery failed for good: a record that can be replayed, and one `on_error` event. Of a limit's event, nothing more
    /// comes than its handling.
    pub(crate) async fn commit_failure(
        &self,
        work: &Work,
        ready: &Ready,
        agent: Option<&dyn Agent>,
        failure: Failure,
        began: Time,
        is_limit: bool,
    ) -> Result<Step> {
        let incarnation = ready.built.graph.cell(&work.cell).map_or(0, |cell| cell.incarnation);
        let keep_ms = agent.map_or(limits::KEEP_EVENTS_SECONDS * 1000, |agent| agent.facts().keep_events_ms);
        let payload = error_payload(ready.event.as_ref(), &failure);
        let mut error = child_event(work, ready, incarnation, keep_ms, 1, vec!["on_error".into()], payload, began);
        let muted = error.last;
        error.last |= is_limit;
        let events = if muted { Vec::new() } else { vec![error] };
        let log = format!("failed with {}: {}", failure.code, failure.message);
        let mut commit = self.commit_of(work, incarnation, "failed", 1, events.len() as u32, Vec::new(), began);
        commit.failure = Some(failure);
        commit.message = Some(work.message.encode());
        let keep_until = latest([kept_with(ready), Some(began.plus(keep_ms))]);
        let writes = Writes { events, schedule: advance(work), keep_until, ..Writes::default() };
        self.write(work, ready, commit, writes, vec![log]).await
    }

    #[allow(clippy::too_many_arguments)] // A commit has these parts.
    fn commit_of(
        &self,
        work: &Work,
        incarnation: u64,
        outcome: &str,
        first: u32,
        children: u32,
        timers: Vec<Timer>,
        began: Time,
    ) -> Commit {
        Commit {
            id: work.commit,
            delivery: work.delivery,
            arm: work.arm,
            event: work.event(),
            cell: work.cell.clone(),
            incarnation,
            outcome: outcome.to_owned(),
            first_child: first,
            children,
            timers,
            began,
            took_ms: Time::now().0 - began.0,
            attempt: work.attempt,
            failure: None,
            message: None,
            replayed_at: None,
        }
    }

    async fn write(&self, work: &Work, ready: &Ready, commit: Commit, writes: Writes, logs: Vec<String>) -> Result<Step> {
        let events = writes.events.clone();
        match self.store.commit(&work.workflow, &commit, writes).await? {
            Committed::Won => {}
            // A schedule that has changed is found when all is read again.
            Committed::LostKey | Committed::LostSchedule | Committed::Lost => return Ok(Step::Again),
        }
        log_outcome(&commit, &events);
        self.count(work, ready, &commit, &events).await;
        if !logs.is_empty() {
            let entry = LogEntry { at: commit.began, event_id: commit.event, lines: logs };
            self.store.put_log(&commit.agent(&work.workflow), commit.id, &entry).await?;
        }
        self.send_following(work, &ready.built, &commit, &events).await?;
        Ok(Step::Done)
    }

    /// A check that waited for another attempt, of a schedule that is no more: it ends (P4).
    pub(crate) async fn cancel_waiting_check(&self, work: &Work) -> Result<()> {
        if work.attempt == 0 {
            return Ok(());
        }
        let commit = self.commit_of(work, 0, "cancelled", 1, 0, Vec::new(), Time::now());
        self.store.commit(&work.workflow, &commit, Writes::default()).await.map(drop)
    }

    /// Sends what follows from a commit that was found: its marker never proves that it was sent (rule 3).
    pub(crate) async fn resend(&self, work: &Work, commit: &Commit) -> Result<()> {
        let items = self.store.run_items(&work.workflow, &commit.child_ids()).await?;
        let events: Vec<Event> = items.into_iter().flatten().filter_map(|item| item.event).collect();
        let Some(version) = events.first().map(|event| event.version) else {
            let timers =
                commit.event.map(|event| self.near_timers(&work.workflow, &work.cell, event, commit.began, &commit.timers));
            return self.producer.send(timers.unwrap_or_default()).await;
        };
        let built = self.built(&work.workflow, version).await?;
        self.send_following(work, &built, commit, &events).await
    }

    async fn send_following(&self, work: &Work, built: &crate::Built, commit: &Commit, events: &[Event]) -> Result<()> {
        let mut outgoing = self.following(&work.workflow, built, events);
        if let Some(event) = commit.event {
            outgoing.extend(self.near_timers(&work.workflow, &work.cell, event, commit.began, &commit.timers));
        }
        self.producer.send(outgoing).await
    }

    /// Metrics, and the run's budget. What is lost here is a count.
    async fn count(&self, work: &Work, ready: &Ready, commit: &Commit, events: &[Event]) {
        let failed = u64::from(commit.outcome == "failed");
        let mut counts = Counts { emitted: events.len() as u64, errors: failed, ..Counts::default() };
        match work.wake {
            Wake::Event(_) => counts.received = 1,
            Wake::Check { .. } => counts.checks = 1,
            Wake::Timer { .. } => {}
        }
        self.meter.add(&work.workflow, &work.cell, counts);
        if let Some(event) = &ready.event
            && work.arm == 0
            && matches!(work.wake, Wake::Event(_))
            && event.id.is_root()
            && ready.root.as_ref().is_some_and(|root| root.commit.is_none())
            && leads(ready, event, work)
        {
            // An accepted event is counted by its first delivery: accepting it writes one item and no more.
            let counts = Counts { emitted: 1, ..Counts::default() };
            self.meter.add(&work.workflow, &event.cell, counts);
        }
        let sampled = events.iter().filter(|event| u64::from(event.id.own.as_bytes()[15]) % SAMPLE == 0).count() as u64;
        if sampled > 0
            && let Err(error) = self.store.count_run_events(&work.workflow, work.run(), sampled * SAMPLE).await
        {
            tracing::warn!(%error, "a run's events were not counted");
        }
    }

    /// What waits for a timer keeps its event.
    async fn keep_for_timers(&self, work: &Work, ready: &Ready, commit: &Commit) -> Result<()> {
        let latest = commit.timers.iter().map(|timer| timer.at).max();
        match (latest, &ready.event) {
            (Some(at), Some(event)) if !is_near(commit.began, at) => {
                self.store.keep_event(&work.workflow, event.id, at.plus(limits::COMMIT_MS)).await
            }
            _ => Ok(()),
        }
    }
}

/// One line for each delivery that ends. Payloads stay out of it, and a failure's message may quote one.
fn log_outcome(commit: &Commit, events: &[Event]) {
    let (run, delivery, took_ms) = (commit.id.run, commit.delivery, commit.took_ms);
    match &commit.failure {
        None => tracing::info!(outcome = commit.outcome, %run, %delivery, events = events.len(), took_ms, "delivered"),
        Some(failure) => {
            tracing::warn!(outcome = commit.outcome, code = failure.code, %run, %delivery, took_ms, "delivery failed")
        }
    }
}

/// A commit is remembered as long as its event: the same key, sent again, must find it.
fn kept_with(ready: &Ready) -> Option<Time> {
    ready.event.as_ref().map(|event| event.keep_until)
}

fn latest<const N: usize>(times: [Option<Time>; N]) -> Option<Time> {
    times.into_iter().flatten().max()
}

/// Whether this is the first delivery of an event.
fn leads(ready: &Ready, event: &Event, work: &Work) -> bool {
    ready.built.graph.route(&event.cell, &event.groups).first().is_some_and(|target| target.cell.id == work.cell)
}

fn memory_write(work: &Work, cell: &Cell, remembered: &Remembered, effects: &Effects) -> Option<MemoryWrite> {
    let value = memory_value(effects)?;
    let until = match effects.memory {
        Memory::SetUntil(_, until) => Some(until),
        _ => None,
    };
    let tag = work.commit.to_string();
    Some(MemoryWrite {
        agent: work.workflow.agent(cell),
        scope_id: remembered.scope_id,
        scope: remembered.scope.clone(),
        value,
        read_tag: remembered.item.as_ref().map(|item| item.tag.clone()),
        tag,
        until,
    })
}

/// What the memory becomes; `None` when it stays.
pub(crate) fn memory_value(effects: &Effects) -> Option<Value> {
    match &effects.memory {
        Memory::Keep => None,
        Memory::Set(value) | Memory::SetUntil(value, _) => Some(value.clone()),
    }
}

/// A scheduled check advances its schedule with its commit; a replay, or a check by hand, does not.
fn advance(work: &Work) -> Option<ScheduleAdvance> {
    match &work.wake {
        Wake::Check { due, generation: Some(generation), .. } if work.arm == 0 => {
            Some(ScheduleAdvance { cell: work.cell.clone(), generation: generation.clone(), due: *due })
        }
        _ => None,
    }
}
