//! Workflows as files: one JSON text with the canvas and the names of what it needs, which another project or deployment reads again. It
//! holds no credential, no address and no id of the project that it comes from. A canvas as JointJS saves it is read, too.

use crate::App;
use crate::auth::Access;
use crate::body::{Input, Json, check_name, parse};
use crate::error::Result;
use crate::list::Query;
use crate::route::{PROJECT, Route, WORKFLOW};
use crate::workflows::{Saved, raw, saved};
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use rookery_domain::{Error, limits};
use rookery_engine::Needs;
use rookery_store::{Project, Role, Workflow};
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
/// What a file says of itself. Another format would have another number.
const FORMAT: &str = "rookery.workflow/1";

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    vec![
        Route::new(Method::GET, format!("{WORKFLOW}/export"), viewer, "Gives the last version as a file.", export)
            .answers::<WorkflowFile>(200),
        Route::new(
            Method::POST,
            format!("{PROJECT}/workflows/import"),
            editor,
            "Makes a workflow of such a file, or of one of JointJS.",
            import,
        )
        .query(NAME, "What people call a workflow whose file does not say it: `Imported` when it is left out.")
        .takes::<AnyFile>()
        .answers::<Saved>(201),
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
    /// What the project must have for the workflow to run. An import need not have it, and does not read it.
    #[serde(default)]
    needs: Needs,
    /// The canvas: `{"cells": [...]}`.
    #[schemars(with = "Value")]
    options: Box<RawValue>,
}

/// A canvas as JointJS saves it (`graph.toJSON()`). It is given back byte for byte.
#[derive(JsonSchema)]
#[allow(dead_code)] // It is the shape of the document alone.
struct JointFile {
    /// The cells: those with `"type": "agent"` and an `agent_type` are agents, and links between them are links, `standard.Link` too.
    cells: Vec<Map<String, Value>>,
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
        json_schema!({"anyOf": [own, joint]})
    }
}

impl Input for AnyFile {
    const BYTES: usize = limits::WORKFLOW_BYTES + 64 * 1024;
}

/// What tells files apart.
#[derive(Deserialize)]
struct Peek {
    format: Option<IgnoredAny>,
    cells: Option<IgnoredAny>,
}

async fn export(State(app): State<App>, Extension(workflow): Extension<Workflow>) -> Result<impl IntoResponse> {
    let options = app.engine.store.options(&workflow.id, workflow.version).await?;
    let needs = app.engine.draft(&workflow.id.project, &options).await?.needs;
    let file = WorkflowFile { format: FORMAT.to_owned(), name: workflow.name, needs, options: raw(options)? };
    // The name may hold anything, so the file is called by the id.
    let disposition = format!("attachment; filename=\"{}.json\"", workflow.id.workflow);
    Ok(([(header::CONTENT_DISPOSITION, disposition)], axum::Json(file)))
}

async fn import(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
    Json(AnyFile(file)): Json<AnyFile>,
) -> Result<impl IntoResponse> {
    let (name, options) = match serde_json::from_str(file.get()) {
        Ok(Peek { format: None, cells: Some(_) }) => (query.get(NAME).unwrap_or(IMPORTED).to_owned(), file),
        _ => read(&file)?,
    };
    check_name(&name)?;
    let (workflow, meta) = app.engine.create_workflow(&project.id, &name, options.get()).await?;
    Ok((StatusCode::CREATED, saved(&app, workflow, meta, Some(options)).await?))
}

/// Reads a file of ours: its name and its canvas.
fn read(file: &RawValue) -> Result<(String, Box<RawValue>)> {
    let file: WorkflowFile = parse(file.get().as_bytes())?;
    if file.format != FORMAT {
        let message = format!("`format`: `{}` is not read here.", file.format.chars().take(100).collect::<String>());
        return Err(
            Error::invalid(message, format!("Give what `GET .../workflows/{{workflow}}/export` gives: `{FORMAT}`.")).into()
        );
    }
    Ok((file.name, file.options))
}
