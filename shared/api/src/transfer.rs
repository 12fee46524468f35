//! Workflows as files: one JSON text with the canvas and the names of what it needs, which another project or deployment reads again. It
//! holds no credential, no address and no id of the project that it comes from.

use crate::App;
use crate::auth::Access;
use crate::body::{Input, Json, check_name};
use crate::error::Result;
use crate::route::{PROJECT, Route, WORKFLOW};
use crate::workflows::{Saved, raw, saved};
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use rookery_domain::{Error, limits};
use rookery_engine::Needs;
use rookery_store::{Project, Role, Workflow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// What a file says of itself. Another format would have another number.
const FORMAT: &str = "rookery.workflow/1";

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    vec![
        Route::new(Method::GET, format!("{WORKFLOW}/export"), viewer, "Gives the last version as a file.", export)
            .answers::<WorkflowFile>(200),
        Route::new(Method::POST, format!("{PROJECT}/workflows/import"), editor, "Makes a workflow of such a file.", import)
            .takes::<WorkflowFile>()
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

impl Input for WorkflowFile {
    const BYTES: usize = limits::WORKFLOW_BYTES + 64 * 1024;
}

async fn export(State(app): State<App>, Extension(workflow): Extension<Workflow>) -> Result<impl IntoResponse> {
    let options = app.engine.store.options(&workflow.id, workflow.version).await?;
    let needs = app.engine.draft(&workflow.id.project, &options).await?.needs();
    let file = WorkflowFile { format: FORMAT.to_owned(), name: workflow.name, needs, options: raw(options)? };
    // The name may hold anything, so the file is called by the id.
    let disposition = format!("attachment; filename=\"{}.json\"", workflow.id.workflow);
    Ok(([(header::CONTENT_DISPOSITION, disposition)], axum::Json(file)))
}

async fn import(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Json(file): Json<WorkflowFile>,
) -> Result<impl IntoResponse> {
    if file.format != FORMAT {
        let message = format!("`format`: `{}` is not read here.", file.format.chars().take(100).collect::<String>());
        return Err(
            Error::invalid(message, format!("Give what `GET .../workflows/{{workflow}}/export` gives: `{FORMAT}`.")).into()
        );
    }
    check_name(&file.name)?;
    let (workflow, meta) = app.engine.create_workflow(&project.id, &file.name, file.options.get()).await?;
    Ok((StatusCode::CREATED, saved(&app, workflow, meta, Some(file.options)).await?))
}
