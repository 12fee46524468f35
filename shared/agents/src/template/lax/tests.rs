//! Sources as they get to the library.

use super::Strict;
use crate::template::Problem;
use proptest::prelude::*;

fn strict(source: &str) -> String {
    Strict::read(source).unwrap().source
}

#[test]
fn sources_are_written_in_the_librarys_grammar() {
    for (source, expected) in [
        ("a } {{ b }}{{-c|d: '}}' -}} {", "a } {{ b | _text }}{{- c | _text -}} {"),
        ("{{ a | append: \"x\" 'y' z, k: v }}", "{{ a | append: \"x\", k: v | _text }}"),
        ("{{ a['b c'][d.e][0].f-g }}", "{{ a[\"b c\"][_index.d.e][0].f-g | _text }}"),
        (
            "{{ nilly.x }}{{ 1a }}{{ [b] }}",
            "{{ _variable.nilly.x | _text }}{{ _variable[\"1a\"] | _text }}{{ _variable[_index.b] | _text }}",
        ),
        ("{% assign nilly = 'x' | upcase %}", "{% assign _variable_nilly = \"x\" | upcase %}"),
        ("{%- if a==1 and b -%}", "{%- if a == 1 and b -%}"),
        ("{% for i in (1..a.b) limit:2 reversed %}", "{% for i in (1..a.b) limit: 2 reversed %}"),
        ("{% credential my-key %}", "{% credential \"my-key\" %}"),
        ("{% raw %}{{ it's \"x\" }}{% endraw %}", "{{ nil }}{{ \"{{ it's \" }}{{ '\"x\" }}' }}{{ nil }}"),
        ("{% comment %}{{ a\n{% endcomment %}", "{% comment %}{{ nil \n}}{% endcomment %}"),
    ] {
        let squeezed = |text: &str| text.replace("  ", " ").replace(" %}", "%}").replace(" }}", "}}");
        assert_eq!(squeezed(&strict(source).replace("  ", " ")), squeezed(expected), "{source}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whatever stands behind a tag is on the line on which it stood.
    #[test]
    fn lines_stay(source in "([{}%|'\"\\[\\]().:,\\-=<>!#$ \n\tab0ü]|\\{\\{ a \n\\| b \\}\\}|\\{% raw %\\}|\\{% endraw %\\}|\\{% comment\n%\\}|\\{% endcomment %\\}|\\{% if a\n%\\}){0,30}") {
        match Strict::read(&source) {
            Ok(strict) => prop_assert_eq!(strict.source.matches('\n').count(), source.matches('\n').count(), "{}", strict.source),
            Err(Problem::Syntax { line, .. }) => prop_assert!((1..=source.matches('\n').count() + 1).contains(&line)),
            Err(_) => {}
        }
    }
}
