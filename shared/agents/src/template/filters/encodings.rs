//! Filters that write a value in another form or read it back: JSON, base64, URLs, HTML, hashes. An input that is not in the form
//! is an error.

use super::super::{Limit, bounds, node};
use super::{Given, Own, bounds::State, bounds::Wants};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use liquid_core::Result;
use liquid_core::model::Value;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use rookery_domain::{limits, read_json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

pub(super) const FILTERS: &[Own] = &[
    Own::new("as_object", 0, 0, as_object),
    Own::new("base64_decode", 0, 0, |given| base64_decode(given, &BASE64)),
    Own::new("base64_encode", 0, 0, |given| text(BASE64.encode(given.text().as_bytes()))),
    Own::new("base64_url_safe_decode", 0, 0, |given| base64_decode(given, &BASE64_URL)),
    Own::new("base64_url_safe_encode", 0, 0, |given| text(BASE64_URL.encode(given.text().as_bytes()))),
    Own::new("escape", 0, 0, |given| text(given.text().chars().map(escaped).collect::<String>())),
    Own::new("escape_once", 0, 0, escape_once),
    Own::new("fromjson", 0, 0, fromjson),
    Own::new("json", 0, 0, json),
    Own::new("sha256", 0, 0, sha256),
    Own::new("strip_html", 0, 0, strip_html),
    Own::new("uri_escape", 0, 0, |given| text(utf8_percent_encode(&given.text(), UNRESERVED).to_string())),
    Own::new("url_decode", 0, 0, url_decode),
    Own::new("url_encode", 0, 0, |given| text(utf8_percent_encode(&given.text(), FORM).to_string().replace(' ', "+"))),
];

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The escapes of web forms, in which a blank becomes `+`.
const FORM: &AsciiSet = &UNRESERVED.remove(b' ');
/// Padding is written, and may be missing in what is read.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

fn text(text: String) -> Result<Value> {
    Ok(Value::scalar(text))
}

fn json(given: &Given<'_>) -> Result<Value> {
    let exact = given.runtime.registers().get_mut::<State>().exact.clone();
    text(node::to_json(given.input, &exact).to_string())
}

fn as_object(given: &Given<'_>) -> Result<Value> {
    if given.runtime.registers().get_mut::<State>().wants == Wants::Text {
        return json(given);
    }
    let size = bounds::weight(given.input);
    let mut state = given.runtime.registers().get_mut::<State>();
    let Some(left) = state.budget.output.checked_sub(size / 2) else {
        state.exceeded = Some(Limit::Output);
        return Ok(Value::Nil);
    };
    state.budget.output = left;
    state.value = Some(node::to_json(given.input, &state.exact));
    Ok(Value::Nil)
}

/// Reads the JSON in a text. Lists, objects and blank inputs are returned as they are.
fn fromjson(given: &Given<'_>) -> Result<Value> {
    let source = given.text();
    if given.input.is_array() || given.input.is_object() || source.trim().is_empty() {
        return Ok(given.input.to_value());
    }
    given.check_size(if source.len() > limits::PAYLOAD_BYTES { usize::MAX } else { 0 })?;
    let source = read_json(source.as_bytes()).map_err(|error| given.error(&error.message))?;
    let json = serde_json::from_str(source).map_err(|error| given.error(&format!("the text is not JSON: {error}")))?;
    let mut state = given.runtime.registers().get_mut::<State>();
    Ok(node::from_json(&json, Arc::make_mut(&mut state.exact)))
}

fn base64_decode(given: &Given<'_>, engine: &GeneralPurpose) -> Result<Value> {
    // Line breaks, as in mail and in GitHub's API, do not belong to the base64.
    let encoded: String = given.text().split_whitespace().collect();
    let bytes = engine.decode(encoded).map_err(|_| given.error("the text is not base64"))?;
    text(String::from_utf8(bytes).map_err(|_| given.error("what the base64 holds is not UTF-8 text"))?)
}

fn url_decode(given: &Given<'_>) -> Result<Value> {
    let input = given.text().replace('+', " ");
    let decoded = percent_decode_str(&input).decode_utf8().map_err(|_| given.error("what was decoded is not UTF-8 text"))?;
    text(decoded.into_owned())
}

fn sha256(given: &Given<'_>) -> Result<Value> {
    let hash = Sha256::digest(given.text().as_bytes());
    text(hash.iter().map(|byte| format!("{byte:02x}")).collect())
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
