//! Results that come before their acknowledgement is stored, which the bare form of the protocol allows. While a call of the
//! project is under way, a result with an unknown id is held; it is joined with its request when the acknowledgement is stored.

use crate::expression::{Expr, Query};
use crate::item::{Item, malformed};
use crate::keys::{self, Prefix};
use crate::sdk::Store;
use rookery_domain::{EventId, ProjectId, Result, Time};
use serde::{Deserialize, Serialize};

/// How long a result is held, in milliseconds.
const HELD_MS: i64 = 10 * 60 * 1000;
/// The most results that a project may have held at once.
const HELD: usize = 100;

/// A result that is held, with what proves its sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldResult {
    /// The body of the result, as it came.
    pub body: String,
    /// The headers of the signature, if the result has one.
    pub headers: Vec<(String, String)>,
    /// When it came.
    pub received_at: Time,
}

impl Store {
    /// Notes that a call is under way whose acknowledgement is not stored yet, until this time at most.
    pub async fn begin_call(&self, project: &ProjectId, request: EventId, until: Time) -> Result<()> {
        let item = Item::new(&keys::of_requests(project, Prefix::Calling, &request.to_string()));
        self.put(item.n("until", until.0).n("expires_at", until.ttl_seconds()), None).await.map(drop)
    }

    /// Removes the note: the acknowledgement is stored, or the call has ended without one.
    pub async fn end_call(&self, project: &ProjectId, request: EventId) -> Result<()> {
        self.delete(&keys::of_requests(project, Prefix::Calling, &request.to_string())).await
    }

    /// Whether any call of the project is under way.
    pub async fn is_calling(&self, project: &ProjectId, now: Time) -> Result<bool> {
        Ok(self.count_early(project, Prefix::Calling, 1, now).await? > 0)
    }

    /// Counts the items with a prefix among a project's requests that have not expired, up to `most`.
    async fn count_early(&self, project: &ProjectId, prefix: Prefix, most: usize, now: Time) -> Result<usize> {
        let (mut found, mut after) = (0, None);
        loop {
            let mut query = Query::prefix(keys::requests(project), &prefix.start(), 1000);
            query.filter = Some(Expr::new("#until > :now").name("#until", "until").n(":now", now.0));
            query.after = after;
            let (items, stopped) = self.query(query).await?;
            found += items.len();
            after = stopped.map(|key| key.0);
            if found >= most || after.is_none() {
                return Ok(found);
            }
        }
    }

    /// Holds a result with an id that nobody knows yet. `false` when the project has as many as it may, or holds another result
    /// with this id.
    pub async fn hold_result(&self, project: &ProjectId, callee_id: &str, held: &HeldResult) -> Result<bool> {
        let now = held.received_at;
        if self.count_early(project, Prefix::Held, HELD, now).await? >= HELD {
            return Ok(false);
        }
        let until = held.received_at.plus(HELD_MS);
        let item = Item::new(&keys::held(project, callee_id))
            .packed("held", &serde_json::to_string(held).unwrap_or_default())
            .n("until", until.0)
            .n("expires_at", until.ttl_seconds());
        let free = Expr::new("attribute_not_exists(pk) OR #until < :now").name("#until", "until").n(":now", now.0);
        if self.put(item, Some(free)).await? {
            return Ok(true);
        }
        // The same result is held already. A different one is refused, and may come again once the request is known: only then
        // can be seen which one counts.
        Ok(self.held_result(project, callee_id).await?.is_some_and(|there| there.body == held.body))
    }

    /// The result that is held for a callee's id.
    pub async fn held_result(&self, project: &ProjectId, callee_id: &str) -> Result<Option<HeldResult>> {
        let item = self.get(keys::held(project, callee_id)).await?;
        let read = |item: Item| serde_json::from_str(&item.unpacked("held")?).map_err(|_| malformed("held"));
        item.map(read).transpose()
    }

    /// Removes a held result that was joined with its request.
    pub async fn drop_held_result(&self, project: &ProjectId, callee_id: &str) -> Result<()> {
        self.delete(&keys::held(project, callee_id)).await
    }
}
