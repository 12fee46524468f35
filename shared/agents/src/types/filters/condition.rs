//! `condition`: passes the events that a tree of comparisons matches.

use crate::agent::{AgentType, Kind, Problems};
use crate::meaning::PathText;
use crate::operators::{Cast, Comparison, Operator};
use crate::paths::Path;
use crate::pattern::Searches;
use crate::{AgentError, Context, Effects, Example, Facts};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

/// The most nodes of a tree, so that all of its regular expressions together stay small.
const NODES: usize = 200;

/// The most log lines about comparisons of two types.
const MISFITS: usize = 10;

/// Passes on the events that match, unchanged, in the group `on_match`; the others end here, unless `emit_on_no_match` is set.
///
/// Values are compared by their own type: numbers with numbers (exactly: `1` equals `1.0`), texts with texts, RFC 3339 times by
/// their moment, whatever the zone. Nothing is converted unless `as` says so: the number 5 is not the text "5". Where two types
/// cannot be compared, the comparison does not match, and the log says so. Forms and queries send texts: compare their numbers
/// with `"as": "number"`. A path that is missing in the event matches only `not_exists`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The condition: `{"path", "operator", "value"}`, or several conditions under `all`, `any` or `not`, nested as you like.
    condition: Node,
    /// Whether events that do not match go on in the group `on_no_match`.
    #[serde(default)]
    emit_on_no_match: bool,
}

/// A comparison (`path`, `operator`, `value`), or exactly one of `all`, `any`, `not`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-rookery" = "condition"))]
pub(crate) struct Node {
    /// Matches when each of these conditions does.
    all: Option<Vec<Node>>,
    /// Matches when at least one of these conditions does.
    any: Option<Vec<Node>>,
    /// Matches when this condition does not.
    not: Option<Box<Node>>,
    /// Where the value is in the payload, like `messages[0].text`; write keys with other characters in quotes: `["unit price"]`.
    path: Option<PathText>,
    /// How to compare.
    operator: Option<Operator>,
    /// Short for `operator`.
    op: Option<Operator>,
    /// The type that the value is read as before it is compared. A value that cannot be read as this type does not match.
    #[serde(rename = "as")]
    cast: Option<Cast>,
    /// What to compare with: any JSON.
    #[serde(default, deserialize_with = "given")]
    value: Option<Value>,
}

/// Reads an option that may be `null`, which is a value, too.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

/// A built [`Node`].
pub(crate) enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Compare(Box<Rule>),
}

/// A built comparison.
pub(crate) struct Rule {
    /// The path, as it was written.
    at: String,
    path: Path,
    comparison: Comparison,
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
        let mut facts = Facts { only_computes: true, ..Facts::of::<Self>() };
        if !self.emit_on_no_match {
            facts.groups.retain(|group| group != "on_no_match");
        }
        facts
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        if self.test.matches(cx.payload(), &mut Searches::default())? {
            return Ok(Effects::emit("on_match", event.payload.clone()));
        }
        let mut effects = Effects::none();
        if self.emit_on_no_match {
            effects = Effects::emit("on_no_match", event.payload.clone());
        }
        self.test.misfits(cx.payload(), &mut effects.logs);
        Ok(effects)
    }

    fn examples() -> Vec<Example> {
        let large = json!({"condition": {"path": "order.total", "operator": "gte", "value": 100}});
        let form = json!({"condition": {"path": "total", "operator": "gte", "value": 100, "as": "number"}});
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
        let word = json!({"condition": {"path": "messages[0].text", "operator": "contains", "value": "invoice"}});
        let question = json!({"messages": [{"text": "Where is my invoice?"}]});
        let fix = json!({"ref": "refs/heads/main", "commits": [{"message": "fix: a typo"}]});
        let branch = json!({"ref": "refs/heads/next", "forced": true});
        vec![
            Example::new("Large orders", large.clone())
                .on(json!({"order": {"total": 120.5}}))
                .emits("on_match", json!({"order": {"total": 120.5}})),
            Example::new("A text is no number", large).on(json!({"order": {"total": "120.5"}})),
            Example::new("A number from a form, which sends texts", form)
                .on(json!({"total": "250"}))
                .emits("on_match", json!({"total": "250"})),
            Example::new("A word in the first message", word).on(question.clone()).emits("on_match", question),
            Example::new("Fixes on the main branch", push.clone()).on(fix.clone()).emits("on_match", fix),
            Example::new("All others go another way", push).on(branch.clone()).emits("on_no_match", branch),
        ]
    }
}

/// Builds a tree that is in the option `at`, or notes its problems.
pub(crate) fn build_conditions(node: Node, at: &str, problems: &mut Problems) -> Option<Test> {
    let mut left = NODES;
    build(node, at, &mut left, problems)
}

/// Builds a node, or notes the problems of the node and of those below, each at its place.
fn build(node: Node, at: &str, left: &mut usize, problems: &mut Problems) -> Option<Test> {
    *left = left.checked_sub(1).or_else(|| {
        problems.add("condition", format!("It has more than {NODES} parts: split it over two agents."));
        None
    })?;
    match node {
        Node { all: Some(nodes), any: None, not: None, path: None, operator: None, op: None, cast: None, value: None } => {
            build_each(nodes, &format!("{at}.all"), left, problems).map(Test::All)
        }
        Node { all: None, any: Some(nodes), not: None, path: None, operator: None, op: None, cast: None, value: None } => {
            build_each(nodes, &format!("{at}.any"), left, problems).map(Test::Any)
        }
        Node { all: None, any: None, not: Some(node), path: None, operator: None, op: None, cast: None, value: None } => {
            build(*node, &format!("{at}.not"), left, problems).map(|test| Test::Not(Box::new(test)))
        }
        rule @ Node { all: None, any: None, not: None, .. } => {
            build_rule(rule, at, problems).map(|rule| Test::Compare(Box::new(rule)))
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

fn build_rule(rule: Node, at: &str, problems: &mut Problems) -> Option<Rule> {
    let Node { path, operator, op, cast, value, .. } = rule;
    let PathText(text) = path.unwrap_or_default();
    let path = problems.take(&format!("{at}.path"), Path::parse(&text));
    let operator = match (operator, op) {
        (Some(operator), None) | (None, Some(operator)) => operator,
        (None, None) => return problems.take(&format!("{at}.operator"), Err("Say how to compare, for example `eq`.")),
        _ => return problems.take(&format!("{at}.op"), Err("It says the same as `operator`: keep one of them.")),
    };
    let comparison = problems.take(&format!("{at}.value"), Comparison::new(operator, cast, value))?;
    Some(Rule { at: text, path: path?, comparison })
}

impl Test {
    /// Whether the payload matches. It is an error if the searches take too long.
    pub(crate) fn matches(&self, payload: &Value, searches: &mut Searches) -> Result<bool, AgentError> {
        match self {
            Test::All(tests) => Ok(!first(tests, false, payload, searches)?),
            Test::Any(tests) => first(tests, true, payload, searches),
            Test::Not(test) => Ok(!test.matches(payload, searches)?),
            Test::Compare(rule) => rule.comparison.matches(rule.path.get(payload), searches),
        }
    }

    /// Adds a line for each comparison that could not match because of the value's type.
    fn misfits(&self, payload: &Value, lines: &mut Vec<String>) {
        match self {
            Test::All(tests) | Test::Any(tests) => tests.iter().for_each(|test| test.misfits(payload, lines)),
            Test::Not(test) => test.misfits(payload, lines),
            Test::Compare(rule) => {
                let line = rule.comparison.misfit(&rule.at, rule.path.get(payload));
                lines.extend(line.filter(|_| lines.len() < MISFITS));
            }
        }
    }
}

/// Whether one of the conditions gives `wanted`.
fn first(tests: &[Test], wanted: bool, payload: &Value, searches: &mut Searches) -> Result<bool, AgentError> {
    for test in tests {
        if test.matches(payload, searches)? == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
