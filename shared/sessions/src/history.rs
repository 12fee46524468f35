//! The log of a session in parts, for those who look at it.

use crate::Sessions;
use crate::entry::Entry;
use crate::log::read;
use rookery_domain::{Result, SessionAt};
use rookery_store::SessionNames;
use std::collections::{HashMap, HashSet};

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

    /// How the operations ended that have entries in a part of the log, in a word each; those that go on are left out. This is read from
    /// the log, since the inbox has it a moment later, or much later after a crash.
    pub async fn ends(&self, at: &SessionAt, part: &Part) -> Result<HashMap<u64, &'static str>> {
        let asked: HashSet<u64> = part.entries.iter().map(|(_, entry)| entry.what.n()).collect();
        let (mut found, mut last, mut more) = (part.ends(), part.last(), part.more);
        while more && !asked.iter().all(|n| found.contains_key(n)) {
            let next = self.part(at, last, usize::MAX).await?;
            found.extend(next.ends());
            (last, more) = (next.last(), next.more);
        }
        Ok(found)
    }
}

impl Part {
    fn ends(&self) -> HashMap<u64, &'static str> {
        self.entries.iter().filter_map(|(_, entry)| Some((entry.what.n(), entry.what.end()?))).collect()
    }

    fn last(&self) -> u64 {
        self.entries.last().map_or(0, |(number, _)| *number)
    }
}
