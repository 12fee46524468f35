//! Bounds of scripts, and attempts to get around them or out.

use super::super::engine::Failed;
use super::body;
use crate::processor_time;
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn what_takes_long_is_stopped() {
    for code in [
        "for (;;) {}",
        "for (;;) { try { for (;;) {} } catch (e) {} finally { continue } }",
        "(function f() { try { f() } finally { f() } })()",
        "/(a*)*b/.test('a'.repeat(40))",
        "[1, 2].sort(() => { for (;;) {} })",
        "throw Object.defineProperty(new Error('a'), 'message', { get() { for (;;) {} } })",
        "var next = (function() { return arguments[Symbol.iterator] })(); \
         new Set({ [Symbol.iterator]: () => next.call({ length: 2 ** 53 - 1 }) })",
        "var a = [[]]; for (var i = 0; i < 60; i++) a = [a, a]; a.flat(Infinity)",
        "for (;;) this.log('x')",
    ] {
        assert_eq!(body(code, Value::Null).unwrap_err(), Failed::TooLong, "{code}");
    }
}

/// The engine itself looks at the time only every 10,000 steps.
#[test]
fn steps_that_take_long_are_stopped() {
    let begun = processor_time();
    let codes = [
        "var o = {}; for (var i = 0; i < 30000; i++) o['k' + i] = i; for (;;) ({ ...o })",
        "var o = {}; for (var i = 0; i < 30000; i++) o['k' + i] = i; for (;;) try { for (;;) Object.keys(o) } catch (e) {}",
        "var n = 1n << 400000n; for (;;) n * n",
        "var n = (1n << 300000n) - 1n; for (;;) String(n)",
        "var a = new Array(1e5).fill(1); for (;;) a.indexOf(2)",
        "var a = new Array(1e5).fill(1); for (;;) a.slice()",
        "var s = 'a'.repeat(2e6); for (;;) JSON.stringify(s)",
        "var s = 'a'.repeat(2e6); for (;;) s + 'b' < s + 'c'",
    ];
    for code in codes {
        let failed = body(code, Value::Null).unwrap_err();
        assert!(matches!(failed, Failed::TooLong | Failed::TooLarge), "{code}: {failed}");
    }
    // Fewer would be too long on a slow machine.
    assert!(processor_time() - begun < Duration::from_secs(8 * codes.len() as u64), "{:?}", processor_time() - begun);
}

#[test]
fn loops_of_the_engine_are_bounded() {
    for code in [
        "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)",
        "var a = []; a.length = 2 ** 32 - 1; a.includes(1)",
        "var a = new Array(1e5).fill('a'.repeat(1e6) + 'b'); a.indexOf('a'.repeat(1e6) + 'c')",
        "Array.prototype.join.call({ length: 2 ** 53 - 1 }, '')",
        "Array.prototype.reverse.call({ length: 2 ** 53 - 1 })",
        "Array.prototype.join.call({ get length() { return 2 ** 53 - 1 } }, '')",
        "var a = []; a.length = 2 ** 32 - 1; a.slice(1)",
        "var a = []; a.length = 2 ** 32 - 1; a.sort()",
        "var a = []; a.length = 2 ** 32 - 1; [].concat(a)",
        "var a = []; a.length = 2 ** 32 - 1; '' + a",
        "var a = []; a.length = 2 ** 32 - 1; JSON.stringify({}, a)",
        "'a'.repeat(2e6).indexOf('a'.repeat(1e6) + 'b')",
        "'a'.repeat(2e6).split('a'.repeat(1e6) + 'b')",
        "'\\u0315\\u0300'.repeat(1e5).normalize('NFC')",
    ] {
        let failed = body(code, Value::Null).unwrap_err();
        assert_eq!(failed.code(), "script_failed", "{code}: {failed}");
    }
}

#[test]
fn what_holds_much_is_stopped() {
    for code in [
        "var a = []; for (;;) a.push(new Array(1000).fill(1))",
        "var s = 'x'; for (;;) s += s",
        "'x'.repeat(2 ** 29)",
        "var o = {}; for (var i = 0; ; i++) o['k' + i] = i",
        "for (var i = 0; i < 500; i++) this.createEvent({ a: 'x'.repeat(1e6) })",
        "for (var i = 0; ; i++) this.memory('k' + i, 'x'.repeat(1e5))",
        "Array.from({ length: 2 ** 53 - 1 })",
        "JSON.parse('['.repeat(9e6))",
    ] {
        let failed = body(code, Value::Null).unwrap_err();
        assert!(matches!(failed, Failed::TooLarge | Failed::TooLong | Failed::Threw { .. }), "{code}: {failed}");
    }
    // A script that goes on without memory ends all the same, in any state.
    let hoards =
        "var a = []; for (;;) { try { for (;;) a.push({ a: [a.length], b: 'x' + a.length }) } catch (e) { a.length >>= 1 } }";
    assert_eq!(body(hoards, Value::Null).unwrap_err(), Failed::TooLong);
}

#[test]
fn depth_events_and_lines_are_bounded() {
    let deep = body("(function f() { return 1 + f() })()", Value::Null).unwrap_err();
    assert!(deep.to_string().contains("RangeError: Maximum call stack size exceeded"), "{deep}");
    for code in [
        "for (var i = 0; i < 1e6; i++) this.createEvent({ i })",
        // Who looks away from the error does not get around it.
        "for (var i = 0; i < 501; i++) try { this.createEvent({ i }) } catch (e) {}",
    ] {
        let many = body(code, Value::Null).unwrap_err();
        assert!(many.to_string().contains("More than 500 events"), "{many}");
    }
    assert_eq!(body("for (var i = 0; i < 500; i++) this.createEvent({ i })", Value::Null).unwrap().events.len(), 500);
    let logs = body("for (var i = 0; i < 1000; i++) this.log('x'.repeat(5000))", Value::Null).unwrap().logs;
    assert_eq!((logs.len(), logs[0].len(), logs[100].as_str()), (101, 1000, "900 more lines are left out."));
}

#[test]
fn a_script_finds_nothing_but_the_language() {
    for name in [
        "require",
        "process",
        "std",
        "os",
        "fetch",
        "setTimeout",
        "setInterval",
        "console",
        "print",
        "load",
        "WebAssembly",
        "Worker",
        "Atomics",
        "SharedArrayBuffer",
        "ArrayBuffer",
        "Uint8Array",
        "Proxy",
        "WeakRef",
        "performance",
        "gc",
        "Iterator",
    ] {
        let done = body(&format!("this.createEvent({{ is: typeof {name} }})"), Value::Null).unwrap();
        assert_eq!(done.events, [json!({"is": "undefined"})], "{name}");
    }
    assert_eq!(body("import('std')", Value::Null).unwrap_err(), Failed::Waits);
}

#[test]
fn what_a_script_does_to_its_world_ends_with_it() {
    for code in [
        "Object.prototype.polluted = 1; Array.prototype.push = null; JSON.parse = JSON.stringify = null; globalThis.kept = 1",
        "Agent.createEvent = null; Agent.memory = null",
        "Object.defineProperty(Object.prototype, 'memory', { get() { return 7 }, set() {} })",
        "Object.freeze(Object.prototype); Object.freeze(Agent)",
    ] {
        let first = body(code, json!({"a": 1})).unwrap();
        assert_eq!((first.memory, first.events.len()), (None, 0), "{code}");
        let after =
            body("this.createEvent({ p: typeof ({}).polluted, k: typeof kept, m: this.memory() })", json!({"a": 1})).unwrap();
        assert_eq!(after.events, [json!({"p": "undefined", "k": "undefined", "m": {"a": 1}})]);
    }
    // What is no JSON of ours is an error.
    let odd =
        "Agent = { receive() {} }; Array.prototype[Symbol.iterator] = null; Object.prototype.toJSON = () => 7; this.log('x')";
    assert_eq!(body(odd, Value::Null).unwrap_err().code(), "script_failed");
}
