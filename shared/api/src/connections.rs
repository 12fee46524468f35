//! Connections of a project: those of the entry points that it provides, and those of its stages.

use crate::App;
use crate::auth::Access;
use crate::error::Result;
use crate::ids::Ids;
use crate::list::{Listed, One, Query, listed, one};
use crate::route::{PROJECT, Route};
use axum::Extension;
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use rookery_domain::{ConnectionId, ConnectionState, Error, Kind, Time};
use rookery_engine::Deprecated;
use rookery_store::{Connection, Cursor, EntryPoint, Page, Project, Provider, Role, UsedEntryPoint};
use schemars::JsonSchema;
use serde::Serialize;

/// The most pages that one request looks through for the connections of an entry point.
const PAGES: usize = 20;

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    let (all, each) = (format!("{PROJECT}/connections"), format!("{PROJECT}/connections/{{connection}}"));
    let changed = |route: Route| route.answers::<One<ConnectionView>>(200);
    vec![
        Route::new(Method::GET, all, viewer, "Lists connections of the project.", list)
            .paged()
            .query("role", "`agent` for the connections of the project's entry points, `client` for those of its stages. One of them must be given.")
            .query("agent_stage_id", "Only those of this entry point: who uses it, or where it is used.")
            .answers::<Listed<ConnectionView>>(200),
        changed(Route::new(Method::POST, format!("{each}/accept"), editor, "Lets a connection bring tasks.", accept)),
        changed(Route::new(Method::POST, format!("{each}/refuse"), editor, "Refuses a connection that waits.", refuse)),
        changed(Route::new(
            Method::POST,
            format!("{each}/rotate"),
            editor,
            "Gives a connection another secret; the one before stays good for an hour.",
            rotate,
        )),
        changed(Route::new(Method::POST, format!("{each}/revoke"), editor, "Takes a connection back.", revoke)),
    ]
}

/// What joins a stage of a client and an entry point of a provider.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Connection")]
struct ConnectionView {
    /// Its id.
    id: ConnectionId,
    /// The project's part in it: `agent` provides the entry point, `client` uses it.
    role: &'static str,
    /// `pending` until the provider accepts it, `active`, `refused` (also if the entry point is not for the client any more) or `revoked`.
    state: ConnectionState,
    /// What tasks that came over it have in `connection_token`: its public name, which is no secret.
    connection_token: ConnectionId,
    /// The client's deployment; null for this one.
    client_deployment: Option<String>,
    /// The client.
    client_project_id: String,
    /// What the client calls its stage.
    client_stage_id: String,
    /// Where replies go; null where the deployment does not know its own address.
    client_task_url: Option<String>,
    /// The provider.
    agent_project_id: String,
    /// The entry point.
    agent_stage_id: String,
    /// What people call the entry point; null for one of another deployment.
    title: Option<String>,
    /// Where the provider takes tasks, if it is of another deployment.
    agent_tasks_url: Option<String>,
    /// When the stage was connected.
    created_at: Time,
    /// The version of the entry point that was there when the stage was connected, if it is taken for some time only.
    deprecated: Option<Deprecated>,
}

async fn list(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let (limit, mut cursor) = (query.limit()?, query.cursor()?);
    let mut items = Vec::new();
    for _ in 0..PAGES {
        let page = match query.get("role") {
            Some("agent") => provided_page(&app, &project, limit, cursor.as_ref()).await?,
            Some("client") => used_page(&app, &project, limit, cursor.as_ref()).await?,
            _ => {
                let remedy = "Give `?role=agent` for the connections of the project's entry points, `?role=client` for those of its stages.";
                return Err(Error::invalid("`role` is not given, or not known.", remedy).into());
            }
        };
        let is_asked = |shown: &ConnectionView| query.get("agent_stage_id").is_none_or(|entry| shown.agent_stage_id == entry);
        items.extend(page.items.into_iter().filter(is_asked));
        cursor = page.next;
        if !items.is_empty() || cursor.is_none() {
            break;
        }
    }
    Ok(listed(Page { items, next: cursor }, |shown| shown))
}

async fn provided_page(app: &App, project: &Project, limit: usize, cursor: Option<&Cursor>) -> Result<Page<ConnectionView>> {
    let page = app.engine.store.connections(&project.id, limit, cursor).await?;
    Ok(Page { items: views(app, "agent", page.items).await?, next: page.next })
}

async fn used_page(app: &App, project: &Project, limit: usize, cursor: Option<&Cursor>) -> Result<Page<ConnectionView>> {
    let store = &app.engine.store;
    let page = store.used_entry_points(&project.id, limit, cursor).await?;
    let here = |used: &UsedEntryPoint| match &used.provider {
        Provider::Here { project, .. } => Some((project.clone(), used.connection)),
        Provider::Elsewhere(_) => None,
    };
    let ids: Vec<_> = page.items.iter().filter_map(here).collect();
    let found = store.connections_by_id(&ids).await?.into_iter().flatten().collect();
    let mut items = views(app, "client", found).await?;
    items.extend(page.items.iter().filter_map(show_elsewhere));
    Ok(Page { items, next: page.next })
}

/// The views of connections, with what is deprecated of their entry points.
async fn views(app: &App, role: &'static str, connections: Vec<Connection>) -> Result<Vec<ConnectionView>> {
    let used: Vec<_> = connections.iter().map(|connection| (connection.ends.project().clone(), connection.ends.entry)).collect();
    let entries = app.engine.store.entry_points_by_id(&used).await?;
    let each = connections.into_iter().zip(&entries);
    Ok(each.map(|(connection, entry)| show(app, role, connection, entry.as_ref())).collect())
}

async fn accept(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    use ConnectionState::{Active, Pending, Refused, Revoked};
    decide(&app, &project, &ids, &[Pending, Refused, Revoked], Active).await
}

async fn refuse(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    decide(&app, &project, &ids, &[ConnectionState::Pending], ConnectionState::Refused).await
}

async fn revoke(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    decide(&app, &project, &ids, &[ConnectionState::Active], ConnectionState::Revoked).await
}

/// Changes how it stands with a connection of the project's entry points.
async fn decide(
    app: &App,
    project: &Project,
    ids: &Ids,
    from: &[ConnectionState],
    to: ConnectionState,
) -> Result<impl IntoResponse + use<>> {
    let connection = find(app, project, ids).await?;
    if connection.state == to {
        return Ok(one(provided(app, connection).await?));
    }
    if !from.contains(&connection.state) {
        let now = serde_json::json!(connection.state);
        let message = format!("The connection is {}, so that this cannot be done.", now.as_str().unwrap_or_default());
        let remedy = "`refuse` is for one that waits, `revoke` for an active one, `accept` for all others.";
        return Err(Error::new(Kind::Conflict, "wrong_state", message, remedy)
            .with_meta(serde_json::json!({"state": now}))
            .into());
    }
    let changed = app.engine.store.set_connection_state(&connection, to).await?.ok_or_else(changed_meanwhile)?;
    Ok(one(provided(app, changed).await?))
}

async fn rotate(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    let connection = find(&app, &project, &ids).await?;
    let changed = app.engine.store.rotate_connection(&connection, Time::now()).await?.ok_or_else(changed_meanwhile)?;
    Ok(one(provided(&app, changed).await?))
}

async fn find(app: &App, project: &Project, ids: &Ids) -> Result<Connection> {
    let id = ids.get("connection")?;
    let found = app.engine.store.connection(&project.id, id).await?;
    Ok(found.ok_or_else(|| Error::not_found("connection"))?)
}

fn changed_meanwhile() -> Error {
    Error::new(
        Kind::Conflict,
        "changed_meanwhile",
        "Somebody else changed the connection just now.",
        "Read it, and decide again.",
    )
}

/// A connection that the project provides.
async fn provided(app: &App, connection: Connection) -> Result<ConnectionView> {
    let entry = app.engine.store.entry_point_now(connection.ends.project(), connection.ends.entry).await?;
    Ok(show(app, "agent", connection, entry.as_ref()))
}

fn show(app: &App, role: &'static str, connection: Connection, entry: Option<&EntryPoint>) -> ConnectionView {
    let (id, ends) = (connection.id(), connection.ends);
    let deprecated = entry.and_then(|entry| entry.deprecated_for(ends.created_at, Time::now()));
    let is_shut = entry.is_some_and(|entry| !entry.may_use(&ends.client));
    let here = || app.engine.tasks_url(&ends.client.project).map(|url| format!("{url}/client"));
    ConnectionView {
        id,
        role,
        state: if is_shut && connection.state == ConnectionState::Active { ConnectionState::Refused } else { connection.state },
        connection_token: id,
        client_task_url: if ends.agent.is_some() { here() } else { connection.task_url },
        client_deployment: ends.client.deployment,
        client_project_id: ends.client.project,
        client_stage_id: ends.stage,
        agent_project_id: ends.provider.workflow.project.to_string(),
        agent_stage_id: ends.entry.to_string(),
        title: entry.map(|entry| entry.published.title.clone()),
        agent_tasks_url: None,
        created_at: ends.created_at,
        deprecated: deprecated.map(Deprecated::of),
    }
}

/// What a stage uses of another deployment.
fn show_elsewhere(used: &UsedEntryPoint) -> Option<ConnectionView> {
    let Provider::Elsewhere(there) = &used.provider else { return None };
    Some(ConnectionView {
        id: used.connection,
        role: "client",
        state: there.state,
        connection_token: used.connection,
        client_task_url: Some(there.task_url.clone()),
        client_deployment: None,
        client_project_id: used.agent.workflow.project.to_string(),
        client_stage_id: used.stage().to_string(),
        agent_project_id: there.project.clone(),
        agent_stage_id: there.entry_point.clone(),
        title: None,
        agent_tasks_url: Some(there.tasks_url.clone()),
        created_at: used.created_at,
        deprecated: None,
    })
}
