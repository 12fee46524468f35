//! JSONPath, as options of Huginn's types write it: `$.items[*].title`, `$..price`, `$.books[?(@.price < 10)]`. It gives all values that a path
//! leads to. Reading is lax, as Ruby's is: `$.` may be left out, and a key may have spaces and dashes.
//!
//! A library would be stricter than what scenarios hold, and would not end where a path leads to too much. Paths of one value each are in
//! `paths`.

mod filter;

use crate::AgentError;
use filter::Filter;
use serde_json::Value;

/// The most values that one path looks at.
const MOST_VISITS: usize = 2_000_000;

/// A parsed path.
#[derive(Debug)]
pub(crate) struct JsonPath(Vec<Step>);

/// A step from values to values below.
#[derive(Debug)]
struct Step {
    /// Whether the step begins at all values below, too.
    is_deep: bool,
    choices: Vec<Choice>,
}

/// What is taken of an object or a list.
#[derive(Debug)]
enum Choice {
    Key(String),
    /// An element, counted from the end if negative.
    Index(i64),
    /// Elements from a place to another one, each or each second, and so on.
    Slice(Option<i64>, Option<i64>, usize),
    All,
    Filter(Filter),
}

/// Why a text is not a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is not a JSONPath: {reason}. Write it like `$.items[0].title`, `items[*].title` or `$..title`.")]
pub(crate) struct JsonPathError {
    path: String,
    reason: &'static str,
}

impl JsonPath {
    /// Reads a path.
    pub(crate) fn parse(text: &str) -> Result<Self, JsonPathError> {
        let mut rest = text.trim();
        let steps = steps(rest.strip_prefix('$').unwrap_or(rest), !rest.starts_with('$'), &mut rest);
        match steps {
            Ok(_) if text.trim().is_empty() => Err("it is empty"),
            Ok(steps) if rest.is_empty() => Ok(JsonPath(steps)),
            Ok(_) => Err("a dot or a bracket is missing between two steps"),
            Err(reason) => Err(reason),
        }
        .map_err(|reason| JsonPathError { path: text.to_owned(), reason })
    }

    /// The values that the path leads to, in the order in which they stand. It is an error if too many have to be looked at.
    pub(crate) fn all<'v>(&self, value: &'v Value) -> Result<Vec<&'v Value>, AgentError> {
        let mut visits = 0;
        self.within(value, &mut visits)
    }

    /// The first of these values.
    pub(crate) fn first<'v>(&self, value: &'v Value) -> Result<Option<&'v Value>, AgentError> {
        Ok(self.all(value)?.first().copied())
    }

    fn within<'v>(&self, value: &'v Value, visits: &mut usize) -> Result<Vec<&'v Value>, AgentError> {
        let mut values = vec![value];
        for step in &self.0 {
            let mut found = Vec::new();
            for value in values {
                let mut open = vec![value];
                while let Some(value) = open.pop() {
                    for choice in &step.choices {
                        choice.take(value, &mut found, visits)?;
                    }
                    *visits += 1;
                    if *visits + found.len() > MOST_VISITS {
                        let message =
                            format!("The path leads over more than {MOST_VISITS} values: write where they are, with fewer `..`.");
                        return Err(AgentError::fail("path_too_long", message));
                    }
                    if step.is_deep {
                        match value {
                            Value::Array(items) => open.extend(items.iter().rev()),
                            Value::Object(fields) => open.extend(fields.values().rev()),
                            _ => {}
                        }
                    }
                }
            }
            values = found;
        }
        Ok(values)
    }
}

impl Choice {
    fn take<'v>(&self, value: &'v Value, found: &mut Vec<&'v Value>, visits: &mut usize) -> Result<(), AgentError> {
        match (self, value) {
            (Choice::Key(key), Value::Object(fields)) => found.extend(fields.get(key)),
            (Choice::Index(index), Value::Array(items)) => found.extend(place(*index, items.len()).and_then(|at| items.get(at))),
            (Choice::Slice(from, to, by), Value::Array(items)) => {
                let bound = |index: i64| place(index, items.len()).unwrap_or(0).min(items.len());
                let (from, to) = (from.map_or(0, bound), to.map_or(items.len(), bound));
                found.extend(items.get(from..to).unwrap_or_default().iter().step_by(*by));
            }
            (Choice::All, Value::Array(items)) => found.extend(items),
            (Choice::All, Value::Object(fields)) => found.extend(fields.values()),
            (Choice::Filter(filter), Value::Array(items)) => {
                for item in items {
                    if filter.holds(item, visits)? {
                        found.push(item);
                    }
                }
            }
            (Choice::Filter(filter), Value::Object(fields)) => {
                for field in fields.values() {
                    if filter.holds(field, visits)? {
                        found.push(field);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The place of an element; none before the first.
fn place(index: i64, length: usize) -> Option<usize> {
    let from_end = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    if index < 0 { length.checked_sub(from_end) } else { Some(from_end) }
}

/// Reads steps as far as there are some. `rest` becomes what stands behind them.
fn steps<'t>(text: &'t str, may_begin_bare: bool, rest: &mut &'t str) -> Result<Vec<Step>, &'static str> {
    let (mut steps, mut may_be_bare) = (Vec::new(), may_begin_bare);
    *rest = text;
    loop {
        let is_deep = rest.starts_with("..");
        let is_dotted = rest.starts_with('.');
        let after = rest.trim_start_matches('.');
        if rest.len() - after.len() > 2 {
            return Err("there are too many dots");
        }
        let choices = if let Some(inner) = after.strip_prefix('[') {
            *rest = inner;
            brackets(rest)?
        } else if is_dotted || (may_be_bare && !after.is_empty()) {
            *rest = after;
            vec![bare(rest)?]
        } else {
            return Ok(steps);
        };
        may_be_bare = false;
        steps.push(Step { is_deep, choices });
    }
}

fn bare(rest: &mut &str) -> Result<Choice, &'static str> {
    // A filter ends a path at its operator or parenthesis, which no key has that stands without quotes.
    let end = rest.find(['.', '[', ']', '(', ')', '=', '<', '>', '!', '&', '|', ',']).unwrap_or(rest.len());
    let key = rest[..end].trim();
    *rest = &rest[end..];
    match key {
        "" => Err("a key is empty, or has characters that must stand in quotes"),
        "*" => Ok(Choice::All),
        key => Ok(Choice::Key(key.to_owned())),
    }
}

/// Reads what follows a `[`, with the `]`.
fn brackets(rest: &mut &str) -> Result<Vec<Choice>, &'static str> {
    let mut choices = Vec::new();
    loop {
        *rest = rest.trim_start();
        choices.push(match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => Choice::Key(quoted(rest, quote)?),
            Some('*') => {
                *rest = &rest[1..];
                Choice::All
            }
            Some('?') => {
                *rest = &rest[1..];
                Choice::Filter(Filter::parse(rest)?)
            }
            _ => {
                let end = rest.find([',', ']']).ok_or("a bracket is not closed")?;
                let number = rest[..end].trim();
                *rest = &rest[end..];
                numbers(number)?
            }
        });
        *rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(']') {
            *rest = after;
            return Ok(choices);
        }
        *rest = rest.strip_prefix(',').ok_or("a bracket is not closed")?;
    }
}

/// Reads an index or a slice. `(@.length-1)` is the last element.
fn numbers(text: &str) -> Result<Choice, &'static str> {
    const WRONG: &str = "brackets hold a number, a key in quotes, `*`, a slice like `0:3` or a filter like `?(@.a == 1)`";
    let from_end = text.strip_prefix("(@.length").and_then(|rest| rest.strip_suffix(')'));
    let text = from_end.unwrap_or(text).trim();
    let number = |text: &str| text.trim().parse::<i64>().map_err(|_| WRONG);
    let maybe = |text: &str| if text.trim().is_empty() { Ok(None) } else { number(text).map(Some) };
    let mut parts = text.split(':');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(index), None, ..) => Ok(Choice::Index(number(index)?)),
        (Some(from), Some(to), by, None) => {
            let by = usize::try_from(by.map(maybe).transpose()?.flatten().unwrap_or(1)).ok().filter(|by| *by > 0);
            Ok(Choice::Slice(maybe(from)?, maybe(to)?, by.ok_or(WRONG)?))
        }
        _ => Err(WRONG),
    }
}

/// Reads a text in quotes, in which a backslash takes the next character as it is.
fn quoted(rest: &mut &str, quote: char) -> Result<String, &'static str> {
    let (mut text, mut chars) = (String::new(), rest.char_indices().skip(1));
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' => text.extend(chars.next().map(|(_, char)| char)),
            _ if char == quote => {
                *rest = &rest[at + 1..];
                return Ok(text);
            }
            _ => text.push(char),
        }
    }
    Err("a quote is not closed")
}

#[cfg(test)]
mod tests;
