//! Repairing a data folder that a start refuses: what can be read is kept, and what is lost is reported. The old files are kept,
//! too, beside the new ones.
//!
//! Messages are not recovered from a damaged queues' file: whoever sent them can send again what was not done, and must do so in
//! any case.

use crate::begun::{self, Begun, remove};
use crate::dynamodb;
use crate::ledger;
use crate::opening::{DYNAMODB, Depth, Found, Kind, SQS, look_at};
use crate::salvage::salvage;
use crate::{IN_USE, StandinError, Standins};
use dynoxide::{ImportOptions, Item};
use rusqlite::Connection;
use std::fs::File;
use std::path::{Path, PathBuf};

/// The name of the new file, until it takes the place of the old one.
const FRESH: &str = "dynamodb.db.fresh";
/// How many items are stored in one transaction.
const AT_ONCE: usize = 500;

/// A repair of the files, which is over with [`Repair::finish`].
#[derive(Debug)]
pub struct Repair {
    /// Line by line, what was done and what is lost.
    pub told: Vec<String>,
    /// Copies of the files as they were; none if the folder was whole, and nothing was changed.
    pub copies: Vec<PathBuf>,
    data: PathBuf,
}

impl Repair {
    /// Opens the repaired folder, which nobody else can do before the repair is finished.
    ///
    /// # Errors
    /// As [`Standins::start`].
    pub fn start(&self) -> Result<Standins, StandinError> {
        Standins::open(&self.data)
    }

    /// Lets the folder be started again. To be called when all is sent again that the queues lost. A repair that is not finished
    /// begins again from the copies at the next one.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn finish(&self) -> Result<(), StandinError> {
        begun::finish(&self.data).map_err(|cause| StandinError::Folder { path: self.data.clone(), cause })
    }
}

/// Repairs a folder. A folder without a fault is not changed.
pub(crate) fn repair(data: &Path) -> Result<Repair, StandinError> {
    let failed = |cause| StandinError::Folder { path: data.to_owned(), cause };
    let mut told = Vec::new();
    let earlier = Begun::earlier(data).map_err(failed)?;
    if let Some(earlier) = &earlier {
        // Another process may be at the same repair.
        if let Err(error @ StandinError::Open { remedy: IN_USE, .. }) = Found::look(data, &SQS, Depth::Head) {
            return Err(error);
        }
        earlier.put_back(data).map_err(failed)?;
        told.push("A repair was cut short: it begins again, from the copies that it made.".to_owned());
    }
    let (path, cause) = match look_at(data, Depth::Pages) {
        Ok(_) => {
            told.push("The stores are whole: nothing was changed.".to_owned());
            return Ok(Repair { told, copies: Vec::new(), data: data.to_owned() });
        }
        Err(StandinError::Damaged { path, cause }) => (path, cause),
        Err(other) => return Err(other),
    };
    told.push(format!("{} was damaged: {cause}.", path.display()));
    let begun = earlier.map_or_else(|| Begun::begin(data).map_err(failed), Ok)?;
    told.push(format!("The files as they were are kept with {} in their names: remove them when all is well.", begun.suffix));
    match Damage::of(data, &SQS)? {
        Damage::None => {}
        Damage::Lost(what) => told.push(format!("{}: {what}; the messages that are there are kept.", SQS.name)),
        Damage::Unreadable(what) => {
            told.push(format!("{}: {what}; it begins anew, without messages.", SQS.name));
            remove(data, SQS.name).map_err(failed)?;
        }
    }
    match Damage::of(data, &DYNAMODB)? {
        Damage::None => {}
        // If the end of a log is lost, tables and indexes may be from different moments, though each is whole.
        Damage::Lost(what) | Damage::Unreadable(what) => {
            told.push(format!("{}: {what}.", DYNAMODB.name));
            told.extend(rebuild(data)?);
        }
    }
    for kind in [&SQS, &DYNAMODB] {
        let path = data.join(kind.name);
        ledger::forget(&path).map_err(|error| StandinError::unwritable(&path, error.as_ref()))?;
    }
    Ok(Repair { told, copies: begun.copies, data: data.to_owned() })
}

/// What is wrong with one file.
enum Damage {
    None,
    /// The file can be read, but something in it is lost.
    Lost(String),
    Unreadable(String),
}

impl Damage {
    fn of(data: &Path, kind: &Kind) -> Result<Damage, StandinError> {
        match Found::look(data, kind, Depth::Pages) {
            Ok(found) => Ok(found.fault().map_or(Damage::None, Damage::Lost)),
            Err(StandinError::Damaged { cause, .. }) => Ok(Damage::Unreadable(cause)),
            Err(other) => Err(other),
        }
    }
}

/// Stores all items that can be read in a new file, which takes the place of the old one. The indexes are built again from the items.
fn rebuild(data: &Path) -> Result<Vec<String>, StandinError> {
    let path = data.join(DYNAMODB.name);
    if !path.exists() {
        return Ok(vec!["It begins anew: all that it held is lost.".to_owned()]);
    }
    let failed = |cause| StandinError::Folder { path: data.to_owned(), cause };
    remove(data, FRESH).map_err(failed)?;
    let fresh_path = data.join(FRESH);
    let told = fill(&path, &fresh_path)?;
    let replace = || -> std::io::Result<()> {
        File::open(&fresh_path)?.sync_all()?;
        remove(data, DYNAMODB.name)?;
        std::fs::rename(&fresh_path, &path)?;
        File::open(data)?.sync_all()
    };
    replace().map_err(failed)?;
    Ok(told)
}

fn fill(damaged: &Path, fresh: &Path) -> Result<Vec<String>, StandinError> {
    let failed = |error: dynoxide::DynoxideError| dynamodb::cannot_open(fresh, error);
    drop(dynamodb::database(fresh)?);
    let tables = match copy_definitions(damaged, fresh) {
        Ok(tables) => tables,
        Err(cause) => return Ok(vec![format!("Not even its tables can be read ({cause}): all that it held is lost.")]),
    };
    let source = Connection::open(damaged).map_err(|error| StandinError::of(damaged, &error))?;
    let database = dynamodb::database(fresh)?;
    database.enable_bulk_loading().map_err(failed)?;
    let mut told = Vec::new();
    for table in tables {
        let (mut waiting, mut kept, mut unreadable) = (Vec::new(), 0, 0);
        let mut store = |items: &mut Vec<Item>, least: usize| {
            if items.len() < least {
                return Ok(());
            }
            kept += items.len();
            database.import_items(&table, std::mem::take(items), ImportOptions::default()).map(drop).map_err(failed)
        };
        let gaps = salvage(&source, &table, "item_json", |text| {
            match serde_json::from_str(&text) {
                Ok(item) => waiting.push(item),
                Err(_) => unreadable += 1,
            }
            store(&mut waiting, AT_ONCE)
        })?;
        store(&mut waiting, 1)?;
        told.push(match gaps + unreadable {
            0 => format!("Table {table}: all of its {kept} items could be read."),
            places => format!(
                "Table {table}: {kept} items are kept; in {places} places there were some that cannot be read: they are lost."
            ),
        });
    }
    // The log is merged when the database is dropped.
    database.disable_bulk_loading().map_err(failed)?;
    Ok(told)
}

/// Creates the tables of the old file in the new one, without their items; gives the names that callers use.
fn copy_definitions(damaged: &Path, fresh: &Path) -> rusqlite::Result<Vec<String>> {
    let connection = Connection::open(fresh)?;
    connection.execute("ATTACH ?1 AS damaged", [damaged.to_string_lossy()])?;
    let missing =
        "SELECT sql FROM damaged.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'standins::%'
                   AND name NOT IN (SELECT name FROM main.sqlite_schema) ORDER BY type = 'index'";
    let definitions: Vec<String> = connection.prepare(missing)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let transaction = connection.unchecked_transaction()?;
    for definition in definitions {
        transaction.execute_batch(&definition)?;
    }
    transaction.execute("INSERT INTO main._tables SELECT * FROM damaged._tables", [])?;
    transaction.commit()?;
    connection.prepare("SELECT table_name FROM main._tables ORDER BY 1")?.query_map([], |row| row.get(0))?.collect()
}
