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
use super::values::Expression;
use super::{Limit, error, node};
use crate::pattern::Pattern;
use liquid_core::model::{KStringCow, Value, ValueCow, ValueView};
use liquid_core::{Error, Result, Runtime};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// How many characters of a value an error shows.
const SHOWN: usize = 40;

/// A filter: its name, how many arguments it takes, and what it does.
#[derive(Clone, Copy)]
pub(super) struct Own {
    name: &'static str,
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
        Own { name, least, most, keyword: None, has_pattern: false, run }
    }
}

static ALL: LazyLock<HashMap<&'static str, Own>> = LazyLock::new(|| {
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
    tables.into_iter().flatten().map(|filter| (filter.name, *filter)).collect()
});

/// The filter of a name.
pub(super) fn find(name: &str) -> Option<&'static Own> {
    ALL.get(name)
}

/// The names of all filters.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ALL.keys().copied()
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
fn named(name: &str, error: &Error) -> String {
    format!("{name}: {}", error::message(error))
}

/// The beginning of a value, for errors about values that are short by nature.
fn beginning(text: &str) -> String {
    let more = if text.chars().nth(SHOWN).is_some() { "..." } else { "" };
    text.chars().take(SHOWN).map(|char| if char.is_control() { ' ' } else { char }).collect::<String>() + more
}

impl Own {
    /// A call with these arguments, of which some have names; the error says what is wrong with them.
    pub(super) fn call(&self, arguments: Vec<(Option<&str>, Expression)>) -> std::result::Result<Call, String> {
        let (mut positional, mut keyword) = (Vec::new(), None);
        for (name, value) in arguments {
            match name {
                None => positional.push(value),
                Some(_) if self.keyword == name => keyword = Some(value),
                Some(name) => return Err(format!("{} takes no argument `{name}`", self.name)),
            }
        }
        if !(self.least..=self.most).contains(&positional.len()) {
            let takes = match (self.least, self.most) {
                (least, most) if least == most => most.to_string(),
                (least, most) => format!("{least} to {most}"),
            };
            return Err(format!("{} takes {takes} arguments, not {}", self.name, positional.len()));
        }
        let pattern = positional.first().filter(|_| self.has_pattern).and_then(patterns::fixed).transpose();
        let pattern = pattern.map_err(|error| named(self.name, &error))?;
        Ok(Call { own: *self, arguments: positional, keyword, pattern })
    }
}

/// A filter with its arguments.
pub(super) struct Call {
    own: Own,
    arguments: Vec<Expression>,
    keyword: Option<Expression>,
    /// The compiled expression, if it is a text of the template.
    pub(super) pattern: Option<Arc<Pattern>>,
}

impl Call {
    pub(super) fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        bounds::spend(runtime, 1 + bounds::weight(input) / 1024)?;
        let arguments = self.arguments.iter().map(|argument| argument.evaluate(runtime)).collect::<Result<Vec<_>>>()?;
        let keyword = self.keyword.as_ref().map(|keyword| keyword.evaluate(runtime)).transpose()?;
        let pattern = match (&self.pattern, arguments.first().filter(|_| self.own.has_pattern)) {
            (None, Some(text)) => {
                let compiled = patterns::compiled(&text.to_kstr(), runtime);
                Some(compiled.map_err(|error| Error::with_msg(named(self.own.name, &error)))?)
            }
            (fixed, _) => fixed.clone(),
        };
        let given = Given { name: self.own.name, input, arguments: &arguments, keyword: keyword.as_ref(), pattern, runtime };
        let result = (self.own.run)(&given)?;
        given.check_size(bounds::weight(&result))?;
        Ok(result)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.own.name)
    }
}
