//! Which mails `email_received` emits: the option `conditions`.

use super::mail::Mail;
use crate::AgentError;
use crate::agent::Problems;
use crate::pattern::{Pattern, Searches};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The most patterns of addresses.
const MOST_GLOBS: usize = 100;

/// An option: conditions, all of which a mail must meet.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConditionOptions {
    /// A regular expression that is found in the subject. What its named groups match is in `matches`.
    subject: Option<String>,
    /// A regular expression that is found in a text of the mail, which is then the `body`. What its named groups match is in `matches`.
    body: Option<String>,
    /// Whom the mail is from: a pattern of the address, like `*@example.com` or `{ann,bo}@*`, or a list of patterns, one of which must match.
    from: Option<Plain>,
    /// Whom the mail is to, in the same way.
    to: Option<Plain>,
    /// Who gets a copy, in the same way.
    cc: Option<Plain>,
    /// Whether the mail is unread.
    pub(super) is_unread: Option<bool>,
    /// Whether the mail has an attachment.
    has_attachment: Option<bool>,
}

/// A text, or a list of texts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "Give a text or a list of texts.")]
pub(super) enum Plain {
    /// One.
    One(String),
    /// A list.
    Many(Vec<String>),
}

impl Plain {
    pub(super) fn list(self) -> Vec<String> {
        match self {
            Plain::One(text) => vec![text],
            Plain::Many(texts) => texts,
        }
    }
}

/// A field with addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    From,
    To,
    Cc,
}

/// The conditions, read.
pub(super) struct Conditions {
    subject: Option<Pattern>,
    body: Option<Pattern>,
    people: Vec<(Field, Vec<Pattern>)>,
    pub(super) is_unread: Option<bool>,
    has_attachment: Option<bool>,
}

/// What a mail is taken for.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Matched {
    /// What named groups matched.
    pub(super) matches: Map<String, Value>,
    /// Which of the mail's texts is the body.
    pub(super) part: usize,
}

impl Conditions {
    /// Reads the option, or notes what is wrong.
    pub(super) fn take(options: ConditionOptions, problems: &mut Problems) -> Option<Conditions> {
        let mut pattern = |field: &str, text: Option<String>| {
            let text = text.filter(|text| !text.trim().is_empty())?;
            problems.take(&format!("conditions.{field}"), Pattern::of_ruby(&text))
        };
        let (subject, body) = (pattern("subject", options.subject), pattern("body", options.body));
        let mut people = Vec::new();
        for (name, field, globs) in
            [("from", Field::From, options.from), ("to", Field::To, options.to), ("cc", Field::Cc, options.cc)]
        {
            let globs = globs.map(Plain::list).unwrap_or_default();
            if globs.len() > MOST_GLOBS {
                problems.add(format!("conditions.{name}"), format!("Give at most {MOST_GLOBS} patterns."));
            }
            let globs = globs.iter().map(|glob| glob.trim()).filter(|glob| !glob.is_empty()).take(MOST_GLOBS);
            let read = |glob: &str| problems.take(&format!("conditions.{name}"), Pattern::new(&of_glob(glob)));
            let globs: Vec<Pattern> = globs.filter_map(read).collect();
            if !globs.is_empty() {
                people.push((field, globs));
            }
        }
        Some(Conditions { subject, body, people, is_unread: options.is_unread, has_attachment: options.has_attachment })
    }

    /// What a mail is taken for; none if it is not wanted. Whether it is unread, its server knows.
    pub(super) fn matched(&self, mail: &Mail<'_>, searches: &mut Searches) -> Result<Option<Matched>, AgentError> {
        let mut matched = Matched::default();
        if self.has_attachment.is_some_and(|has| has != mail.has_attachment()) {
            return Ok(None);
        }
        for (field, globs) in &self.people {
            let mut is_one = false;
            for address in mail.addresses(*field) {
                for glob in globs {
                    is_one = is_one || searches.is_match(glob, &address)?;
                }
            }
            if !is_one {
                return Ok(None);
            }
        }
        if let Some(subject) = &self.subject
            && !find(subject, &mail.subject(), searches, &mut matched.matches)?
        {
            return Ok(None);
        }
        if let Some(body) = &self.body {
            for (part, text) in mail.texts().enumerate() {
                if find(body, text, searches, &mut matched.matches)? {
                    return Ok(Some(Matched { part, ..matched }));
                }
            }
            return Ok(None);
        }
        Ok(Some(matched))
    }
}

/// Looks for an expression, and notes what its named groups match.
fn find(pattern: &Pattern, text: &str, searches: &mut Searches, found: &mut Map<String, Value>) -> Result<bool, AgentError> {
    let Some(captures) = searches.captures(pattern, text)? else { return Ok(false) };
    for name in pattern.group_names().flatten() {
        let value = captures.name(name).map(|group| group.as_str().to_owned());
        found.insert(name.to_owned(), value.into());
    }
    Ok(true)
}

/// The regular expression of a pattern as shells have it: `*`, `?`, `[a-z]`, `[!a]`, `{one,two}`, in any case.
fn of_glob(glob: &str) -> String {
    let (mut made, mut rest, mut depth) = ("(?is)\\A".to_owned(), glob.chars(), 0_usize);
    while let Some(c) = rest.next() {
        match c {
            '*' => made.push_str(".*"),
            '?' => made.push('.'),
            '{' => {
                depth += 1;
                made.push_str("(?:");
            }
            '}' if depth > 0 => {
                depth -= 1;
                made.push(')');
            }
            ',' if depth > 0 => made.push('|'),
            '[' => match rest.as_str().char_indices().skip(1).find(|(_, c)| *c == ']') {
                Some((end, _)) => {
                    let class = &rest.as_str()[..end];
                    let (not, class) = class.strip_prefix(['!', '^']).map_or(("", class), |class| ("^", class));
                    let class = class
                        .replace('\\', "\\\\")
                        .replace('[', "\\[")
                        .replace(']', "\\]")
                        .replace('&', "\\&")
                        .replace('~', "\\~");
                    made.push_str(&format!("[{not}{class}]"));
                    rest = rest.as_str()[end + 1..].chars();
                }
                None => made.push_str("\\["),
            },
            c => made.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    made.extend(std::iter::repeat_n(')', depth));
    made + "\\z"
}

#[cfg(test)]
mod tests {
    use super::of_glob;
    use crate::Pattern;
    use proptest::prelude::*;

    #[test]
    fn addresses_match_as_in_shells() {
        for (glob, yes, no) in [
            ("ann@example.com", &["ANN@example.com"][..], &["xann@example.com", "ann@example.com.org", "ann@exampleXcom"][..]),
            ("*@example.com", &["a@example.com", "@example.com"], &["a@b.example.com"]),
            ("{ann,bo}@*.com", &["bo@x.com"], &["cy@x.com", "bo@x.org"]),
            ("a?c@*", &["abc@x"], &["ac@x"]),
            ("[a-c]*", &["b@x"], &["d@x"]),
            ("[!a-c]*", &["d@x"], &["b@x"]),
            ("a[b", &["a[b"], &["ab"]),
            ("{a,{b,c}", &["c"], &["d"]),
            ("a}b", &["a}b"], &["ab"]),
        ] {
            let pattern = Pattern::new(&of_glob(glob)).unwrap_or_else(|error| panic!("{glob}: {error}"));
            let is = |text: &str| pattern.to_match(text).unwrap().is_match(text);
            assert!(yes.iter().all(|text| is(text)) && !no.iter().any(|text| is(text)), "{glob}");
        }
    }

    proptest! {
        #[test]
        fn what_is_no_pattern_matches_itself(text in "[a-zA-Z0-9@.+()|^$\\\\#&~-]{0,20}") {
            let pattern = Pattern::new(&of_glob(&text)).unwrap();
            prop_assert!(pattern.to_match(&text).unwrap().is_match(&text), "{text}");
        }
    }
}
