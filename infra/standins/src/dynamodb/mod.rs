//! DynamoDB: `dynoxide` on one SQLite file. The callers define the tables.
//!
//! One thread answers ([`writer`]). It runs all requests that wait, syncs the log **once**, and only then answers any
//! of them: a group commit. [`operations`] does what a request asks for. Another thread removes what has expired ([`sweeper`]).
//!
//! Known differences from AWS: there is no TransactionConflict and no throttling, a `ClientRequestToken` is forgotten at a
//! restart, and types that no SDK would send are refused in other words.

mod operations;
mod sweeper;
mod writer;

use crate::StandinError;
use crate::disk::Disk;
use crate::opening::Checked;
use crate::service::{Answer, Service};
use axum::body::Bytes;
use dynoxide::{Database, DynoxideError};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use sweeper::Sweeper;
use tokio::sync::oneshot;
use writer::{Job, Request, Writer};

/// The way to the database's thread; cheap to clone.
#[derive(Clone)]
pub(crate) struct Dynamodb {
    jobs: mpsc::Sender<Job>,
}

impl Dynamodb {
    /// Opens (or creates) the file and starts the thread, which ends after [`Dynamodb::close`].
    pub(crate) fn open(file: Checked, disk: Arc<Disk>) -> Result<(Dynamodb, JoinHandle<()>), StandinError> {
        let database = database(&file.path)?;
        let path = file.path.clone();
        let writer = Writer::new(database, file, disk.clone())?;
        let (sender, jobs) = mpsc::channel();
        let sweeper = Sweeper::start(path, disk)?;
        let writer = spawn("dynamodb", move || {
            writer.run(&jobs);
            // The sweeper holds the file, too.
            sweeper.end();
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
    Database::new(text(file)?).map_err(|error| cannot_open(file, error))
}

fn text(file: &Path) -> Result<&str, StandinError> {
    file.to_str().ok_or_else(|| StandinError::Open {
        path: file.to_owned(),
        cause: "its path is not UTF-8".to_owned(),
        remedy: "choose another data folder",
    })
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
