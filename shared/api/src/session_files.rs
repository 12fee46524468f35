//! The files of a session's sandbox, as its agent's tools left them.

use crate::App;
use crate::auth::Access;
use crate::error::Result;
use crate::ids::Ids;
use crate::list::{Listed, One, Query, listed, one};
use crate::route::{Route, SESSION};
use crate::sessions::find;
use axum::Extension;
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use rookery_domain::{Error, FilePath, Time};
use rookery_store::{Project, Role, SessionFile};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) fn routes() -> Vec<Route> {
    let viewer = Access::Project(Role::Viewer);
    let (all, each) = (format!("{SESSION}/files"), format!("{SESSION}/files/{{file}}"));
    vec![
        Route::new(Method::GET, all, viewer, "Lists the files of a session, by their paths.", list)
            .paged()
            .answers::<Listed<FileView>>(200),
        Route::new(Method::GET, each, viewer, "Shows a file of a session. In its path, each `/` is written as `%2F`.", show)
            .answers::<One<FileText>>(200),
    ]
}

/// A file of a session.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionFile")]
struct FileView {
    /// The path.
    path: String,
    /// The bytes of its text.
    bytes: u64,
    /// When it was written last.
    changed_at: Time,
}

/// A file with its text.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionFileText")]
struct FileText {
    #[serde(flatten)]
    file: FileView,
    /// The text.
    text: String,
}

impl From<SessionFile> for FileView {
    fn from(file: SessionFile) -> Self {
        FileView { path: file.path, bytes: file.bytes, changed_at: file.at }
    }
}

async fn list(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
    ids: Ids,
) -> Result<impl IntoResponse> {
    let (at, _) = find(&app, &project, &ids).await?;
    app.agents.sessions.settled(&at).await?;
    let files = app.engine.store.files(&at, "", query.limit()?, query.cursor()?.as_ref()).await?;
    Ok(listed(files, FileView::from))
}

async fn show(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    let (at, _) = find(&app, &project, &ids).await?;
    let path: FilePath = ids.get("file")?;
    app.agents.sessions.settled(&at).await?;
    let file = app.engine.store.file(&at, &path).await?.ok_or_else(|| Error::not_found("file"))?;
    let text = file.text()?;
    Ok(one(FileText { file: file.into(), text }))
}
