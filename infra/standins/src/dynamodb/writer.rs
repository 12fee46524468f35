//! The thread that owns the database. It decides when an answer may be sent.

use super::operations;
use crate::StandinError;
use crate::disk::{Disk, Fault};
use crate::ledger::Ledger;
use crate::opening::Checked;
use axum::body::Bytes;
use axum::http::Response;
use dynoxide::{Database, DynoxideError};
use rusqlite::Connection;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The most requests before a sync, so that a flood cannot delay every answer.
const GROUP: usize = 64;
/// While several callers write at once, a sync waits for those that were answered last to write again: it costs the same for all of them. A
/// caller that is alone never waits. Source: PostgreSQL's `commit_delay` and `commit_siblings`.
const DELAY: Duration = Duration::from_micros(500);
/// How many the last group must have had for that.
const SIBLINGS: usize = 3;
/// How long ago it may have been at most.
const LATELY: Duration = Duration::from_millis(3);

pub(super) enum Job {
    Call(Request),
    Close,
}

pub(super) struct Request {
    pub(super) operation: String,
    pub(super) body: Bytes,
    pub(super) answer: oneshot::Sender<Response<String>>,
}

pub(super) struct Writer {
    database: Database,
    /// A connection of its own, for the ledger.
    connection: Connection,
    ledger: Ledger,
    /// SQLite's write-ahead log: what was committed since the last checkpoint.
    log: File,
    disk: Arc<Disk>,
}

impl Writer {
    pub(super) fn new(database: Database, file: Checked, disk: Arc<Disk>) -> Result<Writer, StandinError> {
        let Checked { path, connection, position } = file;
        let open = || -> Result<Writer, Box<dyn std::error::Error + Send + Sync>> {
            // The name of this call says little: from here on, SQLite syncs only at checkpoints (`synchronous=NORMAL`), not at
            // each commit. `pass` takes care that a commit is on disk before its answer; `FULL` would only be slower.
            database.disable_bulk_loading()?;
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            let ledger = Ledger::open(&connection, &path, position)?;
            let mut log = path.clone().into_os_string();
            log.push("-wal");
            Ok(Writer { database, connection, ledger, log: File::open(log)?, disk })
        };
        open().map_err(|cause| StandinError::unwritable(&path, cause.as_ref()))
    }

    pub(super) fn run(mut self, jobs: &mpsc::Receiver<Job>) {
        let (mut open, mut last_group, mut answered) = (true, 0, Instant::now());
        while open && let Ok(first) = jobs.recv() {
            let mut writes = Vec::new();
            open = self.read(std::iter::once(first).chain(jobs.try_iter().take(GROUP)), &mut writes);
            if !writes.is_empty() && last_group >= SIBLINGS && answered.elapsed() < LATELY {
                std::thread::sleep(DELAY);
                open &= self.read(jobs.try_iter().take(GROUP), &mut writes);
            }
            last_group = writes.len();
            self.write(writes);
            answered = Instant::now();
        }
    }

    /// Answers requests that read, and keeps those that write for later. A read sees only what earlier groups made durable, so it need not wait
    /// for a sync. Gives false when no request comes any more.
    fn read(&mut self, jobs: impl Iterator<Item = Job>, writes: &mut Vec<Request>) -> bool {
        let mut open = true;
        for job in jobs {
            match job {
                // A caller that has hung up wants nothing done: its request counts as lost.
                Job::Call(request) if request.answer.is_closed() => {}
                Job::Call(request) if operations::is_read(&request.operation) => {
                    let answer = match self.disk.fault() {
                        Some(fault) if fault != Fault::Full => operations::faulty(&fault),
                        _ => self.answer(&request),
                    };
                    let _ = request.answer.send(answer);
                }
                Job::Call(request) => writes.push(request),
                Job::Close => open = false,
            }
        }
        open
    }

    /// Writes what was asked for, and answers when it is durable.
    fn write(&mut self, requests: Vec<Request>) {
        let (mut answers, mut wrote) = (Vec::new(), false);
        for request in requests {
            let answer = match self.disk.fault() {
                Some(fault) => operations::faulty(&fault),
                None => {
                    wrote = true;
                    self.answer(&request)
                }
            };
            answers.push((answer, request.answer));
        }
        if wrote {
            self.make_durable();
        }
        let failed = self.disk.fault().filter(|fault| matches!(fault, Fault::Failed(_)));
        for (answer, caller) in answers {
            let _ = caller.send(failed.as_ref().map_or(answer, operations::faulty));
        }
    }

    /// Counts in the ledger what was committed, and syncs it.
    fn make_durable(&mut self) {
        let counted = self.ledger.count(&self.connection);
        if let Err(error) = &counted {
            // The changes before this one are committed all the same.
            self.disk.heard(&error.to_string());
        }
        if let Err(cause) = self.log.sync_data() {
            // What the kernel still holds of the log is unknown, so nothing is answered any more.
            self.disk.has_failed(&cause.to_string());
        } else if counted.is_ok()
            && let Err(cause) = self.ledger.acknowledge()
        {
            self.disk.has_failed(&cause.to_string());
        }
    }

    fn answer(&self, request: &Request) -> Response<String> {
        let run = || operations::run(&self.database, &request.operation, &request.body);
        let panicked = |_| Err(DynoxideError::InternalServerError("it panicked".to_owned()));
        let result = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(panicked);
        if let Err(error @ (DynoxideError::SqliteError(_) | DynoxideError::InternalServerError(_))) = &result {
            self.disk.heard(&error.to_string());
            if let Some(fault) = self.disk.fault() {
                return operations::faulty(&fault);
            }
        }
        operations::answer(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(operation: &str, body: &'static str) -> (Job, oneshot::Receiver<Response<String>>) {
        let (answer, answered) = oneshot::channel();
        (Job::Call(Request { operation: operation.to_owned(), body: Bytes::from_static(body.as_bytes()), answer }), answered)
    }

    fn pass<const N: usize>(writer: &mut Writer, jobs: [Job; N]) {
        let mut writes = Vec::new();
        assert!(writer.read(jobs.into_iter(), &mut writes));
        writer.write(writes);
    }

    #[test]
    fn nothing_is_answered_as_done_once_the_disk_has_failed() {
        let folder = tempfile::tempdir().unwrap();
        let file = crate::opening::check(folder.path()).unwrap().dynamodb;
        let database = super::super::database(&file.path).unwrap();
        let mut writer = Writer::new(database, file, Arc::new(Disk::of(folder.path()))).unwrap();
        let table = r#"{"TableName":"table","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],
            "KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]}"#;
        let jobs = [
            call("ListTables", "{}"),
            call("CreateTable", table),
            call("DescribeTable", r#"{"TableName":"table"}"#),
            call("GetItem", r#"{"TableName":"none","Key":{"a":{"S":"x"}}}"#),
        ];
        let (healthy, mut answers): (Vec<_>, Vec<_>) = jobs.into_iter().unzip();
        // One after the other: reads come before what is written in the same pass.
        healthy.into_iter().for_each(|job| pass(&mut writer, [job]));
        let statuses: Vec<u16> = answers.iter_mut().map(|answer| answer.try_recv().unwrap().status().as_u16()).collect();
        assert_eq!(statuses, [200, 200, 200, 400]);

        // This file cannot be synced.
        writer.log = File::open("/dev/null").unwrap();
        let (write, mut written) = call("PutItem", r#"{"TableName":"table","Item":{"a":{"S":"x"}}}"#);
        let (read, mut seen) = call("GetItem", r#"{"TableName":"table","Key":{"a":{"S":"x"}}}"#);
        pass(&mut writer, [write, read]);
        let [written, seen] = [&mut written, &mut seen].map(|answer| answer.try_recv().unwrap());
        assert_eq!([written.status().as_u16(), seen.status().as_u16()], [500, 200]);
        assert_eq!(seen.body(), "{}", "a read sees nothing that is not durable");
        let (later, mut answered) = call("ListTables", "{}");
        pass(&mut writer, [later]);
        assert_eq!(answered.try_recv().unwrap().status().as_u16(), 500, "it stays so");
    }
}
