//! A2A (Agent2Agent) 1.0: each entry point that a project publishes is an agent, and so is the project with all of them. The types are
//! those of `a2a-lf`; what an agent does is the engine's.
//!
//! | To know | Begin with |
//! |---|---|
//! | which paths there are | [`routes`] |
//! | what an agent says of itself, and to whom | `agent_card.rs` |
//! | how a call is read and answered, and which version is spoken | `rpc.rs` |
//! | which codes errors have | `errors.rs` |
//! | what the methods do | `methods.rs`; and `list.rs` for the list of tasks |
//! | how a message becomes a payload, and a run a task | `message.rs`, `task.rs` |
//! | how a task is followed | `stream.rs` |

mod agent;
mod agent_card;
mod errors;
mod list;
mod message;
mod methods;
mod rpc;
mod stream;
mod task;

use crate::App;
use crate::auth::{Access, Caller};
use crate::body;
use crate::error::Result;
use crate::host::Base;
use crate::ids::Ids;
use crate::route::Route;
use agent::Agent;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use rookery_domain::{Kind, limits};
use rookery_store::Project;
use rpc::Call;
use serde_json::{Map, Value};

/// The largest message: a payload, and what is around it.
const BYTES: usize = limits::PAYLOAD_BYTES + 64 * 1024;

pub(crate) fn routes() -> Vec<Route> {
    let call = |route: Route| {
        route
            .header(a2a::SVC_PARAM_VERSION, "The version of the protocol that the client speaks: `1.0`.")
            .reads::<Map<String, Value>>()
            .answers::<Map<String, Value>>(200)
            .streams()
    };
    let card = |route: Route| route.answers::<Map<String, Value>>(200);
    vec![
        call(Route::new(
            Method::POST,
            "/p/{project}/a2a",
            Access::Member,
            "Takes a call of A2A (JSON-RPC) to the project as one agent, whose skills are the entry points that it publishes.",
            project,
        )),
        call(Route::new(
            Method::POST,
            "/p/{project}/a2a/{entry_point}",
            Access::Member,
            "Takes a call of A2A (JSON-RPC) to an entry point as an agent.",
            entry_point,
        )),
        card(Route::new(
            Method::GET,
            "/p/{project}/a2a/.well-known/agent-card.json",
            Access::Anyone,
            "Shows the agent card of the project (A2A).",
            agent_card::project,
        )),
        card(Route::new(
            Method::GET,
            "/p/{project}/a2a/{entry_point}/.well-known/agent-card.json",
            Access::Anyone,
            "Shows the agent card of an entry point (A2A).",
            agent_card::entry_point,
        )),
        card(Route::new(
            Method::GET,
            "/.well-known/agent-card.json",
            Access::Anyone,
            "Shows the agent card of the key's own project (A2A); without keys, of the default project.",
            agent_card::own,
        )),
    ]
}

async fn project(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(caller): Extension<Caller>,
    base: Base,
    request: Request,
) -> Result<Response> {
    answer(Agent::of_project(app, project, caller, base), request).await
}

async fn entry_point(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(caller): Extension<Caller>,
    base: Base,
    ids: Ids,
    request: Request,
) -> Result<Response> {
    answer(Agent::of_entry_point(app, project, caller, base, &ids).await?, request).await
}

async fn answer(agent: Agent, request: Request) -> Result<Response> {
    body::check_media_type(request.headers())?;
    let (parts, body) = request.into_parts();
    let bytes = body::read(body, BYTES).await?;
    let (id, done) = match Call::read(&bytes) {
        Ok(call) => (call.id.clone(), checked(&agent, &parts.headers, &call).await),
        Err((id, error)) => return Ok((StatusCode::BAD_REQUEST, rpc::answer(rpc::error(id, &error))).into_response()),
    };
    let error = match done {
        Ok(answer) => return Ok(answer),
        Err(error) => error.into_parts().1,
    };
    match error.kind {
        // Who may call is HTTP's affair, as the specification has it.
        Kind::Unauthenticated | Kind::Forbidden => Err(error.into()),
        _ => Ok(rpc::answer(rpc::error(id, &error))),
    }
}

async fn checked(agent: &Agent, headers: &HeaderMap, call: &Call) -> Result<Response> {
    rpc::check_version(headers)?;
    agent.answer(call).await
}
