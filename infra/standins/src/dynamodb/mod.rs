//! DynamoDB: `dynoxide` on one SQLite file. The callers define the tables.
//!
//! One thread owns the database ([`writer`]). It runs all requests that wait, syncs the log **once**, and only then answers any
//! of them: a group commit. [`operations`] does what a request asks for.
//!
//! Known differences from AWS: there is no TransactionConflict and no throttling, a `ClientRequestToken` is forgotten at a
//! restart, and types that no SDK would send are refused in other words.

mod operations;
mod writer;

use crate::StandinError;
use crate::disk::Disk;
use crate::opening::Checked;
use crate::service::{Answer, Service};
use axum::body::Bytes;
use dynoxide::{Database, DynoxideError};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use writer::{Job, Request, Writer};

/// How often expired items are removed at most. AWS takes days, so nothing may rely on the removal (the reader compares `expires_at`).
const TTL_SWEEP: Duration = Duration::from_secs(30);
/// A sweep reads the whole table. So the pause after it is so many times as long as it took: it has one part in a hundred of a processor.
const PAUSE: u32 = 100;

/// The way to the database's thread; cheap to clone.
#[derive(Clone)]
pub(crate) struct Dynamodb {
    jobs: mpsc::Sender<Job>,
}

impl Dynamodb {
    /// Opens (or creates) the file and starts the thread, which ends after [`Dynamodb::close`].
    pub(crate) fn open(file: Checked, disk: Arc<Disk>) -> Result<(Dynamodb, JoinHandle<()>), StandinError> {
        let database = database(&file.path)?;
        let swept = database.clone();
        let writer = Writer::new(database, file, disk.clone())?;
        let (sender, jobs) = mpsc::channel();
        let (held, ended) = mpsc::channel::<()>();
        let sweeper = spawn("dynamodb-ttl", move || sweep_expired(&swept, &disk, &ended))?;
        let writer = spawn("dynamodb", move || {
            writer.run(&jobs);
            drop(held);
            // The sweeper holds the file, too.
            let _ = sweeper.join();
        })?;
        Ok((Dynamodb { jobs: sender }, writer))
    }

    /// Ends the thread, after the requests that were submitted before.
    pub(crate) fn close(&self) {
        let _ = self.jobs.send(Job::Close);
    }
}

impl Service for Dynamodb {
    fn answer(&self, target: &str, body: Bytes) -> Answer {
        let operation = target.strip_prefix("DynamoDB_20120810.").unwrap_or_default().to_owned();
        let (answer, answered) = oneshot::channel();
        // If the thread has ended, the job is dropped, and with it the sender of its answer.
        let _ = self.jobs.send(Job::Call(Request { operation, body, answer }));
        Box::pin(async { answered.await.unwrap_or_else(|_| operations::closing()) })
    }
}

/// Opens (or creates) a database.
pub(crate) fn database(file: &Path) -> Result<Database, StandinError> {
    let path = file.to_str().ok_or_else(|| StandinError::Open {
        path: file.to_owned(),
        cause: "its path is not UTF-8".to_owned(),
        remedy: "choose another data folder",
    })?;
    Database::new(path).map_err(|error| cannot_open(file, error))
}

/// The error for a file that cannot be opened, with the remedy.
pub(crate) fn cannot_open(file: &Path, error: DynoxideError) -> StandinError {
    match error {
        DynoxideError::SqliteError(error) => StandinError::of(file, &error),
        error => StandinError::Damaged { path: file.to_owned(), cause: error.to_string() },
    }
}

fn spawn(name: &'static str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StandinError> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(|cause| StandinError::Listen { name, cause })
}

/// Removes expired items until the other end of `ended` is gone.
fn sweep_expired(database: &Database, disk: &Disk, ended: &mpsc::Receiver<()>) {
    let mut pause = TTL_SWEEP;
    while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(pause) {
        if disk.fault().is_some() {
            continue;
        }
        let began = Instant::now();
        match database.sweep_ttl() {
            Ok(0) => {}
            Ok(items) => tracing::debug!(items, "expired items removed"),
            Err(cause) => tracing::warn!(%cause, "expired items were not removed"),
        }
        pause = pause_after(began.elapsed());
    }
}

fn pause_after(sweep: Duration) -> Duration {
    TTL_SWEEP.max(sweep.saturating_mul(PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_a_sweep_takes_the_rarer_it_is() {
        assert_eq!(pause_after(Duration::from_millis(1)), Duration::from_secs(30));
        assert_eq!(pause_after(Duration::from_secs(15)), Duration::from_secs(1500));
    }
}
