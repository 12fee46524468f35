//! Sources as Ruby's Liquid reads them in lax mode: what Ruby finds in a tag is made into what is rendered, and what it passes over
//! goes, with a note for whoever wrote it. A source is read once, from its beginning to its end, and nothing that is nested too
//! deeply is made of it.

mod blocks;
mod expression;
mod tags;
#[cfg(test)]
mod tests;
mod words;

use super::bounds::{MAX_DEPTH, MAX_MESSAGE};
use super::values::{Output, Text};
use super::{Limit, Problem, filters};
use expression::Chain;
use liquid_core::{Renderable, Template};
use std::fmt;
use words::is_quote;

/// How far behind the first closing mark the one is looked for that is outside of quotes.
const FAR: usize = 4096;
/// How many notes a template gives.
const MAX_NOTES: usize = 20;

/// What a template means that its writer may not have meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The number of the line, from 1.
    pub line: usize,
    /// What was passed over, or how a tag was read.
    pub message: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// Why a source cannot be read.
enum Fault<'s> {
    /// What is wrong with a part of the source.
    Syntax(&'s str, String),
    Limit(Limit),
}

type Read<'s, T> = Result<T, Fault<'s>>;

impl<'s> Fault<'s> {
    fn new(at: &'s str, reason: &str) -> Self {
        Fault::Syntax(at, reason.to_owned())
    }
}

/// A source that was read.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) template: Template,
    pub(super) notes: Vec<Note>,
    /// The credentials, each once, in the order of their first use.
    pub(super) credentials: Vec<String>,
    /// Whether a credential stands in what becomes a value, where its mark could be broken.
    pub(super) is_captured: bool,
}

/// Reads a source; an error has its line.
pub(super) fn read(source: &str) -> Result<Parsed, Problem> {
    let mut reader = Reader { source, rest: source, ..Reader::default() };
    match reader.elements(&[]) {
        Ok((template, _)) => {
            let Reader { notes, credentials, is_captured, .. } = reader;
            Ok(Parsed { template, notes, credentials, is_captured })
        }
        Err(Fault::Syntax(at, reason)) => Err(Problem::Syntax { line: reader.line(at), reason: shortened(&reason) }),
        Err(Fault::Limit(limit)) => Err(Problem::Limit(limit)),
    }
}

#[derive(Default)]
struct Reader<'s> {
    source: &'s str,
    /// What is not read yet.
    rest: &'s str,
    /// Whether the white space goes with which the rest begins.
    is_trimmed: bool,
    /// How many blocks are open, with the source itself.
    depth: usize,
    /// How many blocks are open whose text becomes a value.
    captures: usize,
    /// How many regular expressions are kept compiled.
    patterns: usize,
    notes: Vec<Note>,
    credentials: Vec<String>,
    is_captured: bool,
}

/// A tag or an output, without its marks.
struct Inside<'s> {
    is_output: bool,
    text: &'s str,
    /// Whether white space before it goes, and behind it.
    trims: (bool, bool),
}

/// A tag's name, and what stands behind it.
struct Tag<'s> {
    name: &'s str,
    markup: &'s str,
}

impl<'s> Tag<'s> {
    fn of(text: &'s str) -> Read<'s, Self> {
        let text = text.trim();
        let (name, markup) = text.split_at(if text.starts_with('#') { 1 } else { words::name(text).len() });
        if name.is_empty() { Err(Fault::new(text, "a tag's name expected")) } else { Ok(Tag { name, markup }) }
    }

    fn fault(&self, reason: &str) -> Fault<'s> {
        Fault::new(self.name, reason)
    }
}

impl<'s> Reader<'s> {
    /// Reads up to the end of the source, or to one of these tags, which it gives.
    fn elements(&mut self, ends: &[&str]) -> Read<'s, (Template, Option<Tag<'s>>)> {
        self.depth += 1;
        if self.depth > MAX_DEPTH + 1 {
            return Err(Fault::Limit(Limit::Nesting));
        }
        let mut found: Vec<Box<dyn Renderable>> = Vec::new();
        let end = loop {
            let (text, rest) = self.rest.split_at(next_open(self.rest).unwrap_or(self.rest.len()));
            let is_trimmed = std::mem::take(&mut self.is_trimmed);
            let inside = if rest.is_empty() { None } else { Some(self.inside(rest)?) };
            let trims = (is_trimmed, inside.as_ref().is_some_and(|inside| inside.trims.0));
            found.extend(made_text(trimmed(text, trims)));
            let Some(inside) = inside else { break None };
            if inside.is_output {
                found.extend(self.output(inside.text)?);
                continue;
            }
            let tag = Tag::of(inside.text)?;
            if ends.contains(&tag.name) {
                break Some(tag);
            }
            found.extend(self.tag(&tag)?);
        };
        self.depth -= 1;
        Ok((Template::new(found), end))
    }

    /// Reads the tag or output with which a text begins; the text goes on to the end of the source.
    fn inside(&mut self, text: &'s str) -> Read<'s, Inside<'s>> {
        let is_output = text.starts_with("{{");
        let close = if is_output { "}}" } else { "%}" };
        let Some(length) = length_to(close, &text[2..]) else {
            return Err(Fault::Syntax(text, format!("`{}` is not closed: `{close}` expected", &text[..2])));
        };
        let (inside, rest) = text[2..].split_at(length);
        let (open, inside) = inside.strip_prefix('-').map_or((false, inside), |inside| (true, inside));
        let (close, inside) = inside.strip_suffix('-').map_or((false, inside), |inside| (true, inside));
        self.rest = &rest[2..];
        self.is_trimmed = close;
        Ok(Inside { is_output, text: inside, trims: (open, close) })
    }

    fn output(&mut self, markup: &'s str) -> Read<'s, Option<Box<dyn Renderable>>> {
        let chain = Chain::read(markup)?;
        self.unknown_filters(chain.as_ref());
        self.passed_over(markup, &chain.as_ref().map_or(String::new(), Chain::to_string));
        let Some(chain) = chain else { return Ok(None) };
        Ok(Some(Box::new(Output(chain.made(&mut self.patterns)?))))
    }

    /// Reads the text of a `raw` block.
    fn raw(&mut self, tag: &Tag<'s>) -> Read<'s, Option<Box<dyn Renderable>>> {
        let Some((end, _)) = tags_of(self.rest).find(|(_, name)| *name == "endraw") else {
            return Err(tag.fault("`{% raw %}` is not closed: `{% endraw %}` expected"));
        };
        let (text, end) = self.rest.split_at(end);
        let is_trimmed = self.is_trimmed;
        let trims = (is_trimmed, self.inside(end)?.trims.0);
        Ok(made_text(trimmed(text, trims)))
    }

    /// Passes over a comment, in which others may stand.
    fn comment(&mut self, tag: &Tag<'s>) -> Read<'s, ()> {
        let mut depth = 1;
        let end = tags_of(self.rest).find_map(|(at, name)| {
            depth += i32::from(name == "comment") - i32::from(name == "endcomment");
            (depth == 0).then_some(at)
        });
        let Some(end) = end else {
            return Err(tag.fault("`{% comment %}` is not closed: `{% endcomment %}` expected"));
        };
        self.inside(&self.rest[end..]).map(drop)
    }

    fn unknown_filters(&mut self, chain: Option<&Chain<'s>>) {
        let unknown = chain.into_iter().flat_map(|chain| &chain.filters).filter(|filter| filters::find(filter.name).is_none());
        for filter in unknown.take(MAX_NOTES) {
            self.note(filter.name, format!("there is no filter `{}`, so it changes nothing", filter.name));
        }
    }

    /// Notes how a tag was read, if that leaves something out.
    fn passed_over(&mut self, markup: &'s str, shown: &str) {
        let squeezed = |text: &str| text.chars().filter(|char| !char.is_whitespace()).map(one_quote).collect::<String>();
        if squeezed(markup) != squeezed(shown) {
            let original: String = markup.trim().chars().take(100).collect();
            let read = if shown.is_empty() { "nothing".to_owned() } else { format!("`{shown:.100}`") };
            self.note(markup.trim_start(), format!("`{original}` is read as {read}"));
        }
    }

    fn note(&mut self, at: &'s str, message: String) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(Note { line: self.line(at), message: shortened(&message) });
        }
    }

    /// The number of the line on which a part of the source begins.
    fn line(&self, part: &'s str) -> usize {
        let before = part.as_ptr().addr().saturating_sub(self.source.as_ptr().addr());
        let before = self.source.as_bytes().get(..before).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }
}

fn made_text(text: &str) -> Option<Box<dyn Renderable>> {
    (!text.is_empty()).then(|| Box::new(Text(text.to_owned())) as Box<dyn Renderable>)
}

/// A text without the white space at its beginning, at its end, or both.
fn trimmed(text: &str, (start, end): (bool, bool)) -> &str {
    let is_blank = |char: char| char.is_ascii_whitespace() || char == '\u{b}';
    let text = if start { text.trim_start_matches(is_blank) } else { text };
    if end { text.trim_end_matches(is_blank) } else { text }
}

/// How far it is to the closing mark. Where quotes are closed, it stands outside of them.
fn length_to(close: &str, text: &str) -> Option<usize> {
    let first = text.find(close)?;
    let near = text.len().min(first + FAR);
    let mut quote = None;
    for (at, char) in text.char_indices().take_while(|(at, _)| *at < near) {
        let here = &text[at..];
        match (quote, char) {
            (Some(open), _) if open == char => quote = None,
            (Some(_), _) => {}
            (None, quoted) if is_quote(quoted) => quote = Some(quoted),
            (None, '{') if here.starts_with("{{") || here.starts_with("{%") => break,
            (None, _) if here.starts_with(close) => return Some(at),
            _ => {}
        }
    }
    // Quotes are not closed, as in `{{ don't }}`.
    next_open(&text[..first]).is_none().then_some(first)
}

/// Where the first tag or output begins.
fn next_open(text: &str) -> Option<usize> {
    text.as_bytes().windows(2).position(|pair| pair == b"{{" || pair == b"{%")
}

/// The tags of a text, in which quotes have no meaning: where each begins, and its name.
fn tags_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("{%").map(|(at, _)| {
        let inside = &text[at + 2..];
        (at, words::name(inside.strip_prefix('-').unwrap_or(inside).trim_start()).trim_end_matches('-'))
    })
}

fn shortened(message: &str) -> String {
    message.chars().take(MAX_MESSAGE).collect()
}

fn one_quote(char: char) -> char {
    if is_quote(char) { '"' } else { char }
}
