//! The embedded stand-ins for DynamoDB and SQS: they serve what AWS serves to the functions, from one data folder. SDK clients in
//! this process reach them by a function call, those in other processes over loopback.
//!
//! Nothing here knows Rookery's table, queues or messages: callers create those through the SDK, as they would on AWS. The rest
//! of the code has only the SDK clients, and does not know whether they reach AWS or the stand-ins.
//!
//! Both are durable: what they acknowledged survives `kill -9` and, as far as the disk keeps its promise about fsync, a power cut.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod begun;
mod client;
mod disk;
mod dynamodb;
mod ledger;
mod opening;
mod page_check;
mod repair;
mod salvage;
mod server;
mod service;
mod sqs;

pub use repair::Repair;
pub use sqs::pass_over;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

/// The remedy for a folder that another process holds.
const IN_USE: &str = "stop the other process that uses this folder";

/// Why a stand-in could not start.
#[derive(Debug, thiserror::Error)]
pub enum StandinError {
    /// The data folder cannot be created or written.
    #[error("the data folder {} cannot be used ({cause}): choose another, or make it writable", path.display())]
    Folder {
        /// The folder that was asked for.
        path: PathBuf,
        /// The error of the file system.
        cause: std::io::Error,
    },
    /// There is no free loopback port, or no thread.
    #[error("the {name} stand-in cannot be started: {cause}")]
    Listen {
        /// What was to be started.
        name: &'static str,
        /// The error of the system.
        cause: std::io::Error,
    },
    /// A database file cannot be opened or written now: it is of a newer version, another process holds it, or the disk is full.
    #[error("{} cannot be opened ({cause}): {remedy}", path.display())]
    Open {
        /// The SQLite file.
        path: PathBuf,
        /// The error of SQLite.
        cause: String,
        /// The remedy.
        remedy: &'static str,
    },
    /// Something that was stored is lost.
    #[error(
        "{} is damaged ({cause}): restore a copy of the whole data folder, or repair it (--repair), \
         which keeps what can be read and says what is lost",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with the file.
        cause: String,
    },
    /// A repair has begun, and was not finished.
    #[error(
        "a repair was cut short: repair again (--repair), which goes on from the old files. If a copy of the whole data folder was \
         put back since, delete {} instead",
        mark.display()
    )]
    HalfRepaired {
        /// The file that says so.
        mark: PathBuf,
    },
}

impl StandinError {
    /// The error for what SQLite reported about a file, with the remedy.
    fn of(path: &Path, error: &rusqlite::Error) -> StandinError {
        use rusqlite::ErrorCode as Code;
        let (path, cause) = (path.to_owned(), error.to_string());
        let remedy = match error.sqlite_error_code() {
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => return StandinError::Damaged { path, cause },
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => IN_USE,
            Some(Code::DiskFull) => "make room on the disk, then start again",
            Some(Code::ReadOnly | Code::CannotOpen | Code::PermissionDenied) => {
                "make the data folder and its files writable, or choose another folder"
            }
            Some(Code::SystemIoFailure) => "look whether the disk is full or failing, then start again",
            _ => "start the version that wrote it, or restore a copy of the whole data folder",
        };
        StandinError::Open { path, cause, remedy }
    }

    /// The error for a file that cannot be written, whether SQLite or the system reported it.
    fn unwritable(path: &Path, error: &(dyn std::error::Error + Send + Sync + 'static)) -> StandinError {
        if let Some(error) = error.downcast_ref() {
            return StandinError::of(path, error);
        }
        let remedy = "make room on the disk, and the data folder writable, then start again";
        StandinError::Open { path: path.to_owned(), cause: error.to_string(), remedy }
    }
}

/// Whether the stand-ins can store, and whether all that they hold was checked; cheap to clone.
#[derive(Clone, Debug)]
pub struct Health {
    disk: Arc<disk::Disk>,
    check: page_check::Watch,
}

impl Health {
    /// Why nothing can be stored now, with the remedy; none when all is well.
    pub fn fault(&self) -> Option<String> {
        self.disk.fault().map(|fault| fault.to_string())
    }

    /// Whether the check behind the start goes on: until it ends, a damaged page may be there that nobody has met yet.
    pub fn is_checking(&self) -> bool {
        self.check.is_going_on()
    }
}

/// Both stand-ins, running. They end with [`Standins::stop`], or when the last of their clients is dropped.
pub struct Standins {
    dynamodb: dynamodb::Dynamodb,
    sqs: sqs::Sqs,
    disk: Arc<disk::Disk>,
    check: page_check::PageCheck,
    threads: [JoinHandle<()>; 2],
    /// The servers for other processes; empty until [`Standins::listen`].
    servers: Vec<server::Server>,
}

/// The addresses of the stand-ins for other processes, like `http://127.0.0.1:PORT`.
pub struct Endpoints {
    /// DynamoDB's address.
    pub dynamodb: String,
    /// SQS's address.
    pub sqs: String,
}

impl Standins {
    /// Opens (or creates) `dynamodb.db` and `sqs.db` in the folder `data`. Only one process at a time can use a folder. A folder
    /// that has lost something of what was acknowledged is refused.
    /// Whether each page of the tables is whole is checked behind the start: see [`Standins::checked`].
    ///
    /// # Errors
    /// [`StandinError`] names the folder or file and what to do.
    pub fn start(data: &Path) -> Result<Standins, StandinError> {
        std::fs::create_dir_all(data).map_err(|cause| StandinError::Folder { path: data.to_owned(), cause })?;
        begun::refuse(data)?;
        Standins::open(data)
    }

    /// Opens the files, also those of a repair that is not finished.
    fn open(data: &Path) -> Result<Standins, StandinError> {
        let files = opening::check(data)?;
        let disk = Arc::new(disk::Disk::of(data));
        let tables = files.dynamodb.path.clone();
        let (dynamodb, dynamodb_thread) = dynamodb::Dynamodb::open(files.dynamodb, disk.clone())?;
        let others = || Ok((page_check::PageCheck::begin(&tables, disk.clone())?, sqs::Sqs::open(files.sqs, disk.clone())?));
        let (check, (sqs, sqs_thread)) = others().inspect_err(|_| dynamodb.close())?;
        Ok(Standins { dynamodb, sqs, disk, check, threads: [sqs_thread, dynamodb_thread], servers: Vec::new() })
    }

    /// Waits for the end of the check behind the start. Once it has found something, nothing is answered any more, and the caller
    /// should end: the next start is refused.
    ///
    /// # Errors
    /// What [`Standins::start`] would have given, had it waited for the check.
    pub async fn checked(&self) -> Result<(), Arc<StandinError>> {
        self.check.watch().ended().await
    }

    /// Repairs a folder that [`Standins::start`] refuses as damaged, as far as possible, and reports what was done and what is
    /// lost. The old files are kept beside the new ones. No process may use the folder meanwhile.
    ///
    /// Messages may be lost although their senders believe that they are queued: the senders must send again what was not done,
    /// then call [`Repair::finish`]. Until then, a start is refused.
    ///
    /// # Errors
    /// [`StandinError`] names the folder or file and what to do.
    pub fn repair(data: &Path) -> Result<Repair, StandinError> {
        repair::repair(data)
    }

    /// The health of the stand-ins: whether they can store.
    pub fn health(&self) -> Health {
        Health { disk: self.disk.clone(), check: self.check.watch() }
    }

    /// The configuration of a DynamoDB client in this process. Retries are the SDK's own defaults.
    pub fn dynamodb_config(&self) -> aws_sdk_dynamodb::config::Builder {
        client::dynamodb_config(Arc::new(self.dynamodb.clone()))
    }

    /// The configuration of an SQS client in this process. Retries are the SDK's own defaults.
    pub fn sqs_config(&self) -> aws_sdk_sqs::config::Builder {
        client::sqs_config(Arc::new(self.sqs.clone()))
    }

    /// Serves both on `127.0.0.1`, too, on free ports, for clients in other processes.
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

    /// Ends long polls, finishes the requests that are under way, and closes the files.
    pub async fn stop(self) {
        drop(self.check);
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
