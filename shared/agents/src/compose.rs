//! JSON that is put together from texts, so that parts that are only passed on keep their digits, escapes and order.

use crate::AgentError;
use indexmap::IndexMap;
use rookery_domain::Payload;
use serde_json::Value;
use serde_json::value::RawValue;

/// Makes an object of these keys and JSON texts. Errors: too large, or too deep.
pub(crate) fn object<K: AsRef<str>, V: AsRef<str>>(entries: impl IntoIterator<Item = (K, V)>) -> Result<Payload, AgentError> {
    let fields = entries.into_iter().map(|(key, text)| format!("{}:{}", Value::from(key.as_ref()), text.as_ref()));
    let text = format!("{{{}}}", fields.collect::<Vec<_>>().join(","));
    Ok(Payload::parse(text.as_bytes())?)
}

/// Makes an object of `base` and these entries; an entry replaces the key of `base` with the same name.
pub(crate) fn merged<'a>(base: &'a Payload, entries: impl IntoIterator<Item = (String, &'a str)>) -> Result<Payload, AgentError> {
    let fields: IndexMap<String, &RawValue> = serde_json::from_str(base.as_str()).map_err(|_| {
        AgentError::fail(
            "payload_not_object",
            "The event's payload is not a JSON object, so that nothing can be merged into it; use `clean`.",
        )
    })?;
    let mut fields: IndexMap<String, &str> = fields.into_iter().map(|(key, text)| (key, text.get())).collect();
    fields.extend(entries);
    object(fields)
}

/// A value as a text: a text as it is, nothing for `null`, and else its JSON.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_passed_on_keeps_its_text() {
        let base = Payload::parse(br#"{"n":1.10,"big":12345678901234567890123,"e":1e400,"s":"\u0000\u00e9","d":1}"#).unwrap();
        let text = merged(&base, [("d".to_owned(), "2.0"), ("new \"key\"".to_owned(), "[]")]).unwrap();
        let expected = r#"{"n":1.10,"big":12345678901234567890123,"e":1e400,"s":"\u0000\u00e9","d":2.0,"new \"key\"":[]}"#;
        assert_eq!(text.as_str(), expected);
        assert_eq!(merged(&Payload::stored("[1]".into()), []).unwrap_err().code, "payload_not_object");
        let large = format!("\"{}\"", "x".repeat(200 * 1024));
        assert_eq!(object([("a", &large), ("b", &large)]).unwrap_err().code, "payload_too_large");
    }
}
