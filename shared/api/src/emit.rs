//! Starting again from an event: one like it, or with another payload, begins a run of its own.

use crate::App;
use crate::auth::Access;
use crate::body::{Input, Json, present};
use crate::error::Result;
use crate::events::{AcceptedEvent, NewEvent, check_groups, find};
use crate::ids::Ids;
use crate::list::{One, one};
use crate::observe::IsLogged;
use crate::route::{Route, WORKFLOW};
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use rookery_domain::Payload;
use rookery_engine::{Change, RunVersion};
use rookery_store::{Role, Workflow};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::POST,
            format!("{WORKFLOW}/events/{{event}}/emit"),
            Access::Project(Role::Editor),
            "Makes a new event like this one, or with another payload, in a run of its own. Its `cause.event` is this one.",
            again,
        )
        .takes::<EmitAgain>()
        .answers::<One<AcceptedEvent>>(202),
    ]
}

/// What is changed of an event that is made again.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EmitAgain {
    /// The new event's payload; without it, the same.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<Value>")]
    payload: Option<Box<RawValue>>,
    /// The new event's groups; without them, the same.
    #[serde(default, deserialize_with = "present")]
    groups: Option<Vec<String>>,
    /// The version of the new run.
    #[serde(default)]
    version: RunVersion,
}

impl Input for EmitAgain {
    const BYTES: usize = NewEvent::BYTES;
    const OPTIONAL: bool = true;
}

async fn again(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    ids: Ids,
    Json(input): Json<EmitAgain>,
) -> Result<impl IntoResponse> {
    check_groups(input.groups.as_deref().unwrap_or_default())?;
    let payload = input.payload.map(|payload| Payload::parse(payload.get().as_bytes())).transpose()?;
    let event = find(&app, &workflow, &ids).await?;
    let change = Change { payload, groups: input.groups, version: input.version };
    let id = app.engine.emit_again(&workflow, &event, change).await?;
    Ok((StatusCode::ACCEPTED, Extension(IsLogged), one(AcceptedEvent::from(id))))
}
