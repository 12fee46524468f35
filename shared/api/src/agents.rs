//! Agents of a workflow's last built version: what they are, count, remember and log; checks and dry runs by hand.

use crate::App;
use crate::agent_view::{AgentView, Viewed};
use crate::auth::{Access, Caller};
use crate::body::{Input, Json, Nothing, present};
use crate::error::Result;
use crate::events::NewEvent;
use crate::external::external;
use crate::host::Base;
use crate::ids::Ids;
use crate::list::{Listed, One, Query, bad_cursor, cursor_at, listed, one, place_of};
use crate::route::{AGENT, Route, WORKFLOW};
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use rookery_domain::{Cell, CellId, Error};
use rookery_engine::{Built, Report, Tried, TriedEvent};
use rookery_store::{Cursor, LogEntry, Page, Role, ScheduleItem, Workflow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// The most memories and log entries of an agent that are shown.
const SHOWN: usize = 50;

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    let below = |what: &str| format!("{AGENT}{what}");
    vec![
        Route::new(Method::GET, format!("{WORKFLOW}/agents"), viewer, "Lists the agents of the last built version.", list)
            .tool("list_agents", "Lists the agents of a workflow's last built version: state, counts of events, last errors, schedules, and the addresses of hooks, feeds and pages.")
            .without(&["config"])
            .paged()
            .answers::<Listed<AgentView>>(200),
        Route::new(Method::GET, AGENT, viewer, "Shows an agent, with its memory and its latest logs.", show)
            .tool("read_agent", "Shows one agent of the last built version, with what it remembers and its latest logs.")
            .answers::<One<AgentView>>(200),
        Route::new(Method::GET, below("/logs"), viewer, "Lists an agent's logs, newest first.", logs)
            .paged()
            .answers::<Listed<LogEntry>>(200),
        Route::new(Method::DELETE, below("/logs"), editor, "Removes what an agent has logged, up to 10,000 entries.", clear_logs)
            .answers::<One<Cleared>>(200),
        Route::new(Method::DELETE, below("/memory"), editor, "Makes an agent forget all that it remembers.", clear_memory),
        Route::new(
            Method::POST,
            below("/check"),
            editor,
            "Checks an agent of the last built version now, whatever its schedule.",
            check,
        )
        .takes::<Nothing>()
        .answers::<One<Report>>(200),
        Route::new(
            Method::POST,
            below("/dry_run"),
            editor,
            "Says what an agent of the last built version would do. Nothing is committed.",
            dry_run,
        )
        .tool("dry_run_agent", "Says what one agent of the last built version would do with an event: the events that it would emit, its memory, its logs, or its error. Nothing is committed, and outside calls are made only with `outside_calls`. Try each agent so before you start a workflow.")
        .takes::<DryRun>()
        .answers::<One<Report>>(200),
    ]
}

/// What an agent is tried with.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DryRun {
    /// The event that the agent gets: `{"payload": {...}}`. Without an event, the agent is checked, if its type checks anything.
    #[serde(default, deserialize_with = "present")]
    event: Option<NewEvent>,
    /// Whether the agent may make outside calls.
    #[serde(default)]
    outside_calls: bool,
}

/// What became of logs that were to be removed.
#[derive(Serialize, JsonSchema)]
struct Cleared {
    /// Whether entries are left: then send the request again.
    more: bool,
}

impl Input for DryRun {
    const BYTES: usize = NewEvent::BYTES;
    const OPTIONAL: bool = true;
}

async fn list(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(caller): Extension<Caller>,
    Extension(query): Extension<Query>,
    base: Base,
) -> Result<impl IntoResponse> {
    let (limit, cursor) = (query.limit()?, query.cursor()?);
    let Some(built) = app.engine.last_built(&workflow).await? else {
        return Ok(listed(Page { items: Vec::new(), next: None }, |agent| agent));
    };
    let page = page_of(built.graph.cells(), limit, cursor.as_ref())?;
    let (activity, schedules) = tokio::join!(app.engine.activity(&workflow.id), app.engine.store.schedules(&workflow.id));
    let mut activity = activity?;
    let schedules = schedules?.into_iter().map(|item| (item.agent.cell.clone(), item));
    let mut schedules: HashMap<CellId, ScheduleItem> = schedules.collect();
    let viewed = Viewed { workflow: &workflow, built: &built, caller: &caller, base: &base };
    let shown = |cell: &Cell| viewed.agent(cell, activity.remove(&cell.id).unwrap_or_default(), schedules.remove(&cell.id));
    Ok(listed(page, shown))
}

async fn show(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(caller): Extension<Caller>,
    ids: Ids,
    base: Base,
) -> Result<impl IntoResponse> {
    Ok(one(shown(&app, &workflow, &caller, &ids, &base).await?))
}

/// An agent of the last built version, in full.
pub(crate) async fn shown(app: &App, workflow: &Workflow, caller: &Caller, ids: &Ids, base: &Base) -> Result<AgentView> {
    let (built, cell) = find(app, workflow, ids).await?;
    let (store, agent) = (&app.engine.store, workflow.id.agent(&cell));
    let (activity, schedule, memories, logs) = tokio::join!(
        app.engine.activity(&workflow.id),
        store.schedule(&workflow.id, &cell.id),
        store.list_memories(&agent, SHOWN, None),
        store.list_logs(&agent, SHOWN, None),
    );
    let mut memories = memories?.items;
    let memory = match memories.as_slice() {
        [one] if one.scope.is_empty() => memories.remove(0).value,
        [] => Value::Null,
        _ => Value::Object(memories.into_iter().map(|memory| (memory.scope, memory.value)).collect()),
    };
    let activity = activity?.remove(&cell.id).unwrap_or_default();
    let viewed = Viewed { workflow, built: &built, caller, base };
    let external = external(app, workflow, &built, &cell).await?;
    Ok(viewed.agent(&cell, activity, schedule?).in_full(external, memory, logs?.items))
}

async fn logs(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(query): Extension<Query>,
    ids: Ids,
) -> Result<impl IntoResponse> {
    let (_, cell) = find(&app, &workflow, &ids).await?;
    let (limit, cursor) = (query.limit()?, query.cursor()?);
    let store = &app.engine.store;
    let page = store.list_logs(&workflow.id.agent(&cell), limit, cursor.as_ref()).await?;
    Ok(listed(page, |entry| entry))
}

async fn clear_logs(State(app): State<App>, Extension(workflow): Extension<Workflow>, ids: Ids) -> Result<impl IntoResponse> {
    let (_, cell) = find(&app, &workflow, &ids).await?;
    let is_empty = app.engine.store.clear_logs(&workflow.id.agent(&cell)).await?;
    Ok(one(Cleared { more: !is_empty }))
}

async fn clear_memory(State(app): State<App>, Extension(workflow): Extension<Workflow>, ids: Ids) -> Result<StatusCode> {
    let (_, cell) = find(&app, &workflow, &ids).await?;
    app.engine.store.clear_memories(&workflow.id.agent(&cell)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn check(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    ids: Ids,
    _: Json<Nothing>,
) -> Result<impl IntoResponse> {
    Ok(one(app.engine.check_now(&workflow, &CellId(ids.text("cell").to_owned())).await?))
}

async fn dry_run(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    ids: Ids,
    Json(input): Json<DryRun>,
) -> Result<impl IntoResponse> {
    let event = input.event.map(tried).transpose()?;
    let cell = CellId(ids.text("cell").to_owned());
    let tried = Tried { event, memory: None, outside_calls: input.outside_calls };
    Ok(one(app.engine.dry_run(&workflow, &cell, tried).await?))
}

/// An event that an agent is tried with, as it came.
pub(crate) fn tried(event: NewEvent) -> Result<TriedEvent> {
    let (payload, groups) = event.read()?;
    Ok(TriedEvent { payload, groups, source: None })
}

pub(crate) async fn find(app: &App, workflow: &Workflow, ids: &Ids) -> Result<(Arc<Built>, Cell)> {
    let unknown = || Error::not_found("agent");
    let built = app.engine.last_built(workflow).await?.ok_or_else(unknown)?;
    let cell = built.graph.cell(&CellId(ids.text("cell").to_owned())).ok_or_else(unknown)?.clone();
    Ok((built, cell))
}

/// A page of agents, in the workflow's order; its cursor names the last agent shown.
fn page_of<'a>(cells: &'a [Cell], limit: usize, cursor: Option<&Cursor>) -> Result<Page<&'a Cell>> {
    let after = cursor.map(|cursor| {
        let place = place_of(cursor).ok_or_else(bad_cursor)?;
        cells.iter().position(|cell| cell.id.as_str() == place).ok_or_else(bad_cursor)
    });
    let rest = &cells[after.transpose()?.map_or(0, |index| index + 1)..];
    let items: Vec<&Cell> = rest.iter().take(limit).collect();
    let next = items.last().filter(|_| rest.len() > limit).map(|last| cursor_at(last.id.as_str()));
    Ok(Page { next: next.transpose()?, items })
}
