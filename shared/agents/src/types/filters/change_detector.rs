//! `change_detector`: passes the events in which a value has changed.

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::compare::same;
use crate::huginn::Mapping;
use crate::meaning::TemplateText;
use crate::paths::Path;
use crate::template::{JsonTemplate, Template};
use crate::{AgentError, Context, Effects, Example};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// The memory: the last value, under the name that templates use for it.
const LAST: &str = "last_property";

/// Watches a value, and passes an event on, unchanged, in the group `on_change` when the value differs from that of the event
/// before. The first event passes, too. Numbers are compared by value (`1` and `1.0` are the same), RFC 3339 times by their
/// moment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// What to watch: a path into the payload, like `order.status` (a missing value counts as `null`), or a template, like
    /// `{{ order.status }} {{ order.total }}`. A template can use `last_property`, its own last result: a text, or the value
    /// itself when the template ends in `| as_object`. To pass each new lowest price, watch
    /// `{{ last_property | default: price | at_most: price | as_object }}`.
    property: TemplateText,
    /// A template for the thing that is watched, like `{{ order.id }}`: with it, one agent watches many things, each separately.
    key: Option<TemplateText>,
}

enum Property {
    Path(Path),
    Template(JsonTemplate),
}

/// The agent.
pub struct ChangeDetector {
    property: Property,
    key: Option<Template>,
}

impl AgentType for ChangeDetector {
    const NAME: &'static str = "change_detector";
    const KIND: Kind = Kind::Filter;
    const TITLE: &'static str = "Change detector";
    const GROUPS: &'static [&'static str] = &["on_change"];
    const HUGINN: Option<Mapping> =
        Some(Mapping { map: |taken| taken.default("property", "{{output}}"), ..Mapping::of("ChangeDetectorAgent") });
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let property = match ["{{", "{%"].iter().any(|mark| options.property.contains(mark)) {
            true => problems
                .take_template("property", JsonTemplate::parse(&Value::String(options.property.0)))
                .map(Property::Template),
            false => problems.take("property", Path::parse(&options.property)).map(Property::Path),
        };
        let key = options.key.and_then(|key| key.take("key", problems));
        problems.errors.is_empty().then_some(ChangeDetector { property: property?, key })
    }

    fn memory(&self, cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        let Some(key) = &self.key else { return Ok(MemoryUse::Agent) };
        match key.render(cx.scope())? {
            key if key.is_empty() => {
                Err(AgentError::fail("empty_key", "The `key` comes out empty for this event: name a field that it has."))
            }
            key => Ok(MemoryUse::Scope(key)),
        }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let last = cx.memory.get(LAST);
        let property = match &self.property {
            Property::Path(path) => path.get(cx.payload()).cloned().unwrap_or(Value::Null),
            Property::Template(template) => {
                let mut variables = cx.scope().variables().clone();
                variables.insert(LAST.to_owned(), last.cloned().unwrap_or(Value::Null));
                template.render(&cx.scope().with(variables))?
            }
        };
        if last.is_some_and(|last| same(last, &property)) {
            return Ok(Effects::none());
        }
        Ok(Effects::emit("on_change", event.payload.clone()).remember(json!({LAST: property})))
    }

    fn examples() -> Vec<Example> {
        let config = json!({"property": "order.status", "key": "{{ order.id }}"});
        let paid = json!({"order": {"id": 7, "status": "paid"}});
        let two = json!({"property": "{{ order.status }} {{ order.total }}"});
        let total = json!({"order": {"status": "paid", "total": 5}});
        let lowest = json!({"property": "{{ last_property | default: price | at_most: price | as_object }}"});
        let price = |price: u32| json!({"price": price});
        vec![
            Example::new("The first that is seen of an order", config.clone()).on(paid.clone()).emits("on_change", paid.clone()),
            Example::new("Nothing new", config.clone()).on(paid.clone()).remembering(json!({"last_property": "paid"})),
            Example::new("Another status", config)
                .on(paid.clone())
                .remembering(json!({"last_property": "open"}))
                .emits("on_change", paid),
            Example::new("Two values at once", two)
                .on(total.clone())
                .remembering(json!({"last_property": "paid 4"}))
                .emits("on_change", total)
                .remembers(json!({"last_property": "paid 5"})),
            Example::new("The first price", lowest.clone())
                .on(price(10))
                .emits("on_change", price(10))
                .remembers(json!({"last_property": 10})),
            Example::new("A higher price", lowest.clone()).on(price(12)).remembering(json!({"last_property": 10})),
            Example::new("A new lowest price", lowest)
                .on(price(9))
                .remembering(json!({"last_property": 10}))
                .emits("on_change", price(9))
                .remembers(json!({"last_property": 9})),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Memory;
    use crate::testing::{World, agent, cell, context, emitted, event, problem};

    /// Whether each of the payloads passes, one after the other.
    async fn passes(property: &str, payloads: &[&str]) -> Vec<bool> {
        let (cell, world) = (cell(), World::default());
        let (agent, mut memory) = (agent("change_detector", json!({"property": property})), Value::Null);
        let mut passed = Vec::new();
        for payload in payloads {
            let event = event("source", payload);
            let mut cx = context(&cell, &event, &world);
            cx.memory = memory.clone();
            let effects = agent.receive(&cx).await.unwrap();
            passed.push(!effects.emit.is_empty());
            match &effects.memory {
                Memory::Set(new) => {
                    assert_eq!(emitted(&effects), [("on_change", *payload)], "the very text");
                    memory = new.clone();
                }
                kept => assert_eq!((kept, effects.emit.len()), (&Memory::Keep, 0)),
            }
        }
        passed
    }

    #[tokio::test]
    async fn only_a_change_passes() {
        let at_path =
            passes("a.b", &[r#"{"a":{"b":1}}"#, r#"{"a":{"b":1.0},"c":2}"#, r#"{"a":{"b":"1"}}"#, r#"{"a":{"b":1.00}}"#]).await;
        assert_eq!(at_path, [true, false, true, true]);
        let missing = passes("a", &["{}", r#"{"a":null}"#, r#"{"a":[]}"#, r#"{"b":1}"#]).await;
        assert_eq!(missing, [true, false, true, true]);
        let text = passes("{{ a }}-{{ b }}", &[r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1,"c":3}"#, r#"{"a":1,"b":3}"#]).await;
        assert_eq!(text, [true, false, true]);
        let value = passes("{{ a | as_object }}", &[r#"{"a":{"x":1,"y":2}}"#, r#"{"a":{"y":2,"x":1.0}}"#, r#"{"a":[]}"#]).await;
        assert_eq!(value, [true, false, true]);
    }

    #[tokio::test]
    async fn the_last_value_can_decide() {
        // This is the recipe in the description.
        let lowest = "{{ last_property | default: price | at_most: price | as_object }}";
        let passed = passes(lowest, &[r#"{"price":10}"#, r#"{"price":12}"#, r#"{"price":9}"#, r#"{"price":10}"#]).await;
        assert_eq!(passed, [true, false, true, false]);
        let prices = [r#"{"price":10.50}"#, r#"{"price":10.5}"#, r#"{"price":11}"#, r#"{"price":10.49}"#, r#"{"price":0}"#];
        assert_eq!(passes(lowest, &prices).await, [true, false, false, true, true]);
    }

    #[test]
    fn memory_is_the_agents_or_one_for_each_key() {
        let (cell, event, world) = (cell(), event("source", r#"{"id":7}"#), World::default());
        let memory = |config: Value| agent("change_detector", config).memory(&context(&cell, &event, &world));
        assert_eq!(memory(json!({"property": "a"})).unwrap(), MemoryUse::Agent);
        assert_eq!(memory(json!({"property": "a", "key": "{{ id }}"})).unwrap(), MemoryUse::Scope("7".into()));
        assert_eq!(memory(json!({"property": "a", "key": "{{ '' }}"})).unwrap_err().code, "empty_key");
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(problem("change_detector", json!({})), "config.property");
        assert_eq!(problem("change_detector", json!({"property": ""})), "config.property");
        assert_eq!(problem("change_detector", json!({"property": "{{ a"})), "config.property");
        assert_eq!(problem("change_detector", json!({"property": "a", "key": "{{ a"})), "config.key");
    }
}
