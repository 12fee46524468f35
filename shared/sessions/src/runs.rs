//! An operation as a run: what of a session's log is about it, as far as it is, and while it goes on.

use crate::Sessions;
use crate::ask::Ask;
use crate::entry::Entry;
use crate::follow::Numbered;
use crate::log::read;
use futures::StreamExt;
use futures::stream::{BoxStream, try_unfold};
use rookery_domain::{Error, OperationAt, Result, Time};
use rookery_store::SessionNames;

/// An operation in which something is asked of a model.
#[derive(Clone, Debug)]
pub struct OperationRun {
    /// The operation.
    pub operation: OperationAt,
    /// The names of its session.
    pub names: SessionNames,
    /// When it was admitted.
    pub at: Time,
    /// Its entries so far.
    pub entries: Vec<Entry>,
    /// The number of an entry before its first.
    after: u64,
}

impl Sessions {
    /// An operation as a run; `None` if there is none in which something is asked of a model.
    pub async fn run(&self, at: &OperationAt) -> Result<Option<OperationRun>> {
        let (operation, session) = futures::try_join!(self.store.operation(at), self.store.session(&at.session))?;
        let (Some(operation), Some((names, _))) = (operation, session) else { return Ok(None) };
        let ask: Ask = serde_json::from_str(&operation.asked).map_err(Error::internal)?;
        if !ask.source.asks_a_model() {
            return Ok(None);
        }
        let after = operation.ended.as_ref().map_or(operation.after, |ended| ended.entries.0 - 1);
        let entries = self.entries_of(at, after).await?;
        Ok(Some(OperationRun { operation: at.clone(), names, at: operation.at, entries, after }))
    }

    async fn entries_of(&self, at: &OperationAt, mut after: u64) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        loop {
            let page = self.store.entries(&at.session, after).await?;
            for (number, text) in &page.entries {
                let entry = read(text)?;
                let is_over = entry.over.has(at.n);
                if entry.what.n() == at.n {
                    entries.push(entry);
                }
                if is_over {
                    return Ok(entries);
                }
                after = *number;
            }
            if !page.more {
                return Ok(entries);
            }
        }
    }

    /// The entries of a run, from its first on, while they come. The stream ends with the run.
    pub fn follow_run(&self, run: &OperationRun) -> BoxStream<'static, Result<Numbered>> {
        let (coming, n) = (self.follow(&run.operation.session, run.after), run.operation.n);
        try_unfold(Some(coming), move |coming| async move {
            let Some(mut coming) = coming else { return Ok(None) };
            while let Some(next) = coming.next().await.transpose()? {
                let is_over = next.1.over.has(n);
                if next.1.what.n() == n {
                    return Ok(Some((next, (!is_over).then_some(coming))));
                }
                if is_over {
                    break; // The session was deleted meanwhile.
                }
            }
            Ok(None)
        })
        .boxed()
    }
}
