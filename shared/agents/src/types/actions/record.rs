//! `record`: writes a record of the project.

use crate::agent::{AgentType, Kind, Problems};
use crate::meaning::{TemplateObject, TemplateText};
use crate::template::{JsonTemplate, Template};
use crate::{AgentError, Context, Effects, Example, WriteRecord};
use rookery_domain::Payload;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Writes a record of the project: a person, a mention, a company, or of a kind of the project's own. Segments and their triggers learn of it as
/// of any other write.
///
/// Emits, in the group `on_write`, `{"kind", "id", "attributes", "outcome"}`: the record as it is then, and `created`, `changed` or `unchanged`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The kind: a template. `person`, `mention`, `company`, or a name of your own of a-z, 0-9 and `_`.
    kind: TemplateText,
    /// The id: a template.
    #[serde(default = "own_id")]
    id: TemplateText,
    /// The attributes: JSON in which all texts are templates.
    #[serde(default)]
    attributes: TemplateObject,
    /// What becomes of other attributes that the record has.
    #[serde(default)]
    mode: Mode,
}

fn own_id() -> TemplateText {
    TemplateText("{{ id }}".to_owned())
}

/// What becomes of other attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Mode {
    /// They stay; one that is given as `null` is removed.
    #[default]
    Merge,
    /// They are removed.
    Replace,
}

/// The agent.
pub struct WritesRecord {
    kind: Template,
    id: Template,
    attributes: JsonTemplate,
    mode: Mode,
}

impl AgentType for WritesRecord {
    const NAME: &'static str = "record";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Write a record";
    const GROUPS: &'static [&'static str] = &["on_write"];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let kind = options.kind.take("kind", problems);
        let id = options.id.take("id", problems);
        let attributes = options.attributes.take("attributes", problems);
        Some(WritesRecord { kind: kind?, id: id?, attributes: attributes?, mode: options.mode })
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let (kind, id) = (self.kind.render(cx.scope())?, self.id.render(cx.scope())?);
        let attributes = match self.attributes.render(cx.scope())? {
            Value::Object(attributes) => attributes,
            _ => Map::new(),
        };
        let (kind, id) = (kind.trim(), id.trim());
        let write = WriteRecord { kind, id, attributes: &attributes, replaces: self.mode == Mode::Replace, hop: event.hop + 1 };
        let written = cx.host.write_record(write).await?;
        let told = json!({"kind": kind, "id": id, "attributes": written.attributes, "outcome": written.outcome});
        Ok(Effects::emit("on_write", Payload::of(told)?))
    }

    fn examples() -> Vec<Example> {
        let event = json!({"id": "ada", "name": "Ada", "city": "London"});
        let config = json!({"kind": "person", "attributes": {"name": "{{ name }}", "city": "{{ city }}"}});
        let written = json!({
            "kind": "person", "id": "ada", "attributes": {"name": "Ada", "city": "London"}, "outcome": "created"
        });
        let deal =
            json!({"kind": "deal", "id": "{{ number }}", "attributes": {"total": "{{ total | as_object }}"}, "mode": "replace"});
        vec![
            Example::new("A person of whom an event tells", config).on(event).emits("on_write", written),
            Example::new("A kind of one's own, and all that it says", deal)
                .on(json!({"number": "17", "total": 120}))
                .emits("on_write", json!({"kind": "deal", "id": "17", "attributes": {"total": 120}, "outcome": "created"})),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, agent, cell, context, event, problem};
    use serde_json::json;

    #[test]
    fn what_is_wrong_with_the_options_is_named() {
        assert_eq!(problem("record", json!({})), "config.kind");
        assert_eq!(problem("record", json!({"kind": "{{ a"})), "config.kind");
        assert_eq!(problem("record", json!({"kind": "person", "id": "{{ a"})), "config.id");
        assert_eq!(problem("record", json!({"kind": "person", "attributes": {"a": "{{ b"}})), "config.attributes.a");
        assert_eq!(problem("record", json!({"kind": "person", "mode": "add"})), "config.mode");
    }

    #[tokio::test]
    async fn what_is_to_be_written_is_made_of_the_event() {
        let config =
            json!({"kind": "{{ type }}", "id": " {{ n }} ", "attributes": {"a": "{{ x }}", "b": null}, "mode": "replace"});
        let (cell, event, world) = (cell(), event("source", r#"{"type":"deal","n":7,"x":"y"}"#), World::default());
        agent("record", config).receive(&context(&cell, &event, &world)).await.unwrap();
        let written = ("deal/7".to_owned(), "replace".to_owned(), r#"{"a":"y","b":null}"#.to_owned());
        assert_eq!(*world.replies.lock().unwrap(), [written]);
    }
}
