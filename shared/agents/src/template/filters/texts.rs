//! Filters over texts. Lengths and positions are counted in characters; a value that is not a text is used as it renders.

use super::{Given, Own};
use liquid_core::Result;
use liquid_core::model::{State, Value, ValueView};

pub(super) const FILTERS: &[Own] = &[
    Own::new("append", 1, 1, append),
    Own::new("capitalize", 0, 0, capitalize),
    Own { keyword: Some("allow_false"), ..Own::new("default", 0, 1, default) },
    Own::new("downcase", 0, 0, |given| text(given.text().to_lowercase())),
    Own::new("lstrip", 0, 0, |given| text(given.text().trim_start())),
    Own::new("newline_to_br", 0, 0, |given| text(given.text().replace("\r\n", "\n").replace('\n', "<br />\n"))),
    Own::new("prepend", 1, 1, |given| text(format!("{}{}", given.argument_text(0, ""), given.text()))),
    Own::new("remove", 1, 1, |given| replace_all(given, "")),
    Own::new("remove_first", 1, 1, |given| replace_one(given, |text, part| text.find(part), "")),
    Own::new("remove_last", 1, 1, |given| replace_one(given, |text, part| text.rfind(part), "")),
    Own::new("replace", 1, 2, |given| replace_all(given, &given.argument_text(1, ""))),
    Own::new("replace_first", 1, 2, |given| replace_one(given, |text, part| text.find(part), &given.argument_text(1, ""))),
    Own::new("replace_last", 2, 2, |given| replace_one(given, |text, part| text.rfind(part), &given.argument_text(1, ""))),
    Own::new("rstrip", 0, 0, |given| text(given.text().trim_end())),
    Own::new("split", 1, 1, split),
    Own::new("strip", 0, 0, |given| text(given.text().trim())),
    Own::new("strip_newlines", 0, 0, |given| text(given.text().replace(['\r', '\n'], ""))),
    Own::new("truncate", 0, 2, truncate),
    Own::new("truncatewords", 0, 2, truncatewords),
    Own::new("upcase", 0, 0, |given| text(given.text().to_uppercase())),
];

fn text(text: impl Into<String>) -> Result<Value> {
    Ok(Value::scalar(text.into()))
}

fn append(given: &Given<'_>) -> Result<Value> {
    text(format!("{}{}", given.text(), given.argument_text(0, "")))
}

fn capitalize(given: &Given<'_>) -> Result<Value> {
    let input = given.text();
    let mut chars = input.chars();
    let first = chars.next().map(|char| char.to_uppercase().to_string()).unwrap_or_default();
    text(first + &chars.as_str().to_lowercase())
}

/// Gives the argument in place of nothing, false and empty values; with `allow_false: true`, false stays.
fn default(given: &Given<'_>) -> Result<Value> {
    let allows_false = given.keyword.is_some_and(|keyword| keyword.query_state(State::Truthy));
    let is_false = given.input.as_scalar().and_then(|input| input.to_bool()) == Some(false);
    let gives_way = given.input.query_state(State::DefaultValue) && !(is_false && allows_false);
    let default = || given.argument(0).map_or(Value::Nil, ValueView::to_value);
    Ok(if gives_way { default() } else { given.input.to_value() })
}

fn replace_all(given: &Given<'_>, with: &str) -> Result<Value> {
    let (input, search) = (given.text(), given.argument_text(0, ""));
    given.check_size(input.len() + input.matches(search.as_str()).count() * with.len())?;
    text(input.replace(search.as_str(), with))
}

fn replace_one(given: &Given<'_>, find: fn(&str, &str) -> Option<usize>, with: &str) -> Result<Value> {
    let (input, search) = (given.text(), given.argument_text(0, ""));
    match find(&input, &search) {
        Some(at) => text(format!("{}{with}{}", &input[..at], &input[at + search.len()..])),
        None => text(input.as_str()),
    }
}

/// Splits a text as Ruby does: an empty separator gives the characters, a blank splits at all white space, and empty parts at the
/// end are dropped.
fn split(given: &Given<'_>) -> Result<Value> {
    let (input, separator) = (given.text(), given.argument_text(0, ""));
    let mut parts: Vec<&str> = match separator.as_str() {
        "" => input.char_indices().map(|(at, char)| &input[at..at + char.len_utf8()]).collect(),
        " " => input.split_whitespace().collect(),
        separator => input.split(separator).collect(),
    };
    while parts.last().is_some_and(|last| last.is_empty()) {
        parts.pop();
    }
    given.check_size(input.len() + parts.len() * 16)?;
    Ok(Value::array(parts.into_iter().map(|part| Value::scalar(part.to_owned()))))
}

fn truncate(given: &Given<'_>) -> Result<Value> {
    let input = given.text();
    let (length, end) = (count(given.argument_whole(0)?, 50), given.argument_text(1, "..."));
    if input.chars().nth(length).is_none() {
        return text(input.as_str());
    }
    let kept: String = input.chars().take(length.saturating_sub(end.chars().count())).collect();
    text(kept + &end)
}

fn truncatewords(given: &Given<'_>) -> Result<Value> {
    let input = given.text();
    let (length, end) = (count(given.argument_whole(0)?, 15).max(1), given.argument_text(1, "..."));
    if input.split_whitespace().nth(length).is_none() {
        return text(input.as_str());
    }
    let kept: Vec<_> = input.split_whitespace().take(length).collect();
    text(kept.join(" ") + &end)
}

/// A length; a negative one counts as zero.
fn count(given: Option<i64>, default: usize) -> usize {
    given.map_or(default, |count| usize::try_from(count).unwrap_or(0))
}
