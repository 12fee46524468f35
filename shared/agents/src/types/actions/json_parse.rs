//! `json_parse`: reads JSON that stands in a text. The options are those of Huginn's JsonParseAgent.

use crate::agent::{AgentType, Kind, Problems};
use crate::huginn::Mapping;
use crate::meaning::TemplateText;
use crate::template::Template;
use crate::{AgentError, Context, Effects, Example, Facts, compose};
use rookery_domain::Payload;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// Reads JSON that stands in a text of the event, and emits it in the group `on_result`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// A template for the text.
    #[serde(default = "data")]
    data: TemplateText,
    /// The name under which the result stands in the payload.
    #[serde(default = "data_key")]
    data_key: String,
    /// Whether the new payload has only the result, or the event's payload with the result added.
    #[serde(default)]
    mode: Mode,
}

/// What the new payload has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// The result alone.
    #[default]
    Clean,
    /// The event's payload, with the result added.
    Merge,
}

fn data() -> TemplateText {
    TemplateText("{{ data }}".to_owned())
}

fn data_key() -> String {
    "data".to_owned()
}

/// The agent.
pub struct JsonParse {
    data: Template,
    key: String,
    mode: Mode,
}

impl AgentType for JsonParse {
    const NAME: &'static str = "json_parse";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "JSON parse";
    const GROUPS: &'static [&'static str] = &["on_result"];
    const HUGINN: Option<Mapping> = Some(Mapping::of("JsonParseAgent"));
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let data = options.data.take("data", problems);
        problems.errors.is_empty().then_some(JsonParse { data: data?, key: options.data_key, mode: options.mode })
    }

    fn facts(&self) -> Facts {
        Facts { only_computes: true, ..Facts::of::<Self>() }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let text = self.data.render(cx.scope())?;
        let parsed = Payload::parse(text.trim().as_bytes())
            .map_err(|error| AgentError::fail("no_json", format!("`data` gives no JSON: {} {}", error.message, error.details)))?;
        let nothing = Payload::stored("{}".to_owned());
        let base = if self.mode == Mode::Merge { &event.payload } else { &nothing };
        Ok(Effects::emit("on_result", compose::merged(base, [(self.key.clone(), parsed.as_str())])?))
    }

    fn examples() -> Vec<Example> {
        let event = json!({"data": "{\"total\": 5}", "id": 7});
        vec![
            Example::new("A text with JSON", json!({})).on(event.clone()).emits("on_result", json!({"data": {"total": 5}})),
            Example::new("Beside what the event has", json!({"mode": "merge", "data_key": "order"}))
                .on(event)
                .emits("on_result", json!({"data": "{\"total\": 5}", "id": 7, "order": {"total": 5}})),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{emitted, problem, receive};
    use serde_json::json;

    #[tokio::test]
    async fn numbers_keep_their_digits_and_what_is_no_json_fails() {
        let config = json!({"data": "{{ body }}"});
        let long = receive("json_parse", config.clone(), r#"{"body": " [12345678901234567890.10, \"é\"] "}"#).await.unwrap();
        assert_eq!(emitted(&long), [("on_result", r#"{"data":[12345678901234567890.10, "é"]}"#)]);
        for body in ["\"\"", "\"{\"", "null", r#""{\"a\": 1} x""#] {
            let failed = receive("json_parse", config.clone(), &format!("{{\"body\": {body}}}")).await;
            assert_eq!(failed.unwrap_err().code, "no_json", "{body}");
        }
        let merged = receive("json_parse", json!({"mode": "merge"}), r#"{"data": "1", "n": 1.0}"#).await.unwrap();
        assert_eq!(emitted(&merged), [("on_result", r#"{"data":1,"n":1.0}"#)]);
        assert_eq!(problem("json_parse", json!({"data": "{{ a"})), "config.data");
    }
}
