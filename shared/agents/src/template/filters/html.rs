//! Filters for HTML. It is read as a text: nothing is added, and what is no tag stays as it is.

use super::{Given, Own};
use liquid_core::Result;
use liquid_core::model::Value;
use url::Url;

pub(super) const FILTERS: &[Own] = &[
    Own::new("escape", 0, 0, |given| text(escape(&given.text()))),
    Own::new("escape_once", 0, 0, escape_once),
    Own::new("rebase_hrefs", 1, 1, rebase_hrefs),
    Own::new("strip_html", 0, 0, strip_html),
    Own::new("unescape", 0, 0, |given| text(unescape(&given.text()))),
];

/// The attributes that hold one URL each, in elements that have them.
const URLS: [&str; 14] = [
    "action",
    "background",
    "cite",
    "classid",
    "codebase",
    "data",
    "formaction",
    "href",
    "icon",
    "longdesc",
    "manifest",
    "poster",
    "src",
    "usemap",
];
/// What stands in these elements is no HTML.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];
/// The longest entity, in characters.
const MAX_ENTITY: usize = 10;

fn text(text: String) -> Result<Value> {
    Ok(Value::scalar(text))
}

fn escape(text: &str) -> String {
    text.chars().map(escaped).collect()
}

fn escaped(char: char) -> String {
    match char {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#39;".to_owned(),
        char => char.to_string(),
    }
}

/// Escapes a text. Entities that the text already has stay as they are.
fn escape_once(given: &Given<'_>) -> Result<Value> {
    let input = given.text();
    let escape = |(at, char)| if char == '&' && is_entity(&input[at + 1..]) { "&".to_owned() } else { escaped(char) };
    text(input.char_indices().map(escape).collect())
}

/// Whether the text after a `&` makes an entity, like `lt;` or `#39;`.
fn is_entity(rest: &str) -> bool {
    let digits = rest.strip_prefix('#');
    let is_part = |byte: u8| if digits.is_some() { byte.is_ascii_digit() } else { byte.is_ascii_alphabetic() };
    let name = digits.unwrap_or(rest);
    let length = name.bytes().take_while(|byte| is_part(*byte)).count();
    length > 0 && name[length..].starts_with(';')
}

/// The text with the characters that five names and all numbers stand for.
fn unescape(text: &str) -> String {
    let (mut made, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('&') {
        let entity = &rest[at + 1..];
        let end = entity.bytes().take(MAX_ENTITY).position(|byte| byte == b';');
        let char = end.and_then(|end| meant(&entity[..end]));
        made.push_str(&rest[..at]);
        made.push(char.unwrap_or('&'));
        rest = if let (Some(end), Some(_)) = (end, char) { &entity[end + 1..] } else { entity };
    }
    made + rest
}

fn meant(name: &str) -> Option<char> {
    let number = |digits: &str, radix| char::from_u32(u32::from_str_radix(digits, radix).ok()?);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix('#')?.strip_prefix(['x', 'X']) {
            Some(digits) => number(digits, 16),
            None => number(&name[1..], 10),
        },
    }
}

fn strip_html(given: &Given<'_>) -> Result<Value> {
    let blocks = [("<script", "</script>"), ("<style", "</style>"), ("<!--", "-->"), ("<", ">")];
    text(blocks.iter().fold(given.text().into_string(), |text, (open, close)| without(&text, open, close)))
}

/// The text without the parts between the marks; upper and lower case of the marks are the same.
fn without(text: &str, open: &str, close: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let (mut kept, mut at) = (String::new(), 0);
    while let Some(start) = lower[at..].find(open).map(|found| at + found) {
        let inside = start + open.len();
        let Some(length) = lower[inside..].find(close) else { break };
        kept.push_str(&text[at..start]);
        at = inside + length + close.len();
    }
    kept.push_str(&text[at..]);
    kept
}

/// Makes the URLs in attributes whole. Those that are whole stay as they are, and so does all when the base is no URL.
fn rebase_hrefs(given: &Given<'_>) -> Result<Value> {
    let (html, base) = (given.text(), given.argument_text(0, ""));
    let Ok(base) = Url::parse(base.trim()) else { return text(html.into_string()) };
    let lower = html.to_ascii_lowercase();
    let (mut made, mut at) = (String::with_capacity(html.len()), 0);
    while let Some(start) = html[at..].find('<').map(|found| at + found) {
        made.push_str(&html[at..start]);
        let name = name(&lower[start + 1..]);
        at = if lower[start..].starts_with("<!--") {
            let end = lower[start..].find("-->").map_or(html.len(), |found| start + found + 3);
            made.push_str(&html[start..end]);
            end
        } else if name.starts_with(|char: char| char.is_ascii_alphabetic()) {
            let end = tag(given, &html, start + 1 + name.len(), &mut made, start, &base)?;
            // What stands in a script goes with it.
            let close = RAW.contains(&name).then(|| format!("</{name}"));
            let close = close.map_or(end, |close| lower[end..].find(&close).map_or(html.len(), |found| end + found));
            made.push_str(&html[end..close]);
            close
        } else {
            made.push('<');
            start + 1
        };
        given.check_size(made.len())?;
    }
    made.push_str(&html[at..]);
    text(made)
}

/// Writes a tag whose attributes begin at a place, and gives the place behind it. Each URL may become as long as the base.
fn tag(given: &Given<'_>, html: &str, attributes: usize, made: &mut String, start: usize, base: &Url) -> Result<usize> {
    let (mut at, mut copied) = (attributes, start);
    loop {
        at += html[at..].find(|char: char| !char.is_whitespace() && char != '/').unwrap_or(html.len() - at);
        let name = name(&html[at..]);
        let behind = at + name.len();
        let Some(next) = html[at..].chars().next().filter(|char| *char != '>') else {
            let end = html.len().min(at + 1);
            made.push_str(&html[copied..end]);
            return Ok(end);
        };
        let equals = html[behind..].trim_start();
        let Some(value) = equals.strip_prefix('=').filter(|_| !name.is_empty()).map(str::trim_start) else {
            at = if name.is_empty() { at + next.len_utf8() } else { behind };
            continue;
        };
        let start = html.len() - value.len();
        let quote = value.chars().next().filter(|char| ['"', '\''].contains(char));
        let length = match quote {
            Some(quote) => value[1..].find(quote).map_or(value.len(), |length| length + 2),
            None => value.find(|char: char| char.is_whitespace() || char == '>').unwrap_or(value.len()),
        };
        let inner = value[..length].trim_matches(|char| Some(char) == quote);
        if let Some(rebased) = rebased(given, &name.to_ascii_lowercase(), inner, base)? {
            made.push_str(&html[copied..start]);
            made.push_str(&format!("\"{}\"", escape(&rebased)));
            given.check_size(made.len())?;
            copied = start + length;
        }
        at = start + length;
    }
}

fn name(text: &str) -> &str {
    let end = text.find(|char: char| char.is_whitespace() || "\"'<>/=".contains(char));
    &text[..end.unwrap_or(text.len())]
}

/// The new value of an attribute; none if it stays as it is.
fn rebased(given: &Given<'_>, attribute: &str, value: &str, base: &Url) -> Result<Option<String>> {
    let value = unescape(value);
    let whole = |url: &str| match Url::parse(url.trim()) {
        Err(url::ParseError::RelativeUrlWithoutBase) => base.join(url.trim()).ok().map(String::from),
        _ => None,
    };
    if URLS.contains(&attribute) {
        return Ok(whole(&value));
    }
    if attribute != "srcset" || value.contains("data:") {
        return Ok(None);
    }
    let mut made = String::new();
    for source in value.split(',').map(str::trim) {
        let (url, size) = source.split_once(char::is_whitespace).unwrap_or((source, ""));
        let url = whole(url).unwrap_or_else(|| url.to_owned());
        made.push_str(if made.is_empty() { "" } else { ", " });
        made += format!("{url} {size}").trim_end();
        given.check_size(made.len())?;
    }
    Ok(Some(made))
}
