//! A type refuses every config that its schema refuses. The tests spoil the configs of its examples at every place, in every way.

use super::{all, build};
use serde_json::{Map, Value, json};

/// All versions of a value that are spoiled at one place, in one way.
fn spoiled(value: &Value) -> Vec<Value> {
    let mut all = vec![Value::Null, json!([]), json!({}), json!("x"), json!(-1), json!(1.5), json!(true)];
    match value {
        Value::Object(fields) => {
            all.push(Value::Array(fields.values().cloned().collect()));
            for (name, field) in fields {
                let without: Map<_, _> = fields.clone().into_iter().filter(|(other, _)| other != name).collect();
                all.push(Value::Object(without));
                all.extend(spoiled(field).into_iter().map(|field| {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), field);
                    Value::Object(fields)
                }));
            }
        }
        Value::Array(items) => all.extend(items.iter().flat_map(spoiled).map(|item| json!([item]))),
        _ => {}
    }
    all
}

#[test]
fn a_config_that_its_schema_refuses_is_refused() {
    let mut refused = 0;
    for info in all() {
        let validator = jsonschema::validator_for(&(info.schema)()).unwrap();
        for example in (info.examples)() {
            for config in spoiled(&example.config).into_iter().filter(|config| !validator.is_valid(config)) {
                let Value::Object(config) = config else { continue };
                refused += 1;
                let is_taken = build(info.name, &config).is_ok_and(|agent| agent.facts().at_save.is_empty());
                assert!(!is_taken, "{} takes {}", info.name, Value::Object(config));
            }
        }
    }
    assert!(refused > 200, "{refused}");
}
