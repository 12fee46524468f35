//! Tests of all agent types: their examples run, their schemas accept their examples, and the catalogue is a snapshot.

use super::{all, build};
use crate::testing::{self, World};
use crate::{Context, Effects, Example, ExampleEvent, Kind, Memory, TypeInfo};
use rookery_domain::{Cell, DeliveryId, Time};
use serde_json::{Value, json};
use std::collections::HashSet;

/// The events that an example's agent emits when its event, or else a check, wakes it; and the memory afterwards.
async fn run(info: &TypeInfo, example: &Example) -> (Vec<ExampleEvent>, Value) {
    let config = example.config.as_object().expect("a config is an object").clone();
    let agent = build(info.name, &config).unwrap_or_else(|problems| panic!("{}: {:?}", info.name, problems.errors));
    let cell = Cell { agent_type: info.name.into(), config, ..testing::cell() };
    let event = example.event.as_ref().map(|payload| testing::event("source", &payload.to_string()));
    let world = World::of(example);
    let mut cx = Context::new(&cell, DeliveryId(uuid::Uuid::nil()), &world);
    cx.event = event.as_ref();
    cx.links = vec!["link".into()];
    cx.incoming = vec!["link".into()];
    let target = Cell { agent_type: "manual".into(), ..testing::cell() };
    cx.controlled = vec![&target];
    cx.memory = example.memory.clone();
    cx.now = Time(1_767_225_600_000);
    agent.memory(&cx).unwrap();
    let effects = match &event {
        Some(_) => agent.receive(&cx).await,
        None if info.checks => {
            cx.due = Some(cx.now);
            agent.check(&cx).await
        }
        None => return (Vec::new(), Value::Null),
    };
    let effects = effects.unwrap_or_else(|error| panic!("{}: {}: {error}", info.name, example.title));
    let allowed = &agent.facts().groups;
    // The type of a task, which may be anything, stands behind the group of its event.
    let known = |groups: &[String]| if agent.facts().has_task_types { groups[..1].to_vec() } else { groups.to_vec() };
    for emit in &effects.emit {
        assert!(
            known(&emit.groups).iter().all(|group| allowed.contains(group)),
            "{}: {:?} not in {allowed:?}",
            info.name,
            emit.groups
        );
    }
    let memory = match effects.memory {
        Memory::Keep => example.memory.clone(),
        Memory::Set(memory) | Memory::SetUntil(memory, _) => memory,
    };
    let events = effects.emit.into_iter();
    (
        events.map(|emit| ExampleEvent { group: known(&emit.groups).join(","), payload: emit.payload.value().clone() }).collect(),
        memory,
    )
}

#[tokio::test]
async fn every_example_does_what_it_says() {
    for info in all() {
        let examples = (info.examples)();
        assert!(!examples.is_empty(), "{} has no example", info.name);
        for example in &examples {
            let (emitted, memory) = run(info, example).await;
            assert_eq!(emitted, example.emits, "{}: {}", info.name, example.title);
            if let Some(expected) = &example.remembers {
                assert_eq!(&memory, expected, "{}: {}", info.name, example.title);
            }
        }
        assert!(
            info.kind == Kind::Trigger || examples.iter().any(|example| example.event.is_some()),
            "{} shows nothing that comes in",
            info.name
        );
    }
}

/// A world that has nothing.
struct Nobody;

impl crate::Host for Nobody {}

#[tokio::test]
async fn agents_that_only_compute_remember_ask_and_wait_for_nothing() {
    let mut names = Vec::new();
    for info in all() {
        for example in (info.examples)() {
            let agent = build(info.name, example.config.as_object().unwrap()).ok().unwrap();
            let Some(payload) = example.event.as_ref().filter(|_| agent.facts().only_computes) else { continue };
            let (cell, event) = (testing::cell(), testing::event("source", &payload.to_string()));
            let mut cx = Context::new(&cell, DeliveryId(uuid::Uuid::nil()), &Nobody);
            cx.event = Some(&event);
            assert_eq!(agent.memory(&cx).unwrap(), crate::MemoryUse::None, "{}", info.name);
            let Effects { memory, wake, publish, wait, .. } = agent.receive(&cx).await.unwrap();
            assert_eq!((memory, wake, publish, wait), (Memory::Keep, vec![], None, None), "{}: {}", info.name, example.title);
            names.push(info.name);
        }
    }
    names.dedup();
    assert_eq!(names, ["condition", "merge", "split", "trigger", "csv", "event_formatting", "json_parse"]);
}

#[test]
fn every_schema_takes_its_examples_and_no_unknown_field() {
    for info in all() {
        let validator = jsonschema::validator_for(&(info.schema)()).unwrap_or_else(|error| panic!("{}: {error}", info.name));
        for example in (info.examples)() {
            let errors: Vec<String> = validator.iter_errors(&example.config).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {}: {errors:?}", info.name, example.title);
            let mut unknown = example.config.clone();
            unknown["no_such_option"] = json!(1);
            assert!(!validator.is_valid(&unknown), "{} takes unknown fields", info.name);
            let problems = build(info.name, unknown.as_object().unwrap()).err().unwrap();
            assert_eq!(problems.errors[0].0, "config.no_such_option", "{}", info.name);
        }
    }
}

#[test]
fn every_type_takes_texts_for_its_numbers_and_booleans() {
    let mut taken = 0;
    for info in all() {
        let properties = (info.schema)()["properties"].clone();
        for example in (info.examples)() {
            let mut config = example.config.as_object().unwrap().clone();
            config.insert("keep_events_for".to_owned(), "3600".into());
            for (name, value) in &mut config {
                let kind = &properties[name]["type"];
                let is_plain = ["integer", "number", "boolean"].iter().any(|plain| kind == plain || kind[0] == *plain);
                if is_plain && (value.is_number() || value.is_boolean()) {
                    *value = value.to_string().into();
                    taken += 1;
                }
            }
            let built = build(info.name, &config).map_err(|problems| problems.errors);
            assert_eq!(built.map(|agent| agent.facts().keep_events_ms).unwrap(), 3_600_000, "{}", info.name);
        }
    }
    assert!(taken > 5, "{taken}");
}

#[test]
fn every_type_and_every_option_is_described_and_names_do_not_collide() {
    let mut names = HashSet::new();
    for info in all() {
        assert!(names.insert(info.name), "two types are called {}", info.name);
        assert!(names.insert(info.title), "two types are called {}", info.title);
        assert!(info.groups.iter().any(|group| group == "on_error"));
        let schema = (info.schema)();
        assert!(schema["description"].as_str().is_some_and(|text| text.len() > 20), "{} has no description", info.name);
        for (option, field) in schema["properties"].as_object().unwrap() {
            assert!(
                field["description"].as_str().is_some_and(|text| !text.is_empty()),
                "{}.{option} has no description",
                info.name
            );
        }
    }
    let order: Vec<u8> = all().iter().map(|info| info.kind as u8).collect();
    assert!(order.is_sorted(), "triggers first, then filters, then actions");
    let problems = build("no_such_type", &Default::default()).err().unwrap();
    assert_eq!(problems.errors[0].0, "agent_type");
}

/// All descriptions in a schema, except that of the type itself.
fn descriptions<'s>(schema: &'s Value, found: &mut Vec<&'s str>) {
    match schema {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(text) if name == "description" => found.push(text),
                    field => descriptions(field, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|field| descriptions(field, found)),
        _ => {}
    }
}

/// The parts of a description in backticks that show something to write: a template, JSON, or what follows "like".
fn recipes(description: &str) -> Vec<&str> {
    let parts: Vec<&str> = description.split('`').collect();
    let quoted = parts.chunks_exact(2).map(|pair| (pair[0], pair[1]));
    let is_recipe = |before: &str, code: &str| {
        let is_template = ["{{", "{%"].iter().any(|mark| code.contains(mark));
        let is_json = code.contains("\": ") && !code.contains("...");
        (is_template && !code.contains("...")) || is_json || ["like ", "as in "].iter().any(|word| before.ends_with(word))
    };
    quoted.filter(|(before, code)| is_recipe(before, code)).map(|(_, code)| code).collect()
}

#[test]
fn what_a_description_shows_is_in_an_example_that_runs() {
    // The layout of a config and the escapes of its quotes do not matter.
    let bare = |text: &str| text.replace("\\\"", "\"").split_whitespace().collect::<String>();
    let mut missing = Vec::new();
    for info in all() {
        let schema = (info.schema)();
        let configs: Vec<String> = (info.examples)().iter().map(|example| bare(&example.config.to_string())).collect();
        let mut found = Vec::new();
        descriptions(&schema["properties"], &mut found);
        // The type's own description also shows what events look like: only its templates are something to write.
        let own = recipes(schema["description"].as_str().unwrap())
            .into_iter()
            .filter(|code| code.contains("{{") || code.contains("{%"));
        for recipe in own.chain(found.into_iter().flat_map(recipes)) {
            if !configs.iter().any(|config| config.contains(&bare(recipe))) {
                missing.push(format!("{}: `{recipe}`", info.name));
            }
        }
    }
    assert!(missing.is_empty(), "no example has these:\n{}", missing.join("\n"));
}

#[test]
fn the_catalogue_is_a_contract() {
    let catalogue: Vec<Value> = all()
        .iter()
        .map(|info| {
            let configs = (info.examples)().into_iter().map(|example| json!({"title": example.title, "config": example.config}));
            json!({
                "type": info.name, "kind": info.kind, "title": info.title, "groups": info.groups, "checks": info.checks,
                "defaults": info.defaults(), "config_schema": (info.schema)(), "examples": configs.collect::<Vec<_>>(),
            })
        })
        .collect();
    // The snapshot is a text: the snapshot library does not know numbers that keep their digits.
    insta::assert_snapshot!("catalogue", serde_json::to_string_pretty(&catalogue).unwrap());
}
