//! Runs have an end: a limit of hops, and of events. The first delivery that finds it reached says so, once.

use crate::Engine;
use crate::delivery::dispatch::{Ready, Remembered, Step};
use crate::delivery::plan::muted;
use crate::delivery::work::Work;
use crate::external::ask::Asked;
use rookery_agents::{Agent, Effects};
use rookery_domain::{Cell, Result, Time, limits};
use rookery_store::Failure;

impl Engine {
    /// Ends a delivery of a run that is over its limits; the first one that finds it so says it, once.
    pub(crate) async fn stop_at_limit(
        &self,
        work: &Work,
        ready: &Ready,
        cell: &Cell,
        agent: &dyn Agent,
        began: Time,
    ) -> Result<Option<Step>> {
        let Some(event) = &ready.event else { return Ok(None) };
        if event.last {
            return Ok(None); // It tells of the limit: it is handled, and nothing comes of it.
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
                if self.store.hit_run_limit(&work.workflow, work.run(), &delivery).await? {
                    self.meter.limit_reached();
                    let failure = Failure { code: code.into(), message, details: None };
                    self.fail_request(work, &failure, Asked::No).await?;
                    return self.commit_failure(work, ready, Some(agent), failure, began, true).await.map(Some);
                }
            }
        }
        let over = Failure { code: "limit".into(), message: "The run is over its limits.".into(), details: None };
        self.fail_request(work, &over, Asked::No).await?;
        self.commit_effects(work, ready, cell, agent, Remembered::default(), muted(Effects::none()), began).await.map(Some)
    }
}
