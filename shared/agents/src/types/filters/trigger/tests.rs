//! Tests of `trigger`.

use crate::testing::{emitted, problem, problems, receive};
use serde_json::{Value, json};

async fn matches(kind: &str, value: Value, payload: &str) -> bool {
    let config = json!({"rules": [{"type": kind, "path": "v", "value": value}], "message": "m"});
    !receive("trigger", config, payload).await.unwrap().emit.is_empty()
}

#[tokio::test]
async fn each_type_compares_in_its_way() {
    for (kind, value, payload, expected) in [
        ("regex", json!("B.D"), r#"{"v":"abcd"}"#, true),
        ("regex", json!("(?-i)B"), r#"{"v":"abc"}"#, false),
        ("regex", json!("^b$"), r#"{"v":"a\nb\nc"}"#, true),
        ("regex", json!("a.b"), r#"{"v":"a\nb"}"#, false),
        ("regex", json!("(?m)a.b"), r#"{"v":"a\nb"}"#, true),
        ("regex", json!(["x", "c"]), r#"{"v":"abc"}"#, true),
        ("regex", json!("^$"), "{}", true),
        ("regex", json!("1"), r#"{"v":[0,1]}"#, true),
        ("regex", json!("{{ word }}$"), r#"{"v":"the end","word":"END"}"#, true),
        ("!regex", json!("b"), r#"{"v":"ABC"}"#, false),
        ("!regex", json!("x"), r#"{"v":"ABC"}"#, true),
        ("!regex", json!(["b", "x"]), r#"{"v":"ABC"}"#, true),
        ("field<value", json!(3), r#"{"v":"2.9 kg"}"#, true),
        ("field<value", json!("3"), r#"{"v":3}"#, false),
        ("field<=value", json!("3 of 4"), r#"{"v":3}"#, true),
        ("field>=value", json!(0), "{}", true),
        ("field>value", json!("-1"), r#"{"v":"none"}"#, true),
        ("field>value", json!([9, 1]), r#"{"v":5}"#, true),
        ("field>value", json!("{{ limit }}"), r#"{"v":5,"limit":4}"#, true),
        ("field==value", json!("5"), r#"{"v":5}"#, true),
        ("field==value", json!(5), r#"{"v":"5"}"#, true),
        ("field==value", json!("5.0"), r#"{"v":5}"#, false),
        ("field==value", json!("true"), r#"{"v":true}"#, true),
        ("field==value", json!(""), r#"{"v":null}"#, true),
        ("field==value", json!(["a", "b"]), r#"{"v":"b"}"#, true),
        ("field==value", json!([]), r#"{"v":"b"}"#, false),
        ("field!=value", json!("A"), r#"{"v":"a"}"#, true),
        ("field!=value", json!(["a", "b"]), r#"{"v":"a"}"#, true),
        ("not in", json!(["a", "b"]), r#"{"v":"a"}"#, false),
        ("not in", json!(["a", "{{ own }}"]), r#"{"v":"c","own":"c"}"#, false),
        ("not in", json!(["a", "b"]), r#"{"v":"c"}"#, true),
        ("not in", json!("a"), "{}", true),
    ] {
        assert_eq!(matches(kind, value.clone(), payload).await, expected, "{kind} {value} {payload}");
    }
}

#[tokio::test]
async fn as_many_rules_match_as_must() {
    let rule = |value: u8| json!({"type": "field==value", "path": "$.list[*]", "value": value});
    for (must, expected) in [(json!(null), false), (json!(1), true), (json!("2"), true), (json!(3), false)] {
        let config = json!({"rules": [rule(1), rule(2), "{{ is_on }}"], "must_match": must, "message": "m"});
        let effects = receive("trigger", config, r#"{"list":[1,2],"is_on":true}"#).await.unwrap();
        assert_eq!(!effects.emit.is_empty(), expected, "{must}: the first value of a path counts");
    }
}

#[tokio::test]
async fn the_event_is_kept_or_told() {
    let emits = async |more: Value, payload: &'static str| {
        let mut config = json!({"rules": ["true"]});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let effects = receive("trigger", config, payload).await?;
        Ok::<_, crate::AgentError>(emitted(&effects)[0].1.to_owned())
    };
    let payload = r#"{"n":1.10,"message":"old"}"#;
    assert_eq!(emits(json!({"message": "{{ n }}!"}), payload).await.unwrap(), r#"{"message":"1.10!"}"#);
    assert_eq!(emits(json!({"message": "{{ none }}"}), payload).await.unwrap(), r#"{"message":""}"#);
    assert_eq!(emits(json!({"keep_event": "true"}), payload).await.unwrap(), payload);
    assert_eq!(emits(json!({"keep_event": true, "message": " {{ none }}"}), payload).await.unwrap(), payload);
    let told = emits(json!({"keep_event": true, "message": "was {{ message }}"}), payload).await.unwrap();
    assert_eq!(told, r#"{"n":1.10,"message":"was old"}"#);
    assert_eq!(emits(json!({"keep_event": true}), "[1]").await.unwrap(), "[1]");
    assert_eq!(emits(json!({"keep_event": true, "message": "m"}), "[1]").await.unwrap_err().code, "payload_not_object");
}

#[tokio::test]
async fn what_is_no_regular_expression_is_told_at_its_place() {
    let rules =
        |kind: &str, value: Value| json!({"rules": ["true", {"type": kind, "path": "v", "value": value}], "message": "m"});
    for pattern in ["(", "(?=a)", "(?<!a)b", r"(a)\1", "a{99999}"] {
        let found = problems("trigger", rules("regex", json!(pattern)));
        assert_eq!((found.len(), found[0].0.as_str()), (1, "config.rules[1].value"), "{pattern}");
        assert!(found[0].1.contains("looking around"), "{}", found[0].1);
    }
    assert_eq!(problem("trigger", rules("!regex", json!(["a", "("]))), "config.rules[1].value[1]");
    let error = receive("trigger", rules("regex", json!("{{ v }}")), r#"{"v":"("}"#).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.message.starts_with("rules[1]: ")), ("invalid_pattern", true));
}

#[test]
fn errors_name_their_place() {
    let rule = json!({"type": "regex", "path": "a", "value": "b"});
    let with = |name: &str, value: Value| {
        let mut rule = rule.clone();
        rule[name] = value;
        json!({"rules": [rule], "message": "m"})
    };
    for (config, field) in [
        (json!({"message": "m"}), "rules"),
        (json!({"rules": [], "message": "m"}), "rules"),
        (json!({"rules": [5], "message": "m"}), "rules[0]"),
        (json!({"rules": ["{{ a"], "message": "m"}), "rules[0]"),
        (json!({"rules": [rule]}), "message"),
        (json!({"rules": [rule], "message": " "}), "message"),
        (json!({"rules": [rule], "message": "{{ a"}), "message"),
        (json!({"rules": [rule], "message": "m", "must_match": 0}), "must_match"),
        (json!({"rules": [rule], "message": "m", "must_match": 2}), "must_match"),
        (json!({"rules": [vec!["a"; 201]], "message": "m"}), "rules[0]"),
        (json!({"rules": vec!["a"; 201], "message": "m"}), "rules"),
        (with("type", json!("is")), "rules[0].type"),
        (with("path", json!("a[")), "rules[0].path"),
        (with("value", json!({})), "rules[0].value"),
        (with("value", json!(["b", []])), "rules[0].value[1]"),
        (with("value", json!("{{ a")), "rules[0].value"),
        (with("more", json!(1)), "rules[0].more"),
    ] {
        assert_eq!(problem("trigger", config.clone()), format!("config.{field}"), "{config}");
    }
}
