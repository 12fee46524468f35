//! What a message is about.

use rookery_domain::{ProjectId, SessionAt, WorkflowRef};
use serde::{Deserialize, Serialize};

/// What a message is about; in JSON, its ids stand beside the other fields of the message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Subject {
    /// A workflow.
    Workflow(WorkflowRef),
    /// A session of a persistent agent.
    Session(SessionAt),
    /// A project, which sends tasks. It is read last, since the other two have a project, too.
    Project(ProjectAt),
}

/// A project, as a message names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProjectAt {
    /// The project.
    pub project: ProjectId,
}
