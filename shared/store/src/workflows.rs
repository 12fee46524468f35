//! Heads of workflows: what changes of a workflow, in one small item.

use crate::expression::Expr;
use crate::item::Item;
use crate::keys;
use crate::page::{Cursor, Page};
use crate::schedules::purge_item;
use crate::sdk::{Store, Transacted};
use rookery_domain::{Error, ProjectId, Result, RunId, Time, WorkflowRef};
use serde::Serialize;
use std::collections::HashSet;

/// Whether a workflow runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It was never started.
    New,
    /// Its triggers take events and its schedules fire.
    Active,
    /// Its triggers and schedules rest.
    Paused,
}

/// The head of a workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    /// Its project and its id.
    pub id: WorkflowRef,
    /// What people call it.
    pub name: String,
    /// Whether it runs.
    pub state: State,
    /// The last saved version.
    pub version: u64,
    /// The last built version, which new runs are pinned to; 0 before the first build.
    pub built: u64,
    /// When it was made.
    pub created_at: Time,
    /// When it was last saved, built, started or stopped.
    pub updated_at: Time,
    /// It is deleted: deliveries in flight end without a trace.
    pub deleted: bool,
}

impl Store {
    /// The head of a workflow, as it is now; a deleted one too.
    pub async fn find_workflow(&self, workflow: &WorkflowRef) -> Result<Option<Workflow>> {
        self.get(keys::head(workflow)).await?.map(|item| read(&workflow.project, &item)).transpose()
    }

    /// The head of a workflow; 404 when it is unknown, another project's, or deleted.
    pub async fn workflow(&self, workflow: &WorkflowRef) -> Result<Workflow> {
        let found = self.find_workflow(workflow).await?.filter(|workflow| !workflow.deleted);
        found.ok_or_else(|| Error::not_found("workflow"))
    }

    /// A page of a project's workflows.
    pub async fn list_workflows(&self, project: &ProjectId, limit: usize, cursor: Option<&Cursor>) -> Result<Page<Workflow>> {
        let page = self.page(project.as_str(), "w#", false, limit, cursor).await?.try_map(|item| read(project, &item))?;
        Ok(Page { items: page.items.into_iter().filter(|workflow| !workflow.deleted).collect(), next: page.next })
    }

    /// Sets the built version, and with `start` that the workflow runs, unless it was saved meanwhile: then `None`.
    pub async fn set_built(&self, workflow: &Workflow, built: u64, start: bool) -> Result<Option<Workflow>> {
        let mut update = Expr::new("SET built = :built, updated = :now").n(":built", built).n(":now", Time::now().0);
        if start {
            update.text += ", #state = :state";
            update = update.name("#state", "state").s(":state", state_text(State::Active));
        }
        let condition = Expr::new("ver = :ver AND attribute_not_exists(deleted)").n(":ver", workflow.version);
        let item = self.update(&keys::head(&workflow.id), update, Some(condition)).await?;
        item.map(|item| read(&workflow.id.project, &item)).transpose()
    }

    /// Pauses a workflow.
    pub async fn pause(&self, workflow: &WorkflowRef) -> Result<Workflow> {
        let update = Expr::new("SET #state = :state, updated = :now")
            .name("#state", "state")
            .s(":state", state_text(State::Paused))
            .n(":now", Time::now().0);
        let condition = Expr::new("attribute_exists(pk) AND attribute_not_exists(deleted)");
        let item = self.update(&keys::head(workflow), update, Some(condition)).await?;
        read(&workflow.project, &item.ok_or_else(|| Error::not_found("workflow"))?)
    }

    /// Marks a workflow as deleted, and asks for its purge. Its id is never used again.
    pub async fn delete_workflow(&self, workflow: &WorkflowRef) -> Result<()> {
        let update = Expr::new("SET deleted = :now").n(":now", Time::now().0);
        let tombstone = self.update_in_transaction(&keys::head(workflow), update, Expr::new("attribute_exists(pk)"));
        let purge = self.put_in_transaction(purge_item(&workflow.project, Some(&workflow.workflow)), None);
        match self.transact_calmly(vec![tombstone, purge]).await? {
            Transacted::Done => Ok(()),
            _ => Err(Error::not_found("workflow")),
        }
    }

    /// Removes what a deleted workflow had, at most `budget` items; `true` when all is gone.
    pub async fn purge_workflow(&self, workflow: &WorkflowRef, budget: &mut usize) -> Result<bool> {
        for partition in [
            keys::workflow(workflow),
            keys::memories(workflow),
            keys::logs(workflow),
            keys::metrics(workflow),
            keys::outstandings(workflow),
        ] {
            if !self.delete_prefix(&partition, "", budget).await? {
                return Ok(false);
            }
        }
        for what in ['e', 'f', 'q'] {
            if !self.purge_runs(workflow, keys::recent(workflow, what), budget).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Removes the runs that have items in a partition of the `recent` index.
    async fn purge_runs(&self, workflow: &WorkflowRef, partition: String, budget: &mut usize) -> Result<bool> {
        let mut cursor = None;
        loop {
            let page = self.list_recent(workflow, partition.clone(), None, 100, 100, cursor.as_ref()).await?;
            let runs: HashSet<RunId> = page.items.iter().map(|item| item.run).collect();
            for run in runs {
                if !self.delete_prefix(&keys::run(workflow, run), "", budget).await? {
                    return Ok(false);
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(true);
            }
        }
    }
}

pub(crate) fn state_text(state: State) -> &'static str {
    match state {
        State::New => "new",
        State::Active => "active",
        State::Paused => "paused",
    }
}

pub(crate) fn read(project: &ProjectId, item: &Item) -> Result<Workflow> {
    Ok(Workflow {
        id: WorkflowRef {
            project: project.clone(),
            workflow: item.str("sk")?.trim_start_matches("w#").parse().map_err(|_| crate::item::malformed("sk"))?,
        },
        name: item.str("name")?.to_owned(),
        state: match item.str("state")? {
            "active" => State::Active,
            "paused" => State::Paused,
            _ => State::New,
        },
        version: item.num("ver")?,
        built: item.num("built")?,
        created_at: item.time("created")?,
        updated_at: item.time("updated")?,
        deleted: item.opt_num::<i64>("deleted").is_some(),
    })
}
