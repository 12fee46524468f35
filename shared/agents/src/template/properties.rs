//! Properties of all templates: none panics or exceeds its bounds, and numbers do not change.

use super::tests::{render, scope};
use super::*;
use proptest::prelude::*;
use serde_json::Value;

/// Sources from a small grammar, most of them valid.
fn source() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "a",
        "b",
        "n",
        "big",
        "list",
        "o",
        "o.k",
        "list[0]",
        "a[b]",
        "payload",
        "x.y",
        "forloop.index",
    ]);
    let value = prop_oneof![
        name.clone().prop_map(str::to_owned),
        any::<i32>().prop_map(|number| number.to_string()),
        "[a-c ü]{0,4}".prop_map(|text| format!("'{text}'")),
        prop::sample::select(vec!["nil", "empty", "true", "1.5", "-3", "999999999999999999"]).prop_map(str::to_owned),
    ];
    let mut filters: Vec<String> = filters::names().map(str::to_owned).collect();
    filters.sort();
    let filter = (prop::sample::select(filters), prop::collection::vec(value.clone(), 0..3)).prop_map(|(name, arguments)| {
        if arguments.is_empty() { format!("| {name}") } else { format!("| {name}: {}", arguments.join(", ")) }
    });
    let chain = (value.clone(), prop::collection::vec(filter, 0..3))
        .prop_map(|(value, filters)| format!("{value} {}", filters.join(" ")));
    let leaf = prop_oneof![
        "[a-z{}% \n'\"|ü😀]{0,6}",
        chain.clone().prop_map(|chain| format!("{{{{ {chain} }}}}")),
        (prop::sample::select(vec!["a", "b", "list"]), chain)
            .prop_map(|(name, chain)| format!("{{% assign {name} = {chain} %}}")),
        prop::sample::select(vec![
            "{% break %}",
            "{% continue %}",
            "{% increment n %}",
            "{% cycle 'a', b %}",
            "{% credential k %}",
            "{% uuidv4 %}",
            "{% line_break %}",
            "{{.a}}",
            "{{ $.o['k'] | nope }}",
            "{% if a && b %}"
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        let body = prop::collection::vec(inner, 0..4).prop_map(|parts| parts.concat());
        let range = (value.clone(), value.clone()).prop_map(|(a, b)| format!("({a}..{b})"));
        prop_oneof![
            body.clone(),
            (prop_oneof![value.clone(), range.clone()], body.clone())
                .prop_map(|(list, body)| format!("{{% for a in {list} %}}{body}{{% endfor %}}")),
            (prop_oneof![value.clone(), range], body.clone())
                .prop_map(|(list, body)| format!("{{% tablerow b in {list} cols: 3 %}}{body}{{% endtablerow %}}")),
            (value.clone(), value.clone(), body.clone())
                .prop_map(|(a, b, body)| format!("{{% if {a} >= {b} %}}{body}{{% else %}}{body}{{% endif %}}")),
            (value.clone(), value.clone(), body.clone())
                .prop_map(|(a, b, body)| format!("{{% case {a} %}}{{% when {b} %}}{body}{{% endcase %}}")),
            body.clone().prop_map(|body| format!("{{% capture a %}}{body}{{% endcapture %}}")),
            (prop_oneof![value.clone(), Just("'(?<b>.)(y)?'".to_owned())], body.clone(), body.clone()).prop_map(
                |(re, body, with)| format!("{{% regex_replace {re} in %}}{body}{{% with %}}{with}{{% endregex_replace %}}")
            ),
            body.clone().prop_map(|body| format!("{{% raw %}}{body}{{% endraw %}}")),
            body.clone().prop_map(|body| format!("{{% for i in (1..9999) %}}{body}{{% endfor %}}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_template_panics_or_gets_past_its_bounds(source in source()) {
        let payload = format!(
            r#"{{"a": "text", "b": 2, "n": 9223372036854775807, "big": "{}", "list": [3, "x", null, 1.50, {{"k": 1}}], "o": {{"k": [1, 2]}}}}"#,
            "y ".repeat(5_000)
        );
        if let Ok(template) = Template::parse_with_credentials(&source) {
            match template.render(&scope(&payload)) {
                Ok(text) => prop_assert!(text.len() <= 256 * 1024),
                Err(error) => prop_assert!(!error.to_string().contains("a filter failed"), "{error}"),
            }
        }
    }

    #[test]
    fn any_text_is_parsed_or_refused(source in "[{}%|'\"\\[\\]().:, \n\\-a-e0-9ü]{0,60}") {
        match Template::parse(&source) {
            Ok(template) => drop(template.render(&scope("{}"))),
            Err(error) => prop_assert!(!error.to_string().contains("simplify"), "{error}"),
        }
    }

    #[test]
    fn what_stands_in_raw_is_itself(text in "[{}%|'\"\\[\\]a \n\\-ü]{0,60}") {
        let source = format!("a{{% raw %}}{text}{{% endraw %}}b");
        prop_assert_eq!(render(&source, "{}"), format!("a{text}b"));
    }

    #[test]
    fn what_needs_no_laxness_has_no_notes(name in "x[a-z]{0,4}(\\.[a-z_]{1,5}|\\[[0-9]\\]|\\['[a-z ]{1,5}'\\]){0,3}", text in "[^'\"{}%]{0,9}") {
        for source in [
            format!("{{{{{name}|replace:'{text}',{name}|upcase}}}}"),
            format!("{{% if {name} contains '{text}' and {name}!=1 or {name} %}}{{% endif %}}"),
            format!("{{% assign a = {name} | default: '{text}', allow_false: true %}}"),
        ] {
            prop_assert_eq!(Template::parse(&source).unwrap().notes(), vec![], "{}", source);
        }
    }

    #[test]
    fn text_without_tags_is_itself(source in "[a-z%{ \n\"'ü😀\u{0}]{0,40}") {
        prop_assume!(!source.contains("{{") && !source.contains("{%"));
        let template = Template::parse(&source).unwrap();
        prop_assert!(template.is_constant());
        prop_assert_eq!(template.render(&scope("{}")).unwrap(), source);
    }

    #[test]
    fn any_number_comes_through(integer: i128, fraction: u32, exponent in -400i32..400) {
        for number in [integer.to_string(), format!("{integer}.{fraction}"), format!("{integer}.{fraction}e{exponent}")] {
            let kept = serde_json::from_str::<Value>(&number).unwrap().to_string();
            prop_assert_eq!(render("{{ n }}", &format!(r#"{{"n": {number}}}"#)), kept);
        }
    }
}
