//! Replaying failures: a new arm of the same delivery, with the same ids.

use crate::Engine;
use crate::delivery::work::Work;
use rookery_domain::{Error, EventId, Kind, Result, Time, WorkflowRef};
use rookery_queue::Message;
use rookery_store::{Commit, RunItem};
use serde::Serialize;

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
    /// Nothing: this message opens it.
    Open(Message),
    /// It is being handled, or waits.
    UnderWay,
    /// It failed, too, which is a failure of its own.
    Failed(Box<RunItem>),
    /// It is over, and did not fail.
    Over(Box<Commit>),
    /// Nothing, and nothing can come: the event is no longer kept.
    Gone,
}

impl Engine {
    /// Replays a failure; if it was replayed already and failed again, the newest of its failures. 409 when there is nothing to replay.
    /// Replaying it twice at the same time opens only one arm.
    pub async fn replay(&self, workflow: &WorkflowRef, id: EventId) -> Result<()> {
        let item = self.store.run_item(workflow, id).await?.filter(is_failure);
        let mut item = item.ok_or_else(|| Error::not_found("failure"))?;
        loop {
            match self.next_arm(workflow, &item).await? {
                Next::Failed(later) => item = *later,
                Next::Open(message) => {
                    return if self.replay_by(workflow, &item, message).await? { Ok(()) } else { Err(under_way()) };
                }
                Next::UnderWay => return Err(under_way()),
                Next::Over(commit) => return Err(already_replayed(&commit)),
                Next::Gone => return Err(event_gone()),
            }
        }
    }

    /// Replays the failures that are not replayed yet, newest first.
    pub async fn replay_all(&self, workflow: &WorkflowRef) -> Result<Replayed> {
        let (mut replayed, mut cursor) = (0, None);
        loop {
            let page = self.store.list_open_failures(workflow, 100, cursor.as_ref()).await?;
            for item in page.items.into_iter().filter(is_failure) {
                match (item.commit.as_ref().and_then(|commit| commit.replayed_at), self.next_arm(workflow, &item).await?) {
                    (None, Next::Open(message)) => {
                        replayed += usize::from(self.replay_by(workflow, &item, message).await?);
                    }
                    // Its event is gone, and so will the failure be soon.
                    (_, Next::Gone) => {}
                    // It was replayed: by a version that had no list of replayed failures, or by a request that broke off.
                    _ => drop(self.replay_by(workflow, &item, None).await?),
                }
            }
            cursor = page.next;
            if cursor.is_none() || replayed >= AT_ONCE {
                return Ok(Replayed { replayed, more: cursor.is_some() });
            }
        }
    }

    /// Sends the message, if there is one, and marks the failure as replayed. `false` when somebody else is just doing so.
    async fn replay_by(&self, workflow: &WorkflowRef, item: &RunItem, message: impl Into<Option<Message>>) -> Result<bool> {
        let (last, now) = (item.commit.as_ref().and_then(|commit| commit.replayed_at), Time::now());
        let taken = self.store.take_for_replay(workflow, item.id, last, now).await?;
        if taken {
            // Whoever breaks off here leaves the failure to a later replay, of which the message is the same.
            if let Some(message) = message.into() {
                self.producer.send(vec![message.into()]).await?;
            }
            self.store.mark_replayed(workflow, item.id, now).await?;
        }
        Ok(taken)
    }

    async fn next_arm(&self, workflow: &WorkflowRef, failed: &RunItem) -> Result<Next> {
        let commit = failed.commit.as_ref();
        let message = commit.and_then(|commit| commit.message.as_deref()).unwrap_or_default();
        let message = Message::decode(message)?.replay();
        // A route has no arms: its messages are sent again, and a delivery that is done is not done twice.
        let Some(work) = Work::of(&message) else { return Ok(Next::Open(message)) };
        let ids: Vec<EventId> = [work.commit].into_iter().chain(work.event_at().map(|event| event.item)).collect();
        let mut items = self.store.run_items(workflow, &ids).await?.into_iter();
        let (there, event) = (items.next().flatten(), items.next().flatten());
        Ok(match there {
            Some(later) if is_failure(&later) => Next::Failed(Box::new(later)),
            Some(RunItem { commit: Some(commit), .. }) => Next::Over(Box::new(commit)),
            Some(RunItem { parked: Some(_), .. }) => Next::UnderWay,
            _ if work.event().is_some_and(|id| event.is_none_or(|item| item.find_event(id).is_none())) => Next::Gone,
            _ if commit.is_some_and(|commit| commit.replayed_at.is_some()) => Next::UnderWay,
            _ => Next::Open(message),
        })
    }
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

fn already_replayed(commit: &Commit) -> Error {
    Error::new(
        Kind::Conflict,
        "already_replayed",
        format!(
            "The failure was replayed at {}, and its replay ended as `{}`: nothing is left to replay.",
            commit.began, commit.outcome
        ),
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
