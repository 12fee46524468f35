//! Failures: deliveries, checks and timers that failed for good, and their replay.

use crate::App;
use crate::auth::Access;
use crate::body::{Json, Nothing};
use crate::error::Result;
use crate::ids::Ids;
use crate::list::{Listed, One, Query, listed, one};
use crate::route::{Route, WORKFLOW};
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use rookery_domain::{CellId, Error, EventId, RunId, Time};
use rookery_engine::Replayed;
use rookery_store::{Page, Role, RunItem, Workflow};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    let all = format!("{WORKFLOW}/failures");
    vec![
        Route::new(Method::GET, &all, viewer, "Lists what failed for good, newest first.", list)
            .tool("list_failures", "Lists what failed for good in a workflow, newest first: which agent, on which event, why, and what to do about it.")
            .paged()
            .answers::<Listed<FailureView>>(200),
        Route::new(
            Method::POST,
            format!("{all}/{{failure}}/replay"),
            editor,
            "Tries again what failed, in the version of its run; a check in the last built one. What failed again is tried once more. 409 when \
             nothing is left to try again, and while an earlier replay is under way.",
            replay,
        )
        .tool("replay_failure", "Tries again what failed, after its cause is removed, in the version of its run.")
        .takes::<Nothing>()
        .answers::<One<Replayed>>(202),
        Route::new(
            Method::POST,
            format!("{all}/replay"),
            editor,
            "Tries again all that failed and was not replayed yet, each in the version of its run; checks in the last built one.",
            replay_all,
        )
        .takes::<Nothing>()
        .answers::<One<Replayed>>(202),
    ]
}

/// A delivery, check or timer that failed for good.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FailureRecord")]
struct FailureView {
    /// The failure's id.
    id: EventId,
    /// The run.
    run_id: RunId,
    /// The agent that failed.
    cell_id: CellId,
    /// The event that the agent failed on; none for a check.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<EventId>,
    /// The stable code, in snake case.
    code: String,
    /// What went wrong, and the remedy.
    message: String,
    /// Further details, like the answer of an outside call.
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Value>,
    /// When the delivery failed for good.
    failed_at: Time,
    /// How often the delivery was tried.
    attempts: u32,
    /// When the failure was replayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed_at: Option<Time>,
}

fn view(item: RunItem) -> Option<FailureView> {
    let commit = item.commit?;
    let failure = commit.failure?;
    Some(FailureView {
        id: item.id,
        run_id: item.id.run,
        cell_id: commit.cell,
        event_id: commit.event,
        code: failure.code,
        message: failure.message,
        details: failure.details,
        failed_at: commit.began.plus(commit.took_ms),
        attempts: commit.attempt + 1,
        replayed_at: commit.replayed_at,
    })
}

async fn list(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let (limit, cursor) = (query.limit()?, query.cursor()?);
    let page = app.engine.store.list_failures(&workflow.id, limit, cursor.as_ref()).await?;
    let items = page.items.into_iter().filter_map(view).collect();
    Ok(listed(Page { items, next: page.next }, |failure| failure))
}

async fn replay(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    ids: Ids,
    _: Json<Nothing>,
) -> Result<impl IntoResponse> {
    let id = ids.get("failure").map_err(|_| Error::not_found("failure"))?;
    app.engine.replay(&workflow.id, id).await?;
    Ok((StatusCode::ACCEPTED, one(Replayed { replayed: 1, more: false })))
}

async fn replay_all(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    _: Json<Nothing>,
) -> Result<impl IntoResponse> {
    Ok((StatusCode::ACCEPTED, one(app.engine.replay_all(&workflow.id).await?)))
}
