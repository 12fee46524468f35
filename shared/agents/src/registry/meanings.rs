//! What a schema says of an option (`x-rookery`) is what the builder does with it. The tests put something wrong into each option of each example,
//! and look how it is read: as a template, a path, a schedule, a credential's name.

use super::{all, build};
use crate::json_schema::Schema;
use crate::paths::Path;
use crate::schedule::Schedule;
use crate::{Facts, TypeInfo};
use serde_json::{Value, json};

/// A place in a config, as a pointer (RFC 6901), with what the schema says of it.
struct Place {
    pointer: String,
    schema: Value,
}

impl Place {
    fn means(&self) -> &str {
        self.schema["x-rookery"].as_str().unwrap_or_default()
    }

    fn is_of(&self, name: &str) -> bool {
        match &self.schema["type"] {
            Value::Array(types) => types.iter().any(|one| one == name),
            Value::Null => !["anyOf", "oneOf", "$ref"].iter().any(|key| self.schema.get(key).is_some()),
            one => one == name,
        }
    }
}

/// All places of a config that a schema names, also those of options that are not given.
fn places(pointer: &str, schema: &Value, config: Option<&Value>, found: &mut Vec<Place>) {
    found.push(Place { pointer: pointer.to_owned(), schema: schema.clone() });
    for (name, option) in schema["properties"].as_object().into_iter().flatten() {
        // An object that is not given cannot be given by one of its options alone.
        if pointer.is_empty() || config.is_some() {
            places(&format!("{pointer}/{name}"), option, config.and_then(|config| config.get(name)), found);
        }
    }
    if schema["additionalProperties"].is_object() {
        places(&format!("{pointer}/any"), &schema["additionalProperties"], None, found);
    }
    if schema["items"].is_object() && config.and_then(|config| config.get(0)).is_some() {
        places(&format!("{pointer}/0"), &schema["items"], config.and_then(|config| config.get(0)), found);
    }
    for variant in ["anyOf", "oneOf"].iter().filter_map(|key| schema[key].as_array()).flatten() {
        places(pointer, variant, config, found);
    }
}

/// The config with another value at a place.
fn with(config: &Value, pointer: &str, value: &Value) -> Value {
    let mut config = config.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    if config.pointer(parent).is_none() {
        config = with(&config, parent, &json!({}));
    }
    match config.pointer_mut(parent).unwrap() {
        Value::Array(items) => items[0] = value.clone(),
        parent => parent[name] = value.clone(),
    }
    config
}

/// What becomes of a value at a place of an example: the messages of the builder, or what it read.
fn read(info: &TypeInfo, config: &Value, place: &Place, value: Value) -> Result<Facts, Vec<String>> {
    let config = with(config, &place.pointer, &value);
    let built = build(info.name, config.as_object().unwrap());
    built.map(|agent| agent.facts().clone()).map_err(|problems| problems.errors.into_iter().map(|(_, message)| message).collect())
}

/// Calls `look` with each place of each example, but the whole config.
fn each(look: &mut dyn FnMut(&TypeInfo, &Value, &Place)) {
    for info in all() {
        for example in (info.examples)() {
            let mut found = Vec::new();
            places("", &(info.schema)(), Some(&example.config), &mut found);
            found.iter().filter(|place| !place.pointer.is_empty()).for_each(|place| look(info, &example.config, place));
        }
    }
}

#[test]
fn whatever_is_read_as_a_template_says_so_and_nothing_else_does() {
    let (mut said, mut read_as) = (Vec::new(), Vec::new());
    each(&mut |info, config, place| {
        let name = format!("{}{}", info.name, place.pointer);
        let bad = "{% nothing %}";
        let value = match place.means() {
            "templates" if !place.is_of("string") => json!({"a": bad}),
            _ => json!(bad),
        };
        if ["template", "templates"].contains(&place.means()) {
            said.push(name.clone());
        }
        if let Err(messages) = read(info, config, place, value)
            && messages.iter().any(|message| message.starts_with("template: "))
        {
            read_as.push(name);
        }
    });
    for names in [&mut said, &mut read_as] {
        names.sort();
        names.dedup();
    }
    assert_eq!(said, read_as);
    assert!(said.len() > 20, "{said:?}");
}

#[test]
fn whatever_is_read_as_a_path_a_schedule_a_schema_or_a_name_says_so() {
    let wrong = |text: &str| (Path::parse(text).unwrap_err().to_string(), Schedule::parse(text).unwrap_err().to_string());
    let (no_path, no_schedule) = wrong("a..b");
    let bad_schema = json!({"type": 7});
    let no_schema = Schema::parse(&bad_schema).unwrap_err().to_string();
    let mut found = std::collections::BTreeSet::new();
    each(&mut |info, config, place| {
        let mut says = |meanings: &[&str]| {
            assert!(meanings.contains(&place.means()), "{}{} is one of {meanings:?}", info.name, place.pointer);
            found.insert(meanings[0].to_owned());
        };
        let about = place.schema["description"].as_str().unwrap_or_default();
        if place.is_of("integer") && place.schema["type"].is_string() && about.contains("in seconds") {
            says(&["seconds"]);
        }
        if place.is_of("string") {
            let messages = read(info, config, place, json!("a..b")).err().unwrap_or_default();
            if messages.contains(&no_path) {
                // A text that may be either is a template.
                says(&["path", "template"]);
            }
            if messages.contains(&no_schedule) {
                says(&["schedule"]);
            }
            if let Ok(facts) = read(info, config, place, json!("some-name")) {
                if facts.credentials.iter().any(|used| used.name == "some-name") {
                    says(&["credential"]);
                }
                if facts.persistent_agent.is_some_and(|name| name.to_string() == "some-name") {
                    says(&["persistent_agent"]);
                }
            }
        }
        if place.schema.get("type").is_none() {
            let messages = read(info, config, place, bad_schema.clone()).err().unwrap_or_default();
            if messages.contains(&no_schema) {
                says(&["json_schema"]);
            }
        }
    });
    assert_eq!(
        found.iter().collect::<Vec<_>>(),
        ["credential", "json_schema", "path", "persistent_agent", "schedule", "seconds"]
    );
}
