//! What follows from a commit: its messages, which are sent at once and again when the message comes again; and what is counted.

use crate::delivery::attempt::Attempt;
use crate::delivery::timers::near_timers;
use crate::delivery::work::{Wake, Work};
use crate::routing::first_open;
use crate::{Built, Engine};
use rookery_domain::{Event, Result, RunId, WorkflowRef};
use rookery_queue::Outgoing;
use rookery_store::{Chain, Commit, Counts, RunItem, accept_units};
use std::sync::Arc;

/// One of this many events is counted, and counts for all of them, so that a run's budget costs little.
const SAMPLE: u64 = 16;

impl Engine {
    /// Counts an accepted event, with its chain, for the metrics.
    pub(crate) fn count_accepted(&self, workflow: &WorkflowRef, built: &Built, event: &Event, chain: &Chain) {
        let counts = Counts { accepted: 1, writes: accept_units(event, chain), ..emitted(built, std::iter::once(event)) };
        self.meter.add(workflow, &event.cell, built.version, counts);
        self.count_chain(workflow, built, chain);
    }

    fn count_chain(&self, workflow: &WorkflowRef, built: &Built, chain: &Chain) {
        let mut events = chain.events.iter();
        for commit in &chain.commits {
            let mine = events.by_ref().take(commit.children as usize);
            let mut counts = Counts { received: 1, chained: 1, ..emitted(built, mine) };
            counts.took(commit.took_ms);
            self.meter.add(workflow, &commit.cell, built.version, counts);
        }
    }

    /// Sends again what follows from a commit that was found: the stored commit does not prove that anything was sent (rule 3).
    pub(crate) async fn resend(&self, work: &Work, commit: &Commit, root: Option<&RunItem>) -> Result<()> {
        let items = self.store.run_items(&work.workflow, &commit.item_ids()).await?;
        let (mut events, mut chain) = (Vec::new(), Chain::default());
        for item in items.into_iter().flatten() {
            events.extend(item.event.into_iter().chain(item.others));
            if !item.chain.is_empty() {
                chain = item.chain;
            }
        }
        // All events of a run are of one version.
        let first: Option<&Event> = events.first().or(root.and_then(|root| root.event.as_ref()));
        let Some(version) = first.map(|event| event.version) else {
            return self.producer.send(near_timers(work, commit)).await;
        };
        let built = self.built(&work.workflow, version).await?;
        self.list(&work.workflow, &events, &chain);
        self.list_accepted(work, &built, root);
        self.tell_failure(work, &built, commit).await?;
        self.tell_unhandled(&work.workflow, &built, &events, &chain).await?;
        self.producer.send(self.following_commit(work, &built, commit, &events, &chain)).await
    }

    /// Gathers the list's entry of an accepted event, if this is the event's first delivery: accepting the event writes only its own item.
    pub(crate) fn list_accepted(&self, work: &Work, built: &Built, root: Option<&RunItem>) {
        if let Some((event, chain)) = accepted_before(work, built, root) {
            self.list(&work.workflow, std::slice::from_ref(event), chain);
        }
    }

    /// The same for a delivery that came again, whose process may have ended before the list was written.
    pub(crate) async fn list_accepted_again(&self, work: &Work, root: Option<&RunItem>) -> Result<()> {
        if let Some(event) = root.and_then(|root| root.event.as_ref()) {
            let built = self.built(&work.workflow, event.version).await?;
            self.list_accepted(work, &built, root);
        }
        Ok(())
    }

    /// The messages that follow from a commit.
    pub(crate) fn following_commit(
        &self,
        work: &Work,
        built: &Built,
        commit: &Commit,
        events: &[Event],
        chain: &Chain,
    ) -> Vec<Outgoing> {
        let mut outgoing = self.following(&work.workflow, built, events, chain);
        outgoing.extend(near_timers(work, commit));
        outgoing
    }
}

impl Attempt<'_> {
    /// Counts a commit of about so many write units for the metrics, and for the run's budget. A crash here loses a count, and nothing else.
    /// Gives the first item of the run, if it was changed.
    pub(crate) async fn count(&self, commit: &Commit, units: u64, events: &[Event], chain: &Chain) -> Option<Arc<RunItem>> {
        let (engine, work, built) = (self.engine, self.work, &self.ready.built);
        let failed = u64::from(commit.outcome == "failed");
        let mut counts = Counts { errors: failed, writes: units, ..emitted(built, events.iter()) };
        counts.errors_by_code.extend(commit.failure.iter().map(|failure| (failure.code.clone(), 1)));
        counts.took(commit.took_ms);
        match work.wake {
            Wake::Event(_) => counts.received = 1,
            Wake::Check { .. } => counts.checks = 1,
            Wake::Timer { .. } => {}
        }
        engine.meter.add(&work.workflow, &work.cell, built.version, counts);
        engine.count_chain(&work.workflow, built, chain);
        self.count_accepted_before();
        engine.count_in_run(&work.workflow, work.run(), events.iter().chain(&chain.events)).await
    }

    /// Counts the event with which the run began, at the end of the first attempt that came of it, whether it committed or waits. A crash before
    /// here loses a count, and nothing else.
    pub(crate) fn count_accepted_before(&self) {
        let (work, built) = (self.work, &self.ready.built);
        if work.attempt == 0
            && let Some((event, chain)) = accepted_before(work, built, self.ready.root.as_deref())
        {
            self.engine.count_accepted(&work.workflow, built, event, chain);
        }
    }
}

impl Engine {
    /// Counts events for the budget of their run. Gives the first item of the run, if it was changed.
    pub(crate) async fn count_in_run(
        &self,
        workflow: &WorkflowRef,
        run: RunId,
        events: impl Iterator<Item = &Event>,
    ) -> Option<Arc<RunItem>> {
        let sampled = events.filter(|event| u64::from(event.id.own.as_bytes()[15]) % SAMPLE == 0).count() as u64;
        if sampled == 0 {
            return None;
        }
        match self.store.count_run_events(workflow, run, sampled * SAMPLE).await {
            Ok(root) => root.map(Arc::new),
            Err(error) => {
                tracing::warn!(%error, "a run's events were not counted");
                None
            }
        }
    }
}

/// The counts of events, by their groups.
fn emitted<'e>(built: &Built, events: impl Iterator<Item = &'e Event>) -> Counts {
    let mut counts = Counts::default();
    for event in events {
        counts.emitted += 1;
        for (index, group) in event.groups.iter().enumerate() {
            let is_again = event.groups[..index].contains(group);
            if is_again || !built.has_group(event, group) {
                continue;
            }
            match counts.emitted_by_group.get_mut(group) {
                Some(count) => *count += 1,
                None => drop(counts.emitted_by_group.insert(group.clone(), 1)),
            }
        }
    }
    counts
}

/// The event with which the run began, if it was accepted, and this is the first delivery that it and its chain left open.
fn accepted_before<'r>(work: &Work, built: &Built, root: Option<&'r RunItem>) -> Option<(&'r Event, &'r Chain)> {
    let RunItem { event: Some(event), commit: None, chain, .. } = root? else { return None };
    let mut all = std::iter::once(event).chain(&chain.events);
    let mut first = || all.find_map(|event| Some(event.id.delivery(first_open(built, event, chain)?)));
    let is_first = work.arm == 0 && matches!(work.wake, Wake::Event(_)) && first() == Some(work.delivery);
    is_first.then_some((event, chain))
}
