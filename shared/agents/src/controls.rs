//! What agents do to others of their workflow, those that their control links lead to: the options of `scheduler` and `commander`, and what comes
//! of them. What it takes to do it is the host's.

use crate::huginn::Taken;
use crate::meaning::{TemplateObject, TemplateText};
use crate::template::{JsonTemplate, Template};
use crate::{Action, AgentError, Command, Context, Effects, Problems, find};
use rookery_domain::Cell;
use serde_json::{Map, Value, json};

/// The actions, for people.
const ACTIONS: &str = "`run`, `enable`, `disable` or `configure`";
/// What Huginn's templates know of a target, and ours do not, or otherwise.
const OTHERWISE: [&str; 8] = [
    "target.type",
    "target.memory",
    "target.sources",
    "target.receivers",
    "target.schedule",
    "target.controllers",
    "target.control_targets",
    "target.keep_events_for",
];

/// What is done to the targets.
pub(crate) struct Controls {
    action: Template,
    options: JsonTemplate,
}

impl Controls {
    /// Reads the options `action` and `configure_options`.
    pub(crate) fn new(action: &TemplateText, options: TemplateObject, problems: &mut Problems) -> Option<Self> {
        let is_empty = options.is_empty();
        let (action, options) = (action.take("action", problems), options.take("configure_options", problems));
        let action = action?;
        match action.source().trim() {
            _ if !action.is_constant() => {}
            "configure" if is_empty => {
                problems.add("configure_options", "Give the options that each target is to have, like those in its own form.");
            }
            "" | "run" | "enable" | "disable" | "configure" => {}
            _ => problems.add("action", format!("Give {ACTIONS}, or a template that gives one of them.")),
        }
        Some(Controls { action, options: options? })
    }

    /// Whether each target is checked, whatever the event.
    pub(crate) fn runs_all(&self) -> bool {
        self.action.is_constant() && self.action.source().trim() == "run"
    }

    /// Does what is to be done to each target. What fails at one does not keep the others from it.
    pub(crate) async fn act(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let (mut commands, mut effects, mut failed) = (Vec::new(), Effects::none(), Vec::new());
        for target in cx.controlled.iter().copied() {
            let mut variables = cx.scope().variables().clone();
            variables.insert("target".to_owned(), as_seen(target));
            let scope = cx.scope().with(variables);
            let can_be_checked = || find(&target.agent_type).is_some_and(|info| info.checks);
            let name = &target.name;
            let action = match self.action.render(&scope)?.trim() {
                "" => continue,
                "run" if target.disabled => {
                    effects.logs.push(format!("`{name}` is disabled, and was passed over"));
                    continue;
                }
                "run" if !can_be_checked() => {
                    failed.push(format!("`{name}` cannot be checked: it waits for events."));
                    continue;
                }
                "run" => Action::Run,
                "enable" => Action::Enable,
                "disable" => Action::Disable,
                "configure" => match self.options.render(&scope)? {
                    Value::Object(options) => Action::Configure(options),
                    _ => continue,
                },
                other => {
                    let shown: String = other.chars().take(50).collect();
                    failed.push(format!("`{shown}` is nothing that can be done to `{name}`: `action` gives {ACTIONS}."));
                    continue;
                }
            };
            commands.push(Command { target, action });
        }
        if !commands.is_empty() {
            effects.logs.extend(cx.host.control(&commands).await?);
        }
        match failed.is_empty() {
            true => Ok(effects),
            false => Err(AgentError::fail("target_failed", failed.join(" "))),
        }
    }
}

/// What templates see of a target.
fn as_seen(target: &Cell) -> Value {
    json!({
        "cell_id": target.id, "name": target.name, "type": target.agent_type, "disabled": target.disabled, "options": target.config,
    })
}

/// Takes the options of Huginn that both types have.
pub(crate) fn take(taken: &mut Taken<'_>) {
    let texts = Value::Object(Map::clone(&taken.options)).to_string();
    if let Some(word) = OTHERWISE.into_iter().find(|word| texts.contains(word)) {
        taken.differs(
            "action",
            format!(
                "`{word}` is not as in Huginn: a target has `name`, `cell_id`, `options`, `disabled`, and `type`, which is ours."
            ),
        );
    }
    let waits = taken.text("action").is_some_and(|action| action.contains("enable"));
    if waits && !taken.options.contains_key("drop_pending_events") {
        let message =
            "In Huginn, events wait for an agent that is disabled, and come when it is enabled. Here they do not reach it.";
        taken.note("drop_pending_events", message);
    }
}
