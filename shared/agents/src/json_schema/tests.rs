use super::generated::{schema, value};
use super::{Mismatch, Schema};
use proptest::prelude::*;
use serde_json::{Value, json};

fn read(schema: Value) -> Schema {
    Schema::parse(&schema).unwrap_or_else(|error| panic!("{schema}: {error}"))
}

#[track_caller]
fn mismatch(schema: Value, value: Value) -> (String, String) {
    let Mismatch { field, message } = read(schema).check(&value).unwrap_err();
    (field, message)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The library that this project uses elsewhere has another implementation of the same draft.
    #[test]
    fn a_value_fits_if_the_reference_says_so(schema in schema(), values in prop::collection::vec(value(), 8)) {
        match Schema::parse(&schema) {
            Err(error) => prop_assert!(error.contains("refers to itself"), "{error}"),
            Ok(read) => {
                let reference = jsonschema::draft202012::new(&schema).unwrap();
                for value in values {
                    let checked = read.check(&value);
                    prop_assert_eq!(checked.is_ok(), reference.is_valid(&value), "{} {:?}", value, checked);
                }
            }
        }
    }
}

#[test]
fn a_mismatch_names_the_field_and_not_the_value() {
    let order = json!({
        "type": "object",
        "required": ["id", "items"],
        "additionalProperties": false,
        "properties": {
            "id": {"type": "string", "pattern": "^[0-9]+$"},
            "note": {"anyOf": [{"type": "object", "properties": {"text": {"type": "string", "maxLength": 5}}}, {"type": "null"}]},
            "items": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/item"}},
        },
        "$defs": {"item": {"required": ["name"], "properties": {
            "name": {"enum": ["a", "b"]},
            "count": {"type": "integer", "minimum": 1, "multipleOf": 2},
        }}},
    });
    let item = |item: Value| json!({"id": "1", "items": [{"name": "a"}, {"name": "b"}, item]});
    for (value, field, message) in [
        (json!("secret"), "", "must be an object"),
        (json!({"items": []}), "id", "is missing"),
        (json!({"id": "secret", "items": []}), "id", "must match `^[0-9]+$`"),
        (json!({"id": "1", "items": []}), "items", "must have at least 1 items"),
        (item(json!({})), "items[2].name", "is missing"),
        (item(json!({"name": "secret"})), "items[2].name", r#"must be one of "a", "b""#),
        (item(json!({"name": "a", "count": 0.5})), "items[2].count", "must be an integer"),
        (item(json!({"name": "a", "count": 0})), "items[2].count", "must be at least 1"),
        (item(json!({"name": "a", "count": 3.0})), "items[2].count", "must be a multiple of 2"),
        (json!({"id": "1", "items": [{"name": "a"}], "more": 1}), "more", "is not allowed"),
        (json!({"id": "1", "items": [{"name": "a"}], "note": {"text": "secret"}}), "note.text", "must have at most 5 characters"),
        (json!({"id": "1", "items": [{"name": "a"}], "note": 1}), "note", "fits none of the alternatives of its schema"),
    ] {
        assert_eq!(mismatch(order.clone(), value), (field.to_owned(), message.to_owned()));
    }
    read(order).check(&item(json!({"name": "a", "count": 4}))).unwrap();
    let told = Mismatch { field: "a.b".to_owned(), message: "is missing".to_owned() }.to_string();
    assert_eq!(told, "`a.b` is missing");
}

#[test]
fn numbers_are_compared_to_the_last_digit() {
    let large = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let schema = json!({"maximum": large("9007199254740993"), "enum": [large("9007199254740993"), large("1e2")]});
    read(schema.clone()).check(&large("9007199254740993.0")).unwrap();
    read(schema.clone()).check(&large("100")).unwrap();
    read(schema.clone()).check(&large("9007199254740992")).unwrap_err();
    assert_eq!(mismatch(schema, large("9007199254740994")).1, "must be one of 9007199254740993, 1e+2");
    read(json!({"multipleOf": 0.1})).check(&json!(0.3)).unwrap();
}

#[test]
fn a_text_that_means_the_same_time_is_another_text() {
    let times = json!(["2024-01-01T01:00:00+01:00"]);
    read(json!({"enum": times})).check(&json!("2024-01-01T00:00:00Z")).unwrap_err();
}

#[test]
fn what_is_wrong_with_a_schema_is_told_with_its_place() {
    for (schema, error) in [
        (json!(1), "the schema must be a schema: an object, true or false"),
        (
            json!({"properties": {"a": {"type": "text"}}}),
            "`properties.a.type` must be one or more of null, boolean, string, number, integer, array, object",
        ),
        (json!({"properties": {"a": {"minimum": "1"}}}), "`properties.a.minimum` must be a number"),
        (json!({"minLength": -1}), "`minLength` must be a whole number that is not negative"),
        (json!({"anyOf": []}), "`anyOf` must have a schema in it"),
        (json!({"required": "a"}), "`required` must be a list"),
        (json!({"required": [1]}), "`required.0` must be a text"),
        (json!({"multipleOf": 0}), "`multipleOf` must be a number above 0, of at most 100 digits"),
        (json!({"$ref": "https://example.com/a.json"}), "`$ref` must be a path in this schema, like `#/$defs/name`"),
        (json!({"$ref": "#/$defs/a"}), "`$ref` refers to nothing in this schema"),
        (
            json!({"$schema": "http://json-schema.org/draft-07/schema#"}),
            "`$schema` must be https://json-schema.org/draft/2020-12/schema: other drafts are not read",
        ),
        (
            json!({"properties": {"a": {"$id": "b"}}}),
            "`properties.a.$id` is not read here: refer by `$ref` with a path in this schema, like `#/$defs/name`",
        ),
        (json!({"unevaluatedProperties": false}), "`unevaluatedProperties` is not read here: use `additionalProperties`"),
        (json!({"items": [{}]}), "`items` must be a schema: an object, true or false"),
        (json!({"$ref": "#"}), "the schema refers to itself, or to more than 32 schemas one after another"),
        (
            json!({"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}}),
            "`$defs.a.anyOf.0` refers to itself, or to more than 32 schemas one after another",
        ),
    ] {
        assert_eq!(Schema::parse(&schema).unwrap_err(), error);
    }
    let lookahead = Schema::parse(&json!({"properties": {"a": {"pattern": "(?=a)"}}})).unwrap_err();
    assert!(lookahead.starts_with("`properties.a.pattern` is no regular expression that is read here"), "{lookahead}");
    Schema::parse(
        &json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.com/a", "x-mine": 1}),
    )
    .unwrap();
}

#[test]
fn references_lead_anywhere_in_the_schema() {
    let tree = json!({"$ref": "#/components/a~1b/c%20d", "components": {"a/b": {"c d": {"properties": {"next": {"$ref": "#"}}, "type": "object"}}}});
    assert_eq!(mismatch(tree, json!({"next": {"next": 1}})), ("next.next".to_owned(), "must be an object".to_owned()));
}

/// A schema of some hundred bytes that judges a value 2^30 times.
fn bomb() -> Value {
    let defs = (0..30).map(|i| {
        let next = json!({"$ref": format!("#/$defs/d{}", i + 1)});
        (format!("d{i}"), json!({"properties": {"a": next}, "allOf": [{"properties": {"a": next}}]}))
    });
    let mut defs: serde_json::Map<String, Value> = defs.collect();
    defs.insert("d30".to_owned(), json!({"type": "string"}));
    json!({"$ref": "#/$defs/d0", "$defs": defs})
}

#[test]
fn schemas_and_checks_have_bounds() {
    let nested = (0..30).fold(json!("a"), |value, _| json!({"a": value}));
    assert!(mismatch(bomb(), nested.clone()).1.contains("takes too long"));
    let not = json!({"not": {"$ref": "#/$defs/d0"}, "$defs": bomb()["$defs"]});
    assert!(mismatch(not, nested).1.contains("takes too long"), "what was not checked does not fit");

    let many: Vec<Value> = (0..100_000).map(|_| json!("a")).collect();
    let patterns: Vec<Value> = (0..64).map(|i| json!({"pattern": format!("[ab]{{1,{}}}$|c", i + 1)})).collect();
    let (many, patterns) = (json!(many), json!({"items": {"allOf": patterns}}));
    assert!(mismatch(patterns, many).1.contains("takes too long"));

    let deep = (0..100).fold(json!({}), |schema, _| json!({"items": schema}));
    assert!(Schema::parse(&deep).unwrap_err().ends_with("is nested too deep"));
    let long = json!({"description": "a".repeat(70_000)});
    assert_eq!(Schema::parse(&long).unwrap_err(), "the schema has more than 64 KB");
    let many: Vec<Value> = (0..65).map(|_| json!({"pattern": "a"})).collect();
    assert!(Schema::parse(&json!({"anyOf": many})).unwrap_err().contains("one regular expression too many"));
    let chain: serde_json::Map<String, Value> =
        (0..1000).map(|i| (format!("{i}"), json!({"$ref": format!("#/$defs/{}", i + 1)}))).collect();
    let mut chain = json!({"$defs": chain});
    chain["$defs"]["1000"] = json!({});
    assert!(Schema::parse(&chain).unwrap_err().contains("refers to itself, or to more than 32"));
}
