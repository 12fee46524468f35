//! Why a template was refused or did not render. The values that it was given are not shown.

use super::bounds;
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
    /// The bound on blocks and indexes inside each other.
    #[error("the template nests too deeply; use at most 32 levels of blocks and indexes")]
    Nesting,
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

    /// Makes an error of the library's, without the value that caused it.
    pub(super) fn render(error: &liquid_core::Error) -> Problem {
        Problem::Render(message(error).chars().take(bounds::MAX_MESSAGE).collect())
    }
}

/// What an error of the library's says, without what it lists behind.
pub(super) fn message(error: &liquid_core::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().trim_start_matches("liquid:").trim().to_owned()
}
