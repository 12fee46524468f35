//! What agents do to others of their workflow.

use rookery_domain::Cell;
use serde_json::{Map, Value};

/// What is done to an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Command<'a> {
    /// The agent.
    pub target: &'a Cell,
    /// What is done to it.
    pub action: Action,
}

/// What an agent does to one that it controls.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// It is checked.
    Run,
    /// It is at work from now on.
    Enable,
    /// It rests from now on.
    Disable,
    /// These options are merged into its own, deep.
    Configure(Map<String, Value>),
}
