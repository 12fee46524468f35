//! The journal: what must be written to disk about a change in memory.

use super::config::Config;
use super::message::{Content, Millis, Progress};
use uuid::Uuid;

/// The changes to write, in order.
pub(crate) type Journal = Vec<Change>;

#[derive(Debug)]
pub(crate) enum Change {
    /// A new or changed queue: id, name, attributes, created, modified.
    Queue(i64, String, Config, Millis, Millis),
    /// A queue was deleted, with its messages.
    Drop(i64),
    /// A queue was purged of its messages.
    Purge(i64),
    Insert(i64, Content, Progress),
    Progress(Uuid, Progress),
    Delete(Uuid),
}

impl Change {
    /// Whether the change must be synced before the answer. If a power cut takes a receive back, its message only comes again.
    pub(crate) fn must_be_durable(&self) -> bool {
        !matches!(self, Change::Progress(..))
    }
}
