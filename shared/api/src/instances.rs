//! The instances of persistent agents, and their sessions: who was ever asked something.

use crate::App;
use crate::auth::Access;
use crate::error::Result;
use crate::ids::Ids;
use crate::list::{Listed, Query, listed};
use crate::route::{DEFINITION, Route};
use axum::Extension;
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use rookery_domain::{AgentName, Time};
use rookery_store::{Page, Project, Role};
use schemars::JsonSchema;
use serde::Serialize;
use std::cmp::Reverse;

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, all) = (Access::Project(Role::Viewer), format!("{DEFINITION}/instances"));
    vec![
        Route::new(Method::GET, &all, viewer, "Lists the instances of a persistent agent that have sessions, by id.", instances)
            .paged()
            .answers::<Listed<InstanceView>>(200),
        Route::new(
            Method::GET,
            format!("{all}/{{instance}}/sessions"),
            viewer,
            "Lists the sessions of an instance, each page newest first. A page may have fewer than asked for although the list goes on.",
            sessions,
        )
        .paged()
        .answers::<Listed<ListedView>>(200),
    ]
}

/// An instance of a persistent agent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AgentInstance")]
struct InstanceView {
    /// The agent.
    agent: AgentName,
    /// The instance's id.
    instance: String,
}

/// A session in the list of its instance.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ListedSession")]
struct ListedView {
    /// The agent.
    agent: AgentName,
    /// The id of the agent's instance.
    instance: String,
    /// The session's name.
    session: String,
    /// When something was first asked in it.
    created_at: Time,
}

async fn instances(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
    ids: Ids,
) -> Result<impl IntoResponse> {
    let (agent, cursor): (AgentName, _) = (ids.get("agent")?, query.cursor()?);
    let page = app.engine.store.list_instances(&project.id, &agent, query.limit()?, cursor.as_ref()).await?;
    is_known(&app, &project, &agent, &page).await?;
    Ok(listed(page, |instance| InstanceView { agent: agent.clone(), instance }))
}

async fn sessions(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
    ids: Ids,
) -> Result<impl IntoResponse> {
    let (agent, instance, cursor): (AgentName, _, _) = (ids.get("agent")?, ids.text("instance"), query.cursor()?);
    let store = &app.engine.store;
    let mut page = store.list_sessions(&project.id, &agent, instance, query.limit()?, cursor.as_ref()).await?;
    is_known(&app, &project, &agent, &page).await?;
    page.items.sort_by_key(|session| Reverse(session.at));
    Ok(listed(page, |listed| ListedView {
        agent: agent.clone(),
        instance: instance.to_owned(),
        session: listed.session,
        created_at: listed.at,
    }))
}

/// 404 for an agent that is not defined and has nothing. The sessions of a deleted agent stay.
async fn is_known<T>(app: &App, project: &Project, agent: &AgentName, page: &Page<T>) -> Result<()> {
    if page.items.is_empty() && page.next.is_none() {
        app.agents.definitions.head(&project.id, agent).await?;
    }
    Ok(())
}
