//! Trying a cell that is not saved: it is built alone, beside the links of its saved workflow, and run. Nothing is stored.

use crate::workflow::build::invalid_cell;
use crate::{Built, Draft, Engine, Report, Tried};
use rookery_domain::{Error, Graph, Link, ProjectId, Result, WorkflowId, WorkflowRef};
use rookery_store::Workflow;
use serde_json::{Map, Value, json};
use std::sync::Arc;

impl Engine {
    /// Runs the agent of a cell as it is drawn, and commits nothing. `workflow` is the one that the cell is drawn in: its links lead to the
    /// agent, and if the cell is built there as an agent of the same type, the agent has that one's memory.
    pub async fn dry_run_cell(
        &self,
        project: &ProjectId,
        workflow: Option<&Workflow>,
        cell: &str,
        tried: Tried,
    ) -> Result<Report> {
        let mut cell: Map<String, Value> = serde_json::from_str(cell).map_err(|_| {
            Error::invalid("`cell` is not an object, or has too many levels.", "Send the cell as it stands on the canvas.")
        })?;
        cell.remove("disabled"); // One that rests is tried as well.
        let draft = self.draft(project, &json!({"cells": [cell]}).to_string()).await?;
        if !draft.problems.is_empty() {
            return Err(invalid_cell(&draft.result(0)));
        }
        let (before, links) = match workflow {
            Some(workflow) => (self.last_built(workflow).await?, self.saved_links(workflow).await?),
            None => (None, Vec::new()),
        };
        let drawn = draft.graph(0, before.as_ref().map(|built| &built.graph));
        let Some(cell) = drawn.cells().first().map(|cell| cell.id.clone()) else {
            let details = r#"Send a cell like {"id": "a", "type": "agent", "agent_type": "condition", "config": {...}}."#;
            return Err(Error::invalid("`cell` is no agent.", details));
        };
        let built = Built::new(0, Graph::new(drawn.cells().to_vec(), links));
        let unsaved = || WorkflowRef { project: project.clone(), workflow: WorkflowId::random() };
        let id = workflow.map_or_else(unsaved, |workflow| workflow.id.clone());
        self.try_agent(&id, Arc::new(built), &cell, tried).await
    }

    async fn saved_links(&self, workflow: &Workflow) -> Result<Vec<Link>> {
        Ok(Draft::check(&self.store.options(&workflow.id, workflow.version).await?)?.links)
    }
}
