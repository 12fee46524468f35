//! What a filter is, and how it is called: each call is a step, the number of arguments is checked when the template is parsed,
//! and the size of the result is limited. The filters themselves are in the files of this folder, by kind; each file has a table
//! of its filters. All filters are our own. They follow Shopify's reference and Huginn's, and an input that they cannot read is an error: it
//! is never returned unchanged. `docs/templates.md` lists the filters for people, with the differences from Shopify's; a test
//! compares that list with this folder.

mod dates;
mod encodings;
mod hashes;
mod html;
mod lists;
mod numbers;
pub(super) mod patterns;
#[cfg(test)]
mod tests;
mod texts;
mod uris;

use super::bounds::{self, MAX_VALUE, State, exceed};
use super::{Limit, node};
use crate::pattern::Pattern;
use liquid_core::model::{KStringCow, Value, ValueCow, ValueView};
use liquid_core::parser::{Filter, FilterArguments, FilterReflection, Language, ParameterReflection, ParseFilter};
use liquid_core::{Error, Expression, Result, Runtime};
use std::fmt;
use std::sync::Arc;

/// How many characters of a value an error shows.
const SHOWN: usize = 40;

/// What the library asks to know about a filter. It only lists filters by it: arguments are checked by the filters themselves.
#[derive(Clone, Copy)]
pub(super) struct Named(pub(super) &'static str);

impl FilterReflection for Named {
    fn name(&self) -> &str {
        self.0
    }
    fn description(&self) -> &str {
        self.0
    }
    fn positional_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }
    fn keyword_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }
}

/// A filter: its name, how many arguments it takes, and what it does.
#[derive(Clone, Copy)]
struct Own {
    named: Named,
    least: usize,
    most: usize,
    /// The one argument that has a name.
    keyword: Option<&'static str>,
    /// Whether the first argument is a regular expression: one in quotes is compiled when the template is parsed.
    has_pattern: bool,
    run: Run,
}

type Run = fn(&Given<'_>) -> Result<Value>;

impl Own {
    /// Describes a filter with at least `least` and at most `most` arguments.
    const fn new(name: &'static str, least: usize, most: usize, run: Run) -> Self {
        Own { named: Named(name), least, most, keyword: None, has_pattern: false, run }
    }
}

pub(super) fn register(language: &mut Language) {
    let tables = [
        dates::FILTERS,
        encodings::FILTERS,
        hashes::FILTERS,
        html::FILTERS,
        lists::FILTERS,
        numbers::FILTERS,
        patterns::FILTERS,
        texts::FILTERS,
        uris::FILTERS,
    ];
    for filter in tables.concat() {
        language.filters.register(filter.named.0.to_owned(), Box::new(filter));
    }
}

/// The input and arguments of a filter.
struct Given<'a> {
    name: &'static str,
    input: &'a dyn ValueView,
    arguments: &'a [ValueCow<'a>],
    keyword: Option<&'a ValueCow<'a>>,
    pattern: Option<Arc<Pattern>>,
    runtime: &'a dyn Runtime,
}

impl Given<'_> {
    fn text(&self) -> KStringCow<'_> {
        self.text_of(self.input)
    }

    /// The text of a value, as an output would be.
    fn text_of<'v>(&self, value: &'v dyn ValueView) -> KStringCow<'v> {
        if value.is_scalar() {
            return value.to_kstr();
        }
        KStringCow::from_string(node::to_text(value, &self.runtime.registers().get_mut::<State>().exact))
    }

    /// An argument, unless it was left out or is nothing.
    fn argument(&self, index: usize) -> Option<&dyn ValueView> {
        self.arguments.get(index).map(ValueCow::as_view).filter(|argument| !argument.is_nil())
    }

    fn argument_text(&self, index: usize, default: &'static str) -> KStringCow<'_> {
        self.argument(index).map_or(KStringCow::from_static(default), |argument| self.text_of(argument))
    }

    /// The argument as a whole number; a blank text is 0. `None` when it was left out.
    fn argument_whole(&self, index: usize) -> Result<Option<i64>> {
        let Some(argument) = self.argument(index) else { return Ok(None) };
        if is_blank(argument) {
            return Ok(Some(0));
        }
        let number = argument.as_scalar().and_then(|number| number.to_integer());
        number.map(Some).ok_or_else(|| self.error(&format!("argument {} must be a whole number", index + 1)))
    }

    fn error(&self, reason: &str) -> Error {
        Error::with_msg(format!("{}: {reason}", self.name))
    }

    /// An error when the filter would build more bytes than a value may have.
    fn check_size(&self, bytes: usize) -> Result<()> {
        if bytes > MAX_VALUE { exceed(self.runtime, Limit::Memory) } else { Ok(()) }
    }

    /// The kind of a value, for errors.
    fn kind(&self, value: &dyn ValueView) -> &'static str {
        match value.type_name() {
            _ if value.is_array() => "a list",
            _ if value.is_object() => "an object",
            _ if self.is_number(value) => "a number",
            "boolean" => "true or false",
            "string" => "a text",
            _ => "nothing",
        }
    }

    fn is_number(&self, value: &dyn ValueView) -> bool {
        let is_exact = || self.runtime.registers().get_mut::<State>().exact.contains(value.to_kstr().as_str());
        node::is_number(value) || (value.type_name() == "string" && is_exact())
    }
}

/// Whether a value is a text of blanks.
pub(super) fn is_blank(value: &dyn ValueView) -> bool {
    value.is_scalar() && value.to_kstr().trim().is_empty()
}

/// The error of a filter.
fn named(name: &str, error: Error) -> Error {
    let text = error.to_string();
    let message = text.lines().next().unwrap_or_default().trim_start_matches("liquid:").trim();
    Error::with_msg(format!("{name}: {message}"))
}

/// The beginning of a value, for errors about values that are short by nature.
fn beginning(text: &str) -> String {
    let more = if text.chars().nth(SHOWN).is_some() { "..." } else { "" };
    text.chars().take(SHOWN).map(|char| if char.is_control() { ' ' } else { char }).collect::<String>() + more
}

impl ParseFilter for Own {
    fn parse(&self, arguments: FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        let positional: Vec<_> = arguments.positional.collect();
        let mut keyword = None;
        for (name, value) in arguments.keyword {
            if self.keyword != Some(name) {
                return Err(Error::with_msg(format!("{} takes no argument `{name}`", self.named.0)));
            }
            keyword = Some(value);
        }
        if !(self.least..=self.most).contains(&positional.len()) {
            let takes = match (self.least, self.most) {
                (least, most) if least == most => most.to_string(),
                (least, most) => format!("{least} to {most}"),
            };
            return Err(Error::with_msg(format!("{} takes {takes} arguments, not {}", self.named.0, positional.len())));
        }
        let pattern = positional.first().filter(|_| self.has_pattern).and_then(patterns::fixed).transpose()?;
        Ok(Box::new(Call { own: *self, arguments: positional, keyword, pattern }))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        &self.named
    }
}

struct Call {
    own: Own,
    arguments: Vec<Expression>,
    keyword: Option<Expression>,
    pattern: Option<Arc<Pattern>>,
}

impl Filter for Call {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        bounds::spend(runtime, 1 + bounds::weight(input) / 1024)?;
        let arguments = self.arguments.iter().map(|argument| argument.evaluate(runtime)).collect::<Result<Vec<_>>>()?;
        let keyword = self.keyword.as_ref().map(|keyword| keyword.evaluate(runtime)).transpose()?;
        let pattern = match (&self.pattern, arguments.first().filter(|_| self.own.has_pattern)) {
            (None, Some(text)) => {
                Some(patterns::compiled(&text.to_kstr(), runtime).map_err(|error| named(self.own.named.0, error))?)
            }
            (fixed, _) => fixed.clone(),
        };
        let given = Given { name: self.own.named.0, input, arguments: &arguments, keyword: keyword.as_ref(), pattern, runtime };
        let result = (self.own.run)(&given)?;
        given.check_size(bounds::weight(&result))?;
        Ok(result)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.own.named.0)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.own.named.0)
    }
}
