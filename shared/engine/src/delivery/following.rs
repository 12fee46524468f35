//! What follows from a commit: its messages, which are sent at once and again when the message comes again; and what is counted.

use crate::delivery::attempt::Attempt;
use crate::delivery::timers::near_timers;
use crate::delivery::work::{Wake, Work};
use crate::{Built, Engine};
use rookery_domain::{Event, Result};
use rookery_store::{Commit, Counts};

/// One of this many events is counted, and counts for all of them, so that a run's budget costs little.
const SAMPLE: u64 = 16;

impl Engine {
    /// Sends again what follows from a commit that was found: the stored commit does not prove that anything was sent (rule 3).
    pub(crate) async fn resend(&self, work: &Work, commit: &Commit) -> Result<()> {
        let items = self.store.run_items(&work.workflow, &commit.child_ids()).await?;
        let events: Vec<Event> = items.into_iter().flatten().filter_map(|item| item.event).collect();
        let Some(version) = events.first().map(|event| event.version) else {
            return self.producer.send(near_timers(work, commit)).await;
        };
        let built = self.built(&work.workflow, version).await?;
        self.send_following(work, &built, commit, &events).await
    }

    pub(crate) async fn send_following(&self, work: &Work, built: &Built, commit: &Commit, events: &[Event]) -> Result<()> {
        let mut outgoing = self.following(&work.workflow, built, events);
        outgoing.extend(near_timers(work, commit));
        self.producer.send(outgoing).await
    }
}

impl Attempt<'_> {
    /// Counts for the metrics, and for the run's budget. A crash here loses a count, and nothing else.
    pub(crate) async fn count(&self, commit: &Commit, events: &[Event]) {
        let (engine, work) = (self.engine, self.work);
        let failed = u64::from(commit.outcome == "failed");
        let mut counts = Counts { emitted: events.len() as u64, errors: failed, ..Counts::default() };
        match work.wake {
            Wake::Event(_) => counts.received = 1,
            Wake::Check { .. } => counts.checks = 1,
            Wake::Timer { .. } => {}
        }
        engine.meter.add(&work.workflow, &work.cell, counts);
        if let Some(event) = self.ready.event.as_ref().filter(|event| self.is_first_of(event)) {
            // An accepted event is counted by its first delivery, so that accepting it writes only one item.
            engine.meter.add(&work.workflow, &event.cell, Counts { emitted: 1, ..Counts::default() });
        }
        let sampled = events.iter().filter(|event| u64::from(event.id.own.as_bytes()[15]) % SAMPLE == 0).count() as u64;
        if sampled > 0
            && let Err(error) = engine.store.count_run_events(&work.workflow, work.run(), sampled * SAMPLE).await
        {
            tracing::warn!(%error, "a run's events were not counted");
        }
    }

    /// Whether this is the first delivery of an accepted event.
    fn is_first_of(&self, event: &Event) -> bool {
        let graph = &self.ready.built.graph;
        self.work.arm == 0
            && matches!(self.work.wake, Wake::Event(_))
            && event.id.is_root()
            && self.ready.root.as_ref().is_some_and(|root| root.commit.is_none())
            && graph.route(&event.cell, &event.groups).first().is_some_and(|target| target.cell.id == self.work.cell)
    }
}
