//! Runs have an end: a limit of hops, and one of events. The first delivery over a limit emits the error, and no other does.

use crate::delivery::attempt::{Attempt, Remembered, Step};
use crate::delivery::plan::muted;
use crate::external::pending::Asked;
use rookery_agents::Effects;
use rookery_domain::{Result, limits};
use rookery_store::Failure;

impl Attempt<'_> {
    /// Whether the run has half of the events that it may have. From then on it has no chains: many in flight would go far over the limit
    /// before one of them sees the count.
    pub(crate) fn is_near_limit(&self) -> bool {
        self.ready.root.as_ref().is_some_and(|root| root.run_events > limits::RUN_EVENTS / 2)
    }

    /// Ends a delivery of a run that is over its limits; the first such delivery of the run emits the `on_error` event.
    pub(crate) async fn stop_at_limit(&self) -> Result<Option<Step>> {
        let (engine, work, ready) = (self.engine, self.work, self.ready);
        let Some(event) = &ready.event else { return Ok(None) };
        if event.last {
            return Ok(None); // This event tells of the limit: it is handled, and nothing comes of it.
        }
        let delivery = work.delivery.to_string();
        let over = match ready.root.as_ref().map_or(0, |root| root.run_events) {
            _ if event.hop >= limits::HOPS => {
                Some(("hop_limit", format!("The run is longer than {} hops: is there a loop?", limits::HOPS)))
            }
            events if events > limits::RUN_EVENTS => {
                Some(("event_budget", format!("The run has more than {} events: is there a loop?", limits::RUN_EVENTS)))
            }
            _ => None,
        };
        let hit_by_other = ready.root.as_ref().and_then(|root| root.limit_hit.as_ref()).is_some_and(|other| *other != delivery);
        match over {
            _ if hit_by_other => {}
            None => return Ok(None),
            Some((code, message)) => {
                if engine.store.hit_run_limit(&work.workflow, work.run(), &delivery).await? {
                    engine.meter.limit_reached();
                    let failure = Failure { code: code.into(), message, details: None };
                    engine.fail_pending(work, &failure, Asked::No).await?;
                    return self.commit_limit(failure).await.map(Some);
                }
            }
        }
        let over = Failure { code: "limit".into(), message: "The run is over its limits.".into(), details: None };
        engine.fail_pending(work, &over, Asked::No).await?;
        self.commit_effects(Remembered::default(), muted(Effects::none())).await.map(Some)
    }
}
