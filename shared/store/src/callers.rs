//! Callers of agents that we serve: who asked for a run, and where its outcome goes.

use crate::expression::Expr;
use crate::item::Item;
use crate::keys;
use crate::sdk::Store;
use rookery_domain::{EventId, Result, RunId, Time, WorkflowRef, hashed_uuid};
use std::fmt;

/// Who waits for the outcome of a run.
#[derive(Clone, PartialEq, Eq)]
pub struct Caller {
    /// Where the outcome is posted, if the caller asked for that.
    pub url: Option<String>,
    /// The token that is sent with the outcome, so that the caller believes it.
    pub token: Option<String>,
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Store {
    /// Notes who asked for a run. This is stored before the run's event is accepted.
    pub async fn put_caller(&self, workflow: &WorkflowRef, run: RunId, caller: &Caller, until: Time) -> Result<()> {
        let item = Item::new(&keys::event(workflow, place(run)))
            .n("asked", Time::now().0)
            .maybe(caller.url.as_ref(), |item, url| item.s("caller", url))
            .maybe(caller.token.as_ref(), |item, token| item.s("token", token))
            .n("expires_at", until.ttl_seconds());
        // The first caller counts: the same request may come again, and a different request with the same key is refused.
        self.put(item, Some(Expr::new("attribute_not_exists(pk)"))).await.map(drop)
    }

    /// Who asked for a run; none if the run did not begin with a caller.
    pub async fn caller(&self, workflow: &WorkflowRef, run: RunId) -> Result<Option<Caller>> {
        let item = self.get(keys::event(workflow, place(run))).await?;
        let text = |item: &Item, name: &str| item.opt_str(name).map(str::to_owned);
        Ok(item.map(|item| Caller { url: text(&item, "caller"), token: text(&item, "token") }))
    }
}

/// The place of the caller among the items of the run.
fn place(run: RunId) -> EventId {
    EventId { run, own: hashed_uuid(&[b"caller", run.0.as_bytes()]) }
}
