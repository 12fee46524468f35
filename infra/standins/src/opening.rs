//! The checks of a start, before anything is written: both files are there, belong together, and hold what was last
//! acknowledged. A fault is an error that says how to go on. Nothing is mended here: that is for [`repair`](crate::repair).
//!
//! The pages of the queues' file are all checked here: a start reads each of its messages in any case. The tables' file is as large
//! as all that is kept, so its pages are checked behind the start ([`page_check`](crate::page_check)), but for one that is suspect.

use crate::StandinError;
use crate::disk::SUSPECT;
use crate::ledger::{self, Position};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::path::{Path, PathBuf};
use std::time::Duration;
use uuid::Uuid;

/// How long a connection waits for another one of this process: a sweep of expired items holds the file for a page of them.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// The name of a stand-in's file, and the query that says whether a caller has stored anything in it.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    filled: &'static str,
    /// Whether a second process is refused by this file: it is the queues' file.
    exclusive: bool,
}

pub(crate) const SQS: Kind = Kind { name: "sqs.db", filled: "SELECT EXISTS (SELECT 1 FROM queues)", exclusive: true };
pub(crate) const DYNAMODB: Kind = Kind { name: "dynamodb.db", filled: "SELECT EXISTS (SELECT 1 FROM _tables)", exclusive: false };

/// A file that may be used.
pub(crate) struct Checked {
    pub(crate) path: PathBuf,
    pub(crate) connection: Connection,
    pub(crate) position: Position,
}

/// Both files of a folder, which may be used.
pub(crate) struct Files {
    pub(crate) sqs: Checked,
    pub(crate) dynamodb: Checked,
}

/// How much of a file is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// What tells whether it is the file that was used last: a few pages.
    Head,
    /// Every page, too.
    Pages,
}

/// Checks a folder's files for a start. A new file is empty; whoever uses it fills it.
pub(crate) fn check(data: &Path) -> Result<Files, StandinError> {
    let suspect = data.join(SUSPECT);
    if !suspect.exists() {
        return look_at(data, Depth::Head);
    }
    let files = look_at(data, Depth::Pages)?;
    std::fs::remove_file(&suspect).map_err(|cause| StandinError::Folder { path: data.to_owned(), cause })?;
    Ok(files)
}

/// Checks a folder's files, the tables' to this depth.
pub(crate) fn look_at(data: &Path, depth: Depth) -> Result<Files, StandinError> {
    // The queues' file comes first: from then on, no second process can enter.
    let sqs = Found::look(data, &SQS, Depth::Pages)?;
    let dynamodb = Found::look(data, &DYNAMODB, depth)?;
    for (found, other) in [(&sqs, &dynamodb), (&dynamodb, &sqs)] {
        if let Some(cause) = found.fault().or_else(|| found.missing_beside(other)) {
            return Err(StandinError::Damaged { path: found.path.clone(), cause });
        }
    }
    let rows = [&sqs, &dynamodb].map(|found| found.row.as_ref().map(|row| row.pair));
    if let [Some(one), Some(other)] = rows
        && one != other
    {
        let cause = format!("it is of another data folder than {}", SQS.name);
        return Err(StandinError::Damaged { path: dynamodb.path, cause });
    }
    let pair = rows.into_iter().flatten().next().unwrap_or_else(Uuid::new_v4);
    Ok(Files { sqs: sqs.into_checked(pair)?, dynamodb: dynamodb.into_checked(pair)? })
}

/// The findings about one file.
pub(crate) struct Found {
    path: PathBuf,
    /// None when the file does not exist, or is empty.
    connection: Option<Connection>,
    filled: bool,
    row: Option<Position>,
    file: Option<Position>,
}

impl Found {
    /// Looks at a file without changing it. Not even its log is merged, since the log may hold more than SQLite can read of it.
    pub(crate) fn look(data: &Path, kind: &Kind, depth: Depth) -> Result<Found, StandinError> {
        let path = data.join(kind.name);
        let file = ledger::file(&path)
            .map_err(|cause| StandinError::Damaged { path: ledger::file_of(&path), cause: cause.to_string() })?;
        // SQLite would remove the log beside an empty file.
        let is_there = std::fs::metadata(&path).is_ok_and(|file| file.len() > 0);
        if !is_there {
            return Ok(Found { path, connection: None, filled: false, row: None, file });
        }
        let failed = |error| StandinError::of(&path, &error);
        let connection = open(&path, kind.exclusive).map_err(failed)?;
        if depth == Depth::Pages
            && let Some(cause) = damaged_page(&connection).map_err(failed)?
        {
            return Err(StandinError::Damaged { path, cause });
        }
        let filled = connection.query_row(kind.filled, [], |row| row.get(0)).or_else(none_without_table).map_err(failed)?;
        let row = ledger::row(&connection).map_err(failed)?;
        Ok(Found { path, connection: Some(connection), filled, row, file })
    }

    /// Why the file does not hold what was last acknowledged, if that is so.
    pub(crate) fn fault(&self) -> Option<String> {
        let file = self.file.as_ref().filter(|file| file.acknowledged > 0)?;
        match &self.row {
            None if self.connection.is_none() => Some("it is missing".to_owned()),
            None => Some("it is not the file that was used here last".to_owned()),
            Some(row) if row.pair != file.pair => Some("it is not the file that was used here last".to_owned()),
            Some(row) if row.acknowledged < file.acknowledged => {
                Some(format!("the last {} groups of acknowledged changes are not there", file.acknowledged - row.acknowledged))
            }
            Some(_) => None,
        }
    }

    fn missing_beside(&self, other: &Found) -> Option<String> {
        let missing = self.connection.is_none() && other.filled;
        missing.then(|| format!("it is missing, though {} is there", other.path.display()))
    }

    pub(crate) fn into_checked(self, pair: Uuid) -> Result<Checked, StandinError> {
        let path = self.path;
        let connect = || {
            let connection = match self.connection {
                Some(connection) => connection,
                None => open(&path, path.ends_with(SQS.name))?,
            };
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
            Ok(connection)
        };
        let connection = connect().map_err(|error| StandinError::of(&path, &error))?;
        Ok(Checked { path, connection, position: self.row.unwrap_or(Position { pair, acknowledged: 0 }) })
    }
}

/// Reads every page of a file; gives what is wrong with them, if anything is.
pub(crate) fn damaged_page(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let verdict: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    Ok((verdict != "ok").then_some(verdict))
}

fn open(path: &Path, exclusive: bool) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    if exclusive {
        // The system drops the lock when the process dies.
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.busy_timeout(Duration::ZERO)?;
    } else {
        connection.busy_timeout(BUSY)?;
    }
    Ok(connection)
}

/// A file without tables is no fault: its first start was cut short.
fn none_without_table(error: rusqlite::Error) -> rusqlite::Result<bool> {
    if error.to_string().contains("no such table") { Ok(false) } else { Err(error) }
}
