//! The circuit breaker of an endpoint: calls and failures by minute, and whether the breaker is open. When to open it is the
//! engine's decision.

use crate::expression::Expr;
use crate::item::Item;
use crate::keys;
use crate::sdk::Store;
use rookery_domain::{ProjectId, Result, Time};

/// How long a minute's counts are kept, in milliseconds.
const COUNTED_MS: i64 = 10 * 60 * 1000;
/// How long an open breaker is kept when nobody asks for it any more, in milliseconds.
const FORGOTTEN_MS: i64 = 24 * 3600 * 1000;

/// An open circuit breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenBreaker {
    /// When the breaker opened.
    pub since: Time,
    /// When the next call may try whether the endpoint is back.
    pub probe_at: Time,
}

impl Store {
    /// Adds to the counts of this minute, and gives the new counts as `(calls, failures)`.
    pub async fn count_calls(
        &self,
        project: &ProjectId,
        endpoint: &str,
        now: Time,
        calls: u64,
        failures: u64,
    ) -> Result<(u64, u64)> {
        let key = keys::breaker(project, endpoint, Some(now.0 / 60_000));
        let update = Expr::new("ADD calls :calls, failures :failures SET expires_at = :at")
            .n(":calls", calls)
            .n(":failures", failures)
            .n(":at", now.plus(COUNTED_MS).ttl_seconds());
        let item = self.update(&key, update, None).await?.unwrap_or_default();
        Ok((item.opt_num("calls").unwrap_or(0), item.opt_num("failures").unwrap_or(0)))
    }

    /// The breaker, if it is open.
    pub async fn open_breaker(&self, project: &ProjectId, endpoint: &str) -> Result<Option<OpenBreaker>> {
        let item = self.get(keys::breaker(project, endpoint, None)).await?;
        item.map(|item| Ok(OpenBreaker { since: item.time("since")?, probe_at: item.time("probe")? })).transpose()
    }

    /// Opens the breaker, unless it is open.
    pub async fn trip_breaker(&self, project: &ProjectId, endpoint: &str, breaker: OpenBreaker) -> Result<()> {
        let item = Item::new(&keys::breaker(project, endpoint, None))
            .n("since", breaker.since.0)
            .n("probe", breaker.probe_at.0)
            .n("expires_at", breaker.since.plus(FORGOTTEN_MS).ttl_seconds());
        self.put(item, Some(Expr::new("attribute_not_exists(pk)"))).await.map(drop)
    }

    /// Takes the one probe that is due: `true` for one caller only.
    pub async fn take_probe(&self, project: &ProjectId, endpoint: &str, now: Time, next: Time) -> Result<bool> {
        let update =
            Expr::new("SET probe = :next, expires_at = :at").n(":next", next.0).n(":at", now.plus(FORGOTTEN_MS).ttl_seconds());
        let due = Expr::new("probe <= :now").n(":now", now.0);
        Ok(self.update(&keys::breaker(project, endpoint, None), update, Some(due)).await?.is_some())
    }

    /// Closes the breaker: a probe succeeded. Earlier counts of this minute are cleared.
    pub async fn close_breaker(&self, project: &ProjectId, endpoint: &str, now: Time) -> Result<()> {
        self.delete(&keys::breaker(project, endpoint, Some(now.0 / 60_000))).await?;
        self.delete(&keys::breaker(project, endpoint, None)).await
    }
}
