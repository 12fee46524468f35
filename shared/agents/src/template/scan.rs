//! Sources that are refused before the library reads them, because it would take seconds or recurse too deeply. In doubt, a
//! source is refused.

use super::bounds::{MAX_BLANKS, MAX_CHAIN, MAX_DEPTH, MAX_SOURCE};
use super::{Limit, Problem};

pub(super) fn check(source: &str) -> Result<(), Problem> {
    if source.len() > MAX_SOURCE {
        return Err(Problem::Limit(Limit::Source));
    }
    // From each blank, the library looks ahead over all blanks that follow.
    if source.as_bytes().chunk_by(|a, b| is_blank(*a) && is_blank(*b)).any(|run| run.len() > MAX_BLANKS) {
        return Err(Problem::Limit(Limit::Blanks));
    }
    // The library recurses for each `elsif`, index and condition of a chain. (Blocks are counted during parsing.)
    let mut elsifs = 0;
    for (tag, line) in tags(source) {
        elsifs += usize::from(tag[2..].trim_start_matches(['-', ' ', '\t', '\r', '\n']).starts_with("elsif"));
        if elsifs > MAX_CHAIN || conditions(tag) > MAX_CHAIN || brackets(tag) > MAX_DEPTH {
            return Err(Problem::Limit(Limit::Nesting));
        }
        if has_long_number(tag) {
            let reason = "a number of over 18 digits; put it in quotes".to_owned();
            return Err(Problem::Syntax { line, reason });
        }
    }
    Ok(())
}

/// The text from each `{{` or `{%` to the next, with its line.
fn tags(source: &str) -> impl Iterator<Item = (&str, usize)> {
    let starts = |from: usize| {
        let rest = &source.as_bytes()[from..];
        rest.windows(2).position(|pair| pair == b"{{" || pair == b"{%").map(|at| from + at)
    };
    let mut next = starts(0);
    let (mut line, mut counted) = (1, 0);
    std::iter::from_fn(move || {
        let start = next?;
        line += source[counted..start].matches('\n').count();
        counted = start;
        next = starts(start + 2);
        Some((&source[start..next.unwrap_or(source.len())], line))
    })
}

/// How deep brackets are nested, in quotes or not.
fn brackets(tag: &str) -> usize {
    let mut depth: usize = 0;
    let mut deepest = 0;
    for byte in tag.bytes() {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            b'}' => depth = 0,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn conditions(tag: &str) -> usize {
    let tag = tag.split("%}").next().unwrap_or_default();
    tag.split_ascii_whitespace().filter(|word| matches!(*word, "and" | "or")).count()
}

/// Whether a number outside of quotes is too long.
fn has_long_number(tag: &str) -> bool {
    let mut quote = None;
    let mut digits = 0;
    for byte in tag.bytes() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'}') => return false,
            _ => {}
        }
        digits = if quote.is_none() && byte.is_ascii_digit() { digits + 1 } else { 0 };
        if digits > 18 {
            return true;
        }
    }
    false
}

/// Whether a byte is a blank in the library's grammar.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r')
}
