//! Replies to callers that are no stages: an item of the run that the call began, where the caller finds it.

use crate::expression::Expr;
use crate::item::Item;
use crate::keys;
use crate::sdk::Store;
use rookery_domain::{EventId, Result, RunId, Time, WorkflowRef, hashed_uuid};

/// A reply that is kept for whoever began the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptReply {
    /// When it came.
    pub at: Time,
    /// What it says, as JSON.
    pub reply: String,
}

impl KeptReply {
    /// Reads an item of a run, if it is such an item.
    pub(crate) fn read(item: &Item) -> Result<Option<Self>> {
        let Some(_) = item.raw("replied") else { return Ok(None) };
        Ok(Some(KeptReply { at: item.time("at")?, reply: item.unpacked("replied")? }))
    }
}

impl Store {
    /// Keeps a reply with its run. The same reply again changes nothing.
    pub async fn keep_reply(&self, workflow: &WorkflowRef, run: RunId, id: &str, reply: &KeptReply, until: Time) -> Result<()> {
        let place = EventId { run, own: hashed_uuid(&[b"kept reply", id.as_bytes()]) };
        let item = Item::new(&keys::event(workflow, place))
            .packed("replied", &reply.reply)
            .n("at", reply.at.0)
            .n("expires_at", until.ttl_seconds());
        self.put(item, Some(Expr::new("attribute_not_exists(pk)"))).await.map(drop)
    }
}
