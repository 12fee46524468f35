//! The embedded stand-ins for DynamoDB and SQS: what AWS serves to the functions, served on loopback from one data folder.
//!
//! Nothing here knows Rookery's table, queues or messages: callers create those through the SDK, as they would on AWS.
//! The rest of the code holds nothing but the SDK clients and does not know which side it talks to.
//!
//! Both servers are durable: what they acknowledged survives `kill -9` and, as far as the disk keeps its word on fsync, a power cut.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod client;
mod dynamodb;
mod server;
mod sqs;

use std::path::{Path, PathBuf};

pub use client::{dynamodb_config, sqs_config};

/// Why a stand-in could not start.
#[derive(Debug, thiserror::Error)]
pub enum StandinError {
    /// The data folder cannot be made or written.
    #[error("the data folder {} cannot be used ({cause}): choose another, or make it writable", path.display())]
    Folder {
        /// The folder asked for.
        path: PathBuf,
        /// What the file system said.
        cause: std::io::Error,
    },
    /// No loopback port, or no thread.
    #[error("the {name} stand-in cannot listen on loopback: {cause}")]
    Listen {
        /// `dynamodb` or `sqs`.
        name: &'static str,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The database file cannot be opened: damaged, of another version, or held by another process.
    #[error("{} cannot be opened ({cause}): stop the other process that uses this folder, or restore the file", path.display())]
    Open {
        /// The SQLite file.
        path: PathBuf,
        /// What SQLite said.
        cause: String,
    },
}

/// Both stand-ins, running. Dropping it stops them too, without waiting.
pub struct Standins {
    dynamodb: server::Server,
    sqs: sqs::Sqs,
}

impl Standins {
    /// Opens (or creates) `dynamodb.db` and `sqs.db` in the folder `data` and serves both on `127.0.0.1` at free ports.
    /// They answer as soon as this returns. One process at a time may hold a folder.
    ///
    /// # Errors
    /// [`StandinError`] names the folder or file and what to do.
    pub async fn start(data: &Path) -> Result<Standins, StandinError> {
        std::fs::create_dir_all(data).map_err(|cause| StandinError::Folder { path: data.to_owned(), cause })?;
        // The queue's file first: it is the one that refuses a second process.
        let sqs = sqs::Sqs::start(&data.join("sqs.db"))?;
        let dynamodb = dynamodb::start(&data.join("dynamodb.db"))?;
        Ok(Standins { dynamodb, sqs })
    }

    /// The DynamoDB endpoint, as `http://127.0.0.1:PORT`.
    pub fn dynamodb_url(&self) -> &str {
        self.dynamodb.url()
    }

    /// The SQS endpoint, as `http://127.0.0.1:PORT`.
    pub fn sqs_url(&self) -> &str {
        self.sqs.url()
    }

    /// Ends long polls, lets running requests finish, flushes what they wrote, and closes the files.
    pub async fn stop(self) {
        tokio::join!(self.dynamodb.stop(), self.sqs.stop());
    }
}
