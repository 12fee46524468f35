//! The protocol of external agents over HTTP: `POST /api/execute` starts an agent of ours for a caller elsewhere, and
//! `POST /api/agentProxy/sendResult` takes the results of external agents. Both also exist below `/p/{project}`.

use crate::App;
use crate::auth::Access;
use crate::body::{Input, Json};
use crate::error::{ApiError, Result, wrong_method};
use crate::ids::Ids;
use crate::list::{one, pairs};
use crate::route::Route;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use rookery_agents::HookRequest;
use rookery_domain::{Error, Payload, ProjectId, RunId, Time, limits};
use rookery_engine::{Collected, Execution};
use rookery_store::{Caller, Project, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// The longest address and the longest token that a caller may give for the outcome, in characters.
const CALLBACK_CHARS: usize = 2000;

pub(crate) fn routes() -> Vec<Route> {
    let summary = "Asks an agent of the project, over the protocol of external agents.";
    let documented = |route: Route| {
        route
            .header("Idempotency-Key", "The same key with the same body is the same request, however often it is sent.")
            .header("X-Callback-Url", "Where the outcome is posted.")
            .header("X-Callback-Token", "What is sent along with the outcome, in a header of the same name.")
            .takes::<Execute>()
            .answers::<Acknowledged>(200)
    };
    let (own, given) = (Access::OwnProject(Role::Ingest), Access::Project(Role::Ingest));
    vec![
        documented(Route::new(Method::POST, "/api/execute", own, summary, execute)),
        documented(Route::new(Method::POST, "/p/{project}/api/execute", given, summary, execute_in)),
    ]
}

/// The routes of results. They are not in the table of routes: what is posted proves its own sender.
pub(crate) fn results() -> Router<App> {
    let not_allowed = async |method: Method| wrong_method(&method, &[Method::POST]);
    Router::new()
        .route("/api/agentProxy/sendResult", post(collect).fallback(not_allowed))
        .route("/p/{project}/api/agentProxy/sendResult", post(collect).fallback(not_allowed))
}

/// A request: `{"agentConfig", "agentContext", "workflowId"}`.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(crate) struct Execute(#[schemars(with = "Value")] Box<RawValue>);

impl Input for Execute {
    const BYTES: usize = limits::PAYLOAD_BYTES;
}

/// The answer to a request that was accepted.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Acknowledged {
    /// The request's id: the outcome has it, too.
    request_id: RunId,
}

async fn execute(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    headers: HeaderMap,
    Json(Execute(request)): Json<Execute>,
) -> Result<impl IntoResponse> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().map(str::to_owned)).transpose();
    let text =
        |name: &str| text(name).map_err(|_| Error::invalid(format!("The header `{name}` is not ASCII."), "Send plain text."));
    let caller = Caller { url: text("x-callback-url")?, token: text("x-callback-token")? };
    if let Some(long) = [&caller.url, &caller.token].into_iter().flatten().find(|text| text.len() > CALLBACK_CHARS) {
        let message = format!("`{}...` is longer than {CALLBACK_CHARS} characters.", long.chars().take(20).collect::<String>());
        return Err(Error::invalid(message, "Send a shorter `X-Callback-Url` and `X-Callback-Token`.").into());
    }
    let request = Payload::parse(request.get().as_bytes())?;
    let execution = Execution { request, key: text("idempotency-key")?, caller };
    let request_id = app.engine.execute(&project.id, execution).await?;
    Ok(axum::Json(Acknowledged { request_id }))
}

async fn execute_in(
    app: State<App>,
    project: Extension<Project>,
    headers: HeaderMap,
    request: Json<Execute>,
) -> Result<impl IntoResponse> {
    execute(app, project, headers, request).await
}

async fn collect(State(app): State<App>, ids: Ids, request: Request) -> Result<Response> {
    let project: Option<ProjectId> = match ids.text("project") {
        "" => None,
        _ => Some(ids.get("project")?),
    };
    let query = pairs(request.uri())?;
    let (parts, body) = request.into_parts();
    let body = crate::body::read(body, limits::PAYLOAD_BYTES).await?.to_vec();
    let token = parts.headers.get("x-callback-token").map(|value| value.to_str().unwrap_or_default().to_owned());
    let post = HookRequest { method: parts.method, headers: parts.headers, query, body, now: Time::now() };
    let collected = app.engine.collect(project.as_ref(), token.as_deref(), &post).await.map_err(ApiError::from)?;
    let (status, says) = match collected {
        Collected::Taken => (StatusCode::OK, "taken"),
        Collected::Held => (StatusCode::ACCEPTED, "held"),
    };
    Ok((status, one(Says { status: says })).into_response())
}

/// What became of a posted result.
#[derive(Serialize)]
struct Says {
    status: &'static str,
}
