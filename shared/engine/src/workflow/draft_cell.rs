//! Trying a cell that is not saved: it is built alone, beside the links of its saved workflow, and run. Nothing is stored.

use crate::workflow::build::invalid_cell;
use crate::{Built, Draft, Engine, Report, Tried};
use rookery_domain::{Error, Graph, ProjectId, Result, WorkflowId, WorkflowRef};
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
        let (before, saved) = match workflow {
            Some(workflow) => (self.last_built(workflow).await?, Some(self.saved(workflow).await?)),
            None => (None, None),
        };
        let before = before.as_ref().map(|built| &built.graph);
        let drawn = draft.graph(0, before);
        let Some(cell) = drawn.cells().first().map(|cell| cell.id.clone()) else {
            let details = r#"Send a cell like {"id": "a", "type": "agent", "agent_type": "condition", "config": {...}}."#;
            return Err(Error::invalid("`cell` is no agent.", details));
        };
        let (links, controls) = saved.as_ref().map(|saved| (saved.links.clone(), saved.controls.clone())).unwrap_or_default();
        // What it controls is there with it.
        let saved = saved.map(|saved| saved.graph(0, before)).unwrap_or_default();
        let others = saved.controlled(&cell).filter(|other| other.id != cell).cloned();
        let cells = drawn.cells().iter().cloned().chain(others).collect();
        let built = Built::new(0, Graph::new(cells, links).with_controls(controls));
        let unsaved = || WorkflowRef { project: project.clone(), workflow: WorkflowId::random() };
        let id = workflow.map_or_else(unsaved, |workflow| workflow.id.clone());
        self.try_agent(&id, Arc::new(built), &cell, tried).await
    }

    async fn saved(&self, workflow: &Workflow) -> Result<Draft> {
        Draft::check(&self.store.options(&workflow.id, workflow.version).await?)
    }
}
