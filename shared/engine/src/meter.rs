//! Metrics in memory: summed by agent, written once a batch. A crash loses at most a batch's counts, never an event.

use crate::Engine;
use rookery_domain::{CellId, ProjectId, Time, WorkflowId};
use rookery_store::Counts;
use std::collections::HashMap;
use std::sync::Mutex;

type Agent = (ProjectId, WorkflowId, CellId);

#[derive(Default)]
pub(crate) struct Meter(Mutex<HashMap<Agent, Counts>>);

impl Meter {
    pub(crate) fn add(&self, project: &ProjectId, workflow: &WorkflowId, cell: &CellId, counts: Counts) {
        let mut sums = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        sums.entry((project.clone(), workflow.clone(), cell.clone())).or_default().add(&counts);
    }

    fn take(&self) -> HashMap<Agent, Counts> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }
}

impl Engine {
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
