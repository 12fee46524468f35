//! The embedded stand-ins for DynamoDB and SQS: what AWS serves to the functions, served from one data folder: to the SDK clients of
//! this process by a function call, to those of other processes over loopback.
//!
//! Nothing here knows Rookery's table, queues or messages: callers create those through the SDK, as they would on AWS.
//! The rest of the code holds nothing but the SDK clients and does not know which side it talks to.
//!
//! Both are durable: what they acknowledged survives `kill -9` and, as far as the disk keeps its word on fsync, a power cut.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod client;
mod dynamodb;
mod server;
mod service;
mod sqs;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

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
    #[error("the {name} stand-in cannot be started: {cause}")]
    Listen {
        /// What was to be started.
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

/// Both stand-ins, running. They end with [`Standins::stop`], or after the last of their clients.
pub struct Standins {
    dynamodb: dynamodb::Dynamodb,
    sqs: sqs::Sqs,
    threads: [JoinHandle<()>; 2],
    /// Empty until [`Standins::listen`].
    servers: Vec<server::Server>,
}

/// Where other processes find the stand-ins, as `http://127.0.0.1:PORT`.
pub struct Endpoints {
    /// DynamoDB's.
    pub dynamodb: String,
    /// SQS's.
    pub sqs: String,
}

impl Standins {
    /// Opens (or creates) `dynamodb.db` and `sqs.db` in the folder `data`. One process at a time may hold a folder.
    ///
    /// # Errors
    /// [`StandinError`] names the folder or file and what to do.
    pub fn start(data: &Path) -> Result<Standins, StandinError> {
        std::fs::create_dir_all(data).map_err(|cause| StandinError::Folder { path: data.to_owned(), cause })?;
        // The queue's file first: it is the one that refuses a second process.
        let (sqs, sqs_thread) = sqs::Sqs::open(&data.join("sqs.db"))?;
        let (dynamodb, dynamodb_thread) = dynamodb::Dynamodb::open(&data.join("dynamodb.db"))?;
        Ok(Standins { dynamodb, sqs, threads: [sqs_thread, dynamodb_thread], servers: Vec::new() })
    }

    /// The configuration of a DynamoDB client in this process. Retries are the SDK's own defaults.
    pub fn dynamodb_config(&self) -> aws_sdk_dynamodb::config::Builder {
        client::dynamodb_config(Arc::new(self.dynamodb.clone()))
    }

    /// The configuration of an SQS client in this process. Retries are the SDK's own defaults.
    pub fn sqs_config(&self) -> aws_sdk_sqs::config::Builder {
        client::sqs_config(Arc::new(self.sqs.clone()))
    }

    /// Serves both on `127.0.0.1` too, at free ports, for clients in other processes.
    ///
    /// # Errors
    /// [`StandinError::Listen`] if there is no port.
    pub async fn listen(&mut self) -> Result<Endpoints, StandinError> {
        let dynamodb = server::Server::start("dynamodb", Arc::new(self.dynamodb.clone())).await?;
        let sqs = server::Server::start("sqs", Arc::new(self.sqs.clone())).await?;
        let endpoints = Endpoints { dynamodb: dynamodb.url.clone(), sqs: sqs.url.clone() };
        self.servers.extend([dynamodb, sqs]);
        Ok(endpoints)
    }

    /// Ends long polls, lets running requests finish, and closes the files.
    pub async fn stop(self) {
        self.sqs.drain();
        for server in self.servers {
            server.stop().await;
        }
        self.sqs.close();
        self.dynamodb.close();
        for thread in self.threads {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}
