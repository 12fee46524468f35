//! Calls of entry points. A call is answered by the workflow's reply, if that comes soon. A client that knows tasks then gets a task, and
//! asks for its state; any other waits longer, and then asks again by a tool.

use super::call::result;
use super::published::{GET_REPLY, named};
use super::server::Server;
use crate::error::ApiError;
use axum::response::IntoResponse;
use rmcp::model::{
    CallToolResponse, CallToolResult, CreateTaskResult, DetailedTask, ErrorData, JsonObject, Task, TaskPayload, TaskStatus,
};
use rookery_agents::{TaskError, TaskReply};
use rookery_domain::{EntryPointId, Error, Kind, Payload, Result, RunId, limits};
use rookery_engine::{CallProgress, CallState, DirectTask, Protocol};
use rookery_store::{EntryPoint, Role};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long a call waits for its reply before it is a task.
const SOON: Duration = Duration::from_secs(2);
/// How long a call waits whose client knows no tasks: API Gateway ends an answer after 30 seconds.
const WAIT: Duration = Duration::from_secs(25);
/// How often a client should ask for the state of a task, in milliseconds.
const POLL_MS: u64 = 1000;

/// A call that has begun.
struct Call {
    entry: EntryPoint,
    run: RunId,
}

impl Call {
    /// The id by which a client knows the call.
    fn id(&self) -> String {
        format!("{}.{}", self.entry.id, self.run)
    }
}

impl Server {
    /// The entry points that the caller may use.
    pub(super) async fn offered(&self) -> Result<Vec<EntryPoint>> {
        match self.caller.allow(&self.project.id, Role::Ingest) {
            Ok(()) => self.app.engine.offered(&self.project.id).await,
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Calls the entry point of this name, or asks for the reply of a call. None if there is no such tool.
    pub(super) async fn call_published(
        &self,
        name: &str,
        mut arguments: JsonObject,
        knows_tasks: bool,
    ) -> std::result::Result<Option<CallToolResponse>, ErrorData> {
        let began = Instant::now();
        let offered = named(self.app.engine.offered(&self.project.id).await.map_err(internal)?);
        let (asks, called) = (name == GET_REPLY && !offered.is_empty(), offered.into_iter().find(|(named, _)| named == name));
        if !asks && called.is_none() {
            return Ok(None);
        }
        if let Err(refused) = self.caller.allow(&self.project.id, Role::Ingest) {
            return Ok(Some(result(refused.into_response(), &[]).await.into()));
        }
        let Some((_, entry)) = called else {
            let task = arguments.remove("task").unwrap_or_default();
            let call = self.find_call(task.as_str().unwrap_or_default()).await.map_err(internal)?;
            return match call {
                Some((call, _)) => self.wait(call, knows_tasks, began).await.map(Some),
                None => Ok(Some(failed(unknown_task()).await.into())),
            };
        };
        let task = Payload::of(Value::Object(arguments)).map(|payload| DirectTask { key: None, context: None, payload });
        let begun = match task {
            Ok(task) => self.app.engine.call_entry_point(&entry, Protocol::Mcp, task).await,
            Err(error) => Err(error),
        };
        match begun {
            Ok(run) => self.wait(Call { entry, run }, knows_tasks, began).await.map(Some),
            Err(error) if error.kind == Kind::NotFound => Ok(Some(unstructured(&entry, failed(closed()).await).into())),
            Err(error) => Ok(Some(unstructured(&entry, failed(error).await).into())),
        }
    }

    async fn wait(&self, call: Call, knows_tasks: bool, began: Instant) -> std::result::Result<CallToolResponse, ErrorData> {
        let wait = if knows_tasks { SOON } else { WAIT };
        let following = self.app.engine.follow_call(call.entry.clone(), Protocol::Mcp, call.run);
        let Some(progress) = following.end(wait.saturating_sub(began.elapsed())).await.map_err(internal)? else {
            return Ok(failed(unknown_task()).await.into());
        };
        if progress.state.is_over() {
            return Ok(told(&call, progress).await.into());
        }
        if knows_tasks {
            return Ok(CallToolResponse::Task(CreateTaskResult::new(task(&call, &progress))));
        }
        let message = format!("The workflow works on it for more than {} seconds, and goes on.", wait.as_secs());
        let error = Error::new(Kind::Conflict, "goes_on", message, format!("Call `{GET_REPLY}` with the `task` of `meta`."));
        Ok(unstructured(&call.entry, failed(error.with_meta(json!({"task": call.id()}))).await).into())
    }

    /// The state of a task; none if there is no such task.
    pub(super) async fn task(&self, id: &str) -> std::result::Result<Option<DetailedTask>, ErrorData> {
        let Some((call, progress)) = self.find_call(id).await.map_err(internal)? else { return Ok(None) };
        let task = task(&call, &progress);
        let payload = match progress.state {
            CallState::Working => TaskPayload::Working,
            CallState::Cancelled => TaskPayload::Cancelled,
            _ => {
                let result =
                    serde_json::to_value(told(&call, progress).await).map_err(|error| internal(Error::internal(error)))?;
                TaskPayload::Completed { result: result.as_object().cloned().unwrap_or_default() }
            }
        };
        Ok(Some(DetailedTask::new(task, payload)))
    }

    /// Ends the wait for a task's reply; `false` if there is no such task.
    pub(super) async fn cancel(&self, id: &str) -> std::result::Result<bool, ErrorData> {
        let Some((call, _)) = self.find_call(id).await.map_err(internal)? else { return Ok(false) };
        let cancelled = self.app.engine.cancel_call(&call.entry, Protocol::Mcp, call.run).await;
        cancelled.map(|cancelled| cancelled.is_some()).map_err(internal)
    }

    async fn find_call(&self, id: &str) -> Result<Option<(Call, CallProgress)>> {
        if self.caller.allow(&self.project.id, Role::Ingest).is_err() {
            return Ok(None);
        }
        let ids = id.split_once('.').and_then(|(entry, run)| Some((entry.parse::<EntryPointId>().ok()?, run.parse().ok()?)));
        let Some((entry, run)) = ids else { return Ok(None) };
        let Some(entry) = self.app.engine.store.entry_point(&self.project.id, entry).await? else { return Ok(None) };
        let progress = self.app.engine.call_progress(&entry, Protocol::Mcp, run).await?;
        Ok(progress.map(|progress| (Call { entry, run }, progress)))
    }
}

/// What a tool says whose call is over.
async fn told(call: &Call, progress: CallProgress) -> CallToolResult {
    let has_output = call.entry.published.output_schema.is_some();
    let run = json!({"workflow": call.entry.agent.workflow.workflow, "run": call.run});
    let result = match (progress.state, progress.replies.into_iter().next()) {
        (CallState::Failed(TaskError { code, message }), _) => {
            let remedy = "A key that may read sees why: `read_run` with what `meta` has.";
            super::call::of(json!({"error": {"type": code, "message": message, "details": remedy, "meta": run}}), true)
        }
        (CallState::Cancelled, _) => {
            failed(Error::new(Kind::Conflict, "cancelled", "The call was cancelled.", "Call the tool again.")).await
        }
        (_, Some(TaskReply { payload, .. })) => super::call::of(payload.value().clone(), false),
        (_, None) if has_output => {
            let message = "The workflow is done, and has not replied.";
            let remedy = "The run shows which way it went: `read_run` with what `meta` has.";
            failed(Error::new(Kind::Unprocessable, "no_reply", message, remedy).with_meta(run)).await
        }
        (_, None) => super::call::of(json!({"done": true, "run_id": call.run}), false),
    };
    unstructured(&call.entry, result)
}

/// The same result. An error of a tool that promises a schema is only text: there are clients that check it by the schema.
fn unstructured(entry: &EntryPoint, mut result: CallToolResult) -> CallToolResult {
    if result.is_error == Some(true) && entry.published.output_schema.is_some() {
        result.structured_content = None;
    }
    result
}

fn task(call: &Call, progress: &CallProgress) -> Task {
    let task = Task::new(call.id(), TaskStatus::Working, progress.began.to_string(), progress.changed.to_string());
    task.with_ttl_ms(limits::KEEP_EVENTS_SECONDS as u64 * 1000).with_poll_interval_ms(POLL_MS)
}

/// An error of the API, as the result of a call that failed.
async fn failed(error: Error) -> CallToolResult {
    result(ApiError::from(error).into_response(), &[]).await
}

fn closed() -> Error {
    let message = "The project has closed this tool: it has taken back the connection of its callers.";
    Error::new(Kind::Forbidden, "closed", message, "Ask the project's owner, who can accept the connection `mcp` again.")
}

fn unknown_task() -> Error {
    Error::new(Kind::NotFound, "not_found", "There is no such task.", "A call that takes long says which `task` it is.")
}

pub(super) fn internal(error: Error) -> ErrorData {
    tracing::error!(%error, "a tool cannot be called");
    ErrorData::internal_error("The server cannot answer now. Try again.", None)
}
