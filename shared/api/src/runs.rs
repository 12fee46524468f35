//! Runs: a root event and all that came of it.

use crate::App;
use crate::auth::Access;
use crate::error::Result;
use crate::events::is_kept;
use crate::ids::Ids;
use crate::list::{Listed, Query, listed};
use crate::route::{Route, WORKFLOW};
use crate::run_tree::{RunState, RunTree, RunView};
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use rookery_domain::{CellId, Error, Event, RunId, Time};
use rookery_engine::Built;
use rookery_store::{EventFilter, Page, Role, RunItem, Workflow};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The most items of a run in one answer: events, and what became of deliveries.
const ITEMS: usize = 1000;
/// How many items are read at once.
const READ: usize = 200;

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, all) = (Access::Project(Role::Viewer), format!("{WORKFLOW}/runs"));
    vec![
        Route::new(Method::GET, &all, viewer, "Lists the runs, newest first. A run is in the list when its first delivery has begun; by its id, it is there at once.", list).tool("list_runs", "Lists a workflow's runs, newest first. A run is an event from outside and all that came of it.").paged().answers::<Listed<RunSummary>>(200),
        Route::new(
            Method::GET,
            format!("{all}/{{run}}"),
            viewer,
            "Shows a run as a tree: its events, their deliveries with outcome and timings, and the events that came of them.",
            show,
        )
        .tool("read_run", "Shows a run as a tree: each event, who received it, what became of that (outcome, error, timing), and the events that came of it. `state` says whether all is done; read again while it is not.")
        .query("cursor", "Where a very large run goes on: `meta.next_cursor` of the part before.")
        .answers::<Shown>(200),
    ]
}

/// A run in a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunSummary")]
struct RunSummary {
    /// The run's id.
    id: RunId,
    /// When the run began.
    created_at: Time,
    /// The workflow version that it is pinned to.
    version: u64,
    /// The agent that emitted the run's first event.
    cell_id: CellId,
    /// The groups of the first event.
    groups: Vec<String>,
}

impl From<Event> for RunSummary {
    fn from(root: Event) -> Self {
        RunSummary {
            id: root.id.run,
            created_at: root.created_at,
            version: root.version,
            cell_id: root.cell,
            groups: root.groups,
        }
    }
}

/// A run, and whether this is all of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ShownRun")]
struct Shown {
    data: RunView,
    meta: ShownMeta,
}

/// Whether a run is shown whole.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct ShownMeta {
    /// The run is too large for one answer: this is a part of it, in no particular order.
    truncated: bool,
    /// The `cursor` of the next part; null at the end.
    next_cursor: Option<String>,
}

async fn list(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let (limit, cursor) = (query.limit()?, query.cursor()?);
    let roots = EventFilter { roots: true, ..EventFilter::default() };
    let page = app.engine.list_events(&workflow, &roots, limit, cursor.as_ref()).await?;
    // A check may begin its run with several events.
    let mut seen = HashSet::new();
    let items = page.items.into_iter().filter(|event| seen.insert(event.id.run)).collect();
    Ok(listed(Page { items, next: page.next }, RunSummary::from))
}

async fn show(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(query): Extension<Query>,
    ids: Ids,
) -> Result<impl IntoResponse> {
    let (run, begin) = (ids.get::<RunId>("run")?, query.cursor()?);
    let (mut items, mut next): (Vec<RunItem>, _) = (Vec::new(), begin.clone());
    loop {
        let page = app.engine.store.list_run(&workflow.id, run, READ, next.as_ref()).await?;
        items.extend(page.items);
        next = page.next;
        if next.is_none() || items.len() >= ITEMS {
            break;
        }
    }
    if !items.iter().flat_map(RunItem::events).any(is_kept) && begin.is_none() {
        return Err(Error::not_found("run").into());
    }
    let truncated = next.is_some() || begin.is_some();
    let built = versions(&app, &workflow, items.iter().flat_map(RunItem::events).map(|event| event.version)).await?;
    let missing = if truncated { RunState::Unknown } else { RunState::Pending };
    let data = RunTree::new(items, &built, missing).view(run);
    Ok(Json(Shown { data, meta: ShownMeta { truncated, next_cursor: next.map(|cursor| cursor.encode()) } }))
}

/// The built versions with these numbers: of a run's events, usually one.
pub(crate) async fn versions(
    app: &App,
    workflow: &Workflow,
    numbers: impl Iterator<Item = u64>,
) -> Result<HashMap<u64, Arc<Built>>> {
    let numbers: HashSet<u64> = numbers.collect();
    let mut built = HashMap::new();
    for number in numbers {
        built.insert(number, app.engine.built(&workflow.id, number).await?);
    }
    Ok(built)
}
