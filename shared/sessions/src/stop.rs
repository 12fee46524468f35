//! Ends from outside: what waits is cancelled, what is at work is aborted. The end is an entry of the log like any other, so it is before
//! or after what else happens, and never in between.

use crate::Sessions;
use crate::ask::{Ask, Source};
use crate::entry::{EndError, EndState, Over, What};
use crate::log::{Appended, Loaded, read};
use crate::progress::Progress;
use rookery_domain::{Error, OperationAt, Result, SessionAt};
use rookery_store::Operation;

/// What became of an operation that was to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It was at work.
    Aborted,
    /// It waited.
    Cancelled,
    /// It was over.
    Over,
}

impl Sessions {
    /// Ends an operation. 404 when there is none.
    pub async fn end(&self, operation: &OperationAt) -> Result<Stopped> {
        self.end_saying(operation, "Somebody ended it.").await
    }

    /// Ends what is at work in a session; what waits goes on. Gives false when nothing is.
    pub async fn abort(&self, at: &SessionAt) -> Result<bool> {
        match self.first_unfinished(at).await? {
            Some((n, _)) => Ok(self.end(&at.operation(n)).await? != Stopped::Over),
            None => Ok(false),
        }
    }

    /// Ends a prompt that is at work, for another one to take its place. Gives false when nothing is, or something else than a prompt.
    pub async fn interrupt(&self, at: &SessionAt) -> Result<bool> {
        match self.first_unfinished(at).await? {
            Some((n, operation)) if Ask::of(&operation)?.source == Source::Prompt => {
                let stopped = self.end_saying(&at.operation(n), "A later prompt took its place.").await?;
                Ok(stopped != Stopped::Over)
            }
            _ => Ok(false),
        }
    }

    /// Ends an operation, and says why. 404 when there is none.
    pub async fn end_saying(&self, operation: &OperationAt, why: &str) -> Result<Stopped> {
        let (at, n) = (&operation.session, operation.n);
        let stored = self.store.operation(operation).await?.ok_or_else(|| Error::not_found("operation"))?;
        if matches!(Ask::of(&stored)?.source, Source::Deletion | Source::Fork { .. }) {
            return Ok(Stopped::Over); // Half of it would be worse than none, and it takes moments.
        }
        let mut loaded = Loaded::new(at, self.load_after(at, stored.after).await?);
        while !loaded.progress.over.has(n) {
            let open = loaded.progress.open.as_ref().filter(|open| open.begin.n == n).map(|open| open.first);
            let (state, stopped) = match open {
                Some(_) => (EndState::Aborted, Stopped::Aborted),
                None => (EndState::Cancelled, Stopped::Cancelled),
            };
            let first = open.unwrap_or(loaded.progress.last + 1);
            let error = Some(EndError::new(state.as_str(), why));
            if self.append(&mut loaded, What::End { n, state, error }).await? == Appended::Won {
                self.finish(operation, Some(first)).await?;
                return Ok(stopped);
            }
        }
        Ok(Stopped::Over)
    }

    /// The first operation of a session that is not over.
    pub(crate) async fn first_unfinished(&self, at: &SessionAt) -> Result<Option<(u64, Operation)>> {
        let n = self.over(at).await?.first_open();
        Ok(self.store.operation(&at.operation(n)).await?.map(|operation| (n, operation)))
    }

    pub(crate) async fn over(&self, at: &SessionAt) -> Result<Over> {
        let last = self.store.last_entry(at).await?;
        last.map_or_else(|| Ok(Over::default()), |(_, text)| read(&text).map(|entry| entry.over))
    }

    /// How far a session is, without the conversation up to an entry. What began before that entry does not count as open.
    pub(crate) async fn load_after(&self, at: &SessionAt, after: u64) -> Result<Progress> {
        // The entry itself says which operations are over.
        let progress = Progress { last: after.saturating_sub(1), ..Progress::default() };
        let mut loaded = Loaded::new(at, progress);
        self.catch_up(&mut loaded).await?;
        Ok(loaded.progress)
    }
}
