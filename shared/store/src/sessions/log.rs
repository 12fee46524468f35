//! The log of a session: what happened in it, numbered without a gap. An entry is appended only after the one that its writer read last; so
//! whoever loses reads what won, and goes on from there.

use crate::expression::{Expr, Query};
use crate::item::Item;
use crate::keys::{self, Prefix};
use crate::sdk::Store;
use rookery_domain::{Error, Kind, Result, SessionAt, Time};

/// The largest entry, in bytes as it is stored: it fits an item (DynamoDB: 400 KB) with room to spare.
const LARGEST: usize = 350 * 1024;
/// How many entries one query reads.
const READ: usize = 200;

/// A part of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogPage {
    /// The entries with their numbers.
    pub entries: Vec<(u64, String)>,
    /// Whether there may be more.
    pub more: bool,
}

impl Store {
    /// Appends an entry as number `number`: `false` when somebody else did. Numbers begin with 1. Error: 422 `entry_too_large`.
    pub async fn append_entry(&self, at: &SessionAt, number: u64, text: &str) -> Result<bool> {
        let key = keys::numbered(at, Prefix::Log, number);
        let item = Item::new(&key).packed("entry", text);
        match item.raw("entry").map_or(0, <[u8]>::len) {
            0..=LARGEST => self.put_first(&key, item).await,
            bytes => Err(Error::new(
                Kind::Unprocessable,
                "entry_too_large",
                format!("A message takes {bytes} bytes, packed; at most {LARGEST} are stored."),
                "Ask for a shorter answer, or have long texts written to a file.",
            )),
        }
    }

    /// The last entry with its number, read consistently.
    pub async fn last_entry(&self, at: &SessionAt) -> Result<Option<(u64, String)>> {
        let newest = Query { newest_first: true, ..Query::prefix(keys::session(at), &Prefix::Log.start(), 1) };
        self.query(newest).await?.0.first().map(read).transpose()
    }

    /// Entries after a number, in their order.
    pub async fn entries(&self, at: &SessionAt, after: u64) -> Result<LogPage> {
        let number = |number| keys::numbered(at, Prefix::Log, number).sk;
        let range = Expr::new("#sk BETWEEN :from AND :end").s(":from", number(after + 1)).s(":end", number(keys::LAST_NUMBER));
        let (items, next) = self.query(Query { range: Some(range), ..Query::prefix(keys::session(at), "", READ) }).await?;
        Ok(LogPage { entries: items.iter().map(read).collect::<Result<_>>()?, more: next.is_some() })
    }

    /// Takes the work on a session for a while, or for longer: `false` while somebody else has it.
    pub async fn take_session(&self, at: &SessionAt, by: &str, now: Time, until: Time) -> Result<bool> {
        let update = Expr::new("SET #by = :by, #until = :until").name("#by", "by").name("#until", "until");
        let update = update.s(":by", by).n(":until", until.0);
        let free = Expr::new("attribute_not_exists(pk) OR #by = :by OR #until < :now").n(":now", now.0);
        Ok(self.update(&keys::of_session(at, Prefix::Lease), update, Some(free)).await?.is_some())
    }
}

fn read(item: &Item) -> Result<(u64, String)> {
    let number = keys::number_of(Prefix::Log, item.str("sk")?).ok_or_else(|| crate::item::malformed("sk"))?;
    Ok((number, item.unpacked("entry")?))
}
