use super::Direction::{Input, Output};
use super::{Direction, breaks, breaks_read};
use crate::json_schema::Schema;
use crate::json_schema::generated::{changed, schema, value};
use proptest::prelude::*;
use serde_json::{Value, json};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_breaks_nothing_takes_all_that_was_taken((old, new) in changed(), values in prop::collection::vec(value(), 30)) {
        if let (Ok(read_old), Ok(read_new)) = (Schema::parse(&old), Schema::parse(&new)) {
            let (input, output) = (breaks(Input, &old, &new), breaks(Output, &old, &new));
            for value in values {
                let (before, now) = (read_old.check(&value).is_ok(), read_new.check(&value).is_ok());
                prop_assert!(now || !before || !input.is_empty(), "{value} was taken, and is not");
                prop_assert!(before || !now || !output.is_empty(), "{value} did not come, and does");
            }
        }
    }

    #[test]
    fn a_schema_breaks_nothing_that_relies_on_itself(schema in schema()) {
        if let Ok(read) = Schema::parse(&schema) {
            let told = breaks_read(Input, &read, &read);
            // A comparison that takes too long ends, and says so.
            prop_assert!(told.is_empty() || told.iter().any(|gap| gap.contains("too complicated")), "{:?}", told);
        }
    }
}

#[test]
fn what_is_given_up_while_alternatives_are_compared_is_told() {
    let any = json!({"anyOf": [{"type": "object"}, {"$ref": "#/$defs/d"}, {"$ref": "#/$defs/d"}]});
    let schema = json!({
        "oneOf": [
            {"additionalProperties": {"$ref": "#"}},
            {},
            {"properties": {"a": {}}, "dependentSchemas": {"a": {"$ref": "#/$defs/e"}}},
        ],
        "$defs": {"d": true, "e": {"dependentSchemas": {"a": {"additionalProperties": any}}}},
    });
    let read = Schema::parse(&schema).unwrap();
    let told = breaks_read(Input, &read, &read);
    assert!(told.iter().any(|gap| gap.contains("too complicated")), "{told:?}");
}

#[track_caller]
fn assert_breaks(direction: Direction, old: Value, new: Value, expected: &[&str]) {
    assert_eq!(breaks(direction, &old, &new), expected, "{direction:?}: {old} -> {new}");
}

/// A change that takes more: it breaks no input, and an output in this way; the way back, it is the other way round.
#[track_caller]
fn assert_widens(narrow: Value, wide: Value, input: &[&str], output: &[&str]) {
    assert_breaks(Input, narrow.clone(), wide.clone(), &[]);
    assert_breaks(Output, wide.clone(), narrow.clone(), &[]);
    assert_breaks(Input, wide.clone(), narrow.clone(), input);
    assert_breaks(Output, narrow, wide, output);
}

#[test]
fn what_breaks_is_told_with_its_path() {
    let object = |properties: Value, required: Value| json!({"type": "object", "properties": properties, "required": required});
    let a = |schema: Value| json!({"type": "object", "properties": {"a": schema}});
    assert_widens(
        object(json!({"a": {}}), json!(["a"])),
        object(json!({"a": {}}), json!([])),
        &["`a` must be there now"],
        &["`a` need not be there any more"],
    );
    assert_widens(
        a(json!({"type": "string"})),
        a(json!({"type": ["string", "null"]})),
        &["`a` must be a text now"],
        &["`a` need not be a text any more"],
    );
    assert_widens(
        a(json!({"type": "integer"})),
        a(json!({"type": "number"})),
        &["`a` must be an integer now"],
        &["`a` need not be an integer any more"],
    );
    assert_widens(
        a(json!({"enum": ["x"]})),
        a(json!({"enum": ["x", "y"]})),
        &[r#"`a` may not be "y" any more"#],
        &[r#"`a` may be "y" now"#],
    );
    assert_widens(
        a(json!({"minimum": 5})),
        a(json!({"exclusiveMinimum": 4})),
        &["`a` must be at least 5 now"],
        &["`a` need not be at least 5 any more"],
    );
    assert_widens(
        a(json!({"exclusiveMaximum": 5})),
        a(json!({"maximum": 5})),
        &["`a` must be less than 5 now"],
        &["`a` need not be less than 5 any more"],
    );
    assert_widens(
        a(json!({"multipleOf": 6})),
        a(json!({"multipleOf": 3})),
        &["`a` must be a multiple of 6 now"],
        &["`a` need not be a multiple of 6 any more"],
    );
    assert_widens(a(json!({"pattern": "^x"})), a(json!({})), &["`a` must match `^x` now"], &["`a` need not match `^x` any more"]);
    assert_widens(
        a(json!({"format": "date"})),
        a(json!({})),
        &["`a` must have the format `date` now"],
        &["`a` need not have the format `date` any more"],
    );
    assert_widens(
        a(json!({"maxLength": 3})),
        a(json!({"maxLength": 4})),
        &["`a` must have at most 3 characters now"],
        &["`a` need not have at most 3 characters any more"],
    );
    assert_widens(
        a(json!({"items": {"type": "string"}, "minItems": 1})),
        a(json!({"items": {}})),
        &["`a` must have at least 1 items now", "`a[]` must be a text now"],
        &["`a` need not have at least 1 items any more", "`a[]` need not be a text any more"],
    );
    assert_widens(
        json!({"properties": {"a": true}, "additionalProperties": false}),
        json!({"properties": {"a": true}}),
        &["`*` may not be there any more"],
        &["`*` may be there now"],
    );
    assert_widens(
        json!({"properties": {"a": true}, "additionalProperties": false}),
        json!({"properties": {"a": true, "b": true}, "additionalProperties": false}),
        &["`b` may not be there any more"],
        &["`b` may be there now"],
    );
    assert_widens(
        json!({"type": "string"}),
        Value::Null,
        &["the whole must be a text now"],
        &["the whole need not be a text any more"],
    );
}

#[test]
fn what_means_the_same_or_takes_more_breaks_nothing() {
    let text_or_null = json!({"anyOf": [{"type": "string"}, {"type": "null"}]});
    let event = |kinds: &[&str]| {
        let one = |kind: &&str| json!({"type": "object", "required": ["kind"], "properties": {"kind": {"const": kind}}});
        json!({"oneOf": kinds.iter().map(one).collect::<Vec<_>>()})
    };
    let node = |name: &str| {
        json!({"$ref": format!("#/$defs/{name}"), "$defs": {name: {
            "type": "object", "required": ["value"], "properties": {"value": {"type": "integer"}, "next": {"$ref": format!("#/$defs/{name}")}},
        }}})
    };
    let tree = |most: u32| json!({"oneOf": [{"type": "string", "maxLength": most}, {"type": "array", "items": {"$ref": "#"}}]});
    for (narrow, wide) in [
        (tree(3), tree(4)),
        (text_or_null.clone(), json!({"type": ["null", "string"]})),
        (json!({"type": ["null", "string"]}), text_or_null.clone()),
        (json!({"type": "string", "minLength": 1}), text_or_null),
        (node("node"), node("other")),
        (json!({"allOf": [{"minimum": 1}, {"maximum": 2}]}), json!({"minimum": 1, "maximum": 3})),
        (event(&["a", "b"]), event(&["a", "b", "c"])),
        (json!({"type": "boolean"}), json!({"enum": [true, false, null]})),
        (json!({"not": {"type": ["string", "null"]}}), json!({"not": {"type": "string"}})),
        (json!({"type": "integer"}), json!({"not": {"type": "string"}})),
        (json!({"contains": {"minimum": 2}, "minContains": 2}), json!({"contains": {"minimum": 1}})),
        (json!({"required": ["a", "b"]}), json!({"dependentRequired": {"a": ["b"]}})),
        (
            json!({"properties": {"ab": {"type": "integer"}}, "additionalProperties": false}),
            json!({"patternProperties": {"^a": {"type": "number"}}}),
        ),
        (json!({"properties": {"ab": {}}, "additionalProperties": false}), json!({"propertyNames": {"minLength": 2}})),
        (json!({"prefixItems": [{"type": "string"}], "maxItems": 1}), json!({"items": {"type": "string"}})),
        (json!({"if": {"minimum": 1}, "then": {"maximum": 2}}), json!({"if": {"minimum": 1}, "then": {"maximum": 3}})),
    ] {
        assert_breaks(Input, narrow.clone(), wide.clone(), &[]);
        assert_breaks(Output, wide, narrow, &[]);
    }
    assert_breaks(
        Output,
        event(&["a", "b"]),
        event(&["a", "b", "c"]),
        &["the whole need not fit one of its alternatives any more"],
    );
}

#[test]
fn what_cannot_be_compared_breaks() {
    let bad = breaks(Input, &json!({}), &json!({"type": "text"}));
    assert!(bad[0].starts_with("`type` must be one or more of"), "{bad:?}");
    // Each of these means the same in both forms, but to see it takes more than is looked at.
    for (old, new) in [
        (json!({"pattern": "^a"}), json!({"pattern": "^(a)"})),
        (json!({"type": "integer", "minimum": 1, "maximum": 2}), json!({"enum": [1, 2]})),
    ] {
        assert_ne!(breaks(Input, &old, &new), Vec::<String>::new());
    }
}

#[test]
fn a_comparison_has_bounds() {
    let part = |i: usize| json!({"anyOf": [{"minimum": i}, {"maxLength": i}, {"minItems": i}]});
    let of = |more: i32| json!({"allOf": (0..20).map(part).collect::<Vec<_>>(), "items": {"minimum": more}});
    assert_eq!(
        breaks(Input, &of(1), &of(0)).last().unwrap(),
        "the whole is too complicated to be compared with the version before"
    );
}
