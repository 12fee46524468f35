//! The operators of conditions: what each takes, and when it matches.

use crate::AgentError;
use crate::compare::{is_integer, order, same};
use crate::pattern::{Pattern, Searches};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Number, Value};

const TYPES: [&str; 7] = ["null", "boolean", "number", "integer", "string", "array", "object"];

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Operator {
    /// Equal; lists and objects too, element by element.
    Eq,
    /// Not equal. Values of two types do not match.
    Ne,
    /// A greater number, a later time, or a text that comes later.
    Gt,
    /// Greater or equal.
    Gte,
    /// A smaller number, an earlier time, or a text that comes earlier.
    Lt,
    /// Smaller or equal.
    Lte,
    /// A text that contains this text, or a list that contains this element.
    Contains,
    /// A text or a list that does not contain it.
    NotContains,
    /// A text that starts with this text.
    StartsWith,
    /// A text that ends with this text.
    EndsWith,
    /// Equal to an element of this list.
    In,
    /// Equal to no element of this list.
    NotIn,
    /// A text in which this regular expression matches; `^` and `$` stand for the text's ends.
    Matches,
    /// A text in which this regular expression does not match.
    NotMatches,
    /// A value of this type: `null`, `boolean`, `number`, `integer`, `string`, `array` or `object`.
    IsType,
    /// `null`, or an empty text, list or object. Takes no value.
    IsEmpty,
    /// A text, list or object that is not empty. Takes no value.
    IsNotEmpty,
    /// There is a value; `null` is one, too. Takes no value.
    Exists,
    /// There is no value. Takes no value.
    NotExists,
}

/// What a found value is read as before it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cast {
    /// A text that is a number, as in a form, is read as that number.
    Number,
    /// A number or a boolean is read as its text.
    Text,
}

impl Cast {
    /// Reads a found value as this type; none if that is not possible.
    fn of(self, found: &Value) -> Option<Value> {
        match (self, found) {
            (Cast::Number, Value::String(text)) => serde_json::from_str::<Number>(text.trim()).ok().map(Value::Number),
            (Cast::Number, Value::Number(_)) | (Cast::Text, Value::String(_)) => Some(found.clone()),
            (Cast::Text, Value::Number(_) | Value::Bool(_)) => Some(Value::String(found.to_string())),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Cast::Number => "number",
            Cast::Text => "text",
        }
    }

    /// Whether a value to compare with is of this type.
    fn takes(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Array(list)) => list.iter().all(|element| self.takes(element)),
            (Cast::Number, value) => value.is_number(),
            (Cast::Text, value) => value.is_string(),
        }
    }
}

/// An operator with the value that it compares to.
pub(crate) struct Comparison {
    operator: Operator,
    cast: Option<Cast>,
    value: Value,
    pattern: Option<Pattern>,
}

impl Comparison {
    /// Makes a comparison. It is an error if the operator cannot work with the value.
    pub(crate) fn new(operator: Operator, cast: Option<Cast>, value: Option<Value>) -> Result<Self, String> {
        check_value(operator, value.as_ref())?;
        if cast.zip(value.as_ref()).is_some_and(|(cast, value)| !cast.takes(value)) {
            return Err("It is not of the type that `as` says: give a value of that type, or remove `as`.".to_owned());
        }
        let value = value.unwrap_or(Value::Null);
        let pattern = match (operator, &value) {
            (Operator::Matches | Operator::NotMatches, Value::String(text)) => Some(Pattern::new(text)?),
            _ => None,
        };
        Ok(Comparison { operator, cast, value, pattern })
    }

    /// Whether the comparison matches what was found. A missing value does not match, nor does one of a type that does not fit.
    /// It is an error if the searches take too long.
    pub(crate) fn matches(&self, found: Option<&Value>, searches: &mut Searches) -> Result<bool, AgentError> {
        let cast: Value;
        let found = match (found, self.cast) {
            (found, _) if self.operator == Operator::NotExists => return Ok(found.is_none()),
            (None, _) => return Ok(false),
            (Some(found), None) => found,
            (Some(found), Some(to)) => match to.of(found) {
                None => return Ok(false),
                Some(read) => {
                    cast = read;
                    &cast
                }
            },
        };
        if let (Some(pattern), Some(text)) = (&self.pattern, found.as_str()) {
            return Ok(searches.is_match(pattern, text)? == (self.operator == Operator::Matches));
        }
        Ok(self.compare(found).unwrap_or(false))
    }

    /// What to tell the user when the found value is of a type that can never equal the given value or be ordered with it, and
    /// how to compare the two all the same.
    pub(crate) fn misfit(&self, path: &str, found: Option<&Value>) -> Option<String> {
        use Operator::*;
        let compares = matches!(self.operator, Eq | Ne | Gt | Gte | Lt | Lte | In | NotIn);
        let found = found.filter(|found| compares && !found.is_null())?;
        let found = match self.cast {
            None => found.clone(),
            Some(cast) => match cast.of(found) {
                Some(read) => read,
                None => {
                    return Some(format!("`{path}` is a {} that cannot be read as a {}.", type_of(found), cast.name()));
                }
            },
        };
        let values = match (self.operator, &self.value) {
            (In | NotIn, Value::Array(list)) => list.as_slice(),
            (_, value) => std::slice::from_ref(value),
        };
        let (found, wanted) = (type_of(&found), type_of(values.first()?));
        if values.iter().any(|value| [found, "null"].contains(&type_of(value))) {
            return None;
        }
        let remedy = match (found, wanted) {
            ("text", "number") => " To read it as a number, add `\"as\": \"number\"` to this comparison.",
            ("number" | "boolean", "text") => " To read it as a text, add `\"as\": \"text\"` to this comparison.",
            _ => "",
        };
        Some(format!("`{path}` is a {found} and is compared with a {wanted}: the two are never converted.{remedy}"))
    }

    /// Compares, without searches; none if the types do not fit.
    fn compare(&self, found: &Value) -> Option<bool> {
        use Operator::*;
        let value = &self.value;
        match self.operator {
            Exists => Some(true),
            NotExists | Matches | NotMatches => Some(false),
            Eq => Some(same(found, value)),
            Ne => Some(!same(found, value)),
            Gt => order(found, value).map(|order| order.is_gt()),
            Gte => order(found, value).map(|order| order.is_ge()),
            Lt => order(found, value).map(|order| order.is_lt()),
            Lte => order(found, value).map(|order| order.is_le()),
            Contains => contains(found, value),
            NotContains => contains(found, value).map(|contains| !contains),
            StartsWith => Some(found.as_str()?.starts_with(value.as_str()?)),
            EndsWith => Some(found.as_str()?.ends_with(value.as_str()?)),
            In => contains(value, found),
            NotIn => contains(value, found).map(|contains| !contains),
            IsType => Some(is_type(found, value.as_str()?)),
            IsEmpty => is_empty(found),
            IsNotEmpty => is_empty(found).map(|empty| !empty),
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

fn contains(whole: &Value, part: &Value) -> Option<bool> {
    match whole {
        Value::String(text) => Some(text.contains(part.as_str()?)),
        Value::Array(list) => Some(list.iter().any(|element| same(element, part))),
        _ => None,
    }
}

fn is_empty(value: &Value) -> Option<bool> {
    match value {
        Value::Null => Some(true),
        Value::String(text) => Some(text.is_empty()),
        Value::Array(list) => Some(list.is_empty()),
        Value::Object(object) => Some(object.is_empty()),
        Value::Bool(_) | Value::Number(_) => None,
    }
}

fn is_type(value: &Value, name: &str) -> bool {
    match value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::Number(number) => name == "number" || (name == "integer" && is_integer(number)),
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
    }
}

/// Checks that the operator can work with the value; the error says what the operator needs.
fn check_value(operator: Operator, value: Option<&Value>) -> Result<(), &'static str> {
    use Operator::*;
    match (operator, value) {
        (IsEmpty | IsNotEmpty | Exists | NotExists, None) => Ok(()),
        (IsEmpty | IsNotEmpty | Exists | NotExists, Some(_)) => Err("This operator takes no value: remove it."),
        (_, None) => Err("Give the value to compare with."),
        (Eq | Ne | Contains | NotContains, _) => Ok(()),
        (Gt | Gte | Lt | Lte, Some(Value::Number(_) | Value::String(_))) => Ok(()),
        (Gt | Gte | Lt | Lte, _) => Err("Give a number, a time like \"2026-01-31T12:00:00Z\", or a text."),
        (StartsWith | EndsWith | Matches | NotMatches, Some(Value::String(_))) => Ok(()),
        (StartsWith | EndsWith | Matches | NotMatches, _) => Err("Give a text."),
        (In | NotIn, Some(Value::Array(_))) => Ok(()),
        (In | NotIn, _) => Err("Give a list of values."),
        (IsType, Some(Value::String(name))) if TYPES.contains(&name.as_str()) => Ok(()),
        (IsType, _) => Err("Give one of `null`, `boolean`, `number`, `integer`, `string`, `array`, `object`."),
    }
}

#[cfg(test)]
mod tests;
