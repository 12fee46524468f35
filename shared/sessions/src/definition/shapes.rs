//! Values that can be written in two ways. Each is read by what stands there, so that an error inside of it has its own place and words.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// A name, or an object.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum NameOr<T> {
    /// A name.
    Name(String),
    /// An object.
    Object(Box<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for NameOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = NameOr<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name, or an object with a name")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(NameOr::Name(text.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Box::new).map(NameOr::Object)
            }
        }
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

/// `false`, or a value.
#[derive(Clone, Debug, PartialEq)]
pub enum OrFalse<T> {
    /// `false`: there shall be none.
    False,
    /// The value.
    Value(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OrFalse<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = OrFalse<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value, or `false` for none")
            }
            fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
                if value { Err(E::invalid_value(Unexpected::Bool(value), &self)) } else { Ok(OrFalse::False) }
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                T::deserialize(StrDeserializer::new(text)).map(OrFalse::Value)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(OrFalse::Value)
            }
        }
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for OrFalse<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("{}OrFalse", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [generator.subschema_for::<T>(), {"const": false}]})
    }
}

/// How long a session is kept after its last message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Persist {
    /// For ever.
    #[default]
    Always,
    /// For so many hours.
    Hours(u32),
}

impl Persist {
    /// How long a session is kept that shall not be kept, so that its last answer can be read.
    const BRIEFLY: Persist = Persist::Hours(1);
    /// The longest time, in hours: ten years.
    const MOST: u32 = 24 * 3650;

    fn parse(text: &str) -> Option<Self> {
        let (number, hours) = match (text.strip_suffix('d'), text.strip_suffix('h')) {
            (Some(days), _) => (days, 24),
            (_, Some(hours)) => (hours, 1),
            _ => return None,
        };
        let number = number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse::<u32>().ok())??;
        number.checked_mul(hours).filter(|hours| (1..=Persist::MOST).contains(hours)).map(Persist::Hours)
    }
}

impl<'de> Deserialize<'de> for Persist {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Persist;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`true`, `false`, or a time of at most ten years like `30d` or `12h`")
            }
            fn visit_bool<E: Error>(self, keeps: bool) -> Result<Persist, E> {
                Ok(if keeps { Persist::Always } else { Persist::BRIEFLY })
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Persist, E> {
                Persist::parse(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Persist {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Persist".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [{"type": "boolean"}, {"type": "string", "pattern": "^[0-9]+[dh]$"}]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_keep_is_read() {
        for (text, read) in [
            ("30d", Some(Persist::Hours(720))),
            ("12h", Some(Persist::Hours(12))),
            ("3650d", Some(Persist::Hours(Persist::MOST))),
            ("3651d", None),
            ("4294967295d", None),
            ("0d", None),
            ("+1d", None),
            ("d", None),
            ("", None),
            ("30", None),
            ("30 d", None),
            ("é", None),
        ] {
            assert_eq!(Persist::parse(text), read, "{text}");
        }
    }
}
