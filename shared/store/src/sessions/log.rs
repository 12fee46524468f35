//! The log of a session: what happened in it, numbered without a gap. An entry is appended only after the one that its writer read last; so
//! whoever loses reads what won, and goes on from there.
//!
//! An entry that does not fit an item goes on in further items. All of them are written by one transaction on the condition of the entry, so
//! there is no part without its entry.

use super::{TAG, nobody};
use crate::expression::{Expr, Query};
use crate::item::{Item, malformed, pack, unpack};
use crate::keys::{self, Prefix};
use crate::sdk::{Store, Transacted};
use rookery_domain::{Error, Kind, Result, SessionAt, Time, random_token};

/// The most bytes of an entry in one item, which holds 400 KB at DynamoDB.
const PART: usize = 350 * 1024;
/// The largest entry, in bytes as it is stored: one transaction writes 4 MB.
const LARGEST: usize = 10 * PART;
/// How many entries one query reads.
const READ: usize = 200;

/// A part of a log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogPage {
    /// The entries with their numbers.
    pub entries: Vec<(u64, String)>,
    /// Whether there may be more.
    pub more: bool,
}

impl Store {
    /// Appends an entry as number `number`: `false` when somebody else did. Numbers begin with 1. Error: 422 `entry_too_large`.
    pub async fn append_entry(&self, at: &SessionAt, number: u64, text: &str) -> Result<bool> {
        let (key, packed) = (keys::numbered(at, Prefix::Log, number), pack(text));
        if packed.len() > LARGEST {
            return Err(too_large(packed.len()));
        }
        let (first, rest) = packed.split_at(PART.min(packed.len()));
        let item = Item::new(&key).bytes("entry", first.to_vec());
        if rest.is_empty() {
            return self.put_first(&key, item).await;
        }
        let (parts, tag) = (rest.chunks(PART), random_token(TAG));
        let mut writes = vec![self.put_in_transaction(item.n("parts", parts.len()).s("tag", &tag), nobody())];
        writes.extend(parts.enumerate().map(|(part, bytes)| {
            let item = Item::new(&keys::log_part(at, number, part)).bytes("entry", bytes.to_vec());
            self.put_in_transaction(item, None)
        }));
        Ok(self.transact_calmly(writes).await? == Transacted::Done || self.has_tag(&key, &tag).await?)
    }

    /// The last entry with its number, read consistently.
    pub async fn last_entry(&self, at: &SessionAt) -> Result<Option<(u64, String)>> {
        let newest = Query { newest_first: true, ..Query::prefix(keys::session(at), &Prefix::Log.start(), 1) };
        Ok(self.read_entries(at, newest).await?.entries.pop())
    }

    /// Entries after a number, in their order.
    pub async fn entries(&self, at: &SessionAt, after: u64) -> Result<LogPage> {
        // Whoever asks may name any number; no entry has a greater one than the last that a key can have.
        if after >= keys::LAST_NUMBER {
            return Ok(LogPage::default());
        }
        let number = |number| keys::numbered(at, Prefix::Log, number).sk;
        let range = Expr::new("#sk BETWEEN :from AND :end").s(":from", number(after + 1)).s(":end", number(keys::LAST_NUMBER));
        self.read_entries(at, Query { range: Some(range), ..Query::prefix(keys::session(at), "", READ) }).await
    }

    async fn read_entries(&self, at: &SessionAt, query: Query) -> Result<LogPage> {
        let (items, next) = self.query(query.clone()).await?;
        match self.whole(at, &items).await? {
            Some(entries) => Ok(LogPage { entries, more: next.is_some() }),
            // The session was deleted in between: then the entries are gone, too.
            None => {
                let (items, next) = self.query(query).await?;
                let entries = self.whole(at, &items).await?.ok_or_else(|| malformed("parts"))?;
                Ok(LogPage { entries, more: next.is_some() })
            }
        }
    }

    /// The entries of these items, with their further parts. None if a part is not there.
    async fn whole(&self, at: &SessionAt, items: &[Item]) -> Result<Option<Vec<(u64, String)>>> {
        let mut entries = Vec::with_capacity(items.len());
        for item in items {
            let number = keys::number_of(Prefix::Log, item.str("sk")?).ok_or_else(|| malformed("sk"))?;
            let mut packed = item.raw("entry").ok_or_else(|| malformed("entry"))?.to_vec();
            let parts = (0..item.opt_num("parts").unwrap_or(0)).map(|part| keys::log_part(at, number, part)).collect();
            for part in self.get_many(parts).await? {
                let Some(part) = part else { return Ok(None) };
                packed.extend_from_slice(part.raw("entry").ok_or_else(|| malformed("entry"))?);
            }
            entries.push((number, unpack(&packed)?));
        }
        Ok(Some(entries))
    }

    /// Takes the work on a session for a while, or for longer: `false` while somebody else has it.
    pub async fn take_session(&self, at: &SessionAt, by: &str, now: Time, until: Time) -> Result<bool> {
        let update = Expr::new("SET #by = :by, #until = :until").name("#by", "by").name("#until", "until");
        let update = update.s(":by", by).n(":until", until.0);
        let free = Expr::new("attribute_not_exists(pk) OR #by = :by OR #until < :now").n(":now", now.0);
        Ok(self.update(&keys::of_session(at, Prefix::Lease), update, Some(free)).await?.is_some())
    }
}

fn too_large(bytes: usize) -> Error {
    Error::new(
        Kind::Unprocessable,
        "entry_too_large",
        format!("A message takes {bytes} bytes, packed; at most {LARGEST} are stored."),
        "Ask for a shorter answer, or have long texts written to a file.",
    )
}
