//! Which triggers of started workflows are told of a segment, of a list, or of errors. One that has just started may also have to be told of what is in its
//! segment already: then its item says how far, and is a due item.

use crate::expression::Expr;
use crate::item::Item;
use crate::keys;
use crate::page::Cursor;
use crate::sdk::Store;
use rookery_domain::{AgentRef, CellId, ProjectId, Result, Time, Told, WorkflowRef};

/// A trigger that is told of something.
#[derive(Clone, Debug, PartialEq)]
pub struct Listener {
    /// The trigger. Whoever reads it checks whether it still listens.
    pub agent: AgentRef,
    /// It is still to be told of what is in its segment already: from here on.
    pub existing: Option<Option<Cursor>>,
}

impl Store {
    /// Has a trigger told of this from now on; `existing` is the message that is due if nobody has told it of what is there already.
    pub async fn put_listener(&self, of: &Told, agent: &AgentRef, existing: Option<(Time, String)>) -> Result<()> {
        let key = keys::listener(of, agent);
        let item = Item::new(&key).s("workflow", &agent.workflow.workflow).s("cell", &agent.cell).n("inc", agent.incarnation);
        let item = item.maybe(existing, |item, (due, message)| crate::tasks::with_due(item, &key, due, &message));
        self.put(item, None).await.map(drop)
    }

    /// Forgets a trigger, unless its cell has another life by now.
    pub async fn forget_listener(&self, of: &Told, agent: &AgentRef) -> Result<()> {
        let condition = Expr::new("inc = :inc").n(":inc", agent.incarnation);
        self.delete_if(&keys::listener(of, agent), condition).await
    }

    /// The triggers that are told of this.
    pub async fn listeners(&self, project: &ProjectId, of: &Told) -> Result<Vec<Listener>> {
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.page(&keys::records(project), &keys::listeners_of(of), 200, cursor.as_ref()).await?;
            for item in &page.items {
                found.push(read(project, item)?);
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(found);
            }
        }
    }

    /// A trigger that is told of this.
    pub async fn listener(&self, of: &Told, agent: &AgentRef) -> Result<Option<Listener>> {
        let item = self.get(keys::listener(of, agent)).await?;
        let found = item.map(|item| read(&agent.workflow.project, &item)).transpose()?;
        Ok(found.filter(|found| found.agent == *agent))
    }

    /// Notes how far a trigger was told of what is in its segment; without a place, to the end.
    pub async fn note_existing(&self, of: &Told, agent: &AgentRef, next: Option<&Cursor>) -> Result<()> {
        let update = match next {
            Some(next) => Expr::new("SET #next = :next").s(":next", &next.0),
            None => Expr::new("REMOVE #next, dp, da, msg"),
        };
        let condition = Expr::new("inc = :inc AND attribute_exists(da)").n(":inc", agent.incarnation);
        self.update(&keys::listener(of, agent), update.name("#next", "next"), Some(condition)).await.map(drop)
    }
}

fn read(project: &ProjectId, item: &Item) -> Result<Listener> {
    let workflow = WorkflowRef { project: project.clone(), workflow: item.parse("workflow")? };
    let next = item.opt_str("next").map(|next| Cursor(next.to_owned()));
    Ok(Listener {
        agent: AgentRef { workflow, cell: CellId(item.str("cell")?.to_owned()), incarnation: item.num("inc")? },
        existing: item.opt_str("msg").map(|_| next),
    })
}
