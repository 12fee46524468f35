//! Definitions as people write them: what comes of them, and what is said of mistakes.

use super::*;
use rookery_domain::ThinkingLevel;
use serde_json::json;

const GUIDE: &str = "---
model: demo/guide            # provider/name, or false
thinking_level: low
tools: [read, write, list, {name: http, headers: {X-Team: crm}}]
hosts: [api.example.com]
triggers: {webhook: true}
on_busy: queue               # reject | queue | interrupt
persist: 30d                 # true | false | Nd | Nh
deadline_seconds: 120
env: [SUPPORT_MAIL]
---
You help with ticket {{ id }}. Write to {{ env.SUPPORT_MAIL }} when unsure.{% if payload %} This came: {{ payload | json }}{% endif %}
";

fn source(text: &str, profiles: &[(&str, &str)]) -> Source {
    let own = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    Source { text: text.to_owned(), profiles: profiles.iter().map(own).collect() }
}

fn environment() -> Environment {
    Environment::new([("SUPPORT_MAIL".to_owned(), "help@example.com".to_owned()), ("API_KEY".to_owned(), "k".to_owned())])
}

fn checked(text: &str, profiles: &[(&str, &str)]) -> Checked {
    check(&"guide".parse().unwrap(), &source(text, profiles), &environment())
}

fn good(text: &str, profiles: &[(&str, &str)]) -> Definition {
    let checked = checked(text, profiles);
    assert_eq!(told(&checked.errors), "");
    checked.definition.unwrap()
}

fn told(all: &[Diagnostic]) -> String {
    all.iter().map(|diagnostic| format!("{diagnostic}\n")).collect()
}

fn rendered(definition: &Definition, payload: Option<serde_json::Value>) -> String {
    let seen = Seen { id: "t-1", environment: &environment(), env: &definition.env, payload: payload.as_ref() };
    definition.behaviour.instructions.as_ref().unwrap().render(&seen).unwrap()
}

#[test]
fn a_definition_is_what_its_file_says() {
    let guide = good(GUIDE, &[]);
    assert_eq!(guide.behaviour.model().unwrap().as_str(), "demo/guide");
    assert_eq!(guide.behaviour.thinking_level, Some(ThinkingLevel::Low));
    let tools: Vec<_> = guide.behaviour.tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(tools, ["read", "write", "list", "http"]);
    assert_eq!(json!(guide.behaviour.tools[3].options), json!({"headers": {"X-Team": "crm"}}));
    assert_eq!((guide.triggers.webhook, guide.on_busy, guide.persist), (true, OnBusy::Queue, Persist::Hours(720)));
    assert_eq!((guide.deadline_seconds, guide.hosts.as_slice()), (Some(120), &["api.example.com".to_owned()][..]));
    assert_eq!(rendered(&guide, None), "You help with ticket t-1. Write to help@example.com when unsure.");
    assert!(rendered(&guide, Some(json!({"n": 1}))).ends_with("This came: {\"n\":1}"));
    assert_eq!(told(&checked(GUIDE, &[]).warnings), "");
}

#[test]
fn what_is_not_said_has_its_default() {
    let none = good("---\nmodel: false\n---\n", &[]);
    assert_eq!((none.behaviour.model(), none.behaviour.instructions.is_none()), (None, true));
    assert_eq!((none.triggers.webhook, none.on_busy, none.persist), (true, OnBusy::Reject, Persist::Always));
    assert_eq!(none.behaviour.compaction().unwrap().context_window_tokens, 128_000);
    for (yaml, kept) in
        [("compaction: false", None), ("compaction: {enabled: false}", None), ("compaction: {reserve_tokens: 1}", Some(1))]
    {
        let definition = good(&format!("---\nmodel: a/b\n{yaml}\n---\n"), &[]);
        assert_eq!(definition.behaviour.compaction().map(|compaction| compaction.reserve_tokens), kept, "{yaml}");
    }
}

#[test]
fn an_agent_replaces_its_profiles_values_and_follows_its_lists() {
    let reviewer = "---\nmodel: anthropic/claude-sonnet-4-6\nthinking_level: high\ntools: [read, grep]\nskills: [{name: s, description: d}]\n---\nReview {{ id }}.";
    let own = "---\nprofile: reviewer\nthinking_level: off\ntools: [write]\npersist: false\nskills: [{name: s2, description: d}]\n---\n\n";
    let of = good(own, &[("reviewer", reviewer), ("unused", "nonsense")]);
    assert_eq!(of.behaviour.model().unwrap().as_str(), "anthropic/claude-sonnet-4-6");
    assert_eq!((of.behaviour.thinking_level, of.persist), (Some(ThinkingLevel::Off), Persist::Hours(1)));
    assert_eq!(of.behaviour.tools.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>(), ["read", "grep", "write"]);
    assert_eq!(of.behaviour.skills.iter().map(|skill| skill.name.as_str()).collect::<Vec<_>>(), ["s", "s2"]);
    assert_eq!(rendered(&of, None), "Review t-1.");
    let kept = checked(own, &[("reviewer", reviewer), ("unused", "nonsense")]).used;
    assert_eq!(kept, source(own, &[("reviewer", reviewer)]), "only what is used is kept");
    let none = good(&own.replace("thinking_level: off", "model: false"), &[("reviewer", reviewer)]);
    assert_eq!(none.behaviour.model(), None, "`false` replaces a model, too");
    let body = good(&format!("{own}Own."), &[("reviewer", reviewer)]);
    assert_eq!(rendered(&body, None), "Own.");
}

#[test]
fn subagents_are_profiles_or_stand_in_place() {
    let text = "---\nmodel: a/b\nsubagents:\n  - helper\n  - name: writer\n    instructions: Write for {{ id }}.\n    subagents: [helper]\n---\n";
    let of = good(text, &[("helper", "---\nmodel: c/d\n---\nHelp.")]);
    let names: Vec<_> = of.behaviour.subagents.iter().map(|subagent| subagent.name.as_str()).collect();
    assert_eq!(names, ["helper", "writer"]);
    assert_eq!(of.behaviour.subagents[0].model().unwrap().as_str(), "c/d");
    assert!(of.behaviour.subagents[1].model.is_none() && of.behaviour.subagents[1].instructions.is_some());
    assert_eq!(of.behaviour.subagents[1].subagents[0].name, "helper");
    let warnings = told(&checked(text, &[("helper", "---\n---\n")]).warnings);
    assert_eq!(warnings, "guide.md:3: subagents: It is checked and kept, but not used yet.\n");
}

/// All that is wrong is told at once, each with its place.
#[test]
fn every_mistake_has_its_place_and_a_remedy() {
    let text = "---
name: other
model: gpt
mode: x
thinking_level: much
tools: [read, knit, 7, {nom: x}, read]
skills:
  - name: 1st
    description: ''
    extra: 1
  - 5
subagents:
  - nobody
  - instructions: '{{ x'
    env: [A]
  - []
compaction:
  reserve_tokens: -1
  keep: 2
  model: ''
triggers: {webhook: maybe}
on_busy: wait
persist: 30 days
deadline_seconds: 0
description:
env: [A-B, MY_TOKEN, NOT_ALLOWED]
hosts: ['http://a']
cwd: ../x
instructions: here
---
Hello
{{ id | unknown_filter }}
";
    let checked = checked(text, &[]);
    assert!(checked.definition.is_none());
    insta::assert_snapshot!(told(&checked.errors) + "--- warnings\n" + &told(&checked.warnings));
}

#[test]
fn mistakes_of_profiles_are_told_in_their_files() {
    let text = "---\nprofile: base\ntools: [read]\nsubagents: [base, one]\n---\n";
    let profiles = [
        ("base", "---\nmodel: a/b\npersist: true\nprofile: one\ntools: [read]\n---\n{% if %}"),
        ("one", "---\nsubagents: [two]\n---\n"),
        ("two", "---\nsubagents:\n  - name: in\n    subagents: [one]\n---\n"),
    ];
    insta::assert_snapshot!(told(&checked(text, &profiles).errors));
}

#[test]
fn what_cannot_be_read_at_all_is_told_alone() {
    for (text, says) in [
        ("Just instructions.", "guide.md:1: The file has no front matter: begin it with a line `---`"),
        ("---\nmodel: a/b\n", "guide.md:1: The front matter has no end"),
        ("---\nmodel: a/b\nmodel: c/d\n---\n", "guide.md:3: model: The field stands in line 2 already"),
        ("---\nmodel: &m a/b\n---\n", "guide.md:2: model: Anchors are not read here"),
        ("---\nmodel: [\n---\n", "guide.md:"),
        ("---\ntools: [read]\n---\n", "guide.md:1: model: It is missing."),
        ("---\nmodel:\n---\n", "guide.md:2: model: It has no value"),
        ("---\nmodel: ''\n---\n", "guide.md:2: model: The model's name is not of the form `provider/name`."),
        ("---\nmodel: true\n---\n", "guide.md:2: model: The value `true` stands here; give a value, or `false` for none."),
        ("---\nmodel: a/b\nprofile: p\n---\n", "guide.md:3: profile: There is no profile `p`: add it as `profiles/p.md`"),
        ("---\nmodel: a/b\nprofile: ../p\n---\n", "guide.md:3: profile: A name begins with a letter"),
    ] {
        let told = told(&checked(text, &[]).errors);
        assert!(told.starts_with(says) && told.lines().count() == 1, "{text:?}: {told}");
    }
    let long = format!("---\nmodel: a/b\n---\n{}", "x".repeat(rookery_domain::limits::DEFINITION_BYTES));
    assert!(told(&checked(&long, &[]).errors).contains("bytes; at most 65536"), "{}", told(&checked(&long, &[]).errors));
    let half = format!("---\nmodel: a/b\n---\n{}", "x".repeat(40_000));
    let both = checked(&half.replace("model: a/b", "profile: p"), &[("p", &half)]);
    assert!(told(&both.errors).contains("The text and its profiles have 80"), "{}", told(&both.errors));
}

#[test]
fn a_small_text_is_never_a_large_agent() {
    let chain: Vec<(String, String)> = (0..15)
        .map(|n| {
            (
                format!("p{n}"),
                format!("---\nsubagents: [p{0}, {{name: a, subagents: [p{0}]}}, {{name: b, subagents: [p{0}]}}]\n---\n", n + 1),
            )
        })
        .collect();
    let chain: Vec<(&str, &str)> = chain.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let told = told(&checked("---\nmodel: a/b\nsubagents: [p0]\n---\n", &chain).errors);
    assert!(told.contains("over 50 subagents"), "{told}");
}

#[test]
fn only_allowed_variables_are_seen() {
    let of = good("---\nmodel: a/b\nenv: [SUPPORT_MAIL]\n---\n[{{ env.SUPPORT_MAIL }}|{{ env.API_KEY }}|{{ env.HOME }}]", &[]);
    assert_eq!(rendered(&of, None), "[help@example.com||]");
    let unlisted = good("---\nmodel: a/b\n---\n[{{ env.SUPPORT_MAIL }}]", &[]);
    assert_eq!(rendered(&unlisted, None), "[]");
    assert!(!format!("{:?}", environment()).contains("help@"), "values are not shown");
}

#[test]
fn a_template_that_does_too_much_is_an_error_of_the_definition() {
    let of = good("---\nmodel: a/b\n---\n{% for a in (1..10000) %}{% for b in (1..10000) %}{{ a }}{% endfor %}{% endfor %}", &[]);
    let seen = Seen { id: "x", environment: &environment(), env: &[], payload: None };
    let error = of.behaviour.instructions.unwrap().render(&seen).unwrap_err();
    assert_eq!(error.code, "instructions_failed");
}

#[test]
fn the_fields_are_a_contract() {
    let schema = schema();
    let fields = schema["properties"].as_object().unwrap();
    let silent: Vec<_> = fields.iter().filter(|(_, field)| field["description"].as_str().is_none_or(str::is_empty)).collect();
    assert!(silent.is_empty(), "without documentation: {silent:?}");
    assert!(Fields::RUNTIME.iter().all(|name| fields.contains_key(*name)));
    insta::assert_snapshot!("schema", serde_json::to_string_pretty(&schema).unwrap());
    // What is read is what the schema takes.
    let validator = jsonschema::validator_for(&schema).unwrap();
    let front = super::front_matter::split(GUIDE).unwrap().yaml.unwrap();
    let read = super::front_matter::read(front).unwrap().value();
    let errors: Vec<_> = validator.iter_errors(&read).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(!validator.is_valid(&json!({"model": true})) && !validator.is_valid(&json!({"mode": "x"})));
}

proptest::proptest! {
    /// Whatever a text is, its check ends with an agent or with errors.
    #[test]
    fn no_definition_is_too_much(yaml in r#"((model|tools|subagents|profile|persist|x|compaction|env|skills)(: ?|:\n +- ?|:\n  )(a/b|false|\[\]|\{\}|~|30d|\[a, \[b\]\]|\{name: a, subagents: \[p\]\}|\{name: 1\}|p|-1|1e999)?\n){0,8}"#, body in r#"[a-z {}%|.'"\n]{0,30}"#) {
        let text = format!("---\n{yaml}---\n{body}");
        let checked = checked(&text, &[("p", &text)]);
        proptest::prop_assert_eq!(checked.definition.is_some(), checked.errors.is_empty());
    }
}
