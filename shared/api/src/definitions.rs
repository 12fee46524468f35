//! Definitions of persistent agents: always saved, judged at each save; the last one without errors runs.

use crate::App;
use crate::auth::Access;
use crate::body::{Input, Json, Nothing, present};
use crate::error::Result;
use crate::ids::Ids;
use crate::list::{Listed, One, Query, listed, one};
use crate::route::{DEFINITION, PROJECT, Route};
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use rookery_domain::{AgentName, Time, limits};
use rookery_sessions::definition::{Judged, Source};
use rookery_store::{DefinitionHead, DefinitionSource, DefinitionVersion, Project, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    let below = |what: &str| format!("{DEFINITION}{what}");
    vec![
        Route::new(Method::GET, format!("{PROJECT}/agents"), viewer, "Lists the persistent agents, without their texts.", list)
            .paged()
            .answers::<Listed<AgentView>>(200),
        Route::new(Method::GET, DEFINITION, viewer, "Shows a persistent agent, with its last version.", show)
            .answers::<Saved>(200),
        Route::new(Method::PUT, DEFINITION, editor, "Saves a persistent agent as a new version; one with errors too.", save)
            .takes::<DefinitionChange>()
            .answers::<Saved>(200),
        Route::new(Method::DELETE, DEFINITION, editor, "Deletes a persistent agent. Its sessions stay.", delete),
        Route::new(Method::POST, below("/check"), viewer, "Says what is wrong with a text, and saves nothing.", check)
            .takes::<DefinitionText>()
            .answers::<One<Judged>>(200),
        Route::new(Method::GET, below("/versions"), viewer, "Lists the versions, newest first, without their texts.", versions)
            .paged()
            .answers::<Listed<DefinitionVersion>>(200),
        Route::new(Method::GET, below("/versions/{version}"), viewer, "Shows a version.", version)
            .answers::<One<VersionView>>(200),
        Route::new(Method::POST, below("/versions/{version}/restore"), editor, "Saves a new version with an old text.", restore)
            .takes::<Nothing>()
            .answers::<Saved>(200),
    ]
}

/// The texts of a persistent agent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DefinitionText {
    /// Front matter between lines of `---`, then the instructions.
    text: String,
    /// The profiles that it uses, by name.
    #[serde(default)]
    profiles: BTreeMap<String, String>,
}

/// A change of a persistent agent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DefinitionChange {
    /// Front matter between lines of `---`, then the instructions.
    text: String,
    /// The profiles that it uses, by name.
    #[serde(default)]
    profiles: BTreeMap<String, String>,
    /// The version that the change is based on. If it is not the last version, nothing is saved (409).
    #[serde(default, deserialize_with = "present")]
    version: Option<u32>,
}

impl Input for DefinitionText {
    // Each byte of a text may be an escape in JSON.
    const BYTES: usize = 6 * limits::DEFINITION_BYTES + 64 * 1024;
}

impl Input for DefinitionChange {
    const BYTES: usize = DefinitionText::BYTES;
}

/// A persistent agent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PersistentAgent")]
struct AgentView {
    /// The agent's name.
    name: AgentName,
    /// What the running version says that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Who wrote it: what a file says is changed by that file alone.
    source: DefinitionSource,
    /// The last saved version.
    version: u64,
    /// The version that runs, which is the last without errors; 0 if there is none.
    running_version: u64,
    /// Whether it can be reached over HTTP.
    webhook: bool,
    /// When it was first saved.
    created_at: Time,
    /// When it was last changed.
    updated_at: Time,
}

/// A persistent agent, with the texts of a version, and what is wrong with them.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SavedAgent")]
struct Saved {
    data: FullView,
    meta: Judged,
}

/// A persistent agent with its last version.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PersistentAgentWithText")]
struct FullView {
    #[serde(flatten)]
    agent: AgentView,
    #[serde(flatten)]
    source: Source,
}

/// A version in full.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AgentVersion")]
struct VersionView {
    #[serde(flatten)]
    version: DefinitionVersion,
    #[serde(flatten)]
    source: Source,
}

fn view(head: DefinitionHead) -> AgentView {
    AgentView {
        name: head.name,
        description: head.description,
        source: head.source,
        version: head.version,
        running_version: head.runs,
        webhook: head.webhook,
        created_at: head.created_at,
        updated_at: head.updated_at,
    }
}

/// The answer about an agent with its last version.
async fn saved(app: &App, project: &Project, head: DefinitionHead) -> Result<axum::Json<Saved>> {
    let (_, source, meta) = app.agents.definitions.source(&project.id, &head.name, head.version).await?;
    Ok(axum::Json(Saved { data: FullView { agent: view(head), source }, meta }))
}

async fn list(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let page = app.agents.definitions.list(&project.id, query.limit()?, query.cursor()?.as_ref()).await?;
    Ok(listed(page, view))
}

async fn show(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    let head = app.agents.definitions.head(&project.id, &ids.get("agent")?).await?;
    saved(&app, &project, head).await
}

async fn save(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    ids: Ids,
    Json(change): Json<DefinitionChange>,
) -> Result<impl IntoResponse> {
    // A name that cannot be one is the caller's mistake here: nothing can be found wanting.
    let name: AgentName = ids.text("agent").parse()?;
    let (source, expected) = (Source { text: change.text, profiles: change.profiles }, change.version.map(u64::from));
    let (head, _) = app.agents.definitions.save(&project.id, &name, &source, DefinitionSource::Api, expected).await?;
    saved(&app, &project, head).await
}

async fn delete(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<StatusCode> {
    app.agents.definitions.delete(&project.id, &ids.get("agent")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn check(State(app): State<App>, ids: Ids, Json(text): Json<DefinitionText>) -> Result<impl IntoResponse> {
    let name: AgentName = ids.text("agent").parse()?;
    Ok(one(app.agents.definitions.check(&name, &Source { text: text.text, profiles: text.profiles })))
}

async fn versions(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
    ids: Ids,
) -> Result<impl IntoResponse> {
    let (limit, cursor) = (query.limit()?, query.cursor()?);
    let page = app.agents.definitions.versions(&project.id, &ids.get("agent")?, limit, cursor.as_ref()).await?;
    Ok(listed(page, |version| version))
}

async fn version(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    let (name, number) = (ids.get("agent")?, ids.get("version")?);
    let (version, source, _) = app.agents.definitions.source(&project.id, &name, number).await?;
    Ok(one(VersionView { version, source }))
}

async fn restore(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    ids: Ids,
    _: Json<Nothing>,
) -> Result<impl IntoResponse> {
    let (head, _) = app.agents.definitions.restore(&project.id, &ids.get("agent")?, ids.get("version")?).await?;
    saved(&app, &project, head).await
}
