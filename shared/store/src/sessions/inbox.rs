//! The inbox of a session: what was asked of it, in one order. An operation is admitted by one put, which also says who is to look at it
//! if whoever admitted it is gone.

use super::{SessionNames, TAG, nobody};
use crate::expression::{Expr, Query};
use crate::item::{Item, pack};
use crate::keys::{self, Prefix};
use crate::named_runs::listed;
use crate::sdk::{Store, Transacted};
use rookery_domain::{Error, Kind, NamedRun, OperationAt, Result, SessionAt, Time, limits, random_token};

/// The most bytes, packed, that are asked at once: they fit an item (DynamoDB: 400 KB) with room for the names.
const LARGEST: usize = 380 * 1024;

/// An operation of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Its place in the session's order, from 1.
    pub n: u64,
    /// What is asked, and by whom.
    pub asked: String,
    /// When it was admitted.
    pub at: Time,
    /// The number of the last entry of the log at that time: its own entries come later.
    pub after: u64,
    /// Who works on it from the start, and until when nobody else need look; none if a message was sent for it.
    pub lease: Option<(String, Time)>,
    /// Its model's provider is down, so it is not tried before a time.
    pub aside: Option<Aside>,
    /// What became of it, once that is noted here.
    pub ended: Option<Ended>,
}

/// An operation that has begun and waits for the provider of its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aside {
    /// How often it was put aside.
    pub tries: u32,
    /// Until when it is not tried again.
    pub until: Time,
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// In a word.
    pub state: String,
    /// When.
    pub at: Time,
    /// The numbers of the first and the last of its entries in the log.
    pub entries: (u64, u64),
    /// The rest of what is known, as text.
    pub outcome: String,
}

/// The idempotency key with which something was asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The key.
    pub key: &'a str,
    /// The hash of what was asked.
    pub hash: &'a str,
}

/// By which lists an operation is found.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// The names of its session.
    pub names: &'a SessionNames,
    /// Nothing was asked in the session so far, or nothing since its deletion.
    pub is_new: bool,
    /// It is a run: something is asked of the agent.
    pub is_run: bool,
}

/// What became of an operation that was to be admitted.
#[derive(Debug, PartialEq, Eq)]
pub enum PutOperation {
    /// It is admitted.
    Put,
    /// Somebody has its place: look again.
    Taken,
    /// The same was asked with this idempotency key before: this operation.
    Same(u64),
    /// Something else was asked with this idempotency key.
    Conflict,
}

impl Store {
    /// Admits an operation at its place. `guard` is a message, and when it is to be sent, unless the operation is noted as ended before.
    /// Error: 422 `question_too_large`.
    pub async fn put_operation(
        &self,
        at: &SessionAt,
        operation: &Operation,
        guard: (Time, &str),
        listing: Listing<'_>,
        asked: Option<Asked<'_>>,
    ) -> Result<PutOperation> {
        let key = keys::numbered(at, Prefix::Inbox, operation.n);
        let packed = pack(&operation.asked);
        if packed.len() > LARGEST {
            return Err(too_large(packed.len()));
        }
        let item = Item::new(&key).bytes("asked", packed).n("at", operation.at.0).n("after", operation.after);
        let item = item.maybe(operation.lease.as_ref(), |item, (by, until)| item.s("by", by).n("until", until.0));
        let item = item.s("dp", keys::wait_shard(&key)).n("da", guard.0.0).s("msg", guard.1);
        let Listing { names, is_new, is_run } = listing;
        let run = is_run.then(|| NamedRun::Operation(at.operation(operation.n)));
        let item = item.maybe(run, |item, run| listed(item, operation.at, names, &run, &at.project));
        if !is_new && asked.is_none() {
            return Ok(if self.put_first(&key, item).await? { PutOperation::Put } else { PutOperation::Taken });
        }
        // What was asked before decides, so it comes first.
        let mut items = Vec::new();
        if let Some(asked) = asked {
            let expires = operation.at.plus(limits::COMMIT_MS).ttl_seconds();
            let item = Item::new(&keys::asked_with(at, asked.key)).n("n", operation.n).s("hash", asked.hash);
            items.push(self.put_in_transaction(item.n("expires_at", expires), Some(crate::expression::absent(operation.at))));
        }
        let (first, tag) = (usize::from(asked.is_some()), random_token(TAG));
        items.push(self.put_in_transaction(item.s("tag", &tag), nobody()));
        for item in is_new.then(|| names.items(at, operation.n, operation.at)).into_iter().flatten() {
            // What a deletion removes, or leaves, is of an earlier operation.
            let gone = Expr::new("attribute_not_exists(pk) OR n < :n").n(":n", operation.n);
            items.push(self.put_in_transaction(item, Some(gone)));
        }
        match self.transact_calmly(items).await? {
            Transacted::Done => Ok(PutOperation::Put),
            // The answer got lost, and the transaction was made again.
            _ if self.has_tag(&key, &tag).await? => Ok(PutOperation::Put),
            Transacted::Refused(index) if index >= first => Ok(PutOperation::Taken),
            _ => match asked {
                Some(asked) => self.asked_before(at, asked).await,
                None => Err(Error::unavailable("transactions collide at the same session")),
            },
        }
    }

    /// What was asked with an idempotency key before; `Taken` if nothing was.
    pub async fn asked_before(&self, at: &SessionAt, asked: Asked<'_>) -> Result<PutOperation> {
        Ok(match self.get(keys::asked_with(at, asked.key)).await? {
            Some(item) if item.str("hash")? == asked.hash => PutOperation::Same(item.num("n")?),
            Some(_) => PutOperation::Conflict,
            None => PutOperation::Taken,
        })
    }

    /// The last operation that was admitted, read consistently.
    pub async fn last_operation(&self, at: &SessionAt) -> Result<Option<Operation>> {
        let newest = Query { newest_first: true, ..Query::prefix(keys::session(at), &Prefix::Inbox.start(), 1) };
        self.query(newest).await?.0.first().map(read).transpose()
    }

    /// Operations from a place on, in their order.
    pub async fn operations(&self, at: &SessionAt, from: u64, limit: usize) -> Result<Vec<Operation>> {
        let (from, end) = (keys::numbered(at, Prefix::Inbox, from), keys::numbered(at, Prefix::Inbox, keys::LAST_NUMBER));
        let range = Expr::new("#sk BETWEEN :from AND :end").s(":from", from.sk).s(":end", end.sk);
        let query = Query { range: Some(range), ..Query::prefix(from.pk, "", limit) };
        self.query(query).await?.0.iter().map(read).collect()
    }

    /// An operation.
    pub async fn operation(&self, at: &OperationAt) -> Result<Option<Operation>> {
        self.get(keys::numbered(&at.session, Prefix::Inbox, at.n)).await?.as_ref().map(read).transpose()
    }

    /// Notes that an operation is not tried before a time.
    pub async fn put_aside(&self, at: &OperationAt, aside: Aside) -> Result<()> {
        let update = Expr::new("SET tries = :tries, aside = :until").n(":tries", aside.tries).n(":until", aside.until.0);
        let open = Expr::new("attribute_exists(pk) AND attribute_not_exists(ended)");
        self.update(&keys::numbered(&at.session, Prefix::Inbox, at.n), update, Some(open)).await.map(drop)
    }

    /// Notes what became of an operation; from then on, nobody need look at it. `false` when that was noted before.
    pub async fn end_operation(&self, at: &OperationAt, ended: &Ended) -> Result<bool> {
        let update = Expr::new("SET ended = :at, #end = :state, m0 = :first, m1 = :last, outcome = :outcome REMOVE dp, da, msg");
        let update = update.name("#end", "end").s(":state", &ended.state).n(":at", ended.at.0).packed(":outcome", &ended.outcome);
        let update = update.n(":first", ended.entries.0).n(":last", ended.entries.1);
        let open = Expr::new("attribute_exists(pk) AND attribute_not_exists(ended)");
        let key = keys::numbered(&at.session, Prefix::Inbox, at.n);
        Ok(self.update(&key, update, Some(open)).await?.is_some())
    }
}

fn read(item: &Item) -> Result<Operation> {
    let lease = item.opt_str("by").map(|by| Ok::<_, Error>((by.to_owned(), item.time("until")?))).transpose()?;
    let ended = item.opt_num("ended").map(|at| {
        let entries = (item.num("m0")?, item.num("m1")?);
        Ok::<_, Error>(Ended { state: item.str("end")?.to_owned(), at: Time(at), entries, outcome: item.unpacked("outcome")? })
    });
    let aside = item.opt_num("aside").map(|until| Ok::<_, Error>(Aside { tries: item.num("tries")?, until: Time(until) }));
    Ok(Operation {
        n: keys::number_of(Prefix::Inbox, item.str("sk")?).ok_or_else(|| crate::item::malformed("sk"))?,
        asked: item.unpacked("asked")?,
        at: item.time("at")?,
        after: item.num("after")?,
        lease,
        aside: aside.transpose()?,
        ended: ended.transpose()?,
    })
}
fn too_large(bytes: usize) -> Error {
    Error::new(
        Kind::Unprocessable,
        "question_too_large",
        format!("What is asked takes {bytes} bytes, packed; at most {LARGEST} are stored."),
        "Ask for less at once, or give what is long a place where the agent can read it.",
    )
}
