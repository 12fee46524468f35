//! What stands behind the names of tags.

use super::expression::Expression;
use super::words::{fragment, fragment_to, is_name, is_quote, name, next_fragment};
use super::{Fault, Read, Tag};
use crate::template::conditions::{Comparison, Condition, Join, Operator};
use crate::template::loops::{LoopBlock, Source, Turns};
use crate::template::tags::Cycle;
use crate::template::values;
use liquid_core::model::KString;

const NO_NAME: &str = "a variable's name expected";

/// The name of a variable that a tag sets, which is all of a text.
pub(super) fn variable<'s>(tag: &Tag<'s>, text: &'s str) -> Read<'s, KString> {
    let name = text.trim().trim_matches(is_quote);
    match !name.is_empty() && name.chars().all(is_name) {
        true => Ok(KString::from_ref(name)),
        false => Err(tag.fault(NO_NAME)),
    }
}

/// The name of a credential.
pub(super) fn credential<'s>(tag: &Tag<'s>) -> Read<'s, &'s str> {
    let name = tag.markup.trim().trim_matches(is_quote);
    match !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
        true => Ok(name),
        false => Err(tag.fault("a credential's name expected, as in {% credential api_key %}")),
    }
}

/// The one value behind a tag's name, and its text.
pub(super) fn value<'s>(tag: &Tag<'s>) -> Read<'s, (values::Expression, &'s str)> {
    let (text, _) = next_fragment(tag.markup).ok_or_else(|| tag.fault("a value expected"))?;
    Ok((Expression::read(text)?.made(), text))
}

/// Values, of which any may be the case.
pub(super) fn values<'s>(tag: &Tag<'s>) -> Read<'s, Vec<values::Expression>> {
    let (mut found, mut rest) = (Vec::new(), tag.markup);
    while let Some((value, after)) = next_fragment(rest) {
        if found.is_empty() || value != "or" {
            found.push(Expression::read(value)?.made());
        }
        rest = after;
    }
    if found.is_empty() { Err(tag.fault("a value expected")) } else { Ok(found) }
}

pub(super) fn cycle<'s>(tag: &Tag<'s>) -> Read<'s, Cycle> {
    let fault = || tag.fault("values expected, as in {% cycle 'a', 'b' %}");
    let (first, rest) = next_fragment(tag.markup).ok_or_else(fault)?;
    let named = match rest.trim_start().strip_prefix(':') {
        Some(values) => Some((first, values)),
        None => first.strip_suffix(':').map(|group| (group, rest)),
    };
    let (mut found, mut rest) = (Vec::new(), named.map_or(tag.markup, |(_, values)| values));
    while let Some((value, after)) = next_fragment(rest) {
        found.push(Expression::read(value)?);
        rest = after;
    }
    let group = match named {
        Some((group, _)) => Expression::read(group)?.to_string(),
        // Tags with the same values are one group.
        None => found.iter().map(|value| format!("{value},")).collect(),
    };
    if found.is_empty() { Err(fault()) } else { Ok(Cycle { group, values: found.iter().map(Expression::made).collect() }) }
}

/// `item in list`, with what says which of the items.
pub(super) fn turns<'s>(tag: &Tag<'s>, kind: LoopBlock) -> Read<'s, (KString, Turns)> {
    let markup = tag.markup.trim_start();
    let variable = name(markup);
    if variable.is_empty() {
        return Err(tag.fault(NO_NAME));
    }
    let rest = markup[variable.len()..].trim_start().strip_prefix("in");
    let rest = rest.filter(|rest| rest.starts_with(|char: char| char.is_whitespace() || char == '('));
    let rest = rest.ok_or_else(|| tag.fault("`in` expected, as in {% for item in list %}"))?.trim_start();
    let range = rest.strip_prefix('(').and_then(|range| range.split_once(')'));
    let range = range.and_then(|(range, rest)| Some((range.split_once("..")?, rest)));
    let (source, rest) = match range {
        Some(((start, stop), rest)) => (Source::Range(Expression::read(start)?.made(), Expression::read(stop)?.made()), rest),
        None => {
            let list = fragment(rest).ok_or_else(|| tag.fault("a list or a range expected"))?;
            (Source::Values(Expression::read(list)?.made()), &rest[list.len()..])
        }
    };
    Ok((KString::from_ref(variable), which(kind, source, rest)?))
}

/// `reversed`, `limit: 3` and what else says which items a loop takes.
fn which(kind: LoopBlock, source: Source, markup: &str) -> Read<'_, Turns> {
    let mut found = Turns { source, limit: None, offset: None, columns: None, is_reversed: false };
    let mut rest = markup;
    while let Some(char) = rest.chars().next() {
        let word = name(rest);
        if word.is_empty() {
            rest = &rest[char.len_utf8()..];
            continue;
        }
        rest = rest[word.len()..].trim_start();
        let Some(value) = rest.strip_prefix(':').map(str::trim_start) else {
            found.is_reversed |= word == "reversed" && kind == LoopBlock::For;
            continue;
        };
        let text = fragment(value).unwrap_or_default();
        let place = match word {
            "limit" => Some(&mut found.limit),
            "offset" => Some(&mut found.offset),
            "cols" if kind == LoopBlock::TableRow => Some(&mut found.columns),
            _ => None,
        };
        if let Some(place) = place.filter(|_| !text.is_empty()) {
            *place = Some(Expression::read(text)?.made());
        }
        rest = &value[text.len()..];
    }
    Ok(found)
}

/// A part of a condition.
#[derive(Clone, Copy, PartialEq)]
enum Part<'s> {
    Value(&'s str),
    Operator(&'s str),
    Join(Join),
    Stray,
}

/// Conditions, joined by `and` and `or`, and how they are read.
pub(super) fn condition<'s>(tag: &Tag<'s>) -> Read<'s, (Condition, String)> {
    let parts = parts(tag.markup);
    let (mut found, mut shown) = (Vec::new(), String::new());
    let mut joins = parts.iter().filter_map(|part| if let Part::Join(join) = part { Some(*join) } else { None });
    for one in parts.split(|part| matches!(part, Part::Join(_))) {
        let (comparison, text) = comparison(tag, one)?;
        let join = joins.next();
        shown += &text;
        shown += join.map_or("", |join| if join == Join::And { " and " } else { " or " });
        found.push((comparison, join));
    }
    Ok((Condition(found), shown))
}

fn comparison<'s>(tag: &Tag<'s>, parts: &[Part<'s>]) -> Read<'s, (Comparison, String)> {
    let start = parts.iter().position(|part| matches!(part, Part::Value(_)));
    let Some([Part::Value(left), rest @ ..]) = start.map(|start| &parts[start..]) else {
        return Err(tag.fault("a condition expected, like `a == 'b'` or `a contains 'b'`"));
    };
    let left = Expression::read(left)?;
    let [Part::Operator(written), rest @ ..] = rest else {
        return Ok((Comparison { left: left.made(), right: None }, left.to_string()));
    };
    let Some((_, operator)) = Operator::ALL.iter().find(|(text, _)| text == written) else {
        let all = Operator::ALL.map(|(text, _)| text).join(", ");
        return Err(Fault::Syntax(written, format!("`{written}` is no operator; one of {all} expected")));
    };
    let right = if let [Part::Value(right), ..] = rest { Expression::read(right)? } else { Expression::Path(Vec::new()) };
    let shown = format!("{left} {written} {right}");
    Ok((Comparison { left: left.made(), right: Some((*operator, right.made())) }, shown))
}

fn parts(markup: &str) -> Vec<Part<'_>> {
    let (mut found, mut rest) = (Vec::new(), markup);
    while let Some(char) = rest.chars().next() {
        let operator = rest.len() - rest.trim_start_matches(is_operator).len();
        let length = if operator > 0 {
            found.push(Part::Operator(&rest[..operator]));
            operator
        } else if let Some(value) = fragment_to(rest, is_operator) {
            found.push(match value {
                "and" => Part::Join(Join::And),
                "or" => Part::Join(Join::Or),
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

fn is_operator(char: char) -> bool {
    "=!<>".contains(char)
}
