//! The filters of our own, beside those of the library:
//!
//! | Filter | |
//! |---|---|
//! | `json` | the value as JSON text |
//! | `as_object` | alone at the end of a text in JSON options (`{{ payload.items \| as_object }}`): the value itself; elsewhere as `json` |
//! | `uri_escape` | percent-encodes all but letters, digits and `-._~` |
//! | `regex_replace: "pattern", "with"` | replaces every match; `$1` or `${name}` stands for a group |
//! | `regex_extract: "pattern", group` | the first match, or its group (a number or a name; 0 by default), or nothing |
//! | `sha256` | the hash in hexadecimal |
//! | `uniq` | the list without repeated items |
//!
//! The library's: abs, append, at_least, at_most, capitalize, ceil, compact, concat, date, default, divided_by, downcase,
//! escape, escape_once, first, floor, join, last, lstrip, map, minus, modulo, newline_to_br, plus, prepend, remove,
//! remove_first, replace, replace_first, reverse, round, rstrip, size, slice, sort, sort_natural, split, strip, strip_html,
//! strip_newlines, times, truncate, truncatewords, upcase, url_decode, url_encode, where.

use super::bounds::{self, MAX_VALUE, State, exceed};
use super::{Limit, node};
use liquid_core::model::{Value, ValueCow, ValueView};
use liquid_core::parser::{Filter, FilterArguments, FilterReflection, Language, ParameterReflection, ParseFilter};
use liquid_core::{Error, Expression, Result, Runtime};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use regex::{Captures, Regex, RegexBuilder};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fmt;

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Bytes of a compiled pattern.
const MAX_PATTERN: usize = 256 * 1024;

/// What a filter is given.
struct Given<'a> {
    input: &'a dyn ValueView,
    arguments: &'a [ValueCow<'a>],
    pattern: Option<&'a Regex>,
    runtime: &'a dyn Runtime,
}

type Run = fn(&Given<'_>) -> Result<Value>;

#[derive(Clone)]
struct Own {
    name: &'static str,
    /// Arguments: at least, at most.
    arity: (usize, usize),
    /// Whether the first argument is a regular expression, compiled when the template is parsed.
    has_pattern: bool,
    run: Run,
}

pub(super) fn register(language: &mut Language) {
    let own = |name, arity, has_pattern, run: Run| Own { name, arity, has_pattern, run };
    for filter in [
        own("json", (0, 0), false, json),
        own("as_object", (0, 0), false, as_object),
        own("uri_escape", (0, 0), false, uri_escape),
        own("regex_replace", (2, 2), true, regex_replace),
        own("regex_extract", (1, 2), true, regex_extract),
        own("sha256", (0, 0), false, sha256),
        own("uniq", (0, 0), false, uniq),
    ] {
        language.filters.register(filter.name.to_owned(), Box::new(filter));
    }
}

fn json(given: &Given<'_>) -> Result<Value> {
    let exact = given.runtime.registers().get_mut::<State>().exact.clone();
    Ok(Value::scalar(node::to_json(given.input, &exact).to_string()))
}

fn as_object(given: &Given<'_>) -> Result<Value> {
    if !given.runtime.registers().get_mut::<State>().wants_value {
        return json(given);
    }
    let size = bounds::weight(given.input);
    let mut state = given.runtime.registers().get_mut::<State>();
    let Some(left) = state.budget.output.checked_sub(size / 2) else {
        state.exceeded = Some(Limit::Output);
        return Ok(Value::Nil);
    };
    state.budget.output = left;
    state.value = Some(node::to_json(given.input, &state.exact));
    Ok(Value::Nil)
}

fn uri_escape(given: &Given<'_>) -> Result<Value> {
    Ok(Value::scalar(utf8_percent_encode(&given.input.to_kstr(), UNRESERVED).to_string()))
}

fn sha256(given: &Given<'_>) -> Result<Value> {
    let hash = Sha256::digest(given.input.to_kstr().as_bytes());
    Ok(Value::scalar(hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
}

/// The library's compares each item with each other.
fn uniq(given: &Given<'_>) -> Result<Value> {
    let array = given.input.as_array().ok_or_else(|| Error::with_msg("uniq needs a list"))?;
    let mut seen = HashSet::new();
    let items = array.values().filter(|item| seen.insert(node::to_json(*item, &HashSet::new()).to_string()));
    Ok(Value::array(items.map(|item| item.to_value())))
}

fn regex_replace(given: &Given<'_>) -> Result<Value> {
    let (Some(pattern), Some(with)) = (given.pattern, given.arguments.get(1)) else {
        return Ok(given.input.to_value());
    };
    let (input, with) = (given.input.to_kstr(), with.to_kstr());
    let mut text = String::new();
    let mut copied = 0;
    for found in pattern.captures_iter(&input) {
        let Some(whole) = found.get(0) else { continue };
        text.push_str(&input[copied..whole.start()]);
        found.expand(&with, &mut text);
        copied = whole.end();
        if text.len() > MAX_VALUE {
            return exceed(given.runtime, Limit::Memory);
        }
    }
    text.push_str(&input[copied..]);
    Ok(Value::scalar(text))
}

fn regex_extract(given: &Given<'_>) -> Result<Value> {
    let input = given.input.to_kstr();
    let Some(found) = given.pattern.and_then(|pattern| pattern.captures(&input)) else {
        return Ok(Value::Nil);
    };
    let group = |found: &Captures<'_>| {
        let Some(group) = given.arguments.get(1) else { return found.get(0).map(|text| text.as_str().to_owned()) };
        let text = match group.as_scalar().and_then(|group| group.to_integer()) {
            Some(number) => found.get(usize::try_from(number).ok()?),
            None => found.name(&group.to_kstr()),
        };
        text.map(|text| text.as_str().to_owned())
    };
    Ok(group(&found).map_or(Value::Nil, Value::scalar))
}

impl FilterReflection for Own {
    fn name(&self) -> &str {
        self.name
    }
    fn description(&self) -> &str {
        self.name
    }
    fn positional_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }
    fn keyword_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }
}

impl ParseFilter for Own {
    fn parse(&self, mut arguments: FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        let expressions: Vec<_> = arguments.positional.collect();
        let (least, most) = self.arity;
        if !(least..=most).contains(&expressions.len()) || arguments.keyword.next().is_some() {
            return Err(Error::with_msg(format!("{} takes {least} to {most} arguments", self.name)));
        }
        let pattern = if self.has_pattern { expressions.first().map(pattern).transpose()? } else { None };
        Ok(Box::new(Call { own: self.clone(), arguments: expressions, pattern }))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self
    }
}

fn pattern(expression: &Expression) -> Result<Regex> {
    let Expression::Literal(text) = expression else {
        return Err(Error::with_msg("a regular expression must be a text in quotes, not a variable"));
    };
    let built = RegexBuilder::new(&text.to_kstr()).size_limit(MAX_PATTERN).dfa_size_limit(MAX_PATTERN).build();
    built.map_err(|error| Error::with_msg(error.to_string().replace('\n', " ")))
}

struct Call {
    own: Own,
    arguments: Vec<Expression>,
    pattern: Option<Regex>,
}

impl Filter for Call {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        bounds::spend(runtime, 1 + bounds::weight(input) / 1024)?;
        let arguments = self.arguments.iter().map(|argument| argument.evaluate(runtime)).collect::<Result<Vec<_>>>()?;
        let pattern = self.pattern.as_ref();
        let result = (self.own.run)(&Given { input, arguments: &arguments, pattern, runtime })?;
        if bounds::weight(&result) > MAX_VALUE { exceed(runtime, Limit::Memory) } else { Ok(result) }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.own.name)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.own.name)
    }
}
