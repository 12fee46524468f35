//! A run, shown as a tree: a root event and all that came of it. Lists of runs are in `run_list`.

use crate::App;
use crate::auth::Access;
use crate::error::Result;
use crate::event_view::{PAYLOADS, Payloads, is_kept};
use crate::ids::Ids;
use crate::list::Query;
use crate::route::{Route, WORKFLOW};
use crate::run_tree::{RunState, RunTree, RunView};
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use rookery_domain::{Error, EventId, RunId};
use rookery_engine::Built;
use rookery_store::{Role, RunItem, Workflow};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The most items of a run in one answer: events, and what became of deliveries.
const ITEMS: usize = 1000;
/// How many items are read at once.
const READ: usize = 200;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::GET,
            format!("{WORKFLOW}/runs/{{run}}"),
            Access::Project(Role::Viewer),
            "Shows a run as a tree: its events, their deliveries with outcome and timings, and the events that came of them.",
            show,
        )
        .tool("read_run", "Shows a run as a tree: each event, who received it, what became of that (outcome, error, timing), and the events that came of it. `state` says whether all is done; read again while it is not.")
        .query("cursor", "Where a very large run goes on: `meta.next_cursor` of the part before.")
        .query(PAYLOADS, Payloads::HELP)
        .answers::<Shown>(200),
    ]
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
    /// The run is too large for one answer: this is a part of it, in no particular order. The first part has the first event.
    truncated: bool,
    /// The `cursor` of the next part; null at the end.
    next_cursor: Option<String>,
}

async fn show(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(query): Extension<Query>,
    ids: Ids,
) -> Result<impl IntoResponse> {
    let (run, begin) = (ids.get::<RunId>("run")?, query.cursor()?);
    let payloads = Payloads::asked(&query)?;
    let (mut items, mut next): (Vec<RunItem>, _) = (Vec::new(), begin.clone());
    loop {
        let page = app.engine.store.list_run(&workflow.id, run, READ, next.as_ref()).await?;
        items.extend(page.items);
        next = page.next;
        if next.is_none() || items.len() >= ITEMS {
            break;
        }
    }
    let root = EventId::root(run);
    if next.is_some() && begin.is_none() && items.iter().all(|item| item.id != root) {
        items.extend(app.engine.store.run_item(&workflow.id, root).await?);
    }
    if !items.iter().flat_map(RunItem::events).any(is_kept) && begin.is_none() {
        return Err(Error::not_found("run").into());
    }
    let truncated = next.is_some() || begin.is_some();
    let built = versions(&app, &workflow, items.iter().flat_map(RunItem::events).map(|event| event.version)).await?;
    let missing = if truncated { RunState::Unknown } else { RunState::Pending };
    let data = RunTree::new(items, &built, missing, payloads).view(run);
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
