//! Metrics in memory: summed by agent and version, and written once a second while there is work, or more rarely where many processes write at the
//! same keys. A crash loses the counts of such a pause, and never an event.

use crate::Engine;
use crate::external::breaker::Calls;
use futures::{StreamExt, stream};
use rookery_domain::{CellId, ProjectId, Time, WorkflowRef};
use rookery_store::Counts;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// An agent of a version.
type Agent = (WorkflowRef, CellId, u64);

/// The shortest pause between two writes.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause: what is counted and not written is lost with its process.
const LONGEST: Duration = Duration::from_secs(60);
/// How many writes a second all processes of a function may make in one partition. A partition takes a thousand, and two functions
/// count at full load: the one that accepts, and the one that dispatches. A process makes no more than that in all partitions, either:
/// if events come to a thousand workflows in turn, the counts of each second would cost more than the events.
const WRITES: u64 = 200;
/// How many codes of failures a process tells apart, and their length.
const CODES: usize = 200;
const CODE_BYTES: usize = 64;
/// How many counters are written side by side.
const AT_ONCE: usize = 10;

/// The pause between two writes of so many counters of one partition, where so many processes write them.
pub fn metrics_pause(processes: u32, counters: usize) -> Duration {
    pause(u64::from(processes).saturating_mul(counters as u64))
}

/// The pause after so many writes.
fn pause(writes: u64) -> Duration {
    Duration::from_millis(writes.saturating_mul(1000) / WRITES).clamp(PAUSE, LONGEST)
}

#[derive(Default)]
pub(crate) struct Meter {
    sums: Mutex<HashMap<Agent, Counts>>,
    /// The codes of failures that were counted so far.
    codes: Mutex<HashSet<String>>,
    /// Runs that were stopped at a limit.
    limits_reached: AtomicU64,
    /// Calls of external agents that succeeded.
    calls: Mutex<Calls>,
    written_ms: AtomicI64,
    /// The pause after the last write.
    pause_ms: AtomicI64,
    is_planned: AtomicBool,
}

impl Meter {
    pub(crate) fn add(&self, workflow: &WorkflowRef, cell: &CellId, version: u64, mut counts: Counts) {
        counts.errors_by_code =
            std::mem::take(&mut counts.errors_by_code).into_iter().map(|(code, n)| (self.known(code), n)).collect();
        let mut sums = self.sums.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        sums.entry((workflow.clone(), cell.clone(), version)).or_default().add(&counts);
    }

    /// The label under which a code is counted. Codes may come from providers elsewhere, so their number is bounded.
    fn known(&self, code: String) -> String {
        let mut codes = self.codes.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let is_known = codes.contains(&code) || (codes.len() < CODES && code.len() <= CODE_BYTES && codes.insert(code.clone()));
        if is_known { code } else { "other".to_owned() }
    }

    /// Counts a call of an external agent that succeeded.
    pub(crate) fn called(&self, project: &ProjectId, endpoint: &str) {
        let mut calls = self.calls.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *calls.entry((project.clone(), endpoint.to_owned())).or_default() += 1;
    }

    /// Takes the calls of an endpoint that are not stored yet.
    pub(crate) fn take_calls_of(&self, project: &ProjectId, endpoint: &str) -> u64 {
        let mut calls = self.calls.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        calls.remove(&(project.clone(), endpoint.to_owned())).unwrap_or(0)
    }

    fn take_calls(&self) -> Calls {
        std::mem::take(&mut self.calls.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    pub(crate) fn limit_reached(&self) {
        self.limits_reached.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether it is time to write; only one caller is told so.
    fn is_due(&self, now: Time) -> bool {
        let last = self.written_ms.load(Ordering::Relaxed);
        now.0 - last >= self.pause_ms.load(Ordering::Relaxed)
            && self.written_ms.compare_exchange(last, now.0, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    fn take(&self) -> HashMap<Agent, Counts> {
        std::mem::take(&mut self.sums.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }
}

impl Engine {
    /// Writes the counts now, or after a pause if they were just written.
    pub(crate) async fn flush_metrics_soon(self: &Arc<Self>) {
        if self.meter.is_due(Time::now()) {
            return self.flush_metrics().await;
        }
        if !self.meter.is_planned.swap(true, Ordering::AcqRel) {
            let engine = self.clone();
            let pause = Duration::from_millis(self.meter.pause_ms.load(Ordering::Relaxed).unsigned_abs());
            // In a function that is frozen, the task goes on when the function is next called.
            tokio::spawn(async move {
                tokio::time::sleep(pause).await;
                engine.meter.is_planned.store(false, Ordering::Release);
                engine.flush_metrics().await;
            });
        }
    }

    /// Writes the counts so far. What cannot be written now is kept for the next time.
    pub async fn flush_metrics(&self) {
        let now = Time::now();
        let (sums, calls) = (self.meter.take(), self.meter.take_calls());
        let of_workflow = most_alike(sums.keys().map(|(workflow, ..)| workflow));
        let of_one = of_workflow.max(most_alike(calls.keys().map(|(project, _)| project)));
        let pause = metrics_pause(self.settings.processes, of_one).max(pause((sums.len() + calls.len()) as u64));
        self.meter.pause_ms.store(pause.as_millis() as i64, Ordering::Relaxed);
        self.tell_metrics(now, &sums);
        for ((project, endpoint), calls) in calls {
            if let Err(error) = self.store.count_calls(&project, &endpoint, now, calls, 0).await {
                warn(&error, "calls not counted");
            }
        }
        let write = |((workflow, cell, version), counts): (Agent, Counts)| async move {
            for part in counts.parts() {
                if let Err(error) = self.store.add_metrics(&workflow, (&cell, version), now, &part).await {
                    warn(&error, "metrics not written");
                    self.meter.add(&workflow, &cell, version, part);
                }
            }
        };
        stream::iter(sums).for_each_concurrent(AT_ONCE, write).await;
    }

    /// Writes the counts for CloudWatch. Counts that the table does not take now are written for CloudWatch again later: in an
    /// alarm, twice is better than never.
    fn tell_metrics(&self, now: Time, sums: &HashMap<Agent, Counts>) {
        let Some(stage) = &self.settings.stage else { return };
        let limits_reached = self.meter.limits_reached.swap(0, Ordering::Relaxed);
        if sums.is_empty() && limits_reached == 0 {
            return;
        }
        let mut total = Counts::default();
        sums.values().for_each(|counts| total.add(counts));
        println!("{}", crate::metrics::cloudwatch::line(stage, now, &total, limits_reached));
    }
}

/// How often the most frequent value is there.
fn most_alike<T: Eq + Hash>(values: impl Iterator<Item = T>) -> usize {
    let mut counts: HashMap<T, usize> = HashMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    counts.into_values().max().unwrap_or(0)
}

fn warn(error: &rookery_domain::Error, what: &str) {
    if !error.is_told() {
        tracing::warn!(%error, "{what}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_is_written_the_rarer_it_is() {
        for (processes, counters, seconds) in [(1, 4, 1), (1, 200, 1), (50, 4, 1), (50, 40, 10), (200, 4, 4), (1000, 1000, 60)] {
            assert_eq!(
                metrics_pause(processes, counters),
                Duration::from_secs(seconds),
                "{processes} processes, {counters} counters"
            );
        }
        assert_eq!(pause(4000), Duration::from_secs(20), "four counters for each of a thousand workflows");
        assert_eq!(most_alike(["a", "b", "a"].into_iter()), 2);
    }
}
