//! What the agents of a workflow did lately, summed from their metrics, and whether that is what is expected of them.

use crate::Engine;
use rookery_agents::Expected;
use rookery_domain::{CellId, Result, Time, WorkflowRef, limits};
use rookery_store::Counts;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;

/// The time that `counts` cover, in milliseconds.
const COUNTED_MS: i64 = 24 * 3600 * 1000;
/// How far back the last event, check and failure are looked for, in milliseconds.
const LOOKED_AT_MS: i64 = 31 * 24 * HOUR_MS;
/// How many pages of older hours are read for these.
const OLDER_PAGES: u32 = 5;
const HOUR_MS: i64 = 3600 * 1000;
const DAY_MS: f64 = 24.0 * 3600.0 * 1000.0;

/// What an agent did lately.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Activity {
    /// What was counted in the last 24 hours.
    pub counts: Counts,
    /// When the agent last emitted an event, within the last 31 days.
    pub last_event_at: Option<Time>,
    /// When the agent last received an event, within the last 31 days.
    pub last_received_at: Option<Time>,
    /// When the agent was last checked, within the last 31 days.
    pub last_check_at: Option<Time>,
    /// When the agent last failed, within the last 31 days.
    pub last_error_at: Option<Time>,
}

/// Whether an agent does what is expected of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Working {
    /// Whether it does.
    pub is_working: bool,
    /// What is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Working {
    /// Judges an agent whose workflow was made then; nothing, if nothing is expected of it.
    pub fn judge(expected: &Expected, activity: &Activity, since: Time, now: Time) -> Option<Self> {
        let Expected { update_days, receive_days } = *expected;
        let late = |days: Option<f64>, last: Option<Time>, done: &str| {
            let days = days.filter(|days| (now.0 - last.unwrap_or(since).0) as f64 > days * DAY_MS)?;
            let time = if days == 1.0 { "a day".to_owned() } else { format!("{days} days") };
            Some(format!("It has {done} nothing for more than {time}."))
        };
        let last = update_days.and(activity.last_event_at).max(receive_days.and(activity.last_received_at));
        let has_failed = activity.last_error_at.is_some_and(|failed| last.is_none_or(|last| failed >= last));
        let reason = late(update_days, activity.last_event_at, "emitted")
            .or_else(|| late(receive_days, activity.last_received_at, "received"))
            .or_else(|| has_failed.then(|| "The last that it did has failed.".to_owned()));
        update_days.or(receive_days).map(|_| Working { is_working: reason.is_none(), reason })
    }
}

impl Engine {
    /// What a workflow's agents did lately. It is read newest first: the hours that are counted, then a few older pages for the
    /// last event, check and failure.
    pub async fn activity(&self, workflow: &WorkflowRef) -> Result<HashMap<CellId, Activity>> {
        let now = Time::now();
        let (counted, looked_at) = (now.plus(-COUNTED_MS), now.plus(-LOOKED_AT_MS));
        let (mut found, mut cursor, mut older_pages) = (HashMap::<CellId, Activity>::new(), None, 0);
        loop {
            let page = self.store.list_metrics(workflow, looked_at, now, limits::PAGE_MAX, Option::as_ref(&cursor)).await?;
            older_pages += u32::from(page.items.last().is_some_and(|metric| metric.hour < counted));
            for metric in page.items {
                let sum = found.entry(metric.cell_id).or_default();
                if metric.hour.plus(HOUR_MS) > counted {
                    sum.counts.add(&metric.counts);
                }
                sum.last_event_at = sum.last_event_at.max(metric.last_emitted_at);
                sum.last_received_at = sum.last_received_at.max(metric.last_received_at);
                sum.last_check_at = sum.last_check_at.max(metric.last_check_at);
                sum.last_error_at = sum.last_error_at.max(metric.last_error_at);
            }
            cursor = page.next;
            if cursor.is_none() || older_pages > OLDER_PAGES {
                return Ok(found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_works_that_does_what_is_expected_of_it_and_did_not_fail_last() {
        let day = |day: f64| Some(Time((day * DAY_MS) as i64));
        let judged = |update, receive, [event, received, failed]: [Option<Time>; 3]| {
            let expected = Expected { update_days: update, receive_days: receive };
            let activity =
                Activity { last_event_at: event, last_received_at: received, last_error_at: failed, ..Activity::default() };
            let working = Working::judge(&expected, &activity, Time((2.0 * DAY_MS) as i64), Time((10.0 * DAY_MS) as i64))?;
            assert_eq!(working.is_working, working.reason.is_none());
            Some(working.reason.unwrap_or_default())
        };
        assert_eq!(judged(None, None, [None, None, day(9.0)]), None, "nothing is expected");
        for (update, receive, times, reason) in [
            (Some(2.0), None, [day(8.5), None, None], ""),
            (Some(2.0), None, [day(7.5), day(9.0), None], "It has emitted nothing for more than 2 days."),
            (None, Some(0.5), [day(9.9), day(9.0), None], "It has received nothing for more than 0.5 days."),
            (Some(2.0), Some(2.0), [day(9.0), day(7.0), None], "It has received nothing for more than 2 days."),
            (Some(1.0), None, [day(8.5), None, None], "It has emitted nothing for more than a day."),
            (Some(9.0), None, [None, None, None], ""),
            (Some(7.0), None, [None, None, None], "It has emitted nothing for more than 7 days."),
            (Some(9.0), None, [day(8.0), None, day(8.0)], "The last that it did has failed."),
            (Some(9.0), None, [day(8.0), None, day(7.9)], ""),
            (Some(9.0), None, [None, None, day(7.9)], "The last that it did has failed."),
        ] {
            assert_eq!(judged(update, receive, times).as_deref(), Some(reason), "{update:?} {receive:?} {times:?}");
        }
    }
}
