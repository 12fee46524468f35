//! Runs that somebody in this process waits for: what is committed here is heard at once; for the rest, the table is read.

use rookery_domain::RunId;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch::{Receiver, Sender};

/// The first and the longest pause between two looks at a run; what happens in this process is heard at once.
const PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(2)];
/// A run that takes long to read is read more rarely: so many times as long is waited.
const RESTS: u32 = 4;

/// The runs, each as long as somebody waits.
#[derive(Default)]
pub(crate) struct Watched(Mutex<HashMap<RunId, Sender<()>>>);

impl Watched {
    /// Hears of each commit of a run, from now on.
    pub(crate) fn watch(&self, run: RunId) -> News {
        let mut runs = self.runs();
        runs.retain(|_, sender| sender.receiver_count() > 0);
        News { commits: runs.entry(run).or_default().subscribe(), pause: PAUSES[0] }
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

/// When to look at a run again that somebody follows.
pub(crate) struct News {
    commits: Receiver<()>,
    pause: Duration,
}

impl News {
    /// Waits until it is time to look. Whoever commits something here tells it; what others commit is found by a look.
    pub(crate) async fn wait(&mut self) {
        tokio::time::timeout(self.pause, self.commits.changed()).await.ok();
    }

    /// Notes a look that took so long, and whether it found something new.
    pub(crate) fn looked(&mut self, took: Duration, is_new: bool) {
        self.pause = if is_new { PAUSES[0] } else { (self.pause * 2).min(PAUSES[1]) }.max(took * RESTS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::EventId;

    #[tokio::test]
    async fn looks_become_rarer_until_there_is_news_and_a_commit_is_heard_at_once() {
        let (watched, run) = (Watched::default(), EventId::fresh().run);
        let mut news = watched.watch(run);
        let mut paused = |took: u64, is_new| {
            news.looked(Duration::from_secs(took), is_new);
            news.pause.as_millis()
        };
        assert_eq!([0; 4].map(|took| paused(took, false)), [500, 1000, 2000, 2000]);
        assert_eq!([paused(0, true), paused(0, false), paused(1, true)], [250, 500, 4000]);
        paused(3600, false);
        watched.tell(run);
        news.wait().await;
    }
}
