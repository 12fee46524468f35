//! Committing the outcome of an attempt: the effects of its agent, or its final failure. What follows from a commit is in `following`.

use crate::delivery::attempt::{Attempt, Follows, Remembered, Step};
use crate::delivery::chain::{Grown, WithLogs};
use crate::delivery::timers::{far_timers, is_near};
use crate::delivery::work::Work;
use rookery_agents::{Effects, Memory};
use rookery_domain::{Event, Result, Time, limits};
use rookery_store::{Chain, Commit, Committed, Failure, LogEntry, MemoryWrite, Timer, Writes};
use serde_json::Value;

impl Attempt<'_> {
    /// Commits the effects of the agent, and sends what follows.
    pub(crate) async fn commit_effects(&self, remembered: Remembered, effects: Effects) -> Result<Step> {
        let (engine, work, began) = (self.engine, self.work, self.began);
        let memory = self.memory_write(&remembered, &effects);
        if let Some(Err(error)) = memory.as_ref().map(MemoryWrite::check_size) {
            let message = format!("{} {}", error.message, error.details);
            return self.commit_failure(Failure { code: error.code.into(), message, details: None }).await;
        }
        // A published item has its own place in the index, so its item cannot also be an event.
        let first_child = u32::from(effects.emit.is_empty() || effects.publish.is_some());
        let emitted = effects.emit.into_iter().zip(first_child..);
        let timer = |(ordinal, at): (u32, &Time)| {
            let delivery = work.delivery.timer(work.arm, ordinal);
            Timer { delivery, at: *at, scope: remembered.scope_id }
        };
        let timers: Vec<Timer> = if work.is_check() { Vec::new() } else { (0..).zip(&effects.wake).map(timer).collect() };
        let last_timer = timers.iter().map(|timer| timer.at).max();
        let published_until = effects.publish.as_ref().map(|_| began.plus(self.keep_events_ms()));
        let mut events: Vec<Event> = emitted.map(|(emit, ordinal)| self.child(ordinal, emit)).collect();
        let items = rookery_store::pack(&mut events, first_child);
        let chain = match events.as_slice() {
            [event] if first_child == 0 && !self.is_near_limit() => {
                engine.chain(&work.workflow, &self.ready.built, event, Grown::AtDispatch).await
            }
            _ => WithLogs::default(),
        };
        let writes = Writes {
            events,
            chain: chain.chain.clone(),
            published: effects.publish,
            memory,
            due: far_timers(work, began, &timers),
            schedule: self.ready.schedule.clone(),
            keep_until: latest([last_timer.map(|at| at.plus(limits::COMMIT_MS)), self.kept_with(), published_until]),
        };
        let outcome = effects.outcome.unwrap_or("done").to_owned();
        let children = writes.events.len() as u32;
        let commit = Commit { first_child, children, items, timers, ..blank_commit(work, self.incarnation(), outcome, began) };
        self.keep_for_timers(last_timer).await?;
        self.write(commit, writes, effects.logs, chain).await
    }

    /// Commits that the delivery failed for good: a record that can be replayed, and one `on_error` event.
    pub(crate) async fn commit_failure(&self, failure: Failure) -> Result<Step> {
        let error = self.error_child(&failure);
        self.write_failure(failure, error).await
    }

    /// Commits that the delivery found the run's limit. The event that tells of it is handled, and nothing comes of it.
    pub(crate) async fn commit_limit(&self, failure: Failure) -> Result<Step> {
        let error = Event { last: true, ..self.error_child(&failure) };
        self.write_failure(failure, error).await
    }

    async fn write_failure(&self, failure: Failure, error: Event) -> Result<Step> {
        let muted = self.ready.event.as_ref().is_some_and(|event| event.last);
        let keep_until = latest([self.kept_with(), Some(error.keep_until)]);
        let events = if muted { Vec::new() } else { vec![error] };
        let log = format!("failed with {}: {}", failure.code, failure.message);
        let commit = Commit {
            children: events.len() as u32,
            failure: Some(failure),
            version: Some(self.ready.built.version),
            message: Some(self.work.message.encode()),
            ..blank_commit(self.work, self.incarnation(), "failed".to_owned(), self.began)
        };
        let writes = Writes { events, schedule: self.ready.schedule.clone(), keep_until, ..Writes::default() };
        self.write(commit, writes, vec![log], WithLogs::default()).await
    }

    async fn write(&self, commit: Commit, writes: Writes, logs: Vec<String>, chain: WithLogs) -> Result<Step> {
        let (engine, work) = (self.engine, self.work);
        let events = writes.events.clone();
        // The entries are gathered first, so that whoever sees the commit and asks this process finds them in the list. An entry of an
        // event that is not stored after all is passed over.
        engine.list(&work.workflow, &events, &chain.chain);
        let units = writes.units(&commit);
        match engine.store.commit(&work.workflow, &commit, writes).await? {
            Committed::Won => {}
            // If the schedule has changed, the next round finds that when it reads all again.
            Committed::LostKey | Committed::LostSchedule | Committed::Lost => return Ok(Step::Again),
        }
        log_outcome(&commit, &events, &chain.chain);
        engine.tell_failure(work, &self.ready.built, &commit).await?;
        engine.tell_unhandled(&work.workflow, &self.ready.built, &events, &chain.chain).await?;
        engine.watched.tell(commit.id.run);
        let root = self.count(&commit, units, &events, &chain.chain).await;
        if !logs.is_empty() {
            let entry = LogEntry { at: commit.began, event_id: commit.event, lines: logs };
            engine.store.put_log(&commit.agent(&work.workflow), commit.id, &entry).await?;
        }
        let outgoing = engine.following_commit(work, &self.ready.built, &commit, &events, &chain.chain);
        let events = events.into_iter().chain(chain.chain.events.iter().cloned()).collect();
        engine.put_chain_logs(&work.workflow, chain).await?;
        Ok(Step::Done(Follows { outgoing, events, root }))
    }

    /// A commit is kept at least as long as its event, so that the same event, sent again, finds it.
    fn kept_with(&self) -> Option<Time> {
        self.ready.event.as_ref().map(|event| event.keep_until)
    }

    /// Keeps the event at least until its last timer has run.
    async fn keep_for_timers(&self, last: Option<Time>) -> Result<()> {
        match (last, &self.ready.event) {
            (Some(at), Some(event)) if !is_near(self.began, at) => {
                self.engine.store.keep_event(&self.work.workflow, event.item, at.plus(limits::COMMIT_MS)).await
            }
            _ => Ok(()),
        }
    }

    fn memory_write(&self, remembered: &Remembered, effects: &Effects) -> Option<MemoryWrite> {
        let value = memory_value(effects)?;
        let until = match effects.memory {
            Memory::SetUntil(_, until) => Some(until),
            _ => None,
        };
        Some(MemoryWrite {
            agent: self.agent_ref(),
            scope_id: remembered.scope_id,
            scope: remembered.scope.clone(),
            value,
            read_tag: remembered.item.as_ref().map(|item| item.tag.clone()),
            tag: self.work.commit.to_string(),
            until,
        })
    }
}

/// A commit without events, of an attempt that began at `began`.
pub(crate) fn blank_commit(work: &Work, incarnation: u64, outcome: String, began: Time) -> Commit {
    Commit {
        id: work.commit,
        delivery: work.delivery,
        arm: work.arm,
        event: work.event(),
        cell: work.cell.clone(),
        incarnation,
        outcome,
        first_child: 1,
        children: 0,
        items: Vec::new(),
        timers: Vec::new(),
        began,
        took_ms: Time::now().0 - began.0,
        attempt: work.attempt,
        failure: None,
        version: None,
        message: None,
        replayed_at: None,
        replayed_as: None,
    }
}

/// The new value of the memory; `None` when the memory stays as it is.
pub(crate) fn memory_value(effects: &Effects) -> Option<Value> {
    match &effects.memory {
        Memory::Keep => None,
        Memory::Set(value) | Memory::SetUntil(value, _) => Some(value.clone()),
    }
}

/// Logs one line for each delivery that ends. The line has no payload and no failure's message, since a message may quote
/// a payload. The ids are those of the message's span; only the run of a check begins here.
fn log_outcome(commit: &Commit, events: &[Event], chain: &Chain) {
    let run = commit.event.is_none().then(|| tracing::field::display(commit.id.run));
    let (outcome, took_ms, delivery) = (&commit.outcome, commit.took_ms, commit.delivery);
    match &commit.failure {
        None => {
            let (events, more) = (events.len() + chain.events.len(), chain.commits.len());
            tracing::info!(outcome, events, more = (more > 0).then_some(more), took_ms, run, "delivered")
        }
        Some(failure) => tracing::warn!(outcome, code = failure.code, %delivery, took_ms, run, "delivery failed"),
    }
}

fn latest<const N: usize>(times: [Option<Time>; N]) -> Option<Time> {
    times.into_iter().flatten().max()
}
