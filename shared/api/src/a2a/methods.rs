//! The methods of A2A, all but the list of tasks.

use super::agent::{Agent, Found};
use super::errors;
use super::message;
use super::rpc::{self, Call};
use super::stream;
use super::task::{self, Artifacts};
use crate::error::Result;
use a2a::{
    CancelTaskRequest, GetTaskRequest, JsonRpcId, SendMessageRequest, SendMessageResponse, SubscribeToTaskRequest, methods,
};
use axum::response::Response;
use rookery_domain::{Error, RunId};
use rookery_engine::{DirectTask, Protocol};
use rookery_store::{EntryPoint, Role};
use serde::Serialize;
use serde_json::Value;

impl Agent {
    /// The answer to a call.
    pub(super) async fn answer(&self, call: &Call) -> Result<Response> {
        let result = match call.method.as_str() {
            methods::SEND_MESSAGE => self.send(call.params()?).await?,
            methods::GET_TASK => self.get(call.params()?).await?,
            methods::LIST_TASKS => self.list(call.params()?).await?,
            methods::CANCEL_TASK => self.cancel(call.params()?).await?,
            methods::GET_EXTENDED_AGENT_CARD => self.extended_card().await?,
            methods::SEND_STREAMING_MESSAGE => return self.send_and_follow(&call.id, call.params()?).await,
            methods::SUBSCRIBE_TO_TASK => return self.subscribe(&call.id, call.params()?).await,
            methods::CREATE_PUSH_CONFIG | methods::GET_PUSH_CONFIG | methods::LIST_PUSH_CONFIGS | methods::DELETE_PUSH_CONFIG => {
                return Err(errors::no_push().into());
            }
            other => return Err(errors::no_method(other).into()),
        };
        Ok(rpc::answer(rpc::result(call.id.clone(), result)))
    }

    async fn send(&self, request: SendMessageRequest) -> Result<Value> {
        let (entry, run) = self.begin(&request).await?;
        let at_once = request.configuration.is_some_and(|configuration| configuration.return_immediately == Some(true));
        let engine = &self.app.engine;
        let progress = match at_once {
            true => engine.call_progress(&entry, Protocol::A2a, run).await?,
            false => engine.follow_call(entry, Protocol::A2a, run).end(self.app.longest_wait()).await?,
        };
        let progress = progress.ok_or_else(errors::no_task)?;
        value(SendMessageResponse::Task(task::task(run, &progress, Artifacts::Shown)))
    }

    async fn send_and_follow(&self, id: &JsonRpcId, request: SendMessageRequest) -> Result<Response> {
        self.check_streams()?;
        let (entry, run) = self.begin(&request).await?;
        let follow = self.app.engine.follow_call(entry, Protocol::A2a, run);
        stream::answer(id.clone(), run, follow).await
    }

    /// Begins the task that a message is. The same message again is the same task.
    async fn begin(&self, request: &SendMessageRequest) -> Result<(EntryPoint, RunId)> {
        self.caller.allow(&self.project.id, Role::Ingest)?;
        let said = &request.message;
        message::check(said)?;
        if let Some(configuration) = &request.configuration {
            check_history(configuration.history_length)?;
            if configuration.task_push_notification_config.is_some() {
                return Err(errors::no_push().into());
            }
        }
        self.check_followed(said).await?;
        let entry = self.skill(said).await?;
        let task = DirectTask {
            key: Some(said.message_id.clone()),
            context: Some(message::context(said, entry.id)?),
            payload: message::payload(said, entry.published.input_schema.as_ref())?,
        };
        let run = self.app.engine.call_entry_point(&entry, Protocol::A2a, task).await?;
        Ok((entry, run))
    }

    async fn get(&self, request: GetTaskRequest) -> Result<Value> {
        check_history(request.history_length)?;
        let Found { run, progress, .. } = self.find(&request.id).await?;
        value(task::task(run, &progress, Artifacts::Shown))
    }

    async fn cancel(&self, request: CancelTaskRequest) -> Result<Value> {
        self.caller.allow(&self.project.id, Role::Ingest)?;
        let Found { entry, run, progress } = self.find(&request.id).await?;
        if progress.state.is_over() {
            return Err(errors::not_cancelable().into());
        }
        let progress = self.app.engine.cancel_call(&entry, Protocol::A2a, run).await?.ok_or_else(errors::no_task)?;
        value(task::task(run, &progress, Artifacts::Shown))
    }

    async fn subscribe(&self, id: &JsonRpcId, request: SubscribeToTaskRequest) -> Result<Response> {
        self.check_streams()?;
        let Found { entry, run, progress } = self.find(&request.id).await?;
        if progress.state.is_over() {
            return Err(errors::not_supported("The task is over, so nothing more comes.", "`GetTask` shows how it ended.").into());
        }
        stream::answer(id.clone(), run, self.app.engine.follow_call(entry, Protocol::A2a, run)).await
    }

    async fn extended_card(&self) -> Result<Value> {
        let card = self.card().await?;
        match card.capabilities.extended_agent_card {
            Some(true) => value(card),
            _ => Err(errors::not_supported("This agent has no other card for its callers.", "Its card shows all that there is.")
                .into()),
        }
    }

    fn check_streams(&self) -> Result<()> {
        match self.app.streams() {
            true => Ok(()),
            false => {
                let details = "Send the message by `SendMessage`, and ask for the task by `GetTask`.";
                Err(errors::not_supported("Nothing is streamed at this address.", details).into())
            }
        }
    }
}

/// No history is kept; but a length must be one.
pub(super) fn check_history(length: Option<i32>) -> Result<()> {
    match length {
        Some(..0) => Err(Error::invalid("`historyLength` is less than 0.", "Give a number of messages, or leave it out.").into()),
        _ => Ok(()),
    }
}

pub(super) fn value(result: impl Serialize) -> Result<Value> {
    Ok(serde_json::to_value(result).map_err(Error::internal)?)
}
