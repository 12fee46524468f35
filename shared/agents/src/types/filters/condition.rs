//! `condition`: passes the events that a tree of comparisons matches.

use crate::agent::{AgentType, Kind, Problems};
use crate::operators::{Comparison, Operator};
use crate::paths::Path;
use crate::{AgentError, Context, Effects, Example, Facts};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

/// Most nodes of a tree, so that its expressions stay small together.
const NODES: usize = 200;

/// Passes on the events that match, unchanged, in the group `on_match`; the others end here, unless `emit_on_no_match` is set.
///
/// Values are compared as what they are: numbers with numbers (exactly: `1` equals `1.0`), texts with texts, RFC 3339 times
/// by before and after. Nothing is converted: the number 5 is not the text "5", and where two types cannot be compared, the
/// comparison does not match. A path that is missing in the event matches `not_exists` alone.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The condition: `{"path", "operator", "value"}`, or several under `all`, `any` or `not`, nested as you like.
    condition: Node,
    /// Whether events that do not match go on in the group `on_no_match`.
    #[serde(default)]
    emit_on_no_match: bool,
}

/// A comparison (`path`, `operator`, `value`), or exactly one of `all`, `any`, `not`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Node {
    /// Matches when each of these does.
    all: Option<Vec<Node>>,
    /// Matches when at least one of these does.
    any: Option<Vec<Node>>,
    /// Matches when this does not.
    not: Option<Box<Node>>,
    /// Where the value stands in the payload, like `order.items[0].price`; other keys in quotes: `["unit price"]`.
    path: Option<String>,
    /// How to compare.
    operator: Option<Operator>,
    /// Short for `operator`.
    op: Option<Operator>,
    /// What to compare with: any JSON.
    #[serde(default, deserialize_with = "given")]
    value: Option<Value>,
}

/// `null` is a value, too.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

/// A built [`Node`].
pub(crate) enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Compare(Box<(Path, Comparison)>),
}

/// The agent.
pub struct Condition {
    test: Test,
    emit_on_no_match: bool,
}

impl AgentType for Condition {
    const NAME: &'static str = "condition";
    const KIND: Kind = Kind::Filter;
    const TITLE: &'static str = "Condition";
    const GROUPS: &'static [&'static str] = &["on_match", "on_no_match"];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let test = build_conditions(options.condition, "condition", problems)?;
        Some(Condition { test, emit_on_no_match: options.emit_on_no_match })
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::of::<Self>();
        if !self.emit_on_no_match {
            facts.groups.retain(|group| group != "on_no_match");
        }
        facts
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        Ok(match (self.test.matches(cx.payload()), self.emit_on_no_match) {
            (true, _) => Effects::emit("on_match", event.payload.clone()),
            (false, true) => Effects::emit("on_no_match", event.payload.clone()),
            (false, false) => Effects::none(),
        })
    }

    fn examples() -> Vec<Example> {
        let large = json!({"condition": {"path": "order.total", "operator": "gte", "value": 100}});
        let push = json!({
            "condition": {"all": [
                {"path": "ref", "operator": "eq", "value": "refs/heads/main"},
                {"any": [
                    {"path": "commits[0].message", "operator": "matches", "value": "^(feat|fix):"},
                    {"path": "forced", "op": "eq", "value": true}
                ]},
                {"not": {"path": "deleted", "operator": "exists"}}
            ]},
            "emit_on_no_match": true
        });
        let fix = json!({"ref": "refs/heads/main", "commits": [{"message": "fix: a typo"}]});
        let branch = json!({"ref": "refs/heads/next", "forced": true});
        vec![
            Example::new("Large orders", large.clone())
                .on(json!({"order": {"total": 120.5}}))
                .emits("on_match", json!({"order": {"total": 120.5}})),
            Example::new("A text is no number", large).on(json!({"order": {"total": "120.5"}})),
            Example::new("Fixes on the main branch", push.clone()).on(fix.clone()).emits("on_match", fix),
            Example::new("All others go another way", push).on(branch.clone()).emits("on_no_match", branch),
        ]
    }
}

/// Builds a tree that stands in the option `at`, or notes its problems.
pub(crate) fn build_conditions(node: Node, at: &str, problems: &mut Problems) -> Option<Test> {
    let mut left = NODES;
    build(node, at, &mut left, problems)
}

/// Builds a node, or notes the problems of it and of those below, each at its place.
fn build(node: Node, at: &str, left: &mut usize, problems: &mut Problems) -> Option<Test> {
    *left = left.checked_sub(1).or_else(|| {
        problems.add("condition", format!("It has more than {NODES} parts: split it over two agents."));
        None
    })?;
    match node {
        Node { all: Some(nodes), any: None, not: None, path: None, operator: None, op: None, value: None } => {
            build_each(nodes, &format!("{at}.all"), left, problems).map(Test::All)
        }
        Node { all: None, any: Some(nodes), not: None, path: None, operator: None, op: None, value: None } => {
            build_each(nodes, &format!("{at}.any"), left, problems).map(Test::Any)
        }
        Node { all: None, any: None, not: Some(node), path: None, operator: None, op: None, value: None } => {
            build(*node, &format!("{at}.not"), left, problems).map(|test| Test::Not(Box::new(test)))
        }
        Node { all: None, any: None, not: None, path, operator, op, value } => {
            build_compare(path, operator, op, value, at, problems).map(|compare| Test::Compare(Box::new(compare)))
        }
        _ => {
            problems.add(at, "It is one of `all`, `any`, `not`, or a comparison with `path`, `operator` and `value`: keep one.");
            None
        }
    }
}

fn build_each(nodes: Vec<Node>, at: &str, left: &mut usize, problems: &mut Problems) -> Option<Vec<Test>> {
    if nodes.is_empty() {
        problems.add(at, "It is empty: put at least one condition into it.");
        return None;
    }
    let count = nodes.len();
    let built = nodes.into_iter().enumerate();
    let tests: Vec<_> = built.filter_map(|(index, node)| build(node, &format!("{at}[{index}]"), left, problems)).collect();
    (tests.len() == count).then_some(tests)
}

fn build_compare(
    path: Option<String>,
    operator: Option<Operator>,
    op: Option<Operator>,
    value: Option<Value>,
    at: &str,
    problems: &mut Problems,
) -> Option<(Path, Comparison)> {
    let path = problems.take(&format!("{at}.path"), Path::parse(path.as_deref().unwrap_or_default()));
    let operator = match (operator, op) {
        (Some(operator), None) | (None, Some(operator)) => operator,
        (None, None) => return problems.take(&format!("{at}.operator"), Err("Say how to compare, for example `eq`.")),
        _ => return problems.take(&format!("{at}.op"), Err("It says the same as `operator`: keep one of them.")),
    };
    let comparison = problems.take(&format!("{at}.value"), Comparison::new(operator, value))?;
    Some((path?, comparison))
}

impl Test {
    pub(crate) fn matches(&self, payload: &Value) -> bool {
        match self {
            Test::All(tests) => tests.iter().all(|test| test.matches(payload)),
            Test::Any(tests) => tests.iter().any(|test| test.matches(payload)),
            Test::Not(test) => !test.matches(payload),
            Test::Compare(compare) => compare.1.matches(compare.0.get(payload)),
        }
    }
}

#[cfg(test)]
mod tests {
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
}
