//! Deleting: a tombstone first, so that nothing of it can be reached; what it had is removed by the next ticks, page by page.

use crate::Engine;
use rookery_domain::{ProjectId, Result, WorkflowId};

impl Engine {
    /// Deletes a workflow. Deliveries in flight end; its id is never used again.
    pub async fn delete_workflow(&self, project: &ProjectId, workflow: &WorkflowId) -> Result<()> {
        self.store.workflow(project, workflow).await?;
        self.store.ask_purge(project, workflow).await?;
        self.store.delete_workflow(project, workflow).await
    }

    /// Deletes a project with all its workflows, keys and credentials.
    pub async fn delete_project(&self, project: &ProjectId) -> Result<()> {
        self.store.project(project).await?;
        let mut cursor = None;
        loop {
            let page = self.store.list_workflows(project, 100, cursor.as_ref()).await?;
            for workflow in &page.items {
                self.delete_workflow(project, &workflow.id).await?;
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        self.store.purge_project(project).await?;
        self.store.delete_project(project).await
    }
}
