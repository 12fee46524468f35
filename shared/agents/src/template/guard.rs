//! The library's filters, each behind a guard: a call is a step, its result has a cap, and what would overflow, change a
//! number in silence or build gigabytes is refused before it runs.

use super::Limit;
use super::bounds::{self, MAX_VALUE, exceed};
use liquid_core::model::{Value, ValueCow, ValueView};
use liquid_core::parser::{Filter, FilterArguments, FilterReflection, Language, ParseFilter};
use liquid_core::{Error, Expression, Result, Runtime};
use liquid_lib::stdlib;
use std::fmt;

pub(super) fn register(language: &mut Language) {
    let filters: [Box<dyn ParseFilter>; 47] = [
        Box::new(stdlib::Abs),
        Box::new(stdlib::Append),
        Box::new(stdlib::AtLeast),
        Box::new(stdlib::AtMost),
        Box::new(stdlib::Capitalize),
        Box::new(stdlib::Ceil),
        Box::new(stdlib::Compact),
        Box::new(stdlib::Concat),
        Box::new(stdlib::Date),
        Box::new(stdlib::Default),
        Box::new(stdlib::DividedBy),
        Box::new(stdlib::Downcase),
        Box::new(stdlib::Escape),
        Box::new(stdlib::EscapeOnce),
        Box::new(stdlib::First),
        Box::new(stdlib::Floor),
        Box::new(stdlib::Join),
        Box::new(stdlib::Last),
        Box::new(stdlib::Lstrip),
        Box::new(stdlib::Map),
        Box::new(stdlib::Minus),
        Box::new(stdlib::Modulo),
        Box::new(stdlib::NewlineToBr),
        Box::new(stdlib::Plus),
        Box::new(stdlib::Prepend),
        Box::new(stdlib::Remove),
        Box::new(stdlib::RemoveFirst),
        Box::new(stdlib::Replace),
        Box::new(stdlib::ReplaceFirst),
        Box::new(stdlib::Reverse),
        Box::new(stdlib::Round),
        Box::new(stdlib::Rstrip),
        Box::new(stdlib::Size),
        Box::new(stdlib::Slice),
        Box::new(stdlib::Sort),
        Box::new(stdlib::SortNatural),
        Box::new(stdlib::Split),
        Box::new(stdlib::Strip),
        Box::new(stdlib::StripHtml),
        Box::new(stdlib::StripNewlines),
        Box::new(stdlib::Times),
        Box::new(stdlib::Truncate),
        Box::new(stdlib::TruncateWords),
        Box::new(stdlib::Upcase),
        Box::new(stdlib::UrlDecode),
        Box::new(stdlib::UrlEncode),
        Box::new(stdlib::Where),
    ];
    for filter in filters {
        language.filters.register(filter.reflection().name().to_owned(), Box::new(Guard(filter)));
    }
}

#[derive(Clone)]
struct Guard(Box<dyn ParseFilter>);

impl ParseFilter for Guard {
    fn parse(&self, arguments: FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        let positional: Vec<_> = arguments.positional.collect();
        let keyword = arguments.keyword;
        let inner = self.0.parse(FilterArguments { positional: Box::new(positional.clone().into_iter()), keyword })?;
        Ok(Box::new(Guarded { name: self.0.reflection().name().to_owned(), arguments: positional, inner }))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self.0.reflection()
    }
}

#[derive(Debug)]
struct Guarded {
    name: String,
    arguments: Vec<Expression>,
    inner: Box<dyn Filter>,
}

impl fmt::Display for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl Filter for Guarded {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        bounds::spend(runtime, 1 + bounds::weight(input) / 1024)?;
        let arguments = self.arguments.iter().map(|argument| argument.evaluate(runtime)).collect::<Result<Vec<_>>>()?;
        if size(&self.name, input, &arguments) > MAX_VALUE {
            return exceed(runtime, Limit::Memory);
        }
        check(&self.name, input, &arguments)?;
        // The library rounds whole numbers by way of floats, which hold 53 bits.
        let whole = input.as_scalar().and_then(|input| input.to_integer());
        let result = match (self.name.as_str(), whole) {
            ("round" | "ceil" | "floor", Some(number)) => Value::scalar(number),
            _ => self.inner.evaluate(input, runtime)?,
        };
        if result.as_scalar().is_some_and(|result| result.type_name() == "fractional number" && !is_finite(&result)) {
            return Err(Error::with_msg(format!("the result of {} is not a number", self.name)));
        }
        if bounds::weight(&result) > MAX_VALUE { exceed(runtime, Limit::Memory) } else { Ok(result) }
    }
}

fn is_finite(number: &impl ValueView) -> bool {
    number.as_scalar().and_then(|number| number.to_float()).is_some_and(f64::is_finite)
}

/// The bytes that a filter would build, where they are a product and not a sum.
fn size(name: &str, input: &dyn ValueView, arguments: &[ValueCow<'_>]) -> usize {
    let length = |index: usize| arguments.get(index).map_or(0, |argument| argument.to_kstr().len());
    match (name, arguments.first()) {
        ("replace", Some(search)) => {
            let text = input.to_kstr();
            text.len() + text.matches(search.to_kstr().as_str()).count() * length(1)
        }
        ("join", Some(_)) => {
            let items = input.as_array().map_or(0, |array| usize::try_from(array.size()).unwrap_or(0));
            items * length(0)
        }
        ("split", _) => match length(0) {
            0 => input.to_kstr().len() * 16,
            _ => 0,
        },
        _ => 0,
    }
}

/// What would overflow, or change a number or an order in silence.
fn check(name: &str, input: &dyn ValueView, arguments: &[ValueCow<'_>]) -> Result<()> {
    match name {
        "plus" | "minus" | "times" | "divided_by" | "modulo" => arithmetic(name, input, arguments),
        "abs" | "round" | "ceil" | "floor" => {
            let float = input.as_scalar().and_then(|input| input.to_float());
            // Beyond 2^63, give or take, a whole number does not fit.
            if is_long_integer(input) || float.is_some_and(|float| float.abs() >= 9.2e18 && name != "abs") || is_least(input) {
                return Err(too_large(name));
            }
            Ok(())
        }
        "slice" => {
            let fits = |argument: &ValueCow<'_>| {
                argument.as_scalar().and_then(|number| number.to_integer()).is_none_or(|number| i32::try_from(number).is_ok())
            };
            if arguments.iter().all(fits) { Ok(()) } else { Err(too_large(name)) }
        }
        "date" => {
            let format = arguments.first().map(|format| format.to_kstr().into_string()).unwrap_or_default();
            let width = format.as_bytes().chunk_by(|a, b| a.is_ascii_digit() && b.is_ascii_digit()).map(<[u8]>::len).max();
            if format.len() > 256 || width.is_some_and(|digits| digits > 2) {
                return Err(Error::with_msg("a date's format may have 256 characters, and widths of two digits"));
            }
            Ok(())
        }
        "sort" => comparable(input, arguments),
        _ => Ok(()),
    }
}

fn arithmetic(name: &str, input: &dyn ValueView, arguments: &[ValueCow<'_>]) -> Result<()> {
    let Some(operand) = arguments.first() else { return Ok(()) };
    if is_long_integer(input) || is_long_integer(operand.as_view()) {
        return Err(too_large(name));
    }
    let integer = |value: &dyn ValueView| value.as_scalar().and_then(|value| value.to_integer());
    let (Some(a), Some(b)) = (integer(input), integer(operand.as_view())) else { return Ok(()) };
    let fits = match name {
        "plus" => a.checked_add(b).is_some(),
        "minus" => a.checked_sub(b).is_some(),
        "times" => a.checked_mul(b).is_some(),
        // The library tells of a division by zero.
        _ => b == 0 || a.checked_div(b).is_some(),
    };
    if fits { Ok(()) } else { Err(too_large(name)) }
}

fn too_large(name: &str) -> Error {
    Error::with_msg(format!("a number is too large for {name}: 64 bits are the limit"))
}

fn is_least(value: &dyn ValueView) -> bool {
    value.as_scalar().and_then(|value| value.to_integer()) == Some(i64::MIN)
}

/// A whole number beyond 64 bits, which the library would take for a float.
fn is_long_integer(value: &dyn ValueView) -> bool {
    let text = value.to_kstr();
    let digits = text.strip_prefix('-').unwrap_or(&text);
    digits.len() > 18 && digits.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<i64>().is_err()
}

/// Sorting needs an order between any two items, or it may panic.
fn comparable(input: &dyn ValueView, arguments: &[ValueCow<'_>]) -> Result<()> {
    let Some(array) = input.as_array() else { return Ok(()) };
    let property = arguments.first().map(|property| property.to_kstr().into_string());
    let kinds = array.values().filter_map(|item| {
        let item = match &property {
            Some(property) => item.as_object()?.get(property)?,
            None => item,
        };
        (!item.is_nil()).then(|| match (item.as_scalar(), item.type_name()) {
            (Some(_), "whole number" | "fractional number" | "number") if is_finite(&item) => "number",
            (Some(_), kind) => kind,
            (None, _) => "list or object",
        })
    });
    let mut kinds: Vec<_> = kinds.collect();
    kinds.dedup();
    match kinds.as_slice() {
        [] => Ok(()),
        [kind] if *kind != "list or object" => Ok(()),
        _ => Err(Error::with_msg("sort needs values of one kind: all numbers or all texts")),
    }
}
