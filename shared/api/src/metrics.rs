//! Metrics of a workflow, by agent and hour.

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
use rookery_store::{Metric, Page, Role, Workflow};

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
            "Lists what agents counted in each hour, newest first. A crash may lose the counts of its last second; the events themselves are never lost.",
            list,
        )
        .query("from", "Hours from this time on (RFC 3339); 24 hours before `to` when it is left out.")
        .query("to", "Hours up to this time (RFC 3339); now when it is left out.")
        .query("agent", "Only this agent: the id of its cell.")
        .paged()
        .answers::<Listed<Metric>>(200),
    ]
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
    let (limit, cursor) = (query.limit()?, query.cursor()?);
    let mut page = Page { items: Vec::new(), next: cursor };
    for _ in 0..PAGES {
        page = app.engine.store.list_metrics(&workflow.id, from, to, limit, page.next.as_ref()).await?;
        if let Some(agent) = query.get("agent") {
            page.items.retain(|metric| metric.cell_id.as_str() == agent);
        }
        if page.next.is_none() || !page.items.is_empty() {
            break;
        }
    }
    Ok(listed(page, |metric| metric))
}
