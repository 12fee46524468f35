//! `commander`: on an event, checks other agents, or enables, disables or configures them.

use crate::agent::{AgentType, Kind, Problems};
use crate::controls::{self, Controls};
use crate::huginn::Mapping;
use crate::meaning::{TemplateObject, TemplateText};
use crate::{AgentError, Context, Effects, Example, Facts};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// On an event, and when it is checked, does something to each agent that a control link leads to: checks it, enables or disables it, or sets its options. A
/// disabled agent is not checked. What is changed is a new version of the workflow, which goes on with it. What was done stands in the log; no event is
/// emitted, but an `on_error` if a target failed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// What is done to each target: `run` (it is checked), `enable`, `disable` or `configure`; or a template that gives one of these, like
    /// `{% if level == "high" %}enable{% else %}disable{% endif %}`. What comes out blank does nothing. `target` has the target's `name`, `cell_id`,
    /// `type`, `options` and whether it is `disabled`.
    #[serde(default = "run")]
    action: TemplateText,
    /// With `configure`: options that are merged into those of each target, deep, like `{"payload": {"city": "{{ city }}"}}`. Texts are templates.
    #[serde(default)]
    configure_options: TemplateObject,
    /// With `enable`, as Huginn has it: no event waits here for an agent that is disabled, so there is none to drop.
    #[serde(default)]
    #[allow(dead_code, reason = "it is taken, and nothing is left to do for it")]
    drop_pending_events: bool,
}

fn run() -> TemplateText {
    TemplateText("run".to_owned())
}

/// The agent.
pub struct Commander {
    controls: Controls,
}

impl AgentType for Commander {
    const NAME: &'static str = "commander";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Commander";
    const GROUPS: &'static [&'static str] = &[];
    const CHECKS: bool = true;
    const CONTROLS: bool = true;
    const HUGINN: Option<Mapping> = Some(Mapping {
        schedule: Some("never"),
        emits: false,
        keeps_empty: &["action"],
        map: controls::take,
        ..Mapping::of("CommanderAgent")
    });
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        Some(Commander { controls: Controls::new(&options.action, options.configure_options, problems)? })
    }

    fn facts(&self) -> Facts {
        Facts { runs_targets: self.controls.runs_all(), ..Facts::of::<Self>() }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        self.controls.act(cx).await
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        self.controls.act(cx).await
    }

    fn examples() -> Vec<Example> {
        let switch = r#"{% if level == "high" %}enable{% else %}disable{% endif %}"#;
        vec![
            Example::new("Check agents when something comes", json!({})).on(json!({"n": 1})),
            Example::new("Let agents rest while there is nothing to do", json!({"action": switch})).on(json!({"level": "low"})),
            Example::new(
                "Set an option",
                json!({"action": "configure", "configure_options": {"payload": {"city": "{{ city }}"}}}),
            )
            .on(json!({"city": "Paris"})),
            Example::new("Check agents every hour", json!({"schedule": "every_1h"})),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, agent, cell, context, event, problem};
    use rookery_domain::Cell;
    use serde_json::json;

    #[tokio::test]
    async fn what_is_done_follows_from_the_event_and_the_target() {
        let config = json!({
            "action": "{{ do }}", "configure_options": {"payload": {"city": "{{ city }} for {{ target.name }}"}}
        });
        let commander = agent("commander", config);
        let (cell, world, target) = (cell(), World::default(), Cell { agent_type: "manual".into(), ..cell() });
        for (payload, line) in [
            (r#"{"do": "run"}"#, "run cell"),
            (r#"{"do": "disable"}"#, "disable cell"),
            (r#"{"do": "configure", "city": "Paris"}"#, r#"configure cell {"payload":{"city":"Paris for Agent"}}"#),
        ] {
            let event = event("source", payload);
            let mut cx = context(&cell, &event, &world);
            cx.controlled = vec![&target];
            assert_eq!(commander.receive(&cx).await.unwrap().logs, [line]);
        }
        assert_eq!(problem("commander", json!({"action": "stop"})), "config.action");
        assert_eq!(problem("commander", json!({"action": "{{ x"})), "config.action");
    }
}
