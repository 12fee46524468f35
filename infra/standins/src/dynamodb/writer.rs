//! The thread that owns the database. It decides when an answer may be sent.

use super::operations;
use crate::StandinError;
use crate::company;
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
use tokio::sync::oneshot;

/// The most requests before a sync, so that a flood cannot delay every answer.
const GROUP: usize = 64;

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
        let mut last_group = 0;
        while let Ok(first) = jobs.recv() {
            company::wait(last_group);
            let more: Vec<Job> = jobs.try_iter().take(GROUP).collect();
            last_group = 1 + more.len();
            if !self.pass(std::iter::once(first).chain(more)) {
                return;
            }
        }
    }

    /// Runs requests, and answers. Reads come first: they see only what earlier passes made durable, so they need not wait for what is
    /// written here. What was written is answered when it is durable. Gives false after the last pass.
    fn pass(&mut self, jobs: impl Iterator<Item = Job>) -> bool {
        let (mut reads, mut writes, mut open) = (Vec::new(), Vec::new(), true);
        for job in jobs {
            match job {
                Job::Call(request) if operations::is_read(&request.operation) => reads.push(request),
                Job::Call(request) => writes.push(request),
                Job::Close => open = false,
            }
        }
        // A caller that has hung up wants nothing done: its request counts as lost.
        let is_waited_for = |request: &Request| !request.answer.is_closed();
        for request in reads.into_iter().filter(is_waited_for) {
            let answer = match self.disk.fault() {
                Some(fault) if fault != Fault::Full => operations::faulty(&fault),
                _ => self.answer(&request),
            };
            let _ = request.answer.send(answer);
        }
        let (mut answers, mut wrote) = (Vec::new(), false);
        for request in writes.into_iter().filter(is_waited_for) {
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
        open
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
        healthy.into_iter().for_each(|job| assert!(writer.pass(std::iter::once(job))));
        let statuses: Vec<u16> = answers.iter_mut().map(|answer| answer.try_recv().unwrap().status().as_u16()).collect();
        assert_eq!(statuses, [200, 200, 200, 400]);

        // This file cannot be synced.
        writer.log = File::open("/dev/null").unwrap();
        let (write, mut written) = call("PutItem", r#"{"TableName":"table","Item":{"a":{"S":"x"}}}"#);
        let (read, mut seen) = call("GetItem", r#"{"TableName":"table","Key":{"a":{"S":"x"}}}"#);
        assert!(writer.pass([write, read].into_iter()));
        let [written, seen] = [&mut written, &mut seen].map(|answer| answer.try_recv().unwrap());
        assert_eq!([written.status().as_u16(), seen.status().as_u16()], [500, 200]);
        assert_eq!(seen.body(), "{}", "a read sees nothing that is not durable");
        let (later, mut answered) = call("ListTables", "{}");
        assert!(writer.pass(std::iter::once(later)), "it stays so");
        assert_eq!(answered.try_recv().unwrap().status().as_u16(), 500);
    }
}
