//! Replaying failures: a new arm of the same delivery, with the same ids; or in the last built version, a run of its own that begins with
//! the event on which the agent failed, for this agent alone.

use crate::accept::{Incoming, RunVersion};
use crate::delivery::work::{Wake, Work};
use crate::{Built, Engine};
use rookery_domain::{CellId, Error, Event, EventId, Kind, Result, Time, WorkflowRef};
use rookery_queue::Message;
use rookery_store::{Commit, RunItem, Workflow};
use serde::Serialize;
use std::sync::Arc;

/// How many failures one call replays; the caller calls again for more.
const AT_ONCE: usize = 500;

/// What a replay of many failures did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Replayed {
    /// Failures that are being replayed.
    pub replayed: usize,
    /// There are more: call again.
    pub more: bool,
}

/// What there is of the arm after a failed one.
enum Next {
    /// Nothing: this message opens it. An event's delivery may instead be made again as this one.
    Open(Message, Option<Box<Again>>),
    /// It is being handled, or waits.
    UnderWay,
    /// It failed, too, which is a failure of its own.
    Failed(Box<RunItem>),
    /// It is over, and did not fail.
    Over(Box<Commit>),
    /// None will come: the failure was replayed at this time as this event, in a run of its own.
    Anew(Time, EventId),
    /// Nothing, and nothing can come: the event is no longer kept.
    Gone,
}

/// A delivery of an event that failed: what the event was, and who received it.
struct Again {
    event: Event,
    receiver: CellId,
}

/// How a failure is replayed.
enum How {
    /// By a message, which opens the next arm; none if that is done already.
    Message(Option<Message>),
    /// By a run of its own, in the last built version.
    Anew(Box<Again>),
}

impl Engine {
    /// Replays a failure; if it was replayed already and failed again, the newest of its failures. 409 when there is nothing to replay.
    /// Replaying it twice at the same time opens only one arm. In the newest version, checks and timers go on as they do in their run's.
    pub async fn replay(self: &Arc<Self>, workflow: &Workflow, id: EventId, version: RunVersion) -> Result<()> {
        let item = self.store.run_item(&workflow.id, id).await?.filter(is_failure);
        let mut item = item.ok_or_else(|| Error::not_found("failure"))?;
        let newest = self.newest_for(workflow, version).await?;
        loop {
            match self.next_arm(&workflow.id, &item).await? {
                Next::Failed(later) => item = *later,
                Next::Open(message, again) => {
                    let how = how(newest.as_deref(), message, again)?;
                    return if self.replay_by(workflow, &item, how).await? { Ok(()) } else { Err(under_way()) };
                }
                Next::UnderWay => return Err(under_way()),
                Next::Over(commit) => return Err(already_replayed(commit.began, &format!("ended as `{}`", commit.outcome))),
                Next::Anew(at, anew) => return Err(already_replayed(at, &format!("is the run `{}`", anew.run))),
                Next::Gone => return Err(event_gone()),
            }
        }
    }

    /// Replays the failures that are not replayed yet, newest first. In the newest version, those stay whose agents it does not have.
    pub async fn replay_all(self: &Arc<Self>, workflow: &Workflow, version: RunVersion) -> Result<Replayed> {
        let newest = self.newest_for(workflow, version).await?;
        let (mut replayed, mut cursor) = (0, None);
        loop {
            let page = self.store.list_open_failures(&workflow.id, 100, cursor.as_ref()).await?;
            for item in page.items.into_iter().filter(is_failure) {
                match (item.commit.as_ref().and_then(|commit| commit.replayed_at), self.next_arm(&workflow.id, &item).await?) {
                    (None, Next::Open(message, again)) => {
                        let Ok(how) = how(newest.as_deref(), message, again) else { continue };
                        replayed += usize::from(self.replay_by(workflow, &item, how).await?);
                    }
                    // Its event is gone, and so will the failure be soon.
                    (_, Next::Gone) => {}
                    // It was replayed: by a version that had no list of replayed failures, or by a request that broke off.
                    _ => drop(self.replay_by(workflow, &item, How::Message(None)).await?),
                }
            }
            cursor = page.next;
            if cursor.is_none() || replayed >= AT_ONCE {
                return Ok(Replayed { replayed, more: cursor.is_some() });
            }
        }
    }

    /// The version in which events are handled anew; none if they are handled in their own.
    async fn newest_for(&self, workflow: &Workflow, version: RunVersion) -> Result<Option<Arc<Built>>> {
        match version {
            RunVersion::Run => Ok(None),
            RunVersion::Newest => self.active(workflow).await.map(Some),
        }
    }

    /// Replays a failure and marks it as replayed. `false` when somebody else is just doing so.
    async fn replay_by(self: &Arc<Self>, workflow: &Workflow, item: &RunItem, how: How) -> Result<bool> {
        let (last, now) = (item.commit.as_ref().and_then(|commit| commit.replayed_at), Time::now());
        if !self.store.take_for_replay(&workflow.id, item.id, last, now).await? {
            return Ok(false);
        }
        // Whoever breaks off here leaves the failure to a later replay, of which the message and the event are the same.
        let anew = match how {
            How::Message(message) => {
                self.producer.send(message.into_iter().map(Into::into).collect()).await?;
                None
            }
            How::Anew(again) => Some(self.begin_anew(workflow, item.id, *again).await?),
        };
        self.store.mark_replayed(&workflow.id, item.id, now, anew).await?;
        Ok(true)
    }

    /// Begins a run in the last built version with the event of a failed delivery, for the agent that failed. Beginning it again finds it.
    async fn begin_anew(self: &Arc<Self>, workflow: &Workflow, failure: EventId, again: Again) -> Result<EventId> {
        let newest = self.active(workflow).await?;
        let Again { event, receiver } = again;
        let (cell, agent) = newest.agent(&event.cell)?;
        let incoming = Incoming {
            copy_of: Some(event.id),
            receiver: Some(receiver),
            id: Some(EventId::replayed(failure)),
            key_suffices: true,
            ..Incoming::new(event.payload, event.groups, None)
        };
        self.accept(workflow, &newest, cell, agent, incoming).await
    }

    async fn next_arm(&self, workflow: &WorkflowRef, failed: &RunItem) -> Result<Next> {
        let commit = failed.commit.as_ref();
        let message = commit.and_then(|commit| commit.message.as_deref()).unwrap_or_default();
        let message = Message::decode(message)?.replay();
        // A route has no arms: its messages are sent again, and a delivery that is done is not done twice.
        let Some(work) = Work::of(&message) else { return Ok(Next::Open(message, None)) };
        let ids: Vec<EventId> = [work.commit].into_iter().chain(work.event_at().map(|event| event.item)).collect();
        let mut items = self.store.run_items(workflow, &ids).await?.into_iter();
        let (there, event) = (items.next().flatten(), items.next().flatten());
        let event = work.event().map(|id| event.as_ref().and_then(|item| item.find_event(id)));
        let replayed = commit.and_then(|commit| Some((commit.replayed_at?, commit.replayed_as)));
        Ok(match there {
            _ if let Some((at, Some(anew))) = replayed => Next::Anew(at, anew),
            Some(later) if is_failure(&later) => Next::Failed(Box::new(later)),
            Some(RunItem { commit: Some(commit), .. }) => Next::Over(Box::new(commit)),
            Some(RunItem { parked: Some(_), .. }) => Next::UnderWay,
            _ if event == Some(None) => Next::Gone,
            _ if replayed.is_some() => Next::UnderWay,
            _ => {
                let delivered = event.flatten().filter(|_| matches!(work.wake, Wake::Event(_)));
                let again = delivered.map(|event| Box::new(Again { event: event.clone(), receiver: work.cell }));
                Next::Open(message, again)
            }
        })
    }
}

/// How a failure is replayed in the newest version, or without one in its own. An error when the newest version has no such agent.
fn how(newest: Option<&Built>, message: Message, again: Option<Box<Again>>) -> Result<How> {
    let (Some(newest), Some(again)) = (newest, again) else { return Ok(How::Message(Some(message))) };
    for cell in [&again.event.cell, &again.receiver] {
        newest.agent(cell)?;
    }
    Ok(How::Anew(again))
}

fn is_failure(item: &RunItem) -> bool {
    item.commit.as_ref().is_some_and(|commit| commit.message.is_some())
}

fn under_way() -> Error {
    let message = "The failure is being replayed already, and the replay is not over.";
    Error::new(
        Kind::Conflict,
        "replay_under_way",
        message,
        "The run shows what becomes of it: look at its last arm. A replay that broke off can be made again after a minute.",
    )
}

fn already_replayed(at: Time, became: &str) -> Error {
    Error::new(
        Kind::Conflict,
        "already_replayed",
        format!("The failure was replayed at {at}, and its replay {became}: nothing is left to replay."),
        "To handle the event anew, make a new run of it: POST .../events/{event}/emit.",
    )
}

fn event_gone() -> Error {
    Error::new(
        Kind::Conflict,
        "event_gone",
        "The event that the agent failed on is no longer kept, so that it cannot be replayed.",
        "Send the event anew; `keep_events_for` says how long an agent's events are kept.",
    )
}
