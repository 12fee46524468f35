//! Requests to external agents and questions to persons: listed, read, cancelled, retried; and questions answered.

use crate::App;
use crate::across::{InWorkflow, Listing, Looked, Scope, page};
use crate::auth::{Access, Caller};
use crate::body::{Input, Json, Nothing, present};
use crate::error::Result;
use crate::ids::Ids;
use crate::list::{One, Query, one};
use crate::route::{PROJECT, Route, WORKFLOW};
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use rookery_agents::Decision;
use rookery_domain::{CallbackAuth, CellId, Error, EventId, Payload, RequestState, RunId, Time};
use rookery_store::{Cursor, Failure, Page, Placed, Project, Request, Role, Store, Workflow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    let (all, each) = (format!("{WORKFLOW}/requests"), format!("{WORKFLOW}/requests/{{request}}"));
    vec![
        filtered(Route::new(
            Method::GET,
            &all,
            viewer,
            "Lists the requests to external agents and the questions to persons, newest first.",
            list,
        ))
        .answers::<Looked<RequestView>>(200),
        filtered(Route::new(
            Method::GET,
            format!("{PROJECT}/requests"),
            viewer,
            "Lists the requests to external agents and the questions to persons of all workflows of the project, newest first.",
            list_of_project,
        ))
        .query("workflow", "Only those of this workflow.")
        .answers::<Looked<InWorkflow<RequestView>>>(200),
        Route::new(
            Method::GET,
            &each,
            viewer,
            "Shows a request to an external agent with its result, or a question to a person with its answer.",
            show,
        )
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
        Route::new(Method::POST, format!("{each}/approve"), editor, "Answers a question to a person with yes.", approve)
            .takes::<Said>()
            .answers::<One<RequestView>>(200),
        Route::new(Method::POST, format!("{each}/reject"), editor, "Answers a question to a person with no.", reject)
            .takes::<Said>()
            .answers::<One<RequestView>>(200),
        Route::new(Method::POST, format!("{each}/retry"), editor, "Makes a request that is over again, as a new one.", retry)
            .takes::<Nothing>()
            .answers::<One<Retried>>(202),
    ]
}

/// Adds the filters of a list of requests.
fn filtered(route: Route) -> Route {
    route.query("state", "Only those in this state: calling, outstanding, answered, expired, failed or cancelled; `open` is calling or outstanding.").paged()
}

/// A request to an external agent, or a question to a person.
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
    /// What a person is asked, if it is a question to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<String>,
    /// What the person should know to answer. Not shown in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<String>,
    /// The external agent's base URL, if it is a request to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    /// How the external agent's result proves its sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_auth: Option<CallbackAuth>,
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
    /// The result, as it was posted, without the credentials of the call; or what a person decided: `{"approved", "by", "comment", "at"}`. Not
    /// shown in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Payload>,
    /// Why the call failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
}

impl From<Request> for RequestView {
    fn from(request: Request) -> Self {
        let (state, pending) = (request.state(), request.pending);
        let is_call = request.question.is_none();
        let (question, details) = request.question.map_or((None, None), |question| (Some(question.text), question.details));
        RequestView {
            id: pending.id,
            run_id: pending.id.run,
            event_id: pending.event.id,
            cell_id: pending.agent.cell,
            state,
            question,
            details,
            endpoint: is_call.then_some(request.endpoint),
            callback_auth: is_call.then_some(request.auth),
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

/// What a person says with an answer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    /// Why, if that is to be told: at most 2,000 characters.
    #[serde(default, deserialize_with = "present")]
    comment: Option<String>,
}

impl Input for Said {
    const OPTIONAL: bool = true;
}

/// A request that is made again.
#[derive(Serialize, JsonSchema)]
struct Retried {
    /// The new request.
    id: EventId,
    /// The run of the new request.
    run_id: RunId,
}

/// Which requests a list shows.
struct Requests<'a> {
    store: &'a Store,
    states: Option<Vec<RequestState>>,
}

impl<'a> Requests<'a> {
    fn asked(app: &'a App, query: &Query) -> Result<Self> {
        let wrong = || {
            let details = "Give calling, outstanding, answered, expired, failed, cancelled, or open.";
            Error::invalid("`state` is not one that a request has.", details)
        };
        let states = query.get("state").map(|state| match state {
            "open" => Ok(vec![RequestState::Calling, RequestState::Outstanding]),
            state => RequestState::parse(state).map(|state| vec![state]).ok_or_else(wrong),
        });
        Ok(Requests { store: &app.engine.store, states: states.transpose()? })
    }
}

impl Listing for Requests<'_> {
    type Shown = RequestView;
    const LOOK: usize = 1000;

    async fn places(&self, workflow: &Workflow, limit: usize, after: Option<&Cursor>) -> Result<Page<Placed>> {
        Ok(self.store.list_request_places(&workflow.id, limit, after).await?)
    }

    async fn show(&self, workflow: &Workflow, at: &Placed) -> Result<Option<RequestView>> {
        let request = self.store.request(&workflow.id, at.id).await?;
        let request = request.filter(|request| self.states.as_ref().is_none_or(|states| states.contains(&request.state())));
        Ok(request.map(|request| RequestView { details: None, result: None, ..request.into() }))
    }
}

async fn list(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    Ok(page(Scope::of(workflow), &Requests::asked(&app, &query)?, &query).await?.listed())
}

async fn list_of_project(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let requests = Requests::asked(&app, &query)?;
    Ok(page(Scope::of_project(&app, &project, &query).await?, &requests, &query).await?.across())
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

async fn approve(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(caller): Extension<Caller>,
    ids: Ids,
    Json(said): Json<Said>,
) -> Result<impl IntoResponse> {
    answer(&app, &workflow, &ids, true, &caller, said).await
}

async fn reject(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Extension(caller): Extension<Caller>,
    ids: Ids,
    Json(said): Json<Said>,
) -> Result<impl IntoResponse> {
    answer(&app, &workflow, &ids, false, &caller, said).await
}

async fn answer(
    app: &App,
    workflow: &Workflow,
    ids: &Ids,
    approved: bool,
    caller: &Caller,
    said: Said,
) -> Result<impl IntoResponse + use<>> {
    let by = match caller {
        Caller::Root => "root".to_owned(),
        Caller::Key(key) => format!("key {}", key.name),
    };
    let decision = Decision::new(approved, by, said.comment.as_deref())?;
    let question = app.engine.find_request(&workflow.id, id(ids)?).await?;
    Ok(one(RequestView::from(app.engine.decide(&question, &decision).await?)))
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
