//! Versions of a workflow: listed, read, restored.

use crate::App;
use crate::auth::Access;
use crate::body::{Json, Nothing};
use crate::error::Result;
use crate::ids::Ids;
use crate::list::{Listed, One, Query, listed, one};
use crate::route::{Route, WORKFLOW};
use crate::workflow_view::{Saved, raw, saved};
use axum::Extension;
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use rookery_store::{Role, VersionInfo, Workflow};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    let (all, each) = (format!("{WORKFLOW}/versions"), format!("{WORKFLOW}/versions/{{version}}"));
    vec![
        Route::new(Method::GET, all, viewer, "Lists the versions, newest first, without their options.", list)
            .paged()
            .answers::<Listed<VersionInfo>>(200),
        Route::new(Method::GET, &each, viewer, "Shows a version.", show).answers::<One<VersionView>>(200),
        Route::new(
            Method::POST,
            format!("{each}/restore"),
            editor,
            "Saves a new version with the options of an old one.",
            restore,
        )
        .takes::<Nothing>()
        .answers::<Saved>(200),
    ]
}

/// A version in full.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Version")]
struct VersionView {
    #[serde(flatten)]
    info: VersionInfo,
    /// The canvas, as it came.
    #[schemars(with = "Value")]
    options: Box<RawValue>,
}

async fn list(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let (limit, cursor) = (query.limit()?, query.cursor()?);
    let page = app.engine.store.list_versions(&workflow.id, limit, cursor.as_ref()).await?;
    Ok(listed(page, |version| version))
}

async fn show(State(app): State<App>, Extension(workflow): Extension<Workflow>, ids: Ids) -> Result<impl IntoResponse> {
    let version = ids.get("version")?;
    let info = app.engine.store.version(&workflow.id, version).await?;
    let options = raw(app.engine.store.options(&workflow.id, version).await?)?;
    Ok(one(VersionView { info, options }))
}

async fn restore(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    ids: Ids,
    _: Json<Nothing>,
) -> Result<impl IntoResponse> {
    let version = ids.get("version")?;
    let options = app.engine.store.options(&workflow.id, version).await?;
    let (workflow, meta) = app.engine.save(&workflow, None, None, Some(&options), Some(version)).await?;
    saved(&app, workflow, meta, Some(raw(options)?)).await
}
