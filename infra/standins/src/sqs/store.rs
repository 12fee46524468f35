//! The SQLite file of the queues: its schema, what a start reads from it, and how a journal is written. Only one process can open
//! the file: see [`opening`](crate::opening).

use super::config::Config;
use super::journal::Change;
use super::message::{Attributes, Content, Millis, Progress};
use super::queue::Queue;
use super::queues::Queues;
use crate::ledger::Ledger;
use crate::opening::Checked;
use rusqlite::{Connection, Transaction, params};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A result whose error is a text about the file.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS queues (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, attributes TEXT NOT NULL,
        created_at INTEGER NOT NULL, modified_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS messages (
        id BLOB PRIMARY KEY, queue INTEGER NOT NULL, body TEXT NOT NULL, attributes TEXT NOT NULL, message_group TEXT, source TEXT,
        sent_at INTEGER NOT NULL, visible_at INTEGER NOT NULL, receive_count INTEGER NOT NULL, first_received_at INTEGER
    ) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 1;";

pub(crate) struct Store {
    connection: Connection,
    ledger: Ledger,
    /// Whether commits are synced at present.
    synced: bool,
}

impl Store {
    pub(crate) fn open(file: Checked) -> Result<Store> {
        let Checked { path, connection, position } = file;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version > 1 {
            return Err(format!("its format {version} is newer than this program").into());
        }
        connection.execute_batch(&format!("BEGIN IMMEDIATE; {SCHEMA} COMMIT;"))?;
        let ledger = Ledger::open(&connection, &path, position)?;
        Ok(Store { connection, ledger, synced: true })
    }

    /// Reads everything. Messages that were in flight are visible again: their receivers ended with the last run of the program,
    /// and nobody should have to wait for a visibility timeout.
    pub(crate) fn load(&self, now: Millis) -> Result<Queues> {
        let mut loaded: HashMap<i64, (String, Queue)> = HashMap::new();
        let mut statement = self.connection.prepare("SELECT id, name, attributes, created_at, modified_at FROM queues")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let attributes: BTreeMap<String, String> = serde_json::from_str(row.get_ref(2)?.as_str()?)?;
            let config = Config::default().with(&attributes).map_err(|error| error.message)?;
            loaded.insert(row.get(0)?, (row.get(1)?, Queue::new(row.get(0)?, config, row.get(3)?, row.get(4)?)));
        }
        let mut statement = self.connection.prepare(
            "SELECT queue, id, body, attributes, message_group, source, sent_at, visible_at, receive_count, first_received_at
             FROM messages ORDER BY id",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let Some((_, queue)) = loaded.get_mut(&row.get(0)?) else { continue };
            let attributes: Attributes = serde_json::from_str(row.get_ref(3)?.as_str()?)?;
            let content = Content {
                id: Uuid::from_bytes(row.get(1)?),
                body: row.get(2)?,
                attributes,
                group: row.get(4)?,
                source: row.get(5)?,
                sent_at: row.get(6)?,
            };
            let progress = Progress { visible_at: row.get(7)?, receive_count: row.get(8)?, first_received_at: row.get(9)? };
            queue.load(content, progress.released(now), now);
        }
        let mut queues = Queues::default();
        for (name, queue) in loaded.into_values() {
            queues.load(name, queue);
        }
        Ok(queues)
    }

    /// Writes changes in one transaction. It is synced if any of the changes needs that; otherwise the changes are in the file,
    /// and the next sync includes them.
    pub(crate) fn commit(&mut self, changes: &[Change]) -> Result<()> {
        let sync = changes.iter().any(Change::must_be_durable);
        if sync != self.synced {
            self.connection.pragma_update(None, "synchronous", if sync { "FULL" } else { "NORMAL" })?;
            self.synced = sync;
        }
        let transaction = self.connection.transaction()?;
        for change in changes {
            write(&transaction, change)?;
        }
        if sync {
            self.ledger.count(&transaction)?;
        }
        transaction.commit()?;
        if sync { Ok(self.ledger.acknowledge()?) } else { Ok(()) }
    }
}

fn write(transaction: &Transaction<'_>, change: &Change) -> Result<()> {
    let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| transaction.prepare_cached(sql)?.execute(values);
    match change {
        Change::Insert(queue, content, progress) => run(
            "INSERT INTO messages VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                content.id.as_bytes(),
                queue,
                content.body,
                serde_json::to_string(&content.attributes)?,
                content.group,
                content.source,
                content.sent_at,
                progress.visible_at,
                progress.receive_count,
                progress.first_received_at
            ],
        ),
        Change::Progress(id, progress) => run(
            "UPDATE messages SET visible_at = ?2, receive_count = ?3, first_received_at = ?4 WHERE id = ?1",
            params![id.as_bytes(), progress.visible_at, progress.receive_count, progress.first_received_at],
        ),
        Change::Delete(id) => run("DELETE FROM messages WHERE id = ?1", params![id.as_bytes()]),
        Change::Queue(id, name, config, created_at, modified_at) => run(
            "INSERT INTO queues VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET attributes = excluded.attributes, modified_at = excluded.modified_at",
            params![id, name, serde_json::to_string(&config.attributes())?, created_at, modified_at],
        ),
        Change::Purge(id) => run("DELETE FROM messages WHERE queue = ?1", params![id]),
        Change::Drop(id) => {
            run("DELETE FROM messages WHERE queue = ?1", params![id])?;
            run("DELETE FROM queues WHERE id = ?1", params![id])
        }
    }?;
    Ok(())
}
