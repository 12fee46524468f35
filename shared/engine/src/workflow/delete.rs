//! Deleting: a tombstone first, so that nothing of the project or workflow can be reached; the next ticks remove the rest, part by part.

use crate::Engine;
use rookery_domain::{ProjectId, Result, WorkflowId, WorkflowRef};
use rookery_store::Named;

/// The budget of one tick's purges, in requests and items: the rest is left to the next tick.
pub(crate) const PURGED_AT_ONCE: usize = 2000;
/// What a purge takes from the budget in any case: it reads a head, and ends.
const PURGE: usize = 2;

impl Engine {
    /// Deletes a workflow. Its deliveries in flight end, and its id is never used again.
    pub async fn delete_workflow(&self, workflow: &WorkflowRef) -> Result<()> {
        let head = self.store.workflow(workflow).await?;
        // If this is cut short, the deletion is asked for again, and goes on.
        self.end_connections_of(&head).await?;
        self.forget_listeners_of(&head).await?;
        self.store.delete_workflow(workflow).await?;
        // A task may have connected a stage again meanwhile; from now on, none does.
        self.end_connections_of(&head).await?;
        self.store.forget_name(Named::Called, workflow, &head.name).await
    }

    /// Deletes a project with all its workflows, keys and credentials. The call returns at once, however many there are: the
    /// ticks delete the workflows. Until a tick comes to a workflow, its deliveries in flight go on, but nothing new comes in.
    pub async fn delete_project(&self, project: &ProjectId) -> Result<()> {
        self.store.project(project).await?;
        self.store.delete_project(project).await
    }

    /// Removes a part of what belonged to a deleted project or workflow. If the project or workflow is not deleted, nothing is removed.
    pub(crate) async fn purge(&self, project: &ProjectId, workflow: Option<&WorkflowId>, budget: &mut usize) -> Result<()> {
        *budget = budget.saturating_sub(PURGE);
        let done = match workflow {
            Some(workflow) => {
                let id = &WorkflowRef { project: project.clone(), workflow: workflow.clone() };
                let head = self.store.find_workflow(id).await?;
                !head.is_some_and(|head| head.deleted) || self.store.purge_workflow(id, budget).await?
            }
            None => self.disconnect_project(project).await? && self.store.purge_project(project, budget).await?,
        };
        if done { self.store.purged(project, workflow).await } else { Ok(()) }
    }
}
