//! The messages that are left in the queues, read from the file of the SQS stand-in.

use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// A message in a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// The queue, or its dead-letter queue.
    pub queue: String,
    /// The body.
    pub body: String,
    /// Whether the message was sent with a delay that is not over yet: a timer.
    pub is_timer: bool,
}

/// The messages in the queues. A running program has its file for itself, so this reads a copy, which may be a moment old or
/// inconsistent; `None` when it cannot be read.
pub(crate) fn waiting(data: &Path) -> Option<Vec<Waiting>> {
    let (_folder, file) = copy(data)?;
    read(&file).ok()
}

/// Copies the queues' file; the copy goes with its folder.
fn copy(data: &Path) -> Option<(TempDir, PathBuf)> {
    let copy = tempfile::tempdir().ok()?;
    // The log is copied first: what moves from the log to the file meanwhile is then in both.
    for name in ["sqs.db-wal", "sqs.db"] {
        match std::fs::copy(data.join(name), copy.path().join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return None,
            _ => {}
        }
    }
    let file = copy.path().join("sqs.db");
    Some((copy, file))
}

/// How long ago the last of the messages that somebody has received was to be visible again; `None` when it is yet to be, or there is
/// none.
pub(crate) fn visible_again_for(data: &Path) -> Option<Duration> {
    let (_folder, file) = copy(data)?;
    let query = "SELECT max(visible_at) FROM messages WHERE receive_count > 0";
    let visible_at: Option<i64> = Connection::open(file).ok()?.query_row(query, [], |row| row.get(0)).ok()?;
    u64::try_from(now() - visible_at?).ok().map(Duration::from_millis)
}

fn now() -> i64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis() as i64
}

fn read(file: &Path) -> rusqlite::Result<Vec<Waiting>> {
    let now = now();
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let mut statement = connection.prepare(
        "SELECT queues.name, body, visible_at > ?1 AND receive_count = 0 FROM messages JOIN queues ON queues.id = queue",
    )?;
    let rows = statement.query_map([now], |row| Ok(Waiting { queue: row.get(0)?, body: row.get(1)?, is_timer: row.get(2)? }))?;
    rows.collect()
}
