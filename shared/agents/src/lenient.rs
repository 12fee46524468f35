//! Options in which numbers and booleans may stand as texts, as they do in most of Huginn's scenarios: `"5"` is taken where a number is
//! wanted, and `"true"` where a boolean is. Any other value is read as ever.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde_json::{Error, Number, Value};

/// A deserializer of a JSON value.
#[derive(Clone, Copy)]
pub(crate) struct Lenient<'de>(pub(crate) &'de Value);

impl Lenient<'_> {
    fn number(self) -> Option<Value> {
        let text = self.0.as_str()?.trim();
        text.parse::<Number>().ok().map(Value::Number)
    }
}

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.number() {
                Some(number) => number.$method(visitor),
                None => self.0.$method(visitor),
            }
        }
    )*};
}

macro_rules! as_ever {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.0.$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Lenient<'de> {
    type Error = Error;

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
    }

    as_ever! {
        deserialize_any deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_unit
        deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.as_str().map(str::trim) {
            Some("true") => visitor.visit_bool(true),
            Some("false") => visitor.visit_bool(false),
            _ => self.0.deserialize_bool(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Value::Array(items) = self.0 else { return self.0.deserialize_seq(visitor) };
        let mut items = SeqDeserializer::new(items.iter().map(Lenient));
        let value = visitor.visit_seq(&mut items)?;
        items.end()?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Value::Object(entries) = self.0 else { return self.0.deserialize_map(visitor) };
        let mut entries = MapDeserializer::new(entries.iter().map(|(key, value)| (key.as_str(), Lenient(value))));
        let value = visitor.visit_map(&mut entries)?;
        entries.end()?;
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(_) => self.deserialize_map(visitor),
            other => other.deserialize_struct(name, fields, visitor),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }
}

impl<'de> IntoDeserializer<'de, Error> for Lenient<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Options {
        count: u32,
        share: Option<f64>,
        is_on: bool,
        text: String,
        inner: Vec<Inner>,
        any: Value,
        map: BTreeMap<String, i64>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Inner(Option<u8>);

    fn read(value: &Value) -> Result<Options, Error> {
        Options::deserialize(Lenient(value))
    }

    #[test]
    fn texts_are_taken_for_numbers_and_booleans_at_any_depth() {
        let plain =
            json!({"count": 5, "share": 0.5, "is_on": true, "text": "5", "inner": [1, null], "any": "7", "map": {"a": -1}});
        let texts = json!({"count": "5", "share": " 0.5", "is_on": "true", "text": "5", "inner": ["1", null], "any": "7", "map": {"a": "-1"}});
        assert_eq!(read(&texts).unwrap(), serde_json::from_value(plain.clone()).unwrap());
        assert_eq!(read(&plain).unwrap(), serde_json::from_value(plain).unwrap());
    }

    #[test]
    fn what_is_no_number_is_told_as_ever() {
        let good = json!({"count": 5, "is_on": false, "text": "5", "inner": [], "any": {}, "map": {}});
        for (field, wrong) in [
            ("count", json!("five")),
            ("count", json!("")),
            ("count", json!("-1")),
            ("count", json!("1.5")),
            ("count", json!(true)),
            ("is_on", json!("yes")),
            ("is_on", json!("1")),
            ("text", json!(5)),
            ("inner", json!("1")),
            ("map", json!([])),
            ("more", json!(1)),
        ] {
            let mut value = good.clone();
            value[field] = wrong;
            let (error, expected) = (read(&value).unwrap_err(), serde_json::from_value::<Options>(value.clone()).unwrap_err());
            if field != "count" || value[field].is_boolean() {
                assert_eq!(error.to_string(), expected.to_string());
            }
        }
        assert!(read(&good).is_ok());
    }
}
