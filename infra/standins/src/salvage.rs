//! Reading as much as possible of a table in a damaged SQLite file: its rows before and behind a page that cannot be read.

use crate::StandinError;
use rusqlite::{Connection, Error};

/// Gives a column of each row that can be read to `take`, and counts the places where rows are missing. The table has row ids.
pub(crate) fn salvage(
    connection: &Connection,
    table: &str,
    column: &str,
    mut each: impl FnMut(String) -> Result<(), StandinError>,
) -> Result<u64, StandinError> {
    let table = format!("\"{}\"", table.replace('"', "\"\""));
    let upwards = format!("SELECT rowid, {column} FROM {table} WHERE rowid > ?1 AND rowid <= ?2 ORDER BY rowid");
    let downwards = format!("{upwards} DESC");
    let (mut gaps, mut last) = (0, i64::MIN);
    loop {
        let to_the_end = read(connection, &upwards, [last, i64::MAX], |id, text| {
            last = id;
            each(text)
        })?;
        if to_the_end {
            return Ok(gaps);
        }
        gaps += 1;
        // The search for the end of the gap may go too far, so the rows between are read backwards from there.
        let beyond = beyond(connection, &table, last);
        read(connection, &downwards, [last, beyond.unwrap_or(i64::MAX)], |_, text| each(text))?;
        match beyond {
            Some(id) => last = id,
            None => return Ok(gaps),
        }
    }
}

/// Reads rows between two ids, the first exclusive; `false` when it meets a row that cannot be read.
fn read(
    connection: &Connection,
    sql: &str,
    bounds: [i64; 2],
    mut each: impl FnMut(i64, String) -> Result<(), StandinError>,
) -> Result<bool, StandinError> {
    let Ok(mut statement) = connection.prepare(sql) else { return Ok(false) };
    let Ok(mut rows) = statement.query(bounds) else { return Ok(false) };
    loop {
        let Ok(row) = rows.next() else { return Ok(false) };
        let Some(row) = row else { return Ok(true) };
        match (row.get(0), row.get(1)) {
            (Ok(id), Ok(text)) => each(id, text)?,
            _ => return Ok(false),
        }
    }
}

/// The id of a row behind `last` that can be read again.
fn beyond(connection: &Connection, table: &str, last: i64) -> Option<i64> {
    let sql = format!("SELECT rowid FROM {table} WHERE rowid > ?1 ORDER BY rowid LIMIT 1");
    let mut step: i64 = 1;
    loop {
        match connection.query_row(&sql, [last.max(0).checked_add(step)?], |row| row.get(0)) {
            Ok(id) => return Some(id),
            Err(Error::QueryReturnedNoRows) => return None,
            Err(_) => step = step.checked_mul(2)?,
        }
    }
}
