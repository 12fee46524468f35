//! What agents do with the project's records and lists.

use serde_json::{Map, Value};

/// A record that is written.
#[derive(Clone, Copy, Debug)]
pub struct WriteRecord<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Its id.
    pub id: &'a str,
    /// Its attributes.
    pub attributes: &'a Map<String, Value>,
    /// Whether all others are removed.
    pub replaces: bool,
    /// How many links and connections lie behind the event that is handled.
    pub hop: u16,
}

/// A record that was written.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenRecord {
    /// What it says of itself now.
    pub attributes: Value,
    /// `created`, `changed` or `unchanged`.
    pub outcome: &'static str,
}

/// What becomes of a record's place in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToStage {
    /// It is added, or moved if it is in the list.
    Add,
    /// It is moved; it must be in the list.
    Move,
    /// It is taken out.
    Remove,
}

/// A change of a record's place in a list.
#[derive(Clone, Copy, Debug)]
pub struct ChangeEntry<'a> {
    /// The list's id.
    pub list: &'a str,
    /// The record's kind.
    pub kind: &'a str,
    /// The record's id.
    pub id: &'a str,
    /// What becomes of it.
    pub to: ToStage,
    /// The stage; the first one, if none is named.
    pub stage: Option<&'a str>,
    /// How many links and connections lie behind the event that is handled.
    pub hop: u16,
}

/// What became of a record's place in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedEntry {
    /// Whether it is another than before.
    pub is_changed: bool,
    /// The stage before; none if it was not in the list.
    pub from: Option<String>,
    /// The stage where it is; none if it was taken out.
    pub stage: Option<String>,
}
