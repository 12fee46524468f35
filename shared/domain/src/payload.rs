//! The payload of an event: JSON text that is never changed in silence.

use crate::{Error, Kind, Result, limits};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Valid JSON, as it came: the digits of its numbers, the order of its keys, its escapes. It has at most 256 KB and 64 levels,
/// and is cheap to clone.
#[derive(Clone, schemars::JsonSchema)]
#[schemars(inline, from = "Value", into = "Value")]
pub struct Payload(Arc<Read>);

/// The text, and its value once somebody asked for it: the agents of a chain share both.
struct Read {
    text: Box<str>,
    value: OnceLock<Value>,
}

impl Payload {
    /// Reads text from outside. Errors: not UTF-8, not JSON, too deep (400); too large (413).
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        check_size(bytes.len())?;
        let text = read_json(bytes)?;
        // To skip the text takes a fraction of the time of building its value. But half a character that is escaped, and an object that
        // looks like the library's own form of a number, are found only when they are built.
        let must_build = text.contains("\\u") || text.contains("$serde_json");
        let checked = if must_build {
            serde_json::from_str::<Value>(text).map(drop)
        } else {
            serde_json::from_str(text).map(|IgnoredAny| ())
        };
        checked.map_err(|error| not_json(&error))?;
        Ok(Payload::stored(text.to_owned()))
    }

    /// Makes a payload of a value of our own. Errors: too large (413) or too deep (400).
    pub fn of(value: Value) -> Result<Self> {
        let text = value.to_string();
        check_size(text.len())?;
        check_depth(text.as_bytes())?;
        check_keys(&text)?;
        Ok(Payload(Arc::new(Read { text: text.into(), value: value.into() })))
    }

    /// Takes text that was checked when it was stored.
    pub fn stored(text: String) -> Self {
        Payload(Arc::new(Read { text: text.into(), value: OnceLock::new() }))
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The value, which is parsed once; numbers keep their digits.
    pub fn value(&self) -> &Value {
        self.0.value.get_or_init(|| serde_json::from_str(&self.0.text).unwrap_or(Value::Null))
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Payload) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Payload {}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads text from outside as JSON text: UTF-8 and at most 64 levels deep, but not yet parsed.
pub fn read_json(bytes: &[u8]) -> Result<&str> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Error::invalid(format!("The body is not UTF-8 from byte {}.", error.valid_up_to()), "Send JSON as UTF-8.")
    })?;
    check_depth(bytes)?;
    check_keys(text)?;
    Ok(text)
}

/// The error for text that does not parse; it says where.
pub fn not_json(error: &serde_json::Error) -> Error {
    let message = format!("The body is not valid JSON: {error}.");
    Error::new(Kind::Invalid, "invalid_json", message, "Correct the JSON at that place.")
        .with_meta(json!({"line": error.line(), "column": error.column()}))
}

/// What the names of objects' keys begin with that the library takes for values of its own: a number, a text as it was written.
const RESERVED: &str = "$serde_json::private::";

/// Refuses objects with such keys, which would be read as something else than they are.
fn check_keys(json: &str) -> Result<()> {
    match (json.contains("\\u") || json.contains(RESERVED)) && has_reserved_key(json) {
        false => Ok(()),
        true => {
            let message = format!("A key begins with `{RESERVED}`, which is reserved.");
            Err(Error::new(Kind::Invalid, "reserved_key", message, "Give the field another name."))
        }
    }
}

/// Whether an object in this JSON text has a key that is reserved.
fn has_reserved_key(json: &str) -> bool {
    let (mut rest, mut escaped) = (json, false);
    while let Some(start) = rest.find('"') {
        let length = rest[start + 1..].find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let end = length.map_or(rest.len(), |length| start + length + 2);
        let (string, after) = (&rest[start..end], &rest[end..]);
        if string.len() >= RESERVED.len() && after.trim_start().starts_with(':') {
            let named = serde_json::from_str::<String>(string);
            if named.is_ok_and(|named| named.starts_with(RESERVED)) {
                return true;
            }
        }
        rest = after;
    }
    false
}

fn check_size(bytes: usize) -> Result<()> {
    match bytes <= limits::PAYLOAD_BYTES {
        true => Ok(()),
        false => Err(Error::new(
            Kind::TooLarge,
            "payload_too_large",
            format!("The payload has {bytes} bytes; at most {} are taken.", limits::PAYLOAD_BYTES),
            "Store the large part elsewhere and send a link to it.",
        )),
    }
}

/// Counts brackets outside of strings, so that hostile depth is refused before a parser recurses.
fn check_depth(json: &[u8]) -> Result<()> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > limits::JSON_DEPTH {
            return Err(Error::invalid(
                format!("The JSON is nested deeper than {} levels.", limits::JSON_DEPTH),
                "Flatten it, or send the inner part as a string.",
            ));
        }
    }
    Ok(())
}

impl Serialize for Payload {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(self.as_str()).map_err(serde::ser::Error::custom)?;
        raw.serialize(s)
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(d)?;
        Payload::parse(raw.get().as_bytes()).map_err(|error| serde::de::Error::custom(error.message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_as_it_went_in() {
        for text in [
            r#"{"n":12345678901234567890123,"f":1.10,"e":1e400,"z":-0.0,"":"empty key","u":"\u0000","s":"🦀"}"#,
            r#" {"b":1,"a":2,"b":3} "#,
            "null",
            "\"\\ud83e\\udd80\"",
        ] {
            let payload = Payload::parse(text.as_bytes()).unwrap();
            assert_eq!(payload.as_str(), text);
            let back: Payload = serde_json::from_str(&serde_json::to_string(&payload).unwrap()).unwrap();
            assert_eq!(back.as_str(), text.trim());
        }
        assert_eq!(Payload::parse(b"[12345678901234567890123]").unwrap().value().to_string(), "[12345678901234567890123]");
    }

    proptest::proptest! {
        /// A payload that is accepted can be read, and nothing that could be read is refused, but for keys that are reserved.
        #[test]
        fn what_is_accepted_is_what_can_be_built(text in r#"[\[{]?"(a|\\ud83e|\\u00e9|\\x|\\n|\$serde_json::private::Number){0,2}"(:("x"|"12"|1|01|1e999|null))?,?[\]}]?"#) {
            let built = serde_json::from_str::<Value>(&text).is_ok() && !text.starts_with(r#"{"$serde"#);
            proptest::prop_assert_eq!(Payload::parse(text.as_bytes()).is_ok(), built);
        }
    }

    #[test]
    fn hostile_text_is_refused_with_its_reason() {
        let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert!(Payload::parse(deep(64).as_bytes()).is_ok());
        for (bytes, kind) in [
            (deep(65).into_bytes(), Kind::Invalid),
            (deep(100_000).into_bytes(), Kind::Invalid),
            (b"{\"a\":\xff}".to_vec(), Kind::Invalid),
            (b"{\"a\":\"\\ud800\"}".to_vec(), Kind::Invalid),
            (b"{\"a\":1".to_vec(), Kind::Invalid),
            (b"{\"a\":1,}".to_vec(), Kind::Invalid),
            (b"{\"a\":01}".to_vec(), Kind::Invalid),
            (b"{\"a\":\"\\x\"}".to_vec(), Kind::Invalid),
            (b"{\"a\":\"\n\"}".to_vec(), Kind::Invalid),
            (br#"{"$serde_json::private::Number":"x"}"#.to_vec(), Kind::Invalid),
            (br#"{"$serde_json::private::Number":"12"}"#.to_vec(), Kind::Invalid),
            (br#"{"$serde_json::private::RawValue" :"[1]"}"#.to_vec(), Kind::Invalid),
            (br#"[{"a\\":"\"","b":{"\u0024serde_json::private::Number" : "12"}}]"#.to_vec(), Kind::Invalid),
            (b"".to_vec(), Kind::Invalid),
            (format!("\"{}\"", "x".repeat(limits::PAYLOAD_BYTES)).into_bytes(), Kind::TooLarge),
        ] {
            assert_eq!(Payload::parse(&bytes).unwrap_err().kind, kind);
        }
        let of = |text: &str| Payload::of(serde_json::json!({text: "12"})).map_err(|error| error.code);
        assert_eq!(of("$serde_json::private::Number"), Err("reserved_key"), "as from a form");
        assert!(of("serde_json").is_ok());
        // As a value, it is a text like any other.
        assert!(Payload::parse(br#"{"a":"$serde_json::private::Number"}"#).is_ok());
        // Brackets in strings do not count.
        assert!(Payload::parse(format!("\"\\\"{}\"", "[".repeat(100)).as_bytes()).is_ok());
    }
}
