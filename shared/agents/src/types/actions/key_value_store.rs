//! `key_value_store`: keeps values by key, which the templates of the agents that it controls see. The options are those of Huginn's
//! KeyValueStoreAgent.

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::huginn::Mapping;
use crate::meaning::TemplateText;
use crate::template::{JsonTemplate, Template};
use crate::{AgentError, Context, Effects, Example, Facts};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// The most keys of a store.
const MOST: usize = 1_000;
/// The longest key, in characters.
const KEY_CHARS: usize = 255;
/// What templates know already: a variable of that name would hide it, or be hidden.
const TAKEN: [&str; 8] = ["payload", "event", "events", "agent", "now", "due", "target", "forloop"];

/// Keeps a value under a key with each event. The agents that its control links lead to see all of them in their templates, under the name of the
/// `variable`: with `prices`, the price of tea is `prices.tea`.
///
/// A value that comes out blank takes its key out. With more keys than `max_keys`, the one that was written longest ago is forgotten. No event is emitted.
/// Whoever sees the values sees those of the moment at which it begins to work.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The key: a template of at most 255 characters. An event whose key is blank changes nothing.
    key: TemplateText,
    /// The value: a template over the event, over `_event_`, which is all of its payload, and over `_value_`, which is what stands under the key so far.
    /// `{{ _event_ | as_object }}` keeps the payload itself.
    value: TemplateText,
    /// The name under which the agents that are controlled see the values: small letters, digits and `_`.
    variable: String,
    /// How many keys are kept.
    #[serde(default = "hundred")]
    #[schemars(range(min = 1, max = 1000))]
    max_keys: usize,
}

fn hundred() -> usize {
    100
}

/// The agent.
pub struct KeyValueStore {
    key: Template,
    value: JsonTemplate,
    variable: String,
    max_keys: usize,
}

impl AgentType for KeyValueStore {
    const NAME: &'static str = "key_value_store";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Key-value store";
    const GROUPS: &'static [&'static str] = &[];
    const CONTROLS: bool = true;
    const HUGINN: Option<Mapping> = Some(Mapping { emits: false, ..Mapping::of("KeyValueStoreAgent") });
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let key = options.key.take("key", problems);
        let value = problems.take_template("value", JsonTemplate::parse(&Value::String(options.value.0)));
        let variable = options.variable;
        let is_name = variable.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
            && variable.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !is_name || TAKEN.contains(&variable.as_str()) {
            problems.add(
                "variable",
                "Give a name like `prices`: small letters, digits and `_`, and none that templates know already.",
            );
        }
        if !(1..=MOST).contains(&options.max_keys) {
            problems.add("max_keys", format!("Give 1 to {MOST}."));
        }
        let (key, value) = (key?, value?);
        problems.errors.is_empty().then_some(KeyValueStore { key, value, variable, max_keys: options.max_keys })
    }

    fn facts(&self) -> Facts {
        Facts { store_variable: Some(self.variable.clone()), ..Facts::of::<Self>() }
    }

    fn memory(&self, _cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(MemoryUse::Agent)
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let key = self.key.render(cx.scope())?.trim().to_owned();
        if key.is_empty() {
            return Ok(Effects::none().log("The key is blank, so nothing is kept."));
        }
        if key.chars().count() > KEY_CHARS {
            return Err(AgentError::fail(
                "key_too_long",
                format!("The key has more than {KEY_CHARS} characters: give a shorter one, like an id."),
            ));
        }
        let mut values = cx.memory.as_object().cloned().unwrap_or_default();
        // The key goes behind all others: the first is the one that was written longest ago.
        let before = values.shift_remove(&key);
        let mut variables = cx.scope().variables().clone();
        variables.insert("_event_".to_owned(), cx.payload().clone());
        variables.insert("_value_".to_owned(), before.clone().unwrap_or_default());
        let value = self.value.render(&cx.scope().with(variables))?;
        if is_blank(&value) {
            return Ok(if before.is_some() { Effects::none().remember(values.into()) } else { Effects::none() });
        }
        values.insert(key, value);
        let forgotten: Vec<String> = values.keys().take(values.len().saturating_sub(self.max_keys)).cloned().collect();
        forgotten.iter().for_each(|key| drop(values.shift_remove(key)));
        Ok(Effects::none().remember(values.into()))
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new(
                "The latest price of each product",
                json!({"key": "{{ product }}", "value": "{{ price }}", "variable": "prices"}),
            )
            .on(json!({"product": "tea", "price": 3})),
            Example::new(
                "The last event of each customer, as it is",
                json!({"key": "{{ customer }}", "value": "{{ _event_ | as_object }}", "variable": "last", "max_keys": 500}),
            )
            .on(json!({"customer": "ada", "total": 5})),
            Example::new(
                "How often each word came",
                json!({"key": "{{ word }}", "value": "{{ _value_ | plus: 1 }}", "variable": "words"}),
            )
            .on(json!({"word": "tea"})),
        ]
    }
}

/// Whether a value takes its key out.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::Memory;
    use crate::testing::{World, agent, cell, context, event, problem};
    use serde_json::{Value, json};

    /// What is kept after these events.
    async fn kept(config: Value, payloads: &[&str]) -> String {
        let (agent, cell, world, mut memory) = (agent("key_value_store", config), cell(), World::default(), Value::Null);
        for payload in payloads {
            let event = event("source", payload);
            let mut cx = context(&cell, &event, &world);
            cx.memory = memory.clone();
            if let Memory::Set(new) = agent.receive(&cx).await.unwrap().memory {
                memory = new;
            }
        }
        memory.to_string()
    }

    #[tokio::test]
    async fn values_are_kept_changed_taken_out_and_forgotten() {
        let config = |value: &str| json!({"key": "{{ k }}", "value": value, "variable": "v", "max_keys": "2"});
        let plain = config("{{ v }}");
        let (a, b, c) = (r#"{"k": "a", "v": 1}"#, r#"{"k": "b", "v": 2}"#, r#"{"k": "c", "v": 3}"#);
        assert_eq!(kept(plain.clone(), &[a, b]).await, r#"{"a":"1","b":"2"}"#);
        assert_eq!(kept(plain.clone(), &[a, b, a, c]).await, r#"{"a":"1","c":"3"}"#, "b was written longest ago");
        assert_eq!(kept(plain.clone(), &[a, b, r#"{"k": "a"}"#, r#"{"v": 1}"#]).await, r#"{"b":"2"}"#);
        assert_eq!(kept(config("{{ _value_ | plus: 1 }}"), &[a, a, a]).await, r#"{"a":"3"}"#);
        assert_eq!(kept(config("{{ _event_ | as_object }}"), &[b]).await, r#"{"b":{"k":"b","v":2}}"#);
    }

    #[tokio::test]
    async fn a_key_that_is_too_long_is_an_error() {
        let (agent, cell, world) =
            (agent("key_value_store", json!({"key": "{{ k }}", "value": "1", "variable": "v"})), cell(), World::default());
        let event = event("source", &json!({"k": "x".repeat(256)}).to_string());
        assert_eq!(agent.receive(&context(&cell, &event, &world)).await.unwrap_err().code, "key_too_long");
    }

    #[test]
    fn errors_name_the_field() {
        for (more, field) in [
            (json!({"key": "{{ a"}), "key"),
            (json!({"value": "{% if %}"}), "value"),
            (json!({"variable": "Prices"}), "variable"),
            (json!({"variable": "payload"}), "variable"),
            (json!({"variable": ""}), "variable"),
            (json!({"max_keys": 0}), "max_keys"),
        ] {
            let mut config = json!({"key": "k", "value": "v", "variable": "v"});
            config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            assert_eq!(problem("key_value_store", config), format!("config.{field}"), "{more}");
        }
    }
}
