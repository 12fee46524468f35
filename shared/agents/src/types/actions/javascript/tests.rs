//! Tests of scripts: what Huginn's would do, bounds, and attempts to get out.

mod bounds;

use super::engine::{Done, Failed, Run, run};
use crate::testing::{World, agent, cell, context, emitted, event, problem, problems, receive};
use crate::{AgentError, Effects, Memory};
use serde_json::{Map, Value, json};

/// What the body of `Agent.receive` does with an event and a memory.
fn body(code: &str, memory: Value) -> Result<Done, Failed> {
    let stores = Map::from_iter([("prices".to_owned(), json!({"tea": 3}))]);
    let events = json!([{"id": "1", "payload": {"n": 1, "text": "tea"}}]);
    let options = json!({"colour": "red", "__proto__": 7});
    let code = format!("Agent.receive = function() {{\n{code}\n}}");
    run(&code, Run { function: "receive", is_hidden: false, events, memory: &memory, options, stores })
}

async fn checked(config: Value) -> Result<Effects, AgentError> {
    let (cell, event, world) = (cell(), event("source", "{}"), World::default());
    let mut cx = context(&cell, &event, &world);
    cx.event = None;
    agent("javascript", config).check(&cx).await
}

#[test]
fn scripts_find_what_huginn_gives_them() {
    for (code, expected) in [
        ("this.createEvent({ message: 'hi', stuff: { foo: 5 } })", json!([{"message": "hi", "stuff": {"foo": 5}}])),
        (
            "var made = this.createEvent({ a: NaN, b: undefined, c: new Date(0) }); this.createEvent(made)",
            json!([{"a": null, "c": "1970-01-01T00:00:00.000Z"}, {"a": null, "c": "1970-01-01T00:00:00.000Z"}]),
        ),
        (
            "var es = this.incomingEvents(); for (var i = 0; i < es.length; i++) this.createEvent({ was: es[i].payload })",
            json!([{"was": {"n": 1, "text": "tea"}}]),
        ),
        (
            "this.createEvent({ all: this.memory(), one: this.memory('a'), none: typeof this.memory('b') })",
            json!([{"all": {"a": [1]}, "one": [1], "none": "undefined"}]),
        ),
        ("this.memory('a').push(2); this.createEvent({ is: this.memory('a') })", json!([{"is": [1]}])),
        (
            "this.createEvent({ gone: this.deleteKey('a'), none: this.deleteKey('b'), left: this.memory() })",
            json!([{"gone": [1], "none": null, "left": {}}]),
        ),
        ("this.createEvent({ all: this.options().colour, one: this.options('colour') })", json!([{"all": "red", "one": "red"}])),
        ("this.createEvent({ tea: this.kvs.prices.tea, none: typeof this.kvs.other })", json!([{"tea": 3, "none": "undefined"}])),
        (
            "this.createEvent({ is: this.escapeHtml('test \"escaping\" <it\\'s> &') })",
            json!([{"is": "test &quot;escaping&quot; &lt;it&#39;s&gt; &amp;"}]),
        ),
        (
            "this.createEvent({ is: this.unescapeHtml('&quot;a&quot; &lt;b&gt; &#39;&#x41;&apos;&amp;amp;&nope;&#9999999;') })",
            json!([{"is": "\"a\" <b> 'A'&amp;&nope;&#9999999;"}]),
        ),
        (
            "this.createEvent({ s: [3, 1, 10, 2].sort(), f: [1, [2, [3]]].flat(), m: [1, 2].flatMap(x => [x, x]), c: [1].concat(2, [3]) })",
            json!([{"s": [1, 10, 2, 3], "f": [1, 2, [3]], "m": [1, 1, 2, 2], "c": [1, 2, 3]}]),
        ),
        (
            "this.createEvent({ r: 'a.b.c'.replace('.', '-'), x: 'abc'.replace(/b/g, 'x'), p: 'a,b'.split(','), w: 'ab'.split(), i: 'abc'.indexOf('c'), \
          m: [...'ab'].map((c, i) => c + i), o: Object.fromEntries(new Map([['k', 1]])), j: [1, 2].join('-'), a: Array.prototype.slice.call(arguments) })",
            json!([{"r": "a-b.c", "x": "axc", "p": ["a", "b"], "w": ["ab"], "i": 2, "m": ["a0", "b1"], "o": {"k": 1}, "j": "1-2", "a": []}]),
        ),
    ] {
        let done = body(code, json!({"a": [1]})).unwrap_or_else(|failed| panic!("{code}: {failed}"));
        assert_eq!(Value::Array(done.events), expected, "{code}");
    }
}

#[test]
fn what_a_script_changes_is_remembered() {
    for (code, expected) in [
        ("this.memory('b', 2)", Some(json!({"a": 1, "b": 2}))),
        ("this.memory('b', { deep: [NaN, 1] })", Some(json!({"a": 1, "b": {"deep": ["NaN", 1]}}))),
        ("this.memory('a', null)", Some(json!({"a": null}))),
        ("this.setMemory({ c: 3 })", Some(json!({"c": 3}))),
        ("this.deleteKey('a')", Some(json!({}))),
        ("this.deleteKey('b'); this.memory('a'); this.memory().a = 7", None),
        ("this.memory('__proto__', { x: 1 })", Some(json!({"a": 1, "__proto__": {"x": 1}}))),
    ] {
        assert_eq!(body(code, json!({"a": 1})).unwrap().memory, expected, "{code}");
    }
    let done = body("this.log('woah'); this.error('WOAH!'); this.log({ a: 1 })", Value::Null).unwrap();
    assert_eq!(done.logs, ["woah", "Error: WOAH!", "{\"a\":1}"]);
}

#[test]
fn errors_have_their_line_and_keep_nothing() {
    for (code, expected) in [
        ("this.createEvent({});\n\nnope();", "line 4: ReferenceError: nope is not defined"),
        ("throw 'oh no'", "oh no"),
        ("throw new TypeError('oh no')", "line 2: TypeError: oh no"),
        ("throw { a: 1 }", "It threw a value that is no error."),
        ("this.createEvent()", "line 2: TypeError: createEvent is given no payload."),
        ("this.setMemory([])", "line 2: TypeError: The memory is an object."),
        (
            "this.credential('a')",
            "line 2: Error: No script sees a credential: write {% credential name %} in the options of the http_request that sends it.",
        ),
        (
            "Promise.resolve().then(() => this.createEvent({}))",
            "It waits for a promise. Nothing that comes later is waited for here: write the script without `async` and promises.",
        ),
        (
            "(async () => { await null; })()",
            "It waits for a promise. Nothing that comes later is waited for here: write the script without `async` and promises.",
        ),
    ] {
        let failed = body(code, Value::Null).unwrap_err();
        assert_eq!((failed.code(), failed.to_string()), ("script_failed", expected.to_owned()), "{code}");
    }
}

#[test]
fn what_cannot_be_compiled_is_blamed_at_its_field() {
    for config in [
        json!({"code": ""}),
        json!({"code": "credential: "}),
        json!({"code": "Agent.check = function() {"}),
        json!({"code": "syntax error!"}),
        json!({"code": "a\u{0}b"}),
    ] {
        assert_eq!(problem("javascript", config.clone()), "config.code", "{config}");
    }
    assert_eq!(problem("javascript", json!({"code": ";", "options": {"a": "{{ a"}})), "config.options.a");
    let found = problems("javascript", json!({"code": "var a;\nvar b = ;"}));
    assert!(found[0].1.starts_with("line 2: SyntaxError"), "{found:?}");
    // Nothing runs.
    agent("javascript", json!({"code": "for (;;) {}"}));
}

#[tokio::test]
async fn a_script_may_stand_in_a_credential_of_which_nothing_is_told_if_it_is_none() {
    let effects = checked(json!({"code": "credential:script"})).await.unwrap();
    assert_eq!(effects.logs, ["ran it"]);
    for name in ["secret", "broken"] {
        let error = checked(json!({"code": format!("credential:{name}")})).await.unwrap_err();
        assert_eq!(error.code, "script_failed");
        assert!(!error.message.contains("sk_live") && !error.message.contains("secret"), "{error}");
    }
    assert_eq!(checked(json!({"code": "credential:none"})).await.unwrap_err().code, "credential_missing");
    let facts = agent("javascript", json!({"code": "credential:script"})).facts().credentials.clone();
    assert_eq!(facts, crate::CredentialUse::of("code", [&"script".to_owned()]));
}

#[tokio::test]
async fn an_agent_receives_and_checks() {
    let code = "Agent.receive = function() { this.createEvent({ n: this.incomingEvents().length, by: this.options('by') }); this.memory('k', 1); };\n\
                Agent.check = function() { this.createEvent({ n: this.incomingEvents().length }); };";
    let config = json!({"code": code, "options": {"by": "{{ name }}"}});
    let effects = receive("javascript", config.clone(), r#"{"name": "Ann"}"#).await.unwrap();
    assert_eq!(emitted(&effects), [("on_event", r#"{"n":1,"by":"Ann"}"#)]);
    assert_eq!(effects.memory, Memory::Set(json!({"k": 1})));
    let effects = checked(config).await.unwrap();
    assert_eq!((emitted(&effects), effects.memory.clone()), (vec![("on_event", r#"{"n":0}"#)], Memory::Keep));
    assert_eq!(receive("javascript", json!({"code": "1"}), "{}").await.unwrap(), Effects::none());
}
