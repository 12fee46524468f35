//! Lines of errors and notes, and the work of reading.

use super::read;
use crate::template::Problem;
use crate::template::bounds::MAX_SOURCE;
use proptest::prelude::*;
use proptest::sample::select;

/// Sources that can be read, most of them of several lines.
const WHOLE: &[&str] = &[
    "a\nb",
    "nope append\n",
    "\r\n",
    "{{ 'x\ny' }}",
    "{{ a\n| append: '\n', \n }}",
    "{{ \"a\n\" | append: 'b\n\n' | nope: '\n' }}",
    "{%- assign a = 'q\n\n' -%} \n ",
    "{% assign a =\n b %}",
    "{% if a\n== 'x\n' %}\n{% elsif\n b %}{% endif %}",
    "{% raw %}\n{{ '\n{% endraw %}",
    "{%- raw -%}\n\n x \n{%- endraw\n -%}\n",
    "{% comment %}\n{{ \n{% endcomment\n%}",
    "{%- # x\n -%}\n",
    "{% for i in (1..2)\n limit: 1 %}\n{% else %}\n{% endfor %}",
    "{% capture a %}\n'{% endcapture %}",
    "{% case a\n %}\n{% when 'a\n', 2 %}\n{% endcase %}",
    "{% cycle 'a\n', 'b' %}",
    "{% regex_replace '\n' in %}\n{% with %}\n{% endregex_replace %}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn an_error_has_the_line_on_which_its_tag_stands(before in prop::collection::vec(select(WHOLE), 0..8)) {
        let before = before.concat();
        let line = before.matches('\n').count() + 1;
        for (wrong, below, part) in [
            ("{% nope %}", 0, "nope"),
            ("{{ a | append }}", 0, "append takes"),
            ("{{ a | upcase\n| append }}", 1, "append takes"),
            ("{% if a %}\n{{ b }}", 0, "endif"),
            ("{% if a\n = b %}{% endif %}", 1, "no operator"),
            ("{% assign a = b |\n regex_extract: '(' %}", 1, "unclosed"),
            ("{% for a of b %}", 0, "`in` expected"),
            ("{{ 'a\n' }}{{ b", 1, "not closed"),
            ("{% endif %}", 0, "no place here"),
        ] {
            let Err(Problem::Syntax { line: found, reason }) = read(&format!("{before}{wrong}")) else { panic!("{wrong}") };
            prop_assert!(reason.contains(part), "{}: {}", wrong, reason);
            prop_assert_eq!(found, line + below, "{}", wrong);
        }
        let notes = read(&format!("{before}{{{{ a\n| missing }}}}")).unwrap_or_else(|problem| panic!("{problem}")).notes;
        let note = notes.iter().find(|note| note.message.contains("`missing`"));
        prop_assert_eq!(note.map(|note| note.line), Some(line + 1));
    }
}

/// Sources of a size that would take long if anything in them were read again for each of its parts.
#[test]
fn what_is_long_is_read_once() {
    let repeated = |before: &str, part: &str, after: &str| {
        let times = (MAX_SOURCE - before.len() - after.len()) / part.len();
        format!("{before}{}{after}", part.repeat(times))
    };
    for (before, part, after) in [
        ("{% if a", " or a", " %}{% endif %}"),
        ("{% if ", "a=", " %}{% endif %}"),
        ("{% if a", "<'", " %}{% endif %}"),
        ("{% if a %}", "{% elsif b %}", "{% endif %}"),
        ("{% case a %}", "{% when 'b', 1 %}", "{% endcase %}"),
        ("{% cycle a: ", "'b',", " %}"),
        ("{% for a in b ", "limit:", "%}{% endfor %}"),
        ("{{ a", "|upcase", "}}"),
        ("{{ a", "|nope:", "}}"),
        ("{{ a | append: ", "b:", "}}"),
        ("{{ a", "[", "}}"),
        ("{{ a", "[b]", "}}"),
        ("{{ a", ".b", "}}"),
        ("{{ ", "'", "}}"),
        ("{{ ", "\"'", "}}"),
        ("", "{{", ""),
        ("", "{%", ""),
        ("{", "{ {", ""),
        ("", "{{'}}", ""),
        ("", "{{'}}{{\"}}", ""),
        ("", "{{a}}", ""),
        ("", "\n", "{{ a }}"),
        ("", " {{- a -}} ", ""),
        ("{{", "\n", "a }}"),
        ("", "{% raw %}", ""),
        ("", "{%raw%}{%endraw%}", ""),
        ("", "{% comment %}", ""),
        ("", "{%comment%}{%endcomment%}", ""),
        ("{{ a }}", "%}", ""),
    ] {
        let source = repeated(before, part, after);
        if let Err(problem) = read(&source) {
            assert!(problem.to_string().len() < 2_000, "{before}{part}");
        }
    }
}
