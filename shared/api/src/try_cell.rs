//! Trying a cell as it is drawn, before it is saved: what its agent would do with an event. Nothing is stored.

use crate::App;
use crate::agents::tried;
use crate::auth::Access;
use crate::body::{Input, Json, present};
use crate::error::Result;
use crate::events::{NewEvent, find_event};
use crate::guard::not_deleted;
use crate::list::{One, one};
use crate::route::{PROJECT, Route};
use axum::Extension;
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use rookery_domain::{Error, WorkflowRef, limits};
use rookery_engine::{Report, Tried, TriedEvent};
use rookery_store::{Project, Role, Workflow};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::POST,
            format!("{PROJECT}/workflows/dry_run"),
            Access::Project(Role::Editor),
            "Says what the agent of a cell would do that is not saved. Nothing is committed. 422 `cell_invalid` when no agent can be made of it: \
             `meta.errors` names the fields.",
            dry_run,
        )
        .takes::<Try>()
        .answers::<One<Report>>(200),
    ]
}

/// What is tried, and with what.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Try {
    /// The agent cell, as it is drawn.
    #[schemars(with = "Map<String, Value>")]
    cell: Box<RawValue>,
    /// The workflow that the cell is drawn in. Its saved links lead to the agent, and if its last built version has the cell as an agent of
    /// the same type, the agent has that one's memory.
    #[serde(default, deserialize_with = "present")]
    workflow_id: Option<String>,
    /// The event that the agent gets: `{"payload": {...}}`. Without an event, the agent is checked, if its type checks anything.
    #[serde(default, deserialize_with = "present")]
    event: Option<NewEvent>,
    /// The id of a stored event of the workflow, in place of `event`.
    #[serde(default, deserialize_with = "present")]
    event_id: Option<String>,
    /// The memory that the agent begins with; without it, the stored one, if there is any. `null` is an empty one.
    #[serde(default, deserialize_with = "present")]
    memory: Option<Value>,
    /// Whether the agent may make outside calls. Those that it makes, or would make, are in `calls`. External agents, persistent agents and
    /// entry points are asked in no dry run.
    #[serde(default)]
    outside_calls: bool,
}

impl Input for Try {
    const BYTES: usize = limits::WORKFLOW_BYTES + NewEvent::BYTES;
}

async fn dry_run(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Json(input): Json<Try>,
) -> Result<impl IntoResponse> {
    let workflow = match &input.workflow_id {
        Some(id) => Some(find_workflow(&app, &project, id).await?),
        None => None,
    };
    let event = match (input.event, input.event_id) {
        (Some(_), Some(_)) => {
            return Err(Error::invalid("`event` and `event_id` are both given.", "Leave one of them out.").into());
        }
        (event, None) => event.map(tried).transpose()?,
        (None, Some(id)) => Some(stored(&app, workflow.as_ref(), &id).await?),
    };
    let tried = Tried { event, memory: input.memory, outside_calls: input.outside_calls };
    Ok(one(app.engine.dry_run_cell(&project.id, workflow.as_ref(), input.cell.get(), tried).await?))
}

async fn find_workflow(app: &App, project: &Project, id: &str) -> Result<Workflow> {
    let workflow = id.parse().map_err(|_| Error::not_found("workflow"))?;
    not_deleted(app.engine.store.find_workflow(&WorkflowRef { project: project.id.clone(), workflow }).await?)
}

/// A stored event: it came from the agent that emitted it.
async fn stored(app: &App, workflow: Option<&Workflow>, id: &str) -> Result<TriedEvent> {
    let missing = || Error::invalid("`event_id` is given without `workflow_id`.", "Say of which workflow the event is.");
    let id = id.parse().map_err(|_| Error::not_found("event"))?;
    let event = find_event(app, workflow.ok_or_else(missing)?, id).await?;
    Ok(TriedEvent { payload: event.payload, groups: event.groups, source: Some(event.cell) })
}
