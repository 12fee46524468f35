//! The fork of a session of a persistent agent.

use crate::App;
use crate::auth::Access;
use crate::body::{Input, Json};
use crate::error::Result;
use crate::flue::NAME_BYTES;
use crate::ids::Ids;
use crate::list::{One, one};
use crate::route::{Route, SESSION};
use crate::sessions::find;
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use rookery_domain::Error;
use rookery_store::{Project, Role, SessionNames};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn routes() -> Vec<Route> {
    let summary = "Copies the conversation so far, and the files, into a new session.";
    let fork = Route::new(Method::POST, format!("{SESSION}/fork"), Access::Project(Role::Editor), summary, fork);
    vec![fork.takes::<ForkInput>().answers::<One<Forked>>(201)]
}

/// Where the copy of a session goes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ForkInput {
    /// The id of its instance; that of the original, if it is left out.
    #[serde(default)]
    instance: Option<String>,
    /// The name of the new session.
    session: String,
    /// The number of the last event that counts; the last one, if it is left out.
    #[serde(default)]
    upto: Option<u64>,
}

impl Input for ForkInput {}

/// A session that is the copy of another one.
#[derive(Serialize, JsonSchema)]
struct Forked {
    /// The agent's name.
    agent: String,
    /// The id of the instance.
    instance: String,
    /// The session's name.
    session: String,
}

async fn fork(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    ids: Ids,
    Json(input): Json<ForkInput>,
) -> Result<impl IntoResponse> {
    let (at, head) = find(&app, &project, &ids).await?;
    let names =
        SessionNames { agent: head.names.agent, instance: input.instance.unwrap_or(head.names.instance), session: input.session };
    for (name, what) in [(&names.instance, "instance"), (&names.session, "session")] {
        if name.is_empty() || name.len() > NAME_BYTES {
            let details = format!("Give one of 1 to {NAME_BYTES} bytes.");
            return Err(Error::invalid(format!("`{what}` has {} bytes.", name.len()), details).into());
        }
    }
    app.agents.sessions.fork(&at, input.upto, &names).await?;
    Ok((StatusCode::CREATED, one(Forked { agent: names.agent, instance: names.instance, session: names.session })))
}
