//! Values and filters as Ruby's Liquid finds them in lax mode: `{{.title}}` has the value `title`, `default('')` is the filter
//! `default`, and what stands between is passed over.

use super::words::{fragment, in_brackets, is_name, is_word, keyword, next_fragment, quoted, runs, unquoted, word};
use super::{Fault, Read};
use crate::template::bounds::MAX_DEPTH;
use crate::template::{Limit, filters, values};
use liquid_core::model::{Scalar, State, Value};
use std::fmt;

/// Whole numbers with more digits may not fit into a number.
const MAX_DIGITS: usize = 18;
/// How many regular expressions in quotes a template may have: each may take 256 KB.
const MAX_PATTERNS: usize = 64;

/// A value: a text, a number or word, or the path of a variable. An empty path is nothing.
#[derive(Debug)]
pub(super) enum Expression<'s> {
    Text(&'s str),
    Literal(&'s str, Value),
    Path(Vec<Step<'s>>),
}

/// One step of a path: `.name` or `[value]`.
#[derive(Debug)]
pub(super) enum Step<'s> {
    Name(&'s str),
    Index(Expression<'s>),
}

/// A value and the filters that it goes through.
#[derive(Debug)]
pub(super) struct Chain<'s> {
    value: Expression<'s>,
    pub(super) filters: Vec<Filter<'s>>,
}

/// A filter with its arguments, of which some have names.
#[derive(Debug)]
pub(super) struct Filter<'s> {
    pub(super) name: &'s str,
    arguments: Vec<(Option<&'s str>, Expression<'s>)>,
    /// The filter as it stands in the source.
    raw: &'s str,
}

impl<'s> Expression<'s> {
    pub(super) fn read(markup: &'s str) -> Read<'s, Self> {
        let depth = markup.bytes().scan(0_usize, |depth, byte| {
            *depth = if byte == b'[' { *depth + 1 } else { depth.saturating_sub(usize::from(byte == b']')) };
            Some(*depth)
        });
        match depth.max() {
            Some(depth) if depth > MAX_DEPTH => Err(Fault::Limit(Limit::Nesting)),
            _ => Self::read_shallow(markup),
        }
    }

    /// Reads a value whose brackets are not nested too deeply.
    fn read_shallow(markup: &'s str) -> Read<'s, Self> {
        let markup = markup.trim();
        let value = match markup {
            "nil" | "null" => Value::Nil,
            "empty" => Value::State(State::Empty),
            "blank" => Value::State(State::Blank),
            "true" => Value::scalar(true),
            "false" => Value::scalar(false),
            text => match (unquoted(text), is_number(text)) {
                (Some(text), _) => return Ok(Expression::Text(text)),
                (None, true) => number(text).ok_or_else(|| Fault::new(text, "a number of over 18 digits; put it in quotes"))?,
                (None, false) => return steps(text).map(Expression::Path),
            },
        };
        Ok(Expression::Literal(markup, value))
    }

    /// The value as it is evaluated.
    pub(super) fn made(&self) -> values::Expression {
        match self {
            Expression::Text(text) => values::Expression::Literal(Value::scalar((*text).to_owned())),
            Expression::Literal(_, value) => values::Expression::Literal(value.clone()),
            Expression::Path(steps) if steps.is_empty() => values::Expression::Literal(Value::Nil),
            Expression::Path(steps) => values::Expression::Path(steps.iter().map(Step::made).collect()),
        }
    }
}

impl Step<'_> {
    fn made(&self) -> values::Step {
        match self {
            Step::Name(name) => values::Step::Name(Scalar::new((*name).to_owned())),
            Step::Index(value) => values::Step::Index(value.made()),
        }
    }
}

impl fmt::Display for Expression<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expression::Text(text) => f.write_str(&quoted(text)),
            Expression::Literal(word, _) => f.write_str(word),
            Expression::Path(steps) if steps.is_empty() => f.write_str("nil"),
            Expression::Path(steps) => steps.iter().enumerate().try_for_each(|(index, step)| match step {
                Step::Name(name) => write!(f, "{}{name}", if index > 0 { "." } else { "" }),
                Step::Index(value) => write!(f, "[{value}]"),
            }),
        }
    }
}

impl<'s> Chain<'s> {
    /// Reads a value with its filters; none where there is no value.
    pub(super) fn read(markup: &'s str) -> Read<'s, Option<Self>> {
        let Some((value, rest)) = next_fragment(markup) else { return Ok(None) };
        let value = Expression::read(value)?;
        let filters = rest.split_once('|').map_or("", |(_, filters)| filters);
        let filters = runs(filters).into_iter().filter_map(|run| Filter::read(run).transpose()).collect::<Result<_, _>>()?;
        Ok(Some(Chain { value, filters }))
    }

    /// The chain as it is evaluated, with the filters that there are. Its regular expressions are counted.
    pub(super) fn made(&self, patterns: &mut usize) -> Read<'s, values::Chain> {
        let call = |filter: &Filter<'s>| {
            let arguments = filter.arguments.iter().map(|(name, value)| (*name, value.made())).collect();
            let call = filters::find(filter.name)?.call(arguments).map_err(|why| Fault::Syntax(filter.name, why));
            Some(call.and_then(|call| count(patterns, call.pattern.is_some(), filter.name).map(|()| call)))
        };
        let filters = self.filters.iter().filter_map(call).collect::<Result<_, _>>()?;
        Ok(values::Chain { value: self.value.made(), filters })
    }
}

/// The chain as a person would write it. Filters that there are not stand as they are.
impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value)?;
        self.filters.iter().try_for_each(|filter| write!(f, " | {filter}"))
    }
}

impl fmt::Display for Filter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if filters::find(self.name).is_none() {
            return f.write_str(self.raw.trim());
        }
        f.write_str(self.name)?;
        self.arguments.iter().enumerate().try_for_each(|(index, (name, value))| {
            f.write_str(if index == 0 { ": " } else { ", " })?;
            name.map_or(Ok(()), |name| write!(f, "{name}: "))?;
            write!(f, "{value}")
        })
    }
}

/// Counts the regular expressions that a template keeps compiled.
pub(super) fn count<'s>(patterns: &mut usize, is_one: bool, at: &'s str) -> Read<'s, ()> {
    *patterns += usize::from(is_one);
    match *patterns > MAX_PATTERNS {
        true => Err(Fault::Syntax(at, format!("a template may have {MAX_PATTERNS} regular expressions in quotes"))),
        false => Ok(()),
    }
}

impl<'s> Filter<'s> {
    fn read(run: &'s str) -> Read<'s, Option<Self>> {
        let Some(start) = run.find(is_word) else { return Ok(None) };
        let name = word(&run[start..]);
        let mut rest = &run[start + name.len()..];
        let mut arguments = Vec::new();
        while let Some(at) = rest.find([':', ',']) {
            rest = rest[at + 1..].trim_start();
            let (key, after) = keyword(rest);
            if let Some(value) = fragment(after) {
                arguments.push((key, Expression::read(value)?));
                rest = &after[value.len()..];
            }
        }
        Ok(Some(Filter { name, arguments, raw: run }))
    }
}

/// The steps of a path: names, and values in brackets. All else is passed over.
fn steps(markup: &str) -> Read<'_, Vec<Step<'_>>> {
    let (mut found, mut rest) = (Vec::new(), markup);
    while let Some(char) = rest.chars().next() {
        let name = rest.trim_start_matches(is_name);
        if name.len() < rest.len() {
            let length = rest.len() - name.len() + usize::from(name.starts_with('?'));
            found.push(Step::Name(&rest[..length]));
            rest = &rest[length..];
        } else if let Some(inside) = (char == '[').then(|| in_brackets(rest)).flatten() {
            found.push(Step::Index(Expression::read_shallow(inside)?));
            rest = &rest[inside.len() + 2..];
        } else {
            rest = &rest[char.len_utf8()..];
        }
    }
    Ok(found)
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The number in a text that is one; none if it is too long.
fn number(text: &str) -> Option<Value> {
    let whole = text.split('.').next().unwrap_or_default();
    if whole.trim_start_matches(['+', '-']).len() > MAX_DIGITS {
        return None;
    }
    text.parse::<i64>().map(Value::scalar).or_else(|_| text.parse::<f64>().map(Value::scalar)).ok()
}
