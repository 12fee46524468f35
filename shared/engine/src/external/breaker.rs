//! The circuit breaker: an endpoint is left alone when half of at least 20 calls in a minute failed. Then one call every 30 s
//! tries whether the endpoint is back.

use crate::Engine;
use crate::delivery::backoff::jitter_ms;
use rookery_domain::{ProjectId, Result, Time};
use rookery_store::OpenBreaker;
use std::collections::HashMap;

/// The fewest calls in a minute that can open a breaker.
const CALLS: u64 = 20;
/// The time between two probes of an open breaker, in milliseconds.
const PROBE_MS: i64 = 30_000;

/// Calls that are counted only in memory so far, by project and endpoint. Successful calls are written once a second, or together
/// with a failure.
pub(crate) type Calls = HashMap<(ProjectId, String), u64>;

/// Whether an endpoint may be called.
pub(crate) enum May {
    /// The endpoint may be called now.
    Call {
        /// The breaker is open and this call is its probe: the outcome decides whether the breaker closes.
        is_probe: bool,
    },
    /// The endpoint may not be called before this time, for this reason.
    NotNow(Time, String),
}

/// What a call tells about its endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Called {
    /// The endpoint answered properly, even if it refused the request.
    Answered,
    /// The call failed, or the answer was not one of the protocol.
    Failed,
    /// The endpoint was not called: the fault is on this side.
    NotSent,
}

impl Engine {
    /// Whether an endpoint may be called now. At an open breaker, one caller in 30 s may.
    pub(crate) async fn may_call(&self, project: &ProjectId, endpoint: &str, now: Time) -> Result<May> {
        let Some(open) = self.store.open_breaker(project, endpoint).await? else { return Ok(May::Call { is_probe: false }) };
        if open.probe_at <= now && self.store.take_probe(project, endpoint, now, now.plus(PROBE_MS)).await? {
            return Ok(May::Call { is_probe: true });
        }
        let next = if open.probe_at > now { open.probe_at } else { now.plus(PROBE_MS) };
        // The times are spread, so that not all callers come at the same moment.
        let at = next.plus(jitter_ms(5_000));
        Ok(May::NotNow(at, format!("The circuit breaker of {endpoint} is open: most calls failed.")))
    }

    /// Counts a call; opens the breaker when too many fail, closes it when a probe is answered.
    pub(crate) async fn called(&self, project: &ProjectId, endpoint: &str, called: Called, is_probe: bool) -> Result<()> {
        let now = Time::now();
        match called {
            Called::NotSent => Ok(()),
            Called::Answered if is_probe => self.store.close_breaker(project, endpoint, now).await,
            Called::Answered => {
                self.meter.called(project, endpoint);
                Ok(())
            }
            Called::Failed => {
                let before = self.meter.take_calls_of(project, endpoint);
                let (calls, failures) = self.store.count_calls(project, endpoint, now, before + 1, 1).await?;
                if calls >= CALLS && failures * 2 >= calls {
                    let breaker = OpenBreaker { since: now, probe_at: now.plus(PROBE_MS) };
                    self.store.trip_breaker(project, endpoint, breaker).await?;
                }
                Ok(())
            }
        }
    }
}
