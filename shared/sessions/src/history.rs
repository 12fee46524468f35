//! The log of a session in parts, for those who look at it.

use crate::Sessions;
use crate::entry::Entry;
use crate::log::read;
use rookery_domain::{Result, SessionAt};
use rookery_store::{Operation, SessionNames};

/// A part of a session's log.
#[derive(Clone, Debug)]
pub struct Part {
    /// The entries with their numbers.
    pub entries: Vec<(u64, Entry)>,
    /// Whether there are more.
    pub more: bool,
}

/// What is known of a session besides its log.
#[derive(Clone, Debug)]
pub struct Head {
    /// Its names.
    pub names: SessionNames,
    /// When it was made.
    pub at: rookery_domain::Time,
    /// How many operations were admitted so far.
    pub operations: u64,
    /// The number of the last entry of its log.
    pub last_entry: u64,
}

impl Sessions {
    /// What is known of a session; none when nothing was ever asked in it.
    pub async fn head(&self, at: &SessionAt) -> Result<Option<Head>> {
        let (session, last, entry) =
            futures::try_join!(self.store.session(at), self.store.last_operation(at), self.store.last_entry(at))?;
        Ok(session.map(|(names, made)| Head {
            names,
            at: made,
            operations: last.map_or(0, |last| last.n),
            last_entry: entry.map_or(0, |(number, _)| number),
        }))
    }

    /// At most so many entries after a number.
    pub async fn part(&self, at: &SessionAt, after: u64, limit: usize) -> Result<Part> {
        let mut page = self.store.entries(at, after).await?;
        let more = page.more || page.entries.len() > limit;
        page.entries.truncate(limit);
        let entries = page.entries.into_iter().map(|(number, text)| Ok((number, read(&text)?))).collect::<Result<_>>()?;
        Ok(Part { entries, more })
    }

    /// The operations from one to another, as the inbox has them.
    pub async fn operations(&self, at: &SessionAt, from: u64, to: u64) -> Result<Vec<Operation>> {
        let limit = usize::try_from((to + 1).saturating_sub(from)).unwrap_or(usize::MAX);
        self.store.operations(at, from, limit).await
    }
}
