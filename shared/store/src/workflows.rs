//! Heads of workflows: what changes in a workflow, in one small item.

use crate::expression::Expr;
use crate::item::{Item, malformed};
use crate::keys::{self, Key, Prefix};
use crate::loader::Found;
use crate::page::{Cursor, Page};
use crate::purge::purge_item;
use crate::sdk::{Store, Transacted};
use rookery_domain::{Error, ProjectId, Result, Time, WorkflowRef};
use serde::Serialize;
use std::sync::Arc;

/// Whether a workflow runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The workflow was never started.
    New,
    /// The workflow's triggers take events, and its schedules fire.
    Active,
    /// The workflow's triggers and schedules rest.
    Paused,
}

/// What people say of a workflow, beside its name. It belongs to no version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// What the workflow is for; empty where nobody said it.
    pub description: String,
    /// The tags by which it is found and started, together with others.
    pub tags: Vec<String>,
}

/// The head of a workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    /// The ids of the project and the workflow.
    pub id: WorkflowRef,
    /// What people call it.
    pub name: String,
    /// What else people say of it.
    pub about: About,
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
    /// The workflow is deleted: its deliveries in flight end without a record.
    pub deleted: bool,
    /// The list of its events is spread over several partitions, because it had more entries than one takes.
    pub is_spread: bool,
}

impl Store {
    /// The head of a workflow, as it is now, also when it is deleted. Workflows of a deleted project count as deleted, even
    /// before the purge reaches them.
    pub async fn find_workflow(&self, workflow: &WorkflowRef) -> Result<Option<Workflow>> {
        of_items(workflow, self.get_found(keys(workflow)).await?)
    }

    /// The same, perhaps as it was a moment ago (see `shared`); but a workflow that is active now is never told to be stopped.
    pub async fn known_workflow(&self, workflow: &WorkflowRef) -> Result<Option<Workflow>> {
        match of_items(workflow, self.get_shared(keys(workflow)).await?)? {
            Some(known) if known.state == State::Active && !known.deleted => Ok(Some(known)),
            _ => self.find_workflow(workflow).await,
        }
    }

    /// The head of a workflow; 404 when it is unknown, another project's, or deleted.
    pub async fn workflow(&self, workflow: &WorkflowRef) -> Result<Workflow> {
        let found = self.find_workflow(workflow).await?.filter(|workflow| !workflow.deleted);
        found.ok_or_else(|| Error::not_found("workflow"))
    }

    /// A page of a project's workflows.
    pub async fn list_workflows(&self, project: &ProjectId, limit: usize, cursor: Option<&Cursor>) -> Result<Page<Workflow>> {
        let page =
            self.page(project.as_str(), &Prefix::Head.start(), limit, cursor).await?.try_map(|item| read(project, &item))?;
        Ok(Page { items: page.items.into_iter().filter(|workflow| !workflow.deleted).collect(), next: page.next })
    }

    /// A page of a project's workflows with a tag. All workflows are read up to its end.
    pub async fn list_tagged(
        &self,
        project: &ProjectId,
        tag: &str,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Workflow>> {
        let mut found = Page { items: Vec::new(), next: cursor.cloned() };
        loop {
            let page = self.list_workflows(project, limit - found.items.len(), found.next.as_ref()).await?;
            found.items.extend(page.items.into_iter().filter(|workflow| workflow.about.tags.iter().any(|own| own == tag)));
            found.next = page.next;
            if found.next.is_none() || found.items.len() == limit {
                return Ok(found);
            }
        }
    }

    /// Sets what people say of a workflow.
    pub async fn set_about(&self, workflow: &WorkflowRef, about: &About) -> Result<Workflow> {
        let update = Expr::new("SET about = :about, tags = :tags, updated = :now")
            .s(":about", &about.description)
            .list(":tags", &about.tags)
            .n(":now", Time::now().0);
        let condition = Expr::new("attribute_exists(pk) AND attribute_not_exists(deleted)");
        let item = self.update(&keys::head(workflow), update, Some(condition)).await?;
        read(&workflow.project, &item.ok_or_else(|| Error::not_found("workflow"))?)
    }

    /// Sets the built version, and the state where one is given. `None` if the workflow was saved meanwhile.
    pub async fn set_built(&self, workflow: &Workflow, built: u64, state: Option<State>) -> Result<Option<Workflow>> {
        let mut update = Expr::new("SET built = :built, updated = :now").n(":built", built).n(":now", Time::now().0);
        if let Some(state) = state {
            update.text += ", #state = :state";
            update = update.name("#state", "state").s(":state", state_text(state));
        }
        let condition = Expr::new("ver = :ver AND attribute_not_exists(deleted)").n(":ver", workflow.version);
        let item = self.update(&keys::head(&workflow.id), update, Some(condition)).await?;
        if item.is_some() && workflow.state == State::Active {
            self.until_noticed().await;
        }
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
        self.until_noticed().await;
        read(&workflow.project, &item.ok_or_else(|| Error::not_found("workflow"))?)
    }

    /// Spreads the list of a workflow's events over several partitions, for good.
    pub async fn spread(&self, workflow: &WorkflowRef) -> Result<()> {
        let update = Expr::new("SET spread = :one").n(":one", 1);
        self.update(&keys::head(workflow), update, Some(Expr::new("attribute_exists(pk)"))).await.map(drop)
    }

    /// Marks a workflow as deleted, and asks for its purge. Its id is never used again.
    pub async fn delete_workflow(&self, workflow: &WorkflowRef) -> Result<()> {
        let update = Expr::new("SET deleted = :now").n(":now", Time::now().0);
        let tombstone = self.update_in_transaction(&keys::head(workflow), update, Expr::new("attribute_exists(pk)"));
        let purge = self.put_in_transaction(purge_item(&workflow.project, Some(&workflow.workflow)), None);
        match self.transact_calmly(vec![tombstone, purge]).await? {
            Transacted::Done => {
                self.until_noticed().await;
                Ok(())
            }
            _ => Err(Error::not_found("workflow")),
        }
    }
}

/// The keys of what says whether a workflow is there: its project, and its head.
fn keys(workflow: &WorkflowRef) -> Vec<Key> {
    vec![keys::project(&workflow.project), keys::head(workflow)]
}

fn of_items(workflow: &WorkflowRef, mut items: Vec<Option<Arc<Found>>>) -> Result<Option<Workflow>> {
    let head = items.pop().flatten().map(|item| read(&workflow.project, &item)).transpose()?;
    let gone = items.pop().flatten().is_some_and(|project| project.opt_num::<i64>("deleted").is_some());
    Ok(head.map(|head| Workflow { deleted: head.deleted || gone, ..head }))
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
            workflow: Prefix::Head.name(item.str("sk")?).and_then(|id| id.parse().ok()).ok_or_else(|| malformed("sk"))?,
        },
        name: item.str("name")?.to_owned(),
        about: About { description: item.opt_str("about").unwrap_or_default().to_owned(), tags: item.strings("tags") },
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
        is_spread: item.opt_num::<u8>("spread").is_some(),
    })
}
