//! Metrics of a workflow, by agent, version and hour.

use crate::App;
use crate::auth::Access;
use crate::error::Result;
use crate::list::{Listed, Query, listed};
use crate::route::{Route, WORKFLOW};
use axum::Extension;
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use rookery_domain::{Error, Time};
use rookery_engine::EstimatedCost;
use rookery_store::{Metric, Page, Role, Workflow};
use schemars::JsonSchema;
use serde::Serialize;

/// The time that is shown when the query names none, in milliseconds.
const SHOWN_MS: i64 = 24 * 3600 * 1000;

/// How many pages are read at most until one has something that is shown.
const PAGES: usize = 100;

pub(crate) fn routes() -> Vec<Route> {
    let path = format!("{WORKFLOW}/metrics");
    vec![
        Route::new(
            Method::GET,
            path,
            Access::Project(Role::Viewer),
            "Lists what agents of each version counted in each hour, newest first, and about what that cost. A crash may lose the counts of its last second; the events themselves are never lost.",
            list,
        )
        .query("from", "Hours from this time on (RFC 3339); 24 hours before `to` when it is left out.")
        .query("to", "Hours up to this time (RFC 3339); now when it is left out.")
        .query("agent", "Only this agent: the id of its cell.")
        .query("version", "Only agents of this version.")
        .paged()
        .answers::<Listed<MetricView>>(200),
    ]
}

/// What an agent of a version counted in an hour.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Metric")]
struct MetricView {
    #[serde(flatten)]
    metric: Metric,
    /// About what this cost: an estimate from the counts, by what hops cost when they were measured. Retries, waits, requests to external agents,
    /// models and storage are not in it.
    estimated_cost: EstimatedCost,
}

async fn list(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let window = query.window()?;
    let to = window.to.unwrap_or_else(Time::now);
    let from = window.from.unwrap_or(to.plus(-SHOWN_MS));
    if from > to {
        return Err(Error::invalid("`from` is later than now.", "Give an earlier time as `from`.").into());
    }
    let (limit, cursor, version) = (query.limit()?, query.cursor()?, query.version()?);
    let mut page = Page { items: Vec::new(), next: cursor };
    for _ in 0..PAGES {
        page = app.engine.store.list_metrics(&workflow.id, from, to, limit, page.next.as_ref()).await?;
        page.items.retain(|metric| {
            query.get("agent").is_none_or(|agent| metric.cell_id.as_str() == agent)
                && version.is_none_or(|version| metric.version == Some(version))
        });
        if page.next.is_none() || !page.items.is_empty() {
            break;
        }
    }
    Ok(listed(page, |metric| MetricView { estimated_cost: EstimatedCost::estimated(&metric.counts), metric }))
}
