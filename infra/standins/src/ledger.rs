//! What was last acknowledged, kept twice: as a row of the database, written with the changes that it counts, and as a small file
//! beside it, written after those were synced. SQLite drops a damaged log's tail without a word; then the row is behind the file.
//!
//! The file is overwritten in place and never synced: after a power cut it may be behind the row, which is no fault.

use rusqlite::{Connection, OptionalExtension};
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// A name that no table of a caller can have.
const SCHEMA: &str =
    r#"CREATE TABLE IF NOT EXISTS "standins::ledger" (pair TEXT NOT NULL, acknowledged INTEGER NOT NULL) STRICT"#;

/// How far a file has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// The id that both files of a data folder have: they belong together.
    pub(crate) pair: Uuid,
    /// Groups of changes that were acknowledged.
    pub(crate) acknowledged: u64,
}

/// The row of the database; none in one that has not been used since there are ledgers.
pub(crate) fn row(connection: &Connection) -> rusqlite::Result<Option<Position>> {
    let exists = r#"SELECT 1 FROM sqlite_schema WHERE name = 'standins::ledger'"#;
    if connection.query_row(exists, [], |_| Ok(())).optional()?.is_none() {
        return Ok(None);
    }
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?));
    let found = connection.query_row(r#"SELECT pair, acknowledged FROM "standins::ledger""#, [], read).optional()?;
    Ok(found.and_then(|(pair, acknowledged)| Some(Position { pair: pair.parse().ok()?, acknowledged })))
}

/// The file beside a database.
pub(crate) fn file_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-acknowledged");
    name.into()
}

/// What the file says; none without a file.
pub(crate) fn file(database: &Path) -> std::io::Result<Option<Position>> {
    let text = match std::fs::read_to_string(file_of(database)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    let read = |text: &str| {
        let (pair, acknowledged) = text.trim_end().split_once(' ')?;
        Some(Position { pair: pair.parse().ok()?, acknowledged: acknowledged.parse().ok()? })
    };
    read(&text).map(Some).ok_or_else(|| std::io::Error::other("it cannot be read"))
}

/// Makes a file one that was never used, as far as the ledger knows; a file that is missing, an empty one.
pub(crate) fn forget(database: &Path) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    match std::fs::remove_file(file_of(database)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let connection = Connection::open(database)?;
    connection.execute_batch(SCHEMA)?;
    connection.execute(r#"DELETE FROM "standins::ledger""#, [])?;
    Ok(())
}

/// The ledger of an open database.
pub(crate) struct Ledger {
    position: Position,
    file: File,
}

impl Ledger {
    /// Begins a ledger, or goes on with the one that is there.
    pub(crate) fn open(
        connection: &Connection,
        database: &Path,
        position: Position,
    ) -> Result<Ledger, Box<dyn std::error::Error + Send + Sync>> {
        if row(connection)?.as_ref() != Some(&position) {
            let transaction = connection.unchecked_transaction()?;
            transaction.execute_batch(SCHEMA)?;
            transaction.execute(r#"DELETE FROM "standins::ledger""#, [])?;
            let insert = r#"INSERT INTO "standins::ledger" VALUES (?1, ?2)"#;
            transaction.execute(insert, (position.pair.to_string(), position.acknowledged))?;
            transaction.commit()?;
        }
        let path = file_of(database);
        let mut file = File::options().write(true).create(true).truncate(false).open(&path)?;
        file.write_all(text(&position).as_bytes())?;
        // From here on the file is overwritten in place: synced once, it is never found half there.
        file.sync_all()?;
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(Ledger { position, file })
    }

    /// Counts the changes of this transaction, or those before it.
    pub(crate) fn count(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut update = connection.prepare_cached(r#"UPDATE "standins::ledger" SET acknowledged = ?1"#)?;
        update.execute([self.position.acknowledged + 1]).map(drop)
    }

    /// What was counted is synced, and about to be acknowledged.
    pub(crate) fn acknowledge(&mut self) -> std::io::Result<()> {
        self.position.acknowledged += 1;
        self.file.write_all_at(text(&self.position).as_bytes(), 0)
    }
}

/// Of one length for all positions.
fn text(position: &Position) -> String {
    format!("{} {:020}\n", position.pair.simple(), position.acknowledged)
}
