//! Templates in the shapes of public scenarios of Huginn, which Ruby's Liquid reads in lax mode.

use super::{Template, problem, render};
use crate::template::{JsonTemplate, Noted, Problem, Scope};
use serde_json::{Map, Value, json};

const PAYLOAD: &str = r#"{"title": "A & B", "url": "https://example.com/a?b=1", "price": "12.50", "count": "3", "space": " ",
    "data": {"items": [{"name": "x", "n": 1}, {"name": "y", "n": 2}], "first name": "Ada"}, "größe": 5, "nullable": 1, "is_new?": true,
    "body": "{\"id\": 7}", "text": "one\ntwo", "published": "2026-11-27T09:30:00+01:00", "key": "title"}"#;

#[test]
fn what_ruby_passes_over_is_passed_over() {
    for (source, expected) in [
        ("{{.title}} {{ .data.items[0].name }}", "A & B x"),
        ("{{ $.title }} {{ $.data.items[1].n }} {{$['title']}}", "A & B 2 A & B"),
        ("{{ missing | default('') }}[{{ missing | default: 'd' }}]", "[d]"),
        ("{{ title | jsonify }} {{ title | strip_tags | upcase }}", "A & B A & B"),
        ("{{title}}{{ title}}{{title }}", "A & BA & BA & B"),
        ("{{ title\t|\tupcase }}", "A & B"),
        ("{{ title | | upcase }} {{ title | upcase | }} {{ title upcase }}", "A & B A & B A & B"),
        ("{{ title; }} {{ (title) }} {{ title.. }} {{ {title} }}", "A & B A & B A & B A & B"),
        ("{{ data.items.first.name }} {{ data.items.last.name }} {{ data.items.size }} {{ data['first name'] }}", "x y 2 Ada"),
        ("{{ ['title'] }} {{ [key] }} {{ größe }} {{ nullable }} {{ is_new? }} {{ data.größe }}", "A & B A & B 5 1 true "),
        ("[{{ }}{{ ! }}{{ '' }}{{ missing.a[0]['b'] }}{{ data[missing] }}{{ data[data] }}{{ data.items[title] }}]", "[]"),
        ("{{ \"it's\" }} {{ 'say \"hi\"' }} {{ don't }}and it's {{ title }}", "it's say \"hi\" and it's A & B"),
        ("{{ '}}' }} {{ title | replace: '&', '{{' }} {{ '%}' }}", "}} A {{ B %}"),
        ("{{- title -}} . {{-title-}} .", "A & B.A & B."),
        ("{%if title%}a{%endif%}{%- if title -%} b {%- endif -%} c", "abc"),
        ("{% if title == 'A & B' && count %}a{% endif %}{% if title=='A & B' %}b{% endif %}{% if (title) %}c{% endif %}", "abc"),
        ("{% if missing contains 'a' %}a{% elsif title contains '&' %}b{% else if x %}c{% endif %}", "b"),
        ("{% if count == '3' and price != blank or missing %}a{% endif %}{% if price <> '' %}b{% endif %}", "ab"),
        (
            "{% unless title contains missing %}a{% endunless %}{% if missing == nil %}b{% endif %}{% if title == %}c{% endif %}",
            "ab",
        ),
        // What stands further right belongs together.
        ("{% if missing and title or title %}a{% else %}b{% endif %}{% if title or title and missing %}c{% endif %}", "bc"),
        ("{% assign a = title | upcase %}{% assign b=count | plus:1 %}{{ a }} {{ b }}", "A & B 4"),
        ("{% assign nilly = 5 %}{% assign trueish = nilly | plus: nullable %}{{ trueish }} {{ nilly }}", "6 5"),
        ("{% capture 'c' %}x{{ title }}{% endcapture %}{{ c }}{% capture empty_c %}y{% endcapture %}{{ empty_c }}", "xA & By"),
        ("{% for item in data.items%}{{item.name}}{%unless forloop.last%}, {%endunless%}{% endfor %}", "x, y"),
        ("{% for i in (1..count) %}{{ i }}{% endfor %}{% for i in (1..3) limit:2, offset:1 %}{{ i }}{% endfor %}", "12323"),
        (
            "{% for nullity in data.items reversed %}{{ nullity.n }}{% endfor %}{% for a in title_list %}x{% else %}none{% endfor %}",
            "21none",
        ),
        (
            "{% case count %}{% when '1' or '3' %}a{% when 2 %}b{% else %}c{% endcase %}{% case missing %}{% when 1 %}{% else  x %}d{% endcase %}",
            "ad",
        ),
        ("{% cycle 'g': 'a', 'b' %}{% cycle 'g': 'a', 'b' %}{% cycle x: 'a', 'b' %}{% cycle \"o\", 't' %}", "abao"),
        ("{% increment true_n %}{% increment true_n %}{% decrement d %}", "01-1"),
        ("{% raw %}{{ a }}{% if %}'\"{% endraw %}|{%- raw -%} x {%- endraw -%} |{% raw %}{% endraw %}", "{{ a }}{% if %}'\"|x|"),
        ("{%raw-%} a {%-endraw-%} b{%comment-%}c{%-endcomment-%} d", "abd"),
        ("{% comment %}{{ don't {% if {% comment %}x{% endcomment %}{% credential x %}{% endcomment %}{% # note %}a", "a"),
        ("{{ title }}{% line_break %}{{ count }}", "A & B\n3"),
    ] {
        assert_eq!(render(source, PAYLOAD), expected, "{source}");
    }
}

#[test]
fn what_public_scenarios_do_with_their_events() {
    for (source, expected) in [
        ("{{ space | plus: 1 }} {{ '' | times: 2 }} {{ missing | minus: 1 }} {{ 5 | round: space }}", "1 0 -1 5"),
        ("{{ price | times: 2 }} {{ price | divided_by: 2 | round: 1 }} {{ count | modulo: 2 }}", "25 6.3 1"),
        ("https://example.com/search?q={{ title | uri_escape }}", "https://example.com/search?q=A+%26+B"),
        (
            "{{ url | to_uri | append: '' }}{% assign u = url | to_uri %} {{ u.host }}{{ u.path }}",
            "https://example.com/a?b=1 example.com/a",
        ),
        ("{{ 'c.png' | to_uri: url }}", "https://example.com/c.png"),
        ("//a[text()={{ title | to_xpath }}]", "//a[text()=\"A & B\"]"),
        (r#"{{ title | regex_replace: "(\w) & (\w)", "\2 & \1" }}"#, "B & A"),
        (r#"{{ text | regex_replace_first: "\n", "\\n" }}"#, r"one\ntwo"),
        (r#"{% regex_replace "(?<word>\w+)\n" in %}{{ text }}{% with %}{{ word | upcase }}, {% endregex_replace %}"#, "ONE, two"),
        ("{% assign b = body | fromjson %}{{ b.id }} {{ data.items | map: 'name' | join: '/' }}", "7 x/y"),
        ("{{ data.items | group_by: 'name' | map: 'name' | join }}", "x y"),
        ("{{ 'a/b/' | split: '/' | size }} {{ 'a,,b,,' | split: ',' | size }}", "2 3"),
        (
            "{{ published | date: '%Y-%m-%d %H:%M %z' }} {{ published | date: '%s' }} {{ published | date: '%l:%M %p' }}",
            "2026-11-27 09:30 +0100 1795768200  9:30 AM",
        ),
        ("{{ published | date: '%F %H:%M', 'America/New_York' }}", "2026-11-27 03:30"),
    ] {
        assert_eq!(render(source, PAYLOAD), expected, "{source}");
    }
}

#[test]
fn a_value_stands_for_the_whole_text() {
    let scope = Scope::new(Map::from_iter([("payload".to_owned(), serde_json::from_str(PAYLOAD).unwrap())]));
    for (source, expected) in [
        ("{{ data.items | map: 'n' | as_object }}", json!([1, 2])),
        (
            "before {% if title %}{{ data.items[0] | as_object }}{% endif %}{{ title | divided_by: 0 }} after",
            json!({"name": "x", "n": 1}),
        ),
        ("{% for i in data.items %}{{ i.n | as_object }}{% endfor %}", json!(1)),
        ("{% assign b = body | fromjson | as_object %}", json!({"id": 7})),
        ("{{ missing | as_object }}", Value::Null),
        ("{{ title | as_object }}", json!("A & B")),
        ("{% if missing %}{{ 1 | as_object }}{% endif %}none", json!("none")),
    ] {
        assert_eq!(JsonTemplate::parse(&json!(source)).unwrap().render(&scope).unwrap(), expected, "{source}");
    }
}

#[test]
fn a_delivery_that_comes_again_has_the_same_uuids() {
    let template = Template::parse("{% uuidv4 %} {% uuidv4 %}").unwrap();
    let texts = |seed: &str| {
        let scope = Scope::new(Map::new()).seeded(seed);
        [template.render(&scope).unwrap(), template.render(&scope.with(Map::new())).unwrap()].join(" ")
    };
    let (first, again, other) = (texts("d1"), texts("d1"), texts("d2"));
    assert_eq!(first, again);
    assert_ne!(first, other);
    let mut all: Vec<&str> = first.split(' ').chain(other.split(' ')).collect();
    assert!(all.iter().all(|text| uuid::Uuid::parse_str(text).unwrap().get_version_num() == 4), "{all:?}");
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 8);
    // Without a seed, no two scopes give the same.
    assert_ne!(template.render(&Scope::new(Map::new())).unwrap(), template.render(&Scope::new(Map::new())).unwrap());
}

#[test]
fn what_is_passed_over_is_noted_at_its_line() {
    for (source, line, part) in [
        ("\n{{ a |\n jsonify: 1 | upcase }}", 3, "there is no filter `jsonify`"),
        ("{% raw %}\n{{ a | b }}{% endraw %}\n{{ a | nope }}", 3, "`nope`"),
        ("{% assign a = b | nope %}", 1, "`nope`"),
        ("a\n{{.title}}", 2, "`.title` is read as `title`"),
        ("{{ a | default('') }}", 1, "is read as `a | default`"),
        ("{{ a upcase }}", 1, "`a upcase` is read as `a`"),
        ("{% if a && b %}{% endif %}", 1, "`a && b` is read as `a`"),
        ("{{ ! }}", 1, "`!` is read as `nil`"),
    ] {
        let notes = Template::parse(source).unwrap().notes();
        let [(_, note)] = notes.as_slice() else { panic!("{source}: {notes:?}") };
        assert_eq!(note.line, line, "{source}");
        assert!(note.message.contains(part), "{source}: {note}");
    }
    let template = JsonTemplate::parse(&json!({"a": [{"b c": "{{ x | nope }}", "d": "{{ x | upcase }}"}]})).unwrap();
    let places: Vec<String> = template.notes().into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["a[0][\"b c\"]"]);
    let many = Template::parse(&"{{ a | nope }}".repeat(1_000)).unwrap().notes();
    assert!(many.len() < 100, "{}", many.len());
}

#[test]
fn what_ruby_refuses_is_refused() {
    for source in [
        "{{ a",
        "{% if a %}",
        "{% nope %}",
        "{{ a } b {{ c }}",
        "{% if %}{% endif %}",
        "{% endif %}",
        "{% for a of b %}{% endfor %}",
    ] {
        let Problem::Syntax { .. } = problem(source, "{}") else { panic!("{source}") };
    }
}
