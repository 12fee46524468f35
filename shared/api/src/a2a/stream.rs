//! A task while it goes on, as server-sent events: first the task, then what changes. Each event is an answer to the call.

use super::errors;
use super::rpc;
use super::task::{self, Artifacts};
use crate::error::Result;
use crate::flue::frames;
use crate::sessions::Follows;
use a2a::{JsonRpcId, JsonRpcResponse, StreamResponse};
use axum::Extension;
use axum::response::{IntoResponse, Response};
use futures::stream::{iter, unfold};
use futures::{Stream, StreamExt};
use rookery_domain::{Error, RunId};
use rookery_engine::{CallProgress, FollowCall};

/// The answer to a call that follows a task. What is wrong from the start is told as any other error.
pub(super) async fn answer(id: JsonRpcId, run: RunId, mut follow: FollowCall) -> Result<Response> {
    let first = follow.next().await?.ok_or_else(errors::no_task)?;
    let told = frame(&id, Ok(StreamResponse::Task(task::task(run, &first, Artifacts::Shown))));
    let frames = iter([told]).chain(changes(id, run, follow, first));
    Ok((Extension(Follows), frames::answer(frames)).into_response())
}

/// What changes, until the task is over.
fn changes(id: JsonRpcId, run: RunId, follow: FollowCall, first: CallProgress) -> impl Stream<Item = String> + Send + 'static {
    let rounds = unfold(Some((follow, first)), move |state| {
        let id = id.clone();
        async move {
            let (mut follow, before) = state.filter(|(_, before)| !before.state.is_over())?;
            match follow.next().await.and_then(|now| now.ok_or_else(errors::no_task)) {
                Ok(now) => {
                    let frames: Vec<String> =
                        task::updates(run, &before, &now).into_iter().map(|event| frame(&id, Ok(event))).collect();
                    Some((frames, Some((follow, now))))
                }
                Err(error) => Some((vec![frame(&id, Err(&error))], None)),
            }
        }
    });
    rounds.flat_map(iter)
}

fn frame(id: &JsonRpcId, event: Result<StreamResponse, &Error>) -> String {
    frames::data(&match event.map(|event| serde_json::to_value(event).map_err(Error::internal)) {
        Ok(Ok(event)) => JsonRpcResponse::success(id.clone(), event),
        Ok(Err(error)) => rpc::error(id.clone(), &error),
        Err(error) => rpc::error(id.clone(), error),
    })
}
