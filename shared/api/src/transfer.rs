//! Workflows as files: one JSON text with the canvas and the names of what it needs, which another project or deployment reads again. It
//! holds no credential, no address and no id of the project that it comes from. A canvas as JointJS saves it is read, too, and a scenario of
//! Huginn, of which `rookery_agents::huginn` makes a canvas.

use crate::App;
use crate::about;
use crate::auth::Access;
use crate::body::{Input, Json, check_name, parse};
use crate::error::Result;
use crate::list::{Listed, Query, listed};
use crate::route::{PROJECT, Route, WORKFLOW};
use crate::scenario;
use crate::workflow_view::{WorkflowView, raw, view};
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use rookery_agents::huginn::{self, Report};
use rookery_domain::{Error, WorkflowId, WorkflowRef, limits};
use rookery_engine::{Needs, SaveResult};
use rookery_store::{About, Credential, Page, Project, Role, Workflow};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The parameter that names a workflow whose file does not.
const NAME: &str = "name";
/// What such a workflow is called otherwise.
const IMPORTED: &str = "Imported";
/// The parameter that names the zone of a scenario's schedules.
pub(crate) const TIMEZONE: &str = "timezone";
/// The parameter that names the workflow whose next version a file becomes.
const INTO: &str = "workflow";
/// What a file says of itself. Another format would have another number.
const FORMAT: &str = "rookery.workflow/1";
/// With so many bytes, a page of files ends: with one more file, an answer of a function holds it.
const EXPORTED_BYTES: usize = 3 * 1024 * 1024;

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    vec![
        Route::new(Method::GET, format!("{WORKFLOW}/export"), viewer, "Gives the last version as a file.", export)
            .answers::<WorkflowFile>(200),
        Route::new(
            Method::GET,
            format!("{PROJECT}/workflows/export"),
            viewer,
            "Gives the last versions of all workflows as files. A page has at most 3 MB and one file more.",
            export_all,
        )
        .paged()
        .answers::<Listed<ExportedWorkflow>>(200),
        Route::new(
            Method::POST,
            format!("{PROJECT}/workflows/import"),
            editor,
            "Makes a workflow of such a file, of one of JointJS, or of a scenario of Huginn.",
            import,
        )
        .query(NAME, "What people call the workflow. When it is left out, the file says it, or else it is `Imported`.")
        .query(
            TIMEZONE,
            "For a scenario of Huginn: the zone of times of day like `6am`, as in `Europe/Berlin`. UTC when it is left out.",
        )
        .query(
            INTO,
            "The id of a workflow whose next version the file becomes. When it is left out, the file becomes a new workflow.",
        )
        .takes::<AnyFile>()
        .answers::<ImportedWorkflow>(201),
    ]
}

/// A workflow as a file.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WorkflowFile {
    /// `rookery.workflow/1`.
    format: String,
    /// What people call the workflow: 1 to 200 characters.
    name: String,
    /// What the workflow is for: up to 2,000 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
    /// Its tags: up to 20, each of 1 to 50 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    /// What the project must have for the workflow to run. An import need not have it, and does not read it.
    #[serde(default)]
    needs: Needs,
    /// The canvas: `{"cells": [...]}`.
    #[schemars(with = "Value")]
    options: Box<RawValue>,
}

/// A workflow of a project, as a file.
#[derive(Serialize, JsonSchema)]
struct ExportedWorkflow {
    /// The id of the workflow, which stays the same. The file does not hold it.
    id: WorkflowId,
    /// The file: what an import takes.
    file: WorkflowFile,
}

/// A canvas as JointJS saves it (`graph.toJSON()`). It is given back byte for byte.
#[derive(JsonSchema)]
#[allow(dead_code)] // It is the shape of the document alone.
struct JointFile {
    /// The cells: those with `"type": "agent"` and an `agent_type` are agents, and links between them are links, `standard.Link` too.
    cells: Vec<Map<String, Value>>,
}

/// A scenario of Huginn, as Huginn exports it. Its secrets become credentials, which nobody is shown.
#[derive(JsonSchema)]
#[allow(dead_code)] // It is the shape of the document alone.
struct HuginnFile {
    /// What people call the scenario.
    name: String,
    /// The agents: each with its `type` (`Agents::RssAgent`), `name`, `guid`, `options`, `schedule` and more.
    agents: Vec<Map<String, Value>>,
    /// The links: `{"source", "receiver"}`, places in `agents`.
    #[serde(default)]
    links: Vec<Map<String, Value>>,
    /// The links by which agents control others: `{"controller", "control_target"}`.
    #[serde(default)]
    control_links: Vec<Map<String, Value>>,
}

/// A file from here or from elsewhere.
#[derive(Deserialize)]
#[serde(transparent)]
struct AnyFile(Box<RawValue>);

impl JsonSchema for AnyFile {
    fn schema_name() -> Cow<'static, str> {
        "ImportedFile".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (own, joint) = (generator.subschema_for::<WorkflowFile>(), generator.subschema_for::<JointFile>());
        let huginn = generator.subschema_for::<HuginnFile>();
        json_schema!({"anyOf": [own, joint, huginn]})
    }
}

impl Input for AnyFile {
    const BYTES: usize = limits::WORKFLOW_BYTES + 64 * 1024;
}

/// What tells files apart.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Peek {
    format: Option<IgnoredAny>,
    agents: Option<IgnoredAny>,
    cells: Option<IgnoredAny>,
}

/// What comes of a file, before it is saved.
pub(crate) struct Read {
    /// The name that the file has.
    pub(crate) name: Option<String>,
    /// What else the file says of the workflow, which an existing one does not take.
    pub(crate) about: About,
    pub(crate) options: Box<RawValue>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) report: Option<Report>,
}

/// A workflow that was made of a file.
#[derive(Serialize, JsonSchema)]
struct ImportedWorkflow {
    /// `ok`: the request was done. The workflow may have problems all the same.
    status: &'static str,
    data: WorkflowView,
    meta: ImportMeta,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct ImportMeta {
    #[serde(flatten)]
    saved: SaveResult,
    /// What became of each part of a file that was written for something else: a scenario of Huginn.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
}

async fn export(State(app): State<App>, Extension(workflow): Extension<Workflow>) -> Result<impl IntoResponse> {
    // The name may hold anything, so the file is called by the id.
    let disposition = format!("attachment; filename=\"{}.json\"", workflow.id.workflow);
    Ok(([(header::CONTENT_DISPOSITION, disposition)], axum::Json(file_of(&app, workflow).await?)))
}

async fn export_all(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let (limit, mut next, mut bytes) = (query.limit()?, query.cursor()?, 0);
    let mut items = Vec::new();
    loop {
        let page = app.engine.store.list_workflows(&project.id, 1, next.as_ref()).await?;
        for workflow in page.items {
            let (id, file) = (workflow.id.workflow.clone(), file_of(&app, workflow).await?);
            bytes += file.options.get().len();
            items.push(ExportedWorkflow { id, file });
        }
        next = page.next;
        if next.is_none() || items.len() >= limit || bytes > EXPORTED_BYTES {
            return Ok(listed(Page { items, next }, |item| item));
        }
    }
}

async fn file_of(app: &App, workflow: Workflow) -> Result<WorkflowFile> {
    let options = app.engine.store.options(&workflow.id, workflow.version).await?;
    let needs = app.engine.draft(&workflow.id.project, &options).await?.needs;
    let About { description, tags } = workflow.about;
    Ok(WorkflowFile { format: FORMAT.to_owned(), name: workflow.name, description, tags, needs, options: raw(options)? })
}

async fn import(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
    Json(AnyFile(file)): Json<AnyFile>,
) -> Result<impl IntoResponse> {
    let into = match query.get(INTO) {
        Some(id) => Some(app.engine.store.workflow(&WorkflowRef { project: project.id.clone(), workflow: id.parse()? }).await?),
        None => None,
    };
    let timezone = scenario::zone(query.get(TIMEZONE).unwrap_or("UTC"))?;
    // A list would be read as the fields, one after the other.
    let is_object = file.get().trim_start().starts_with('{');
    let peek = if is_object { serde_json::from_str(file.get()).unwrap_or_default() } else { Peek::default() };
    let read = match peek {
        Peek { format: Some(_), .. } => read(&file)?,
        Peek { agents: Some(_), .. } => scenario::read(&app, &project, into.as_ref(), timezone, &file).await?,
        Peek { cells: Some(_), .. } => {
            Read { name: None, about: About::default(), options: file, credentials: Vec::new(), report: None }
        }
        Peek { .. } => return Err(huginn::not_a_scenario(&parse::<Value>(file.get().as_bytes())?).into()),
    };
    let kept = into.as_ref().map(|workflow| workflow.name.as_str());
    let name = match query.get(NAME).or(kept).or(read.name.as_deref()) {
        Some(name) => name,
        None if read.report.is_some() => return Err(huginn::nameless().into()),
        None => IMPORTED,
    };
    check_name(name)?;
    let options = read.options.get();
    let (workflow, saved) = app.engine.import(&project.id, into.as_ref(), name, options, &read.credentials, &read.about).await?;
    let meta = ImportMeta { saved, report: read.report };
    let answer = ImportedWorkflow { status: "ok", data: view(workflow, Some(read.options)), meta };
    Ok((StatusCode::CREATED, axum::Json(answer)))
}

/// Reads a file of ours: its name and its canvas.
fn read(file: &RawValue) -> Result<Read> {
    let file: WorkflowFile = parse(file.get().as_bytes())?;
    if file.format != FORMAT {
        let message = format!("`format`: `{}` is not read here.", file.format.chars().take(100).collect::<String>());
        return Err(
            Error::invalid(message, format!("Give what `GET .../workflows/{{workflow}}/export` gives: `{FORMAT}`.")).into()
        );
    }
    check_name(&file.name)?;
    let about = about::read(file.description, file.tags)?;
    Ok(Read { name: Some(file.name), about, options: file.options, credentials: Vec::new(), report: None })
}
