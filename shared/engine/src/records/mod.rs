//! Records of a project: they are written, come into segments by what they say, and into lists because somebody puts them there; and the
//! triggers of started workflows are told.
//!
//! - A change is one transaction: the record, its places in segments and lists, the counts, and the *news*, which is what triggers are to be
//!   told (`apply.rs`; `store/record_writes.rs`). It is made on the condition that the record is as it was read, else it is planned anew.
//! - A write knows all segments that there are (`known.rs`): it passes a gate, which a change of a segment closes for those who do not know it.
//! - A record enters a segment by a write before which its attributes did not match, and after which they do. Both are looked at by the
//!   condition as it is: where the record is listed has nothing to do with it, so what a fill finds is never news.
//! - News is told by the queue `route` (`tell.rs`), under ids that follow from the write: whoever tells it again tells the same.
//! - A segment that is new, or has another condition, is filled from the records that were there before (`fill.rs`).

mod agents;
mod apply;
pub(crate) mod entries;
mod fill;
pub(crate) mod known;
pub(crate) mod lists;
pub(crate) mod named;
pub(crate) mod segments;
mod tell;
pub(crate) mod write;

use serde::{Deserialize, Serialize};

/// What became of a record, or of its place in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What became of it.
    pub what: What,
    /// The stage before, if it was in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// What became of something that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "RecordOutcome")]
pub enum What {
    /// It was not there before.
    Created,
    /// It is another than before.
    Changed,
    /// It is as before: nothing was written.
    Unchanged,
}

impl From<What> for Outcome {
    fn from(what: What) -> Self {
        Outcome { what, from: None }
    }
}
