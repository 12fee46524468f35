//! Agents that are enabled and disabled one by one. Each change is a new version of the workflow.

use crate::App;
use crate::agent_view::AgentView;
use crate::agents::{find, shown};
use crate::auth::{Access, Caller};
use crate::body::{Input, Json};
use crate::error::Result;
use crate::host::Base;
use crate::ids::Ids;
use crate::list::{One, one};
use crate::route::{AGENT, Route};
use axum::Extension;
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use rookery_store::{Role, Workflow};
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) fn routes() -> Vec<Route> {
    let switch = |to: &str| format!("{AGENT}/{to}");
    let editor = Access::Project(Role::Editor);
    vec![
        Route::new(
            Method::POST,
            switch("enable"),
            editor,
            "Lets an agent of the last built version work again, in a new version, which a started workflow runs at once.",
            enable,
        )
        .takes::<Switch>()
        .answers::<One<AgentView>>(200),
        Route::new(
            Method::POST,
            switch("disable"),
            editor,
            "Lets an agent of the last built version rest, in a new version: it receives and emits nothing, and keeps what it has.",
            disable,
        )
        .takes::<Switch>()
        .answers::<One<AgentView>>(200),
    ]
}

/// What may be said along.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Switch {
    /// Taken for the sake of those who know it from Huginn. No event waits for an agent that is disabled, so there is nothing to drop.
    #[serde(default, rename = "drop_pending_events")]
    _drop_pending_events: bool,
}

impl Input for Switch {
    const OPTIONAL: bool = true;
}

async fn enable(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(caller): Extension<Caller>,
    ids: Ids,
    base: Base,
    _: Json<Switch>,
) -> Result<impl IntoResponse> {
    Ok(one(switched(&app, &workflow, &caller, &ids, &base, true).await?))
}

async fn disable(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(caller): Extension<Caller>,
    ids: Ids,
    base: Base,
    _: Json<Switch>,
) -> Result<impl IntoResponse> {
    Ok(one(switched(&app, &workflow, &caller, &ids, &base, false).await?))
}

/// The agent as it is after the change.
async fn switched(app: &App, workflow: &Workflow, caller: &Caller, ids: &Ids, base: &Base, on: bool) -> Result<AgentView> {
    let (_, cell) = find(app, workflow, ids).await?;
    app.engine.set_enabled(&workflow.id, &cell, on).await?;
    shown(app, &app.engine.store.workflow(&workflow.id).await?, caller, ids, base).await
}
