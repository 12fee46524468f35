//! Sources as Ruby's Liquid reads them in lax mode, written anew in the grammar of the library: what Ruby finds in a tag stays, and
//! what it passes over goes, with a note for whoever wrote it. Each line of a source stays on its line. Nothing that is nested too
//! deeply, and no number that is too long, gets to the library, which would recurse or panic.
//!
//! Each output gets one more filter, which no user writes (`outputs`).

mod expression;
mod tags;
#[cfg(test)]
mod tests;
mod words;

use super::bounds::{MAX_BLANKS, MAX_CHAIN};
use super::outputs::FILTER;
use super::{LANGUAGE, Limit, Problem};
use expression::{Chain, Expression, syntax};
use std::fmt;
use words::{is_quote, quoted};

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

/// A source in the library's grammar.
#[derive(Debug, Default)]
pub(super) struct Strict {
    pub(super) source: String,
    pub(super) notes: Vec<Note>,
    line: usize,
    elsifs: usize,
}

/// A tag or an output, without its marks.
struct Inside<'s> {
    is_output: bool,
    /// `-` where white space before it goes.
    open: &'s str,
    text: &'s str,
    /// `-` where white space behind it goes.
    close: &'s str,
}

impl Strict {
    /// Reads a source; an error has its line.
    pub(super) fn read(source: &str) -> Result<Strict, Problem> {
        let mut made = Strict { source: String::with_capacity(source.len() * 2), line: 1, ..Strict::default() };
        made.rest(source).map_err(|problem| match problem {
            Problem::Syntax { reason, .. } => Problem::Syntax { line: made.line, reason },
            problem => problem,
        })?;
        Ok(made)
    }

    fn rest(&mut self, source: &str) -> Result<(), Problem> {
        let mut rest = source;
        while let Some(start) = next_open(rest) {
            let (text, inside) = (&rest[..start], &rest[start + 2..]);
            self.text(text);
            let (inside, after) = Inside::read(rest[start..].starts_with("{{"), inside)?;
            rest = if inside.is_output { self.output(&inside).map(|()| after)? } else { self.tag(&inside, after)? };
            self.line += lines(inside.text);
        }
        self.text(rest);
        Ok(())
    }

    fn text(&mut self, text: &str) {
        self.source += text;
        self.line += lines(text);
    }

    fn output(&mut self, inside: &Inside<'_>) -> Result<(), Problem> {
        let chain = Chain::read(inside.text)?;
        let strict = chain.as_ref().map_or("nil".to_owned(), |chain| chain.strict(knows));
        let shown = chain.as_ref().map_or(String::new(), |chain| chain.shown(knows));
        self.unknown_filters(inside.text, chain.as_ref());
        self.passed_over(inside.text, &shown);
        self.write(inside, &format!("{{{{{} {strict} | {FILTER}", inside.open), "}}");
        Ok(())
    }

    /// Writes a tag, and gives what is behind it, or behind its block where that is not Liquid.
    fn tag<'s>(&mut self, inside: &Inside<'s>, after: &'s str) -> Result<&'s str, Problem> {
        let text = inside.text.trim();
        let name = if text.starts_with('#') { "#" } else { words::name(text) };
        let markup = &text[name.len()..];
        match name {
            "" => return Err(syntax("a tag's name expected")),
            "raw" => return self.raw(inside, after),
            "#" => {
                self.write(inside, &format!("{{%{} comment", inside.open), "%}");
                self.source += &format!("{{%{} endcomment {}%}}", inside.open, inside.close);
                return Ok(after);
            }
            "elsif" => self.elsifs += 1,
            _ => {}
        }
        if self.elsifs > MAX_CHAIN {
            return Err(Problem::Limit(Limit::Nesting));
        }
        let arguments = match tags::arguments(name, markup, &knows)? {
            Some(arguments) => {
                if let Some(shown) = &arguments.shown {
                    self.passed_over(markup, shown);
                }
                if name == "assign" {
                    let value = markup.split_once('=').map_or("", |(_, value)| value);
                    self.unknown_filters(value, Chain::read(value)?.as_ref());
                }
                arguments.strict
            }
            None => {
                Expression::read(markup)?;
                markup.split_whitespace().collect::<Vec<_>>().join(" ")
            }
        };
        self.write(inside, &format!("{{%{} {name} {arguments}", inside.open), "%}");
        if name != "comment" {
            return Ok(after);
        }
        // What stands in a comment is not read; its end is a tag as any other.
        let end = end_of_comment(after).unwrap_or(after.len());
        self.lines(lines(&after[..end]));
        self.line += lines(&after[..end]);
        Ok(&after[end..])
    }

    /// Writes the text of a `raw` block as outputs of texts, since the library would read the Liquid in it, and gives what is behind.
    fn raw<'s>(&mut self, inside: &Inside<'s>, after: &'s str) -> Result<&'s str, Problem> {
        let Some((end, _)) = tags_of(after).find(|(_, name)| *name == "endraw") else {
            return Err(syntax("`{% raw %}` is not closed: `{% endraw %}` expected"));
        };
        let (body, end) = after.split_at(end);
        let (closing, behind) = Inside::read(false, &end[2..])?;
        let text = if inside.close.is_empty() { body } else { body.trim_start() };
        let text = if closing.open.is_empty() { text } else { text.trim_end() };
        self.write(&Inside { close: "", ..*inside }, &format!("{{{{{} nil", inside.open), "}}");
        let mut rest = text;
        while !rest.is_empty() {
            // A text ends before the second kind of quotes in it.
            let first = rest.find(is_quote).unwrap_or(rest.len());
            let other = if rest[first..].starts_with('\'') { '"' } else { '\'' };
            let piece = &rest[..rest.find(other).unwrap_or(rest.len())];
            self.source += &format!("{{{{ {} }}}}", quoted(piece));
            rest = &rest[piece.len()..];
        }
        self.write(&Inside { open: "", ..closing }, "{{ nil", "}}");
        self.lines(lines(body) - lines(text));
        self.line += lines(body) + lines(closing.text);
        Ok(behind)
    }

    /// Writes the beginning of a tag and its end, with the lines between them.
    fn write(&mut self, inside: &Inside<'_>, beginning: &str, end: &str) {
        self.source += beginning;
        self.source += " ";
        self.source += &"\n".repeat(lines(inside.text).min(MAX_BLANKS));
        self.source += inside.close;
        self.source += end;
    }

    /// Writes lines that render nothing.
    fn lines(&mut self, count: usize) {
        if count > 0 {
            self.source += &format!("{{{{ nil {}}}}}", "\n".repeat(count.min(MAX_BLANKS)));
        }
    }

    fn unknown_filters(&mut self, markup: &str, chain: Option<&Chain<'_>>) {
        let unknown = chain.into_iter().flat_map(|chain| &chain.filters).filter(|filter| !knows(filter.name));
        for filter in unknown.take(MAX_NOTES) {
            let before = markup.find(filter.name).map_or(0, |at| lines(&markup[..at]));
            self.note(before, format!("there is no filter `{}`, so it changes nothing", filter.name));
        }
    }

    /// Notes how a tag was read, if that leaves something out.
    fn passed_over(&mut self, markup: &str, shown: &str) {
        let squeezed = |text: &str| text.chars().filter(|char| !char.is_whitespace()).map(one_quote).collect::<String>();
        if squeezed(markup) != squeezed(shown) {
            let original: String = markup.trim().chars().take(100).collect();
            let read = if shown.is_empty() { "nothing".to_owned() } else { format!("`{shown:.100}`") };
            self.note(0, format!("`{original}` is read as {read}"));
        }
    }

    fn note(&mut self, lines_below: usize, message: String) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(Note { line: self.line + lines_below, message });
        }
    }
}

impl<'s> Inside<'s> {
    /// Reads what stands behind an opening mark, up to the mark that closes it, and gives what is behind that.
    fn read(is_output: bool, text: &'s str) -> Result<(Self, &'s str), Problem> {
        let close = if is_output { "}}" } else { "%}" };
        let Some(length) = length_to(close, text) else {
            let open = if is_output { "{{" } else { "{%" };
            return Err(syntax(&format!("`{open}` is not closed: `{close}` expected")));
        };
        let (inside, after) = (&text[..length], &text[length + 2..]);
        let (open, inside) = inside.strip_prefix('-').map_or(("", inside), |inside| ("-", inside));
        let (close, inside) = inside.strip_suffix('-').map_or(("", inside), |inside| ("-", inside));
        Ok((Inside { is_output, open, text: inside, close }, after))
    }
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
        (at, words::name(inside.strip_prefix('-').unwrap_or(inside).trim_start()))
    })
}

/// Where the tag stands that ends a comment, in which others may stand.
fn end_of_comment(text: &str) -> Option<usize> {
    let mut depth = 1;
    tags_of(text).find_map(|(at, name)| {
        depth += i32::from(name == "comment") - i32::from(name == "endcomment");
        (depth == 0).then_some(at)
    })
}

fn knows(filter: &str) -> bool {
    LANGUAGE.filters.get(filter).is_some()
}

fn one_quote(char: char) -> char {
    if is_quote(char) { '"' } else { char }
}

fn lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}
