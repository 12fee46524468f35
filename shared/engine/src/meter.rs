//! Metrics in memory: summed by agent, written after a batch and by the tick, at most once a second. A crash loses at most the
//! counts since then, never an event.

use crate::Engine;
use rookery_domain::{CellId, ProjectId, Time, WorkflowId};
use rookery_store::Counts;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

type Agent = (ProjectId, WorkflowId, CellId);

/// Between two writes.
const PAUSE_MS: i64 = 1000;

#[derive(Default)]
pub(crate) struct Meter {
    sums: Mutex<HashMap<Agent, Counts>>,
    written_ms: AtomicI64,
}

impl Meter {
    pub(crate) fn add(&self, project: &ProjectId, workflow: &WorkflowId, cell: &CellId, counts: Counts) {
        let mut sums = self.sums.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        sums.entry((project.clone(), workflow.clone(), cell.clone())).or_default().add(&counts);
    }

    /// Whether it is time to write; says so to one caller.
    fn is_due(&self, now: Time) -> bool {
        let last = self.written_ms.load(Ordering::Relaxed);
        now.0 - last >= PAUSE_MS && self.written_ms.compare_exchange(last, now.0, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    fn take(&self) -> HashMap<Agent, Counts> {
        std::mem::take(&mut self.sums.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }
}

impl Engine {
    /// Writes the counts so far, unless that was done within the last second.
    pub(crate) async fn flush_metrics_if_due(&self) {
        if self.meter.is_due(Time::now()) {
            self.flush_metrics().await;
        }
    }

    /// Writes the counts so far. What cannot be written now is kept for the next time.
    pub async fn flush_metrics(&self) {
        let now = Time::now();
        for ((project, workflow, cell), counts) in self.meter.take() {
            if let Err(error) = self.store.add_metrics(&project, &workflow, &cell, now, &counts).await {
                tracing::warn!(%error, "metrics not written");
                self.meter.add(&project, &workflow, &cell, counts);
            }
        }
    }
}
