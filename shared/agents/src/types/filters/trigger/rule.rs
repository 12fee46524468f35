//! The rules of `trigger`: what each compares, and how.

use crate::agent::Problems;
use crate::compose::text_of;
use crate::json_path::JsonPath;
use crate::meaning::{PathText, TemplateText};
use crate::numbers::from_front;
use crate::pattern::{Pattern, Searches};
use crate::template::{JsonTemplate, Template};
use crate::{AgentError, Context};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::{Value, json};
use std::fmt;

/// A rule: an object, or a template.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(super) enum RuleOption {
    /// A template that gives `true` when it matches.
    Text(TemplateText),
    /// A comparison.
    Check(CheckOption),
}

/// Compares a value of the payload.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckOption {
    /// How the value is compared.
    #[serde(rename = "type")]
    how: How,
    /// A JSONPath to the value, like `$.tags[*]`. The first value that it leads to is compared.
    path: PathText,
    /// What the value is compared with: a template, or a list of them, any of which may match.
    #[schemars(schema_with = "values_schema")]
    value: Value,
}

fn values_schema(generator: &mut SchemaGenerator) -> Schema {
    let one = json!([generator.subschema_for::<TemplateText>(), {"type": "number"}, {"type": "boolean"}]);
    json_schema!({"anyOf": [one[0], one[1], one[2], {"type": "array", "items": {"anyOf": one}}]})
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub(super) enum How {
    /// The regular expression matches somewhere, in upper or lower case; begin it with `(?-i)` to tell them apart.
    #[serde(rename = "regex")]
    Regex,
    /// The regular expression matches nowhere.
    #[serde(rename = "!regex")]
    NotRegex,
    /// It is a smaller number. Numbers are read from the front of texts: `12 apples` is 12, and what is no number is 0.
    #[serde(rename = "field<value")]
    Less,
    /// It is a smaller number, or the same.
    #[serde(rename = "field<=value")]
    AtMost,
    /// It is the same text.
    #[serde(rename = "field==value")]
    Same,
    /// It is another text.
    #[serde(rename = "field!=value")]
    Other,
    /// It is a larger number, or the same.
    #[serde(rename = "field>=value")]
    AtLeast,
    /// It is a larger number.
    #[serde(rename = "field>value")]
    More,
    /// It is none of these texts.
    #[serde(rename = "not in")]
    NotIn,
}

impl<'de> Deserialize<'de> for RuleOption {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = RuleOption;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("an object with `type`, `path` and `value`, or a template")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<RuleOption, E> {
                Ok(RuleOption::Text(TemplateText(text.to_owned())))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RuleOption, A::Error> {
                CheckOption::deserialize(MapAccessDeserializer::new(map)).map(RuleOption::Check)
            }
        }

        from.deserialize_any(Either)
    }
}

/// A built rule.
pub(super) enum Rule {
    Text(Template),
    Check { how: How, path: JsonPath, values: Vec<Expected> },
}

/// A value that is compared with.
pub(super) enum Expected {
    Text(JsonTemplate),
    /// A regular expression that needs no event.
    Pattern(Pattern),
}

impl Rule {
    /// Reads a rule, or notes what is wrong with it.
    pub(super) fn take(option: RuleOption, index: usize, problems: &mut Problems) -> Option<Self> {
        let check = match option {
            RuleOption::Text(text) => return text.take(&format!("rules[{index}]"), problems).map(Rule::Text),
            RuleOption::Check(check) => check,
        };
        let path = problems.take(&format!("rules[{index}].path"), JsonPath::parse(&check.path));
        let field = format!("rules[{index}].value");
        let values = match check.value {
            Value::Array(values) => values.into_iter().enumerate().map(|(at, value)| (format!("{field}[{at}]"), value)).collect(),
            value => vec![(field, value)],
        };
        let count = values.len();
        let values: Vec<Expected> =
            values.into_iter().filter_map(|(field, value)| Expected::take(check.how, &field, value, problems)).collect();
        (values.len() == count).then_some(Rule::Check { how: check.how, path: path?, values })
    }

    /// How many values the rule compares with.
    pub(super) fn values(&self) -> usize {
        match self {
            Rule::Text(_) => 1,
            Rule::Check { values, .. } => values.len(),
        }
    }

    /// Whether the rule matches the event.
    pub(super) fn matches(&self, cx: &Context<'_>, searches: &mut Searches) -> Result<bool, AgentError> {
        let (how, path, values) = match self {
            Rule::Text(template) => return Ok(template.render(cx.scope())?.trim() == "true"),
            Rule::Check { how, path, values } => (*how, path, values),
        };
        let value = path.first(cx.payload())?.map(text_of).unwrap_or_default();
        for expected in values {
            let is_one = match expected {
                Expected::Pattern(pattern) => how.found(searches.is_match(pattern, &value)?),
                Expected::Text(template) => how.compare(&value, &text_of(&template.render(cx.scope())?), searches)?,
            };
            if is_one {
                return Ok(how != How::NotIn);
            }
        }
        Ok(how == How::NotIn)
    }
}

impl Expected {
    fn take(how: How, field: &str, value: Value, problems: &mut Problems) -> Option<Self> {
        if value.is_object() || value.is_array() || value.is_null() {
            problems.add(field, "Give a text or a number, or a list of them.");
            return None;
        }
        let template = problems.take_template(field, JsonTemplate::parse(&value))?;
        match value {
            Value::String(text) if how.is_regex() && !text.contains("{{") && !text.contains("{%") => problems
                .take(field, Pattern::of_ruby_in_any_case(&text).map_err(|error| no_pattern(&error)))
                .map(Expected::Pattern),
            _ => Some(Expected::Text(template)),
        }
    }
}

impl How {
    fn is_regex(self) -> bool {
        matches!(self, How::Regex | How::NotRegex)
    }

    /// What a search means for the rule.
    fn found(self, is_match: bool) -> bool {
        is_match == (self == How::Regex)
    }

    fn compare(self, value: &str, expected: &str, searches: &mut Searches) -> Result<bool, AgentError> {
        Ok(match self {
            How::Regex | How::NotRegex => {
                let pattern = Pattern::of_ruby_in_any_case(expected);
                let pattern = pattern.map_err(|error| AgentError::fail("invalid_pattern", no_pattern(&error)))?;
                self.found(searches.is_match(&pattern, value)?)
            }
            How::Less => from_front(value) < from_front(expected),
            How::AtMost => from_front(value) <= from_front(expected),
            How::AtLeast => from_front(value) >= from_front(expected),
            How::More => from_front(value) > from_front(expected),
            How::Same | How::NotIn => value == expected,
            How::Other => value != expected,
        })
    }
}

fn no_pattern(error: &str) -> String {
    format!("It is no regular expression that can be used here (looking around and references to groups cannot): {error}")
}
