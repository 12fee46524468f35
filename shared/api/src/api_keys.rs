//! API keys of a project.

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
use rookery_store::{ApiKey, Project, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn routes() -> Vec<Route> {
    let (owner, path) = (Access::Project(Role::Owner), format!("{PROJECT}/api_keys"));
    vec![
        Route::new(Method::POST, &path, owner, "Makes a key. It is shown this once.", create)
            .takes::<KeyInput>()
            .answers::<One<NewKey>>(201),
        Route::new(Method::GET, &path, owner, "Lists the project's keys, without their secrets.", list)
            .paged()
            .answers::<Listed<ApiKey>>(200),
        Route::new(Method::DELETE, format!("{path}/{{api_key}}"), owner, "Revokes a key.", delete),
    ]
}

/// The body that creates a key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct KeyInput {
    /// What people call the key: 1 to 200 characters.
    name: String,
    /// What the key may do.
    role: Role,
}

impl Input for KeyInput {}

/// A new key.
#[derive(Serialize, JsonSchema)]
struct NewKey {
    /// The key itself. Keep it: it is not shown again.
    key: String,
    #[serde(flatten)]
    facts: ApiKey,
}

async fn create(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Json(input): Json<KeyInput>,
) -> Result<impl IntoResponse> {
    check_name(&input.name)?;
    let (facts, key) = app.engine.store.create_api_key(&project.id, &input.name, input.role).await?;
    Ok((StatusCode::CREATED, one(NewKey { key, facts })))
}

async fn list(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let page = app.engine.store.list_api_keys(&project.id, query.limit()?, query.cursor()?.as_ref()).await?;
    Ok(listed(page, |key| key))
}

async fn delete(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<StatusCode> {
    app.engine.store.delete_api_key(&project.id, ids.text("api_key")).await?;
    Ok(StatusCode::NO_CONTENT)
}
