//! Workflows that are called by their name: a started workflow with a `manual` or `webhook` trigger takes the call, and its result is the
//! payload that the cell with the id `result` emits.

use super::body::Fields;
use super::error::{FlueError, Result};
use super::named_runs::Run;
use super::run_events::{self, RunEvent};
use super::{accepted, name_of, nobody_waits, run_id_header, streams};
use crate::App;
use crate::auth::Caller;
use crate::events::idempotency_key;
use crate::flue::frames;
use crate::ids::Ids;
use crate::list::Query;
use crate::sessions::Follows;
use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use futures::{StreamExt, TryStreamExt};
use rookery_domain::{Payload, ProjectId};
use rookery_engine::{Call, CalledEnd, CalledError};
use rookery_store::{Called, Project};
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

/// The body of a call: the payload that the trigger emits. It may be in an object `payload`.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it documents a body that is read without it")]
pub(super) struct Input {
    /// The payload, wrapped.
    payload: Option<Map<String, Value>>,
}

/// A call of a workflow that was taken.
pub(crate) struct Taken {
    app: App,
    caller: Caller,
    pub(crate) called: Called,
}

impl Taken {
    /// Calls a workflow by its name; 404 if none of this name takes calls.
    pub(crate) async fn take(app: &App, project: &ProjectId, caller: Caller, name: &str, call: Call) -> Result<Self> {
        let called = app.engine.call_workflow(project, name, call).await?.ok_or_else(|| FlueError::no_workflow(name))?;
        Ok(Taken { app: app.clone(), caller, called })
    }

    /// The result, once it is there. An error says that the run failed, or that it goes on.
    pub(crate) async fn result(&self) -> Result<Value> {
        let id = self.called.id();
        let end = self.app.engine.follow_called(self.called.clone()).end();
        let wait = self.app.longest_wait();
        let end = tokio::time::timeout(wait, end).await.map_err(|_| FlueError::run_goes_on(&id, wait.as_secs()))??;
        let (_, end) = end.ok_or_else(|| FlueError::no_run(&id))?;
        self.result_at(&end).await
    }

    /// What happens in the run, from its first event to its last.
    pub(crate) fn events(&self) -> futures::stream::BoxStream<'static, Result<RunEvent>> {
        let (events, may_see) = (run_events::follow(&self.app, Run::Called(self.called.clone())), self.caller.may_see());
        events.map_ok(move |event| if may_see { event } else { event.without_reasons() }).boxed()
    }

    fn failed(&self, error: &CalledError) -> FlueError {
        let reason = self.caller.may_see().then(|| error.message.clone());
        FlueError::run_failed(&self.called.id(), error.cell.as_str(), &error.code, reason)
    }

    /// What happens, as an answer. After the end of a run that failed comes one `error` frame; after that of another, the `result`, if it
    /// is waited for.
    fn stream(self, waits: bool) -> Response {
        let id = self.called.id();
        let told = self.events().map_ok(|event| run_events::frame(&event));
        let last = futures::stream::once(async move {
            let result = self.end().await?;
            Ok(waits.then(|| frames::frame(None, "result", &completed(&self.called.id(), result))))
        });
        let last = last.filter_map(async |frame: Result<Option<String>>| frame.transpose());
        let frames = run_events::until_error(told.chain(last));
        (Extension(Follows), run_id_header(&id), frames::answer(frames)).into_response()
    }

    /// The result of a run that is over.
    async fn end(&self) -> Result<Value> {
        let progress = self.app.engine.progress(&self.called).await?;
        match progress.and_then(|progress| progress.end) {
            Some(end) => self.result_at(&end).await,
            // Its workflow is deleted.
            None => Err(FlueError::no_run(&self.called.id())),
        }
    }

    async fn result_at(&self, end: &CalledEnd) -> Result<Value> {
        if let Some(error) = &end.error {
            return Err(self.failed(error));
        }
        let result = self.app.engine.result_of(&self.called, end).await?;
        Ok(result.map_or(Value::Null, |payload| payload.value().clone()))
    }
}

/// What is told of a run that is over, whose result was waited for.
fn completed(run_id: &str, result: Value) -> Value {
    json!({"run_id": run_id, "runId": run_id, "result": result})
}

/// Reads a call.
async fn read(request: Request, instance: Option<String>) -> Result<Call> {
    let key = idempotency_key(request.headers())?;
    let payload = Payload::of(Fields::from_request(request, &()).await?.into_value())?;
    Ok(Call { payload, instance, key })
}

/// `POST /workflows/{name}`
pub(super) async fn call(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(caller): Extension<Caller>,
    Extension(query): Extension<Query>,
    ids: Ids,
    request: Request,
) -> Result<Response> {
    let (streams, waits) = (streams(request.headers()), query.get("wait") == Some("result"));
    let call = read(request, None).await?;
    let taken = Taken::take(&app, &project.id, caller, ids.text("name"), call).await?;
    let id = taken.called.id();
    if streams {
        return Ok(taken.stream(waits));
    }
    if !waits {
        return Ok(accepted(&id));
    }
    let result = taken.result().await?;
    let completed = json!({"status": "completed", "run_id": id, "runId": id, "result": result});
    Ok((run_id_header(&id), Json(completed)).into_response())
}

/// `POST /agents/{name}/{id}`, where the name is that of a workflow.
pub(super) async fn ask(app: &App, project: &ProjectId, caller: Caller, ids: &Ids, request: Request) -> Result<Response> {
    let instance = name_of(ids.text("id"), "id of the agent")?;
    let (streams, nobody_waits) = (streams(request.headers()), nobody_waits(request.headers()));
    let call = read(request, Some(instance)).await?;
    let taken = Taken::take(app, project, caller, ids.text("name"), call).await?;
    let id = taken.called.id();
    if nobody_waits {
        return Ok(accepted(&id));
    }
    if streams {
        return Ok(taken.stream(false));
    }
    let mut result = taken.result().await?;
    if let Value::Object(fields) = &mut result {
        // What the workflow says there stays.
        let meta = fields.entry("_meta").or_insert_with(|| json!({}));
        if let Value::Object(meta) = meta {
            for name in ["run_id", "runId"] {
                meta.entry(name).or_insert_with(|| id.clone().into());
            }
        }
    }
    Ok((run_id_header(&id), Json(result)).into_response())
}
