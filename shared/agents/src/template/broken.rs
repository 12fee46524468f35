//! No source and no value makes the library panic, however broken: the guards around parsing and rendering have nothing to do. More cases
//! are tried with `PROPTEST_CASES`.

use super::tests::scope;
use super::*;
use proptest::prelude::*;
use proptest::sample::select;

/// Values, most of them odd, and words that stand beside them; each between two bars.
const VALUES: &str = "a¦n¦big¦list¦o¦o.k¦list[0]¦list[-1]¦list[-9223372036854775808]¦list[99999999999999999999]¦a[b]¦a[[b]¦a[¦]¦nil¦empty¦\
    blank¦true¦false¦nilly¦true.x¦1¦-1¦+1¦1.¦1.5¦-0.0¦.5¦1..3¦0¦100¦-100¦999999999999999999¦9999999999999999999¦\
    99999999999999999999.5¦'x'¦\"x\"¦'¦\"¦''¦' '¦'NaN'¦'inf'¦'-inf'¦'1e999999999999'¦'1e-9223372036854775808'¦\
    '1.5e9223372036854775807'¦'9223372036854775808'¦'1e-900'¦'-1e900'¦'e'¦'+.'¦'-'¦'2026-13-45'¦\
    '9999-12-31T23:59:59.999-14:00'¦'-0001-01-01'¦'now'¦'today'¦'99999999999999'¦'-99999999999'¦'253402300799'¦'ü'¦'😀'¦ü¦😀¦\
    a.size¦list.first.last¦forloop¦forloop.parentloop¦tablerow.col¦(1..3)¦(a..b)¦(3..1)¦(1..99999999999)¦('a'..'b')¦(1..¦\
    (-9223372036854775808..n)¦1e5¦a-¦-a¦--¦-¦_¦a?¦a.b?¦!¦&&¦=¦==¦<>¦<=¦,¦:¦;¦|¦%¦}¦{¦[0]¦['k']¦[['k']]¦a[nil]¦a[empty]¦\
    o['k'].b¦[a][b]¦[!]¦a[list]¦o[o]¦_variable¦_index¦_variable.a¦_index[a]¦'%ü'¦'%:ü'¦'%::ü'¦'%'¦'%-'¦'%E'¦'%Eü'¦'%99Y'¦\
    '%100Y'¦'%:z'¦'%0N'¦'%EN'¦'%OL'¦'%^#-_0B'¦'%s %G %V %U %c'¦'Europe/Berlin'¦'nowhere'¦'('¦'(?<x>a)|(b)'¦\
    '\\1\\k<x>\\u{110000}\\'¦'['¦'a{99999}'¦'.*'¦'[[a]&&[^b]]'¦'(?=a)'¦'\\'¦'&#1114112;&#xD800;&'¦\
    '<a href=//[ srcset=\"a,, b'¦'https://[::1'¦'http://ü@:99999/'¦'YQ'¦'[1e999, {}]'¦'{\"a\": [[]]}'¦allow_false: a¦\
    allow_false:¦k: 1¦in¦or¦and¦contains¦limit: -1¦offset: n¦cols: 0¦limit:¦reversed¦with¦\n¦\u{a0}¦\u{0}¦'\n'";
/// Names of tags.
const TAGS: &str = "if¦unless¦elsif¦else¦endif¦endunless¦case¦when¦endcase¦for¦endfor¦tablerow¦endtablerow¦capture¦endcapture¦raw¦endraw¦\
    comment¦endcomment¦regex_replace¦endregex_replace¦regex_replace_first¦endregex_replace_first¦with¦cycle¦increment¦\
    decrement¦assign¦break¦continue¦credential¦line_break¦uuidv4¦include¦nope¦#¦# x¦¦ü¦1¦-¦end¦IF¦if-x¦ifa";
/// Pieces of sources.
const PIECES: &str = "{{¦}}¦{%¦%}¦{{-¦-}}¦{%-¦-%}¦{¦}¦%¦-¦'¦\"¦|¦\n¦\r\n¦ ¦\t¦ü¦😀¦x¦{{ a }}¦{{}}¦{%%}¦{{-}}¦{%-%}¦{{ a | }}¦{% if a %}¦\
    {% endif %}¦{% raw %}¦{%- endraw -%}¦{% comment %}¦{% endcomment %}¦{% for i in list %}¦{% endfor %}¦{% case a %}¦\
    {% endcase %}¦{{ '\n{{ \" ' }}¦{{ '¦' }}";
const PAYLOADS: &[&str] = &[
    "{}",
    r#"{"a": "text", "b": 2, "n": 9223372036854775807, "list": [3, "x", null, 1.50, {"k": 1}, [[]]], "o": {"k": [1, 2], "": {}, "size": 0}}"#,
    r#"{"a": 1e400, "b": -1e-400, "n": -9223372036854775808, "list": [1e400, -0, 0.1, 123456789012345678901234567890], "big": 1e999999999999}"#,
    r#"{"a": "NaN", "b": "inf", "n": "-0", "list": ["NaN", "1e99999999999", "ü", "-", "e"], "big": "\u0000\ud83d\ude00", "o": []}"#,
    r#"{"a": "9999-12-31T23:59:59Z", "b": "-009999-01-01", "n": 1e18, "list": [99999999999, -99999999999, "0000-00-00"], "o": {"k": true}}"#,
    r#"{"a": [[[[{"a": [[]]}]]]], "b": "size", "n": [], "list": [{"a": 1}, {"a": {}}, {"b": null}], "forloop": 1, "o": {"k": {"k": {}}}}"#,
];

fn any_of(parts: &'static str) -> impl Strategy<Value = String> {
    select(parts.split('¦').map(str::to_owned).collect::<Vec<_>>())
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![12 => any_of(VALUES), 1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => any::<f64>().prop_map(|number| format!("'{number}'")), 1 => "[^'{}%]{0,5}".prop_map(|text| format!("'{text}'"))]
}

fn filter() -> impl Strategy<Value = String> {
    let mut names: Vec<String> = filters::names().map(str::to_owned).collect();
    names.sort();
    names.extend(["nope".to_owned(), "ü".to_owned(), String::new()]);
    let arguments = prop::collection::vec(value(), 0..3).prop_map(|arguments| arguments.join(", "));
    (select(names), arguments).prop_map(|(name, arguments)| match arguments.as_str() {
        "" => format!("| {name}"),
        arguments => format!("| {name}: {arguments}"),
    })
}

fn chain() -> impl Strategy<Value = String> {
    (value(), prop::collection::vec(filter(), 0..4)).prop_map(|(value, filters)| format!("{value} {}", filters.join(" ")))
}

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(value(), 0..5).prop_map(|words| words.join(" "))
}

/// Sources of tags that are mostly whole, in blocks that are mostly closed.
fn source() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => any_of(PIECES),
        4 => chain().prop_map(|chain| format!("{{{{ {chain} }}}}")),
        2 => (any_of(TAGS), words()).prop_map(|(tag, words)| format!("{{% {tag} {words} %}}")),
        1 => (value(), chain()).prop_map(|(name, chain)| format!("{{% assign {name} = {chain} %}}")),
        1 => (select(vec!["a", "list", "forloop"]), chain()).prop_map(|(name, chain)| format!("{{% assign {name} = {chain} %}}")),
        1 => (value(), words()).prop_map(|(group, words)| format!("{{% cycle {group}: {words} %}}")),
    ];
    leaf.prop_recursive(4, 30, 4, |inner| {
        let body = prop::collection::vec(inner, 0..4).prop_map(|parts| parts.concat());
        let blocks = vec!["if", "unless", "case", "for", "tablerow", "capture", "raw", "comment", "regex_replace", "regex_replace_first"];
        prop_oneof![
            2 => body.clone(),
            3 => (select(blocks), words(), body.clone()).prop_map(|(block, words, body)| format!("{{% {block} {words} %}}{body}{{% end{block} %}}")),
            2 => (value(), words(), body.clone()).prop_map(|(list, words, body)| format!("{{% for i in {list} {words} %}}{body}{{% endfor %}}")),
            1 => (value(), words(), body.clone()).prop_map(|(list, words, body)| format!("{{% tablerow i in {list} {words} %}}{body}{{% endtablerow %}}")),
            1 => (value(), words(), body.clone(), body.clone()).prop_map(
                |(value, words, body, other)| format!("{{% case {value} %}}{{% when {words} %}}{body}{{% else %}}{other}{{% endcase %}}")),
            1 => (value(), words(), body.clone(), body.clone()).prop_map(
                |(a, b, body, other)| format!("{{% if {a} == {b} %}}{body}{{% elsif {b} %}}{other}{{% else %}}{body}{{% endif %}}")),
            1 => (value(), body.clone(), body.clone()).prop_map(
                |(re, body, with)| format!("{{% regex_replace {re} in %}}{body}{{% with %}}{with}{{% endregex_replace %}}")),
        ]
    })
}

fn never_panics(source: &str, payload: &str) -> Result<(), TestCaseError> {
    match Template::parse_with_credentials(source) {
        Ok(template) => {
            let rendered = template.render(&scope(payload)).map_err(|error| error.to_string());
            prop_assert!(!rendered.as_ref().is_err_and(|error| error.contains("a filter failed")), "{rendered:?}");
        }
        Err(error) => {
            prop_assert!(!error.to_string().contains("simplify"), "{error}");
            let line = error.problem().line();
            prop_assert!(line.is_none_or(|line| (1..=source.matches('\n').count() + 1).contains(&line)), "{error}");
        }
    }
    Ok(())
}

#[test]
fn what_made_the_library_panic_is_a_text_or_an_error() {
    for (source, expected) in [
        ("{{ 'now' | date: '%ü%5ü%Eü%:ü%d%%' | slice: 0, 12 }}", Some("%ü%5ü%Eü%:ü")),
        ("{% cycle a: %}", None),
        ("{% cycle '': %}", None),
        ("{% credential 99999999999999999999 a %}", None),
        ("{{ '\n{{ \" ' }}{% case ! , %}{{ a }} \" }}", None),
        ("{{ list['-9223372036854775808'] }}{{ list['9223372036854775807'] }}", Some("")),
        ("{% assign a = 9 | times: '1e999' | date: '%s' %}", None),
    ] {
        never_panics(source, PAYLOADS[1]).unwrap();
        let rendered = Template::parse_with_credentials(source).and_then(|template| template.render(&scope(PAYLOADS[1])));
        match expected {
            Some(text) => assert_eq!(rendered.unwrap().get(..text.len()), Some(text), "{source}"),
            None => assert!(rendered.is_err(), "{source}: {rendered:?}"),
        }
    }
}

proptest! {
    #[test]
    fn no_broken_source_panics(source in source(), payload in select(PAYLOADS)) {
        never_panics(&source, payload)?;
    }

    #[test]
    fn no_pieces_in_a_row_panic(pieces in prop::collection::vec(prop_oneof![any_of(PIECES), any_of(VALUES), any_of(TAGS)], 0..25)) {
        never_panics(&pieces.concat(), PAYLOADS[1])?;
    }

    #[test]
    fn no_filter_panics(chain in chain(), payload in select(PAYLOADS)) {
        never_panics(&format!("{{{{ {chain} }}}}"), payload)?;
    }
}
