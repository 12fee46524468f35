//! The thread that owns the database, and when an answer may leave it.

use super::operations;
use axum::body::Bytes;
use axum::http::Response;
use dynoxide::Database;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use tokio::sync::oneshot;

/// Requests before a sync at most, so that a flood cannot put off every answer.
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
    /// SQLite's write-ahead log: what was committed since the last checkpoint.
    log: File,
    /// The log could not be synced: what the kernel then still holds of it is unknown, so nothing is answered any more.
    is_broken: bool,
}

impl Writer {
    pub(super) fn new(database: Database, path: &str) -> Result<Writer, Box<dyn std::error::Error>> {
        // Says little by its name: SQLite now syncs at checkpoints only (`synchronous=NORMAL`), not at each commit.
        // That a commit is on disk before its answer is for `pass`; were it `FULL` still, it would only be slower.
        database.disable_bulk_loading()?;
        let log = File::open(format!("{path}-wal"))?;
        Ok(Writer { database, log, is_broken: false })
    }

    pub(super) fn run(mut self, jobs: &mpsc::Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let more: Vec<Job> = jobs.try_iter().take(GROUP).collect();
            if !self.pass(std::iter::once(first).chain(more)) {
                return;
            }
        }
    }

    /// Runs requests, makes what they wrote durable, and answers. Reads wait too: they may have seen what is not on disk yet.
    /// Gives false when it was the last.
    fn pass(&mut self, jobs: impl Iterator<Item = Job>) -> bool {
        let (mut answers, mut wrote, mut open) = (Vec::new(), false, true);
        for job in jobs {
            match job {
                // Whoever has hung up wants nothing done: a lost request.
                Job::Call(request) if request.answer.is_closed() => {}
                Job::Call(request) => {
                    wrote |= !operations::is_read(&request.operation);
                    answers.push((self.answer(&request), request.answer));
                }
                Job::Close => open = false,
            }
        }
        if wrote && let Err(cause) = self.log.sync_data() {
            tracing::error!(%cause, "the database's log could not be synced: restart with a healthy disk");
            self.is_broken = true;
        }
        for (answer, caller) in answers {
            let answer = if self.is_broken { operations::unavailable("the disk failed: see the log") } else { answer };
            let _ = caller.send(answer);
        }
        open
    }

    fn answer(&self, request: &Request) -> Response<String> {
        let run = || operations::run(&self.database, &request.operation, &request.body);
        catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| operations::unavailable("it panicked"))
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
        let path = folder.path().join("dynamodb.db");
        let path = path.to_str().unwrap();
        let mut writer = Writer::new(Database::new(path).unwrap(), path).unwrap();
        let table = r#"{"TableName":"table","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],
            "KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]}"#;
        let jobs = [
            call("ListTables", "{}"),
            call("CreateTable", table),
            call("DescribeTable", r#"{"TableName":"table"}"#),
            call("GetItem", r#"{"TableName":"none","Key":{"a":{"S":"x"}}}"#),
        ];
        let (healthy, mut answers): (Vec<_>, Vec<_>) = jobs.into_iter().unzip();
        assert!(writer.pass(healthy.into_iter()));
        let statuses: Vec<u16> = answers.iter_mut().map(|answer| answer.try_recv().unwrap().status().as_u16()).collect();
        assert_eq!(statuses, [200, 200, 200, 400]);

        // A file that cannot be synced.
        writer.log = File::open("/dev/null").unwrap();
        let (write, mut written) = call("PutItem", r#"{"TableName":"table","Item":{"a":{"S":"x"}}}"#);
        let (read, mut seen) = call("ListTables", "{}");
        assert!(writer.pass([write, read].into_iter()));
        assert_eq!([&mut written, &mut seen].map(|answer| answer.try_recv().unwrap().status().as_u16()), [500, 500]);
        let (later, mut answered) = call("ListTables", "{}");
        assert!(writer.pass(std::iter::once(later)), "it stays so");
        assert_eq!(answered.try_recv().unwrap().status().as_u16(), 500);
    }
}
