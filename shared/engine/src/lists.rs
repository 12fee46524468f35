//! The list of a workflow's events: whoever stores events gathers their entries here, and the entries of many are written together before
//! their messages are acknowledged. If they cannot be written, the messages come again, and with them the entries.

use crate::Engine;
use rookery_domain::{Error, Event, Result, Time, WorkflowRef};
use rookery_store::{Chain, Changes, Cursor, Entry, EventFilter, Page, RunItem, Workflow};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard};

/// A workflow's list is spread once its pages, of all processes together, are more than this in [`WINDOW_MS`]: half of what one partition
/// takes, since a page costs one or two of its 1,000 write units a second.
const PAGES: u64 = 2500;
const WINDOW_MS: i64 = 10_000;

/// The entries that are to be written, by their places: two attempts of a delivery give the same event different times, and only one is stored.
type Entries = HashMap<WorkflowRef, HashMap<String, Entry>>;

/// The entries of this process that are not written yet, and how busy the lists are.
#[derive(Default)]
pub(crate) struct Lists {
    waiting: Mutex<Entries>,
    /// One writer at a time: what is added meanwhile is written together afterwards.
    writing: tokio::sync::Mutex<()>,
    busy: Mutex<Busy>,
}

#[derive(Default)]
struct Busy {
    /// The workflows whose lists are spread, as far as this process knows.
    spread: HashSet<WorkflowRef>,
    /// The pages that were written since then.
    since: i64,
    pages: HashMap<WorkflowRef, u64>,
}

impl Lists {
    fn waiting(&self) -> MutexGuard<'_, Entries> {
        self.waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn busy(&self) -> MutexGuard<'_, Busy> {
        self.busy.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn add(&self, workflow: &WorkflowRef, entries: impl IntoIterator<Item = Entry>) {
        let mut waiting = self.waiting();
        let of_workflow = waiting.entry(workflow.clone()).or_default();
        of_workflow.extend(entries.into_iter().map(|entry| (entry.place(), entry)));
    }

    /// Notes what the head of a workflow says.
    pub(crate) fn learn(&self, workflow: &WorkflowRef, is_spread: bool) {
        if is_spread {
            self.busy().spread.insert(workflow.clone());
        }
    }
}

/// Entries that are being written. What is not written goes back, also when the writer is dropped.
struct Taken<'a> {
    lists: &'a Lists,
    entries: Entries,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        for (workflow, entries) in self.entries.drain() {
            self.lists.add(&workflow, entries.into_values());
        }
    }
}

impl Engine {
    /// Gathers the entries of stored events, of which the first has this chain.
    pub(crate) fn list(&self, workflow: &WorkflowRef, events: &[Event], chain: &Chain) {
        let mut chained = chain.events.as_slice();
        let items = events.chunk_by(|before, event| before.item == event.item);
        let entries = items.filter_map(|item| Entry::of(item.iter().chain(std::mem::take(&mut chained))));
        if !events.is_empty() {
            self.lists.add(workflow, entries);
        }
    }

    /// Gathers the entry of a stored item.
    pub(crate) fn list_item(&self, workflow: &WorkflowRef, item: &RunItem) {
        self.lists.add(workflow, Entry::of(item.events()));
    }

    /// Writes everything that was gathered. Gives the workflows of which something could not be written: their messages are to come again.
    pub async fn write_lists(&self) -> HashSet<WorkflowRef> {
        let _turn = self.lists.writing.lock().await;
        let mut taken = Taken { lists: &self.lists, entries: std::mem::take(&mut *self.lists.waiting()) };
        let writes = taken.entries.iter().map(async |(workflow, entries)| {
            let written = self.write_list(workflow, entries.values().cloned().collect()).await;
            (workflow.clone(), written)
        });
        let mut failed = HashSet::new();
        for (workflow, written) in futures::future::join_all(writes).await {
            match written {
                Ok(()) => drop(taken.entries.remove(&workflow)),
                Err(error) => {
                    if !error.is_told() {
                        tracing::warn!(%error, "events are not listed yet");
                    }
                    failed.insert(workflow);
                }
            }
        }
        failed
    }

    /// A page of a workflow's events, newest first, with those that this process has not listed yet, if they can be written.
    pub async fn list_events(
        &self,
        workflow: &Workflow,
        filter: &EventFilter,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Event>> {
        self.write_lists().await;
        self.store.list_events(workflow, filter, limit, cursor).await
    }

    /// What came into the list of a workflow's events since a cursor, with what this process has not listed yet, if it can be written.
    pub async fn list_changes(&self, workflow: &Workflow, after: Option<&str>, limit: usize) -> Result<Changes> {
        self.write_lists().await;
        self.store.list_changes(workflow, after, limit).await
    }

    /// Writes everything that was gathered, and fails if something of this workflow could not be written.
    pub(crate) async fn write_lists_of(&self, workflow: &WorkflowRef) -> Result<()> {
        match self.write_lists().await.contains(workflow) {
            true => Err(Error::unavailable("an event could not be listed")),
            false => Ok(()),
        }
    }

    async fn write_list(&self, workflow: &WorkflowRef, entries: Vec<Entry>) -> Result<()> {
        let is_spread = self.lists.busy().spread.contains(workflow);
        let pages = self.store.put_entries(workflow, entries, is_spread).await?;
        if !is_spread && self.is_busy(workflow, pages) {
            // If this fails, the next page tries it again: what there is of the list is written.
            match self.store.spread(workflow).await {
                Ok(()) => self.lists.learn(workflow, true),
                Err(error) => tracing::warn!(%error, "a busy list is not spread yet"),
            }
        }
        Ok(())
    }

    /// Counts pages; whether they become too many for one partition.
    fn is_busy(&self, workflow: &WorkflowRef, pages: usize) -> bool {
        let (now, mut busy) = (Time::now().0, self.lists.busy());
        if !(0..WINDOW_MS).contains(&(now - busy.since)) {
            busy.since = now;
            busy.pages.clear();
        }
        let counted = busy.pages.entry(workflow.clone()).or_default();
        *counted += pages as u64;
        counted.saturating_mul(self.settings.processes.into()) > PAGES
    }
}
