//! Deleting: a tombstone first, so that nothing of it can be reached; what it had is removed by the next ticks, part by part.

use crate::Engine;
use rookery_domain::{ProjectId, Result, WorkflowId, WorkflowRef};

/// Items that one tick removes: the rest is for the next.
pub(crate) const PURGED_AT_ONCE: usize = 2000;

impl Engine {
    /// Deletes a workflow. Deliveries in flight end; its id is never used again.
    pub async fn delete_workflow(&self, workflow: &WorkflowRef) -> Result<()> {
        self.store.workflow(workflow).await?;
        self.store.delete_workflow(workflow).await
    }

    /// Deletes a project with all its workflows, keys and credentials. Stopping half way leaves the rest to the ticks.
    pub async fn delete_project(&self, project: &ProjectId) -> Result<()> {
        self.store.project(project).await?;
        self.store.delete_project(project).await?;
        self.delete_workflows(project).await
    }

    async fn delete_workflows(&self, project: &ProjectId) -> Result<()> {
        let mut cursor = None;
        loop {
            let page = self.store.list_workflows(project, 100, cursor.as_ref()).await?;
            for workflow in &page.items {
                self.store.delete_workflow(&workflow.id).await?;
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    /// Removes a part of what a deleted project or workflow had. What is not deleted is not touched.
    pub(crate) async fn purge(&self, project: &ProjectId, workflow: Option<&WorkflowId>, budget: &mut usize) -> Result<()> {
        let done = match workflow {
            Some(workflow) => {
                let id = &WorkflowRef { project: project.clone(), workflow: workflow.clone() };
                let head = self.store.find_workflow(id).await?;
                !head.is_some_and(|head| head.deleted) || self.store.purge_workflow(id, budget).await?
            }
            None => {
                self.delete_workflows(project).await?;
                self.store.purge_project(project, budget).await?
            }
        };
        if done { self.store.purged(project, workflow).await } else { Ok(()) }
    }
}
