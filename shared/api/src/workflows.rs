//! Workflows: always saved, judged at each save, built, started and stopped.

use crate::App;
use crate::about;
use crate::auth::Access;
use crate::body::{Input, Json, Nothing, check_name, present};
use crate::error::Result;
use crate::list::{Listed, Query, listed};
use crate::route::{PROJECT, Route, WORKFLOW};
use crate::workflow_view::{Saved, WorkflowView, raw, saved, view};
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use rookery_domain::limits;
use rookery_engine::SaveResult;
use rookery_store::{Project, Role, State as WorkflowState, Workflow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// When what is published may break others.
const BREAKS_AT: &str = "break_consumers_at";
const BREAKS: &str = "From when on entry points of the workflow may break connected stages (RFC 3339): a time from now on, within a year. \
    Until then, the version before is taken as well. Without it, what breaks them is refused with 409 `breaks_consumers`, whose \
    `meta.connections` lists them.";

/// The parameter by which workflows are found.
const TAG: &str = "tag";

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    let (all, below) = (format!("{PROJECT}/workflows"), |what: &str| format!("{WORKFLOW}{what}"));
    let all_check = format!("{all}/check");
    vec![
        Route::new(Method::POST, &all, editor, "Makes a workflow; one with errors too.", create)
            .tool("create_workflow", "Makes a workflow of a name and a canvas (`options`). It is saved with its errors, if it has any: `meta.errors` names the cell and the field of each. It does not run before `start_workflow`.")
            .without(&["options"])
            .takes::<NewWorkflow>()
            .answers::<Saved>(201),
        Route::new(Method::GET, all, viewer, "Lists the workflows, without their options.", list)
            .tool("list_workflows", "Lists the project's workflows: id, name, description, tags, state, version. `read_workflow` shows the canvas of one.")
            .query(TAG, "Only those with this tag.")
            .paged()
            .answers::<Listed<WorkflowView>>(200),
        Route::new(Method::GET, WORKFLOW, viewer, "Shows a workflow.", show)
            .tool("read_workflow", "Shows a workflow: its canvas (`data.options.cells`), its state, and in `meta` what keeps its last version from being built. Read it before you change it.")
            .answers::<Saved>(200),
        Route::new(Method::PUT, WORKFLOW, editor, "Saves a workflow as a new version; one with errors too.", save)
            .tool("save_workflow", "Saves a whole new canvas, or a new name, as a new version of a workflow. What runs goes on as it was until `start_workflow` is called again. Give the `version` that you have read: if somebody saved meanwhile, nothing is saved.")
            .without(&["options"])
            .takes::<WorkflowChange>()
            .answers::<Saved>(200),
        Route::new(Method::DELETE, WORKFLOW, editor, "Deletes a workflow with all that it has.", delete),
        Route::new(Method::POST, all_check, viewer, "Says what is wrong with a canvas. Nothing is saved.", check_canvas)
            .tool("check_canvas", "Says what is wrong with a canvas, without saving it. `meta.errors` names the cell, the field and the remedy of each error. An empty list means that it can be built.")
            .takes::<Canvas>()
            .answers::<Checked>(200),
        Route::new(Method::POST, below("/check"), editor, "Says what keeps the last version from being built.", check)
            .takes::<Nothing>()
            .answers::<Saved>(200),
        Route::new(Method::POST, below("/build"), editor, "Makes the agents of the last version.", build)
            .query(BREAKS_AT, BREAKS)
            .tool("build_workflow", "Makes the agents of the last saved version, without letting them run, so that you can try each by `dry_run_agent`.")
            .without(&["options"])
            .takes::<Nothing>()
            .answers::<Saved>(200),
        Route::new(Method::POST, below("/start"), editor, "Builds the last version and lets it run.", start)
            .query(BREAKS_AT, BREAKS)
            .tool("start_workflow", "Builds the last saved version and lets it run: its triggers take events and its schedules fire. If it has errors, nothing is changed, and they are named.")
            .without(&["options"])
            .takes::<Nothing>()
            .answers::<Saved>(200),
        Route::new(Method::POST, below("/stop"), editor, "Lets triggers and schedules rest.", stop)
            .tool("stop_workflow", "Lets a workflow rest: its triggers take no events, and its schedules do not fire. What is under way goes on.")
            .without(&["options"])
            .takes::<Nothing>()
            .answers::<Saved>(200),
    ]
}

/// The body that creates a workflow.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewWorkflow {
    /// What people call the workflow: 1 to 200 characters.
    name: String,
    /// The canvas: `{"cells": [...]}`. It is given back byte for byte.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<Map<String, Value>>")]
    options: Option<Box<RawValue>>,
    /// What the workflow is for: up to 2,000 characters.
    #[serde(default, deserialize_with = "present")]
    description: Option<String>,
    /// Its tags: up to 20, each of 1 to 50 characters.
    #[serde(default, deserialize_with = "present")]
    tags: Option<Vec<String>>,
}

/// A change of a workflow.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WorkflowChange {
    /// The new name. Without it, the name stays.
    #[serde(default, deserialize_with = "present")]
    name: Option<String>,
    /// The new canvas, which is given back byte for byte. Without it, the canvas stays.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<Map<String, Value>>")]
    options: Option<Box<RawValue>>,
    /// The version that the change is based on. If it is not the last version, nothing is saved (409).
    #[serde(default, deserialize_with = "present")]
    version: Option<u32>,
}

impl Input for NewWorkflow {
    const BYTES: usize = limits::WORKFLOW_BYTES + 64 * 1024;
}

impl Input for WorkflowChange {
    const BYTES: usize = NewWorkflow::BYTES;
}

/// A canvas that is judged.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Canvas {
    /// The canvas: `{"cells": [...]}`.
    #[schemars(with = "Map<String, Value>")]
    options: Box<RawValue>,
}

impl Input for Canvas {
    const BYTES: usize = NewWorkflow::BYTES;
}

/// What is wrong with a canvas.
#[derive(Serialize, JsonSchema)]
struct Checked {
    /// `ok`: the request was done. The canvas may have problems all the same.
    status: &'static str,
    meta: SaveResult,
}

async fn create(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Json(input): Json<NewWorkflow>,
) -> Result<impl IntoResponse> {
    check_name(&input.name)?;
    let about = about::read(input.description.unwrap_or_default(), input.tags.unwrap_or_default())?;
    let options = input.options.map_or_else(|| raw("{}".to_owned()), Ok)?;
    let (workflow, meta) = app.engine.import(&project.id, None, &input.name, options.get(), &[], &about).await?;
    Ok((StatusCode::CREATED, saved(&app, workflow, meta, Some(options)).await?))
}

async fn list(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let (store, limit, cursor) = (&app.engine.store, query.limit()?, query.cursor()?);
    let page = match query.get(TAG) {
        Some(tag) => store.list_tagged(&project.id, tag, limit, cursor.as_ref()).await?,
        None => store.list_workflows(&project.id, limit, cursor.as_ref()).await?,
    };
    Ok(listed(page, |workflow| view(workflow, None)))
}

async fn show(State(app): State<App>, Extension(workflow): Extension<Workflow>) -> Result<impl IntoResponse> {
    let options = app.engine.store.options(&workflow.id, workflow.version).await?;
    let meta = app.engine.draft(&workflow.id.project, &options).await?.result(workflow.version);
    saved(&app, workflow, meta, Some(raw(options)?)).await
}

async fn save(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Json(input): Json<WorkflowChange>,
) -> Result<impl IntoResponse> {
    if let Some(name) = &input.name {
        check_name(name)?;
    }
    let options = input.options.as_deref().map(RawValue::get);
    let expected = input.version.map(u64::from);
    let (workflow, meta) = app.engine.save(&workflow, expected, input.name.as_deref(), options, None).await?;
    saved(&app, workflow, meta, input.options).await
}

async fn delete(State(app): State<App>, Extension(workflow): Extension<Workflow>) -> Result<StatusCode> {
    app.engine.delete_workflow(&workflow.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn check_canvas(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Json(canvas): Json<Canvas>,
) -> Result<impl IntoResponse> {
    // What is not saved has no version.
    let meta = app.engine.draft(&project.id, canvas.options.get()).await?.result(0);
    Ok(axum::Json(Checked { status: "ok", meta }))
}

async fn check(app: State<App>, workflow: Extension<Workflow>, _: Json<Nothing>) -> Result<impl IntoResponse> {
    show(app, workflow).await
}

async fn build(
    app: State<App>,
    workflow: Extension<Workflow>,
    query: Extension<Query>,
    _: Json<Nothing>,
) -> Result<impl IntoResponse> {
    make(&app, &workflow, &query, None).await
}

async fn start(
    app: State<App>,
    workflow: Extension<Workflow>,
    query: Extension<Query>,
    _: Json<Nothing>,
) -> Result<impl IntoResponse> {
    make(&app, &workflow, &query, Some(WorkflowState::Active)).await
}

async fn make(app: &App, workflow: &Workflow, query: &Query, state: Option<WorkflowState>) -> Result<axum::Json<Saved>> {
    let (workflow, meta) = app.engine.make(workflow, state, query.time(BREAKS_AT)?).await?;
    saved(app, workflow, meta, None).await
}

async fn stop(State(app): State<App>, Extension(workflow): Extension<Workflow>, _: Json<Nothing>) -> Result<impl IntoResponse> {
    let (workflow, meta) = app.engine.stop(&workflow).await?;
    saved(&app, workflow, meta, None).await
}
