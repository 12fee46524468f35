//! Removing what a session has. Its numbers stay: the last operation and the last entry, from which whoever comes next goes on.

use crate::expression::{Expr, Query};
use crate::keys::{self, Key, Prefix};
use crate::named_runs::entry_of_session;
use crate::sdk::Store;
use crate::sessions::read_names;
use crate::unconditional::BATCH;
use rookery_domain::{Result, SessionAt};

impl Store {
    /// Removes all that a session had before an operation, but for the last entry of its log. What a later operation brought is left.
    pub async fn remove_session(&self, at: &SessionAt, before: u64, last: u64) -> Result<()> {
        let (partition, mut cursor) = (keys::session(at), None);
        loop {
            let page = self.page(&partition, "", BATCH, cursor.as_ref()).await?;
            let mut gone = Vec::new();
            for item in &page.items {
                let key = Key { pk: partition.clone(), sk: item.str("sk")?.to_owned() };
                let number = |prefix| keys::number_of(prefix, &key.sk);
                let earlier = || Expr::new("n < :before").n(":before", before);
                if Prefix::SessionHead.name(&key.sk).is_some() {
                    self.delete_if(&entry_of_session(at, &read_names(item)?), earlier()).await?;
                    self.delete_if(&key, earlier()).await?;
                } else if Prefix::Asked.name(&key.sk).is_some() {
                    self.delete_if(&key, earlier()).await?;
                } else if Prefix::File.name(&key.sk).is_some() {
                    self.remove_file(&key, last).await?;
                } else if number(Prefix::Inbox).is_none_or(|n| n < before)
                    && [Prefix::Log, Prefix::LogPart].into_iter().filter_map(number).all(|n| n < last)
                    && Prefix::Lease.name(&key.sk).is_none()
                {
                    gone.push(key);
                }
            }
            self.delete_many(gone).await?;
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    /// Removes the entries of a log that are before a number.
    pub async fn remove_entries(&self, at: &SessionAt, before: u64) -> Result<()> {
        // Whoever finds an entry without its parts looks whether the entry is gone, so it goes first.
        for prefix in [Prefix::Log, Prefix::LogPart] {
            let (from, end) = keys::numbered_below(prefix, before);
            loop {
                let range = Expr::new("#sk BETWEEN :from AND :end").s(":from", &from).s(":end", &end);
                let query = Query { range: Some(range), ..Query::prefix(keys::session(at), "", BATCH) };
                let (items, next) = self.query(query).await?;
                let gone = items.iter().map(|item| Ok(Key { pk: keys::session(at), sk: item.str("sk")?.to_owned() }));
                self.delete_many(gone.collect::<Result<_>>()?).await?;
                if next.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }
}
