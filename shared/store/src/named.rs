//! What is found by a name, which is not unique: each workflow that has the name keeps it, and whoever looks takes the latest that fits.

use crate::item::Item;
use crate::keys::{self, Prefix};
use crate::sdk::Store;
use rookery_domain::{CellId, ProjectId, Result, Time, WorkflowRef};
use std::collections::BTreeMap;

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// An agent that is served to callers elsewhere.
    Served,
    /// A started workflow, which is called.
    Called,
}

impl Named {
    fn prefix(self) -> Prefix {
        match self {
            Named::Served => Prefix::Served,
            Named::Called => Prefix::Called,
        }
    }
}

impl Store {
    /// Makes an agent of a workflow known by a name, beside those of other workflows.
    pub async fn put_name(&self, of: Named, workflow: &WorkflowRef, name: &str, cell: &CellId) -> Result<()> {
        let item = Item::new(&keys::named(of.prefix(), workflow, name)).s("workflow", &workflow.workflow).s("cell", cell);
        self.put(item.s("name", name).n("at", Time::now().0), None).await.map(drop)
    }

    /// Forgets a name of a workflow.
    pub async fn forget_name(&self, of: Named, workflow: &WorkflowRef, name: &str) -> Result<()> {
        self.delete(&keys::named(of.prefix(), workflow, name)).await
    }

    /// The agents that were made known by a name, the latest first. The caller checks whether the name still leads to each.
    pub async fn named(&self, of: Named, project: &ProjectId, name: &str) -> Result<Vec<(WorkflowRef, CellId)>> {
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.page(project.as_str(), &keys::all_named(of.prefix(), name), 200, cursor.as_ref()).await?;
            for item in page.items {
                let workflow = WorkflowRef { project: project.clone(), workflow: item.parse("workflow")? };
                // An earlier version wrote one item for each name, without a time.
                found.push((item.opt_num::<i64>("at").unwrap_or(0), workflow, CellId(item.str("cell")?.to_owned())));
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        found.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        Ok(found.into_iter().map(|(_, workflow, cell)| (workflow, cell)).collect())
    }

    /// At most so many of a project's names, in order, each with the workflows that have it. The caller checks whether they still do.
    pub async fn all_named(&self, of: Named, project: &ProjectId, most: usize) -> Result<BTreeMap<String, Vec<WorkflowRef>>> {
        let page = self.page(project.as_str(), &of.prefix().start(), most, None).await?;
        let mut names = BTreeMap::<_, Vec<_>>::new();
        for item in page.items {
            let workflow = WorkflowRef { project: project.clone(), workflow: item.parse("workflow")? };
            names.entry(item.str("name")?.to_owned()).or_default().push(workflow);
        }
        Ok(names)
    }
}
