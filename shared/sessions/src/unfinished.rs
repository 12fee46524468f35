//! What is at work in a session, and what waits in it, in parts of bounded size. Nothing is written here.

use crate::Sessions;
use crate::ask::Ask;
use crate::entry::Over;
use rookery_domain::{OperationAt, Result, SessionAt, Time};
use rookery_store::Operation;

/// How many operations are read at once.
const READ: usize = 8;
/// No more operations are read for a part once what they ask has so many bytes.
const PART_BYTES: usize = 1024 * 1024;

/// An operation that is not over.
#[derive(Clone, Debug, PartialEq)]
pub struct Unfinished {
    /// The operation.
    pub operation: OperationAt,
    /// What is asked.
    pub ask: Ask,
    /// When it was admitted.
    pub at: Time,
    /// Whether it has begun.
    pub is_open: bool,
}

/// How many operations of a session are not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtWork {
    /// The one that is at work.
    pub running: Option<OperationAt>,
    /// How many wait.
    pub waiting: usize,
}

impl AtWork {
    /// Whether all is over.
    pub fn is_idle(&self) -> bool {
        self.running.is_none() && self.waiting == 0
    }
}

impl Sessions {
    /// Operations of a session that are at work or wait, in their order: those after number `after`, at most `limit`, and fewer if much is
    /// asked. With them, the number after which there may be more.
    pub async fn unfinished(&self, at: &SessionAt, after: u64, limit: usize) -> Result<(Vec<Unfinished>, Option<u64>)> {
        let over = self.over(at).await?;
        let open = self.open_number(at, &over).await?;
        let (mut found, mut bytes, mut from) = (Vec::new(), 0, over.first_open().max(after.saturating_add(1)));
        loop {
            let read = self.store.operations(at, from, READ).await?;
            let is_all = read.len() < READ;
            for operation in read {
                if found.len() == limit || bytes >= PART_BYTES {
                    return Ok((found, Some(from - 1)));
                }
                from = operation.n + 1;
                if !over.has(operation.n) {
                    bytes += operation.asked.len();
                    found.push(unfinished(at, &operation, open)?);
                }
            }
            if is_all {
                return Ok((found, None));
            }
        }
    }

    /// How many operations of a session are at work or wait.
    pub async fn at_work(&self, at: &SessionAt) -> Result<AtWork> {
        let over = self.over(at).await?;
        let last = self.store.last_operation(at).await?.map_or(0, |last| last.n);
        let unfinished = (over.first_open()..=last).filter(|n| !over.has(*n)).count();
        let running = self.open_number(at, &over).await?.map(|n| at.operation(n));
        Ok(AtWork { waiting: unfinished.saturating_sub(usize::from(running.is_some())), running })
    }

    /// The number of the operation that has begun and is not over.
    async fn open_number(&self, at: &SessionAt, over: &Over) -> Result<Option<u64>> {
        let Some(first) = self.store.operation(&at.operation(over.first_open())).await? else { return Ok(None) };
        Ok(self.load_after(at, first.after).await?.open.map(|open| open.begin.n))
    }
}

fn unfinished(at: &SessionAt, operation: &Operation, open: Option<u64>) -> Result<Unfinished> {
    let (n, ask) = (operation.n, Ask::of(operation)?);
    Ok(Unfinished { operation: at.operation(n), ask, at: operation.at, is_open: open == Some(n) })
}
