//! Runs that somebody in this process waits for: what is committed here is heard at once; for the rest, the table is read.

use rookery_domain::RunId;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch::{Receiver, Sender};

/// The runs, each as long as somebody waits.
#[derive(Default)]
pub(crate) struct Watched(Mutex<HashMap<RunId, Sender<()>>>);

impl Watched {
    /// Hears of each commit of a run, from now on.
    pub(crate) fn watch(&self, run: RunId) -> Receiver<()> {
        let mut runs = self.runs();
        runs.retain(|_, sender| sender.receiver_count() > 0);
        runs.entry(run).or_default().subscribe()
    }

    /// Tells those who wait that something of a run was committed.
    pub(crate) fn tell(&self, run: RunId) {
        if let Some(sender) = self.runs().get(&run) {
            sender.send(()).ok(); // Nobody waits any more.
        }
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<RunId, Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
