//! Replaying failures: a new arm of the same delivery, with the same ids.

use crate::Engine;
use rookery_domain::{Error, EventId, Result, Time, WorkflowRef};
use rookery_queue::Message;
use rookery_store::RunItem;
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

impl Engine {
    /// Replays one failure. Replaying it twice at the same time opens only one arm.
    pub async fn replay(&self, workflow: &WorkflowRef, id: EventId) -> Result<()> {
        let item = self.store.run_item(workflow, id).await?.filter(is_failure);
        self.replay_item(workflow, item.ok_or_else(|| Error::not_found("failure"))?).await
    }

    /// Replays the failures that are not replayed yet, newest first.
    pub async fn replay_all(&self, workflow: &WorkflowRef) -> Result<Replayed> {
        let (mut replayed, mut cursor) = (0, None);
        loop {
            let page = self.store.list_open_failures(workflow, 100, cursor.as_ref()).await?;
            for item in page.items {
                match item.commit.as_ref().map(|commit| commit.replayed_at) {
                    // The failure was replayed by a version that had no separate list of replayed failures.
                    Some(Some(at)) => self.store.mark_replayed(workflow, item.id, at).await?,
                    Some(None) if is_failure(&item) => {
                        self.replay_item(workflow, item).await?;
                        replayed += 1;
                    }
                    _ => {}
                }
            }
            cursor = page.next;
            if cursor.is_none() || replayed >= AT_ONCE {
                return Ok(Replayed { replayed, more: cursor.is_some() });
            }
        }
    }

    async fn replay_item(&self, workflow: &WorkflowRef, item: RunItem) -> Result<()> {
        let message = item.commit.and_then(|commit| commit.message).unwrap_or_default();
        let message = Message::decode(&message)?;
        self.producer.send(vec![message.replay().into()]).await?;
        self.store.mark_replayed(workflow, item.id, Time::now()).await
    }
}

fn is_failure(item: &RunItem) -> bool {
    item.commit.as_ref().is_some_and(|commit| commit.message.is_some())
}
