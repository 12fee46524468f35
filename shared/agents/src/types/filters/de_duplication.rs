//! `de_duplication`: passes the events whose value was not seen lately. The options are those of Huginn's DeDuplicationAgent.

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::compare::canonical;
use crate::huginn::Mapping;
use crate::meaning::TemplateText;
use crate::template::Template;
use crate::{AgentError, Context, Effects, Example};
use rookery_domain::hashed_uuid;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// The most values that are remembered.
const MOST: usize = 10_000;
/// The memory: short hashes of the values that passed, the oldest first.
const SEEN: &str = "seen";

/// Passes an event on, unchanged, in the group `on_new`, unless an event with the same value passed lately.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// A template for the value, like `{{ url }}`. When it is the empty text, the value is the whole payload, its keys in any order.
    #[serde(default = "value")]
    property: TemplateText,
    /// Among how many of the last values that passed a value is looked for; 0 for as many as are remembered, which are 10,000.
    #[serde(default = "hundred")]
    #[schemars(range(max = 10000))]
    lookback: usize,
}

fn value() -> TemplateText {
    TemplateText("{{ value }}".to_owned())
}

fn hundred() -> usize {
    100
}

/// The agent.
pub struct DeDuplication {
    /// Without one, the value is the whole payload.
    property: Option<Template>,
    lookback: usize,
}

impl AgentType for DeDuplication {
    const NAME: &'static str = "de_duplication";
    const KIND: Kind = Kind::Filter;
    const TITLE: &'static str = "De-duplication";
    const GROUPS: &'static [&'static str] = &["on_new"];
    const HUGINN: Option<Mapping> = Some(Mapping { keeps_empty: &["property"], ..Mapping::of("DeDuplicationAgent") });
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        if options.lookback > MOST {
            problems.add("lookback", format!("Look back at most {MOST} values."));
        }
        let property = match options.property.is_empty() {
            true => None,
            false => options.property.take("property", problems),
        };
        let lookback = if options.lookback == 0 { MOST } else { options.lookback };
        problems.errors.is_empty().then_some(DeDuplication { property, lookback })
    }

    fn memory(&self, _cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(MemoryUse::Agent)
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let value = match &self.property {
            Some(property) => property.render(cx.scope())?,
            None => canonical(cx.payload()),
        };
        let hash = Value::from(&hashed_uuid(&[value.as_bytes()]).simple().to_string()[..20]);
        let mut seen = cx.memory.get(SEEN).and_then(Value::as_array).cloned().unwrap_or_default();
        if seen.iter().rev().take(self.lookback).any(|seen| *seen == hash) {
            return Ok(Effects::none());
        }
        seen.push(hash);
        let forgotten = seen.len().saturating_sub(self.lookback);
        seen.drain(..forgotten);
        Ok(Effects::emit("on_new", event.payload.clone()).remember(json!({SEEN: seen})))
    }

    fn examples() -> Vec<Example> {
        let seen = |value: &str| json!({SEEN: [&hashed_uuid(&[value.as_bytes()]).simple().to_string()[..20]]});
        let config = json!({"property": "{{ url }}"});
        vec![
            Example::new("The first with its address", config.clone())
                .on(json!({"url": "/a", "n": 1}))
                .emits("on_new", json!({"url": "/a", "n": 1}))
                .remembers(seen("/a")),
            Example::new("The same address again", config).on(json!({"url": "/a", "n": 2})).remembering(seen("/a")),
            Example::new("Another payload than the last one", json!({"property": "", "lookback": 1}))
                .on(json!({"n": 2}))
                .remembering(seen(&canonical(&json!({"n": 1}))))
                .emits("on_new", json!({"n": 2}))
                .remembers(seen(&canonical(&json!({"n": 2})))),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::Memory;
    use crate::testing::{World, agent, cell, context, event, problem};
    use serde_json::{Value, json};

    async fn passes(config: Value, payloads: &[Value]) -> Vec<bool> {
        let (cell, world, agent, mut memory) = (cell(), World::default(), agent("de_duplication", config), Value::Null);
        let mut passed = Vec::new();
        for payload in payloads {
            let event = event("source", &payload.to_string());
            let mut cx = context(&cell, &event, &world);
            cx.memory = memory.clone();
            let effects = agent.receive(&cx).await.unwrap();
            passed.push(effects.emit.len() == 1);
            match effects.memory {
                Memory::Set(new) => memory = new,
                kept => assert_eq!(kept, Memory::Keep, "a duplicate changes nothing"),
            }
        }
        passed
    }

    #[tokio::test]
    async fn what_passed_lately_does_not_pass_again() {
        let values = |values: &[u32]| values.iter().map(|value| json!({"value": value})).collect::<Vec<_>>();
        let last_two = passes(json!({"lookback": 2}), &values(&[1, 2, 1, 3, 1, 2, 2])).await;
        assert_eq!(last_two, [true, true, false, true, true, true, false], "a duplicate does not refresh its place");
        assert_eq!(passes(json!({"lookback": 0}), &values(&[1, 2, 3, 1, 2, 3])).await, [true, true, true, false, false, false]);
        let whole = [json!({"a": 1, "b": {"c": 2, "d": 3}}), json!({"b": {"d": 3, "c": 2.0}, "a": 1}), json!({"a": 1})];
        assert_eq!(passes(json!({"property": ""}), &whole).await, [true, false, true]);
        let empty = passes(json!({"property": "{{ missing }}"}), &[json!({"n": 1}), json!({"n": 2})]).await;
        assert_eq!(empty, [true, false], "the empty text is a value like others");
    }

    #[tokio::test]
    async fn all_that_may_be_remembered_fits_into_a_memory() {
        let (cell, world, agent) = (cell(), World::default(), agent("de_duplication", json!({"lookback": 0})));
        let event = event("source", r#"{"value": 1}"#);
        let mut cx = context(&cell, &event, &world);
        cx.memory = json!({"seen": vec!["x".repeat(20); super::MOST]});
        let Memory::Set(memory) = agent.receive(&cx).await.unwrap().memory else { panic!("it remembers") };
        assert_eq!(memory["seen"].as_array().unwrap().len(), super::MOST);
        assert!(memory.to_string().len() < 300 * 1024);
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(problem("de_duplication", json!({"property": "{{ a"})), "config.property");
        assert_eq!(problem("de_duplication", json!({"lookback": 10001})), "config.lookback");
    }
}
