//! Regular expressions in filters and blocks, as Ruby reads them. One in quotes is compiled when the template is parsed; others are
//! compiled when they are needed, and bounded in length and number.

use super::{Given, Own};
use crate::pattern::Pattern;
use crate::template::Limit;
use crate::template::bounds::{MAX_VALUE, State, exceed, spend};
use crate::template::values::Expression;
use liquid_core::model::{Value, ValueView};
use liquid_core::{Error, Result, Runtime};
use regex::Captures;
use std::sync::Arc;

pub(super) const FILTERS: &[Own] = &[
    Own { has_pattern: true, ..Own::new("regex_extract", 1, 2, regex_extract) },
    Own { has_pattern: true, ..Own::new("regex_replace", 1, 2, |given| replace(given, usize::MAX)) },
    Own { has_pattern: true, ..Own::new("regex_replace_first", 1, 2, |given| replace(given, 1)) },
];

/// The longest expression that is no text of the template, in bytes; and how many of them a template keeps compiled.
const MAX_LENGTH: usize = 1_000;
const MAX_COMPILED: usize = 8;
/// How many steps it takes to compile one.
const STEPS: usize = 1_000;

/// Compiles an expression that stands in the template as a text; none if it does not.
pub(in crate::template) fn fixed(expression: &Expression) -> Option<Result<Arc<Pattern>>> {
    let Expression::Literal(text) = expression else { return None };
    Some(compile(&text.to_kstr()))
}

/// Compiles a text that is known only when the template is rendered.
pub(in crate::template) fn compiled(text: &str, runtime: &dyn Runtime) -> Result<Arc<Pattern>> {
    if let Some(pattern) = runtime.registers().get_mut::<State>().patterns.get(text) {
        return Ok(pattern.clone());
    }
    spend(runtime, STEPS)?;
    if text.len() > MAX_LENGTH {
        return Err(Error::with_msg(format!("a regular expression that is no text in quotes may have {MAX_LENGTH} bytes")));
    }
    let pattern = compile(text)?;
    let mut state = runtime.registers().get_mut::<State>();
    if state.patterns.len() >= MAX_COMPILED {
        state.patterns.clear();
    }
    state.patterns.insert(text.to_owned(), pattern.clone());
    Ok(pattern)
}

fn compile(text: &str) -> Result<Arc<Pattern>> {
    Pattern::of_ruby(text).map(Arc::new).map_err(|error| {
        // The lines before the last one show the expression.
        let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        Error::with_msg(format!("the regular expression cannot be used: {reason}"))
    })
}

/// The text with its first matches replaced by what each gives.
pub(in crate::template) fn replaced(
    input: &str,
    pattern: &Pattern,
    most: usize,
    runtime: &dyn Runtime,
    mut with: impl FnMut(&Captures<'_>, &mut String) -> Result<()>,
) -> Result<String> {
    let mut text = String::new();
    let mut copied = 0;
    let Some(regex) = pattern.to_capture(input) else { return exceed(runtime, Limit::Search) };
    for found in regex.captures_iter(input).take(most) {
        // Each search may read to the end of the text, so that all of them take a time that grows with its square: each looks at the
        // clock.
        spend(runtime, 0)?;
        let Some(whole) = found.get(0) else { continue };
        text.push_str(&input[copied..whole.start()]);
        with(&found, &mut text)?;
        copied = whole.end();
        if text.len() > MAX_VALUE {
            return exceed(runtime, Limit::Memory);
        }
    }
    text.push_str(&input[copied..]);
    Ok(text)
}

fn replace(given: &Given<'_>, most: usize) -> Result<Value> {
    let Some(pattern) = &given.pattern else { return Ok(given.input.to_value()) };
    let (input, with) = (given.text(), given.argument_text(1, ""));
    let with = parts(&with);
    let text = replaced(&input, pattern, most, given.runtime, |found, text| {
        with.iter().for_each(|part| part.write(found, &input, text));
        Ok(())
    })?;
    Ok(Value::scalar(text))
}

/// A part of what stands for a match.
#[derive(Debug, PartialEq)]
enum Part<'s> {
    Text(&'s str),
    Char(char),
    Group(usize),
    Named(&'s str),
    /// What stands before the match, and behind it.
    Before,
    Behind,
    LastGroup,
}

/// Reads a replacement in Ruby's way: `\1`, `\k<name>`, `\0` and `\&` stand for groups, other escapes for characters.
fn parts(text: &str) -> Vec<Part<'_>> {
    let (mut found, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let (plain, escape) = rest.split_at(rest.find('\\').unwrap_or(rest.len()));
        if !plain.is_empty() {
            found.push(Part::Text(plain));
        }
        let Some(escaped) = escape.chars().nth(1) else {
            found.extend((!escape.is_empty()).then_some(Part::Text(escape)));
            break;
        };
        rest = &escape[1 + escaped.len_utf8()..];
        let inside = |open, close| rest.strip_prefix(open).and_then(|rest: &str| rest.split_once(close));
        let (part, behind) = match escaped {
            '0'..='9' => (Part::Group(escaped.to_digit(10).unwrap_or_default() as usize), rest),
            '&' => (Part::Group(0), rest),
            '`' => (Part::Before, rest),
            '\'' => (Part::Behind, rest),
            '+' => (Part::LastGroup, rest),
            'k' => inside('<', '>').map_or((Part::Char('k'), rest), |(name, behind)| (Part::Named(name), behind)),
            'u' => {
                let char = |(digits, behind)| Some((Part::Char(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?), behind));
                inside('{', '}').and_then(char).unwrap_or((Part::Char('u'), rest))
            }
            'a' => (Part::Char('\u{7}'), rest),
            'b' => (Part::Char('\u{8}'), rest),
            'e' => (Part::Char('\u{1b}'), rest),
            'f' => (Part::Char('\u{c}'), rest),
            'n' => (Part::Char('\n'), rest),
            'r' => (Part::Char('\r'), rest),
            's' => (Part::Char(' '), rest),
            't' => (Part::Char('\t'), rest),
            'v' => (Part::Char('\u{b}'), rest),
            char => (Part::Char(char), rest),
        };
        found.push(part);
        rest = behind;
    }
    found
}

impl Part<'_> {
    fn write(&self, found: &Captures<'_>, input: &str, text: &mut String) {
        let whole = found.get(0).map_or(0..0, |whole| whole.range());
        let part = match self {
            Part::Char(char) => return text.push(*char),
            Part::Text(plain) => Some(*plain),
            Part::Group(number) => found.get(*number).map(|group| group.as_str()),
            Part::Named(name) => found.name(name).map(|group| group.as_str()),
            Part::Before => Some(&input[..whole.start]),
            Part::Behind => Some(&input[whole.end..]),
            Part::LastGroup => found.iter().skip(1).flatten().last().map(|group| group.as_str()),
        };
        // Whatever is longer than a value may be is refused after the match.
        if text.len() <= MAX_VALUE {
            text.push_str(part.unwrap_or_default());
        }
    }
}

fn regex_extract(given: &Given<'_>) -> Result<Value> {
    let input = given.text();
    let Some(pattern) = &given.pattern else { return Ok(Value::Nil) };
    let Some(regex) = pattern.to_capture(&input) else { return exceed(given.runtime, Limit::Search) };
    let Some(found) = regex.captures(&input) else { return Ok(Value::Nil) };
    let group = |found: &Captures<'_>| {
        let Some(group) = given.argument(1) else { return found.get(0).map(|text| text.as_str().to_owned()) };
        let text = match group.as_scalar().and_then(|group| group.to_integer()) {
            Some(number) => found.get(usize::try_from(number).ok()?),
            None => found.name(&group.to_kstr()),
        };
        text.map(|text| text.as_str().to_owned())
    };
    Ok(group(&found).map_or(Value::Nil, Value::scalar))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Scope;
    use crate::template::bounds::Budget;
    use crate::template::runtime::Lax;
    use std::time::Duration;

    #[test]
    fn a_replacement_ends_when_its_time_is_over() {
        let (scope, pattern) = (Scope::new(serde_json::Map::new()), Pattern::new("a").unwrap());
        let replace = |time| {
            let runtime = Lax::root(scope.view());
            *runtime.registers().get_mut() = State::new(&Budget::of(time), &scope);
            let with = |_: &Captures<'_>, text: &mut String| {
                text.push('o');
                Ok(())
            };
            replaced("banana", &pattern, usize::MAX, &runtime, with).map_err(|error| error.to_string())
        };
        assert_eq!(replace(Duration::from_secs(60)), Ok("bonono".to_owned()));
        let error = replace(Duration::ZERO).unwrap_err();
        assert!(error.contains(&Limit::Time.to_string()), "{error}");
    }

    #[test]
    fn a_replacement_is_read_as_ruby_reads_it() {
        use Part::{Before, Behind, Char, Group, LastGroup, Named, Text};
        for (text, expected) in [
            (r"aä\1", vec![Text("aä"), Group(1)]),
            (r"\0\&\`\'\+", vec![Group(0), Group(0), Before, Behind, LastGroup]),
            (r"\k<year>\k<", vec![Named("year"), Char('k'), Text("<")]),
            (r"\\n\n\t", vec![Char('\\'), Text("n"), Char('\n'), Char('\t')]),
            (r"\u{e4}\u{zz}", vec![Char('ä'), Char('u'), Text("{zz}")]),
            (r"$1\", vec![Text("$1"), Text("\\")]),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
    }
}
