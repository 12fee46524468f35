//! The fork of a session: the conversation so far is copied into a new one, which goes on by itself. Like a deletion, it is an operation of
//! the new session, so it is whole before anything else is done there, and its guard has it done if whoever began it is gone.

use crate::Sessions;
use crate::admit::{Admit, Admitted};
use crate::ask::{Ask, Source};
use crate::delete::is_deletion;
use crate::entry::{EndError, EndState, What};
use crate::log::{Loaded, read};
use crate::progress::Progress;
use rookery_domain::{Error, Kind, Message, Result, SessionAt, SessionKey, Time};
use rookery_store::SessionNames;

impl Sessions {
    /// Copies the conversation of a session up to an entry of its log, or all of it, into a new session with these names. What is open or
    /// waits is not copied, and neither is what failed, nor are files. Errors: 404; 409 `session_exists`.
    pub async fn fork(&self, from: &SessionAt, upto: Option<u64>, to: &SessionNames) -> Result<SessionAt> {
        if self.store.session(from).await?.is_none() {
            return Err(Error::not_found("session"));
        }
        let last = self.store.last_entry(from).await?.map_or(0, |(number, _)| number);
        let at = SessionAt { project: from.project.clone(), key: to.key() };
        let source = Source::Fork { from: from.key, upto: upto.map_or(last, |upto| upto.min(last)) };
        let ask = Ask { message: String::new(), payload: None, source, run_ms: 0, wait_until: Time(i64::MAX) };
        match self.store.last_operation(&at).await? {
            Some(there) if !is_deletion(&there)? => return Err(exists()),
            _ => {}
        }
        let admit = Admit { at: &at, names: to, ask: &ask, key: None, here: None, only_if_free: true };
        match self.admit(&admit).await? {
            Admitted::New { operation, .. } | Admitted::Same(operation) => self.copy(&at, operation.n, from.key, &ask).await?,
        }
        Ok(at)
    }

    /// Does what a fork asks for, which is the first operation that is not over. May be done again by anybody.
    pub(crate) async fn copy(&self, at: &SessionAt, n: u64, from: SessionKey, ask: &Ask) -> Result<()> {
        let Source::Fork { upto, .. } = ask.source else { return Ok(()) };
        let Some(operation) = self.store.operation(&at.operation(n)).await? else { return Ok(()) };
        let messages = self.conversation(&SessionAt { project: at.project.clone(), key: from }, upto).await?;
        let mut loaded = Loaded { at: at.clone(), progress: self.load_after(at, operation.after).await? };
        while !loaded.progress.over.has(n) {
            // Nothing else was said in the session so far.
            let done = loaded.progress.history.len();
            let what = if done > 0 && done >= messages.len() {
                let error = EndError::new("fork_failed", "The other session was deleted while it was copied.");
                What::End { n, state: EndState::Failed, error: Some(error) }
            } else {
                What::Copied { n, message: messages.get(done).cloned(), last: done + 1 >= messages.len() }
            };
            self.append(&mut loaded, what).await?;
        }
        self.finish(&at.operation(n), None).await
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

fn exists() -> Error {
    Error::new(Kind::Conflict, "session_exists", "There is a session with these names.", "Use other names, or delete it.")
}
