//! Regular expressions whose work is bounded: their memory when they are compiled, their time before each search.

use crate::AgentError;
use regex::Regex;
use regex_syntax::hir::{Hir, HirKind};

/// The most memory of one compiled regular expression, in bytes.
const BYTES: usize = 256 * 1024;
/// How much of a search is one step of a template. The whole of its steps is then a search of about half a second at the worst.
const A_STEP: usize = 512;
/// The most steps of all the searches of one delivery, as many as a template has.
const STEPS: usize = 100_000;

/// A compiled regular expression.
#[derive(Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    /// How many characters the expression has when its counted repetitions are written out: a search compares each byte of a text
    /// with so many at the worst.
    length: usize,
}

impl Pattern {
    /// Compiles an expression; the error says what is wrong with the text.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let regex = regex::RegexBuilder::new(text).size_limit(BYTES).dfa_size_limit(BYTES).build();
        let regex = regex.map_err(|error| error.to_string())?;
        let length = regex_syntax::parse(text).map(|hir| length(&hir)).map_err(|error| error.to_string())?;
        Ok(Pattern { regex, length })
    }

    /// How many steps one search of a text takes at most.
    pub(crate) fn steps(&self, text: &str) -> usize {
        self.length.saturating_mul(text.len()) / A_STEP
    }

    /// The expression. Whoever searches with it takes its steps first.
    pub(crate) fn regex(&self) -> &Regex {
        &self.regex
    }
}

fn length(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Capture(group) => 1 + length(&group.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().map(length).fold(0, usize::saturating_add),
        HirKind::Repetition(repeated) => {
            let times = repeated.max.unwrap_or_else(|| repeated.min.saturating_add(1)).max(1);
            length(&repeated.sub).saturating_mul(usize::try_from(times).unwrap_or(usize::MAX))
        }
    }
}

/// The searches of one delivery outside of templates.
pub(crate) struct Searches {
    left: usize,
}

impl Searches {
    /// None was made yet.
    pub(crate) fn new() -> Self {
        Searches { left: STEPS }
    }

    /// Gives the expression for one search of this text. It is an error when all searches together would take too long.
    pub(crate) fn allow<'p>(&mut self, pattern: &'p Pattern, text: &str) -> Result<&'p Regex, AgentError> {
        let left = self.left.checked_sub(pattern.steps(text));
        self.left = left.ok_or_else(|| {
            let message = format!(
                "Searching {} bytes with the regular expression `{:.40}` takes too long: give it a shorter text, or repeat less in it.",
                text.len(),
                pattern.regex.as_str(),
            );
            AgentError::fail("search_too_long", message)
        })?;
        Ok(&pattern.regex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_counts_what_is_repeated() {
        for (text, length) in [
            ("abc", 3),
            (r"\w+@\w+", 5),
            ("(ab){10}", 30),
            ("a{3,}", 4),
            ("((x{10}){10}){10}", 1110),
            ("a|bc|^$", 5),
            ("", 1),
            ("(?:){5000}", 1),
        ] {
            assert_eq!(Pattern::new(text).unwrap().length, length, "{text}");
        }
    }

    #[test]
    fn all_searches_of_a_delivery_together_are_bounded() {
        let (large, small) = (Pattern::new("(?:[ab]?){1700}[xy]").unwrap(), Pattern::new(r"\w+@\w+\.\w+").unwrap());
        let text = "ab".repeat(128 * 1024);
        let mut searches = Searches::new();
        for _ in 0..10 {
            assert!(searches.allow(&small, &text).is_ok());
        }
        let error = searches.allow(&large, &text).unwrap_err();
        assert_eq!((error.code.as_str(), error.retry), ("search_too_long", crate::Retry::Never));
        assert!(searches.allow(&large, &text[..10_000]).is_ok(), "a refused search takes no steps");
        assert!(searches.allow(&large, &text[..20_000]).is_err());
    }
}
