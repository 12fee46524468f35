//! JSON as templates see it: keys keep their order, numbers keep their text, and values can be turned back into JSON.

use indexmap::IndexMap;
use liquid_core::model::{ArrayView, DisplayCow, KString, KStringCow, ObjectView, ScalarCow, State, Value, ValueView};
use serde_json::Value as Json;
use std::collections::HashSet;
use std::fmt;

/// Type names that mark values which keep more than the library's own do.
const NUMBER: &str = "number";
const RECORD: &str = "record";
/// The key of an object for its text: such an object, like a URI, is a text that has properties.
pub(super) const TEXT: &str = "\u{0}text";

/// A JSON value.
#[derive(Debug)]
pub(super) enum Node {
    Plain(Value),
    Number(Number),
    Array(Vec<Node>),
    Record(Record),
}

/// An object whose keys keep their order. It renders as JSON.
#[derive(Debug, Default)]
pub(super) struct Record(IndexMap<KString, Node>);

/// A number that is not a 64-bit integer: the library would change how it is written.
#[derive(Debug)]
pub(super) struct Number {
    text: String,
    /// The value for filters and comparisons: a float where that is exactly the same number, otherwise the text.
    scalar: Value,
}

impl Record {
    pub(super) fn new(map: &serde_json::Map<String, Json>) -> Self {
        Record(map.iter().map(|(key, value)| (KString::from_ref(key), Node::new(value))).collect())
    }

    /// The texts of all numbers that filters see as texts.
    pub(super) fn exact(&self) -> HashSet<String> {
        let mut found = HashSet::new();
        self.0.values().for_each(|node| node.exact(&mut found));
        found
    }
}

impl Node {
    fn new(json: &Json) -> Node {
        match json {
            Json::Null => Node::Plain(Value::Nil),
            Json::Bool(value) => Node::Plain(Value::scalar(*value)),
            Json::Number(number) => Node::number(number.to_string()),
            Json::String(text) => Node::Plain(Value::scalar(text.clone())),
            Json::Array(items) => Node::Array(items.iter().map(Node::new).collect()),
            Json::Object(map) => Node::Record(Record::new(map)),
        }
    }

    fn number(text: String) -> Node {
        let scalar = match (text.parse::<i64>(), faithful(&text)) {
            (Ok(integer), _) if integer.to_string() == text => return Node::Plain(Value::scalar(integer)),
            (_, Some(float)) => Value::scalar(float),
            _ => Value::scalar(text.clone()),
        };
        Node::Number(Number { text, scalar })
    }

    fn exact(&self, found: &mut HashSet<String>) {
        match self {
            Node::Number(number) if number.scalar.type_name() == "string" => {
                found.insert(number.text.clone());
            }
            Node::Array(items) => items.iter().for_each(|node| node.exact(found)),
            Node::Record(record) => record.0.values().for_each(|node| node.exact(found)),
            Node::Plain(_) | Node::Number(_) => {}
        }
    }

    fn view(&self) -> &dyn ValueView {
        match self {
            Node::Plain(value) => value,
            Node::Number(number) => number,
            Node::Array(items) => items,
            Node::Record(record) => record,
        }
    }
}

/// The float that is exactly the number in the text: a float holds any 15 digits.
pub(super) fn faithful(text: &str) -> Option<f64> {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count();
    let float: f64 = text.parse().ok()?;
    (digits <= 15 && (float.is_normal() || digits == 0)).then_some(float)
}

/// A value for filters. `exact` collects the texts of the numbers that filters see as texts.
pub(super) fn from_json(json: &Json, exact: &mut HashSet<String>) -> Value {
    let node = Node::new(json);
    node.exact(exact);
    node.to_value()
}

/// Whether a value is a number by its type.
pub(super) fn is_number(value: &dyn ValueView) -> bool {
    matches!(value.type_name(), NUMBER | "whole number" | "fractional number")
}

/// Turns a value back into JSON. `exact` has the texts that were numbers: after a filter or an assignment, only the text itself
/// shows that it was one.
pub(super) fn to_json(value: &dyn ValueView, exact: &HashSet<String>) -> Json {
    if let Some(array) = value.as_array() {
        return Json::Array(array.values().map(|value| to_json(value, exact)).collect());
    }
    if let Some(object) = value.as_object() {
        if let Some(text) = object.get(TEXT) {
            return Json::String(text.to_kstr().into_string());
        }
        let mut entries: Vec<_> = object.iter().collect();
        // The library's own objects have no order of keys, so they are sorted.
        if value.type_name() != RECORD {
            entries.sort_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
        }
        return Json::Object(entries.into_iter().map(|(key, value)| (key.to_string(), to_json(value, exact))).collect());
    }
    let Some(scalar) = value.as_scalar() else {
        return Json::Null;
    };
    let text = value.to_kstr();
    let number = || text.parse::<serde_json::Number>().ok().map(Json::Number);
    let json = match value.type_name() {
        NUMBER => number(),
        "boolean" => scalar.to_bool().map(Json::Bool),
        "whole number" => scalar.to_integer().map(Json::from),
        "fractional number" => scalar.to_float().and_then(serde_json::Number::from_f64).map(Json::Number),
        _ if exact.contains(text.as_str()) => number(),
        _ => None,
    };
    json.unwrap_or_else(|| Json::String(text.to_string()))
}

/// As text: an object as JSON, a list item by item, nothing as no text.
pub(super) fn to_text(value: &dyn ValueView, exact: &HashSet<String>) -> String {
    if let Some(array) = value.as_array() {
        return array.values().map(|item| to_text(item, exact)).collect();
    }
    if !value.is_object() {
        return value.to_kstr().into_string();
    }
    match to_json(value, exact) {
        Json::String(text) => text,
        json => json.to_string(),
    }
}

impl ValueView for Node {
    fn as_debug(&self) -> &dyn fmt::Debug {
        self
    }
    fn render(&self) -> DisplayCow<'_> {
        self.view().render()
    }
    fn source(&self) -> DisplayCow<'_> {
        self.view().source()
    }
    fn type_name(&self) -> &'static str {
        self.view().type_name()
    }
    fn query_state(&self, state: State) -> bool {
        self.view().query_state(state)
    }
    fn to_kstr(&self) -> KStringCow<'_> {
        self.view().to_kstr()
    }
    fn to_value(&self) -> Value {
        self.view().to_value()
    }
    fn as_scalar(&self) -> Option<ScalarCow<'_>> {
        self.view().as_scalar()
    }
    fn as_array(&self) -> Option<&dyn ArrayView> {
        self.view().as_array()
    }
    fn as_object(&self) -> Option<&dyn ObjectView> {
        self.view().as_object()
    }
    fn is_nil(&self) -> bool {
        self.view().is_nil()
    }
}

impl ValueView for Number {
    fn as_debug(&self) -> &dyn fmt::Debug {
        self
    }
    fn render(&self) -> DisplayCow<'_> {
        DisplayCow::Borrowed(&self.text)
    }
    fn source(&self) -> DisplayCow<'_> {
        self.render()
    }
    fn type_name(&self) -> &'static str {
        NUMBER
    }
    fn query_state(&self, state: State) -> bool {
        self.scalar.query_state(state)
    }
    fn to_kstr(&self) -> KStringCow<'_> {
        KStringCow::from_ref(&self.text)
    }
    fn to_value(&self) -> Value {
        self.scalar.clone()
    }
    fn as_scalar(&self) -> Option<ScalarCow<'_>> {
        self.scalar.as_scalar()
    }
}

impl ValueView for Record {
    fn as_debug(&self) -> &dyn fmt::Debug {
        self
    }
    fn render(&self) -> DisplayCow<'_> {
        DisplayCow::Owned(Box::new(to_json(self, &HashSet::new())))
    }
    fn source(&self) -> DisplayCow<'_> {
        self.render()
    }
    fn type_name(&self) -> &'static str {
        RECORD
    }
    fn query_state(&self, state: State) -> bool {
        state == State::Truthy || self.0.is_empty()
    }
    fn to_kstr(&self) -> KStringCow<'_> {
        KStringCow::from_string(self.render().to_string())
    }
    fn to_value(&self) -> Value {
        Value::Object(self.0.iter().map(|(key, node)| (key.clone(), node.to_value())).collect())
    }
    fn as_object(&self) -> Option<&dyn ObjectView> {
        Some(self)
    }
}

impl ObjectView for Record {
    fn as_value(&self) -> &dyn ValueView {
        self
    }
    fn size(&self) -> i64 {
        i64::try_from(self.0.len()).unwrap_or(i64::MAX)
    }
    fn keys<'k>(&'k self) -> Box<dyn Iterator<Item = KStringCow<'k>> + 'k> {
        Box::new(self.0.keys().map(|key| key.as_ref().into()))
    }
    fn values<'k>(&'k self) -> Box<dyn Iterator<Item = &'k dyn ValueView> + 'k> {
        Box::new(self.0.values().map(|node| node as &dyn ValueView))
    }
    fn iter<'k>(&'k self) -> Box<dyn Iterator<Item = (KStringCow<'k>, &'k dyn ValueView)> + 'k> {
        Box::new(self.0.iter().map(|(key, node)| (key.as_ref().into(), node as &dyn ValueView)))
    }
    fn contains_key(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }
    fn get<'s>(&'s self, key: &str) -> Option<&'s dyn ValueView> {
        self.0.get(key).map(|node| node as &dyn ValueView)
    }
}
