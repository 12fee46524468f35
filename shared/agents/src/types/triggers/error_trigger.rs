//! `error_trigger`: starts a flow with each error of other workflows that no link takes.

use crate::agent::{AgentType, Kind, Problems};
use crate::meaning::WorkflowText;
use crate::{Example, Facts, Listens};
use rookery_domain::WorkflowId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// Starts a flow with each error of the project's other workflows that no link takes: of an agent that failed for good, or that tells of a
/// part that failed, and has no link for `on_error`.
///
/// Emits, in the group `on_failure`, `{"workflow_id", "workflow_name", "run_id", "event_id", "cell_id", "agent_name", "agent_type", "error"}`;
/// `error` is the payload of the `on_error` event, with `code` and `message`. Each error is told once. Errors of its own workflow are not told, nor
/// what happens while that is stopped. Each counts as a hop, so two such workflows that fail on each other's errors end.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The workflow whose errors are told; without one, those of all others.
    workflow_id: Option<WorkflowText>,
}

/// The agent.
pub struct ErrorTrigger {
    workflow: Option<String>,
}

impl AgentType for ErrorTrigger {
    const NAME: &'static str = "error_trigger";
    const KIND: Kind = Kind::Trigger;
    const TITLE: &'static str = "Error of a workflow";
    const GROUPS: &'static [&'static str] = &["on_failure"];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let workflow = options.workflow_id.map(|id| id.0);
        if workflow.as_ref().is_some_and(|id| id.parse::<WorkflowId>().is_err()) {
            problems
                .add("workflow_id", "Choose a workflow of the project, an id of 12 letters and digits, or leave it out for all.");
            return None;
        }
        Some(ErrorTrigger { workflow })
    }

    fn facts(&self) -> Facts {
        Facts { listens: Some(Listens::Errors { workflow: self.workflow.clone() }), ..Facts::of::<Self>() }
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new("What fails in any other workflow", json!({})),
            Example::new("What fails in one workflow", json!({"workflow_id": "0123456789ab"})),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{agent, problem};
    use rookery_domain::Told;
    use serde_json::json;

    #[test]
    fn a_workflow_is_named_by_its_id_and_without_one_all_are_told_of() {
        assert_eq!(problem("error_trigger", json!({"workflow_id": "orders"})), "config.workflow_id");
        let takes = |config, workflow| {
            agent("error_trigger", config).facts().listens.clone().unwrap().takes(&Told::Errors, Some(workflow))
        };
        assert!(takes(json!({}), "0123456789ab") && takes(json!({"workflow_id": "0123456789ab"}), "0123456789ab"));
        assert!(!takes(json!({"workflow_id": "0123456789ab"}), "0123456789ac"));
    }
}
