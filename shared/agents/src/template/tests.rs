//! Templates as options use them: values, credentials, errors. The limits of templates are in `limits`.

mod limits;
mod rubys;

use super::*;
use serde_json::{Value, json};

pub(in crate::template) fn scope(payload: &str) -> Scope {
    let payload: Value = serde_json::from_str(payload).unwrap();
    let variables = json!({"payload": payload, "event": {"id": "e1", "groups": ["on_push"]}, "agent": {"name": "A"}});
    let Value::Object(variables) = variables else { unreachable!() };
    Scope::new(variables)
}

pub(in crate::template) fn render(source: &str, payload: &str) -> String {
    Template::parse(source).unwrap().render(&scope(payload)).unwrap()
}

pub(in crate::template) fn problem(source: &str, payload: &str) -> Problem {
    match Template::parse(source) {
        Ok(template) => match template.render(&scope(payload)) {
            Ok(text) => panic!("{:.80} rendered {} bytes", source, text.len()),
            Err(error) => error.problem().clone(),
        },
        Err(error) => error.problem().clone(),
    }
}

#[test]
fn variables_are_found_and_unknown_ones_are_empty() {
    let payload = r#"{"a": {"b": [1, {"c": "x"}]}, "k": "b", "event": "mine", "nil": null, "yes": true}"#;
    for (source, expected) in [
        ("plain", "plain"),
        ("{{ a.b[0] }}{{ a.b[1].c }}{{ a[k][0] }}{{ a.b.last.c }}", "1x1x"),
        ("{{ payload.a.b[0] }} {{ event.id }} {{ payload.event }} {{ agent.name }}", "1 e1 mine A"),
        ("[{{ x }}{{ x.y.z }}{{ a.x }}{{ a.b[9] }}{{ nil }}{{ payload.x }}]", "[]"),
        ("{% if x %}1{% elsif x.y == 1 %}2{% else %}3{% endif %}", "3"),
        ("{% if yes and a.b[0] > 0 %}1{% endif %}{% unless x %}2{% endunless %}", "12"),
        ("{{ x | default: 'd' }}{{ yes }}", "dtrue"),
        ("{% for i in x %}{{ i }}{% else %}none{% endfor %}", "none"),
        ("{% for i in a.b %}[{{ i.c }}{{ i.d }}{{ forloop.index }}/{{ forloop.length }}]{% endfor %}", "[1/2][x2/2]"),
        (
            "{% for i in (1..3) %}{% for j in (1..2) %}{{ forloop.parentloop.index }}{{ j }} {% endfor %}{% endfor %}",
            "11 12 21 22 31 32 ",
        ),
        ("{% for i in (1..9) reversed limit: 3 offset: 1 %}{{ i }}{% endfor %}", "432"),
        (
            "{% for i in (1..9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}",
            "13",
        ),
        ("{% for pair in a %}{{ pair[0] }}={{ pair[1][0] }}{% endfor %}", "b=1"),
        (
            "{% tablerow i in (1..3) cols: 2 %}{{ tablerow.col }}{% endtablerow %}",
            concat!(
                "<tr class=\"row1\"><td class=\"col1\">1</td><td class=\"col2\">2</td></tr>",
                "<tr class=\"row2\"><td class=\"col1\">1</td></tr>"
            ),
        ),
        ("{% case k %}{% when 'a', 'b' %}hit{% else %}miss{% endcase %}", "hit"),
        ("{% assign s = k | append: 'c' %}{% capture t %}<{{ s }}>{% endcapture %}{{ t }}", "<bc>"),
        ("{% cycle 'a', 'b' %}{% cycle 'a', 'b' %}{% increment n %}{% increment n %}", "ab01"),
        ("{% raw %}{{ a }}{% endraw %}{% comment %}x{% endcomment %}", "{{ a }}"),
        ("{{ a }}", r#"{"b":[1,{"c":"x"}]}"#),
    ] {
        assert_eq!(render(source, payload), expected, "{source}");
    }
}

#[test]
fn an_inner_variable_hides_the_payloads_key_of_that_name() {
    assert_eq!(render("{% assign a = 'mine' %}{{ a }}{{ a.b }}", r#"{"a": {"b": 1}}"#), "mine");
}

#[test]
fn output_is_never_rendered_again() {
    assert_eq!(render("{{ a }}", r#"{"a": "{{ b }}{% credential k %}", "b": "no"}"#), "{{ b }}{% credential k %}");
}

#[test]
fn filters_work() {
    let payload = r#"{"s": "a b&ü", "list": [3, 1, 2, 1], "o": {"z": 1, "a": [true, null, "q\""]}}"#;
    for (source, expected) in [
        ("{{ s | uri_escape }}", "a+b%26%C3%BC"),
        ("{{ o | json }}", r#"{"z":1,"a":[true,null,"q\""]}"#),
        ("x{{ o.a | as_object }}{{ nobody | divided_by: 0 }}", r#"[true,null,"q\""]"#),
        ("x{{ s | as_object }}", "a b&ü"),
        ("{% assign v = o %}{{ v }}{{ nobody | default: o }}", r#"{"a":[true,null,"q\""],"z":1}{"a":[true,null,"q\""],"z":1}"#),
        (
            "{% assign v = o %}{{ v | append: '!' }}{% capture c %}{{ v }}{% endcapture %}{{ c | size }}",
            r#"{"a":[true,null,"q\""],"z":1}!29"#,
        ),
        ("{{ '[{\"n\": 1.5}, \"a\", null]' | fromjson }}{{ '[{\"n\": 1}]' | fromjson | join }}", r#"{"n":1.5}a{"n":1}"#),
        ("{{ s | json }}{{ missing | json }}", "\"a b&ü\"null"),
        ("{{ s | regex_replace: '[aeiou ]+', '<\\0>' }}", "<a >b&ü"),
        ("{{ s | regex_extract: '(?P<x>b)(.)', 'x' }}{{ s | regex_extract: '(b)(.)', 2 }}{{ s | regex_extract: 'b.' }}", "b&b&"),
        ("[{{ s | regex_extract: 'nothing' }}]", "[]"),
        ("{{ 'abc' | sha256 }}", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("{{ list | uniq | sort | join: ',' }}", "1,2,3"),
        ("{{ list | size }} {{ list | first | plus: 1.5 }} {{ 7 | divided_by: 2 }}", "4 4.5 3"),
        ("{{ s | upcase | truncate: 4, '' }}", "A B&"),
        ("{{ '2026-01-02 03:04:05 +0000' | date: '%d.%m.%Y %3N' }}", "02.01.2026 000"),
        ("{{ 'äöü😀' | upcase | append: '漢' | slice: 1, 4 }}", "ÖÜ😀漢"),
    ] {
        assert_eq!(render(source, payload), expected, "{source}");
    }
}

#[test]
fn numbers_keep_their_text() {
    let numbers = [
        "0",
        "-0",
        "1",
        "-7",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "123456789012345678901234567890",
        "1.0",
        "10.50",
        "0.1",
        "3.141592653589793238462643383279",
        "1e3",
        "1E400",
        "-1.5e-400",
        "0.000",
        "1e-7",
        "12345678.900000001",
    ];
    for number in numbers {
        let payload = format!(r#"{{"n": {number}, "list": [{number}], "o": {{"k": {number}}}}}"#);
        // For numbers that this program's parser cannot hold, `1E400` is written in one form, and keeps it.
        let kept = serde_json::from_str::<Value>(&payload).unwrap()["n"].to_string();
        assert_eq!(kept.to_lowercase().replace('+', ""), number.to_lowercase(), "{number}");
        for (source, expected) in [
            ("{{ n }}", kept.clone()),
            ("{% for i in list %}{{ i }}{% endfor %}", kept.clone()),
            ("{{ list }}", kept.clone()),
            ("{% for pair in o %}{{ pair[1] }}{% endfor %}", kept.clone()),
            ("{{ o }}", format!("{{\"k\":{kept}}}")),
            ("{{ o | json }}{{ n | json }}", format!("{{\"k\":{kept}}}{kept}")),
        ] {
            assert_eq!(render(source, &payload), expected, "{source} {number}");
        }
        let whole = JsonTemplate::parse(&json!("{{ payload | as_object }}")).unwrap().render(&scope(&payload)).unwrap();
        assert_eq!(whole.to_string(), serde_json::from_str::<Value>(&payload).unwrap().to_string());
    }
    // After a filter, a number that is neither a float nor a 64-bit integer is still that number.
    let long = r#"{"list": [123456789012345678901], "id_str": "123456789012345678901"}"#;
    assert_eq!(render("{{ list | first | json }} {{ list | first }}", long), "123456789012345678901 123456789012345678901");
    assert_eq!(render("{% if list[0] == '123456789012345678901' %}same{% endif %}", long), "same");
    assert_eq!(render("{% if n > 10.4 and n < 11 and n == 10.5 %}compared{% endif %}", r#"{"n": 10.50}"#), "compared");
    assert_eq!(render("{{ 9007199254740993 | round }}", "{}"), "9007199254740993");
}

#[test]
fn credentials_render_as_marks_where_they_are_allowed() {
    let source = "Bearer {% credential api_key %} {%- credential 'other-key' -%} {% credential api_key %}";
    let error = Template::parse(source).unwrap_err();
    assert_eq!(*error.problem(), Problem::CredentialNotAllowed { name: "api_key".into() });
    assert!(error.to_string().contains("`headers`"), "{error}");
    let template = Template::parse_with_credentials(source).unwrap();
    assert_eq!(template.credentials(), ["api_key", "other-key"]);
    let (scope, other) = (scope("{}"), scope("{}"));
    let (key, second) = (scope.marker("api_key"), scope.marker("other-key"));
    assert_eq!(template.render(&scope).unwrap(), format!("Bearer {key}{second}{key}"));
    assert_ne!(key, other.marker("api_key"));
    for source in ["{% credential %}", "{% credential a b %}", "{% credential a.b %}"] {
        assert!(matches!(Template::parse_with_credentials(source).unwrap_err().problem(), Problem::Syntax { .. }), "{source}");
    }
    // A source that failed to parse leaves no credentials behind for the next.
    assert!(Template::parse_with_credentials("{% credential lost %}{% if %}").is_err());
    assert!(Template::parse("{{ a }}").unwrap().credentials().is_empty());
}

#[test]
fn json_options_render_string_by_string() {
    let options = json!({
        "url": "https://example.com/{{ id }}",
        "headers": {"Authorization": "Bearer {% credential key %}", "{{ id }}": "kept"},
        "items": [1, true, null, "{{ list[1] }}", " {{ list | as_object }} ", "{{list|last|as_object}}", "a {{ id | as_object }} b"],
        "nothing": "{{ missing | as_object }}",
    });
    assert_eq!(JsonTemplate::parse(&options).unwrap_err().path(), "headers.Authorization");
    let template = JsonTemplate::parse_with_credentials(&options).unwrap();
    assert_eq!(template.credentials(), ["key"]);
    let scope = scope(r#"{"id": 7, "list": ["a", {"z": 1, "b": [2.50]}]}"#);
    let expected = json!({
        "url": "https://example.com/7",
        "headers": {"Authorization": format!("Bearer {}", scope.marker("key")), "{{ id }}": "kept"},
        "items": [1, true, null, "{\"z\":1,\"b\":[2.50]}", ["a", {"z": 1, "b": [2.50]}], {"b": [2.5], "z": 1}, 7],
        "nothing": null,
    });
    assert_eq!(template.render(&scope).unwrap().to_string().replace("2.50", "2.5"), expected.to_string().replace("2.50", "2.5"));
    let deep = json!({"a": [{"b": "{{ 1 | divided_by: 0 }}"}]});
    let error = JsonTemplate::parse(&deep).unwrap().render(&scope).unwrap_err();
    assert_eq!(error.path(), "a[0].b");
    assert!(error.to_string().contains("Can't divide by zero"), "{error}");
}

#[test]
fn errors_name_the_line_and_what_was_expected() {
    for (source, line, part) in [
        ("a\n\n{% nope %}", 3, "nope"),
        ("{% if a %}\nb", 1, "endif"),
        ("{{ a", 1, "expected"),
        ("a\n\n{% if a\n == %}", 3, "endif"),
        ("a\n{% if %}", 2, "a condition expected"),
        ("a\n{% if a = 1 %}", 2, "no operator"),
        ("{% comment %}\n\n{% endcomment %}\n{% raw %}\n{% endraw %}{{ a", 5, "`}}` expected"),
        ("{# \n{%- comment -%} {{ {% comment %}{% endcomment %}\n{% endcomment %}{{ a\n| append }}", 4, "append"),
        ("{{ a } and {{ b }}", 1, "not closed"),
        ("{% raw %}{{ a }}", 1, "endraw"),
        ("{% %}", 1, "a tag's name expected"),
        ("\n{% for a of b %}{% endfor %}", 2, "`in` expected"),
        ("{% include 'x' %}", 1, "include"),
        ("{% render 'x' %}", 1, "render"),
        ("\n{{ a | plus }}", 2, "plus"),
        ("{{ a | regex_extract: '(' }}", 1, "unclosed"),
        ("{{ 99999999999999999999 }}", 1, "quotes"),
        ("{{ 'a {{' | append: 99999999999999999999 }}", 1, "quotes"),
    ] {
        let Problem::Syntax { line: found, reason } = problem(source, "{}") else { panic!("{source}") };
        assert_eq!(found, line, "{source}: {reason}");
        assert!(reason.contains(part), "{source}: {reason}");
    }
}

#[test]
fn errors_do_not_show_the_payload() {
    let Problem::Render(reason) = problem("{{ s | plus: 1 }}", r#"{"s": "s3cret"}"#) else { panic!() };
    assert!(!reason.contains("s3cret"), "{reason}");
    assert_eq!(reason.matches("plus").count(), 1, "the filter is named once: {reason}");
}
