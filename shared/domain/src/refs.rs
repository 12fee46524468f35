//! Handles of workflows and agents: one value instead of two ids that could be mixed up. A handle holds ids only; what is known
//! of a workflow or an agent is the store's.

use crate::{Cell, CellId, ProjectId, WorkflowId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A workflow of a project. Its fields stand flat in messages: `project`, `workflow`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkflowRef {
    /// The project.
    pub project: ProjectId,
    /// The workflow's own id.
    pub workflow: WorkflowId,
}

/// One incarnation of an agent. Its fields stand flat in messages: `project`, `workflow`, `cell`, `incarnation`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AgentRef {
    /// The workflow.
    #[serde(flatten)]
    pub workflow: WorkflowRef,
    /// The agent's cell.
    pub cell: CellId,
    /// The version in which this incarnation of the agent began.
    pub incarnation: u64,
}

impl WorkflowRef {
    /// The handle of the agent that is built of a cell of this workflow.
    pub fn agent(&self, cell: &Cell) -> AgentRef {
        AgentRef { workflow: self.clone(), cell: cell.id.clone(), incarnation: cell.incarnation }
    }
}

impl fmt::Display for WorkflowRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.project, self.workflow)
    }
}

impl fmt::Display for AgentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}#{}", self.workflow, self.cell, self.incarnation)
    }
}
