//! Schemas and values for property tests. Both are made of few names, texts and numbers, so that they often fit.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::ops::RangeInclusive;

fn chosen(values: Value) -> BoxedStrategy<Value> {
    prop::sample::select(values.as_array().unwrap().clone()).boxed()
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "ab", "c"]).prop_map(str::to_owned)
}

fn scalar() -> BoxedStrategy<Value> {
    chosen(json!([null, true, false, 0, 1, 1.0, 2, -1, 0.5, 3, "", "a", "b", "ab", "abc"]))
}

fn object(value: impl Strategy<Value = Value> + 'static, most: usize) -> BoxedStrategy<Value> {
    prop::collection::vec((name(), value), 0..=most).prop_map(|members| Value::Object(Map::from_iter(members))).boxed()
}

fn list(value: impl Strategy<Value = Value> + 'static, sizes: RangeInclusive<usize>) -> BoxedStrategy<Value> {
    prop::collection::vec(value, sizes).prop_map(Value::Array).boxed()
}

fn some_of(of: &[&'static str], sizes: RangeInclusive<usize>) -> BoxedStrategy<Value> {
    prop::sample::subsequence(of.to_vec(), sizes).prop_map(Value::from).boxed()
}

pub(super) fn value() -> BoxedStrategy<Value> {
    scalar().prop_recursive(3, 16, 3, |inner| prop_oneof![object(inner.clone(), 3), list(inner, 0..=3)]).boxed()
}

/// Keywords whose values are no schemas.
fn assertion() -> BoxedStrategy<(&'static str, Value)> {
    let types = ["null", "boolean", "string", "number", "integer", "array", "object"];
    let names = some_of(&["a", "b", "ab", "c"], 0..=2);
    let keyed = |keys: &[&'static str], values: BoxedStrategy<Value>| (prop::sample::select(keys.to_vec()), values).boxed();
    prop_oneof![
        2 => keyed(&["type"], chosen(json!(types))),
        2 => keyed(&["type"], some_of(&types, 1..=3)),
        1 => keyed(&["const"], scalar()),
        2 => keyed(&["enum"], list(value(), 0..=4)),
        2 => keyed(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"], chosen(json!([-1, 0, 1, 1.5, 2]))),
        1 => keyed(&["multipleOf"], chosen(json!([0.5, 1, 2, 1.0]))),
        2 => keyed(&["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"], chosen(json!([0, 1, 2, 3]))),
        1 => keyed(&["minContains", "maxContains"], chosen(json!([0, 1, 2]))),
        1 => keyed(&["pattern"], chosen(json!(["^a", "b$", "."]))),
        1 => keyed(&["uniqueItems"], chosen(json!([true, false]))),
        2 => keyed(&["required"], names.clone()),
        1 => keyed(&["dependentRequired"], object(names, 2)),
        1 => keyed(&["title", "description"], chosen(json!(["a note"]))),
    ]
    .boxed()
}

fn part() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        1 => chosen(json!([true, false, {"$ref": "#/$defs/d"}, {"$ref": "#/$defs/e"}, {"$ref": "#"}])),
        6 => prop::collection::vec(assertion(), 0..=3).prop_map(of_keywords),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let schemas = list(inner.clone(), 1..=3);
        let named = object(inner.clone(), 3);
        let patterns = prop::collection::vec((prop::sample::select(vec!["^a", "b$"]), inner.clone()), 1..=2);
        let patterns = patterns.prop_map(|members| members.into_iter().map(|(name, schema)| (name.to_owned(), schema)));
        let of = |keys: &[&'static str], values: BoxedStrategy<Value>| (prop::sample::select(keys.to_vec()), values).boxed();
        let applied = prop_oneof![
            2 => of(&["allOf", "anyOf", "oneOf", "prefixItems"], schemas),
            2 => of(&["not", "if", "then", "else", "items", "contains", "propertyNames"], inner.clone().boxed()),
            2 => of(&["additionalProperties"], prop_oneof![Just(json!(false)), inner.clone()].boxed()),
            3 => of(&["properties"], named.clone()),
            1 => of(&["dependentSchemas"], named),
            1 => of(&["patternProperties"], patterns.prop_map(|members| Value::Object(members.collect())).boxed()),
        ];
        let own = prop::collection::vec(assertion(), 0..=2);
        (own, prop::collection::vec(applied, 1..=3)).prop_map(|(own, applied)| of_keywords(own.into_iter().chain(applied)))
    })
    .boxed()
}

fn of_keywords(keywords: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::Object(keywords.into_iter().map(|(keyword, value)| (keyword.to_owned(), value)).collect())
}

/// A schema with two definitions.
pub(super) fn schema() -> BoxedStrategy<Value> {
    (part(), part(), part())
        .prop_map(|(mut root, d, e)| {
            if let Some(root) = root.as_object_mut() {
                root.insert("$defs".to_owned(), json!({"d": d, "e": e}));
                return Value::Object(root.clone());
            }
            json!({"allOf": [root], "$defs": {"d": d, "e": e}})
        })
        .boxed()
}

/// A schema, and one that has some keywords more, less or of another value.
pub(super) fn changed() -> BoxedStrategy<(Value, Value)> {
    let small = prop::collection::vec(assertion(), 0..=2).prop_map(of_keywords);
    let change = (any::<prop::sample::Index>(), any::<bool>(), assertion());
    let edited = (schema(), prop::collection::vec(change, 1..=2)).prop_map(|(old, changes)| {
        let mut new = old.clone();
        for (place, adds, (keyword, value)) in changes {
            let mut places = Vec::new();
            objects(&new, String::new(), &mut places);
            let Some(Value::Object(object)) = new.pointer_mut(place.get::<String>(&places)) else { continue };
            if adds {
                object.insert(keyword.to_owned(), value);
            } else if let Some(keyword) = object.keys().next().cloned() {
                object.shift_remove(&keyword);
            }
        }
        (old, new)
    });
    prop_oneof![3 => edited, 1 => (small.clone(), small)].boxed()
}

/// The places of all objects.
fn objects(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| objects(member, format!("{at}/{name}"), places));
            places.push(at);
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| objects(item, format!("{at}/{i}"), places)),
        _ => {}
    }
}
