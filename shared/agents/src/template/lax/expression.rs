//! Values and filters as Ruby's Liquid finds them in lax mode: `{{.title}}` has the value `title`, `default('')` is the filter
//! `default`, and what stands between is passed over. Each can be written in two ways: for people, and in the library's grammar.

use super::super::bounds::MAX_DEPTH;
use super::super::runtime::{ANY, INDEX};
use super::super::{Limit, Problem};
use super::words::{fragment, in_brackets, is_name, is_word, keyword, next_fragment, quoted, runs, unquoted, word};
use std::fmt;

/// The words that are values of their own. The library takes a name for one of them that only begins so.
const WORDS: [&str; 6] = ["nil", "null", "empty", "blank", "true", "false"];
/// The library panics at whole numbers with more digits.
const MAX_DIGITS: usize = 18;

/// A value: a text, a number, a word or the path of a variable.
#[derive(Debug)]
pub(super) enum Expression<'s> {
    Text(&'s str),
    Literal(&'s str),
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
    pub(super) value: Expression<'s>,
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
    pub(super) fn read(markup: &'s str) -> Result<Self, Problem> {
        let depth = markup.bytes().scan(0_usize, |depth, byte| {
            *depth = if byte == b'[' { *depth + 1 } else { depth.saturating_sub(usize::from(byte == b']')) };
            Some(*depth)
        });
        match depth.max() {
            Some(depth) if depth > MAX_DEPTH => Err(Problem::Limit(Limit::Nesting)),
            _ => Self::read_shallow(markup),
        }
    }

    /// Reads a value whose brackets are not nested too deeply.
    fn read_shallow(markup: &'s str) -> Result<Self, Problem> {
        let markup = markup.trim();
        if let Some(text) = unquoted(markup) {
            return Ok(Expression::Text(text));
        }
        if is_number(markup) {
            let whole = markup.split('.').next().unwrap_or_default();
            return match whole.trim_start_matches(['+', '-']).len() > MAX_DIGITS {
                true => Err(syntax("a number of over 18 digits; put it in quotes")),
                false => Ok(Expression::Literal(markup)),
            };
        }
        if WORDS.contains(&markup) { Ok(Expression::Literal(markup)) } else { steps(markup).map(Expression::Path) }
    }

    /// The value in the library's grammar.
    pub(super) fn strict(&self) -> String {
        match self {
            Expression::Text(text) => quoted(text),
            Expression::Literal(word) => (*word).to_owned(),
            Expression::Path(steps) => strict_path(steps),
        }
    }
}

fn strict_path(steps: &[Step<'_>]) -> String {
    let Some((first, rest)) = steps.split_first() else { return "nil".to_owned() };
    let first = match first {
        Step::Name(name) if is_plain(name) && !begins_as_word(name) => (*name).to_owned(),
        first => ANY.to_owned() + &first.strict(),
    };
    rest.iter().fold(first, |path, step| path + &step.strict())
}

impl Step<'_> {
    /// The step behind another.
    fn strict(&self) -> String {
        match self {
            Step::Name(name) if is_plain(name) => format!(".{name}"),
            Step::Name(name) => format!("[\"{name}\"]"),
            // An index that is not there must be no error.
            Step::Index(Expression::Path(steps)) => {
                format!("[{INDEX}{}]", steps.iter().map(Step::strict).collect::<String>())
            }
            Step::Index(value) => format!("[{}]", value.strict()),
        }
    }
}

impl fmt::Display for Expression<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expression::Text(text) => f.write_str(&quoted(text)),
            Expression::Literal(word) => f.write_str(word),
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
    pub(super) fn read(markup: &'s str) -> Result<Option<Self>, Problem> {
        let Some((value, rest)) = next_fragment(markup) else { return Ok(None) };
        let value = Expression::read(value)?;
        let filters = rest.split_once('|').map_or("", |(_, filters)| filters);
        let filters = runs(filters).into_iter().filter_map(|run| Filter::read(run).transpose()).collect::<Result<_, _>>()?;
        Ok(Some(Chain { value, filters }))
    }

    /// The chain in the library's grammar, with the filters that are known.
    pub(super) fn strict(&self, knows: impl Fn(&str) -> bool) -> String {
        self.filters.iter().filter(|filter| knows(filter.name)).fold(self.value.strict(), |chain, filter| {
            let arguments = filter.arguments.iter().map(|(name, value)| match name {
                Some(name) => format!("{name}: {}", value.strict()),
                None => value.strict(),
            });
            let arguments = arguments.collect::<Vec<_>>().join(", ");
            format!("{chain} | {}{}{arguments}", filter.name, if arguments.is_empty() { "" } else { ": " })
        })
    }

    /// The chain as a person would write it. Filters that are not known stand as they are.
    pub(super) fn shown(&self, knows: impl Fn(&str) -> bool) -> String {
        self.filters.iter().fold(self.value.to_string(), |chain, filter| {
            let arguments = filter.arguments.iter().map(|(name, value)| match name {
                Some(name) => format!("{name}: {value}"),
                None => value.to_string(),
            });
            let arguments = arguments.collect::<Vec<_>>().join(", ");
            match knows(filter.name) {
                true => format!("{chain} | {}{}{arguments}", filter.name, if arguments.is_empty() { "" } else { ": " }),
                false => format!("{chain} | {}", filter.raw.trim()),
            }
        })
    }
}

impl<'s> Filter<'s> {
    fn read(run: &'s str) -> Result<Option<Self>, Problem> {
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
fn steps(markup: &str) -> Result<Vec<Step<'_>>, Problem> {
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

/// A name that a tag sets, in the library's grammar; none if the grammar has no such name.
pub(super) fn strict_name(name: &str) -> Option<String> {
    let plain = if begins_as_word(name) { format!("{ANY}_{name}") } else { name.to_owned() };
    is_plain(name).then_some(plain)
}

/// Whether a name is one in the library's grammar.
fn is_plain(name: &str) -> bool {
    let starts = |char: char| char.is_ascii_alphabetic() || char == '_';
    name.starts_with(starts) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn begins_as_word(name: &str) -> bool {
    WORDS.iter().any(|word| name.starts_with(word))
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

pub(super) fn syntax(reason: &str) -> Problem {
    Problem::Syntax { line: 1, reason: reason.to_owned() }
}
