//! Projects: the tenants.

use crate::App;
use crate::auth::{Access, Caller};
use crate::body::{Input, Json, check_name};
use crate::error::Result;
use crate::list::{Listed, One, Query, listed, one};
use crate::route::{PROJECT, Route};
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use rookery_store::{Page, Project, Role};
use schemars::JsonSchema;
use serde::Deserialize;

const PROJECTS: &str = "/api/v1/projects";

pub(crate) fn routes() -> Vec<Route> {
    let (owner, editor, viewer) = (Access::Project(Role::Owner), Access::Project(Role::Editor), Access::Project(Role::Viewer));
    vec![
        Route::new(Method::POST, PROJECTS, Access::Root, "Makes a project.", create)
            .takes::<ProjectInput>()
            .answers::<One<Project>>(201),
        Route::new(Method::GET, PROJECTS, Access::Reader, "Lists the projects that the key opens.", list)
            .paged()
            .answers::<Listed<Project>>(200),
        Route::new(Method::GET, PROJECT, viewer, "Shows a project.", show).answers::<One<Project>>(200),
        Route::new(Method::PATCH, PROJECT, editor, "Names a project anew.", rename)
            .takes::<ProjectInput>()
            .answers::<One<Project>>(200),
        Route::new(Method::DELETE, PROJECT, owner, "Deletes a project with all that it has.", delete),
    ]
}

/// The body that creates or renames a project.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProjectInput {
    /// What people call the project: 1 to 200 characters.
    name: String,
}

impl Input for ProjectInput {}

async fn create(State(app): State<App>, Json(input): Json<ProjectInput>) -> Result<impl IntoResponse> {
    check_name(&input.name)?;
    Ok((StatusCode::CREATED, one(app.engine.store.create_project(&input.name).await?)))
}

async fn list(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let (limit, cursor) = (query.limit()?, query.cursor()?);
    let page = match caller {
        Caller::Root => app.engine.store.list_projects(limit, cursor.as_ref()).await?,
        Caller::Key(key) => Page { items: vec![app.engine.store.project(&key.project_id).await?], next: None },
    };
    Ok(listed(page, |project| project))
}

async fn show(Extension(project): Extension<Project>) -> impl IntoResponse {
    one(project)
}

async fn rename(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Json(input): Json<ProjectInput>,
) -> Result<impl IntoResponse> {
    check_name(&input.name)?;
    Ok(one(app.engine.store.rename_project(&project.id, &input.name).await?))
}

async fn delete(State(app): State<App>, Extension(project): Extension<Project>) -> Result<StatusCode> {
    app.engine.delete_project(&project.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
