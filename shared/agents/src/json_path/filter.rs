//! Filters of JSONPath: `?(@.price < 10 && @.title =~ /tea/i)`. They compare, and know `&&` and `||`, the first of which binds closer.

use super::{JsonPath, quoted, steps};
use crate::AgentError;
use crate::compare::{order, same};
use crate::pattern::{Pattern, Searches};
use serde_json::Value;
use std::cmp::Ordering;

/// A filter: one of these lists must hold, and all of its tests.
#[derive(Debug)]
pub(super) struct Filter(Vec<Vec<Test>>);

#[derive(Debug)]
struct Test {
    is_not: bool,
    path: JsonPath,
    compared: Option<Compared>,
}

#[derive(Debug)]
enum Compared {
    With(Operator, Value),
    Matching(Pattern),
}

#[derive(Clone, Copy, Debug)]
enum Operator {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

const OPERATORS: [(&str, Operator); 6] = [
    ("==", Operator::Eq),
    ("!=", Operator::Ne),
    ("<=", Operator::Le),
    (">=", Operator::Ge),
    ("<", Operator::Lt),
    (">", Operator::Gt),
];
const WRONG: &str = "a filter is written like `?(@.price < 10)`";

impl Filter {
    /// Reads what follows a `?`.
    pub(super) fn parse(rest: &mut &str) -> Result<Self, &'static str> {
        *rest = rest.trim_start();
        let inner = rest.strip_prefix('(');
        *rest = inner.unwrap_or(rest);
        let mut any = vec![vec![Test::parse(rest)?]];
        loop {
            *rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix("||") {
                *rest = after;
                any.push(vec![Test::parse(rest)?]);
            } else if let (Some(after), Some(all)) = (rest.strip_prefix("&&"), any.last_mut()) {
                *rest = after;
                all.push(Test::parse(rest)?);
            } else if inner.is_some() {
                *rest = rest.strip_prefix(')').ok_or(WRONG)?;
                return Ok(Filter(any));
            } else {
                return Ok(Filter(any));
            }
        }
    }

    /// Whether the filter holds for a value.
    pub(super) fn holds(&self, value: &Value, visits: &mut usize) -> Result<bool, AgentError> {
        for all in &self.0 {
            let mut hold = true;
            for test in all {
                hold = hold && test.holds(value, visits)?;
            }
            if hold {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Test {
    fn parse(rest: &mut &str) -> Result<Self, &'static str> {
        *rest = rest.trim_start();
        let positive = rest.strip_prefix('!');
        let after = positive.unwrap_or(rest).trim_start().strip_prefix('@').ok_or(WRONG)?;
        let path = JsonPath(steps(after, false, rest)?);
        *rest = rest.trim_start();
        let operator = OPERATORS.iter().find(|(text, _)| rest.starts_with(text));
        let compared = if let Some((text, operator)) = operator {
            *rest = rest[text.len()..].trim_start();
            Some(Compared::With(*operator, literal(rest)?))
        } else if let Some(after) = rest.strip_prefix("=~") {
            let pattern = after.trim_start().strip_prefix('/').ok_or(WRONG)?;
            let end = pattern.find('/').ok_or(WRONG)?;
            let flags = pattern[end + 1..].strip_prefix('i');
            *rest = flags.unwrap_or(&pattern[end + 1..]);
            let read = if flags.is_some() { Pattern::of_ruby_in_any_case } else { Pattern::of_ruby };
            Some(Compared::Matching(read(&pattern[..end]).map_err(|_| "a filter has a regular expression that cannot be read")?))
        } else {
            None
        };
        Ok(Test { is_not: positive.is_some(), path, compared })
    }

    fn holds(&self, value: &Value, visits: &mut usize) -> Result<bool, AgentError> {
        let found = self.path.within(value, visits)?;
        let holds = match (&self.compared, found.first()) {
            (None, found) => found.is_some_and(|found| !found.is_null() && **found != Value::Bool(false)),
            (Some(Compared::With(operator, expected)), found) => operator.holds(found.copied().unwrap_or(&Value::Null), expected),
            (Some(Compared::Matching(pattern)), Some(Value::String(text))) => Searches::default().is_match(pattern, text)?,
            (Some(Compared::Matching(_)), _) => false,
        };
        Ok(holds != self.is_not)
    }
}

impl Operator {
    fn holds(self, value: &Value, expected: &Value) -> bool {
        let order = order(value, expected);
        match self {
            Operator::Eq => same(value, expected),
            Operator::Ne => !same(value, expected),
            Operator::Lt => order == Some(Ordering::Less),
            Operator::Le => order.is_some_and(Ordering::is_le),
            Operator::Gt => order == Some(Ordering::Greater),
            Operator::Ge => order.is_some_and(Ordering::is_ge),
        }
    }
}

/// Reads a text in quotes, a number, `true`, `false` or `null`.
fn literal(rest: &mut &str) -> Result<Value, &'static str> {
    if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
        return Ok(Value::String(quoted(rest, quote)?));
    }
    let end = rest.find([')', '&', '|', ']', ' ', ',']).unwrap_or(rest.len());
    let value = if &rest[..end] == "nil" { Value::Null } else { serde_json::from_str(&rest[..end]).map_err(|_| WRONG)? };
    *rest = &rest[end..];
    Ok(value)
}
