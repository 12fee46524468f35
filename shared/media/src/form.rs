//! URL-encoded web forms, and the object that the fields of any form make.

use crate::{Unreadable, charset};
use encoding_rs::Encoding;
use indexmap::IndexMap;
use percent_encoding::percent_decode;
use serde_json::{Map, Value};

/// An object of fields; a name that comes more than once gets the list of its values.
pub fn fields(pairs: impl IntoIterator<Item = (String, Value)>) -> Map<String, Value> {
    let mut fields: IndexMap<String, Vec<Value>> = IndexMap::new();
    for (name, value) in pairs {
        fields.entry(name).or_default().push(value);
    }
    let value = |mut values: Vec<Value>| if values.len() == 1 { values.remove(0) } else { Value::Array(values) };
    fields.into_iter().map(|(name, values)| (name, value(values))).collect()
}

/// Reads `a=1&b=x+y`, and refuses bytes that are no text; the usual decoder replaces them in silence.
/// Source: <https://url.spec.whatwg.org/#application/x-www-form-urlencoded>.
pub(crate) fn read(body: &[u8], declared: Option<&str>) -> Result<Map<String, Value>, Unreadable> {
    let (encoding, body) = charset::encoding(body, declared)?;
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &pair[pair.len()..]),
        };
        Ok((part(name, encoding)?, Value::String(part(value, encoding)?)))
    });
    Ok(fields(pairs.collect::<Result<Vec<_>, _>>()?))
}

fn part(part: &[u8], encoding: &'static Encoding) -> Result<String, Unreadable> {
    let spaced: Vec<u8> = part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let bytes: Vec<u8> = percent_decode(&spaced).collect();
    charset::decode(encoding, &bytes).map(|text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &[u8], declared: Option<&str>) -> String {
        Value::Object(read(body, declared).unwrap()).to_string()
    }

    #[test]
    fn fields_are_decoded_and_repeated_ones_are_lists() {
        let body = b"a=1&b=x+y%2B&a=%F0%9F%A6%80&a=3&c&=e&&";
        assert_eq!(of(body, None), r#"{"a":["1","🦀","3"],"b":"x y+","c":"","":"e"}"#);
        assert_eq!(of(b"a=%E9&b=\xe9", Some("iso-8859-1")), r#"{"a":"é","b":"é"}"#);
        assert_eq!(of(b"", None), "{}");
        assert_eq!(read(b"a=%ff", None), Err(Unreadable::NotUtf8(0)));
        assert_eq!(read(b"a=\xff", None), Err(Unreadable::NotUtf8(0)));
        let lists = fields([("a".to_owned(), Value::Array(vec![])), ("a".to_owned(), 1.into())]);
        assert_eq!(Value::Object(lists).to_string(), r#"{"a":[[],1]}"#);
    }
}
