//! Each filter is compared with Shopify's reference: the examples of its documentation, and inputs that users stumble over. There
//! is one file for each kind of filter. This file has what they share, and the test that compares `docs/templates.md` with the
//! filters.

mod dates;
mod encodings;
mod html;
mod lists;
mod numbers;
mod patterns;
mod texts;
mod uris;

use super::super::tests::{problem, render};
use super::super::{Problem, filters};
use std::collections::BTreeSet;

/// Each source must render the text beside it.
fn all_render(payload: &str, table: &[(&str, &str)]) {
    for (source, expected) in table {
        assert_eq!(render(source, payload), *expected, "{source}");
    }
}

/// Each source must fail with an error that contains the text beside it.
fn all_fail(payload: &str, table: &[(&str, &str)]) {
    for (source, part) in table {
        let Problem::Render(reason) = problem(source, payload) else { panic!("{source}") };
        assert!(reason.contains(part), "{source}: {reason}");
    }
}

/// The rows `| name | what it does | template | text |` of the list in `docs/templates.md`.
fn documented() -> Vec<[String; 3]> {
    let text = include_str!("../../../../../../docs/templates.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |"));
    let cells = rows.map(|row| row.replace("\\|", "\u{0}").split(" | ").map(|cell| cell.replace('\u{0}', "|")).collect());
    let cell = |text: &str| text.trim().trim_matches('`').to_owned();
    cells
        .filter_map(|cells: Vec<String>| match cells.as_slice() {
            [name, _, source, text] => Some([cell(name), cell(source), cell(text)]),
            _ => None,
        })
        .collect()
}

#[test]
fn the_list_for_people_names_every_filter_and_shows_what_it_does() {
    let rows = documented();
    let named: BTreeSet<&str> = rows.iter().map(|[name, ..]| name.as_str()).collect();
    assert_eq!(named, filters::names().collect());
    for [name, source, text] in &rows {
        assert!(source.contains(name), "{name}: {source}");
        assert_eq!(render(source, "{}"), *text, "{source}");
    }
}

#[test]
fn arguments_are_counted_when_a_template_is_parsed() {
    for (source, part) in [
        ("{{ a | append }}", "append takes 1 arguments, not 0"),
        ("{{ a | upcase: 1 }}", "upcase takes 0 arguments, not 1"),
        ("{{ a | truncate: 1, 2, 3 }}", "truncate takes 0 to 2 arguments, not 3"),
        ("{{ a | default: 1, allow_nil: true }}", "`allow_nil`"),
    ] {
        let Problem::Syntax { reason, .. } = problem(source, "{}") else { panic!("{source}") };
        assert!(reason.contains(part), "{source}: {reason}");
    }
}
