//! The files of a session, copied into a session that is made as the copy of it: all of them as they were at one moment, or none.
//!
//! Nobody works in the new session meanwhile, but several may copy: whoever was taken to be dead, and whoever goes on in their place. All
//! of them copy the same, since they were told how often files had been written, and nobody copies any more once the log has gone on.

use super::nobody;
use crate::expression::Expr;
use crate::item::Item;
use crate::keys::{self, Key, Prefix};
use crate::page::Cursor;
use crate::sdk::{Store, Transacted};
use aws_sdk_dynamodb::types::TransactWriteItem;
use rookery_domain::{Error, Result, SessionAt};

/// How many files one query reads.
const READ: usize = 100;
/// How many files are written at once, each of them in an item of up to 400 KB: a transaction takes 4 MB.
const AT_ONCE: usize = 8;

/// Where files are copied to.
#[derive(Clone, Copy, Debug)]
pub struct CopyTo<'a> {
    /// The new session.
    pub session: &'a SessionAt,
    /// The last entry of its log when the copy was asked for.
    pub after: u64,
    /// The last entry of its log now.
    pub last: u64,
}

impl Store {
    /// How often files of a session were written so far; none when the session is not there.
    pub async fn file_writes(&self, at: &SessionAt) -> Result<Option<u64>> {
        let head = self.get(keys::of_session(at, Prefix::SessionHead)).await?;
        Ok(head.map(|head| head.opt_num("writes").unwrap_or(0)))
    }

    /// Copies the files of a session, of which so many writes are to count. Gives false, and copies none, if there were others since, or
    /// the session is gone. Stops when the log has gone on: whoever wrote there has decided what becomes of the copy.
    pub async fn copy_files(&self, from: &SessionAt, writes: u64, to: CopyTo<'_>) -> Result<bool> {
        let files = self.all_files(from).await?;
        if self.file_writes(from).await? != Some(writes) {
            return Ok(false);
        }
        // A copy that failed before may have left some.
        self.remove_files(to.session, to.after.saturating_sub(1)).await?;
        let bytes = files.iter().map(|file| file.num::<u64>("bytes")).sum::<Result<u64>>()?;
        let (count, partition) = (files.len(), keys::session(to.session));
        let mut copies = files.into_iter().map(|file| file.s("pk", &partition).n("after", to.after));
        loop {
            let some: Vec<Item> = copies.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                break;
            }
            let puts = some.into_iter().map(|copy| self.put_in_transaction(copy, None));
            let writes = std::iter::once(self.while_last(to)).chain(puts).collect();
            if self.transact_calmly(writes).await? != Transacted::Done {
                return Ok(true);
            }
        }
        self.count_files(to, count, bytes).await?;
        Ok(true)
    }

    /// Removes what a copy that failed has left.
    pub async fn remove_copies(&self, to: CopyTo<'_>) -> Result<()> {
        self.remove_files(to.session, to.last).await?;
        self.count_files(to, 0, 0).await
    }

    /// The items of all files: a session has few enough.
    async fn all_files(&self, at: &SessionAt) -> Result<Vec<Item>> {
        let (mut files, mut cursor): (_, Option<Cursor>) = (Vec::new(), None);
        loop {
            let page = self.page(&keys::session(at), &Prefix::File.start(), READ, cursor.as_ref()).await?;
            files.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(files);
            }
        }
    }

    /// Removes the files that were written before the log had a later entry than this.
    async fn remove_files(&self, at: &SessionAt, last: u64) -> Result<()> {
        for file in self.all_files(at).await? {
            let key = Key { pk: keys::session(at), sk: file.str("sk")?.to_owned() };
            self.remove_file(&key, last).await?;
        }
        Ok(())
    }

    /// Notes how many files there are, unless the log has gone on meanwhile.
    async fn count_files(&self, to: CopyTo<'_>, files: usize, bytes: u64) -> Result<()> {
        let count = Expr::new("SET #files = :files, #bytes = :bytes").name("#files", "files").name("#bytes", "bytes");
        let writes = vec![
            self.while_last(to),
            self.update_in_transaction(
                &keys::of_session(to.session, Prefix::SessionHead),
                count.n(":files", files).n(":bytes", bytes),
                Expr::new("attribute_exists(pk)"),
            ),
        ];
        match self.transact_calmly(writes).await? {
            Transacted::Contended => Err(Error::unavailable("transactions collide at the same session")),
            Transacted::Done | Transacted::Refused(_) => Ok(()),
        }
    }

    /// The condition that the log has not gone on.
    fn while_last(&self, to: CopyTo<'_>) -> TransactWriteItem {
        self.check_in_transaction(&keys::numbered(to.session, Prefix::Log, to.last + 1), nobody().unwrap_or_default())
    }
}
