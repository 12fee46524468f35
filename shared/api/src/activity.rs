//! What the agents of a workflow did lately, summed from their metrics.

use crate::App;
use crate::error::Result;
use rookery_domain::{CellId, Time, limits};
use rookery_store::{Counts, Workflow};
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

/// What an agent did lately.
#[derive(Clone, Default, Serialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct Activity {
    /// What was counted in the last 24 hours.
    counts: Counts,
    /// When the agent last emitted an event, within the last 31 days.
    last_event_at: Option<Time>,
    /// When the agent last received an event, within the last 31 days.
    last_received_at: Option<Time>,
    /// When the agent was last checked, within the last 31 days.
    last_check_at: Option<Time>,
    /// When the agent last failed, within the last 31 days.
    last_error_at: Option<Time>,
}

/// What the workflow's agents did lately. It is read newest first: the hours that are counted, then a few older pages for the
/// last event, check and failure.
pub(crate) async fn activity(app: &App, workflow: &Workflow) -> Result<HashMap<CellId, Activity>> {
    let now = Time::now();
    let (counted, looked_at) = (now.plus(-COUNTED_MS), now.plus(-LOOKED_AT_MS));
    let (mut found, mut cursor, mut older_pages) = (HashMap::<CellId, Activity>::new(), None, 0);
    loop {
        let (store, limit) = (&app.engine.store, limits::PAGE_MAX);
        let page = store.list_metrics(&workflow.id, looked_at, now, limit, Option::as_ref(&cursor)).await?;
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
