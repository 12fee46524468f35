//! When an endpoint is left alone: half of at least 20 calls in a minute failed. Then one call every 30 s tries whether it is back.

use crate::Engine;
use rookery_domain::{ProjectId, Result, Time};
use rookery_store::OpenBreaker;
use std::collections::HashMap;

/// Calls in a minute that say enough.
const CALLS: u64 = 20;
/// Between two probes of an open breaker, in milliseconds.
const PROBE_MS: i64 = 30_000;

/// Calls that are counted in memory only, by project and endpoint: successes are written once a second, or with a failure.
pub(crate) type Calls = HashMap<(ProjectId, String), u64>;

impl Engine {
    /// Whether an endpoint may be called now; else when to ask again, and why. At an open breaker, one caller in 30 s may.
    pub(crate) async fn may_call(&self, project: &ProjectId, endpoint: &str, now: Time) -> Result<Option<(Time, String)>> {
        let Some(open) = self.store.open_breaker(project, endpoint).await? else { return Ok(None) };
        if open.probe_at <= now && self.store.take_probe(project, endpoint, now, now.plus(PROBE_MS)).await? {
            return Ok(None);
        }
        let next = if open.probe_at > now { open.probe_at } else { now.plus(PROBE_MS) };
        // Not all at the same moment.
        let at = next.plus(crate::dispatch::jitter(5_000) as i64);
        Ok(Some((at, format!("The circuit breaker of {endpoint} is open: most calls failed."))))
    }

    /// Counts a call; opens the breaker when too many fail, closes it when a probe succeeds.
    pub(crate) async fn called(&self, project: &ProjectId, endpoint: &str, failed: bool) -> Result<()> {
        let now = Time::now();
        if !failed {
            if self.store.open_breaker(project, endpoint).await?.is_some() {
                return self.store.close_breaker(project, endpoint).await;
            }
            self.meter.called(project, endpoint);
            return Ok(());
        }
        let before = self.meter.take_calls_of(project, endpoint);
        let (calls, failures) = self.store.count_calls(project, endpoint, now, before + 1, 1).await?;
        if calls >= CALLS && failures * 2 >= calls {
            let breaker = OpenBreaker { since: now, probe_at: now.plus(PROBE_MS) };
            self.store.trip_breaker(project, endpoint, breaker).await?;
        }
        Ok(())
    }
}
