//! Why a template was refused or did not render. The values that it was given are not shown.

use super::{bounds, outputs};
use std::fmt;

/// Why a template was refused or did not render, and where in the options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    path: String,
    problem: Problem,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The source is not Liquid, or uses a tag or filter that does not exist here.
    #[error("line {line}: {reason}")]
    Syntax {
        /// The number of the line, from 1.
        line: usize,
        /// What was found and expected.
        reason: String,
    },
    /// A credential stands where none may stand.
    #[error(
        "`{{% credential {name} %}}` is not allowed here: use it only in options that are sent with an outside call, like `url`, `headers` and `payload` of http_request"
    )]
    CredentialNotAllowed {
        /// The credential's name, as it is written.
        name: String,
    },
    /// The template is too large, or does too much.
    #[error("{0}")]
    Limit(Limit),
    /// A tag or filter does not fit the value that it was given.
    #[error("{0}")]
    Render(String),
}

/// A bound that a template exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// The bound on the source's size.
    #[error("the template is over 64 KB; shorten it")]
    Source,
    /// The bound on blocks, indexes and conditions inside each other.
    #[error("the template nests too deeply; use at most 32 levels of blocks and indexes, and 100 conditions in a chain")]
    Nesting,
    /// The bound on consecutive blanks in the source, which are slow to parse.
    #[error("the template holds over 1,000 blanks in a row; remove some")]
    Blanks,
    /// The bound on a range like `(1..n)`.
    #[error("a range is over 10,000 numbers; make it shorter")]
    Range,
    /// The bound on loop turns, lookups and filter calls of all templates of a scope.
    #[error("the template takes over 100,000 steps, with those before it; loop over less")]
    Steps,
    /// The bound on one search by a regular expression.
    #[error("a search by a regular expression may take too long; give it a shorter text, or repeat less in it")]
    Search,
    /// The bound on time of all templates of a scope.
    #[error("the template takes over 100 ms of a processor, with those before it; loop over less")]
    Time,
    /// The bound on a value that a filter makes, and on all variables together.
    #[error("the template makes values of over 1 MB; build less text in variables")]
    Memory,
    /// The bound on the rendered text; for JSON, on all texts together.
    #[error("the text rendered is over 256 KB; render less")]
    Output,
}

impl TemplateError {
    /// Where in the options the error is, like `headers.Authorization` or `items[2]`; empty for a single template.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What went wrong.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The same error, found below an element of a list.
    pub(super) fn below_index(self, index: usize) -> Self {
        self.below(&format!("[{index}]"))
    }

    /// The same error, found below a key of an object.
    pub(super) fn below_key(self, key: &str) -> Self {
        self.below(&place(key))
    }

    /// The same error, found below this place.
    pub(crate) fn below(&self, place: &str) -> Self {
        TemplateError { path: below(place, &self.path), problem: self.problem.clone() }
    }
}

/// A key as a place in the options.
pub(super) fn place(key: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
    let starts_plain = key.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
    match starts_plain && key.chars().all(is_plain) {
        true => key.to_owned(),
        false => format!("[{}]", serde_json::Value::from(key)),
    }
}

/// A path below a place.
pub(crate) fn below(place: &str, path: &str) -> String {
    let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
    format!("{place}{dot}{path}")
}

impl From<Problem> for TemplateError {
    fn from(problem: Problem) -> Self {
        TemplateError { path: String::new(), problem }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "template: {}", self.problem),
            path => write!(f, "template in `{path}`: {}", self.problem),
        }
    }
}

impl std::error::Error for TemplateError {}

impl Problem {
    /// The number of the line that has the problem, from 1, if it is known.
    pub fn line(&self) -> Option<usize> {
        match self {
            Problem::Syntax { line, .. } => Some(*line),
            Problem::CredentialNotAllowed { .. } | Problem::Limit(_) | Problem::Render(_) => None,
        }
    }

    /// Makes an error of the library's, which gives the place as ` --> line:column` or names the filter.
    pub(super) fn syntax(error: &liquid_core::Error, source: &str) -> Problem {
        let text = error.to_string();
        let details = Details::read(&text);
        let place = text.split_once(" --> ").and_then(|(_, place)| place.split_once(':')?.0.parse().ok());
        let line = place.or_else(|| {
            let name = details.value("filter").or_else(|| details.value("requested filter"))?;
            Some(source[..source.find(name)?].matches('\n').count() + 1)
        });
        // After ` = `, the library lists what it expected, in the words of its own grammar.
        let reason = text.lines().find_map(|line| line.trim_start().strip_prefix("= ")).unwrap_or(details.message);
        Problem::Syntax { line: line.unwrap_or(1), reason: details.explain(reason) }
    }

    /// Makes an error of the library's, without the value that caused it.
    pub(super) fn render(error: &liquid_core::Error) -> Problem {
        let text = error.to_string();
        let details = Details::read(&text);
        Problem::Render(details.explain(details.message))
    }
}

/// The library's error text in parts: a message, and lines of `    key=value`.
struct Details<'t> {
    message: &'t str,
    values: Vec<(&'t str, &'t str)>,
}

impl<'t> Details<'t> {
    fn read(text: &'t str) -> Self {
        let message = text.lines().next().unwrap_or_default().trim_start_matches("liquid:").trim();
        let values = text.lines().filter_map(|line| line.strip_prefix("    ")?.trim_end().split_once('=')).collect();
        Details { message, values }
    }

    fn value(&self, key: &str) -> Option<&'t str> {
        self.values.iter().find(|(found, _)| *found == key).map(|(_, value)| *value)
    }

    /// A message with what was requested and what exists. Our own filters begin their messages with their name. Values of the
    /// payload, like those under `input`, are left out.
    fn explain(&self, message: &str) -> String {
        const SHOWN: [&str; 8] = [
            "requested",
            "requested filter",
            "filter",
            "argument",
            "cause",
            "available filters",
            "available tags",
            "available blocks",
        ];
        let hidden = format!("{}, ", outputs::FILTER);
        let told = |key: &str| self.value(key).filter(|value| key != "filter" || !message.starts_with(value));
        let shown = SHOWN.iter().filter_map(|key| Some(format!("; {key}: {}", told(key)?.replace(&hidden, ""))));
        let text: String = std::iter::once(message.to_owned()).chain(shown).collect();
        text.chars().take(bounds::MAX_MESSAGE).collect()
    }
}
