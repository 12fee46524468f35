//! Records of a project: what names them, what they may say of themselves, and where they are collected. Pure.

use crate::{Error, Kind, ListId, Result, SegmentId, limits};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::fmt;

/// What names a record: its kind, and its id among those of its kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordAt {
    /// The kind: `person`, `mention`, `company`, or one of the project's own.
    pub kind: String,
    /// The id, as its writer chose it.
    pub id: String,
}

impl RecordAt {
    /// The record of this kind and id. 422 names what cannot be one.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Result<Self> {
        let at = RecordAt { kind: kind.into(), id: id.into() };
        if !is_valid_kind(&at.kind) {
            let must = format!("has 1 to {} of a-z, 0-9 and `_`, and begins with a letter", limits::KIND_CHARS);
            return Err(invalid("kind", &format!("is no kind of records, which {must}")));
        }
        let chars = at.id.chars().count();
        match (1..=limits::RECORD_ID_CHARS).contains(&chars) && !at.id.chars().any(char::is_control) {
            true => Ok(at),
            false => Err(invalid("id", &format!("has not 1 to {} characters, or a control character", limits::RECORD_ID_CHARS))),
        }
    }
}

impl fmt::Display for RecordAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

/// Where records are collected: by what they say of themselves, or because somebody put them there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Collection {
    /// A segment.
    Segment(SegmentId),
    /// A list.
    List(ListId),
}

impl fmt::Display for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Collection::Segment(id) => id.fmt(f),
            Collection::List(id) => id.fmt(f),
        }
    }
}

/// What triggers are told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Records that come to a segment or list.
    Records(Collection),
    /// Errors of the project's workflows that no link takes.
    Errors,
}

impl From<Collection> for Told {
    fn from(collection: Collection) -> Self {
        Told::Records(collection)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Told::Records(collection) => collection.fmt(f),
            Told::Errors => f.write_str("errors"),
        }
    }
}

/// Whether a text can be a kind of records. It is a part of keys and paths.
pub fn is_valid_kind(kind: &str) -> bool {
    kind.len() <= limits::KIND_CHARS
        && kind.starts_with(|first: char| first.is_ascii_lowercase())
        && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether a text can be the name of a stage.
pub fn is_valid_stage(stage: &str) -> bool {
    !stage.trim().is_empty() && stage.chars().count() <= limits::STAGE_CHARS && !stage.chars().any(char::is_control)
}

/// Checks the attributes of a record. 422 names what is too much.
pub fn check_attributes(attributes: &Map<String, Value>) -> Result<()> {
    if attributes.len() > limits::ATTRIBUTES {
        return Err(invalid("attributes", &format!("has more than {} names", limits::ATTRIBUTES)));
    }
    let is_name = |name: &String| (1..=limits::ATTRIBUTE_CHARS).contains(&name.chars().count());
    if let Some(name) = attributes.keys().find(|name| !is_name(name)) {
        let name: String = name.chars().take(20).collect();
        return Err(invalid(
            "attributes",
            &format!("has a name (`{name}`) that has not 1 to {} characters", limits::ATTRIBUTE_CHARS),
        ));
    }
    let bytes = serde_json::to_string(attributes).map_err(Error::internal)?.len();
    match bytes <= limits::ATTRIBUTES_BYTES {
        true => Ok(()),
        false => Err(invalid("attributes", &format!("has {bytes} bytes, and a record has at most {}", limits::ATTRIBUTES_BYTES))),
    }
}

fn invalid(field: &str, what: &str) -> Error {
    let error =
        Error::new(Kind::Unprocessable, "invalid_record", format!("`{field}` {what}."), "Correct it. Nothing was written.");
    error.with_meta(json!({"field": field}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_named_by_what_fits_a_key_and_a_path() {
        for (kind, id) in [("person", "1"), ("a", &"x".repeat(128)), ("own_kind2", "a/b#c é")] {
            assert!(RecordAt::new(kind, id).is_ok(), "{kind} {id}");
        }
        for (kind, id, field) in [
            ("", "1", "kind"),
            ("Person", "1", "kind"),
            ("_a", "1", "kind"),
            ("a#b", "1", "kind"),
            (&"k".repeat(33), "1", "kind"),
            ("person", "", "id"),
            ("person", &"x".repeat(129), "id"),
            ("person", "a\nb", "id"),
        ] {
            let error = RecordAt::new(kind, id).unwrap_err();
            assert_eq!(error.meta.unwrap()["field"], field, "{kind} {id}");
        }
    }

    #[test]
    fn attributes_are_bounded_in_number_names_and_bytes() {
        let many = |n: usize| (0..n).map(|n| (format!("a{n}"), json!(n))).collect::<Map<_, _>>();
        assert!(check_attributes(&many(limits::ATTRIBUTES)).is_ok());
        let long = |bytes: usize| Map::from_iter([("a".to_owned(), json!("x".repeat(bytes)))]);
        assert!(check_attributes(&long(limits::ATTRIBUTES_BYTES - 8)).is_ok());
        for bad in [
            many(limits::ATTRIBUTES + 1),
            long(limits::ATTRIBUTES_BYTES),
            Map::from_iter([(String::new(), json!(1))]),
            Map::from_iter([("x".repeat(129), json!(1))]),
        ] {
            assert_eq!(check_attributes(&bad).unwrap_err().code, "invalid_record");
        }
    }
}
