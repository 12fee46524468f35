//! The fork of a session: the conversation so far and the files are copied into a new one, which goes on by itself. Like a deletion, it is
//! an operation of the new session, so it is whole before anything else is done there, and its guard has it done if whoever began it is gone.

use crate::Sessions;
use crate::admit::{Admit, Admitted};
use crate::ask::{Ask, Source};
use crate::delete::is_deletion;
use crate::entry::{EndError, EndState, What};
use crate::log::{Loaded, read};
use crate::progress::Progress;
use rookery_domain::{Error, Kind, Message, Result, SessionAt, Time};
use rookery_store::{CopyTo, Operation, SessionNames};

impl Sessions {
    /// Copies a session into a new one with these names: its conversation up to an entry of its log, or all of it, and the files as they
    /// are now. What is open or waits is not copied, and neither is what failed. Errors: 404; 409 `session_exists`, `session_busy` while
    /// the session is itself being copied or deleted, `fork_failed` if its files were written meanwhile.
    pub async fn fork(&self, from: &SessionAt, upto: Option<u64>, to: &SessionNames) -> Result<SessionAt> {
        let last = self.store.last_entry(from).await?.map_or(0, |(number, _)| number);
        let Some(writes) = self.store.file_writes(from).await? else { return Err(Error::not_found("session")) };
        self.settled(from).await?;
        let at = SessionAt { project: from.project.clone(), key: to.key() };
        let source = Source::Fork { from: from.key, upto: upto.map_or(last, |upto| upto.min(last)), writes: Some(writes) };
        let ask = Ask { message: String::new(), payload: None, source, run_ms: 0, wait_until: Time(i64::MAX) };
        match self.store.last_operation(&at).await? {
            Some(there) if !is_deletion(&there)? && !is_failed_fork(&there)? => return Err(exists()),
            _ => {}
        }
        let admit = Admit { at: &at, names: to, ask: &ask, key: None, here: None, only_if_free: true };
        let (Admitted::New { operation, .. } | Admitted::Same(operation)) = self.admit(&admit).await?;
        self.copy(&at, operation.n, &ask.source).await?;
        match self.store.operation(&operation).await? {
            Some(done) if !is_failed_fork(&done)? => Ok(at),
            // One that failed is gone with its session.
            _ => Err(failed()),
        }
    }

    /// Error: 409 `session_busy` while a session is being made by a fork, or deleted, so that its files are not whole.
    pub async fn settled(&self, at: &SessionAt) -> Result<()> {
        match self.first_unfinished(at).await? {
            Some((_, first)) if matches!(Ask::of(&first)?.source, Source::Fork { .. } | Source::Deletion) => Err(in_the_making()),
            _ => Ok(()),
        }
    }

    /// Does what a fork asks for, which is the first operation that is not over. May be done again by anybody.
    pub(crate) async fn copy(&self, at: &SessionAt, n: u64, source: &Source) -> Result<()> {
        let Source::Fork { from, upto, writes } = *source else { return Ok(()) };
        let Some(operation) = self.store.operation(&at.operation(n)).await? else { return Ok(()) };
        let from = SessionAt { project: at.project.clone(), key: from };
        let messages = self.conversation(&from, upto).await?;
        let mut loaded = Loaded::new(at, self.load_after(at, operation.after).await?);
        while !loaded.progress.over.has(n) {
            // Nothing else was said in the session so far.
            let done = loaded.progress.history.len();
            let to = |last| CopyTo { session: at, after: operation.after, last };
            let goes_on = match writes {
                // The files come first: once the last message is there, the copy is whole.
                Some(writes) if done == 0 => self.store.copy_files(&from, writes, to(loaded.progress.last)).await?,
                _ => done == 0 || done < messages.len(),
            };
            if goes_on {
                let (message, last) = (messages.get(done).cloned(), done + 1 >= messages.len());
                self.append(&mut loaded, What::Copied { n, message, last }).await?;
                continue;
            }
            // Whoever dies between here and the note of the end leaves the rest to it.
            self.store.remove_copies(to(loaded.progress.last)).await?;
            let error = Some(EndError::new("fork_failed", failed().message));
            self.append(&mut loaded, What::End { n, state: EndState::Failed, error }).await?;
        }
        self.finish(&at.operation(n), None).await?;
        match self.store.operation(&at.operation(n)).await? {
            Some(done) if is_failed_fork(&done)? => self.delete_failed(at).await,
            _ => Ok(()),
        }
    }

    /// Deletes the session of a fork that failed, unless somebody uses it already.
    async fn delete_failed(&self, at: &SessionAt) -> Result<()> {
        match self.delete(at).await {
            Err(error) if matches!(error.kind, Kind::Conflict | Kind::NotFound) => Ok(()),
            deleted => deleted,
        }
    }

    /// The conversation of a session up to an entry.
    async fn conversation(&self, at: &SessionAt, upto: u64) -> Result<Vec<Message>> {
        let mut progress = Progress::default();
        loop {
            let page = self.store.entries(at, progress.last).await?;
            for (number, text) in &page.entries {
                if *number > upto {
                    return Ok(progress.history);
                }
                progress.add(*number, &read(text)?);
            }
            if !page.more {
                return Ok(progress.history);
            }
        }
    }
}

/// Whether an operation is a fork that failed: then there is nothing in its session.
fn is_failed_fork(operation: &Operation) -> Result<bool> {
    let failed = operation.ended.as_ref().is_some_and(|ended| ended.state == EndState::Failed.as_str());
    Ok(failed && matches!(Ask::of(operation)?.source, Source::Fork { .. }))
}

fn exists() -> Error {
    Error::new(Kind::Conflict, "session_exists", "There is a session with these names.", "Use other names, or delete it.")
}

fn in_the_making() -> Error {
    let message = "The session is being made, or deleted.";
    Error::new(Kind::Conflict, "session_busy", message, "Come again in a moment.").come_again_after(1)
}

fn failed() -> Error {
    let message = "The other session was deleted, or its files were written, while it was copied.";
    Error::new(Kind::Conflict, "fork_failed", message, "Fork it again; best while nothing runs in it.")
}
