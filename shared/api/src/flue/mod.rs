//! The paths of PyFlue, whose client works against them unmodified: each is at the root and below `/p/{project}`.
//!
//! | To know | Begin with |
//! |---|---|
//! | which paths there are | [`routes`] |
//! | how bodies are read, which is not strict | `body.rs` |
//! | how errors are told | `error.rs` |
//! | how an agent is asked | `prompts.rs`; and `dispatch.rs`, where nobody waits |
//! | how a workflow is called by its name | `workflows.rs` |
//! | what a run is, and how it is followed | `named_runs.rs`, then `run_events.rs` |
//! | the lists of agents, instances and runs | `admin.rs` |
//! | what a stream looks like | `frames.rs` |
//! | what is said on a WebSocket | `socket.rs` |
//!
//! Our own routes about persistent agents are in `definitions.rs` and `sessions.rs`, beside this folder.

mod abort;
mod admin;
mod body;
mod dispatch;
pub(crate) mod error;
pub(crate) mod frames;
mod listing;
pub(crate) mod named_runs;
mod prompts;
pub(crate) mod run_events;
mod socket;
pub(crate) mod workflows;

pub use socket::Socket;

use crate::App;
use crate::auth::{Access, Caller};
use crate::route::Route;
use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use error::{FlueError, Result};
use rookery_domain::{AgentName, Kind, ProjectId, limits};
use rookery_sessions::definition::Definition;
use rookery_sessions::ports::Prompts;
use rookery_store::Role;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// The header with the id of an operation's run.
const RUN_ID: HeaderName = HeaderName::from_static("x-flue-run-id");
/// The longest id of an instance, and the longest name of a session, in bytes.
pub(crate) const NAME_BYTES: usize = limits::SESSION_NAME_BYTES;

pub(crate) fn routes() -> Vec<Route> {
    let (reads, asks) = (Access::Flue(Role::Viewer), Access::Flue(Role::Ingest));
    let key = "Who sends the same with the same key again follows what was begun by it.";
    let routes = [
        Route::new(Method::GET, "/agents", reads, "Lists the agents that can be asked.", listing::agents)
            .answers::<listing::Agents>(200),
        Route::new(
            Method::POST,
            "/agents/{name}/{id}",
            asks,
            "Asks an instance of an agent, or calls a workflow by its name, and waits for the answer.",
            prompts::ask,
        )
        .header("Accept", "With `text/event-stream`, the answer comes while it is made.")
        .header("X-Webhook", "With `true`, the message is taken to be answered in its turn, and nobody waits (202).")
        .header("Idempotency-Key", key)
        .reads::<prompts::Message>()
        .answers::<prompts::Answered>(200)
        .streams(),
        Route::new(
            Method::GET,
            "/agents/{name}/{id}",
            asks,
            "Opens a WebSocket to an instance of an agent. Each message is a body of the POST here, and is answered by one frame.",
            socket::agent,
        )
        .opens_socket(),
        Route::new(
            Method::POST,
            "/agents/{name}/{id}/dispatch",
            asks,
            "Gives an instance of an agent something to do in its turn.",
            dispatch::take,
        )
        .header("Idempotency-Key", key)
        .reads::<dispatch::Dispatch>()
        .answers::<dispatch::Accepted>(202),
        Route::new(
            Method::POST,
            "/prompt/{session}",
            asks,
            "Asks the default agent, and waits for its answer.",
            prompts::ask_default,
        )
        .header("Idempotency-Key", key)
        .reads::<prompts::Prompt>()
        .answers::<prompts::Shown>(200),
        Route::new(
            Method::POST,
            "/prompt/{session}/events",
            asks,
            "Asks the default agent; the answer comes while it is made.",
            prompts::stream_default,
        )
        .header("Idempotency-Key", key)
        .reads::<prompts::Prompt>()
        .streams(),
        Route::new(
            Method::POST,
            "/sessions/{session_id}/abort",
            asks,
            "Ends what a session works on: the session is named as in the `start` frame of its stream.",
            abort::session,
        )
        .query("agent", "The agent, where several have a session of this name.")
        .query("instance", "The id of the agent's instance, where ids or names have colons.")
        .answers::<abort::Aborted>(200),
        Route::new(Method::POST, "/workflows/{name}", asks, "Calls the workflow that has this name and runs.", workflows::call)
            .query("wait", "With `result`, the answer comes when the run is over (200), or after 14 minutes (504; where no agent can be asked, after 25 seconds); a stream ends with it.")
            .header("Accept", "With `text/event-stream`, what happens in the run is told while it goes on.")
            .header("Idempotency-Key", key)
            .reads::<workflows::Input>()
            .answers::<Accepted>(202)
            .streams(),
        Route::new(
            Method::GET,
            "/workflows/{name}",
            asks,
            "Opens a WebSocket to a workflow. The first message is a body of the POST here: what happens comes in frames, and then the end.",
            socket::workflow,
        )
        .opens_socket(),
    ];
    routes.into_iter().chain(named_runs::routes(reads)).chain(admin::routes(reads)).flat_map(Route::twin).collect()
}

/// Checks the id of an instance, or the name of a session: any text, within bounds.
fn name_of(text: &str, what: &str) -> Result<String> {
    match text.len() {
        1..=NAME_BYTES => Ok(text.to_owned()),
        bytes => {
            Err(FlueError::invalid(format!("The {what} has {bytes} bytes."), format!("Give one of 1 to {NAME_BYTES} bytes.")))
        }
    }
}

/// The header `X-Flue-Run-Id`. What is not ASCII in the name of a workflow is written there as in a path.
fn run_id_header(run_id: &str) -> [(HeaderName, HeaderValue); 1] {
    let mut value = String::with_capacity(run_id.len());
    for byte in run_id.bytes() {
        match byte {
            b' '..=b'~' => value.push(char::from(byte)),
            _ => value.push_str(&format!("%{byte:02X}")),
        }
    }
    // All of it is ASCII that can be seen.
    [(RUN_ID, HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("")))]
}

/// 202: nobody waits for what was asked.
fn accepted(run_id: &str) -> Response {
    let accepted = Accepted { status: "accepted", run_id: run_id.to_owned(), run_id_again: run_id.to_owned() };
    (StatusCode::ACCEPTED, run_id_header(run_id), Json(accepted)).into_response()
}

/// What was taken, and is done in its turn.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FlueAccepted")]
pub(crate) struct Accepted {
    /// `accepted`.
    status: &'static str,
    /// The run.
    run_id: String,
    #[serde(rename = "runId")]
    run_id_again: String,
}

/// Whether the caller does not wait for what becomes of it.
fn nobody_waits(headers: &HeaderMap) -> bool {
    says(headers, "x-webhook", |value| value.eq_ignore_ascii_case("true"))
}

/// Whether the caller wants the answer while it is made.
fn streams(headers: &HeaderMap) -> bool {
    says(headers, "accept", |value| value.contains("text/event-stream"))
}

/// Whether a header that is there says so.
fn says(headers: &HeaderMap, name: &str, so: impl Fn(&str) -> bool) -> bool {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).any(so)
}

impl App {
    /// Whoever asks agents; 404 where this part of a deployment cannot.
    fn prompts(&self) -> Result<&Arc<dyn Prompts>> {
        self.agents.prompts.as_ref().ok_or_else(|| {
            let details = "Send it to the deployment's address for prompts, which streams.";
            FlueError::not_found("Agents are not asked at this address.", details)
        })
    }

    /// The agent of this name that runs, if it may be reached from outside.
    async fn reachable(&self, project: &ProjectId, caller: &Caller, name: &str) -> Result<Arc<Definition>> {
        let Some(definition) = self.running(project, name).await? else {
            let known = if caller.may_see() { Some(listing::names(self, project).await?) } else { None };
            return Err(FlueError::no_agent(name, known.as_deref()));
        };
        match definition.triggers.webhook {
            true => Ok(definition),
            false => Err(FlueError::no_webhook(name)),
        }
    }

    /// The agent of this name that runs.
    async fn running(&self, project: &ProjectId, name: &str) -> Result<Option<Arc<Definition>>> {
        let Ok(name) = name.parse::<AgentName>() else { return Ok(None) };
        match self.agents.definitions.running(project, &name).await {
            Ok(definition) => Ok(Some(definition)),
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
