//! The deletion of a session is an operation like others: it has its place in the order, its guard has it done if whoever began it is gone,
//! and what is asked after it finds an empty session. Numbers go on, so no run id is used again.

use crate::Sessions;
use crate::admit::{Admit, Admitted};
use crate::ask::{Ask, Source};
use crate::entry::What;
use crate::log::Loaded;
use rookery_domain::{Error, Result, SessionAt, Time};
use rookery_store::Operation;

impl Sessions {
    /// Deletes a session. Errors: 404; 409 `session_busy` while something is open or waits.
    pub async fn delete(&self, at: &SessionAt) -> Result<()> {
        let Some((names, _)) = self.store.session(at).await? else { return Err(Error::not_found("session")) };
        let never = Time(i64::MAX);
        let ask = Ask { message: String::new(), payload: None, source: Source::Deletion, run_ms: 0, wait_until: never };
        let admit = Admit { at, names: &names, ask: &ask, key: None, here: None, only_if_free: true };
        match self.admit(&admit).await? {
            Admitted::New { operation, .. } | Admitted::Same(operation) => self.clear(at, operation.n).await,
        }
    }

    /// Does an operation for which no model is asked, if it is such a one: a deletion, or a fork. It is the first one that is not over. May be
    /// done again by anybody.
    pub async fn done_without_model(&self, at: &SessionAt, operation: &Operation) -> Result<bool> {
        let ask = Ask::of(operation)?;
        match ask.source {
            Source::Deletion => self.clear(at, operation.n).await?,
            Source::Fork { .. } => self.copy(at, operation.n, &ask.source).await?,
            Source::Prompt | Source::Dispatch | Source::Cell(_) => return Ok(false),
        }
        Ok(true)
    }

    /// Does what a deletion asks for, which is the first operation that is not over. May be done again by anybody.
    pub async fn clear(&self, at: &SessionAt, n: u64) -> Result<()> {
        let Some(operation) = self.store.operation(&at.operation(n)).await? else { return Ok(()) };
        let mut loaded = Loaded::new(at, self.load_after(at, operation.after).await?);
        if !loaded.progress.over.has(n) {
            self.finish_all(at, n).await?;
        }
        while !loaded.progress.over.has(n) {
            // Nobody begins anything before the deletion is over, so nothing is removed that comes after it.
            self.store.remove_session(at, n, loaded.progress.last).await?;
            self.append(&mut loaded, What::Cleared { n }).await?;
        }
        self.finish(&at.operation(n), None).await
    }
}

/// The operations that are looked at together.
const PAGE: usize = 100;

impl Sessions {
    /// Notes the ends of all operations before one, where whoever ended them died before that: those who wait for them are told.
    async fn finish_all(&self, at: &SessionAt, before: u64) -> Result<()> {
        let mut from = 1;
        while from < before {
            let operations = self.store.operations(at, from, PAGE).await?;
            let Some(last) = operations.last() else { return Ok(()) };
            from = last.n + 1;
            for operation in operations.iter().filter(|operation| operation.n < before && operation.ended.is_none()) {
                self.finish(&at.operation(operation.n), None).await?;
            }
        }
        Ok(())
    }
}

/// Whether an operation is the deletion of its session.
pub(crate) fn is_deletion(operation: &Operation) -> Result<bool> {
    Ok(Ask::of(operation)?.source == Source::Deletion)
}
