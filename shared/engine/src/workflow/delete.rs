//! Deleting: a tombstone first, so that nothing of it can be reached; what it had is removed by the next ticks, part by part.

use crate::Engine;
use rookery_domain::{ProjectId, Result, WorkflowId, WorkflowRef};

/// Requests and items of one tick's purges: the rest is for the next.
pub(crate) const PURGED_AT_ONCE: usize = 2000;
/// What a purge takes of them by itself: it reads a head, and ends.
const PURGE: usize = 2;

impl Engine {
    /// Deletes a workflow. Deliveries in flight end; its id is never used again.
    pub async fn delete_workflow(&self, workflow: &WorkflowRef) -> Result<()> {
        self.store.workflow(workflow).await?;
        self.store.delete_workflow(workflow).await
    }

    /// Deletes a project with all its workflows, keys and credentials. It answers at once, however many there are: the ticks delete the
    /// workflows. Until they come to a workflow, its deliveries in flight go on; nothing new comes in.
    pub async fn delete_project(&self, project: &ProjectId) -> Result<()> {
        self.store.project(project).await?;
        self.store.delete_project(project).await
    }

    /// Removes a part of what a deleted project or workflow had. What is not deleted is not touched.
    pub(crate) async fn purge(&self, project: &ProjectId, workflow: Option<&WorkflowId>, budget: &mut usize) -> Result<()> {
        *budget = budget.saturating_sub(PURGE);
        let done = match workflow {
            Some(workflow) => {
                let id = &WorkflowRef { project: project.clone(), workflow: workflow.clone() };
                let head = self.store.find_workflow(id).await?;
                !head.is_some_and(|head| head.deleted) || self.store.purge_workflow(id, budget).await?
            }
            None => self.store.purge_project(project, budget).await?,
        };
        if done { self.store.purged(project, workflow).await } else { Ok(()) }
    }
}
