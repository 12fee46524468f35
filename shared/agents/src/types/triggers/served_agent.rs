//! `served_agent`: makes a workflow an agent for callers elsewhere, over the protocol of external agents.

use crate::agent::{AgentType, Kind, Problems};
use crate::{Example, Facts, Served};
use rookery_domain::is_valid_name;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// Makes this workflow an agent for others, over the protocol of external agents: `POST /api/execute` with a key of the project.
/// The caller names the agent by `agentConfig.agentName`, which is this agent's `name`, or by `workflowId`. The caller gets a
/// request id at once. When the run reaches an agent of type `answer_caller`, the outcome is posted to the address in the
/// caller's `X-Callback-Url`.
///
/// Emits the request in the group `on_request`: `{"agentConfig", "agentContext", "workflowId"}`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The name by which callers ask for the agent; no other agent of the project should have it. Without it, the cell's name.
    name: Option<String>,
}

/// The agent.
pub struct ServedAgent {
    name: Option<String>,
}

impl AgentType for ServedAgent {
    const NAME: &'static str = "served_agent";
    const KIND: Kind = Kind::Trigger;
    const TITLE: &'static str = "Served agent";
    const GROUPS: &'static [&'static str] = &["on_request"];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        if options.name.as_ref().is_some_and(|name| !is_valid_name(name)) {
            problems.add("name", "Give a name of 1 to 200 characters.");
        }
        problems.errors.is_empty().then_some(ServedAgent { name: options.name })
    }

    fn facts(&self) -> Facts {
        Facts { served: Some(Served { name: self.name.clone() }), ..Facts::of::<Self>() }
    }

    fn examples() -> Vec<Example> {
        vec![Example::new("An agent that others call", json!({"name": "WeatherAgent"}))]
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::problem;
    use serde_json::json;

    #[test]
    fn its_name_is_a_name() {
        assert_eq!(problem("served_agent", json!({"name": ""})), "config.name");
        assert_eq!(problem("served_agent", json!({"name": 7})), "config.name");
    }
}
