//! Dispatches: something for an instance of an agent to do in its turn. Nobody waits; what was accepted is done, whatever happens.

use super::body::Fields;
use super::error::{FlueError, Result};
use super::prompts::seen_by;
use super::{name_of, run_id_header};
use crate::App;
use crate::auth::Caller;
use crate::events::idempotency_key;
use crate::ids::Ids;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use rookery_domain::Payload;
use rookery_sessions::ports::DispatchAsk;
use rookery_store::{Project, SessionNames};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// The body of a dispatch. All may be in an object `payload`.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it documents a body that is read without it")]
pub(super) struct Dispatch {
    /// What is to be done: a text is the message as it stands, and all else becomes its JSON text.
    #[serde(default)]
    input: Value,
    /// The session; `default` if it is left out.
    session: Option<String>,
    /// All of this, wrapped.
    payload: Option<Map<String, Value>>,
}

/// That it was taken. Each name is there in the ways of two languages.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FlueDispatched")]
pub(super) struct Accepted {
    /// `accepted`.
    status: &'static str,
    /// The id of the dispatch.
    dispatch_id: String,
    #[serde(rename = "dispatchId")]
    dispatch_id_again: String,
    /// When it was taken.
    accepted_at: String,
    #[serde(rename = "acceptedAt")]
    accepted_at_again: String,
}

/// `POST /agents/{name}/{id}/dispatch`
pub(super) async fn take(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(caller): Extension<Caller>,
    ids: Ids,
    request: Request,
) -> Result<Response> {
    let name = ids.text("name");
    let Some(definition) = app.running(&project.id, name).await? else {
        if app.engine.workflow_by_name(&project.id, name).await?.is_some() {
            let details =
                "Call it: POST /workflows/{name}, or POST /agents/{name}/{id}, with `x-webhook: true` to wait for nothing.";
            return Err(FlueError::invalid(format!("`{name}` is a workflow, which has no sessions."), details));
        }
        return Err(FlueError::not_found(format!("There is no agent `{name}`."), "GET /agents lists those that there are."));
    };
    if !definition.triggers.webhook {
        return Err(FlueError::no_webhook(name));
    }
    let instance = name_of(ids.text("id"), "id of the agent")?;
    let key = idempotency_key(request.headers())?;
    let mut fields = Fields::from_request(request, &()).await?;
    let session = fields.session()?;
    // Whoever takes it for a prompt means the same.
    let input = ["input", "message", "prompt"].into_iter().map(|name| fields.take(name)).find(|input| !input.is_null());
    let input = input.unwrap_or_default();
    let message = input.as_str().map_or_else(|| input.to_string(), str::to_owned);
    if message.trim().is_empty() {
        return Err(FlueError::invalid("`input` is empty.", "Send what is to be done."));
    }
    let names = SessionNames { agent: definition.name.to_string(), instance, session };
    let ask = DispatchAsk { project: project.id, names, message, payload: Some(Payload::of(input)?), key };
    let taken = app.prompts()?.dispatch(ask).await.map_err(|error| seen_by(&caller, error.into()))?;
    // PyFlue writes the offset of UTC as Python does.
    let at = taken.at.to_string().replace('Z', "+00:00");
    let accepted = Accepted {
        status: "accepted",
        dispatch_id: taken.id.clone(),
        dispatch_id_again: taken.id,
        accepted_at: at.clone(),
        accepted_at_again: at,
    };
    Ok((StatusCode::ACCEPTED, run_id_header(&taken.operation.run_id()), Json(accepted)).into_response())
}
