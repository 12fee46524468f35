//! What is known of a piece of work at one moment: the one consistent read on which dispatch and the dead letters decide.

use crate::Engine;
use crate::delivery::work::{Wake, Work};
use rookery_domain::{Event, EventId, Result};
use rookery_store::{Commit, Parked, RunItem, Workflow};
use std::sync::Arc;

/// The items that decide what becomes of a piece of work, as one read found them.
pub(crate) struct Seen {
    /// The commit on the work's commit key.
    pub(crate) commit: Option<Commit>,
    /// The wait on the work's commit key.
    pub(crate) parked: Option<Parked>,
    /// The event that the work is about.
    pub(crate) event: Option<Event>,
    /// The first item of the run.
    pub(crate) root: Option<Arc<RunItem>>,
    /// The head of the workflow, unless it is deleted.
    pub(crate) head: Option<Workflow>,
}

impl Seen {
    /// The version that the work runs in: that of its event, or for a check without one the last built one. None when the event is no longer kept.
    pub(crate) fn version(&self, work: &Work) -> Option<u64> {
        match work.event_at() {
            None => self.head.as_ref().map(|head| head.built),
            Some(_) => self.event.as_ref().map(|event| event.version),
        }
    }
}

impl Engine {
    /// Reads all these items, consistently. Of a delivery's workflow it only matters whether it is deleted, which may have been read a
    /// moment ago.
    pub(crate) async fn see(&self, work: &Work) -> Result<Seen> {
        let mut ids = vec![work.commit, EventId::root(work.run())];
        ids.extend(work.event_at().map(|event| event.item));
        let (items, head) = match work.wake {
            // The head decides whether a check runs, and in which version.
            Wake::Check { .. } => {
                let (items, head) =
                    tokio::try_join!(self.store.run_items(&work.workflow, &ids), self.store.find_workflow(&work.workflow))?;
                (items.into_iter().map(|item| item.map(Arc::new)).collect(), head)
            }
            Wake::Event(_) | Wake::Timer { .. } => self.store.run_items_and_head(&work.workflow, &ids).await?,
        };
        let mut items = items.into_iter();
        let mut next = || items.next().flatten();
        let (there, root) = (next(), next());
        let event = work.event().and_then(|event| next()?.find_event(event).cloned());
        let (commit, parked) = there.map_or((None, None), |item| (item.commit.clone(), item.parked.clone()));
        Ok(Seen { commit, parked, event, root, head: head.filter(|head| !head.deleted) })
    }
}
