//! What has become of a caller's task (`callers.rs`): its replies, or the end of the run that it began.

use super::callers::{Protocol, connection_id};
use super::looks::Look;
use super::reply::message_for_others;
use crate::Engine;
use crate::workflow::called_run::{CalledError, Seen};
use crate::workflow::watched::News;
use rookery_agents::{TaskError, TaskReply};
use rookery_domain::{Error, Result, RunId, Time};
use rookery_store::{EntryPoint, KeptReply, TaskOrigin};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A caller's task, as far as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct CallProgress {
    /// How it stands with it.
    pub state: CallState,
    /// The replies that came, in the order in which they came. The first one ends the caller's wait.
    pub replies: Vec<TaskReply>,
    /// The conversation that the caller named.
    pub context: Option<String>,
    /// When the run began.
    pub began: Time,
    /// When something happened last.
    pub changed: Time,
}

/// How it stands with a caller's task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallState {
    /// The run goes on, and nobody has replied.
    Working,
    /// There is a reply.
    Replied,
    /// The run failed, and no agent handled that.
    Failed(TaskError),
    /// The run is over, and nobody has replied.
    Ended,
    /// The caller has stopped waiting.
    Cancelled,
}

impl CallState {
    /// Whether nothing is waited for any more.
    pub fn is_over(&self) -> bool {
        *self != CallState::Working
    }
}

impl Engine {
    /// What has become of a task that began a run of an entry point. None if no caller of this protocol began that run.
    pub async fn call_progress(&self, entry: &EntryPoint, by: Protocol, run: RunId) -> Result<Option<CallProgress>> {
        let (asked, shared) = (Instant::now(), self.looks.at((connection_id(entry, by), run)));
        let mut last = shared.lock().await;
        if let Some(look) = last.as_ref().filter(|look| look.began >= asked) {
            return Ok(look.found.clone());
        }
        let began = Instant::now();
        let found = self.look_at_call(entry, by, run).await?;
        *last = Some(Look { began, found: found.clone() });
        Ok(found)
    }

    async fn look_at_call(&self, entry: &EntryPoint, by: Protocol, run: RunId) -> Result<Option<CallProgress>> {
        let workflow = &entry.agent.workflow;
        loop {
            let origin = self.store.task_origin(workflow, run).await?;
            let Some(origin) = origin.filter(|origin| origin.connection == connection_id(entry, by)) else { return Ok(None) };
            let (seen, kept) = self.seen_call(entry, run).await?;
            let replies = read(kept)?;
            let began = seen.began().unwrap_or_else(Time::now);
            let last = replies.iter().map(|(at, _)| *at).chain(origin.ended).fold(began, Time::max);
            let of = |state, changed, replies: Vec<(Time, TaskReply)>| CallProgress {
                state,
                replies: replies.into_iter().map(|(_, reply)| reply).collect(),
                context: origin.context.clone(),
                began,
                changed,
            };
            match (waited_for(&origin, &replies), origin.ended) {
                // What comes later changes nothing about that.
                (Some(CallState::Cancelled), Some(ended)) => return Ok(Some(of(CallState::Cancelled, ended, Vec::new()))),
                (Some(state), _) => return Ok(Some(of(state, last, replies))),
                (None, _) => {}
            }
            let Some(version) = seen.version else { return Ok(Some(of(CallState::Working, last, replies))) };
            let built = self.built(workflow, version).await?;
            let Some(end) = seen.end(&built.graph) else { return Ok(Some(of(CallState::Working, last, replies))) };
            // What was stored between two pages may have been missed. What a second reading sees, too, is all that there was.
            let (again, kept) = self.seen_call(entry, run).await?;
            if kept.is_empty() && seen.is_as(&again) {
                let failed = end.error.map(|CalledError { code, message, .. }| {
                    CallState::Failed(TaskError { message: message_for_others(&code, &message), code })
                });
                return Ok(Some(of(failed.unwrap_or(CallState::Ended), last.max(end.at), replies)));
            }
        }
    }

    /// Ends the wait for the replies to a caller's task, if there is none yet. The run goes on.
    pub async fn cancel_call(&self, entry: &EntryPoint, by: Protocol, run: RunId) -> Result<Option<CallProgress>> {
        match self.call_progress(entry, by, run).await? {
            Some(progress) if progress.state.is_over() => Ok(Some(progress)),
            None => Ok(None),
            Some(_) => {
                self.store.end_task_origin(&entry.agent.workflow, run, Time::now()).await?;
                self.watched.tell(run);
                self.call_progress(entry, by, run).await
            }
        }
    }

    /// Follows a caller's task: see [`FollowCall::next`].
    pub fn follow_call(self: &Arc<Self>, entry: EntryPoint, by: Protocol, run: RunId) -> FollowCall {
        let news = self.watched.watch(run);
        FollowCall { engine: self.clone(), entry, by, run, news, given: None }
    }

    async fn seen_call(&self, entry: &EntryPoint, run: RunId) -> Result<(Seen, Vec<KeptReply>)> {
        let mut kept = Vec::new();
        let seen = self.seen(&entry.agent.workflow, run, |item| kept.extend(item.kept.clone())).await?;
        kept.sort_by_key(|kept| kept.at);
        Ok((seen, kept))
    }
}

fn read(kept: Vec<KeptReply>) -> Result<Vec<(Time, TaskReply)>> {
    let read = |kept: KeptReply| Ok((kept.at, serde_json::from_str(&kept.reply).map_err(Error::internal)?));
    kept.into_iter().map(read).collect()
}

/// How the wait ended, if it did: by the first reply, or by the caller.
fn waited_for(origin: &TaskOrigin, replies: &[(Time, TaskReply)]) -> Option<CallState> {
    match (replies.first(), origin.ended) {
        (Some((at, _)), Some(ended)) if ended < *at => Some(CallState::Cancelled),
        (Some((_, TaskReply { error: Some(error), .. })), _) => Some(CallState::Failed(error.clone())),
        (Some(_), _) => Some(CallState::Replied),
        (None, ended) => ended.map(|_| CallState::Cancelled),
    }
}

/// A caller who waits.
pub struct FollowCall {
    engine: Arc<Engine>,
    entry: EntryPoint,
    by: Protocol,
    run: RunId,
    news: News,
    /// How it stood with the task when it was given last: the first reply ends the wait, so nothing else changes before that.
    given: Option<CallState>,
}

impl FollowCall {
    /// What has become of the task: at first as it is; then, once that has changed. None if the task is not there, or no longer.
    pub async fn next(&mut self) -> Result<Option<CallProgress>> {
        loop {
            if self.given.is_some() {
                self.news.wait().await;
            }
            let began = Instant::now();
            let Some(progress) = self.engine.call_progress(&self.entry, self.by, self.run).await? else { return Ok(None) };
            let is_new = self.given.as_ref() != Some(&progress.state);
            self.news.looked(began.elapsed(), is_new);
            if is_new {
                self.given = Some(progress.state.clone());
                return Ok(Some(progress));
            }
        }
    }

    /// The task once it is over, or as it is after this time. None if the task is not there, or no longer.
    pub async fn end(mut self, wait: Duration) -> Result<Option<CallProgress>> {
        let until = tokio::time::Instant::now() + wait;
        let mut last = None;
        loop {
            match tokio::time::timeout_at(until, self.next()).await {
                Ok(Ok(Some(progress))) if !progress.state.is_over() => last = Some(progress),
                Ok(over) => return over,
                Err(_) if last.is_some() => return Ok(last),
                Err(_) => return self.engine.call_progress(&self.entry, self.by, self.run).await,
            }
        }
    }
}
