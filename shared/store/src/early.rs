//! Results that come before their acknowledgement is stored, in the bare form of the protocol: while a call of the project is
//! under way, a result with an unknown id is held, and joined when the acknowledgement is stored.

use crate::item::Item;
use crate::keys;
use crate::sdk::{Expr, Query, Store};
use rookery_domain::{EventId, ProjectId, Result, Time};
use serde::{Deserialize, Serialize};

/// How long a result is held, in milliseconds.
const HELD_MS: i64 = 10 * 60 * 1000;
/// Results that a project may have held at once.
const HELD: usize = 100;

/// A result that is held, with what proves its sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldResult {
    /// The body, as it came.
    pub body: String,
    /// The headers of its signature, if it has one.
    pub headers: Vec<(String, String)>,
    /// When it came.
    pub received_at: Time,
}

impl Store {
    /// Notes that a call is under way of which the acknowledgement is not stored, until this time at most.
    pub async fn begin_call(&self, project: &ProjectId, request: EventId, until: Time) -> Result<()> {
        let item = Item::new(&keys::of_requests(project, "a#", &request.to_string()));
        self.put(item.n("until", until.0).n("expires_at", until.ttl_seconds()), None).await.map(drop)
    }

    /// Its acknowledgement is stored.
    pub async fn end_call(&self, project: &ProjectId, request: EventId) -> Result<()> {
        self.delete(&keys::of_requests(project, "a#", &request.to_string())).await
    }

    /// Whether any call of the project is under way.
    pub async fn is_calling(&self, project: &ProjectId, now: Time) -> Result<bool> {
        let mut query = Query::prefix(keys::requests(project), "a#", 1000);
        query.filter = Some(Expr::new("#until > :now").name("#until", "until").n(":now", now.0));
        Ok(!self.query(query).await?.0.is_empty())
    }

    /// Holds a result with an id that nobody knows yet. `false` when the project has as many as it may.
    pub async fn hold_result(&self, project: &ProjectId, callee_id: &str, held: &HeldResult) -> Result<bool> {
        let mut query = Query::prefix(keys::requests(project), "h#", HELD);
        query.filter = Some(Expr::new("#until > :now").name("#until", "until").n(":now", held.received_at.0));
        if self.query(query).await?.0.len() >= HELD {
            return Ok(false);
        }
        let until = held.received_at.plus(HELD_MS);
        let item = Item::new(&keys::held(project, callee_id))
            .packed("held", &serde_json::to_string(held).unwrap_or_default())
            .n("until", until.0)
            .n("expires_at", until.ttl_seconds());
        // The first one counts; another with the same id is judged when its request is known.
        self.put(
            item,
            Some(Expr::new("attribute_not_exists(pk) OR #until < :now").name("#until", "until").n(":now", held.received_at.0)),
        )
        .await?;
        Ok(true)
    }

    /// The result that is held for a callee's id.
    pub async fn held_result(&self, project: &ProjectId, callee_id: &str) -> Result<Option<HeldResult>> {
        let item = self.get(keys::held(project, callee_id)).await?;
        let text = item.map(|item| item.unpacked("held")).transpose()?;
        // By way of a value: with exact numbers, this is the form that always reads.
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// It was joined with its request.
    pub async fn drop_held_result(&self, project: &ProjectId, callee_id: &str) -> Result<()> {
        self.delete(&keys::held(project, callee_id)).await
    }
}
