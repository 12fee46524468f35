//! Filters that write a value in another form or read it back: JSON, base64, hexadecimal, URLs, XPath. An input that is not in the
//! form is an error, except for `fromjson`, which gives nothing, as in Huginn.

use super::super::{Limit, bounds, node};
use super::{Given, Own, bounds::State};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use liquid_core::Result;
use liquid_core::model::Value;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use rookery_domain::{limits, read_json};
use std::sync::Arc;

pub(super) const FILTERS: &[Own] = &[
    Own::new("as_object", 0, 0, as_object),
    Own::new("base64_decode", 0, 0, |given| base64_decode(given, &BASE64)),
    Own::new("base64_encode", 0, 0, |given| text(BASE64.encode(given.text().as_bytes()))),
    Own::new("base64_url_safe_decode", 0, 0, |given| base64_decode(given, &BASE64_URL)),
    Own::new("base64_url_safe_encode", 0, 0, |given| text(BASE64_URL.encode(given.text().as_bytes()))),
    Own::new("fromjson", 0, 0, fromjson),
    Own::new("hex_decode", 0, 0, hex_decode),
    Own::new("hex_encode", 0, 0, |given| text(hex(given.text().as_bytes()))),
    Own::new("json", 0, 0, json),
    Own::new("to_xpath", 0, 0, to_xpath),
    Own::new("uri_escape", 0, 0, url_encode),
    Own::new("url_decode", 0, 0, url_decode),
    Own::new("url_encode", 0, 0, url_encode),
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

/// Ends the rendering of the text, in whose place the value stands.
fn as_object(given: &Given<'_>) -> Result<Value> {
    let size = bounds::weight(given.input);
    let mut state = given.runtime.registers().get_mut::<State>();
    let Some(left) = state.budget.output.checked_sub(size / 2) else {
        state.exceeded = Some(Limit::Output);
        return Err(given.error("the value is too large"));
    };
    state.budget.output = left;
    state.value = Some(node::to_json(given.input, &state.exact));
    Err(given.error("the rendering ends here"))
}

/// Reads the JSON in a text, or gives nothing. Lists, objects and blank inputs are returned as they are.
fn fromjson(given: &Given<'_>) -> Result<Value> {
    let source = given.text();
    if given.input.is_array() || given.input.is_object() || source.trim().is_empty() {
        return Ok(given.input.to_value());
    }
    given.check_size(if source.len() > limits::PAYLOAD_BYTES { usize::MAX } else { 0 })?;
    let json = read_json(source.as_bytes()).ok().and_then(|source| serde_json::from_str(source).ok());
    let Some(json) = json else { return Ok(Value::Nil) };
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

fn url_encode(given: &Given<'_>) -> Result<Value> {
    text(utf8_percent_encode(&given.text(), FORM).to_string().replace(' ', "+"))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hex_decode(given: &Given<'_>) -> Result<Value> {
    let input = given.text();
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits: Option<Vec<u8>> = input.trim().as_bytes().iter().map(digit).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0).ok_or_else(|| given.error("the text is not hexadecimal"))?;
    let bytes = digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit)).collect();
    text(String::from_utf8(bytes).map_err(|_| given.error("what the hexadecimal holds is not UTF-8 text"))?)
}

/// A text in the quotes of XPath, which has no escapes: one with both kinds of quotes is put together of parts.
fn to_xpath(given: &Given<'_>) -> Result<Value> {
    let input = given.text();
    let (mut made, mut parts, mut rest) = (String::new(), 0, input.as_str());
    while !rest.is_empty() || parts == 0 {
        let quote = if rest.starts_with('"') { '\'' } else { '"' };
        let (part, behind) = rest.split_at(rest.find(quote).unwrap_or(rest.len()));
        made.push_str(if parts == 0 { "" } else { ", " });
        made.push(quote);
        made.push_str(part);
        made.push(quote);
        given.check_size(made.len())?;
        (parts, rest) = (parts + 1, behind);
    }
    text(if parts == 1 { made } else { format!("concat({made})") })
}
