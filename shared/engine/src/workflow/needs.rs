//! What a workflow needs of its project, by name: whoever takes it elsewhere learns what is to be there.

use super::build::Draft;
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
}

impl Draft {
    /// What the workflow needs of its project.
    pub fn needs(&self) -> Needs {
        Needs {
            credentials: self.credentials.iter().map(|named| named.name().to_owned()).collect(),
            agents: self.asked.iter().map(|(_, agent)| agent.to_string()).collect(),
        }
    }
}
