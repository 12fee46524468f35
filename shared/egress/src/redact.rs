//! Removing the values of credentials from texts that others wrote, however they wrote the values. Nothing here knows where a
//! text comes from.
//!
//! A text is searched as it is, then with its escapes decoded, then with the escapes in that result decoded, and so on, and at
//! the end without the remaining backslashes. Each round searches also with the lines joined, as base64 is wrapped, and as
//! quoted-printable. It searches for the form that the value itself takes after the same decoding. A match is cut out of the
//! original text, in whole escapes.

mod view;

use crate::escape::escape;
use crate::secret::{Encoding, Secret};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE, Engine};
use memchr::memchr;
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use view::View;

/// The shortest value, in bytes, that is removed from texts. A shorter one occurs in many texts by chance.
pub const MIN_REDACTED_BYTES: usize = 6;

/// Removes the values of some credentials from texts.
pub struct Redactor {
    labels: Vec<String>,
    needles: Vec<Needle>,
}

/// A form in which a value may appear in a text.
struct Needle {
    /// The number of the value's label.
    label: usize,
    search: Search,
}

enum Search {
    /// The folded value, searched for in the folded text.
    Folded(Finder<'static>),
    /// The part of the value's base64 that belongs to the value alone, searched for in the unfolded text. The characters before
    /// and after it may hold some bits of the value, too.
    Base64 { finder: Finder<'static>, before: bool, after: bool },
}

impl Redactor {
    /// Makes a redactor for these credentials, given by name and value. Each value is searched for as it is; in other case; in
    /// escapes of JSON, HTML and URLs, which may be mixed and nested; in UTF-16, hexadecimal digits and quoted-printable; and
    /// within base64 and base64url, wherever lines break. The password in
    /// `user:password`, the token after `Bearer`, and what is in Basic's base64 are searched for in the same way. Values and
    /// parts under [`MIN_REDACTED_BYTES`] are left out.
    pub fn new<'s>(credentials: impl IntoIterator<Item = (&'s str, &'s str)>) -> Redactor {
        let mut redactor = Redactor { labels: Vec::new(), needles: Vec::new() };
        for (label, (name, value)) in credentials.into_iter().enumerate() {
            redactor.labels.push(format!("[credential {name}]"));
            let parts: Vec<_> = parts(value).into_iter().filter(|part| part.len() >= MIN_REDACTED_BYTES).collect();
            let searches = parts.iter().flat_map(|part| folded(part)).chain(parts.iter().flat_map(|part| base64(part)));
            redactor.needles.extend(searches.map(|search| Needle { label, search }));
        }
        redactor
    }

    /// Makes a redactor for the credentials of a call.
    pub(crate) fn of(secrets: &[Secret]) -> Redactor {
        Redactor::new(secrets.iter().map(|secret| (secret.name.as_str(), secret.value.as_str())))
    }

    /// The text with `[credential NAME]` in place of each value. Time and memory are linear in the text's length.
    pub fn redact<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let mut cuts = Cuts::default();
        if !self.needles.is_empty() {
            View::each(text, |view| self.find(view, text.len(), &mut cuts));
        }
        if cuts.0.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(self.cut(text, &cuts)) }
    }

    /// Redacts a text, like [`Redactor::redact`].
    pub fn redact_text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.redact(text.as_bytes())).into_owned()
    }

    /// Whether a value stands in the text.
    pub fn finds(&self, text: &[u8]) -> bool {
        matches!(self.redact(text), Cow::Owned(_))
    }

    /// The length of the longest end of the text with which a value could begin: what follows may complete the value. Values as
    /// they are, in other case, in UTF-16 and in hexadecimal digits are thought of.
    pub(crate) fn unfinished(&self, text: &[u8]) -> usize {
        let folded = self.needles.iter().filter_map(|needle| match &needle.search {
            Search::Folded(finder) => Some(finder.needle()),
            Search::Base64 { .. } => None,
        });
        let folded: Vec<&[u8]> = folded.collect();
        let longest = folded.iter().map(|needle| needle.len() - 1).max().unwrap_or(0).min(text.len());
        let end = fold(&text[text.len() - longest..]);
        let is_beginning = |length: &usize| {
            let end = &end[end.len() - length..];
            folded.iter().any(|needle| needle.len() > *length && needle.starts_with(end))
        };
        (1..=longest).rev().find(is_beginning).unwrap_or(0)
    }

    fn find(&self, view: &View<'_>, length: usize, cuts: &mut Cuts) {
        let folded = fold(&view.bytes);
        let has_nul = memchr(0, &folded).is_some();
        for Needle { label, search } in &self.needles {
            match search {
                // Few texts may hold UTF-16, in which letters have a NUL byte.
                Search::Folded(finder) if !has_nul && finder.needle().contains(&0) => {}
                Search::Base64 { .. } if !view.has_base64 => {}
                Search::Folded(finder) => {
                    for at in finder.find_iter(&folded) {
                        cuts.add(*label, view.in_source(at..at + finder.needle().len()), length);
                    }
                }
                Search::Base64 { finder, before, after } => {
                    let is_base64 = |at: usize| view.bytes.get(at).is_some_and(|byte| is_base64(*byte));
                    for at in finder.find_iter(&view.bytes) {
                        let end = at + finder.needle().len();
                        let start = at - usize::from(*before && at > 0 && is_base64(at - 1));
                        let end = end + usize::from(*after && is_base64(end));
                        cuts.add(*label, view.in_source(start..end), length);
                    }
                }
            }
        }
    }

    /// The text with a label in place of each run of cut bytes. An escape is cut as a whole, because a part of it would be read
    /// as something else.
    fn cut(&self, text: &[u8], cuts: &Cuts) -> Vec<u8> {
        let mut result = Vec::with_capacity(text.len());
        let (mut at, mut last) = (0, None);
        while at < text.len() {
            let length = escape(&text[at..]).map_or(1, |escape| escape.length);
            let cut = cuts.label(at..at + length);
            match cut {
                None => result.extend_from_slice(&text[at..at + length]),
                Some(label) if cut != last => result.extend_from_slice(self.labels[label].as_bytes()),
                Some(_) => {}
            }
            (at, last) = (at + length, cut);
        }
        result
    }
}

/// For each byte of a text, the number of the label that replaces it, plus one; empty as long as there is none. So the memory
/// does not grow with the number of matches.
#[derive(Default)]
struct Cuts(Vec<u16>);

impl Cuts {
    fn add(&mut self, label: usize, range: Range<usize>, length: usize) {
        if self.0.is_empty() {
            self.0 = vec![0; length];
        }
        self.0[range].fill(u16::try_from(label + 1).unwrap_or(u16::MAX));
    }

    fn label(&self, range: Range<usize>) -> Option<usize> {
        self.0[range].iter().find(|mark| **mark > 0).map(|mark| usize::from(*mark) - 1)
    }
}

/// The parts of a value that are secrets by themselves: the whole value, the part after a scheme's name, a password, what follows a URL's
/// host.
fn parts(value: &str) -> Vec<String> {
    let token = value.split_once(' ').filter(|(scheme, _)| ["basic", "bearer", "token"].contains(&&*scheme.to_ascii_lowercase()));
    let token = token.map_or(value, |(_, token)| token.trim());
    let decoded = BASE64_STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = decoded.filter(|text| text.contains(':') && !text.contains(char::is_control));
    let password = |text: &str| text.split_once(':').map(|(_, password)| password.to_owned());
    let passwords = [password(token), decoded.as_deref().and_then(password)];
    // Of a URL that is a secret, the host is none.
    let path = value.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path.to_owned());
    let path = path.filter(|path| path.len() >= MIN_REDACTED_BYTES);
    [value.to_owned(), token.to_owned()].into_iter().chain(passwords.into_iter().flatten()).chain(path).collect()
}

/// Whether all that is a secret in a value is long enough to be taken out of texts.
pub fn is_sought(value: &str) -> bool {
    parts(value).iter().all(|part| part.len() >= MIN_REDACTED_BYTES)
}

/// The value in one case, and the value after each decoding of the escapes that it may contain itself; the value in UTF-16 and in
/// hexadecimal digits.
fn folded(value: &str) -> impl Iterator<Item = Search> {
    let mut needles = BTreeSet::new();
    for text in [value.to_owned(), value.to_lowercase(), value.to_uppercase()] {
        View::each(text.as_bytes(), |view| {
            needles.insert(fold(&view.bytes));
        });
    }
    needles.extend(utf16(value).map(|bytes| fold(&bytes)));
    needles.insert(value.bytes().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect());
    let long_enough = needles.into_iter().filter(|needle| needle.len() >= MIN_REDACTED_BYTES);
    long_enough.map(|needle| Search::Folded(Finder::new(&needle).into_owned()))
}

/// The value within the base64 of something longer, as it is and after the escapes that clients may apply before: in either
/// alphabet, after 3n, 3n + 1 or 3n + 2 other bytes.
fn base64(value: &str) -> impl Iterator<Item = Search> {
    let mut needles = BTreeSet::new();
    for text in [Encoding::Plain, Encoding::Percent, Encoding::Json].map(|encoding| encoding.write(value)) {
        for shift in 0..3 {
            let bytes = [&[0; 2][..shift], text.as_bytes()].concat();
            // A character holds six bits: those at the ends may hold bits of other bytes.
            let whole = (shift * 8).div_ceil(6)..bytes.len() * 8 / 6;
            let (before, after) = (shift > 0, bytes.len() % 3 != 0);
            for engine in [BASE64_STANDARD, BASE64_URL_SAFE] {
                needles.insert((engine.encode(&bytes)[whole.clone()].to_owned(), before, after));
            }
        }
    }
    needles.into_iter().map(|(needle, before, after)| Search::Base64 { finder: Finder::new(&needle).into_owned(), before, after })
}

/// The value in UTF-16, in either order of bytes.
fn utf16(value: &str) -> [Vec<u8>; 2] {
    [u16::to_le_bytes, u16::to_be_bytes].map(|bytes| value.encode_utf16().flat_map(bytes).collect())
}

/// The text in one case; `+`, which is a space in forms, becomes a space.
fn fold(text: &[u8]) -> Vec<u8> {
    text.iter().map(|byte| if *byte == b'+' { b' ' } else { byte.to_ascii_lowercase() }).collect()
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
}
