//! The list of agents that can be asked.

use super::body::DEFAULT;
use super::error::{FlueError, Result};
use crate::App;
use crate::auth::Caller;
use axum::extract::State;
use axum::{Extension, Json};
use rookery_domain::{ProjectId, limits};
use rookery_sessions::definition::Definition;
use rookery_store::{DefinitionHead, Project};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// The agents of a project.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FlueAgents")]
pub(crate) struct Agents {
    /// By name; also those that cannot be reached over HTTP, and workflows that are called by their name.
    agents: Vec<Agent>,
}

/// An agent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FlueAgent")]
struct Agent {
    /// Its name.
    name: String,
    /// Where its instances are asked.
    path: String,
    /// How it may be reached.
    triggers: Triggers,
}

/// How an agent may be reached.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FlueTriggers")]
struct Triggers {
    /// Over HTTP.
    webhook: bool,
}

pub(super) async fn agents(State(app): State<App>, Extension(project): Extension<Project>) -> Result<Json<Agents>> {
    let agent = |head: DefinitionHead| Agent {
        name: head.name.to_string(),
        path: format!("/agents/{}/{{agent_id}}", head.name),
        triggers: Triggers { webhook: head.webhook },
    };
    let (running, workflows) = futures::try_join!(running(&app, &project.id), callable(&app, &project.id))?;
    let mut agents: Vec<Agent> = running.into_iter().map(agent).collect();
    // An agent goes before a workflow of the same name.
    let is_free = |name: &String| agents.iter().all(|agent| agent.name != *name);
    let workflows: Vec<String> = workflows.into_iter().filter(is_free).collect();
    agents.extend(workflows.into_iter().map(|name| Agent {
        path: format!("/agents/{name}/{{agent_id}}"),
        name,
        triggers: Triggers { webhook: true },
    }));
    agents.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Json(Agents { agents }))
}

async fn callable(app: &App, project: &ProjectId) -> Result<Vec<String>> {
    Ok(app.engine.callable_names(project).await?)
}

/// The heads of the definitions that run, by name.
pub(super) async fn running(app: &App, project: &ProjectId) -> Result<Vec<DefinitionHead>> {
    let (mut heads, mut cursor) = (Vec::new(), None);
    loop {
        let page = app.agents.definitions.list(project, limits::PAGE_MAX, cursor.as_ref()).await?;
        heads.extend(page.items.into_iter().filter(DefinitionHead::is_running));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(heads);
        }
    }
}

/// The names of the agents that run.
pub(super) async fn names(app: &App, project: &ProjectId) -> Result<Vec<String>> {
    Ok(running(app, project).await?.into_iter().map(|head| head.name.to_string()).collect())
}

/// The agent that is asked where none is named.
pub(super) async fn default_agent(app: &App, project: &Project, caller: &Caller) -> Result<Arc<Definition>> {
    let name = match app.running(&project.id, DEFAULT).await? {
        Some(_) => DEFAULT.to_owned(),
        None => match <[String; 1]>::try_from(names(app, &project.id).await?) {
            Ok([only]) => only,
            Err(known) => {
                let known = caller.may_see().then_some(known);
                return Err(FlueError::no_agent(DEFAULT, known.as_deref()));
            }
        },
    };
    app.reachable(&project.id, caller, &name).await
}
