//! What a workflow needs of its project, by name: whoever takes it elsewhere learns what is to be there.

use rookery_agents::{EntryPointAt, Facts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a workflow needs of its project, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// The credentials that its agents name.
    #[serde(default)]
    pub credentials: BTreeSet<String>,
    /// The persistent agents that its cells ask.
    #[serde(default)]
    pub agents: BTreeSet<String>,
    /// The entry points that its stages use.
    #[serde(default)]
    pub entry_points: BTreeSet<NeededEntryPoint>,
}

/// An entry point that a stage uses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NeededEntryPoint {
    /// The project that provides it.
    pub project_id: String,
    /// Its id.
    pub client_stage_id: String,
    /// Where its project takes tasks; null on the deployment that the file is of.
    #[serde(default)]
    pub tasks_url: Option<String>,
}

impl NeededEntryPoint {
    fn of(at: &EntryPointAt) -> Self {
        NeededEntryPoint {
            project_id: at.project.clone(),
            client_stage_id: at.entry_point.clone(),
            tasks_url: at.tasks_url.clone(),
        }
    }
}

impl Needs {
    /// Adds what an agent needs.
    pub(super) fn add(&mut self, facts: &Facts) {
        self.credentials.extend(facts.credentials.iter().map(|used| used.name.clone()));
        self.agents.extend(facts.persistent_agent.iter().map(ToString::to_string));
        self.entry_points.extend(facts.uses.iter().map(NeededEntryPoint::of));
    }
}
