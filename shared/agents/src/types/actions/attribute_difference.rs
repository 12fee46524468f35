//! `attribute_difference`: tells by how much a value differs from that of the event before. The options are those of Huginn's
//! AttributeDifferenceAgent.

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::compose::{self, text_of};
use crate::huginn::Mapping;
use crate::json_path::JsonPath;
use crate::meaning::PathText;
use crate::numbers::from_front;
use crate::{AgentError, Context, Effects, Example};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Number, Value, json};

/// The memory: the last value.
const LAST: &str = "last_value";
const MOST_DIGITS: u32 = 15;

/// Adds to each event by how much a value differs from that of the event before, and emits it in the group `on_result`. The first event differs by 0.
///
/// Numbers are read from the front of texts, and what is none is 0.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The JSONPath to the value, like `$.data.rate`.
    path: PathText,
    /// The key of the payload under which the difference stands.
    output: String,
    /// How the difference is counted.
    method: Method,
    /// To how many digits after the point it is rounded.
    #[serde(default = "three")]
    #[schemars(range(max = 15))]
    decimal_precision: u32,
}

/// How a difference is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Method {
    /// In percent of the value before; `null` if that was 0.
    PercentageChange,
    /// As a number with digits after the point.
    DecimalDifference,
    /// As a whole number; what stands after the point does not count.
    IntegerDifference,
}

fn three() -> u32 {
    3
}

/// The agent.
pub struct AttributeDifference {
    path: JsonPath,
    output: String,
    method: Method,
    digits: u32,
}

impl AgentType for AttributeDifference {
    const NAME: &'static str = "attribute_difference";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Attribute difference";
    const GROUPS: &'static [&'static str] = &["on_result"];
    const HUGINN: Option<Mapping> = Some(Mapping::of("AttributeDifferenceAgent"));
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let path = problems.take("path", JsonPath::parse(&options.path));
        if options.output.trim().is_empty() {
            problems.add("output", "Name the key for the difference, like `rate_difference`.");
        }
        if options.decimal_precision > MOST_DIGITS {
            problems.add("decimal_precision", format!("Give 0 to {MOST_DIGITS}."));
        }
        let Options { output, method, decimal_precision: digits, .. } = options;
        problems.errors.is_empty().then_some(AttributeDifference { path: path?, output, method, digits })
    }

    fn memory(&self, _cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(MemoryUse::Agent)
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let value = from_front(&self.path.first(cx.payload())?.map(text_of).unwrap_or_default());
        let last = cx.memory.get(LAST).map(|last| from_front(&text_of(last)));
        let difference = self.difference(value, last).to_string();
        let payload = compose::merged(&event.payload, [(self.output.clone(), difference.as_str())])?;
        let value = Number::from_f64(value).map_or(Value::Null, Value::Number);
        Ok(Effects::emit("on_result", payload).remember(json!({LAST: value})))
    }

    fn examples() -> Vec<Example> {
        let config = json!({"path": "$.data.rate", "output": "change", "method": "percentage_change"});
        let event = json!({"data": {"rate": "12.5 %"}});
        vec![
            Example::new("The first value", config.clone())
                .on(event.clone())
                .emits("on_result", json!({"data": {"rate": "12.5 %"}, "change": 0.0}))
                .remembers(json!({"last_value": 12.5})),
            Example::new("A larger one, in percent", config)
                .on(event.clone())
                .remembering(json!({"last_value": 10}))
                .emits("on_result", json!({"data": {"rate": "12.5 %"}, "change": 25.0})),
            Example::new(
                "A smaller one",
                json!({"path": "data.rate", "output": "change", "method": "decimal_difference", "decimal_precision": 1}),
            )
            .on(event)
            .remembering(json!({"last_value": 20.04}))
            .emits("on_result", json!({"data": {"rate": "12.5 %"}, "change": -7.5})),
        ]
    }
}

impl AttributeDifference {
    fn difference(&self, value: f64, last: Option<f64>) -> Value {
        let last = last.unwrap_or(value);
        let number = match self.method {
            Method::IntegerDifference => return json!(value.trunc() as i64 - last.trunc() as i64),
            Method::DecimalDifference => value - last,
            Method::PercentageChange if value == last => 0.0,
            Method::PercentageChange => value / last * 100.0 - 100.0,
        };
        let scale = 10_f64.powi(self.digits as i32);
        let rounded = (number * scale).round() / scale;
        Number::from_f64(if rounded.is_finite() { rounded } else { number }).map_or(Value::Null, Value::Number)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, agent, cell, context, emitted, event, problem};
    use serde_json::{Value, json};

    async fn differs(method: &str, digits: u32, last: Value, payload: &str) -> String {
        let config = json!({"path": "v", "output": "d", "method": method, "decimal_precision": digits});
        let (cell, world, event) = (cell(), World::default(), event("source", payload));
        let mut cx = context(&cell, &event, &world);
        cx.memory = last;
        let effects = agent("attribute_difference", config).receive(&cx).await.unwrap();
        serde_json::from_str::<Value>(emitted(&effects)[0].1).unwrap()["d"].to_string()
    }

    #[tokio::test]
    async fn differences_are_counted_and_rounded() {
        for (method, digits, last, payload, expected) in [
            ("integer_difference", 3, json!(null), r#"{"v":7.9}"#, "0"),
            ("integer_difference", 3, json!({"last_value": 2.9}), r#"{"v":"7.9 kg"}"#, "5"),
            ("integer_difference", 3, json!({"last_value": 2}), "{}", "-2"),
            ("decimal_difference", 3, json!(null), r#"{"v":7.9}"#, "0.0"),
            ("decimal_difference", 2, json!({"last_value": 0.1}), r#"{"v":0.3456}"#, "0.25"),
            ("decimal_difference", 0, json!({"last_value": 1}), r#"{"v":3.5}"#, "3.0"),
            ("percentage_change", 3, json!({"last_value": 3}), r#"{"v":4}"#, "33.333"),
            ("percentage_change", 3, json!({"last_value": 0}), r#"{"v":4}"#, "null"),
            ("percentage_change", 3, json!({"last_value": 0}), r#"{"v":0}"#, "0.0"),
        ] {
            assert_eq!(differs(method, digits, last.clone(), payload).await, expected, "{method} {last} {payload}");
        }
    }

    #[test]
    fn errors_name_the_field() {
        for (field, wrong) in
            [("path", json!("a[")), ("output", json!("")), ("method", json!("sum")), ("decimal_precision", json!(16))]
        {
            let mut config = json!({"path": "a", "output": "b", "method": "percentage_change"});
            config[field] = wrong;
            assert_eq!(problem("attribute_difference", config), format!("config.{field}"));
        }
    }
}
