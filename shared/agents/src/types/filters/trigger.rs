//! `trigger`: passes the events in which values are as its rules say. The options are those of Huginn's TriggerAgent.

mod rule;
#[cfg(test)]
mod tests;

use crate::agent::{AgentType, Kind, Problems};
use crate::huginn::Mapping;
use crate::meaning::TemplateText;
use crate::pattern::Searches;
use crate::template::Template;
use crate::{AgentError, Context, Effects, Example, Facts, compose};
use rookery_domain::Payload;
use rule::{Rule, RuleOption};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// The most values of all rules, so that all of their regular expressions together stay small.
const MOST_VALUES: usize = 200;

/// Emits an event in the group `on_match` when the values of an event are as the rules say; all other events end here.
///
/// Values are compared as texts or as numbers, as the rule's type says, and a value that is missing is the empty text.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The rules. Each is an object with `type`, `path` and `value`; or a template, which matches when it gives `true`, like
    /// `{% if total > limit %}true{% endif %}`.
    rules: Vec<RuleOption>,
    /// How many of the rules must match at least: all of them unless said otherwise.
    #[schemars(range(min = 1))]
    must_match: Option<usize>,
    /// The text of `message` in the event that is emitted: a template, like `{{ name }} is {{ state }}`. It may be left out with
    /// `keep_event`.
    message: Option<TemplateText>,
    /// Whether the event that came in is emitted, with `message` added if that is not blank. Otherwise `message` is all of the event.
    #[serde(default)]
    keep_event: bool,
}

/// The agent.
pub struct Trigger {
    rules: Vec<Rule>,
    must_match: usize,
    message: Option<Template>,
    keep_event: bool,
}

impl AgentType for Trigger {
    const NAME: &'static str = "trigger";
    const KIND: Kind = Kind::Filter;
    const TITLE: &'static str = "Trigger";
    const GROUPS: &'static [&'static str] = &["on_match"];
    const HUGINN: Option<Mapping> = Some(Mapping::of("TriggerAgent"));
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let count = options.rules.len();
        if count == 0 {
            problems.add(
                "rules",
                "Give at least one rule, like `{\"type\": \"field==value\", \"path\": \"state\", \"value\": \"open\"}`.",
            );
        }
        let must_match = options.must_match.unwrap_or(count);
        if count > 0 && !(1..=count).contains(&must_match) {
            problems.add("must_match", format!("Give 1 to {count}, which is the number of the rules."));
        }
        if options.message.as_ref().is_none_or(|message| message.trim().is_empty()) && !options.keep_event {
            problems.add("message", "Give a text for the event, or turn on `keep_event`, so that the event itself is emitted.");
        }
        let message = options.message.and_then(|message| message.take("message", problems));
        let rules = options.rules.into_iter().enumerate();
        let rules: Vec<Rule> = rules.filter_map(|(index, rule)| Rule::take(rule, index, problems)).collect();
        if rules.iter().map(Rule::values).sum::<usize>() > MOST_VALUES {
            problems.add("rules", format!("There are more than {MOST_VALUES} values: split the rules over several agents."));
        }
        problems.errors.is_empty().then_some(Trigger { rules, must_match, message, keep_event: options.keep_event })
    }

    fn facts(&self) -> Facts {
        Facts { only_computes: true, ..Facts::of::<Self>() }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let (mut searches, mut matching) = (Searches::default(), 0);
        for (index, rule) in self.rules.iter().enumerate() {
            matching += usize::from(rule.matches(cx, &mut searches).map_err(|error| at_rule(index, error))?);
        }
        if matching < self.must_match {
            return Ok(Effects::none());
        }
        let message = self.message.as_ref().map(|message| message.render(cx.scope())).transpose()?.unwrap_or_default();
        let payload = match (self.keep_event, message.trim().is_empty()) {
            (true, true) => event.payload.clone(),
            (true, false) => compose::merged(&event.payload, [("message".to_owned(), json!(message).to_string().as_str())])?,
            (false, _) => Payload::of(json!({"message": message}))?,
        };
        Ok(Effects::emit("on_match", payload))
    }

    fn examples() -> Vec<Example> {
        let hot = json!({
            "rules": [{"type": "field>=value", "path": "$.weather.high", "value": 30}],
            "message": "{{ weather.high }} degrees in {{ city }}"
        });
        let words = json!({
            "rules": [
                {"type": "regex", "path": "title", "value": ["^urgent\\b", "asap"]},
                {"type": "not in", "path": "from", "value": ["{{ own_address }}", "news@example.com"]}
            ],
            "keep_event": true
        });
        let one = json!({
            "rules": [
                {"type": "field==value", "path": "$.tags[*]", "value": "sale"},
                "{% if total > limit %}true{% endif %}"
            ],
            "must_match": 1,
            "message": "{{ name }} is {{ state }}",
            "keep_event": true
        });
        let mail = json!({"title": "Urgent: the lift", "from": "ada@example.com", "own_address": "me@example.com"});
        let order = json!({"name": "Ada", "state": "new", "tags": ["tea", "sale"], "total": 7, "limit": 5});
        let told =
            json!({"name": "Ada", "state": "new", "tags": ["tea", "sale"], "total": 7, "limit": 5, "message": "Ada is new"});
        vec![
            Example::new("A number, which may stand in a text", hot.clone())
                .on(json!({"weather": {"high": "31 °C"}, "city": "Rome"}))
                .emits("on_match", json!({"message": "31 °C degrees in Rome"})),
            Example::new("A smaller number", hot).on(json!({"weather": {"high": 12}, "city": "Oslo"})),
            Example::new("Words, in upper or lower case", words.clone()).on(mail.clone()).emits("on_match", mail),
            Example::new("A sender who is left out", words).on(json!({"title": "asap", "from": "news@example.com"})),
            Example::new("One of two rules, one of which is a template", one).on(order).emits("on_match", told),
        ]
    }
}

/// The error of a rule, which names the rule.
fn at_rule(index: usize, error: AgentError) -> AgentError {
    AgentError { message: format!("rules[{index}]: {}", error.message), ..error }
}
