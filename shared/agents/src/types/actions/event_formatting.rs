//! `event_formatting`: writes new payloads from those that come in.

use crate::agent::{AgentType, Kind, Problems};
use crate::huginn::{Mapping, Taken};
use crate::meaning::{TemplateObject, TemplateText};
use crate::pattern::{Pattern, Searches};
use crate::template::{JsonTemplate, Scope, Template};
use crate::{AgentError, Context, Effects, Example, Facts, compose};
use rookery_domain::Payload;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

const MAX_MATCHERS: usize = 50;

/// Writes a new payload by templates, and emits it in the group `on_format`.
///
/// In `instructions`, all texts are templates over the event: `"{{ user.name }} wrote {{ text | truncate: 80 }}"`. A text that is
/// only `{{ ... | as_object }}` gives the value itself, like a number or a list, instead of a text. Everything else in
/// `instructions` is taken as it stands.
///
/// Write times with `{{ now | date: "%d.%m.%Y" }}`, and read JSON inside a text with `{% assign order = body | fromjson %}`. The
/// filters are those of Shopify's Liquid. A value that a filter cannot read is an error, and arithmetic is in decimals.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The new payload: an object in which all texts are templates.
    instructions: TemplateObject,
    /// Whether the new payload has only the `instructions`, or the event's payload with the `instructions` added.
    #[serde(default)]
    mode: Mode,
    /// Regular expressions that take texts apart, one after the other, before the `instructions` are rendered.
    #[serde(default)]
    matchers: Vec<MatcherOptions>,
}

/// What the new payload has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// The `instructions` alone.
    #[default]
    Clean,
    /// The event's payload, with the `instructions` added; a field of the same name is replaced, and all others stay.
    Merge,
}

/// A regular expression over a text of the event.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MatcherOptions {
    /// A template for the text, like `{{ date.pretty }}`.
    path: TemplateText,
    /// The regular expression. Its groups can have names: `(?<time>\d\d:\d\d)`.
    regexp: String,
    /// The name under which templates find the groups, like `pretty_date.time` or `pretty_date["1"]`; `"0"` is the whole match.
    /// Without a name, the groups stand at the top, next to the payload's keys. When nothing matches, nothing is added.
    to: Option<String>,
}

struct Matcher {
    path: Template,
    regexp: Pattern,
    to: Option<String>,
}

/// The agent.
pub struct EventFormatting {
    instructions: JsonTemplate,
    mode: Mode,
    matchers: Vec<Matcher>,
}

impl AgentType for EventFormatting {
    const NAME: &'static str = "event_formatting";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Event formatting";
    const GROUPS: &'static [&'static str] = &["on_format"];
    const HUGINN: Option<Mapping> = Some(Mapping { map: from_huginn, ..Mapping::of("EventFormattingAgent") });
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let instructions = options.instructions.take("instructions", problems);
        if options.matchers.len() > MAX_MATCHERS {
            problems.add("matchers", format!("Give at most {MAX_MATCHERS} of them."));
        }
        let mut matchers = Vec::new();
        for (index, matcher) in options.matchers.into_iter().enumerate() {
            let path = matcher.path.take(&format!("matchers[{index}].path"), problems);
            let regexp = problems.take(&format!("matchers[{index}].regexp"), Pattern::new(&matcher.regexp));
            if let (Some(path), Some(regexp)) = (path, regexp) {
                matchers.push(Matcher { path, regexp, to: matcher.to });
            }
        }
        problems.errors.is_empty().then_some(EventFormatting { instructions: instructions?, mode: options.mode, matchers })
    }

    fn facts(&self) -> Facts {
        Facts { only_computes: true, ..Facts::of::<Self>() }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let rendered = match self.matchers.as_slice() {
            [] => self.instructions.render(cx.scope())?,
            matchers => self.instructions.render(&matched(cx, matchers)?)?,
        };
        let payload = match (self.mode, rendered) {
            (Mode::Merge, Value::Object(fields)) => {
                let fields: Vec<(String, String)> = fields.into_iter().map(|(key, value)| (key, value.to_string())).collect();
                compose::merged(&event.payload, fields.iter().map(|(key, text)| (key.clone(), text.as_str())))?
            }
            (_, rendered) => Payload::of(rendered)?,
        };
        Ok(Effects::emit("on_format", payload))
    }

    fn examples() -> Vec<Example> {
        let push = json!({"pusher": {"name": "ada"}, "commits": [{"id": "1f"}, {"id": "2e"}], "size": 2});
        let weather = json!({"date": {"pretty": "10:00 PM EST on January 10"}, "high": 12.5});
        vec![
            Example::new(
                "A message, and a list as it is",
                json!({"instructions": {"text": "{{ pusher.name }} pushed {{ commits | size }} commits", "all": "{{ commits | as_object }}"}}),
            )
            .on(push)
            .emits("on_format", json!({"text": "ada pushed 2 commits", "all": [{"id": "1f"}, {"id": "2e"}]})),
            Example::new("The day", json!({"instructions": {"day": "{{ now | date: \"%d.%m.%Y\" }}"}}))
                .on(json!({}))
                .emits("on_format", json!({"day": "01.01.2026"})),
            Example::new("The start of a long text", json!({"instructions": {"text": "{{ user.name }} wrote {{ text | truncate: 80 }}"}}))
                .on(json!({"user": {"name": "Ada"}, "text": "Hello ".repeat(20)}))
                .emits("on_format", json!({"text": format!("Ada wrote {}Hello...", "Hello ".repeat(12))})),
            Example::new(
                "A time in another form, a sum, and JSON that stands in a text",
                json!({"instructions": {
                    "day": "{{ created | date: '%d.%m.%Y' }}",
                    "total": "{{ price | plus: shipping | as_object }}",
                    "first": "{% assign order = body | fromjson %}{{ order.items[0] }}"
                }}),
            )
            .on(json!({"created": "2024-12-22T18:59:56Z", "price": 0.1, "shipping": 0.2, "body": "{\"items\": [\"tea\"]}"}))
            .emits("on_format", json!({"day": "22.12.2024", "total": 0.3, "first": "tea"})),
            Example::new(
                "A part of a text, added to what came",
                json!({
                    "mode": "merge",
                    "matchers": [{"path": "{{ date.pretty }}", "regexp": "(?<time>\\d\\d:\\d\\d)", "to": "pretty_date"}],
                    "instructions": {"time": "{{ pretty_date.time }}", "first": "{{ pretty_date[\"1\"] }}"}
                }),
            )
            .on(weather)
            .emits("on_format", json!({"date": {"pretty": "10:00 PM EST on January 10"}, "high": 12.5, "time": "10:00", "first": "10:00"})),
        ]
    }
}

/// Takes the options of Huginn's EventFormattingAgent.
fn from_huginn(taken: &mut Taken<'_>) {
    if taken.text("mode").is_some_and(|mode| mode.contains("{{") || mode.contains("{%")) {
        taken.lacks("mode", "The mode is a template in the file. Here it is `clean` or `merge` for all events: choose one.");
    }
}

/// The variables of templates, with what the matchers found.
fn matched(cx: &Context<'_>, matchers: &[Matcher]) -> Result<Scope, AgentError> {
    let mut variables = cx.scope().variables().clone();
    let mut searches = Searches::default();
    for matcher in matchers {
        let text = matcher.path.render(&cx.scope().with(variables.clone()))?;
        let Some(captures) = searches.captures(&matcher.regexp, &text)? else { continue };
        let groups = matcher.regexp.group_names().enumerate().zip(captures.iter());
        let texts = groups.filter_map(|((index, name), group)| Some((index, name, Value::from(group?.as_str()))));
        let fields: Map<String, Value> = texts
            .flat_map(|(index, name, text)| {
                let named = name.map(|name| (name.to_owned(), text.clone()));
                [Some((index.to_string(), text)), named].into_iter().flatten()
            })
            .collect();
        match &matcher.to {
            Some(name) => variables.extend([(name.clone(), Value::Object(fields))]),
            None => variables.extend(fields),
        }
    }
    Ok(cx.scope().with(variables))
}

#[cfg(test)]
mod tests {
    use crate::testing::{emitted, problem, receive};
    use serde_json::{Value, json};

    async fn format(config: Value, payload: &str) -> String {
        let effects = receive("event_formatting", config, payload).await.unwrap();
        assert_eq!(effects.emit.len(), 1);
        emitted(&effects)[0].1.to_owned()
    }

    #[tokio::test]
    async fn merging_touches_nothing_but_the_instructions() {
        let payload = r#"{"n":1.10, "big":12345678901234567891,"s":"\u0000\u00e9","name":"x"}"#;
        let config = json!({"mode": "merge", "instructions": {"name": "{{ n | as_object }}", "new": [null, 1]}});
        let expected = r#"{"n":1.10,"big":12345678901234567891,"s":"\u0000\u00e9","name":1.10,"new":[null,1]}"#;
        assert_eq!(format(config.clone(), payload).await, expected);
        assert_eq!(receive("event_formatting", config, "[1]").await.unwrap_err().code, "payload_not_object");
    }

    #[tokio::test]
    async fn clean_has_the_instructions_alone_and_values_keep_their_digits() {
        let config = json!({"instructions": {"text": "a {{ name }}", "big": "{{ big | as_object }}", "deep": {"list": ["{{ name }}", 1.50]}}});
        let payload = r#"{"name":"\"x\"","big":12345678901234567891}"#;
        assert_eq!(
            format(config, payload).await,
            r#"{"text":"a \"x\"","big":12345678901234567891,"deep":{"list":["\"x\"",1.5]}}"#
        );
    }

    #[tokio::test]
    async fn matchers_take_texts_apart_one_after_the_other() {
        let config = json!({
            "matchers": [
                {"path": "{{ line }}", "regexp": "(?<key>\\w+)=(\\w+)"},
                {"path": "{{ key }}", "regexp": "^.", "to": "initial"},
                {"path": "{{ line }}", "regexp": "nowhere", "to": "line"}
            ],
            "instructions": {"out": "{{ key }} {{ payload.line }} {{ initial['0'] }} {{ line }}"}
        });
        assert_eq!(format(config, r#"{"line":"name=ada"}"#).await, r#"{"out":"name name=ada n name=ada"}"#);
    }

    #[test]
    fn errors_name_their_place() {
        assert_eq!(problem("event_formatting", json!({})), "config.instructions");
        assert_eq!(problem("event_formatting", json!({"instructions": "{{ a }}"})), "config.instructions");
        assert_eq!(problem("event_formatting", json!({"instructions": {}, "mode": "both"})), "config.mode");
        let matcher = json!({"instructions": {}, "matchers": [{"path": "a", "regexp": "("}]});
        assert_eq!(problem("event_formatting", matcher), "config.matchers[0].regexp");
        let instructions = json!({"items": ["{{ a }}", {"unit price": {"b": "{% nothing %}"}}]});
        let field = problem("event_formatting", json!({"instructions": instructions}));
        assert_eq!(field, r#"config.instructions.items[1]["unit price"].b"#);
    }
}
