//! What stands behind the names of tags, written in the library's grammar. A tag that cannot be read stays as it is, so that the
//! library says what is wrong with it.

use super::super::bounds::MAX_CHAIN;
use super::super::{Limit, Problem};
use super::expression::{Chain, Expression, strict_name, syntax};
use super::words::{fragment, is_quote, name, next_fragment, quoted};

const OPERATORS: [&str; 8] = ["==", "!=", "<>", "<", ">", "<=", ">=", "contains"];

/// What was read of a tag: in the library's grammar, and as a person would write it where something may have been passed over.
pub(super) struct Arguments {
    pub(super) strict: String,
    pub(super) shown: Option<String>,
}

impl From<String> for Arguments {
    fn from(strict: String) -> Self {
        Arguments { strict, shown: None }
    }
}

/// Reads what stands behind a tag's name; none where it stays as it is.
pub(super) fn arguments(tag: &str, markup: &str, knows: &impl Fn(&str) -> bool) -> Result<Option<Arguments>, Problem> {
    Ok(match tag {
        "assign" => assign(markup, knows)?,
        "if" | "elsif" | "unless" => Some(condition(markup)?),
        "capture" => strict_name(name(markup.trim().trim_matches(is_quote))).map(Into::into),
        "increment" | "decrement" => strict_name(markup.trim()).map(Into::into),
        "case" => values(markup, 1)?.map(Into::into),
        "when" => values(markup, usize::MAX)?.map(Into::into),
        "cycle" => cycle(markup)?.map(Into::into),
        "for" | "tablerow" => turns(tag, markup)?.map(Into::into),
        "credential" => {
            let name = markup.trim().trim_matches(is_quote);
            let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
            is_name.then(|| quoted(name).into())
        }
        "regex_replace" | "regex_replace_first" => match next_fragment(markup) {
            Some((pattern, _)) => Some(format!("{} in", Expression::read(pattern)?.strict()).into()),
            None => None,
        },
        "else" | "with" | "break" | "continue" | "line_break" | "uuidv4" => Some(String::new().into()),
        end if end.starts_with("end") => Some(String::new().into()),
        _ => None,
    })
}

fn assign(markup: &str, knows: &impl Fn(&str) -> bool) -> Result<Option<Arguments>, Problem> {
    let Some((variable, value)) = markup.split_once('=') else { return Ok(None) };
    let Some(variable) = strict_name(variable.trim()) else { return Ok(None) };
    let strict = |value: String| format!("{variable} = {value}");
    Ok(Chain::read(value)?.map(|chain| Arguments {
        strict: strict(chain.strict(knows)),
        shown: Some(format!("{} = {}", markup.split('=').next().unwrap_or_default().trim(), chain.shown(knows))),
    }))
}

/// Values, of which any may be the case.
fn values(markup: &str, most: usize) -> Result<Option<String>, Problem> {
    let (mut found, mut rest) = (Vec::new(), markup);
    while let Some((value, after)) = next_fragment(rest).filter(|_| found.len() < most) {
        if found.is_empty() || value != "or" {
            found.push(Expression::read(value)?.strict());
        }
        rest = after;
    }
    Ok((!found.is_empty()).then(|| found.join(" or ")))
}

fn cycle(markup: &str) -> Result<Option<String>, Problem> {
    let Some((first, rest)) = next_fragment(markup) else { return Ok(None) };
    let named = match rest.trim_start().strip_prefix(':') {
        Some(values) => Some((first, values)),
        None => first.strip_suffix(':').map(|group| (group, rest)),
    };
    let group = match named {
        Some((group, _)) => match Expression::read(group)? {
            Expression::Text(group) => quoted(group) + ": ",
            group => quoted(&group.to_string()) + ": ",
        },
        None => String::new(),
    };
    let (mut found, mut rest) = (Vec::new(), named.map_or(markup, |(_, values)| values));
    while let Some((value, after)) = next_fragment(rest) {
        found.push(Expression::read(value)?.strict());
        rest = after;
    }
    Ok((!found.is_empty()).then(|| group + &found.join(", ")))
}

/// `item in list`, with what says which of the items.
fn turns(tag: &str, markup: &str) -> Result<Option<String>, Problem> {
    let markup = markup.trim_start();
    let variable = name(markup);
    let Some(rest) = markup[variable.len()..].trim_start().strip_prefix("in") else { return Ok(None) };
    if !rest.starts_with(|char: char| char.is_whitespace() || char == '(') {
        return Ok(None);
    }
    let rest = rest.trim_start();
    let (source, rest) = match rest.strip_prefix('(').and_then(|range| range.split_once(')')) {
        Some((range, rest)) => {
            let Some((start, stop)) = range.split_once("..") else { return Ok(None) };
            (format!("({}..{})", Expression::read(start)?.strict(), Expression::read(stop)?.strict()), rest)
        }
        None => {
            let Some(list) = fragment(rest) else { return Ok(None) };
            (Expression::read(list)?.strict(), &rest[list.len()..])
        }
    };
    let Some(variable) = strict_name(variable) else { return Ok(None) };
    Ok(Some(format!("{variable} in {source}{}", which(tag, rest)?)))
}

/// `reversed`, `limit: 3` and what else says which items a loop takes.
fn which(tag: &str, markup: &str) -> Result<String, Problem> {
    let (mut found, mut rest) = (String::new(), markup);
    while let Some(char) = rest.chars().next() {
        let word = name(rest);
        if word.is_empty() {
            rest = &rest[char.len_utf8()..];
            continue;
        }
        rest = rest[word.len()..].trim_start();
        if let Some(value) = rest.strip_prefix(':').map(str::trim_start) {
            let value_length = fragment(value).map_or(0, str::len);
            let is_known = matches!((word, tag), ("limit" | "offset", _) | ("cols", "tablerow"));
            if is_known && value_length > 0 {
                found += &format!(" {word}: {}", Expression::read(&value[..value_length])?.strict());
            }
            rest = &value[value_length..];
        } else if (word, tag) == ("reversed", "for") {
            found += " reversed";
        }
    }
    Ok(found)
}

/// A part of a condition.
#[derive(Clone, Copy, PartialEq)]
enum Part<'s> {
    Value(&'s str),
    Operator(&'s str),
    /// `and` or `or`.
    Join(&'s str),
    Stray,
}

/// Conditions, joined by `and` and `or`.
fn condition(markup: &str) -> Result<Arguments, Problem> {
    let parts = parts(markup);
    let mut made = Arguments { strict: String::new(), shown: Some(String::new()) };
    let mut add = |strict: &str, shown: &str| {
        made.strict += strict;
        made.shown.get_or_insert_default().push_str(shown);
    };
    let joined = parts.split(|part| matches!(part, Part::Join(_)));
    let mut joins = parts.iter().filter_map(|part| if let Part::Join(word) = part { Some(*word) } else { None });
    for (index, one) in joined.enumerate() {
        if index > MAX_CHAIN {
            return Err(Problem::Limit(Limit::Nesting));
        }
        if let Some(word) = (index > 0).then(|| joins.next()).flatten() {
            add(&format!(" {word} "), &format!(" {word} "));
        }
        let start = one.iter().position(|part| matches!(part, Part::Value(_)));
        let Some([Part::Value(left), rest @ ..]) = start.map(|start| &one[start..]) else {
            return Err(syntax("a condition expected, like `a == 'b'` or `a contains 'b'`"));
        };
        let left = Expression::read(left)?;
        add(&left.strict(), &left.to_string());
        let [Part::Operator(operator), rest @ ..] = rest else { continue };
        if !OPERATORS.contains(operator) {
            return Err(syntax(&format!("`{operator}` is no operator; one of {} expected", OPERATORS.join(", "))));
        }
        let right = if let [Part::Value(right), ..] = rest { Expression::read(right)? } else { Expression::Literal("nil") };
        add(&format!(" {operator} {}", right.strict()), &format!(" {operator} {right}"));
    }
    Ok(made)
}

fn parts(markup: &str) -> Vec<Part<'_>> {
    let (mut found, mut rest) = (Vec::new(), markup);
    while let Some(char) = rest.chars().next() {
        let operator = rest.len() - rest.trim_start_matches(is_operator).len();
        let length = if operator > 0 {
            found.push(Part::Operator(&rest[..operator]));
            operator
        } else if let Some(found_here) = fragment(rest) {
            let value = up_to_operator(found_here);
            found.push(match value {
                "and" | "or" => Part::Join(value),
                "contains" => Part::Operator(value),
                value => Part::Value(value),
            });
            value.len()
        } else {
            if !char.is_whitespace() {
                found.push(Part::Stray);
            }
            char.len_utf8()
        };
        rest = &rest[length..];
    }
    found
}

/// A fragment up to an operator outside of quotes.
fn up_to_operator(fragment: &str) -> &str {
    let mut quote = None;
    let end = fragment.char_indices().find_map(|(at, char)| {
        match quote {
            Some(open) if open == char => quote = None,
            None if is_quote(char) => quote = Some(char),
            _ => {}
        }
        (quote.is_none() && is_operator(char)).then_some(at)
    });
    &fragment[..end.unwrap_or(fragment.len())]
}

fn is_operator(char: char) -> bool {
    "=!<>".contains(char)
}
