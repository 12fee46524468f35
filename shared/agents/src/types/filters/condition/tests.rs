use crate::testing::{emitted, problem, problems, receive};
use serde_json::{Value, json};

#[tokio::test]
async fn a_match_passes_with_its_very_text() {
    let payload = r#" {"n": 1.10, "big": 12345678901234567891, "s": "\u0000"} "#;
    let above = |number: Value| json!({"condition": {"path": "big", "operator": "gt", "value": number}});
    let below: Value = serde_json::from_str("12345678901234567890").unwrap();
    let effects = receive("condition", above(below), payload).await.unwrap();
    assert_eq!(emitted(&effects), [("on_match", payload)]);
    let equal: Value = serde_json::from_str("12345678901234567891").unwrap();
    let effects = receive("condition", above(equal), payload).await.unwrap();
    assert_eq!(emitted(&effects), []);
}

#[tokio::test]
async fn trees_combine_as_logic_does() {
    let leaf = |yes: bool| json!({"path": "$", "operator": if yes { "exists" } else { "not_exists" }});
    for (condition, expected) in [
        (json!({"all": [leaf(true), leaf(true)]}), true),
        (json!({"all": [leaf(true), leaf(false)]}), false),
        (json!({"any": [leaf(false), leaf(true)]}), true),
        (json!({"any": [leaf(false)]}), false),
        (json!({"not": {"any": [leaf(false), {"not": leaf(true)}]}}), true),
    ] {
        let effects = receive("condition", json!({"condition": condition, "emit_on_no_match": true}), "[]").await.unwrap();
        assert_eq!(emitted(&effects), [(if expected { "on_match" } else { "on_no_match" }, "[]")], "{condition}");
    }
}

#[tokio::test]
async fn two_types_that_never_match_are_said_in_the_log() {
    let logs = async |condition: Value, payload: &str| {
        receive("condition", json!({"condition": condition}), payload).await.unwrap().logs
    };
    let rule = json!({"path": "total", "operator": "gte", "value": 100});
    let said =
        logs(json!({"all": [rule, {"path": "paid", "op": "eq", "value": "true"}]}), r#"{"total": "250", "paid": true}"#).await;
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("`total` is a text") && said[0].contains(r#""as": "number""#), "{said:?}");
    assert!(said[1].contains("`paid` is a boolean") && said[1].contains(r#""as": "text""#), "{said:?}");
    for quiet in [r#"{"total": 99}"#, "{}", r#"{"total": null}"#] {
        let said = logs(rule.clone(), quiet).await;
        assert_eq!(said, [""; 0], "{quiet}");
    }
    let read = json!({"path": "total", "operator": "gte", "value": 100, "as": "number"});
    assert_eq!(logs(read.clone(), r#"{"total": "99"}"#).await, [""; 0]);
    assert_eq!(logs(read, r#"{"total": "many"}"#).await, ["`total` is a text that cannot be read as a number."]);
}

#[test]
fn errors_name_their_place() {
    let leaf = json!({"path": "a", "op": "eq", "value": null});
    for (condition, field) in [
        (json!({"all": [leaf, {"path": "a", "operator": "equals", "value": 1}]}), "condition.all[1].operator"),
        (json!({"any": [{"not": {"path": "a", "value": 1}}]}), "condition.any[0].not.operator"),
        (json!({"path": "a", "operator": "eq", "op": "eq", "value": 1}), "condition.op"),
        (json!({"path": "a..b", "operator": "eq", "value": 1}), "condition.path"),
        (json!({"operator": "eq", "value": 1}), "condition.path"),
        (json!({"path": "a", "operator": "eq"}), "condition.value"),
        (json!({"path": "a", "operator": "eq", "as": "number", "value": "1"}), "condition.value"),
        (json!({"path": "a", "operator": "eq", "as": "date", "value": 1}), "condition.as"),
        (json!({"all": [leaf], "as": "number"}), "condition"),
        (json!({"path": "a", "operator": "exists", "value": null}), "condition.value"),
        (json!({"path": "a", "operator": "gt", "value": [1]}), "condition.value"),
        (json!({"path": "a", "operator": "in", "value": "x"}), "condition.value"),
        (json!({"path": "a", "operator": "is_type", "value": "text"}), "condition.value"),
        (json!({"all": [{"path": "a", "operator": "matches", "value": "("}]}), "condition.all[0].value"),
        (json!({"path": "a", "operator": "matches", "value": "(?:a{500}){500}"}), "condition.value"),
        (json!({"all": []}), "condition.all"),
        (json!({"all": [leaf], "any": [leaf]}), "condition"),
        (json!({"all": [leaf], "path": "a"}), "condition"),
        (json!({"any": vec![leaf.clone(); 200]}), "condition"),
        (json!({"all": [1]}), "condition.all[0]"),
    ] {
        assert_eq!(problem("condition", json!({"condition": condition})), format!("config.{field}"), "{condition}");
    }
    assert_eq!(problem("condition", json!({})), "config.condition");
    let two = json!({"condition": {"all": [{"path": "", "op": "eq", "value": 1}, {"path": "a", "op": "in", "value": 1}]}});
    assert_eq!(problems("condition", two).len(), 2, "all problems at once");
}
