//! What is told of an import: what became of each agent, link and secret. No value of a secret is here.

use schemars::JsonSchema;
use serde::Serialize;

/// What became of a scenario.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ImportReport")]
pub struct Report {
    /// The format of the file: `huginn`.
    pub format: &'static str,
    /// How many agents have each status.
    pub counts: Counts,
    /// The agents, in the file's order.
    pub agents: Vec<AgentReport>,
    /// The links.
    pub links: Links,
    /// The links by which an agent controls others.
    pub control_links: Links,
    /// The secrets that stood in the file, and the credentials that the agents name and the project lacks.
    pub credentials: Vec<CredentialReport>,
}

/// How many agents have each status.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Counts {
    /// Those that do the same.
    pub mapped: Count,
    /// Those that run, but do not do all the same.
    pub different: Count,
    /// Those for which there is no type.
    pub unsupported: Count,
}

/// A number of agents or links.
pub type Count = usize;

/// What became of an agent.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ImportedAgent")]
pub struct AgentReport {
    /// Its place in the file's list, from 0.
    pub index: usize,
    /// Its name in the file.
    pub name: Option<String>,
    /// Its id in the file.
    pub guid: Option<String>,
    /// Its type in the file, like `Agents::RssAgent`.
    pub huginn_type: String,
    /// Its cell on the canvas.
    pub cell_id: String,
    /// The type of its cell; null if there is no such type here. Then the cell keeps the file's type, to be replaced.
    pub agent_type: Option<&'static str>,
    /// Whether it does the same.
    pub status: Status,
    /// What is different, and what was left out.
    pub notes: Vec<Note>,
    /// A type that may serve instead.
    pub nearest: Option<&'static str>,
    /// Why nothing can lead from or to it, as far as that is known.
    #[serde(skip)]
    #[schemars(skip)]
    pub(super) ends: Ends,
}

/// Which links an agent can have.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ends {
    /// The group of the events that Huginn would emit; none where that is not known.
    pub(super) group: Option<&'static str>,
    /// Huginn's agent emits nothing.
    pub(super) is_silent: bool,
    /// The agent receives nothing.
    pub(super) is_trigger: bool,
}

/// Whether an agent does what it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Status {
    /// It does the same.
    Mapped,
    /// Something of it does not do the same.
    Different,
    /// There is no such type.
    Unsupported,
}

/// What is told of a part of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Note {
    /// The option, as a dotted path, or another key of the agent.
    pub field: String,
    /// What is different or was left out.
    pub message: String,
}

/// What became of links.
#[derive(Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Links {
    /// How many are on the canvas.
    pub made: Count,
    /// Those that are not.
    pub left_out: Vec<LeftOut>,
}

/// A link that is not on the canvas.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct LeftOut {
    /// Its place in the file's list, from 0.
    pub index: usize,
    /// Why it was left out.
    pub reason: String,
}

/// A credential that an agent of the file needs.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct CredentialReport {
    /// Its name.
    pub name: String,
    /// The cell that needs it.
    pub cell_id: String,
    /// The field of the cell's config, as a dotted path.
    pub field: String,
    /// Where its value is.
    pub state: CredentialState,
}

/// Where the value of a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum CredentialState {
    /// The value stood in the file, and is in a new credential now.
    Created,
    /// The value was in a credential already.
    Reused,
    /// The project lacks the credential.
    Missing,
}
