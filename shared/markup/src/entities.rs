//! What stands for characters in markup: `&amp;`, `&#228;`, `&auml;`.

use html5gum::{Token, Tokenizer};
use std::borrow::Cow;

/// The longest name between `&` and `;`.
const LONGEST: usize = 32;

/// A text without entities. What is none stays as it is.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    let (mut made, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('&') {
        made.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(LONGEST).position(|byte| byte == b';');
        match end.and_then(|end| Some((end, meant(&rest[1..end])?))) {
            Some((end, chars)) => {
                made.push_str(&chars);
                rest = &rest[end + 1..];
            }
            None => {
                made.push('&');
                rest = &rest[1..];
            }
        }
    }
    (made + rest).into()
}

/// What a name or number between `&` and `;` stands for.
pub(crate) fn meant(name: &str) -> Option<Cow<'static, str>> {
    match name {
        "amp" => return Some("&".into()),
        "lt" => return Some("<".into()),
        "gt" => return Some(">".into()),
        "quot" => return Some("\"".into()),
        "apos" => return Some("'".into()),
        _ => {}
    }
    let digits = name.strip_prefix('#').map_or((name, true), |digits| (digits, false));
    if digits.0.is_empty() || !digits.0.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    // The tokenizer has the names of HTML, and knows which numbers are no characters.
    let written = format!("&{name};");
    let mut made = String::new();
    for token in Tokenizer::new(&written) {
        match token {
            Ok(Token::String(text)) => made.push_str(&String::from_utf8_lossy(&text)),
            Ok(Token::Error(_)) => {}
            _ => return None,
        }
    }
    // Some names are the beginning of others, and mean a character also without `;`: then more than that is left.
    (!made.starts_with('&') && made.chars().count() <= 2).then_some(made.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_characters() {
        for (text, expected) in [
            ("a &amp; b &lt;&gt;&quot;&apos;", "a & b <>\"'"),
            ("&#228;&#xe4;&auml;&nbsp;&hellip;", "äää\u{a0}…"),
            ("& &; &x &nothing; &amp", "& &; &x &nothing; &amp"),
            ("&#0;&#x110000;", "\u{fffd}\u{fffd}"),
            ("&#8217;&rsquo;", "’’"),
            ("AT&T; &a b;", "AT&T; &a b;"),
            ("&ä;", "&ä;"),
        ] {
            assert_eq!(unescape(text), expected, "{text}");
        }
    }
}
