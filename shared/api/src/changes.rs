//! What changed in a workflow since a cursor: its new events, and which version of it runs. Pages that show a workflow ask for it again and again.

use crate::App;
use crate::auth::Access;
use crate::error::Result;
use crate::event_view::is_kept;
use crate::list::Query;
use crate::route::{Route, WORKFLOW};
use crate::runs::versions;
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use rookery_domain::{CellId, Event, EventId, RunId, Time};
use rookery_engine::Built;
use rookery_store::{Role, RunItem, State as WorkflowState, Workflow};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::GET,
            format!("{WORKFLOW}/changes"),
            Access::Project(Role::Viewer),
            "Tells what came into the list of events since a cursor, oldest first, and which version runs. Ask again with `meta.next_cursor`, also when nothing came: at once while `truncated`, else after some seconds. An event is told when it is listed, which may be later than newer ones; it may be told twice, though seldom.",
            show,
        )
        .query("after", "`meta.next_cursor` of the answer before. Without it, no events are told, only the cursor of now.")
        .query("limit", "About how many events an answer has at most: 1 to 200, 50 when it is left out. Events that were listed together are told together.")
        .answers::<Shown>(200),
    ]
}

/// What changed, and where the next answer begins.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ShownChanges")]
struct Shown {
    data: ChangesView,
    meta: ShownMeta,
}

/// Where the next answer begins.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct ShownMeta {
    /// The `after` of the next request.
    next_cursor: String,
}

/// What changed in a workflow.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Changes")]
struct ChangesView {
    /// The events that came, oldest first.
    events: Vec<ChangeView>,
    /// The last saved version.
    version: u64,
    /// The last built version, which new runs are pinned to; 0 before the first build.
    built_version: u64,
    /// Whether the workflow runs.
    state: WorkflowState,
    /// There is more already: ask again at once.
    truncated: bool,
}

/// An event that came. Its payload is shown by its id.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Change")]
struct ChangeView {
    /// The event's id.
    id: EventId,
    /// The event's run.
    run_id: RunId,
    /// The agent that emitted the event.
    cell_id: CellId,
    /// The groups that links choose by.
    groups: Vec<String>,
    /// When the event was committed.
    created_at: Time,
    /// How many deliveries lie between the beginning of the run and the event.
    hop: u16,
    /// What the event came of; none for the first event of a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<CauseView>,
}

/// What an event came of.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ChangeCause")]
struct CauseView {
    /// The event that led to the new one.
    event_id: EventId,
    /// The agent that emitted that event; null where it is not known without a search.
    cell_id: Option<CellId>,
    /// The links by which that event came to the agent that emitted the new one; none where that is not known, and for a copy that a person made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<CellId>,
}

async fn show(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let changes = app.engine.list_changes(&workflow, query.get("after"), query.limit()?).await?;
    let events: Vec<&Event> = changes.items.iter().flat_map(RunItem::events).filter(|event| is_kept(event)).collect();
    let causes = Causes::of(&app, &workflow, &events).await?;
    let data = ChangesView {
        events: events.iter().map(|event| causes.view(event)).collect(),
        version: workflow.version,
        built_version: workflow.built,
        state: workflow.state,
        truncated: changes.truncated,
    };
    Ok(Json(Shown { data, meta: ShownMeta { next_cursor: changes.next.encode() } }))
}

/// What is known of the events that others came of: the agent that emitted them, and their groups.
struct Causes {
    known: HashMap<EventId, (CellId, Vec<String>)>,
    built: HashMap<u64, Arc<Built>>,
}

impl Causes {
    /// Finds what the events came of: among themselves, else at its own place or in the first item of its run. No more is read.
    async fn of(app: &App, workflow: &Workflow, events: &[&Event]) -> Result<Causes> {
        let emitted = |event: &Event| (event.id, (event.cell.clone(), event.groups.clone()));
        let built = versions(app, workflow, events.iter().map(|event| event.version)).await?;
        let mut causes = Causes { known: events.iter().map(|event| emitted(event)).collect(), built };
        let mut places: Vec<EventId> = Vec::new();
        for event in events.iter().filter(|event| causes.source(event).is_none()) {
            places.extend(event.cause.iter().flat_map(|cause| [cause.event, EventId::root(cause.event.run)]));
        }
        places.sort_unstable();
        places.dedup();
        for item in app.engine.store.run_items(&workflow.id, &places).await?.into_iter().flatten() {
            causes.known.extend(item.events().map(emitted));
        }
        Ok(causes)
    }

    /// The agent that the cause of an event is of, and the links by which it came.
    fn source(&self, event: &Event) -> Option<(CellId, Vec<CellId>)> {
        let cause = event.cause.as_ref()?;
        let graph = &self.built.get(&event.version)?.graph;
        if let Some((cell, groups)) = self.known.get(&cause.event) {
            let taking = graph.taking(cell, groups).filter(|(link, _)| link.target == event.cell && cause.delivery.is_some());
            return Some((cell.clone(), taking.map(|(link, _)| link.id.clone()).collect()));
        }
        // Where only one link leads to an agent, its events came by that.
        let mut incoming = graph.incoming(&event.cell).filter(|_| cause.delivery.is_some());
        let only = incoming.next().filter(|_| incoming.next().is_none())?;
        Some((only.source.clone(), vec![only.id.clone()]))
    }

    fn view(&self, event: &Event) -> ChangeView {
        let cause = event.cause.as_ref().map(|cause| {
            let (cell_id, links) = self.source(event).map_or((None, Vec::new()), |(cell, links)| (Some(cell), links));
            CauseView { event_id: cause.event, cell_id, links }
        });
        ChangeView {
            id: event.id,
            run_id: event.id.run,
            cell_id: event.cell.clone(),
            groups: event.groups.clone(),
            created_at: event.created_at,
            hop: event.hop,
            cause,
        }
    }
}
