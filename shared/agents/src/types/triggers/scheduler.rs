//! `scheduler`: checks other agents at set times, or enables, disables or configures them.

use crate::agent::{AgentType, Kind, Problems};
use crate::controls::{self, Controls};
use crate::huginn::Mapping;
use crate::meaning::{ScheduleText, TemplateObject, TemplateText};
use crate::schedule::Schedule;
use crate::{AgentError, Context, Effects, Example, Facts};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// At set times, does something to each agent that a control link leads to: checks it, enables or disables it, or sets its options. A disabled agent is not
/// checked. What was done stands in the log; no event is emitted, but an `on_error` if a target failed. Times that were missed become one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The times: a cron expression of five fields, or six that begin with the second, perhaps with a time zone behind it
    /// (`0 22 * * 1-5 Europe/Paris`); `L` is the last day, `Sun#1` the first Sunday of a month and `Sun#L1` the last. Without a time zone, UTC. Or a name
    /// or an interval, as other schedules have.
    schedule: ScheduleText,
    /// What is done to each target: `run` (it is checked), `enable`, `disable` or `configure`; or a template that gives one of these, like
    /// `{% if target.disabled %}enable{% endif %}`. What comes out blank does nothing.
    #[serde(default = "run")]
    action: TemplateText,
    /// With `configure`: options that are merged into those of each target, deep. Texts are templates.
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
pub struct Scheduler {
    schedule: Schedule,
    controls: Controls,
}

impl AgentType for Scheduler {
    const NAME: &'static str = "scheduler";
    const KIND: Kind = Kind::Trigger;
    const TITLE: &'static str = "Scheduler";
    const GROUPS: &'static [&'static str] = &[];
    const CHECKS: bool = true;
    const OWN_SCHEDULE: bool = true;
    const CONTROLS: bool = true;
    const HUGINN: Option<Mapping> = Some(Mapping {
        emits: false,
        keeps_empty: &["action"],
        map: |taken| {
            taken.in_zone("schedule");
            controls::take(taken);
        },
        ..Mapping::of("SchedulerAgent")
    });
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let schedule = problems.take("schedule", Schedule::parse(&options.schedule));
        let controls = Controls::new(&options.action, options.configure_options, problems);
        Some(Scheduler { schedule: schedule?, controls: controls? })
    }

    fn facts(&self) -> Facts {
        let schedule = Some(self.schedule.clone());
        Facts { schedule, runs_targets: self.controls.runs_all(), ..Facts::of::<Self>() }
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        self.controls.act(cx).await
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new("Check agents on weekday evenings", json!({"schedule": "0 22 * * 1-5 Europe/Paris"})),
            Example::new(
                "Enable agents that rest, each first Sunday",
                json!({
                    "schedule": "0 0 * * Sun#1", "action": "{% if target.disabled %}enable{% endif %}"
                }),
            ),
            Example::new(
                "Set an option on the last day of the month",
                json!({
                    "schedule": "30 5 1 L * *", "action": "configure", "configure_options": {"payload": {"month": "{{ due }}"}}
                }),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::Context;
    use crate::testing::{World, agent, cell, problem, problems};
    use rookery_domain::{Cell, CellId, DeliveryId};
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn target(id: &str, agent_type: &str, disabled: bool) -> Cell {
        let config = json!({"url": id}).as_object().unwrap().clone();
        Cell { id: CellId(id.into()), name: id.to_uppercase(), agent_type: agent_type.into(), config, disabled, ..cell() }
    }

    async fn check(action: &str, options: Value) -> Result<Vec<String>, String> {
        let config = json!({"schedule": "@hourly", "action": action, "configure_options": options});
        let (cell, world) = (cell(), World::default());
        let targets = [target("a", "manual", false), target("b", "manual", true), target("c", "trigger", false)];
        let mut cx = Context::new(&cell, DeliveryId(Uuid::nil()), &world);
        cx.controlled = targets.iter().collect();
        agent("scheduler", config).check(&cx).await.map(|effects| effects.logs).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn each_target_has_its_own_action() {
        assert_eq!(check("enable", json!({})).await.unwrap(), ["enable a", "enable b", "enable c"]);
        let checks = "{% if target.type == 'manual' %}run{% endif %}";
        assert_eq!(check(checks, json!({})).await.unwrap(), ["`B` is disabled, and was passed over", "run a"]);
        let options = json!({"url": "{{ target.options.url }}/{{ target.name }}", "n": 1});
        assert_eq!(
            check("{% if target.cell_id == 'c' %}configure{% endif %}", options).await.unwrap(),
            [r#"configure c {"url":"c/C","n":1}"#]
        );
        assert_eq!(check(" {{ nothing }} ", json!({})).await.unwrap(), [""; 0]);
        let error = check("run", json!({})).await.unwrap_err();
        assert!(error.starts_with("target_failed: `C` cannot be checked"), "{error}");
        let error = check("{{ target.name }}", json!({})).await.unwrap_err();
        assert!(error.contains("`A` is nothing that can be done to `A`"), "{error}");
    }

    #[test]
    fn what_is_wrong_is_said_at_its_place() {
        let with = |schedule: &str, action: &str| json!({"schedule": schedule, "action": action});
        for schedule in ["0 22 * * 1-5 Europe/Atlantis", "0 22 * *", "0 0 * * Sun#9", "0 0 30 2 *"] {
            assert_eq!(problem("scheduler", with(schedule, "run")), "config.schedule", "{schedule}");
        }
        assert_eq!(problem("scheduler", with("@daily", "restart")), "config.action");
        assert_eq!(problem("scheduler", with("@daily", "configure")), "config.configure_options");
        assert_eq!(problems("scheduler", json!({}))[0].0, "config.schedule");
        let runs = |action: &str| agent("scheduler", with("@daily", action)).facts().runs_targets;
        assert!(runs("run") && !runs("enable") && !runs("{{ 'run' }}"));
    }
}
