//! Regular expressions in filters and blocks, as Ruby reads them.

use super::{all_fail, all_render, problem, render};
use crate::template::{Limit, Problem, Template};
use serde_json::json;

#[test]
fn groups_and_escapes_in_replacements() {
    all_render(
        &json!({"date": "2026-11-27", "lines": "a\nb", "price": "$5.00", "re": "(\\d+)"}).to_string(),
        &[
            (r"{{ date | regex_replace: '(\d+)-(\d+)-(\d+)', '\3.\2.\1' }}", "27.11.2026"),
            (r"{{ date | regex_replace: '(?<y>\d{4})-', '\k<y>/' }} {{ date | regex_replace: '-' }}", "2026/11-27 20261127"),
            (r"{{ date | regex_replace_first: '-', '\n' }}", "2026\n11-27"),
            (r"{{ date | regex_replace: '\d+', '[\0\&]' }}", "[20262026]-[1111]-[2727]"),
            (r"{{ date | regex_replace: '-', '\\' }} {{ 'a' | regex_replace: 'a', '\u{1F600}\t$1' }}", "2026\\11\\27 😀\t$1"),
            (r"{{ lines | regex_replace: '^', '> ' }} {{ lines | regex_extract: '(?m)a.b' | size }}", "> a\n> b 3"),
            (r"{{ 'Aa' | regex_replace: 'a', 'x' }} {{ 'Aa' | regex_replace: '(?i)a', 'x' }}", "Ax xx"),
            (r"{{ price | regex_extract: '[\d.]+' }} {{ price | regex_extract: '(\d)\.(?<cents>\d+)', 'cents' }}", "5.00 00"),
            (
                r"[{{ price | regex_extract: '(x)?5', 1 }}{{ price | regex_extract: '5', 7 }}{{ price | regex_extract: 'x' }}]",
                "[]",
            ),
            // An expression that is no text in quotes.
            (r"{{ date | regex_extract: re, 1 }} {% capture r %}\d{2}${% endcapture %}{{ date | regex_extract: r }}", "2026 27"),
        ],
    );
    all_fail(
        "{\"re\": \"(\"}",
        &[("{{ 'a' | regex_extract: re }}", "regex_extract: the regular expression cannot be used: unclosed group")],
    );
    for (source, part) in [("{{ a | regex_extract: '(' }}", "unclosed"), ("{{ a | regex_replace: '(?=a)' }}", "look-around")] {
        let Problem::Syntax { reason, .. } = problem(source, "{}") else { panic!("{source}") };
        assert!(reason.contains(part), "{reason}");
    }
}

#[test]
fn blocks_replace_what_they_find() {
    let payload = json!({"text": "a1 b22", "re": "(?<letter>[a-z])(\\d+)"}).to_string();
    all_render(
        &payload,
        &[
            (
                r#"{% regex_replace "(?<letter>[a-z])(?<digits>\d+)" in %}{{ text }}{% with %}{{ digits }}{{ letter | upcase }}{{ match[0] | size }}{% endregex_replace %}"#,
                "1A2 22B3",
            ),
            (r#"{% regex_replace_first "\d" in %}{{ text }}{% with %}<{{ match[0] }}>{% endregex_replace_first %}"#, "a<1> b22"),
            (
                r#"{% regex_replace "(\d)(x)?" in %}{{ text }}{% with %}{{ match[1] }}{{ match[2] }}.{% endregex_replace %}"#,
                "a1. b2.2.",
            ),
            (r#"{% regex_replace '\d' in %}{{ text }}{% endregex_replace %}"#, "a b"),
            ("{% regex_replace re in %}{{ text }}{% with %}{{ letter }}{% endregex_replace %}{{ letter }}", "a b"),
            (
                r#"{% capture t %}{% regex_replace "a" in %}aa{% with %}{% if match %}{{ text | size }}{% endif %}{% endregex_replace %}{% endcapture %}{{ t }}"#,
                "66",
            ),
        ],
    );
    let template =
        Template::parse_with_credentials("{% regex_replace 'a' in %}{% credential k %}{% endregex_replace %}").unwrap();
    assert!(template.captures_credential());
}

#[test]
fn a_long_expression_of_the_caller_is_refused() {
    let payload =
        json!({"re": "a".repeat(2_000), "nested": "(".repeat(400) + &")".repeat(400), "large": "(?:\\w{100}){100}"}).to_string();
    all_fail(
        &payload,
        &[
            ("{{ 'a' | regex_extract: re }}", "1000 bytes"),
            ("{{ 'a' | regex_extract: nested }}", "nest"),
            ("{{ 'a' | regex_extract: large }}", "size limit"),
        ],
    );
    let many = "{% for i in (1..999) %}{% assign r = 'a' | append: i %}{{ 'x' | regex_replace: r, '' }}{% endfor %}";
    assert_eq!(problem(many, "{}"), Problem::Limit(Limit::Steps));
    assert_eq!(render("{% for i in (1..999) %}{{ 'x' | regex_replace: re, '' }}{% endfor %}", r#"{"re": "x"}"#), "");
}
