//! Segments of a project's records: what matches a condition, kept by each write.

use crate::App;
use crate::auth::Access;
use crate::body::{Input, Json, check_name};
use crate::error::Result;
use crate::ids::Ids;
use crate::list::{Listed, One, Query, listed, one};
use crate::route::{PROJECT, Route};
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use rookery_domain::{Error, Kind, Payload, SegmentId, Time, limits};
use rookery_store::{Gates, Project, Role, Segment, SegmentState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    let (all, each) = (format!("{PROJECT}/segments"), format!("{PROJECT}/segments/{{segment}}"));
    vec![
        Route::new(
            Method::POST,
            &all,
            editor,
            "Makes a segment. Records that are there are looked through in the background; what is written from now on is in it at once.",
            create,
        )
        .takes::<SegmentInput>()
        .answers::<One<SegmentView>>(201),
        Route::new(Method::GET, &all, viewer, "Lists segments.", list)
            .paged()
            .tool("list_segments", "Lists the segments of the project's records, each with its condition, kind and size. Triggers of workflows name a segment by its id.")
            .answers::<Listed<SegmentView>>(200),
        Route::new(Method::GET, &each, viewer, "Shows a segment, and how far it is filled.", show).answers::<One<SegmentView>>(200),
        Route::new(Method::PUT, &each, editor, "Changes a segment. One with another condition is filled anew.", put)
            .takes::<SegmentInput>()
            .answers::<One<SegmentView>>(200),
        Route::new(Method::DELETE, each, editor, "Deletes a segment. Its records stay.", delete),
    ]
}

/// A segment as it is sent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SegmentInput {
    /// What people call it.
    name: String,
    /// The kind of its records, which never changes.
    kind: String,
    /// The condition, as that of an agent of type `condition`: `{"path", "operator", "value"}`, or several under `all`, `any` or `not`. Paths
    /// lead into the attributes.
    #[schemars(extend("x-rookery" = "condition"))]
    condition: Value,
}

impl Input for SegmentInput {
    const BYTES: usize = 2 * limits::CONDITION_BYTES;
}

/// A segment.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Segment")]
struct SegmentView {
    /// Its id.
    id: SegmentId,
    /// What people call it.
    name: String,
    /// The kind of its records.
    kind: String,
    /// Its condition.
    condition: Payload,
    /// `filling` while records that were there before are looked through; `ready`.
    state: SegmentState,
    /// How many records are in it.
    size: u64,
    /// How far it is filled.
    progress: Progress,
    /// When it was made.
    created_at: Time,
}

/// How far a segment is filled.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SegmentProgress")]
struct Progress {
    /// How many records were looked through.
    done: u64,
    /// How many there are to look through, about.
    total: u64,
}

impl SegmentView {
    fn of(segment: Segment, counts: &Gates) -> Self {
        SegmentView {
            size: counts.segments.get(segment.id.as_str()).copied().unwrap_or(0),
            progress: Progress { done: segment.done, total: segment.total.max(segment.done) },
            id: segment.id,
            name: segment.name,
            kind: segment.kind,
            condition: Payload::stored(segment.condition),
            state: segment.state,
            created_at: segment.created_at,
        }
    }
}

async fn create(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Json(input): Json<SegmentInput>,
) -> Result<impl IntoResponse> {
    check_name(&input.name)?;
    let segment = app.engine.create_segment(&project.id, &input.name, &input.kind, &input.condition).await?;
    Ok((StatusCode::CREATED, shown(&app, &project, segment).await?))
}

async fn list(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let page = app.engine.store.list_segments(&project.id, query.limit()?, query.cursor()?.as_ref()).await?;
    let counts = app.engine.record_counts(&project.id).await?;
    Ok(listed(page, |segment| SegmentView::of(segment, &counts)))
}

async fn show(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    let segment = app.engine.segment(&project.id, &ids.get("segment")?).await?;
    shown(&app, &project, segment).await
}

async fn shown(app: &App, project: &Project, segment: Segment) -> Result<axum::Json<One<SegmentView>>> {
    let counts = app.engine.record_counts(&project.id).await?;
    Ok(one(SegmentView::of(segment, &counts)))
}

async fn put(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    ids: Ids,
    Json(input): Json<SegmentInput>,
) -> Result<impl IntoResponse> {
    check_name(&input.name)?;
    let before = app.engine.segment(&project.id, &ids.get("segment")?).await?;
    if input.kind != before.kind {
        let message = format!("`kind` is `{}`, and that of the segment is `{}` for good.", input.kind, before.kind);
        let error = Error::new(Kind::Unprocessable, "invalid_segment", message, "Make another segment for another kind.");
        return Err(error.with_meta(json!({"field": "kind"})).into());
    }
    let segment = app.engine.change_segment(&project.id, &before, &input.name, &input.condition).await?;
    shown(&app, &project, segment).await
}

async fn delete(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    app.engine.delete_segment(&project.id, &ids.get("segment")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
