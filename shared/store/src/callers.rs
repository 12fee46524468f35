//! Agents of ours for callers elsewhere: by which names they are known, who asked for a run, and where its outcome goes.

use crate::expression::Expr;
use crate::item::Item;
use crate::keys;
use crate::sdk::Store;
use rookery_domain::{CellId, EventId, ProjectId, Result, RunId, Time, WorkflowId, WorkflowRef, hashed_uuid};
use std::fmt;

/// Who waits for the outcome of a run.
#[derive(Clone, PartialEq, Eq)]
pub struct Caller {
    /// Where the outcome is posted, if it said so.
    pub url: Option<String>,
    /// What is sent along, so that it is believed.
    pub token: Option<String>,
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Store {
    /// Notes who asked for a run: before its event is accepted.
    pub async fn put_caller(&self, workflow: &WorkflowRef, run: RunId, caller: &Caller, until: Time) -> Result<()> {
        let item = Item::new(&keys::event(workflow, place(run)))
            .n("asked", Time::now().0)
            .maybe(caller.url.as_ref(), |item, url| item.s("caller", url))
            .maybe(caller.token.as_ref(), |item, token| item.s("token", token))
            .n("expires_at", until.ttl_seconds());
        // The first one counts: the same request may come again, and another with its key is refused.
        self.put(item, Some(Expr::new("attribute_not_exists(pk)"))).await.map(drop)
    }

    /// Who asked for a run, if it was asked for.
    pub async fn caller(&self, workflow: &WorkflowRef, run: RunId) -> Result<Option<Caller>> {
        let item = self.get(keys::event(workflow, place(run))).await?;
        let text = |item: &Item, name: &str| item.opt_str(name).map(str::to_owned);
        Ok(item.map(|item| Caller { url: text(&item, "caller"), token: text(&item, "token") }))
    }

    /// Makes an agent known by its name.
    pub async fn put_served(&self, workflow: &WorkflowRef, name: &str, cell: &CellId) -> Result<()> {
        let item =
            Item::new(&keys::served(&workflow.project, name)).s("workflow", &workflow.workflow).s("cell", cell).s("name", name);
        self.put(item, None).await.map(drop)
    }

    /// The agent that was last made known by a name.
    pub async fn served(&self, project: &ProjectId, name: &str) -> Result<Option<(WorkflowId, CellId)>> {
        let item = self.get(keys::served(project, name)).await?;
        item.map(|item| Ok((item.parse("workflow")?, CellId(item.str("cell")?.to_owned())))).transpose()
    }
}

/// Its place among the items of the run.
fn place(run: RunId) -> EventId {
    EventId { run, own: hashed_uuid(&[b"caller", run.0.as_bytes()]) }
}
