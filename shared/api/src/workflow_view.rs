//! Workflows as they are shown.

use crate::App;
use crate::error::Result;
use rookery_domain::{Error, Time, WorkflowId};
use rookery_engine::SaveResult;
use rookery_store::{State as WorkflowState, Workflow};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A workflow.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Workflow")]
pub(crate) struct WorkflowView {
    /// The workflow's id.
    id: WorkflowId,
    /// What people call the workflow.
    name: String,
    /// What the workflow is for.
    description: String,
    /// Its tags.
    tags: Vec<String>,
    /// Whether the workflow runs.
    state: WorkflowState,
    /// The last saved version.
    version: u64,
    /// The last built version, which new runs are pinned to; 0 before the first build.
    built_version: u64,
    /// The canvas, as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Value>")]
    options: Option<Box<RawValue>>,
    /// When the workflow was made.
    created_at: Time,
    /// When the workflow was last saved, built, started or stopped.
    updated_at: Time,
}

/// A workflow, with the problems that were found in it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SavedWorkflow")]
pub(crate) struct Saved {
    /// `ok`: the request was done. The workflow may have problems all the same.
    status: &'static str,
    data: WorkflowView,
    meta: SaveResult,
}

/// Shows a workflow, with these options.
pub(crate) fn view(workflow: Workflow, options: Option<Box<RawValue>>) -> WorkflowView {
    WorkflowView {
        id: workflow.id.workflow,
        name: workflow.name,
        description: workflow.about.description,
        tags: workflow.about.tags,
        state: workflow.state,
        version: workflow.version,
        built_version: workflow.built,
        options,
        created_at: workflow.created_at,
        updated_at: workflow.updated_at,
    }
}

/// Makes stored options a part of an answer.
pub(crate) fn raw(options: String) -> Result<Box<RawValue>> {
    Ok(RawValue::from_string(options).map_err(Error::internal)?)
}

/// The full answer about a workflow. `options` are those of its last version, where they are already known.
pub(crate) async fn saved(
    app: &App,
    workflow: Workflow,
    meta: SaveResult,
    options: Option<Box<RawValue>>,
) -> Result<axum::Json<Saved>> {
    let options = match options {
        Some(options) => options,
        None => raw(app.engine.store.options(&workflow.id, workflow.version).await?)?,
    };
    Ok(axum::Json(Saved { status: "ok", data: view(workflow, Some(options)), meta }))
}
