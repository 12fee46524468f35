//! The words of which the text of a tag consists, as Ruby's Liquid finds them.

/// The fragment with which a text begins: a text in quotes, or all up to a blank, a comma or a bar outside of quotes.
pub(super) fn fragment(text: &str) -> Option<&str> {
    fragment_to(text, |_| false)
}

/// The fragment with which a text begins, up to a character that ends it outside of quotes.
pub(super) fn fragment_to(text: &str, is_end: impl Fn(char) -> bool) -> Option<&str> {
    let first = text.chars().next().filter(|first| is_quote(*first));
    if let Some(length) = first.and_then(|quote| text[1..].find(quote)) {
        return Some(&text[..length + 2]);
    }
    let mut at = 0;
    while let Some(char) = text[at..].chars().next() {
        at += match char {
            ',' | '|' => break,
            char if char.is_whitespace() || is_end(char) => break,
            quote if is_quote(quote) => match text[at + 1..].find(quote) {
                Some(length) => length + 2,
                None => break,
            },
            char => char.len_utf8(),
        };
    }
    (at > 0).then(|| &text[..at])
}

/// The first fragment of a text, and what follows it.
pub(super) fn next_fragment(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        if let Some(found) = fragment(rest) {
            return Some((found, &rest[found.len()..]));
        }
        rest = &rest[char.len_utf8()..];
    }
    None
}

/// The parts between `|`, outside of quotes.
pub(super) fn runs(text: &str) -> Vec<&str> {
    let (mut found, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(char) = text[at..].chars().next() {
        if char.is_whitespace() || char == ',' {
            at += char.len_utf8();
        } else if let Some(part) = fragment(&text[at..]) {
            at += part.len();
        } else {
            found.push(&text[start..at]);
            at += char.len_utf8();
            start = at;
        }
    }
    found.push(&text[start..]);
    found
}

/// The name before a colon, if what follows it may be a value, and what is behind it.
pub(super) fn keyword(text: &str) -> (Option<&str>, &str) {
    let name = word(text);
    let value = text[name.len()..].trim_start().strip_prefix(':').map(str::trim_start);
    match value {
        Some(value) if !name.is_empty() && fragment(value).is_some() => (Some(name), value),
        _ => (None, text),
    }
}

/// What stands between the bracket with which a text begins and the one that belongs to it.
pub(super) fn in_brackets(text: &str) -> Option<&str> {
    let mut depth = 0;
    let end = text.bytes().position(|byte| {
        depth += i32::from(byte == b'[') - i32::from(byte == b']');
        depth == 0
    })?;
    (end > 1).then(|| &text[1..end])
}

pub(super) fn word(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches(is_word).len()]
}

/// The name with which a text begins, which may have dashes; it may be empty.
pub(super) fn name(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches(is_name).len()]
}

pub(super) fn is_quote(char: char) -> bool {
    matches!(char, '\'' | '"')
}

pub(super) fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

/// Whether a name may have a character. Ruby's names are ASCII; others do no harm.
pub(super) fn is_name(char: char) -> bool {
    char.is_alphanumeric() || char == '_' || char == '-'
}

/// The text between quotes, if a text has them at both ends.
pub(super) fn unquoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|first| is_quote(*first))?;
    text[1..].strip_suffix(quote)
}

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    match text.contains('"') {
        true => format!("'{text}'"),
        false => format!("\"{text}\""),
    }
}
