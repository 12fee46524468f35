//! Requests to external agents: listed, read, cancelled, retried.

use crate::App;
use crate::auth::Access;
use crate::body::{Json, Nothing};
use crate::error::Result;
use crate::ids::Ids;
use crate::list::{Listed, One, Query, listed, one};
use crate::route::{Route, WORKFLOW};
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use rookery_domain::{CallbackAuth, CellId, Error, EventId, Payload, RequestState, RunId, Time};
use rookery_store::{Failure, Request, Role, Workflow};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    let (all, each) = (format!("{WORKFLOW}/requests"), format!("{WORKFLOW}/requests/{{request}}"));
    vec![
        Route::new(Method::GET, &all, viewer, "Lists the requests to external agents, newest first.", list)
            .paged()
            .answers::<Listed<RequestView>>(200),
        Route::new(Method::GET, &each, viewer, "Shows a request to an external agent, with its result.", show)
            .answers::<One<RequestView>>(200),
        Route::new(
            Method::POST,
            format!("{each}/cancel"),
            editor,
            "Cancels an outstanding request: no result is taken any more, and its delivery ends.",
            cancel,
        )
        .takes::<Nothing>()
        .answers::<One<RequestView>>(200),
        Route::new(Method::POST, format!("{each}/retry"), editor, "Makes a request that is over again, as a new one.", retry)
            .takes::<Nothing>()
            .answers::<One<Retried>>(202),
    ]
}

/// A request to an external agent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AgentRequest")]
struct RequestView {
    /// The request's id.
    id: EventId,
    /// The run.
    run_id: RunId,
    /// The event that the request was made for.
    event_id: EventId,
    /// The agent that made the request.
    cell_id: CellId,
    /// What has become of the request.
    state: RequestState,
    /// The external agent's base URL.
    endpoint: String,
    /// How the result proves its sender.
    callback_auth: CallbackAuth,
    /// The ids by which the callee acknowledged the request: several when the call was repeated.
    request_ids: Vec<String>,
    /// How often the request was sent.
    attempts: u32,
    /// When the request was first sent.
    created_at: Time,
    /// When the request was first acknowledged.
    acknowledged_at: Option<Time>,
    /// When the request was answered, expired, failed or was cancelled.
    ended_at: Option<Time>,
    /// Until when a result is accepted.
    deadline: Time,
    /// When a result came too late.
    #[serde(skip_serializing_if = "Option::is_none")]
    late_result_at: Option<Time>,
    /// The result, as it was posted, without the credentials of the call. Not shown in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Payload>,
    /// Why the call failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
}

impl From<Request> for RequestView {
    fn from(request: Request) -> Self {
        let (state, pending) = (request.state(), request.pending);
        RequestView {
            id: pending.id,
            run_id: pending.id.run,
            event_id: pending.event.id,
            cell_id: pending.agent.cell,
            state,
            endpoint: request.endpoint,
            callback_auth: request.auth,
            request_ids: request.callee_ids,
            attempts: request.calls,
            created_at: pending.created_at,
            acknowledged_at: request.acknowledged_at,
            ended_at: pending.ended_at,
            deadline: pending.deadline,
            late_result_at: pending.late_at,
            result: pending.answer.map(Payload::stored),
            error: pending.failure,
        }
    }
}

/// A request that is made again.
#[derive(Serialize, JsonSchema)]
struct Retried {
    /// The new request.
    id: EventId,
    /// The run of the new request.
    run_id: RunId,
}

async fn list(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let (limit, cursor) = (query.limit()?, query.cursor()?);
    let page = app.engine.store.list_requests(&workflow.id, limit, cursor.as_ref()).await?;
    Ok(listed(page, |request| RequestView { result: None, ..request.into() }))
}

async fn show(State(app): State<App>, Extension(workflow): Extension<Workflow>, ids: Ids) -> Result<impl IntoResponse> {
    Ok(one(RequestView::from(app.engine.find_request(&workflow.id, id(&ids)?).await?)))
}

async fn cancel(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    ids: Ids,
    _: Json<Nothing>,
) -> Result<impl IntoResponse> {
    Ok(one(RequestView::from(app.engine.cancel_request(&workflow.id, id(&ids)?).await?)))
}

async fn retry(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    ids: Ids,
    _: Json<Nothing>,
) -> Result<impl IntoResponse> {
    let id = app.engine.retry_request(&workflow.id, id(&ids)?).await?;
    Ok((StatusCode::ACCEPTED, one(Retried { id, run_id: id.run })))
}

fn id(ids: &Ids) -> Result<EventId> {
    ids.get("request").map_err(|_| Error::not_found("request").into())
}
