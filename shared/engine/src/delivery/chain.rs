//! Chains: deliveries that are handled before the event that they are of is stored, so that one item holds them all. An agent that only
//! computes takes microseconds; an item and a message of its own would cost a thousand times as much.
//!
//! Where a chain ends makes no difference to what comes out: ids are those that the deliveries have on their own, and what a chain
//! leaves out (because of its bounds, or because the agent failed or wants more than to emit) is a delivery of its own, whose agent runs
//! again.

use crate::delivery::attempt::{Attempt, Ready};
use crate::delivery::commit::blank_commit;
use crate::delivery::work::Work;
use crate::external::host::Purpose;
use crate::routing::{deliver, span_before, span_in_chain};
use crate::workflow::built::Pace;
use crate::{Built, Engine};
use futures::FutureExt;
use rookery_agents::{Effects, Memory};
use rookery_domain::{CellId, Event, Result, WorkflowRef, limits};
use rookery_queue::{Outgoing, done_at_once};
use rookery_store::{Chain, Commit, LogEntry};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// The most targets of an event whose deliveries may be in a chain.
const TARGETS: usize = 10;

/// How far a chain goes. An item is read with every later delivery of its run if it is the run's first, so chains stay small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainBounds {
    /// The most deliveries of a chain; 0 for no chains.
    pub deliveries: usize,
    /// The most bytes of payloads that a chain adds to its item, before they are packed.
    pub bytes: usize,
    /// After this time no further delivery begins.
    pub time: Duration,
    /// An agent that takes more of a processor, again and again, is not run at accept, where a sender waits.
    pub quick: Duration,
}

impl Default for ChainBounds {
    fn default() -> Self {
        ChainBounds { deliveries: 20, bytes: 32 * 1024, time: Duration::from_millis(200), quick: Duration::from_millis(2) }
    }
}

/// Who waits for a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grown {
    /// A sender waits for the answer: agents that took long before are left for later.
    AtAccept,
    /// Nobody waits.
    AtDispatch,
}

/// A chain in the making.
struct Growing<'a> {
    engine: &'a Engine,
    workflow: &'a WorkflowRef,
    built: &'a Arc<Built>,
    first: &'a Event,
    when: Grown,
    began: Instant,
    bytes: usize,
    chain: Chain,
    logs: Vec<(Commit, Vec<String>)>,
}

/// A chain, and what its agents logged.
#[derive(Default)]
pub(crate) struct WithLogs {
    pub(crate) chain: Chain,
    logs: Vec<(Commit, Vec<String>)>,
}

impl Engine {
    /// Handles the deliveries of an event that is about to be stored, and of what comes of them, as far as their agents only compute.
    pub(crate) async fn chain(&self, workflow: &WorkflowRef, built: &Arc<Built>, first: &Event, when: Grown) -> WithLogs {
        let (began, chain, logs) = (Instant::now(), Chain::default(), Vec::new());
        let mut growing = Growing { engine: self, workflow, built, first, when, began, bytes: 0, chain, logs };
        growing.grow().await;
        WithLogs { chain: growing.chain, logs: growing.logs }
    }

    /// Stores what the agents of a stored chain logged.
    pub(crate) async fn put_chain_logs(&self, workflow: &WorkflowRef, logs: WithLogs) -> Result<()> {
        for (commit, lines) in logs.logs {
            let entry = LogEntry { at: commit.began, event_id: commit.event, lines };
            self.store.put_log(&commit.agent(workflow), commit.id, &entry).await?;
        }
        Ok(())
    }
}

impl Growing<'_> {
    /// Goes through the events, those that are added on the way too, until one of the bounds is reached.
    async fn grow(&mut self) {
        let mut next = Some(self.first.clone());
        for number in 0.. {
            let Some(event) = next else { return };
            let targets = self.built.graph.targets(&event);
            // The deliveries of a wide event are made side by side; a run at its limits is stopped by dispatch.
            let is_open = targets.len() <= TARGETS && !event.last && event.hop < limits::HOPS;
            for target in targets.into_iter().filter(|_| is_open) {
                let bounds = self.engine.chains();
                if self.chain.commits.len() >= bounds.deliveries || self.began.elapsed() > bounds.time {
                    return;
                }
                self.add(&event, &target.cell.id).await;
            }
            next = self.chain.events.get(number).cloned();
        }
    }

    /// Handles a delivery and adds it to the chain. `None` if it is left open.
    async fn add(&mut self, event: &Event, cell: &CellId) -> Option<()> {
        let (_, agent) = self.built.agent(cell).ok()?;
        let has_time = match (self.when, self.built.pace(cell, self.first.created_at)) {
            (Grown::AtDispatch, _) | (_, Pace::Quick) => true,
            // It may be slow, and a sender does not stand in line for that.
            (Grown::AtAccept, Pace::Unknown) => self.engine.slow_lane.is_free(),
            (Grown::AtAccept, Pace::Slow) => false,
        };
        // What it sees of a store is read from the table.
        let sees_stores = self.built.stores_of(cell).next().is_some();
        if !agent.facts().only_computes || !has_time || sees_stores {
            return None;
        }
        let message = deliver(self.workflow, event.at(), cell);
        let work = Work::of(&message)?;
        let ready = Ready::first(self.built.clone(), Some(event.clone()));
        let attempt = Attempt { began: self.first.created_at, ..Attempt::new(self.engine, &work, &ready) };
        let (clock, began) = (SystemTime::now(), Instant::now());
        // A panic must not keep what came before from being stored: the delivery gets a message of its own, which ends as a failure.
        let ran = AssertUnwindSafe(attempt.run(Purpose::Commit)).catch_unwind().await.ok()?.ok()?;
        let took = began.elapsed();
        let Effects { memory: Memory::Keep, publish: None, wait: None, wake, emit, logs, outcome } = ran.result.ok()? else {
            return None;
        };
        let added = emit.iter().map(|emit| emit.payload.as_str()).filter(|payload| *payload != event.payload.as_str());
        let bytes = self.bytes + added.map(str::len).sum::<usize>();
        if !wake.is_empty() || emit.len() > limits::CHILDREN || bytes > self.engine.chains().bytes {
            return None;
        }
        self.bytes = bytes;
        let commit = Commit {
            first_child: u32::from(emit.is_empty()),
            children: emit.len() as u32,
            took_ms: took.as_millis() as i64,
            ..blank_commit(&work, attempt.incarnation(), outcome.unwrap_or("done").to_owned(), self.first.created_at)
        };
        let child = |(emit, ordinal)| Event { item: self.first.item, ..attempt.child(ordinal, emit) };
        self.chain.events.extend(emit.into_iter().zip(0..).map(child));
        if !logs.is_empty() {
            self.logs.push((commit.clone(), logs));
        }
        self.chain.commits.push(commit);
        done_at_once(&Outgoing { span: span_before(event), ..message.into() }, span_in_chain(work.delivery), clock);
        Some(())
    }
}
