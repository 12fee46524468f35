//! What a model is told of the tools, and what it is told when it calls them wrongly. What tools do is tested in `tests/tools.rs`.

use super::*;
use rookery_domain::{Args, Payload};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

fn tool(name: &str) -> Tool {
    define_tool(name, "Does nothing.", |_: Nothing, _| async { Ok(String::new()) })
}

fn args(value: Value) -> Args {
    Args::Json(Payload::of(value).unwrap())
}

#[test]
fn every_tool_can_be_told_to_a_model() {
    for tool in Tools::default().0.values() {
        tool.judge().unwrap();
        let schema = &tool.spec().parameters;
        assert!(!schema.to_string().contains("$ref"), "{schema}");
        for (field, of) in schema["properties"].as_object().unwrap() {
            assert!(of["description"].is_string(), "{}.{field}: {of}", tool.spec().name);
        }
    }
    insta::assert_json_snapshot!("http", Tools::default().0["http"].spec().parameters);
}

static DESCRIBED: AtomicUsize = AtomicUsize::new(0);

#[derive(serde::Deserialize)]
struct Counted {}

impl schemars::JsonSchema for Counted {
    fn schema_name() -> Cow<'static, str> {
        "Counted".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        DESCRIBED.fetch_add(1, Ordering::Relaxed);
        schemars::json_schema!({"type": "object"})
    }
}

#[test]
fn a_schema_is_made_once_however_often_a_tool_of_its_type_is_defined() {
    let defined = || define_tool("counted", "Does nothing.", |_: Counted, _| async { Ok(String::new()) });
    let first = defined();
    let made = DESCRIBED.load(Ordering::Relaxed);
    for _ in 0..3 {
        let again = defined();
        assert_eq!(again.spec().parameters, first.spec().parameters);
        Tools::default().with(again).unwrap();
    }
    assert_eq!(DESCRIBED.load(Ordering::Relaxed), made);
}

#[test]
fn a_tool_that_no_provider_would_take_is_refused() {
    assert!(Tools::default().with(tool("roll_dice")).is_ok());
    for name in ["", "roll dice", "würfel", &"n".repeat(65)] {
        assert!(Tools::default().with(tool(name)).is_err(), "{name}");
    }
    assert_eq!(tool("x").spec().parameters, json!({"type": "object", "additionalProperties": false, "properties": {}}));
}

#[test]
fn arguments_are_judged_by_the_schema_and_the_model_is_told_what_is_wrong() {
    let tools = Tools::default();
    let told = |name: &str, value: Value| tools.0[name].read(&args(value)).unwrap_err();
    assert!(tools.0["read"].read(&args(json!({"path": "a", "from_line": null}))).is_ok());
    for (name, value, says) in [
        ("read", json!({}), r#""path" is a required property"#),
        ("read", json!({"path": 1}), r#"/path: it is not of type "string""#),
        ("read", json!({"path": "a", "from_line": -1}), "/from_line"),
        ("read", json!({"path": "a", "file": "b"}), "'file' was unexpected"),
        ("edit", json!({"path": "a", "old": "", "new": "b"}), "/old"),
        ("http", json!({"method": "CONNECT", "url": "x"}), "/method"),
        ("list", json!([]), "object"),
    ] {
        let told = told(name, value);
        assert!(told.contains(says), "{name}: {told}");
    }
    let told = told("read", json!({"path": ["secret".repeat(1000)]}));
    assert!(told.len() < 200 && !told.contains("secret"), "{told}");
    assert!(tools.0["list"].read(&Args::Malformed("{\"a\":".into())).unwrap_err().contains("not valid JSON"));
}

#[test]
fn only_what_may_be_repeated_is_repeated() {
    let tools = Tools::default();
    for (name, repeats) in [("read", true), ("write", true), ("edit", true), ("list", true), ("grep", true)] {
        assert_eq!(tools.0[name].repeats(&json!({})), repeats, "{name}");
    }
    for (method, repeats) in [("GET", true), ("HEAD", true), ("POST", false), ("PUT", false), ("PATCH", false), ("DELETE", false)]
    {
        assert_eq!(tools.0["http"].repeats(&json!({"method": method, "url": "x"})), repeats, "{method}");
    }
    assert!(!tool("x").repeats(&json!({})) && tool("x").repeatable().repeats(&json!({})));
}

#[test]
fn a_long_result_is_cut_between_characters() {
    let text = "ü".repeat(100_000);
    let cut = shortened_text(&text);
    assert!(
        cut.len() <= rookery_domain::limits::TOOL_RESULT_BYTES && cut.ends_with("[This is cut. It has 200000 bytes in all.]")
    );
    assert_eq!(shortened_text("short"), "short");
}

fn shortened_text(text: &str) -> String {
    super::tool::shortened(text.to_owned())
}
