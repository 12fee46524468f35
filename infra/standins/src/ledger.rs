//! The count of what was last acknowledged, kept twice: as a row of the database, written together with the changes that it
//! counts, and as a small file beside the database, written after those changes were synced. SQLite drops the end of a damaged
//! log without a word; the row is then behind the file.
//!
//! The file is overwritten in place and never synced. After a power cut it may be behind the row, which is no fault.

use rusqlite::{Connection, OptionalExtension};
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The name is one that no caller's table can have.
const SCHEMA: &str =
    r#"CREATE TABLE IF NOT EXISTS "standins::ledger" (pair TEXT NOT NULL, acknowledged INTEGER NOT NULL) STRICT"#;

/// A position in the history of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// The id that both files of a data folder have: it shows that they belong together.
    pub(crate) pair: Uuid,
    /// How many groups of changes were acknowledged.
    pub(crate) acknowledged: u64,
}

/// The row of the database; none in a database that was last used before there were ledgers.
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

/// The position in the file; none if the file does not exist.
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

/// Makes a database look unused to the ledger. A database that does not exist is created empty.
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
    /// Begins a ledger, or continues the existing one.
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
        // From here on, the file is overwritten in place: because it was synced once, it is never found half written.
        file.sync_all()?;
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(Ledger { position, file })
    }

    /// Counts the changes of this transaction, or those since the last count.
    pub(crate) fn count(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut update = connection.prepare_cached(r#"UPDATE "standins::ledger" SET acknowledged = ?1"#)?;
        update.execute([self.position.acknowledged + 1]).map(drop)
    }

    /// Notes that what was counted is synced, and will be acknowledged next.
    pub(crate) fn acknowledge(&mut self) -> std::io::Result<()> {
        self.position.acknowledged += 1;
        self.file.write_all_at(text(&self.position).as_bytes(), 0)
    }
}

/// The text of a position, which always has the same length.
fn text(position: &Position) -> String {
    format!("{} {:020}\n", position.pair.simple(), position.acknowledged)
}
