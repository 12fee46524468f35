//! Regular expressions whose work is bounded: their memory when they are compiled, their time before each search.

use crate::{AgentError, processor_time};
use regex::{Captures, Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};
use std::time::Duration;

/// The most memory of one compiled regular expression, in bytes.
const BYTES: usize = 256 * 1024;
/// The most work of one search: how many times a byte of the text is compared with a character of the expression, at the worst. That
/// takes about a second; an ordinary search takes a thousandth of it, since such expressions are compared as a whole.
const WORK: usize = 100_000_000;
/// To note where this many groups matched takes as long as to compare.
const GROUPS: usize = 16;
/// For how long a processor searches for one delivery: after that no search begins.
const TIME: Duration = Duration::from_millis(if cfg!(test) { 10_000 } else { 500 });

/// A compiled regular expression.
#[derive(Debug)]
pub struct Pattern {
    regex: Regex,
    /// How many characters the expression has when its counted repetitions are written out: a search compares each byte of a text
    /// with so many at the worst.
    length: usize,
}

impl Pattern {
    /// Compiles an expression; the error says what is wrong with the text.
    pub fn new(text: &str) -> Result<Self, String> {
        Self::build(text, |builder| builder)
    }

    /// Compiles an expression as Ruby reads it; the error says what is wrong with the text. What this engine cannot do, like looking
    /// around and references to groups, is an error.
    pub fn of_ruby(text: &str) -> Result<Self, String> {
        Self::build(&from_ruby(text), |builder| builder.multi_line(true))
    }

    /// The same, for an expression to which upper and lower case are the same unless it says otherwise.
    pub(crate) fn of_ruby_in_any_case(text: &str) -> Result<Self, String> {
        Self::build(&from_ruby(text), |builder| builder.multi_line(true).case_insensitive(true))
    }

    fn build(text: &str, set: impl FnOnce(&mut RegexBuilder) -> &mut RegexBuilder) -> Result<Self, String> {
        let regex = set(RegexBuilder::new(text).size_limit(BYTES).dfa_size_limit(BYTES)).build();
        let regex = regex.map_err(|error| error.to_string())?;
        let length = regex_syntax::parse(text).map(|hir| length(&hir)).map_err(|error| error.to_string())?;
        Ok(Pattern { regex, length })
    }

    /// The expression, for a search of a text in which it is only asked whether it matches; none if that may take too long.
    pub fn to_match(&self, text: &str) -> Option<&Regex> {
        (self.work(text) <= WORK).then_some(&self.regex)
    }

    /// The expression, for a search of a text in which groups are asked for; none if that may take too long.
    pub fn to_capture(&self, text: &str) -> Option<&Regex> {
        let work = self.work(text);
        let groups = self.regex.captures_len() - 1;
        (work.saturating_add(work.saturating_mul(groups) / GROUPS) <= WORK).then_some(&self.regex)
    }

    /// The names of its groups, from the whole match on.
    pub(crate) fn group_names(&self) -> impl Iterator<Item = Option<&str>> {
        self.regex.capture_names()
    }

    /// Whether it has a group with this number or name.
    pub(crate) fn has_group(&self, group: &Result<usize, String>) -> bool {
        match group {
            Ok(number) => *number < self.regex.captures_len(),
            Err(name) => self.group_names().flatten().any(|known| known == name),
        }
    }

    fn work(&self, text: &str) -> usize {
        self.length.saturating_mul(text.len())
    }
}

/// An expression of Ruby in this engine's language, where that has other words for the same: `(?m)` lets a dot match line breaks, `\h` is
/// a hexadecimal digit, and a `{` that begins no repetition stands for itself.
fn from_ruby(text: &str) -> String {
    let (mut made, mut rest, mut classes) = (String::with_capacity(text.len()), text, 0_usize);
    while let Some(char) = rest.chars().next() {
        let (written, length): (&str, usize) = match rest.as_bytes() {
            [b'\\', b'h', ..] if classes > 0 => ("0-9A-Fa-f", 2),
            [b'\\', b'h', ..] => ("[0-9A-Fa-f]", 2),
            [b'\\', b'H', ..] => ("[^0-9A-Fa-f]", 2),
            [b'\\', b'Z', ..] => (r"(?:\n?\z)", 2),
            [b'\\', b'e', ..] => (r"\x1b", 2),
            [b'\\', b'<', ..] => ("<", 2),
            [b'\\', b'>', ..] => (">", 2),
            // The braces of `\p{..}`, `\x{..}` and `\u{..}` belong to their escape.
            [b'\\', b'p' | b'P' | b'x' | b'u', b'{', ..] => {
                let length = rest.find('}').map_or(rest.len(), |end| end + 1);
                (&rest[..length], length)
            }
            [b'\\', ..] => {
                let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                (&rest[..length], length)
            }
            [b'[', ..] => {
                classes += 1;
                ("[", 1)
            }
            [b']', ..] => {
                classes = classes.saturating_sub(1);
                ("]", 1)
            }
            [b'{', ..] if classes == 0 && !is_repetition(rest) => (r"\{", 1),
            [b'(', b'?', ..] if classes == 0 => {
                let flags = 2 + rest[2..].bytes().take_while(|byte| b"mix-".contains(byte)).count();
                if rest[flags..].starts_with([')', ':']) {
                    made.push_str(&rest[..flags].replace('m', "s"));
                    rest = &rest[flags..];
                    continue;
                }
                ("(?", 2)
            }
            _ => (&rest[..char.len_utf8()], char.len_utf8()),
        };
        made.push_str(written);
        rest = &rest[length..];
    }
    made
}

/// Whether a text begins with a counted repetition, like `{2}` or `{2,}`.
fn is_repetition(text: &str) -> bool {
    let counts = text[1..].split('}').next().filter(|counts| text.len() > counts.len() + 1);
    counts.is_some_and(|counts| {
        counts.bytes().any(|byte| byte.is_ascii_digit())
            && counts.bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
            && counts.matches(',').count() < 2
    })
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

/// The searches of one delivery outside of templates, or of one call of a tool.
#[derive(Default)]
pub struct Searches {
    /// The processor time of this thread at which the time is over, once a search was made.
    over_at: Option<Duration>,
}

impl Searches {
    /// Whether the expression matches somewhere in the text. It is an error if that may take too long, by itself or with the searches
    /// before.
    pub fn is_match(&mut self, pattern: &Pattern, text: &str) -> Result<bool, AgentError> {
        self.begin()?;
        Ok(pattern.to_match(text).ok_or_else(|| too_long(pattern, text))?.is_match(text))
    }

    /// The groups of the first match. Errors are those of [`Searches::is_match`].
    pub fn captures<'t>(&mut self, pattern: &Pattern, text: &'t str) -> Result<Option<Captures<'t>>, AgentError> {
        self.begin()?;
        Ok(pattern.to_capture(text).ok_or_else(|| too_long(pattern, text))?.captures(text))
    }

    /// A group of all matches, one after the other; none if there are more than so many.
    pub(crate) fn all(
        &mut self,
        pattern: &Pattern,
        group: &Result<usize, String>,
        text: &str,
        most: usize,
    ) -> Result<Option<Vec<Option<String>>>, AgentError> {
        self.begin()?;
        let regex = pattern.to_capture(text).ok_or_else(|| too_long(pattern, text))?;
        let mut found = Vec::new();
        for captures in regex.captures_iter(text) {
            self.begin()?;
            let matched = match group {
                Ok(number) => captures.get(*number),
                Err(name) => captures.name(name),
            };
            found.push(matched.map(|matched| matched.as_str().to_owned()));
            if found.len() > most {
                return Ok(None);
            }
        }
        Ok(Some(found))
    }

    fn begin(&mut self) -> Result<(), AgentError> {
        let now = processor_time();
        match *self.over_at.get_or_insert(now + TIME) > now {
            true => Ok(()),
            false => {
                let message = "The searches by regular expressions take too long together: search shorter texts, or split them over agents.";
                Err(AgentError::fail("search_too_long", message))
            }
        }
    }
}

fn too_long(pattern: &Pattern, text: &str) -> AgentError {
    let message = format!(
        "Searching {} bytes with the regular expression `{:.40}` may take too long: give it a shorter text, or repeat less in it.",
        text.len(),
        pattern.regex.as_str(),
    );
    AgentError::fail("search_too_long", message)
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
    fn a_search_is_bounded_by_the_expression_times_the_text() {
        let (text, mut searches) = ("ab".repeat(128 * 1024), Searches::default());
        let words = "urgent|invoice|reminder|payment|overdue|balance|account|refund|cancel|contract|complaint|delivery|broken|missing|late|wrong|damaged|return|exchange|warranty|support|escalate|manager|legal";
        for ordinary in [words, r"(?i)\bword\b", r"\w+@\w+\.\w+", r".{0,100}error.{0,100}"] {
            let ordinary = Pattern::new(ordinary).unwrap();
            for _ in 0..100 {
                assert!(!searches.is_match(&ordinary, &text[..100_000]).unwrap());
            }
        }
        assert!(!searches.is_match(&Pattern::new(words).unwrap(), &text).unwrap());
        let large = Pattern::new("(?:[ab]?){1700}[xy]").unwrap();
        let error = searches.is_match(&large, &text).unwrap_err();
        assert_eq!((error.code.as_str(), error.retry), ("search_too_long", crate::Retry::Never));
        assert!(large.to_match(&text[..50_000]).is_some() && large.to_match(&text[..60_000]).is_none());
    }

    #[test]
    fn an_expression_of_ruby_means_the_same() {
        let is_match = |pattern: &str, text: &str| Pattern::of_ruby(pattern).unwrap().to_match(text).unwrap().is_match(text);
        for (pattern, text) in [
            ("^b$", "a\nb\nc"),
            ("(?m)a.c", "a\nc"),
            ("(?m:a.)c", "a\nc"),
            ("(?mi-x)A.c", "a\nc"),
            (r"\Aa\Z", "a\n"),
            (r"^\h+$", "12ef"),
            (r"^[\h_]+$", "12_ef"),
            (r"^\H$", "g"),
            (r"\/\-\<a\>\#", "/-<a>#"),
            (r"{{ \d{2,} }}", "{{ 12 }}"),
            ("a{x", "a{x"),
            (r"\p{Lu}\u{e4}[[:alpha:]]", "Ääa"),
            ("(?<year>\\d{4})", "in 2026"),
        ] {
            assert!(is_match(pattern, text), "{pattern}");
        }
        for (pattern, text) in [("a.c", "a\nc"), (r"\Ab", "a\nb"), (r"^\H$", "f"), (r"a\Z", "a\nb"), ("A", "a")] {
            assert!(!is_match(pattern, text), "{pattern}");
        }
        for pattern in ["(?=a)", "(?<!a)b", r"(a)\1", "(", "[", "{", "(?", "\\", "a{99999}"] {
            drop(Pattern::of_ruby(pattern).map(|_| assert_eq!(pattern, "{")));
        }
    }

    #[test]
    fn groups_make_a_search_longer() {
        let (few, many) = (Pattern::new("(a?)(b)").unwrap(), Pattern::new(&"(a)?".repeat(1200)).unwrap());
        let text = "a".repeat(100_000);
        assert!(few.to_capture(&text).is_some() && many.to_match(&text[..40_000]).is_some());
        assert!(many.to_capture(&text[..1_000]).is_none() == (2_400 * 1_000 * (16 + 1_200) / 16 > WORK));
        assert!(many.to_capture(&text[..2_000]).is_none());
    }

    #[test]
    fn no_search_begins_when_the_time_is_over() {
        let (pattern, mut searches) = (Pattern::new("a").unwrap(), Searches { over_at: Some(Duration::ZERO) });
        assert_eq!(searches.is_match(&pattern, "a").unwrap_err().code, "search_too_long");
        assert_eq!(searches.captures(&pattern, "a").unwrap_err().code, "search_too_long");
        assert!(Searches::default().captures(&pattern, "bab").unwrap().is_some());
    }
}
